"""Kinds of criterion, one module per kind with everything that can be asked of it (see `kind.Kind`).

To add a kind: its struct in `engine/model/criteria.py`, its module here, its line in `KINDS`; then its Turtle and its tests.
"""

from __future__ import annotations

from typing import Any

from spinegraph.engine.criteria import (
    acts,
    boolean,
    coded,
    count,
    measurement,
    presence,
    readings,
    related,
    score,
    suspicion,
    timed,
)
from spinegraph.engine.criteria.kind import Emitter, Kind, Planes, Preparation, Reach, Surroundings
from spinegraph.engine.criteria.node import CriterionNode, Head
from spinegraph.engine.criteria.shapes import CoreForm, ShapeData
from spinegraph.engine.criteria.words import LABEL, Clause, Names, Style, text_of
from spinegraph.engine.model import Criterion

KINDS: tuple[Kind[Any], ...] = (
    *presence.KINDS[:2],
    *suspicion.KINDS,
    *presence.KINDS[2:],
    *count.KINDS,
    *score.KINDS,
    *boolean.KINDS,
    *measurement.KINDS,
    *coded.KINDS,
    *related.KINDS,
    *acts.KINDS,
    *timed.KINDS,
    *readings.KINDS,
)
"""All kinds; messages list their constraints in this order."""
_KIND_OF: dict[type[Criterion], Kind[Any]] = {kind.criterion: kind for kind in KINDS}


def kind_of(criterion: Criterion) -> Kind[Any]:
    """The kind of a criterion."""
    return _KIND_OF[type(criterion)]


def clause_of(criterion: Criterion, names: Names) -> Clause:
    """A criterion in words, without grammar."""
    return kind_of(criterion).clause(criterion, names)


def words_of(criterion: Criterion, names: Names, style: Style = LABEL) -> str:
    """What a criterion asks, in one line; of one that joins others, how they are joined."""
    return text_of(clause_of(criterion, names), style)


def dual_of(criterion: Criterion) -> ShapeData:
    """A shape that conforms if the criterion is refuted (De Morgan)."""
    return kind_of(criterion).dual(criterion, dual_of)


def core_of(criterion: Criterion, around: Surroundings) -> CoreForm | None:
    """Shapes of SHACL Core alone that conform if the criterion holds, and if it is refuted, where the conclusions of other rules
    are at hand. None where Core cannot say it: it compares no dates and does not compute."""
    return kind_of(criterion).core(criterion, around, lambda part: core_of(part, around))


def reach_of(criterion: Criterion, around: Surroundings) -> Reach:
    """Whether a criterion can be refuted, and whether it can be open, by its structure alone."""
    return kind_of(criterion).reach(criterion, around, lambda part: reach_of(part, around))


def emit(criterion: Criterion, to: Emitter) -> Planes:
    """The expressions of the planes of a criterion."""
    return kind_of(criterion).emit(criterion, to)


def prepare(criterion: Criterion, head: Head, graph: Preparation) -> CriterionNode:
    """The node of a criterion; those of its parts come from the graph."""
    return kind_of(criterion).prepare(head, criterion, graph)
