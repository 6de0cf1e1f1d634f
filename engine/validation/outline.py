"""A criterion as lines of plain words, one node a line, indented, with its passages. Names of shapes are left out."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.criteria import words_of
from spinegraph.engine.criteria.words import OUTLINE, Names
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Criterion

INDENT = "  "


def outline(criterion: Criterion | None) -> tuple[str, ...]:
    """The lines of a criterion; of none, no line."""
    return tuple(_lines(criterion, 0)) if criterion is not None else ()


NAMES = Names(shorten, lambda _: "", lambda _, code: code)


def _lines(criterion: Criterion, depth: int) -> Iterator[str]:
    joins = bool(criterion.parts) and not criterion.subject
    if joins and len(criterion.parts) == 1:
        yield from _lines(criterion.parts[0], depth)
        return
    yield INDENT * depth + words_of(criterion, NAMES, OUTLINE) + _passages(criterion)
    for part in criterion.parts if joins else ():
        yield from _lines(part, depth + 1)


def _passages(criterion: Criterion) -> str:
    return f" [{', '.join(sorted(criterion.passages))}]" if criterion.passages else ""
