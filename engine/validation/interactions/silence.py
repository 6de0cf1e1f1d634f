"""Exclusions that silence what should be heard: an emergency rule, or what another package says of the same patient (SG913)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.model import Exclusion, Recommendation
from spinegraph.engine.validation.diagnostics import Witness
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour, named


def silenced(analysis: Analysis) -> Iterator[Behaviour]:
    """Exclusions that hold for a patient for whom an emergency rule, or a rule of another package, holds too."""
    relations = analysis.program.relations
    for exclusion in (rule for rule in analysis.knowledge.rules.values() if isinstance(rule, Exclusion)):
        own = relations.package(exclusion)
        barred = [rule for rule in analysis.recommendations if exclusion in relations.excluding(rule)]
        if not exclusion.rationale:
            urgent = [rule for rule in barred if relations.package(rule) == own and _is_emergency(rule)]
            yield from _barring(analysis, exclusion, urgent, "emergency")
        yield from _barring(analysis, exclusion, [rule for rule in barred if relations.package(rule) != own], "other-package")
        if not exclusion.source:
            yield from _speaking_elsewhere(analysis, exclusion, own)


def _is_emergency(rule: Recommendation) -> bool:
    return rule.direction == "for" and rule.urgency == "emergency"


def _barring(analysis: Analysis, exclusion: Exclusion, rules: list[Recommendation], message: str) -> Iterator[Behaviour]:
    """An exclusion that keeps rules from a patient who meets them, with the patient of the first."""
    met = [rule for rule in rules if analysis.exists(analysis.holds(exclusion), analysis.holds(rule))]
    if met:
        patient = analysis.somebody(analysis.holds(exclusion), analysis.holds(met[0]))
        claims = ((exclusion, "holds"), (met[0], "holds"), (met[0], "out-of-scope"))
        yield _behaviour(analysis, exclusion, met, message, analysis.witness(patient, claims))


def _speaking_elsewhere(analysis: Analysis, exclusion: Exclusion, own: str) -> Iterator[Behaviour]:
    """Each other package that advises a patient of whom this one says that no source speaks."""
    relations = analysis.program.relations
    shown: set[str] = set()
    for rule in analysis.recommendations:
        package = relations.package(rule)
        if package == own or package in shown or rule.direction != "for":
            continue
        patient = analysis.smallest(analysis.holds(exclusion), analysis.verdict(rule, "indicated"))
        if patient is not None:
            shown.add(package)
            witness = analysis.witness(patient, ((exclusion, "holds"), (rule, "indicated")))
            yield _behaviour(analysis, exclusion, [rule], "speaking-elsewhere", witness)


def _behaviour(
    analysis: Analysis, exclusion: Exclusion, rules: list[Recommendation], message: str, witness: Witness
) -> Behaviour:
    terms = {
        "exclusion": named(exclusion),
        "rule": named(rules[0]),
        "others": len(rules) - 1,
        "package": analysis.program.relations.package(rules[0]),
    }
    return Behaviour(
        name="silenced",
        rule=exclusion.iri,
        others=tuple(rule.iri for rule in rules),
        message=message,
        terms=terms,
        witness=witness,
    )
