"""Everything that is asked of the rules, in the order of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour
from spinegraph.engine.validation.interactions.assessments import disagreeing_assessments
from spinegraph.engine.validation.interactions.conflicts import idle_tensions, opposite_directions
from spinegraph.engine.validation.interactions.displacement import circular_overrides, uncovered
from spinegraph.engine.validation.interactions.members import without_member
from spinegraph.engine.validation.interactions.reachability import idle_overrides, repeated, shadowed, trivial, unreachable
from spinegraph.engine.validation.interactions.scores import counted_twice, uneven_bands
from spinegraph.engine.validation.interactions.silence import silenced
from spinegraph.engine.validation.interactions.subjects import other_subjects
from spinegraph.engine.validation.interactions.thresholds import uneven_thresholds

ANALYSES: tuple[Callable[[Analysis], Iterator[Behaviour]], ...] = (
    opposite_directions,
    idle_overrides,
    idle_tensions,
    unreachable,
    trivial,
    shadowed,
    uncovered,
    circular_overrides,
    uneven_thresholds,
    disagreeing_assessments,
    repeated,
    other_subjects,
    silenced,
    uneven_bands,
    counted_twice,
    without_member,
)


def survey(analysis: Analysis) -> Iterator[Behaviour]:
    """All that the rules do or can never do. Raises ReplayError where a witness is decided otherwise than analysed."""
    for analyse in ANALYSES:
        yield from analyse(analysis)
