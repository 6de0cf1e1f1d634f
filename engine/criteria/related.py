"""related: two measurements of one patient, their difference or ratio in a range; known only if both are.

One of them is multiplied by a factor. It is computed as it is written, in decimals: nothing is rounded before it is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from spinegraph.engine.criteria.changes import NEVER, ChangeSets
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.measurement import is_empty, ranges_in_words
from spinegraph.engine.criteria.node import CLOSED, CriterionNode, Explanation, Head, OpenFacts, Part
from spinegraph.engine.criteria.open_facts import constant_or
from spinegraph.engine.criteria.shapes import CoreForm, Iri, ShapeData, conforms_to_any
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import noted
from spinegraph.engine.model import Bound, Criterion, Difference, Fact, Hierarchy, Measured, Proof, Ratio, Related

TO, FACTOR = "core:to", "core:factor"
FACETS = ("core:minInclusive", "core:minExclusive", "core:maxInclusive", "core:maxExclusive")
"""As of a measurement, but of what is computed: sh:minInclusive would be about a value."""

# Turtle ------------------------------------------------------------------------------------------


def _reader(criterion: type[Related]) -> Callable[[Shape, Annotations], Related]:
    constraint = f"core:{criterion.operator}"

    def read(shape: Shape, annotations: Annotations) -> Related:
        first = shape.measurement(constraint)
        if not shape.states(TO):
            raise shape.error(
                f"{constraint} stands without {TO}", f"Add {TO} and the second measurement.", constraint, lacks=(TO,)
            )
        second = shape.measurement(TO)
        _check_units(shape, first, second, criterion)
        lower, upper = range_of(shape, constraint)
        factor = _factor(shape, constraint)
        return criterion(measurement=first, other=second, factor=factor, lower=lower, upper=upper, **annotations)

    return read


def _factor(shape: Shape, constraint: str) -> float:
    factor = shape.number(FACTOR)
    if not factor:
        what = (
            f"{FACTOR} is 0" if shape.states(FACTOR) else f"It is not said by what the other measurement is multiplied ({FACTOR})"
        )
        raise shape.error(what, f"Write {FACTOR} 1, or another number than 0.", FACTOR if shape.states(FACTOR) else constraint)
    return factor


def _check_units(shape: Shape, first: str, second: str, criterion: type[Related]) -> None:
    if first == second:
        raise shape.error(f"{shape.named(first)} is compared with itself", "Name another measurement.", TO)
    units = [shape.unit(first), shape.unit(second)]
    if not criterion.ratio and units[0] != units[1]:
        raise shape.error(
            f"{shape.named(first)} is in {units[0] or 'no unit'} and {shape.named(second)} in {units[1] or 'no unit'}, "
            "of which there is no difference",
            "Take measurements of one unit, or their core:ratio: other engines compute with the numbers as they are written.",
            TO,
            kind="wrong-kind",
        )


def range_of(shape: Shape, constraint: str) -> tuple[Bound | None, Bound | None]:
    """Both ends of what is computed, one of them at least. Raises CriterionError where there is none, or nothing between them."""
    lower, upper = _bound(shape, *FACETS[:2]), _bound(shape, *FACETS[2:])
    if lower is None and upper is None:
        raise shape.error(f"{constraint} has no range", f"Give one of {', '.join(FACETS)}.", constraint)
    if is_empty(lower, upper):
        raise shape.error(f"The range of {constraint} is empty", "Swap the numbers.", constraint, kind="impossible-range")
    return lower, upper


def _bound(shape: Shape, inclusive: str, exclusive: str) -> Bound | None:
    including, excluding = shape.number(inclusive), shape.number(exclusive)
    if including is not None and excluding is not None:
        raise shape.error(f"Both {inclusive} and {exclusive} are given", "Keep one of them.", exclusive)
    value = including if including is not None else excluding
    return None if value is None else Bound(value=value, inclusive=including is not None)


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: Related, to: Emitter) -> Planes:
    return to.relation(criterion)


def _conclusions(_: Related, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(_: Related, __: Surroundings, ___: Callable[[Criterion], Reach]) -> Reach:
    return Reach(refuted=True, open=True)


def relate(criterion: Related, value: float, other: float) -> tuple[int, int]:
    """(in range, out of it) of two known values; neither where the ratio to nothing is asked for.

    >>> tenfold = Difference(measurement="x", other="y", factor=10, lower=Bound(value=0, inclusive=True))
    >>> relate(tenfold, 12, 1), relate(tenfold, 3, 0.3), relate(tenfold, 2.9, 0.3)
    ((1, 0), (1, 0), (0, 1))
    """
    times = _decimal(criterion.factor) * _decimal(other)
    if criterion.ratio and not times:
        return 0, 0
    found = _decimal(value) / times if criterion.ratio else _decimal(value) - times
    ends = (
        (bound, sign * (found - _decimal(bound.value))) for bound, sign in ((criterion.lower, 1), (criterion.upper, -1)) if bound
    )
    inside = all(beyond > 0 or (bound.inclusive and not beyond) for bound, beyond in ends)
    return int(inside), int(not inside)


def _decimal(number: float) -> Decimal:
    return Decimal(repr(float(number)))


# Case --------------------------------------------------------------------------------------------


class RelatedNode(CriterionNode):
    """Two values in relation: the facts that are missing are named, changes of them are not worked out."""

    __slots__ = ("_bits", "_codes")

    def __init__(self, head: Head, criterion: Related, graph: Preparation) -> None:
        super().__init__(head)
        facts = graph.facts
        self._codes = (facts.code_of[criterion.measurement], facts.code_of[criterion.other])
        self._bits = tuple(facts.bit[code] for code in self._codes)

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def named(self) -> int:
        return 0

    def reaches(self) -> Iterator[int]:
        yield sum(self._bits)

    def _prove(self, case: Explanation, truth: int) -> Proof:
        first, _ = self._codes
        if not all(code in case.values for code in self._codes):
            return self._node(truth, Fact(code=first, state="unknown", basis="not-assessed"), ())
        value = case.case.measurements[first]
        return self._node(truth, Fact(code=first, state="known", basis="derived", value=value, through=self._codes), ())

    def restrict(self, full: frozenset[int]) -> Part:
        return constant_or(self, full)

    def _open_facts(self, case: Explanation) -> OpenFacts:
        missing = sum(bit for code, bit in zip(self._codes, self._bits, strict=True) if code not in case.values)
        return OpenFacts(missing, missing) if missing else CLOSED

    def _change(self, case: Explanation, goal: int) -> ChangeSets:  # noqa: ARG002 (none is worked out)
        return NEVER


# Words -------------------------------------------------------------------------------------------


RATIO, DIFFERENCE = noted("{first} divided by {other}"), noted("{first} minus {other}")


def _clause(criterion: Related, names: Names) -> Clause:
    inside, outside = ranges_in_words(Measured(measurement="", lower=criterion.lower, upper=criterion.upper), names.say)
    other = names.name(criterion.other)
    if criterion.factor != 1:
        other = names.say("{factor} times {other}", factor=f"{criterion.factor:.12g}", other=other)
    joint = RATIO if criterion.ratio else DIFFERENCE
    name = names.say(joint, first=names.name(criterion.measurement), other=other)
    unit = "" if criterion.ratio else names.unit(criterion.measurement)
    return Clause(criterion.operator, name, inside, unit=unit, opposite=outside)


# SHACL -------------------------------------------------------------------------------------------


def _shape(criterion: Related, facet: str, bound: Bound) -> ShapeData:
    return {
        f"core:{criterion.operator}": Iri(criterion.measurement),
        TO: Iri(criterion.other),
        FACTOR: criterion.factor,
        facet: bound.value,
    }


def _dual(criterion: Related, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    parts = []
    for bound, facets in ((criterion.lower, FACETS[2:]), (criterion.upper, FACETS[:2])):
        if bound:
            parts.append(_shape(criterion, facets[1] if bound.inclusive else facets[0], bound))
    return conforms_to_any(parts)


def _core(_: Related, __: Surroundings, ___: Callable[[Criterion], CoreForm | None]) -> None:
    """SHACL Core does not compute."""


def _kind(criterion: type[Related]) -> Kind[Related]:
    return Kind(
        criterion=criterion,
        constraint=f"core:{criterion.operator}",
        modifiers=(TO, FACTOR, *FACETS),
        read=_reader(criterion),
        emit=_emit,
        conclusions=_conclusions,
        prepare=RelatedNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    )


KINDS = (_kind(Difference), _kind(Ratio))
