"""one-of: a coded value, such as sex, that is one of some."""

from __future__ import annotations

from collections.abc import Callable

from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.measurement import MeasuredNode
from spinegraph.engine.criteria.node import Head
from spinegraph.engine.criteria.shapes import NOTHING, Code, CoreForm, Iri, ShapeData, node_shape
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import IN_ENGLISH, Messages
from spinegraph.engine.model import Criterion, Hierarchy, OneOf

# Turtle ------------------------------------------------------------------------------------------


def _read(shape: Shape, annotations: Annotations) -> OneOf:
    path, possible = shape.coded("sh:path")
    if shape.number("sh:minCount") != 1:
        raise shape.error(
            f"The criterion on {shape.named(path)} would also hold where nothing is known",
            "Add sh:minCount 1: a value that is not known is none of these.",
            "sh:minCount" if shape.states("sh:minCount") else "sh:path",
        )
    named = shape.codes("sh:in", possible)
    return OneOf(
        coded=path,
        codes=tuple(code for code in possible if code in named),
        others=tuple(code for code in possible if code not in named),
        **annotations,
    )


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: OneOf, to: Emitter) -> Planes:
    return to.comparison(criterion)


def _conclusions(_: OneOf, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(criterion: OneOf, _: Surroundings, __: Callable[[Criterion], Reach]) -> Reach:
    return Reach(refuted=bool(criterion.others), open=True)


# Case --------------------------------------------------------------------------------------------


def _prepare(head: Head, criterion: OneOf, graph: Preparation) -> MeasuredNode:
    return MeasuredNode(head, criterion, graph, bounded=bool(criterion.others))


# Words -------------------------------------------------------------------------------------------


def in_words(criterion: OneOf, choice: Callable[[str, str], str], say: Messages = IN_ENGLISH) -> tuple[str, str]:
    """The values that are meant, and all others.

    >>> in_words(OneOf(coded="smoking", codes=("never", "former"), others=("current",)), lambda _, code: code)
    ('never or former', 'current')
    """
    joint = f" {say('or')} "
    sides = (joint.join(choice(criterion.coded, code) for code in codes) for codes in (criterion.codes, criterion.others))
    inside, outside = sides
    return inside, outside or say("not known")


def _clause(criterion: OneOf, names: Names) -> Clause:
    inside, outside = in_words(criterion, names.choice, names.say)
    return Clause(criterion.operator, names.name(criterion.coded), inside, opposite=outside)


# SHACL -------------------------------------------------------------------------------------------


def _one_of(criterion: OneOf, codes: tuple[str, ...]) -> ShapeData:
    return {"sh:path": Iri(criterion.coded), "sh:minCount": 1, "sh:in": [Code(code) for code in codes]}


def _dual(criterion: OneOf, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return _one_of(criterion, criterion.others) if criterion.others else NOTHING


def _core(criterion: OneOf, _: Surroundings, __: Callable[[Criterion], CoreForm | None]) -> CoreForm:
    holds, refuted = ({"sh:property": node_shape(_one_of(criterion, codes))} for codes in (criterion.codes, criterion.others))
    return CoreForm(holds, refuted if criterion.others else NOTHING)


KINDS = (
    Kind(
        criterion=OneOf,
        constraint="sh:path",
        modifiers=("sh:minCount", "sh:in"),
        read=_read,
        emit=_emit,
        conclusions=_conclusions,
        prepare=_prepare,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    ),
)
