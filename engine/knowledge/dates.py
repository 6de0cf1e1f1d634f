"""The dates that criteria ask for, as items of screens: beside the fact that is dated, or in screens of their own.

The item of a date asks `at:` and the IRI of the fact; that of the moment of the case asks `as_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import structs
from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.knowledge.build.screens import MOST_ITEMS
from spinegraph.engine.messages import Messages, messages_of
from spinegraph.engine.model import CodedProperty, Concept, Knowledge, Measurement, Occurring, Screen, ScreenItem, Timed
from spinegraph.engine.model.knowledge import AskedOf

Dated = Concept | Measurement | CodedProperty
OWN_ID = "dates"
"""The id of the screen that asks for the dates of what no screen asks for, and for that of the case."""


class DatePlace(NamedTuple):
    """Where a date stands in a request: the member, and the code of the entry that gets it as its `at`; `as_of` has none."""

    member: str
    code: str = ""


def timed_criteria(knowledge: Knowledge) -> tuple[Timed, ...]:
    """The criteria of time in all rules and gates."""
    return tuple(node for stated in knowledge.criteria for node in stated.walk() if isinstance(node, Timed))


def only_first(timed: Iterable[Timed]) -> frozenset[str]:
    """The facts (IRIs) of which criteria ask when they were first so, and none when they were last."""
    timed = tuple(timed)
    after = {one.reference for one in timed if isinstance(one, Occurring) and one.after}
    last = {iri for one in timed for iri in one.dated if not (isinstance(one, Occurring) and one.after and iri == one.reference)}
    return frozenset(after - last)


def date_words(fact: Dated | None, first: bool, say: Messages, *, for_patient: bool) -> tuple[str, str]:
    """The name of a date and the question for it; without a fact, of the date of the case."""
    if fact is None:
        return say("date of the case"), say("What day is it?") if for_patient else say("Of what date is this case?")
    label = fact.patient_label if for_patient else fact.label
    asked = say("When was it first: {label}?", label=label) if first else say("When was it (last): {label}?", label=label)
    return say("date of {label}", label=label), asked


def place_of(asks: str, knowledge: Knowledge) -> DatePlace | None:
    """Where the date that an item asks for stands in a request; None of an item that asks for no date."""
    if asks == AS_OF:
        return DatePlace(AS_OF)
    iri = dated_by(asks)
    if not iri:
        return None
    if iri in knowledge.valued:
        return DatePlace("measurements", knowledge.valued[iri].code)
    if act := knowledge.acts.get(iri):
        return DatePlace(act.kind, knowledge.interventions[act.intervention].code)
    return DatePlace("present", knowledge.findings[iri].code)


def dated_by(asks: str) -> str:
    """The IRI of the fact of which an item asks for the date; "" of any other item."""
    return asks.removeprefix(date_of("")) if asks.startswith(date_of("")) else ""


def screens_with_dates(knowledge: Knowledge) -> dict[str, Screen]:
    """The screens, by IRI, with the dates that criteria ask for."""
    timed = timed_criteria(knowledge)
    dated = dict.fromkeys(iri for one in timed for iri in one.dated)
    found = {iri: _with_dates(screen, dated) for iri, screen in knowledge.screens.items()}
    asked = {item.asks for screen in found.values() for item in screen.items}
    left = [iri for iri in dated if iri not in asked]
    items = [_date_item(iri, "record" if iri in knowledge.valued else "patient") for iri in left]
    if any(one.window for one in timed):
        items.insert(0, ScreenItem(asks=AS_OF, asked_of="patient"))
    return found | {screen.iri: screen for screen in _own_screens(items, knowledge)}


def _with_dates(screen: Screen, dated: Iterable[str]) -> Screen:
    """Each item followed by the date of what it asks, where some criterion reads that."""
    items = [
        one
        for item in screen.items
        for one in (item, *([_date_item(item.asks, item.asked_of, item)] if item.asks in dated else []))
    ]
    return structs.replace(screen, items=tuple(items))


def _date_item(iri: str, asked_of: AskedOf, beside: ScreenItem | None = None) -> ScreenItem:
    return ScreenItem(asks=date_of(iri), asked_of=asked_of, gate=beside.gate if beside else None)


def _own_screens(items: list[ScreenItem], knowledge: Knowledge) -> Iterator[Screen]:
    say, taken = messages_of(knowledge.language), {screen.id for screen in knowledge.screens.values()}
    last = max((screen.order for screen in knowledge.screens.values()), default=0)
    for start in range(0, len(items), MOST_ITEMS):
        number = start // MOST_ITEMS + 1
        id_ = OWN_ID if number == 1 else f"{OWN_ID}-{number}"
        while id_ in taken:
            id_ = f"{id_}-asked"
        yield Screen(
            iri=id_,
            id=id_,
            label=say("Dates"),
            order=last + number,
            question=say("When was this?"),
            patient_question=say("When was this?"),
            none_of_these="",
            patient_none_of_these="",
            asked_of="patient",
            tier="detail",
            items=tuple(items[start : start + MOST_ITEMS]),
        )
