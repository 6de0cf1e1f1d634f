"""Gates of screens → `enableWhen` of FHIR (R4, Questionnaire.item.enableWhen): flat conditions, of which one has to hold.

A gate shuts what stands behind it while it is refuted, not while it is unknown. What a flat list cannot say stays shown: a form
hides nothing that the engine would ask.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import NamedTuple

from spinegraph.engine.exchange.fhir.form.link_ids import NO, UNKNOWN, YES
from spinegraph.engine.model import Absent, And, Bound, Criterion, Measured, OneOf, Or, Present
from spinegraph.engine.model.criteria import ActCriterion
from spinegraph.engine.model.units import comparable

_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
Given = float | str | None
"""An answer: a number, yes, no or unknown as `statuses` has them, the code of a choice; None of one that is not understood."""


class EnableWhen(NamedTuple):
    """One condition: a question, an operator of FHIR, and what its answer is compared with (of `exists`, a Boolean).

    `unit`: of a duration, which the engine compares by days.
    """

    question: str
    operator: str
    answer: bool | float | str
    unit: str = ""


AnyOf = tuple[EnableWhen, ...]
"""Conditions of which one has to hold; none at all is no condition."""


def unless_refuted(gate: Criterion | None, asked: Mapping[str, str]) -> AnyOf:
    """When a gate is not refuted by the answers. `asked`: IRI of what the form asks → its `linkId`."""
    if isinstance(gate, Or):
        return _either(gate, asked)
    if isinstance(gate, And):
        return _both(gate, asked)
    if not isinstance(gate, Present | Absent | ActCriterion | Measured | OneOf) or gate.subject not in asked:
        return ()
    link = asked[gate.subject]
    return (EnableWhen(link, "exists", False), *_leaving(gate, link))


def _leaving(gate: Present | Absent | ActCriterion | Measured | OneOf, link: str) -> AnyOf:
    """The answers that leave a criterion unrefuted."""
    if isinstance(gate, Measured):
        return _in_range(link, gate)
    if isinstance(gate, OneOf):
        return tuple(EnableWhen(link, "=", code) for code in gate.codes)
    denied = isinstance(gate, Absent) or (isinstance(gate, ActCriterion) and gate.denied)
    return tuple(EnableWhen(link, "=", word) for word in (NO if denied else YES, UNKNOWN))


def _either(gate: Or, asked: Mapping[str, str]) -> AnyOf:
    """Refuted only where every part is: always shown if one of them cannot be said."""
    parts = [unless_refuted(child, asked) for child in gate.children]
    return tuple(dict.fromkeys(one for part in parts for one in part)) if all(parts) else ()


def _both(gate: And, asked: Mapping[str, str]) -> AnyOf:
    """Refuted where one part is. Of several questions a flat list says one alone; of one number it says that no value is left."""
    parts = [one for one in gate.children if isinstance(one, Measured)]
    if len(parts) == len(gate.children) and len({one.measurement for one in parts}) == 1 and parts[0].measurement in asked:
        lower = max((_least(one.lower) for one in parts if one.lower), default=None)
        upper = min((_most(one.upper) for one in parts if one.upper), default=None)
        if lower is not None and upper is not None and lower >= upper:
            return (EnableWhen(asked[parts[0].measurement], "exists", False),)
    said = [part for child in gate.children if (part := unless_refuted(child, asked))]
    return min(said, key=len) if said else ()


def _in_range(link: str, gate: Measured) -> AnyOf:
    """The bound below, or else that above: both of one number are two conditions, of which a list asks one."""
    if gate.lower is not None:
        value, strict = _least(gate.lower)
        return (EnableWhen(link, ">" if strict else ">=", value, gate.unit),)
    if gate.upper is not None:
        value, itself = _most(gate.upper)
        return (EnableWhen(link, "<=" if itself else "<", value, gate.unit),)
    return ()


def _least(bound: Bound) -> tuple[float, bool]:
    """The least number that a bound does not refute, and whether it refutes that itself: a key that sorts as the bounds do."""
    return (bound.value, not bound.inclusive) if bound.other is None else (bound.other, False)


def _most(bound: Bound) -> tuple[float, bool]:
    """The greatest number that a bound does not refute, and whether it leaves that itself."""
    return (bound.value, bound.inclusive) if bound.other is None else (bound.other, True)


def is_met(conditions: AnyOf, given: Mapping[str, Given]) -> bool:
    """Whether a question is asked beside these answers, by `linkId`. What is not understood shuts nothing."""
    return not conditions or any(_holds(one, given) for one in conditions)


def _holds(condition: EnableWhen, given: Mapping[str, Given]) -> bool:
    if condition.question not in given:
        return condition.operator == "exists" and not condition.answer
    answer, wanted = given[condition.question], condition.answer
    if answer is None:
        return True
    if condition.operator == "exists":
        return bool(wanted)
    if isinstance(answer, str) or isinstance(wanted, str):
        return condition.operator == "=" and answer == wanted
    return _ORDERS[condition.operator](comparable(answer, condition.unit), comparable(wanted, condition.unit))
