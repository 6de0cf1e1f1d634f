"""Knowledge → what a form asks: the screens in their order, each question once, with the gates behind which it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.exchange.fhir.form.gates import AnyOf, Given, is_met, unless_refuted
from spinegraph.engine.exchange.fhir.form.link_ids import NONE, none_of
from spinegraph.engine.knowledge.dates import only_first, screens_with_dates, timed_criteria
from spinegraph.engine.knowledge.showing import show_screen
from spinegraph.engine.model import Knowledge, Screen
from spinegraph.engine.model.shown import ShownItem, ShownScreen

Asked = Mapping[str, frozenset[str]]
"""Screen id → the codes of the items that are asked."""


class FormItem(NamedTuple):
    """One question: its words, what it asks for (as `ScreenItem.asks`), and when it is asked."""

    shown: ShownItem
    asks: str
    gate: AnyOf


class FormGroup(NamedTuple):
    """What is asked together, when it is, and the `linkId` of "none of these", or ""."""

    shown: ShownScreen
    items: tuple[FormItem, ...]
    gate: AnyOf
    none: str


def make_form(knowledge: Knowledge, *, for_patient: bool = False, only: Asked | None = None) -> tuple[FormGroup, ...]:
    """The screens of a knowledge as groups of one form, in the words of an audience; `only`: of those some, with some items.

    What two screens ask stands where no gate is before it, or else where it comes first.
    """
    first = only_first(timed_criteria(knowledge))
    screens = [
        (screen, show_screen(screen, knowledge, for_patient=for_patient, first=first))
        for screen in screens_with_dates(knowledge).values()
    ]
    kept = {
        (screen.id, item.code)
        for screen, shown in screens
        for item in shown.items
        if only is None or item.code in only.get(screen.id, ())
    }
    places = _places(screens, kept)
    asked = {
        item.asks: code.code
        for screen, shown in screens
        for item, code in zip(screen.items, shown.items, strict=True)
        if places.get(code.code) == screen.id
    }
    groups = (_group(screen, shown, places, asked) for screen, shown in screens)
    return tuple(group for group in groups if group.items)


def _places(screens: list[tuple[Screen, ShownScreen]], kept: set[tuple[str, str]]) -> dict[str, str]:
    """Code of each thing that is asked → id of the screen in which it is."""
    places: dict[str, tuple[bool, str]] = {}
    for screen, shown in screens:
        for item, code in zip(screen.items, shown.items, strict=True):
            gated = bool(screen.gate or item.gate)
            if (screen.id, code.code) in kept and (code.code not in places or (places[code.code][0] and not gated)):
                places[code.code] = (gated, screen.id)
    return {code: screen for code, (_, screen) in places.items()}


def _group(screen: Screen, shown: ShownScreen, places: Mapping[str, str], asked: Mapping[str, str]) -> FormGroup:
    items = [
        FormItem(words, item.asks, unless_refuted(item.gate, asked))
        for item, words in zip(screen.items, shown.items, strict=True)
        if places.get(words.code) == screen.id
    ]
    findings = [item.shown.code for item in items if item.shown.kind == "finding"]
    named = none_of(screen.id, findings, _findings(shown)) if findings and shown.none_of_these else ""
    return FormGroup(shown, tuple(items), unless_refuted(screen.gate, asked), named)


def _findings(shown: ShownScreen) -> tuple[str, ...]:
    return tuple(item.code for item in shown.items if item.kind == "finding")


class FormRules(NamedTuple):
    """What readers of answers have to know.

    `gates`: `linkId` → conditions, of which each has to be met; `findings`: screen id → the codes of what it asks with yes or no;
    `narrower`: code of a finding → the codes of what implies it.
    """

    version: str
    gates: Mapping[str, tuple[AnyOf, ...]]
    findings: Mapping[str, tuple[str, ...]]
    narrower: Mapping[str, frozenset[str]]

    def hidden(self, given: Mapping[str, Given]) -> frozenset[str]:
        """The questions (`linkId`) that the form does not ask beside these answers."""
        return frozenset(link for link, gates in self.gates.items() if not all(is_met(gate, given) for gate in gates))

    def denied(self, link_id: str) -> tuple[str, ...]:
        """The codes of which "none of these" says that they are absent; none of a screen that is not known."""
        screen, _, some = link_id.removeprefix(NONE).partition("/")
        findings = self.findings.get(screen, ())
        return tuple(code for code in findings if not some or code in some.split(","))


def form_rules(knowledge: Knowledge) -> FormRules:
    """The rules of the forms of a knowledge."""
    groups = make_form(knowledge)
    screens = screens_with_dates(knowledge).values()
    shown = [show_screen(screen, knowledge, for_patient=False) for screen in screens]
    return FormRules(
        knowledge.version,
        dict(_gates(groups)),
        {one.id: _findings(one) for one in shown},
        dict(_narrower(knowledge)),
    )


def _gates(groups: tuple[FormGroup, ...]) -> Iterator[tuple[str, tuple[AnyOf, ...]]]:
    for group in groups:
        if group.gate and group.none:
            yield group.none, (group.gate,)
        for item in group.items:
            if gates := tuple(gate for gate in (group.gate, item.gate) if gate):
                yield item.shown.code, gates


def _narrower(knowledge: Knowledge) -> Iterator[tuple[str, frozenset[str]]]:
    findings = knowledge.findings
    for iri, finding in findings.items():
        implying = {one for one in knowledge.hierarchy.narrower.get(iri, ()) if one in findings and one != iri}
        if implying:
            yield finding.code, frozenset(findings[one].code for one in implying)
