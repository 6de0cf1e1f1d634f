"""A recommended class of interventions of which no member can be used: every recommendation for one is displaced or barred.

A class of which the guideline says for this patient nothing more exact is not meant: one member at least has to be displaced, or
barred by what is recorded or by advice against it, and none may be open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.criteria.node import TRUE, Explanation
from spinegraph.engine.decide.position import settled
from spinegraph.engine.model import Knowledge, Present, Recommendation, Verdict
from spinegraph.engine.program.program import Program
from spinegraph.engine.program.relations import Relations

STANDING: tuple[Verdict, ...] = ("indicated", "provisional")
USABLE: tuple[Verdict, ...] = ("indicated", "done", "undetermined", "conflicting")
"""A member that may still be used, or was."""


class Member(NamedTuple):
    """A recommendation for a member of a class, what is recorded against it, and the bars on it alone.

    `displacing`: what may displace it, but for advice for the class itself: that the whole comes first does not make a part of it
    unusable.
    """

    rule: Recommendation
    contraindications: tuple[Present, ...]
    bars: tuple[Recommendation, ...]
    displacing: tuple[Recommendation, ...]


class Fallen(NamedTuple):
    """A member that cannot be used, and why: ids of the rules that displace or bar it, or codes of what is recorded."""

    rule: Recommendation
    because: tuple[str, ...]


def members_of(knowledge: Knowledge, relations: Relations) -> Mapping[str, tuple[Member, ...]]:
    """IRI of each recommendation for a class → those of its package for narrower interventions, where there are any."""
    rules = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]
    place = {rule.iri: number for number, rule in enumerate(rules)}
    by_intervention: dict[str, list[Recommendation]] = {}
    for rule in rules:
        by_intervention.setdefault(rule.intervention, []).append(rule)
    found = {}
    for rule in rules:
        narrower = knowledge.hierarchy.narrower.get(rule.intervention, ()) if rule.direction == "for" else ()
        near = [one for iri in narrower if iri != rule.intervention for one in by_intervention.get(iri, ())]
        near.sort(key=lambda one: place[one.iri])
        same = (one for one in near if one.direction == "for" and relations.package(one) == relations.package(rule))
        whole = knowledge.hierarchy.broader.get(rule.intervention, (rule.intervention,))
        if members := tuple(_member(one, near, whole, knowledge, relations) for one in same):
            found[rule.iri] = members
    return found


def _member(
    rule: Recommendation, near: list[Recommendation], whole: Collection[str], knowledge: Knowledge, relations: Relations
) -> Member:
    displacing = [one for one in relations.overriding(rule) if one.direction == "against" or one.intervention not in whole]
    return Member(rule, relations.contraindications(rule), _bars(rule, near, knowledge), tuple(displacing))


def _bars(rule: Recommendation, near: list[Recommendation], knowledge: Knowledge) -> tuple[Recommendation, ...]:
    wider = knowledge.hierarchy.broader.get(rule.intervention, (rule.intervention,))
    return tuple(other for other in near if other.direction == "against" and other.intervention in wider)


class Classes:
    """The recommended classes of one knowledge, to be asked about cases."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._members = members_of(program.knowledge, program.relations)

    def without_member(self, rule: Recommendation, case: Explanation) -> tuple[Fallen, ...]:
        """Every member of a recommended class with why it cannot be used; () where one can, or may, or none is displaced."""
        members = self._members.get(rule.iri, ())
        if not members or self._of(rule, case) not in STANDING:
            return ()
        found = []
        for member in members:
            verdict = self._of(member.rule, case)
            against = tuple(present for present in member.contraindications if case.finding_state(present.finding) & TRUE)
            why = tuple(self._why(member, verdict, against, case))
            if verdict in USABLE or (verdict in ("provisional", "overridden") and not why):
                return ()
            found.append(Fallen(member.rule, why))
        return tuple(found) if any(fallen.because for fallen in found) else ()

    def _why(self, member: Member, verdict: Verdict, against: tuple[Present, ...], case: Explanation) -> Iterator[str]:
        if verdict == "provisional":
            yield from (self._program.knowledge.findings[present.finding].code for present in against)
        displacing = member.displacing if verdict == "overridden" else ()
        yield from (other.id for other in displacing if case.planes[self._program.rules[other.iri].whole.holds])
        if verdict == "not-indicated":
            yield from (other.id for other in member.bars if self._of(other, case) in STANDING)

    def _of(self, rule: Recommendation, case: Explanation) -> Verdict:
        found = self._program.verdict(rule.iri, case.planes)
        return found if case.consistent else settled(found, self._program.verdict(rule.iri, case.certain))
