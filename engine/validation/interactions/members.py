"""Recommended classes of which no member can be used, for some patient whom no declared gap speaks of (SG919)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.decide.members import STANDING, USABLE, Member, members_of
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Recommendation, SourceGap
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour, named


def without_member(analysis: Analysis) -> Iterator[Behaviour]:
    """Each class that is recommended to somebody of which every member is displaced or barred, with the smallest such patient."""
    relations = analysis.program.relations
    told: set[str] = set()
    for iri, members in members_of(analysis.knowledge, relations).items():
        rule = analysis.knowledge.rules[iri]
        if not isinstance(rule, Recommendation) or rule.intervention in told:
            continue
        gaps = [one for one in analysis.knowledge.rules.values() if isinstance(one, SourceGap)]
        own = [one for one in gaps if relations.package(one) == relations.package(rule)]
        literals = [analysis.verdict(rule, *STANDING), *(-analysis.acts(gap) for gap in own)]
        literals += [-_usable(analysis, member) for member in members]
        literals.append(analysis.circuit.any_of(_displaced(analysis, member) for member in members))
        patient = analysis.smallest(*literals)
        if patient is not None:
            told.add(rule.intervention)
            yield Behaviour(
                name="no-usable-member",
                rule=rule.iri,
                others=tuple(member.rule.iri for member in members),
                message="class",
                terms={"rule": named(rule), "intervention": shorten(rule.intervention)},
                witness=analysis.witness(patient, ()),
            )


def _usable(analysis: Analysis, member: Member) -> int:
    """The literal of a member's being usable, or open."""
    against = _against(analysis, member)
    provisional = analysis.circuit.all_of([analysis.verdict(member.rule, "provisional"), -against])
    behind = analysis.circuit.all_of([analysis.verdict(member.rule, "overridden"), -_displacing(analysis, member)])
    return analysis.circuit.any_of([analysis.verdict(member.rule, *USABLE), provisional, behind])


def _displaced(analysis: Analysis, member: Member) -> int:
    """The literal of a member's being overridden, or barred by what is recorded or by advice against it."""
    bars = analysis.circuit.any_of(analysis.verdict(bar, *STANDING) for bar in member.bars)
    recorded = analysis.circuit.all_of([analysis.verdict(member.rule, "provisional"), _against(analysis, member)])
    barred = analysis.circuit.all_of([analysis.verdict(member.rule, "not-indicated"), bars])
    displaced = analysis.circuit.all_of([analysis.verdict(member.rule, "overridden"), _displacing(analysis, member)])
    return analysis.circuit.any_of([displaced, recorded, barred])


def _displacing(analysis: Analysis, member: Member) -> int:
    return analysis.circuit.any_of(analysis.holds(other) for other in member.displacing)


def _against(analysis: Analysis, member: Member) -> int:
    slots = (analysis.program.pair(present).holds for present in member.contraindications)
    return analysis.circuit.any_of(analysis.planes[slot] for slot in slots)
