"""Criteria in a patient's words: a small tree of labels, which the templates turn into a phrase.

Only what stays clear in one sentence is put into words; anything deeper is `complex`, and stated without its condition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from spinegraph.engine import criteria
from spinegraph.engine.criteria.words import PAGE, text_of
from spinegraph.engine.exchange.article.reading import Reading, nodes_of
from spinegraph.engine.model import (
    Absent,
    And,
    Bound,
    Criterion,
    Measured,
    Or,
    Present,
)

MANY = 5
"""From so many warning signs on they are called that, and not listed again."""
MOST_PARTS = 3
"""So many conditions at once can be put into words."""


class Clause(NamedTuple):
    """A condition in words. `kind`: the operator of a criterion, no-warning-sign, warning-sign, any, all, complex.

    The warning signs and the last have no label; `any` and `all` have parts. `text` is for kinds that the templates do not know.
    """

    kind: str
    label: str = ""
    text: str = ""
    parts: tuple[Clause, ...] = ()
    lower: Bound | None = None
    upper: Bound | None = None
    least: int = 0


COMPLEX = Clause("complex")


def clause_of(criterion: Criterion, reading: Reading) -> Clause:
    """A criterion as a patient may read it."""
    if isinstance(criterion, And):
        return Clause("no-warning-sign") if _is_screen(criterion, reading) else _all_of(criterion, reading)
    if isinstance(criterion, Or):
        return Clause("warning-sign") if _is_any_sign(criterion, reading) else _any_of(criterion, reading)
    found = criteria.clause_of(criterion, reading.patient_names)
    text = text_of(found, PAGE)
    return Clause(found.operator, found.name, text, lower=found.lower, upper=found.upper, least=found.least)


def _all_of(criterion: And, reading: Reading) -> Clause:
    parts = _flat("all", (clause_of(child, reading) for child in criterion.children))
    if len(parts) == 1:
        return parts[0]
    return Clause("all", parts=parts) if len(parts) <= MOST_PARTS and COMPLEX not in parts else COMPLEX


def _any_of(criterion: Or, reading: Reading) -> Clause:
    parts = _flat("any", (clause_of(child, reading) for child in criterion.children))
    if len(parts) == 1:
        return parts[0]
    return Clause("any", parts=parts) if all(part.kind in ("present", "suspected") for part in parts) else COMPLEX


def _flat(kind: str, parts: Iterable[Clause]) -> tuple[Clause, ...]:
    """Parts, each once, with those of parts of the same kind in their place."""
    found: dict[Clause, None] = {}
    for part in parts:
        found.update(dict.fromkeys(part.parts if part.kind == kind else (part,)))
    return tuple(found)


# Warning signs --------------------------------------------------------------------------------


def _signs(reading: Reading) -> set[str]:
    """The findings that the reader is shown as warning signs."""
    return {node.finding for flag in reading.flags for node in nodes_of(flag.criterion) if isinstance(node, Present)}


def _is_screen(criterion: And, reading: Reading) -> bool:
    """Whether a criterion holds for whoever has none of the warning signs shown: it asks for nothing but absences of them."""
    tested = _absences(criterion)
    return len(tested) >= MANY and tested <= _signs(reading) and all(map(_wants_absence, criterion.children))


def _absences(criterion: Criterion) -> set[str]:
    """The findings whose absence makes a criterion hold; of alternatives, only those that ask for nothing else."""
    if isinstance(criterion, Absent):
        return {criterion.finding}
    if isinstance(criterion, And | Or):
        return set().union(*(_absences(child) for child in criterion.children if _wants_absence(child)))
    return set()


def _wants_absence(criterion: Criterion) -> bool:
    if isinstance(criterion, And):
        return all(map(_wants_absence, criterion.children))
    if isinstance(criterion, Or):
        return any(map(_wants_absence, criterion.children))
    return isinstance(criterion, Absent)


def _is_any_sign(criterion: Or, reading: Reading) -> bool:
    """Whether any of the warning signs shown is enough."""
    enough = {child.finding for child in nodes_of(criterion) if isinstance(child, Present)}
    simple = all(isinstance(node, Or | Present | And | Measured) for node in nodes_of(criterion))
    return simple and len(enough) >= MANY and _signs(reading) <= enough
