"""A patient in words, and the proof that the engine decides him as the analysis says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.errors import ReplayError
from spinegraph.engine.model import Case, Knowledge, units
from spinegraph.engine.validation.diagnostics import Witness


class Claim(NamedTuple):
    """What a witness has to show: the verdict of a recommendation, or of any rule that it "holds" or is "refuted"."""

    rule: str
    state: str


TRUTHS = ("open", "holds", "refuted", "contradictory")
"""Of scope and criterion together; index = holds + 2 * refuted."""


def replayed(engine: Engine, case: Case, claims: Iterable[Claim]) -> Witness:
    """The case as a witness, after the engine has decided it.

    Raises ReplayError where the engine says anything else than a claim.
    """
    verdicts = engine.verdicts(case)
    planes = engine.explain(case).planes
    shows = []
    for rule, state in claims:
        found = _truth(engine, rule, planes) if state in TRUTHS else verdicts.get(rule, "unknown")
        if found != state:
            raise ReplayError(
                f"The analysis says that rule {_phrase(rule, state)}; the engine says that it {_phrase('', found)}.",
                where=f"present {list(case.present)}, absent {list(case.absent)}, measured {dict(case.values)}",
                mend="Report this with the knowledge: one of the two is wrong.",
            )
        shows.append(_phrase(rule, state))
    return Witness(case=case, words=tuple(words(case, engine.knowledge)), shows=tuple(shows))


def _phrase(rule: str, state: str) -> str:
    return f"{rule} {state if state == 'holds' else f'is {state}'}".strip()


def _truth(engine: Engine, rule: str, planes: tuple[int, ...]) -> str:
    slots = next(engine.program.rules[iri].whole for iri, known in engine.knowledge.rules.items() if known.id == rule)
    return TRUTHS[planes[slots.holds] + 2 * planes[slots.refuted]]


def words(case: Case, knowledge: Knowledge) -> Iterator[str]:
    """One fact a line: measurements and coded values, then what is present, then what is absent; the rest is not known."""
    labels = {finding.code: finding.label for finding in knowledge.findings.values()}
    measurements = {measurement.code: measurement for measurement in knowledge.measurements.values()}
    coded = {thing.code: thing for thing in knowledge.coded.values()}
    interventions = {concept.code: concept.label for concept in knowledge.interventions.values()}
    for code, value in case.measurements.items():
        yield f"{measurements[code].label}: {units.quantity(value, measurements[code].unit)}"
    for name, code in case.coded.items():
        yield f"{coded[name].label}: {coded[name].label_of(code)}"
    for code in case.present:
        yield f"has {labels[code]}"
    for code in case.absent:
        yield f"does not have {labels[code]}"
    for code in case.performed:
        yield f"has had {interventions[code]}"
    if not (case.present or case.absent or case.values or case.performed):
        yield "nothing is known"
