"""A patient in words, and the proof that the engine decides him as the analysis says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine.errors import ReplayError
from engine.inference.decision import Engine
from engine.inference.program import Pair
from engine.model import Case, Knowledge
from engine.validation.diagnostics import Witness


class Claim(NamedTuple):
    """What a witness has to show: the verdict of a recommendation, or the truth of any rule ("holds", "refuted")."""

    rule: str
    state: str


def replayed(engine: Engine, case: Case, claims: Iterable[Claim]) -> Witness:
    """The case as a witness, after the engine has decided it.

    Raises ReplayError where the engine says anything else than a claim.
    """
    verdicts = engine.verdicts(case)
    planes = engine.explain(case).planes
    shows = []
    for rule, state in claims:
        found = verdicts.get(rule) if state not in _TRUTHS else _truth(engine, rule, planes)
        if found != state:
            raise ReplayError(
                f"The analysis says that rule {rule} is {state}; the engine says {found}.",
                where=f"present {list(case.present)}, absent {list(case.absent)}, measured {dict(case.measurements)}",
                mend="Report this with the knowledge: one of the two is wrong.",
            )
        shows.append(f"{rule} {'is ' if state not in _TRUTHS else ''}{state}")
    return Witness(case=case, words=tuple(words(case, engine.knowledge)), shows=tuple(shows))


_TRUTHS: Mapping[str, tuple[int, int]] = {"holds": (1, 0), "is refuted": (0, 1)}


def _truth(engine: Engine, rule: str, planes: tuple[int, ...]) -> str:
    slots = next(engine.program.rules[iri].whole for iri, known in engine.knowledge.rules.items() if known.id == rule)
    bits = _bits(slots, planes)
    return next((name for name, wanted in _TRUTHS.items() if wanted == bits), f"{bits}")


def _bits(slots: Pair, planes: tuple[int, ...]) -> tuple[int, int]:
    return planes[slots.holds], planes[slots.refuted]


def words(case: Case, knowledge: Knowledge) -> Iterator[str]:
    """One fact a line: measurements, then what is present, then what is absent; the rest is not known."""
    labels = {finding.code: finding.label for finding in knowledge.findings.values()}
    measurements = {measurement.code: measurement for measurement in knowledge.measurements.values()}
    for code, value in case.measurements.items():
        unit = measurements[code].unit
        yield f"{measurements[code].label}: {value:g} {unit}".rstrip()
    for code in case.present:
        yield f"has {labels[code]}"
    for code in case.absent:
        yield f"does not have {labels[code]}"
    if not (case.present or case.absent or case.measurements):
        yield "nothing is known"
