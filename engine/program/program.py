"""The rules as one straight-line program over truth planes; `compiler.py` writes it.

A plane holds one bit per patient: an `int` for one patient, a NumPy array for a population. Every criterion, fact and
rule has two planes, (holds, refuted); the generated code consists of `&`, `|` and `^` on them, in dependency order, and
nothing else. No second implementation of the semantics exists apart from the oracle (`reference.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import compress, cycle
from typing import Any, NamedTuple

from spinegraph.engine.model import (
    VERDICTS,
    Compared,
    Criterion,
    Knowledge,
    Recurrence,
    Related,
    Score,
    Timed,
    Verdict,
)
from spinegraph.engine.program.relations import Relations

Plane = Any
"""Anything with &, | and ^ bit by bit: int, numpy.uint64 array."""


FURTHEST: tuple[Verdict, ...] = (
    "indicated", "provisional", "conflicting", "undetermined", "done", "overridden", "not-indicated", "out-of-scope",
)  # fmt: skip
"""Which of the verdicts of several recommendations counts for a choice within any of them: the first of these."""


class Comparison(NamedTuple):
    """What is asked of a value, by IRI of the measurement or coded property: two input planes, so and certainly not so."""

    measurement: str
    criterion: Compared


class Performable(NamedTuple):
    """What does recommendations once it is performed: an intervention (IRI). Of those that recur, until it is due again."""

    intervention: str
    recurrence: Recurrence | None = None


class Pair(NamedTuple):
    """Positions of a (holds, refuted) pair in the program's output."""

    holds: int
    refuted: int


class RuleSlots(NamedTuple):
    """Where the planes of a rule stand in the output: scope and criterion together, and each alone."""

    whole: Pair
    scope: Pair
    criterion: Pair


class LevelSlots(NamedTuple):
    """Where the planes of the levels stand (design section 5, *Level*), highest first: for every patient one of them is set."""

    emergency: int
    urgent: int
    undetermined: int
    routine: int


class Program(NamedTuple):
    """The compiled knowledge. `run(inputs)` takes and gives planes in the order that the tables name.

    `verdicts` has, for each recommendation, the positions of its verdict planes in the order of VERDICTS: for every patient
    exactly one of them is set; all of them stand side by side, at the positions `of_verdicts`. So do the planes of `present`,
    and those of `absent`, in the order of `findings` and then of what is only derived. `performable` are the interventions by
    which some recommendation is done, `related` what is asked of two values together, `timed` what only dates decide. `clash`
    is the plane of the patients with a finding that is both present and absent. `standing`: for each recommendation, that it
    has a place in a brief. `acting`, only where it was asked for, has the planes of every rule as it acts on others: those of
    the rule, but for patients its source does not cover.
    """

    knowledge: Knowledge
    code: str
    run: Callable[[Sequence[Plane]], tuple[Plane, ...]]
    findings: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    performable: tuple[Performable, ...]
    related: tuple[Related, ...]
    timed: tuple[Timed, ...]
    slots: Mapping[Any, Pair]
    rules: Mapping[str, RuleSlots]
    verdicts: Mapping[str, range]
    of_verdicts: range
    present: Mapping[str, int]
    absent: Mapping[str, int]
    clash: int
    level: LevelSlots
    standing: Mapping[str, int]
    acting: Mapping[str, Pair]
    relations: Relations

    @property
    def input_size(self) -> int:
        """Two planes per finding, two per comparison, one per intervention that can be performed, two for what is asked of two
        values, two for what dates decide, and one full of ones."""
        return self.first_timed + 2 * len(self.timed) + 1

    @property
    def first_performed(self) -> int:
        """Where the input planes of `performable` begin."""
        return 2 * len(self.findings) + 2 * len(self.comparisons)

    @property
    def first_related(self) -> int:
        """Where the input planes of `related` begin."""
        return self.first_performed + len(self.performable)

    @property
    def first_timed(self) -> int:
        """Where the input planes of `timed` begin."""
        return self.first_related + 2 * len(self.related)

    @property
    def codes_of_related(self) -> tuple[tuple[str, str], ...]:
        """The codes of the two values of each of `related`."""
        measurements = self.knowledge.measurements
        return tuple((measurements[one.measurement].code, measurements[one.other].code) for one in self.related)

    def verdict(self, recommendation: str, planes: tuple[int, ...]) -> Verdict:
        """The verdict of one patient, by IRI of the recommendation."""
        slots = self.verdicts[recommendation]
        return VERDICTS[planes.index(1, slots.start, slots.stop) - slots.start]

    def all_verdicts(self, planes: tuple[int, ...]) -> tuple[Verdict, ...]:
        """All verdicts of one patient in one sweep, which matters where there are thousands (see `place_of_verdict`)."""
        return tuple(compress(cycle(VERDICTS), planes[self.of_verdicts.start : self.of_verdicts.stop]))

    def place_of_verdict(self, recommendation: str) -> int:
        """Where the verdict of a recommendation, by IRI, stands among all."""
        return (self.verdicts[recommendation].start - self.of_verdicts.start) // len(VERDICTS)

    def verdict_planes(self, recommendation: str, planes: Sequence[Plane]) -> dict[Verdict, Plane]:
        """The planes of the verdicts of a recommendation, of any carrier."""
        return {verdict: planes[slot] for verdict, slot in zip(VERDICTS, self.verdicts[recommendation], strict=True)}

    def done(self, obtained: Criterion) -> Pair:
        """The output positions of all that an intervention obtains being known; it is never refuted."""
        return self.slots[done_key(obtained)]

    def pair(self, criterion: Criterion) -> Pair:
        """The output positions of a criterion that some rule uses."""
        return self.slots[structure(criterion)]


def done_key(obtained: Criterion) -> tuple[Any, ...]:
    """By what the planes of "all that is obtained is known, by examination" are found: stricter than the criterion itself."""
    return ("done", structure(obtained))


def structure(criterion: Criterion) -> tuple[Any, ...]:
    """What a criterion tests, without its names: equal structures share one pair of planes."""
    tested = (name for name in criterion.__struct_fields__ if name not in Criterion.__struct_fields__)
    return (criterion.operator, *(_structure_of(getattr(criterion, name)) for name in tested))


def _structure_of(value: Any) -> Any:
    if isinstance(value, Criterion):
        return structure(value)
    if isinstance(value, Score):
        return value.iri, *((item.points, structure(item.criterion)) for item in value.items)
    return tuple(map(_structure_of, value)) if isinstance(value, tuple) else value
