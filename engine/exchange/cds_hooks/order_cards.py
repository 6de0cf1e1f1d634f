"""Cards about drafts of orders: a warning where a recommendation advises against one, with what is advised instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from spinegraph.engine.exchange.cds_hooks.bars import Bars, Speaking
from spinegraph.engine.exchange.cds_hooks.card_texts import (
    MOST_FACTS,
    MOST_MISSING,
    facts_of,
    footing,
    joined,
    notes_on_the_record,
    section,
    source_label,
)
from spinegraph.engine.exchange.cds_hooks.cards import Told
from spinegraph.engine.exchange.cds_hooks.links import Links
from spinegraph.engine.exchange.cds_hooks.messages import (
    Card,
    CardAction,
    CardSource,
    CardSuggestion,
    Indicator,
    summary_of,
)
from spinegraph.engine.exchange.cds_hooks.overriding import override_reasons
from spinegraph.engine.exchange.fhir.writing.codings import Codings
from spinegraph.engine.exchange.fhir.writing.requests import Order, draft_request
from spinegraph.engine.messages import noted
from spinegraph.engine.model import Knowledge, Recommendation, ShownRecommendation

OrderWriter = Callable[[Recommendation, str], Mapping[str, Any]]
"""A recommendation and the reference of the patient → the draft of an order, a resource that can be created."""
MOST_INSTEAD, MOST_PASSAGES = 2, 2
AGAINST = noted("Advised against for this patient: {order}. {label}.")
PERHAPS = noted("May be advised against for this patient: {order}. {label}.")


class OrderCards:
    """Makes the warnings of one knowledge."""

    def __init__(self, knowledge: Knowledge, speaking: Speaking, links: Links, write: OrderWriter) -> None:
        self._knowledge = knowledge
        self._speaking = speaking
        self._links = links
        self._write = write
        self._rules = {rule.id: rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)}
        self._labels = {rule.id: rule.label for rule in knowledge.rules.values()}
        groups = (knowledge.findings, knowledge.measurements, knowledge.conditions, knowledge.coded)
        self._labels |= {one.code: one.label for group in groups for one in group.values()}
        self._passages = {passage.id: passage for passage in knowledge.passages.values()}

    def warning(self, bars: Bars, told: Told, shown: Mapping[str, ShownRecommendation], patient: str) -> Card:
        """The warning about a draft that something stands against. `shown`: those recommendations, with their proofs, by id."""
        say, first = told.say, bars.against[0]
        card_id = told.card_id("order", bars.draft.name, first.id)
        sure = told.verdicts[first.id] == "indicated"
        suggestions = tuple(self._suggestions(bars, told, patient)) if bars.draft.has_id else ()
        frame = say(AGAINST if sure else PERHAPS, order=bars.draft.label, label=first.label.rstrip("."))
        return Card(
            uuid=card_id,
            summary=summary_of(frame),
            indicator=_indicator(first, sure),
            source=CardSource(label=source_label(bars.against, self._knowledge), url=first.iri),
            detail=joined(
                *(self._against(rule, told, shown[rule.id]) for rule in bars.against),
                section(say("The sources also recommend it"), (rule.text for rule in bars.in_favour)),
                notes_on_the_record(told.account, told.missing, say),
                footing(told.answer.brief),
            ),
            suggestions=suggestions,
            selection_behavior="at-most-one" if suggestions else "",
            override_reasons=override_reasons(say),
            links=self._links.of(told.answer.case, told.options, say, card_id, first.id),
            extension=told.extension(
                "order",
                order=bars.draft.name,
                verdicts={rule.id: told.verdicts[rule.id] for rule in (*bars.against, *bars.in_favour)},
                proof=self._facts(shown[first.id]),
            ),
        )

    def _facts(self, rule: ShownRecommendation) -> list[dict[str, object]]:
        """The facts on which a verdict rests, each once."""
        found: list[dict[str, object]] = []
        for fact in facts_of(rule.explanation) if rule.explanation else ():
            if fact not in found:
                found.append(fact)
        return found[:MOST_FACTS]

    def _against(self, rule: Recommendation, told: Told, shown: ShownRecommendation) -> str:
        """One reason: what is said, on what facts, what leaves it open, and where it stands."""
        say = told.say
        lines = [rule.text]
        facts = dict.fromkeys(self._name(str(fact["code"])) for fact in self._facts(shown) if fact["state"] != "absent")
        if facts:
            lines.append(say("On these facts: {names}.", names="; ".join(facts)))
        if told.verdicts[rule.id] != "indicated":
            lines.append(say("It is provisional, not settled."))
        if shown.left_open_by:
            lines.append(say("Left open: {labels}.", labels="; ".join(map(self._name, shown.left_open_by))))
        if shown.missing:
            named = "; ".join(map(self._name, shown.missing[:MOST_MISSING]))
            lines.append(say("Not known, and it could turn it: {names}.", names=named))
        for id_ in rule.passages[:MOST_PASSAGES]:
            passage = self._passages[id_]
            lines.append(f"{id_}: {passage.paraphrase}")
        return section(rule.label, lines)

    def _name(self, code: str) -> str:
        return self._labels.get(code, code)

    def _suggestions(self, bars: Bars, told: Told, patient: str) -> Iterator[CardSuggestion]:
        """What is advised instead, each with the draft taken back; the last only takes it back."""
        say = told.say
        remove = CardAction(
            type="delete", description=say("Take back: {order}", order=bars.draft.label), resource_id=bars.draft.name
        )
        better = self._speaking.instead(bars.draft, told.answer.brief, told.verdicts, self._rules)
        for rank, rule in enumerate(islice(better, MOST_INSTEAD)):
            create = CardAction(type="create", description=rule.label, resource=dict(self._write(rule, f"Patient/{patient}")))
            yield CardSuggestion(
                label=say("Instead: {label}", label=rule.label),
                uuid=told.card_id("order", bars.draft.name, "instead", rule.id),
                is_recommended=rank == 0,
                actions=(remove, create),
            )
        yield CardSuggestion(
            label=say("Do not order it"),
            uuid=told.card_id("order", bars.draft.name, "remove"),
            is_recommended=False,
            actions=(remove,),
        )


def _indicator(rule: Recommendation, sure: bool) -> Indicator:
    """An emergency that is settled is critical; what is against an order is a warning at least."""
    return "critical" if sure and rule.urgency == "emergency" else "warning"


def order_writer(knowledge: Knowledge) -> OrderWriter:
    """Writes orders as drafts, in the codes of a knowledge."""
    codings = Codings(knowledge)
    return lambda rule, subject: draft_request(rule, knowledge, codings, Order(subject))
