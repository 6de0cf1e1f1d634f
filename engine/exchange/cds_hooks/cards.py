"""Cards about a patient: the brief, what to ask, what contradicts itself. Never more than these three."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spinegraph.engine.exchange.cds_hooks.card_texts import action_lines, footing, joined, notes_on_the_record, section
from spinegraph.engine.exchange.cds_hooks.links import LinkOptions, Links
from spinegraph.engine.exchange.cds_hooks.messages import EXTENSION, Card, CardSource, Indicator, summary_of
from spinegraph.engine.messages import Messages
from spinegraph.engine.model import Answer, InputAccount, Level, Verdict

INDICATORS: Mapping[Level, Indicator] = {
    "emergency": "critical", "urgent": "warning", "routine": "info", "undetermined": "info",
}  # fmt: skip
"""Level of a brief → how pressing its card is."""
APPLYING: frozenset[Verdict] = frozenset(("indicated", "provisional", "conflicting", "overridden", "done"))
"""Verdicts by which a recommendation says something of a patient."""
CONTRADICTIONS = ("contradictory-values", "contradictory-age", "clashing-identity")
"""Kinds of notes on a record that tell of a contradiction which the case does not show."""
ITEMS = 8


class Told(NamedTuple):
    """What cards are made of: the answer to the case, every verdict, how the record was read, what of it is not there, the
    words, and where links lead. `hook`: which was called; `instance`: the UUID of the call."""

    answer: Answer
    verdicts: Mapping[str, Verdict]
    account: InputAccount | None
    missing: Mapping[str, str]
    say: Messages
    options: LinkOptions
    hook: str
    instance: str

    def card_id(self, *parts: str) -> str:
        """The name of a card, or of a part of one: the same in the same call about the same case, and in no other."""
        return str(uuid.uuid5(uuid.UUID(self.instance), "\n".join((self.hook, self.answer.id, *parts))))

    def extension(self, kind: str, **more: Any) -> dict[str, Any]:
        """What is ours in a card."""
        answer = self.answer
        return {EXTENSION: {"card": kind, "decision": answer.id, "knowledge": answer.knowledge.digest, **more}}


def patient_cards(told: Told, links: Links, source: CardSource) -> tuple[Card, ...]:
    """The cards of a patient's view; none where nothing speaks of the patient, or the patient is not alive."""
    if not speaks(told):
        return ()
    brief = told.answer.brief
    asks = bool(brief.ask) and _is_covered(told)
    only_asks = asks and brief.level == "undetermined" and not (brief.do or brief.avoid or brief.rule_out or brief.level_if)
    found = [] if only_asks else [_brief_card(told, links, source)]
    if asks:
        found.append(asking_card(told, links, source))
    found += _contradiction_card(told, source)
    return tuple(found)


def is_deceased(account: InputAccount | None) -> bool:
    """Whether the record says that the patient has died: then there is nothing to propose."""
    return account is not None and "deceased" in account.kinds


def _is_covered(told: Told) -> bool:
    return bool(APPLYING & {*told.verdicts.values()})


def speaks(told: Told) -> bool:
    """Whether anything is to be said of the patient: a recommendation applies; a sign has its level, whoever has it; or something
    is recorded, and the sources say that they leave out such patients."""
    if is_deceased(told.account):
        return False
    excluded = any(notice.code == "out-of-scope" for notice in told.answer.notices)
    graded = told.answer.brief.level in ("emergency", "urgent")
    return _is_covered(told) or graded or (excluded and bool(told.answer.case.present))


def _brief_card(told: Told, links: Links, source: CardSource) -> Card:
    brief, say, card_id = told.answer.brief, told.say, told.card_id("brief")
    rules = [id_ for line in (*brief.do, *brief.avoid) for id_ in line.recommendations]
    detail = joined(
        section(say("Do"), action_lines(brief.do)),
        section(say("Avoid"), action_lines(brief.avoid)),
        section(say("Rule out"), (one.label for one in brief.rule_out)),
        section(say("Level, if"), (one.text for one in brief.level_if)),
        notes_on_the_record(told.account, told.missing, say),
        footing(brief),
    )
    return Card(
        uuid=card_id,
        summary=summary_of(brief.headline),
        indicator=INDICATORS[brief.level],
        source=source,
        detail=detail,
        links=links.of(told.answer.case, told.options, say, card_id, rules[0] if rules else ""),
        extension=told.extension(
            "brief",
            level=brief.level,
            settled=brief.settled,
            because=[marker.code for marker in brief.because],
            verdicts={id_: told.verdicts[id_] for id_ in rules},
        ),
    )


def asking_card(told: Told, links: Links, source: CardSource) -> Card:
    """What is asked next. A screen's question goes with its items, as many as fit."""
    say, card_id = told.say, told.card_id("ask")
    wanted = {*told.answer.brief.ask}
    screens = [screen for screen in told.answer.screens if screen.id in wanted]
    questions = [f"{one.question} {_row([item.label for item in one.items])}" for one in screens]
    return Card(
        uuid=card_id,
        summary=summary_of(say("Ask next: {names}.", names="; ".join(screen.title for screen in screens))),
        indicator="info",
        source=source,
        detail=joined(
            section(say("What an answer can still change, the most dangerous first"), questions),
            notes_on_the_record(told.account, told.missing, say),
            footing(told.answer.brief),
        ),
        links=links.of(told.answer.case, told.options, say, card_id),
        extension=told.extension("ask", screens=[screen.id for screen in screens]),
    )


def _row(labels: Sequence[str]) -> str:
    return "; ".join(labels[:ITEMS]) + (" …" if len(labels) > ITEMS else "")


def _contradiction_card(told: Told, source: CardSource) -> Iterator[Card]:
    """What the record says both ways; nothing where it does not."""
    say = told.say
    lines = [notice.message for notice in told.answer.notices if notice.code == "contradictory-input"]
    about = [code for notice in told.answer.notices if notice.code == "contradictory-input" for code in notice.about]
    noted = [one for one in (told.account.attention if told.account else ()) if one.kind in CONTRADICTIONS]
    lines += [f"{one.text} ({one.resource})" for one in noted]
    conflicting = sorted(id_ for id_, verdict in told.verdicts.items() if verdict == "conflicting")
    if not lines:
        return
    yield Card(
        uuid=told.card_id("contradiction"),
        summary=summary_of(say("The record contradicts itself: {first}", first=lines[0])),
        indicator="warning",
        source=source,
        detail=joined(section(say("To be reconciled before anything is done for it"), lines), footing(told.answer.brief)),
        extension=told.extension("contradiction", about=about, conflicting=conflicting),
    )
