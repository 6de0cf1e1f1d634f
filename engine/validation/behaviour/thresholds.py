"""Two rules that part one measurement between them: a value that neither takes (SG907), a value that both take (SG908).

Two rules are alternatives if, with the measurement taken out, the same patients meet both: a patient who meets one at some
value meets the other at another value, and never both there. Such rules should meet at one bound. A bound that both leave
out, or both take, is a slip of the pen between any alternatives; a wider gap or overlap is one where they conclude for and
against the same intervention. A printed band ("4-6 weeks") is no gap: there nothing is refuted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from engine.inference.program import Program
from engine.knowledge import units
from engine.model import Assessment, Measured, Measurement, Recommendation, Rule
from engine.validation.behaviour.analysis import Analysis, Behaviour, named
from engine.validation.behaviour.patients import pieces


class _At(NamedTuple):
    """All patients with one value of the measurement: the literals of every rule, and of the record being consistent."""

    value: float
    point: bool
    holds: dict[str, int]
    refuted: dict[str, int]
    consistent: int


class _Side(NamedTuple):
    """Two alternatives, the values at which one and the other holds, and the literal of the patients whom they share."""

    lower: Rule
    upper: Rule
    first: int
    last: int
    shared: int


def uneven_thresholds(analysis: Analysis) -> Iterator[Behaviour]:
    """Gaps and overlaps between the ranges of alternatives, per measurement."""
    for iri in dict.fromkeys(comparison.measurement for comparison in analysis.program.comparisons):
        measurement = analysis.knowledge.measurements[iri]
        at = _along(analysis, measurement)
        rules = [rule for rule in analysis.knowledge.rules.values() if isinstance(rule, Recommendation | Assessment)]
        spans = {rule.iri: span for rule in rules if (span := _span(analysis, at, rule))}
        for pair in combinations((rule for rule in rules if rule.iri in spans), 2):
            if side := _alternatives(analysis, at, spans, pair):
                yield from _between(analysis, measurement, at, side)


def _along(analysis: Analysis, measurement: Measurement) -> list[_At]:
    """The literals at each piece of the measurement's range, in ascending order."""
    program: Program = analysis.program
    criteria: list[Measured] = [c.criterion for c in program.comparisons if c.measurement == measurement.iri]
    found = []
    for piece in pieces(measurement, criteria):
        planes = analysis.patients.with_value(program, measurement.code, piece.value)
        slots = {iri: program.rules[iri].whole for iri in analysis.knowledge.rules}
        holds = {iri: planes[pair.holds] for iri, pair in slots.items()}
        refuted = {iri: planes[pair.refuted] for iri, pair in slots.items()}
        found.append(_At(piece.value, piece.point, holds, refuted, -planes[program.clash]))
    return found


def _alternatives(
    analysis: Analysis, at: Sequence[_At], spans: dict[str, tuple[int, int]], pair: tuple[Rule, Rule]
) -> _Side | None:
    """The two rules in the order of their ranges, if they are alternatives."""
    for lower, upper in (pair, pair[::-1]):
        first, last = spans[lower.iri][0], spans[upper.iri][1]
        if first >= last:
            continue
        low, high = at[first], at[last]
        both = (low.consistent, high.consistent)
        apart = not (
            analysis.exists(*both, low.holds[lower.iri], low.holds[upper.iri])
            or analysis.exists(*both, high.holds[lower.iri], high.holds[upper.iri])
        )
        if apart and not analysis.exists(*both, analysis.circuit.differ(low.holds[lower.iri], high.holds[upper.iri])):
            return _Side(lower, upper, first, last, analysis.circuit.all_of((*both, low.holds[lower.iri])))
    return None


def _span(analysis: Analysis, at: Sequence[_At], rule: Rule) -> tuple[int, int] | None:
    """The first and the last piece at which somebody meets the rule, where the measurement matters to it."""
    if len({(a.holds[rule.iri], a.refuted[rule.iri]) for a in at}) == 1:
        return None
    met = [number for number, a in enumerate(at) if analysis.exists(a.consistent, a.holds[rule.iri])]
    return (met[0], met[-1]) if met else None


def _between(analysis: Analysis, measurement: Measurement, at: Sequence[_At], side: _Side) -> Iterator[Behaviour]:
    lower, upper = side.lower.iri, side.upper.iri
    for a in at[side.first + 1 : side.last]:
        if not (a.point or _opposed(analysis, side)):
            continue
        here = (side.shared, a.consistent)
        where = f"at {measurement.label} {a.value:g} {units.in_words(measurement.unit)}".rstrip()
        if analysis.exists(*here, a.refuted[lower], a.refuted[upper]):
            yield _behaviour(analysis, "threshold-gap", side, (measurement, a), f"neither holds {where}", "refuted")
        elif analysis.exists(*here, a.holds[lower], a.holds[upper]):
            yield _behaviour(analysis, "threshold-overlap", side, (measurement, a), f"both hold {where}", "holds")


def _opposed(analysis: Analysis, side: _Side) -> bool:
    """For and against the same intervention, or a kind of it."""
    rules = (side.lower, side.upper)
    if not all(isinstance(rule, Recommendation) for rule in rules):
        return False
    orders = [rule for rule in rules if isinstance(rule, Recommendation) and rule.direction == "for"]
    bars = [rule for rule in rules if isinstance(rule, Recommendation) and rule.direction == "against"]
    narrower = analysis.knowledge.hierarchy.narrower
    return any(o.intervention in narrower.get(b.intervention, (b.intervention,)) for o in orders for b in bars)


def _behaviour(analysis: Analysis, name: str, side: _Side, found: tuple[Measurement, _At], what: str, state: str) -> Behaviour:
    measurement, a = found
    met = a.holds if state == "holds" else a.refuted
    literals = (side.shared, a.consistent, met[side.lower.iri], met[side.upper.iri])
    patient = analysis.somebody(*literals, values={measurement.code: a.value})
    return Behaviour(
        name=name,
        rule=side.lower.iri,
        others=(side.upper.iri,),
        what=f"{named(side.lower)} and {named(side.upper)} divide {measurement.label} between them, but {what}.",
        witness=analysis.witness(patient, ((side.lower, state), (side.upper, state))),
    )
