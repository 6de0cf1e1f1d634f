"""measured: a number in a range, with a printed band where the source has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import structs
from spinegraph.engine.criteria.changes import NEVER, ChangeSets
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.node import CLOSED, CriterionNode, Explanation, Head, OpenFacts, Part
from spinegraph.engine.criteria.open_facts import constant_or
from spinegraph.engine.criteria.shapes import NOTHING, CoreForm, Iri, ShapeData, conforms_to_any, node_shape
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import IN_ENGLISH, Messages
from spinegraph.engine.model import Bound, Compared, Criterion, Fact, Hierarchy, Measured, Proof, Range
from spinegraph.engine.model.units import comparable

FACETS = ("sh:minInclusive", "sh:minExclusive", "sh:maxInclusive", "sh:maxExclusive")
BANDS = ("core:indeterminateFrom", "core:indeterminateTo")


# Turtle ------------------------------------------------------------------------------------------


def _read(shape: Shape, annotations: Annotations) -> Measured:
    path = shape.measurement("sh:path")
    if shape.number("sh:minCount") != 1:
        raise shape.error(
            f"The criterion on {shape.named(path)} would also hold where nothing was measured",
            "Add sh:minCount 1: a value that is not known is in no range.",
            "sh:minCount" if shape.states("sh:minCount") else "sh:path",
        )
    lower = _bound(shape, "sh:minInclusive", "sh:minExclusive", "core:indeterminateFrom")
    upper = _bound(shape, "sh:maxInclusive", "sh:maxExclusive", "core:indeterminateTo")
    if is_empty(lower, upper) or _runs_backwards(lower, upper):
        raise shape.error(
            f"The range on {shape.named(path)} is empty or its band runs backwards",
            "Swap the numbers.",
            next(name for name in (*BANDS, *FACETS) if shape.states(name)),
            kind="impossible-range",
        )
    return Measured(measurement=path, unit=shape.duration(path), lower=lower, upper=upper, **annotations)


def _bound(shape: Shape, inclusive: str, exclusive: str, band: str) -> Bound | None:
    including, excluding = shape.number(inclusive), shape.number(exclusive)
    other = shape.number(band)
    value = including if including is not None else excluding
    if including is not None and excluding is not None:
        raise shape.error(f"Both {inclusive} and {exclusive} are given", "Keep one of them.", exclusive)
    if value is None:
        if other is not None:
            raise shape.error(f"{band} without {inclusive} or {exclusive}", "Give the bound that the band belongs to.", band)
        return None
    return Bound(value=value, inclusive=including is not None, other=other)


def is_empty(lower: Bound | None, upper: Bound | None) -> bool:
    """Whether no number lies between two bounds."""
    if lower is None or upper is None:
        return False
    return lower.value > upper.value or (lower.value == upper.value and not (lower.inclusive and upper.inclusive))


def _runs_backwards(lower: Bound | None, upper: Bound | None) -> bool:
    below = lower is not None and lower.other is not None and lower.other > lower.value
    return below or (upper is not None and upper.other is not None and upper.other < upper.value)


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: Measured, to: Emitter) -> Planes:
    return to.comparison(criterion)


def _conclusions(_: Measured, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(criterion: Measured, _: Surroundings, __: Callable[[Criterion], Reach]) -> Reach:
    return Reach(refuted=criterion.lower is not None or criterion.upper is not None, open=True)


# Case --------------------------------------------------------------------------------------------


class MeasuredNode(CriterionNode):
    """A value as it is asked for: a measurement in a range, or a coded value that is one of some."""

    __slots__ = ("_bit", "_bounded", "_code", "_number", "_unmeasured", "_ways")

    def __init__(self, head: Head, criterion: Compared, graph: Preparation, *, bounded: bool, banded: bool = False) -> None:
        """`bounded`: whether some value refutes it; `banded`: whether some value leaves it open."""
        super().__init__(head)
        facts = graph.facts
        self._code = facts.code_of[criterion.subject]
        self._bit = facts.bit[self._code]
        self._bounded = bounded
        self._unmeasured = OpenFacts(self._bit, self._bit if self._bounded else 0)
        comparison = facts.comparison_of(criterion)
        self._number = 2 * len(facts.number) + 2 * comparison
        inside = ChangeSets(1 << self._number)
        outside = ChangeSets(2 << self._number) if self._bounded else NEVER
        beyond = [ChangeSets(*facts.leaving(comparison, out)) for out in (0, 1)] if banded else [outside, inside]
        self._ways = (inside, outside, *beyond)

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def named(self) -> int:
        return 1 << self._number | self._bounded << self._number + 1

    def reaches(self) -> Iterator[int]:
        yield self._bit

    def _prove(self, case: Explanation, truth: int) -> Proof:
        value = case.values.get(self._code)
        if value is None:
            return self._node(truth, Fact(code=self._code, state="unknown", basis="not-assessed"), ())
        known = {"choice": value} if isinstance(value, str) else {"value": value}
        return self._node(truth, Fact(code=self._code, state="known", basis="given", **known), ())

    def restrict(self, full: frozenset[int]) -> Part:
        return constant_or(self, full)

    def _open_facts(self, case: Explanation) -> OpenFacts:
        return CLOSED if self._code in case.values else self._unmeasured

    def _change(self, case: Explanation, goal: int) -> ChangeSets:  # noqa: ARG002 (the same whatever was measured)
        return self._ways[goal]


def _prepare(head: Head, criterion: Measured, graph: Preparation) -> MeasuredNode:
    bounds = [bound for bound in (criterion.lower, criterion.upper) if bound]
    return MeasuredNode(head, criterion, graph, bounded=bool(bounds), banded=any(bound.other is not None for bound in bounds))


# Words -------------------------------------------------------------------------------------------


def ranges_in_words(criterion: Measured, say: Messages = IN_ENGLISH) -> tuple[str, str]:
    """The range and its certain opposite: ("> 50", "<= 50").

    >>> ranges_in_words(Measured(measurement="weeks", lower=Bound(value=6, inclusive=True, other=4)))
    ('>= 6', '< 4')
    """
    inside, outside = [], []
    for bound, sign, opposite in ((criterion.lower, ">", "<"), (criterion.upper, "<", ">")):
        if bound:
            inside.append(f"{sign}{'=' * bound.inclusive} {bound.value:.12g}")
            outside.append(_opposite(bound, opposite))
    joined = f" {say('and')} ".join(inside), f" {say('or')} ".join(outside)
    return joined[0] or say("known"), joined[1] or say("not known")


def _opposite(bound: Bound, sign: str) -> str:
    if bound.other is not None:
        return f"{sign} {bound.other:.12g}"
    return f"{sign}{'' if bound.inclusive else '='} {bound.value:.12g}"


def ranges(criterion: Measured) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """What `ranges_in_words` says, as data: one range inside, one on each side outside.

    >>> import msgspec
    >>> msgspec.json.encode(ranges(Measured(measurement="weeks", lower=Bound(value=6, inclusive=True, other=4))))
    b'[[{"minimum":6}],[{"exclusive_maximum":4}]]'
    """
    inside: dict[str, float] = {}
    outside = []
    for bound, side, opposite in ((criterion.lower, "minimum", "maximum"), (criterion.upper, "maximum", "minimum")):
        if bound:
            inside[side if bound.inclusive else f"exclusive_{side}"] = bound.value
            beyond = bound.value if bound.other is None else bound.other
            closed = bound.other is None and not bound.inclusive
            outside.append(Range(**{opposite if closed else f"exclusive_{opposite}": beyond}))
    return (Range(**inside),), tuple(outside)


def _clause(criterion: Measured, names: Names) -> Clause:
    shown = _in_days(criterion) if names.days else criterion
    inside, outside = ranges_in_words(shown, names.say)
    return Clause(
        criterion.operator,
        names.name(criterion.measurement),
        inside,
        unit=names.unit(criterion.measurement) if shown is criterion else names.days,
        opposite=outside,
        lower=criterion.lower,
        upper=criterion.upper,
    )


def _in_days(criterion: Measured) -> Measured:
    """A duration with its bounds in days, where one of them is no short number in its own unit; else as it is.

    >>> ranges_in_words(_in_days(Measured(measurement="weeks", unit="wk", lower=Bound(value=4.285714, inclusive=True))))
    ('>= 30', '< 30')
    """
    bounds = [bound for bound in (criterion.lower, criterion.upper) if bound]
    marks = [mark for bound in bounds for mark in (bound.value, bound.other) if mark is not None]
    if not criterion.unit or all(float(f"{mark:.2f}") == mark for mark in marks):
        return criterion
    lower, upper = (bound and _bound_in_days(bound, criterion.unit) for bound in (criterion.lower, criterion.upper))
    return structs.replace(criterion, lower=lower, upper=upper)


def _bound_in_days(bound: Bound, unit: str) -> Bound:
    other = None if bound.other is None else comparable(bound.other, unit)
    return structs.replace(bound, value=comparable(bound.value, unit), other=other)


# SHACL -------------------------------------------------------------------------------------------


def _dual(criterion: Measured, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    parts = list(_beyond_bounds(criterion))
    return conforms_to_any(parts) if parts else NOTHING


def _beyond_bounds(criterion: Measured) -> Iterator[ShapeData]:
    """For each bound the shape of a value that is certainly beyond it."""
    if criterion.lower:
        yield node_shape(_beyond(criterion, criterion.lower, ("sh:maxExclusive", "sh:maxInclusive")))
    if criterion.upper:
        yield node_shape(_beyond(criterion, criterion.upper, ("sh:minExclusive", "sh:minInclusive")))


def _beyond(criterion: Measured, bound: Bound, facets: tuple[str, str]) -> ShapeData:
    value = bound.value if bound.other is None else bound.other
    strict = bound.inclusive or bound.other is not None
    return {"sh:path": Iri(criterion.measurement), "sh:minCount": 1, facets[0] if strict else facets[1]: value}


def _core(criterion: Measured, _: Surroundings, __: Callable[[Criterion], CoreForm | None]) -> CoreForm:
    found: dict[str, Iri | int | float] = {"sh:path": Iri(criterion.measurement), "sh:minCount": 1}
    for bound, end in ((criterion.lower, "min"), (criterion.upper, "max")):
        if bound:
            found[f"sh:{end}{'Inclusive' if bound.inclusive else 'Exclusive'}"] = bound.value
    beyond = [{"sh:property": part} for part in _beyond_bounds(criterion)]
    return CoreForm({"sh:property": node_shape(found)}, conforms_to_any(beyond) if beyond else NOTHING)


KINDS = (
    Kind(
        criterion=Measured,
        constraint="sh:path",
        modifiers=("sh:minCount", *FACETS, *BANDS),
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
