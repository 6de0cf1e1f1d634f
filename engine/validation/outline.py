"""A criterion as lines of plain words, one node a line, indented, with its passages. Names of shapes are left out."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.decide.facts import ranges_in_words
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import And, AtLeast, Criterion, Measured, NotSuspected, Or, Present, Suspected

INDENT = "  "


def outline(criterion: Criterion | None) -> tuple[str, ...]:
    """The lines of a criterion; of none, no line."""
    return tuple(_lines(criterion, 0)) if criterion is not None else ()


def _lines(criterion: Criterion, depth: int) -> Iterator[str]:
    match criterion:
        case And() | Or() if len(criterion.children) == 1:
            yield from _lines(criterion.children[0], depth)
        case And() | Or():
            yield INDENT * depth + ("all of" if isinstance(criterion, And) else "any of") + _passages(criterion)
            for child in criterion.children:
                yield from _lines(child, depth + 1)
        case _:
            yield INDENT * depth + _leaf(criterion) + _passages(criterion)


def _passages(criterion: Criterion) -> str:
    return f" [{', '.join(sorted(criterion.passages))}]" if criterion.passages else ""


def _leaf(criterion: Criterion) -> str:
    match criterion:
        case Measured():
            inside, outside = ranges_in_words(criterion)
            return f"{shorten(criterion.measurement)} {inside} (refuted: {outside})"
        case AtLeast():
            return f"at least {criterion.count} of {shorten(criterion.group)}"
        case Suspected() | NotSuspected():
            return f"{criterion.operator.replace('-', ' ')} {shorten(criterion.condition)}"
        case Present() if criterion.absence_inconclusive:
            return f"present {shorten(criterion.finding)} (its absence proves nothing)"
        case _:
            return f"{criterion.operator} {shorten(getattr(criterion, 'finding', ''))}"
