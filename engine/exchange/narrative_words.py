"""Criteria in a patient's words: a small tree of labels, which the templates turn into a phrase."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from engine.exchange.narrative_reading import RED_FLAG, Reading, nodes_of
from engine.model import (
    Absent,
    And,
    AtLeast,
    Bound,
    Criterion,
    Measured,
    NotSuspected,
    Or,
    Present,
    Suspected,
    Unassessed,
)

MANY = 5
"""From so many warning signs on they are called that, and not listed again."""


class Clause(NamedTuple):
    """A condition in words: `kind` says how label and parts combine; the templates know the words for it."""

    kind: str
    label: str = ""
    parts: tuple[Clause, ...] = ()
    lower: Bound | None = None
    upper: Bound | None = None
    unit: str = ""
    count: int = 0


def clause_of(criterion: Criterion, reading: Reading) -> Clause:
    """A criterion as a patient may read it."""
    knowledge = reading.knowledge
    many = _many_warning_signs(criterion, reading)
    match criterion:
        case And() if many and _all(criterion, Absent):
            return Clause("no-warning-sign")
        case Or() if many and _all(criterion, Present):
            return Clause("warning-sign")
        case And() | Or():
            parts = _flat(criterion.operator, (clause_of(child, reading) for child in criterion.children))
            return parts[0] if len(parts) == 1 else Clause(criterion.operator, parts=parts)
        case Present() | Absent() | Unassessed():
            return Clause(criterion.operator, knowledge.findings[criterion.finding].patient_label)
        case Suspected() | NotSuspected():
            return Clause(criterion.operator, knowledge.conditions[criterion.condition].patient_label)
        case AtLeast():
            return Clause("at-least", knowledge.findings[criterion.group].patient_label, count=criterion.count)
        case Measured():
            measurement = knowledge.measurements[criterion.measurement]
            return Clause(
                "measured", measurement.patient_label, lower=criterion.lower, upper=criterion.upper, unit=measurement.unit
            )
    raise TypeError(f"no criterion: {criterion!r}")


def _flat(operator: str, parts: Iterable[Clause]) -> tuple[Clause, ...]:
    """Parts with nested parts of the same kind opened, each once."""
    found: dict[Clause, None] = {}
    for part in parts:
        found.update(dict.fromkeys(part.parts if part.kind == operator else (part,)))
    return tuple(found)


def _all(criterion: Criterion, kind: type[Present | Absent]) -> bool:
    """Whether what a criterion tests of findings is all of one kind (ranges beside them do not matter)."""
    return all(isinstance(node, (And, Or, Measured, kind)) for node in nodes_of(criterion))


def _many_warning_signs(criterion: Criterion, reading: Reading) -> bool:
    tested = [node for node in nodes_of(criterion) if isinstance(node, Present | Absent)]
    flagged = [node for node in tested if reading.of_kind(node.passages, RED_FLAG)]
    return len(flagged) >= MANY and len(flagged) == len(tested)
