"""Random cases over all findings and measurements, for the oracle, the property tests and the benchmark."""

from __future__ import annotations

import random
from collections.abc import Iterator

from spinegraph.engine.model import Absent, Case, Criterion, Measured, Present, Unassessed
from spinegraph.engine.program.program import Program

from tests.dated_cases import with_dates

STATES = ("present", "absent", "unknown", "contradictory")


def random_cases(program: Program, seed: int) -> Iterator[Case]:
    """An endless, seeded stream of cases.

    Each case leans towards a state of its own, so that screens which need many absences are completed now and then;
    presentations are mostly present, so that scopes are reached; measurements lie at, just below and just above every
    threshold that a criterion has.
    """
    chance = random.Random(seed)  # noqa: S311
    knowledge = program.knowledge
    codes = [knowledge.findings[iri].code for iri in program.findings]
    presentations = sorted(
        {knowledge.findings[iri].code for rule in knowledge.rules.values() if rule.scope for iri in _findings_of(rule.scope)}
    )
    while True:
        weights = chance.choice(([1, 2, 2, 0], [1, 12, 1, 0], [2, 6, 2, 0.2], [4, 2, 4, 0.5], [1, 1, 10, 0], [1, 30, 0, 0]))
        present, absent = set(), set()
        for code in codes:
            pull = [8, 1, 1, 0.1] if code in presentations else weights
            state = chance.choices(STATES, pull)[0]
            if state in ("present", "contradictory"):
                present.add(code)
            if state in ("absent", "contradictory"):
                absent.add(code)
        if chance.random() < 0.8:
            _make_consistent(program, present, absent)
        case = Case(
            present=tuple(sorted(present)),
            absent=tuple(sorted(absent)),
            measurements=_related(program, dict(_measurements(program, chance)), chance),
            coded=dict(_coded(program, chance)),
        )
        yield with_dates(program, case, chance)


def _findings_of(criterion: Criterion) -> Iterator[str]:
    yield from (node.finding for node in criterion.walk() if isinstance(node, Present | Absent | Unassessed))


def _make_consistent(program: Program, present: set[str], absent: set[str]) -> None:
    """Drop absences that a present narrower finding contradicts."""
    knowledge = program.knowledge
    iri_of = {finding.code: iri for iri, finding in knowledge.findings.items()}
    implied = {iri for code in present for iri in knowledge.hierarchy.broader[iri_of[code]]}
    absent -= {knowledge.findings[iri].code for iri in implied if iri in knowledge.findings}


def _related(program: Program, values: dict[str, float], chance: random.Random) -> dict[str, float]:
    """The values, some of them such that two are related as a criterion asks for, or nearly so."""
    possible = {measurement.code: measurement for measurement in program.knowledge.measurements.values()}
    for (one, other), criterion in zip(program.codes_of_related, program.related, strict=True):
        bounds = [bound.value for bound in (criterion.lower, criterion.upper) if bound]
        if other in values and chance.random() < 0.6:
            times, bound = criterion.factor * values[other], chance.choice(bounds)
            value = round((bound * times if criterion.ratio else bound + times) + chance.choice((-0.5, -1e-6, 0.0, 1e-6, 0.5)), 6)
            values[one] = min(max(value, possible[one].minimum), possible[one].maximum)
    return values


def _coded(program: Program, chance: random.Random) -> Iterator[tuple[str, str]]:
    for thing in program.knowledge.coded.values():
        if chance.random() < 0.75:
            yield thing.code, chance.choice(thing.codes)


def _measurements(program: Program, chance: random.Random) -> Iterator[tuple[str, float]]:
    for iri, measurement in program.knowledge.measurements.items():
        bounds = {
            value
            for comparison in program.comparisons
            if comparison.measurement == iri and isinstance(comparison.criterion, Measured)
            for bound in (comparison.criterion.lower, comparison.criterion.upper)
            if bound
            for value in (bound.value, bound.other)
            if value is not None
        }
        if chance.random() < 0.75:
            around = [value + step for value in bounds for step in (-0.5, -1e-6, 0.0, 1e-6, 0.5)]
            anywhere = chance.uniform(max(measurement.minimum, 0), min(measurement.maximum, 120))
            value = chance.choice([*around, round(anywhere, 1)])
            yield measurement.code, min(max(value, measurement.minimum), measurement.maximum)
