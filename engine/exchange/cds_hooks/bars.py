"""What stands against an order for this patient, and what is advised instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.exchange.cds_hooks.orders import Draft
from spinegraph.engine.model import Brief, Knowledge, Recommendation, Verdict

STANDING: tuple[Verdict, ...] = ("indicated", "provisional")
"""Verdicts of a recommendation that applies, the first without reserve."""
OPEN: tuple[Verdict, ...] = ("undetermined", "provisional", "conflicting")
"""Verdicts of which it is not settled whether the recommendation applies."""


class Bars(NamedTuple):
    """A draft, and the recommendations that it concerns and that apply: those against it, and those for it."""

    draft: Draft
    against: tuple[Recommendation, ...]
    in_favour: tuple[Recommendation, ...]


class Speaking:
    """Which recommendations speak of which intervention: those about it, or about one that is wider; and where none for it
    applies, those about what it then comes to (`core:unindicated`)."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._broader = knowledge.hierarchy.broader
        self._of: dict[str, list[Recommendation]] = {}
        for rule in knowledge.rules.values():
            if isinstance(rule, Recommendation):
                self._of.setdefault(rule.intervention, []).append(rule)
        self._unindicated: dict[str, list[str]] = {}
        for iri, intervention in knowledge.interventions.items():
            for wide in intervention.unindicated:
                self._unindicated.setdefault(wide, []).append(iri)

    def about(self, interventions: Sequence[str]) -> tuple[Recommendation, ...]:
        """Each once, those about the intervention itself first."""
        wider = (broad for iri in interventions for broad in (iri, *self._broader.get(iri, ())))
        return tuple({rule.iri: rule for broad in wider for rule in self._of.get(broad, ())}.values())

    def is_within(self, intervention: str, wider: Sequence[str]) -> bool:
        """Whether an intervention is one of others, or narrower than one of them."""
        return bool({intervention, *self._broader.get(intervention, ())} & {*wider})

    def about_order(self, interventions: Sequence[str], verdicts: Mapping[str, Verdict]) -> tuple[Recommendation, ...]:
        """What speaks of an order as a patient is: where nothing of it applies, nor anything for a kind of what is ordered, also
        what speaks of that to which it then comes."""
        about = self.about(interventions)
        applying = (rule for rules in self._of.values() for rule in rules if verdicts[rule.id] in STANDING)
        spoken = {rule.iri for rule in about}
        if any(rule.iri in spoken or self._is_for(rule, interventions) for rule in applying):
            return about
        wider = (broad for iri in interventions for broad in (iri, *self._broader.get(iri, ())))
        come_to = dict.fromkeys(iri for broad in wider for iri in self._unindicated.get(broad, ()))
        return tuple({rule.iri: rule for rule in (*about, *self.about(tuple(come_to)))}.values())

    def _is_for(self, rule: Recommendation, interventions: Sequence[str]) -> bool:
        return rule.direction == "for" and self.is_within(rule.intervention, interventions)

    def bars(self, draft: Draft, verdicts: Mapping[str, Verdict]) -> Bars:
        """What applies of what speaks of a draft; what applies without reserve comes first."""
        applies = sorted(
            (rule for rule in self.about_order(draft.interventions, verdicts) if verdicts[rule.id] in STANDING),
            key=lambda rule: STANDING.index(verdicts[rule.id]),
        )
        return Bars(
            draft,
            tuple(rule for rule in applies if rule.direction == "against"),
            tuple(rule for rule in applies if rule.direction == "for"),
        )

    def instead(
        self, draft: Draft, brief: Brief, verdicts: Mapping[str, Verdict], rules: Mapping[str, Recommendation]
    ) -> Iterator[Recommendation]:
        """What the brief says to do, as far as it applies without reserve, is not this very order and is not barred itself."""
        for line in brief.do:
            for id_ in line.recommendations:
                rule = rules[id_]
                if verdicts[id_] != "indicated" or self.is_within(rule.intervention, draft.interventions):
                    continue
                others = self.about((rule.intervention,))
                if not any(other.direction == "against" and verdicts[other.id] in STANDING for other in others):
                    yield rule
