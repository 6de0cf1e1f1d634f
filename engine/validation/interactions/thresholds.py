"""Two rules that part one measurement between them: a value that neither takes (SG907), a value that both take (SG908).

Two rules are alternatives if, with the measurement taken out, the same patients meet both: a patient who meets one at some
value meets the other at another value, and never both there. Such rules should meet at one bound. A bound that both leave
out, or both take, is a slip of the pen between any alternatives; a wider gap or overlap is one where they conclude for and
against the same intervention. A printed band ("4-6 weeks") is no gap: there nothing is refuted. Nor is a stretch for which a
third rule with a range of its own speaks of the same intervention or condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from spinegraph.engine.decide.stretches import pieces
from spinegraph.engine.model import Assessment, Measurement, Recommendation, Rule, units
from spinegraph.engine.program.program import Program
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour, named


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
    related = {iri for criterion in analysis.program.related for iri in criterion.mentions}
    for iri in dict.fromkeys(comparison.measurement for comparison in analysis.program.comparisons):
        measurement = analysis.knowledge.measurements.get(iri)
        if measurement is None or iri in related:
            continue  # coded values have no bounds; of related values, one alone cannot be fixed
        at = _along(analysis, measurement)
        rules = [rule for rule in analysis.knowledge.rules.values() if isinstance(rule, Recommendation | Assessment)]
        spans = {rule.iri: span for rule in rules if (span := _span(analysis, at, rule))}
        for pair in combinations((rule for rule in rules if rule.iri in spans), 2):
            if side := _alternatives(analysis, at, spans, pair):
                yield from _between(analysis, measurement, at, side, [rule for rule in rules if rule.iri in spans])


def _along(analysis: Analysis, measurement: Measurement) -> list[_At]:
    """The literals at each piece of the measurement's range, in ascending order."""
    program: Program = analysis.program
    criteria = [c.criterion for c in program.comparisons if c.measurement == measurement.iri]
    found = []
    for piece in pieces(measurement, criteria):
        planes = analysis.patients.with_value(program, measurement.code, piece.value)
        slots = {iri: program.rules[iri].whole for iri in analysis.knowledge.rules}
        holds = {iri: planes[pair.holds] for iri, pair in slots.items()}
        refuted = {iri: planes[pair.refuted] for iri, pair in slots.items()}
        found.append(_At(float(piece.value), piece.point, holds, refuted, -planes[program.clash]))
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


def _between(
    analysis: Analysis, measurement: Measurement, at: Sequence[_At], side: _Side, divided: Sequence[Rule]
) -> Iterator[Behaviour]:
    """What is wrong between two alternatives; `divided`: the rules to which the measurement matters."""
    lower, upper = side.lower.iri, side.upper.iri
    opposed = _opposed(analysis, side)
    between = [rule.iri for rule in divided if _speaks_between(analysis, rule, side)]
    for before, a, after in zip(at[side.first :], at[side.first + 1 : side.last], at[side.first + 2 :], strict=False):
        if not (opposed or (a.point and _meet_at(analysis, side, before, after))):
            continue
        here = (side.shared, a.consistent)
        if analysis.exists(*here, a.refuted[lower], a.refuted[upper], *(-a.holds[rule] for rule in between)):
            literals = (a.refuted[lower], a.refuted[upper], *(-a.holds[rule] for rule in between))
            yield _behaviour(analysis, "threshold-gap", side, (measurement, a), literals)
        elif analysis.exists(*here, a.holds[lower], a.holds[upper]):
            literals = (a.holds[lower], a.holds[upper])
            yield _behaviour(analysis, "threshold-overlap", side, (measurement, a), literals)


def _meet_at(analysis: Analysis, side: _Side, before: _At, after: _At) -> bool:
    """Whether a value parts the two rules: just below it only the lower one holds, just above it only the upper one."""
    return not (
        analysis.exists(side.shared, before.consistent, -before.holds[side.lower.iri])
        or analysis.exists(side.shared, after.consistent, -after.holds[side.upper.iri])
        or analysis.exists(side.shared, before.consistent, before.holds[side.upper.iri])
        or analysis.exists(side.shared, after.consistent, after.holds[side.lower.iri])
    )


def _speaks_between(analysis: Analysis, rule: Rule, side: _Side) -> bool:
    """Whether a third rule concludes about what one of the two concludes about, or about a wider or narrower thing."""
    if rule in (side.lower, side.upper):
        return False
    about = _about(rule)
    near = {about, *analysis.knowledge.hierarchy.narrower.get(about, ()), *analysis.knowledge.hierarchy.broader.get(about, ())}
    return bool(about) and bool(near & {_about(side.lower), _about(side.upper)})


def _about(rule: Rule) -> str:
    """What a rule concludes about: an intervention, a condition, or ""."""
    if isinstance(rule, Recommendation):
        return rule.intervention
    return rule.condition if isinstance(rule, Assessment) else ""


def _opposed(analysis: Analysis, side: _Side) -> bool:
    """For and against the same intervention, or a kind of it."""
    rules = (side.lower, side.upper)
    if not all(isinstance(rule, Recommendation) for rule in rules):
        return False
    orders = [rule for rule in rules if isinstance(rule, Recommendation) and rule.direction == "for"]
    bars = [rule for rule in rules if isinstance(rule, Recommendation) and rule.direction == "against"]
    narrower = analysis.knowledge.hierarchy.narrower
    return any(o.intervention in narrower.get(b.intervention, (b.intervention,)) for o in orders for b in bars)


def _behaviour(analysis: Analysis, name: str, side: _Side, found: tuple[Measurement, _At], met: Sequence[int]) -> Behaviour:
    measurement, a = found
    patient = analysis.somebody(side.shared, a.consistent, *met, values={measurement.code: a.value})
    state = "refuted" if name == "threshold-gap" else "holds"
    return Behaviour(
        name=name,
        rule=side.lower.iri,
        others=(side.upper.iri,),
        message="at-a-bound",
        terms={
            "lower": named(side.lower),
            "upper": named(side.upper),
            "measurement": measurement.label,
            "where": f"{measurement.label} {units.quantity(a.value, measurement.unit)}",
        },
        witness=analysis.witness(patient, ((side.lower, state), (side.upper, state))),
    )
