"""score: a sum of points in a range. Unknown items leave an interval, and a range is met once the interval lies in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from msgspec import structs
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.node import FALSE, TRUE, Explanation, Head
from spinegraph.engine.criteria.shapes import CoreForm, Iri, ShapeData, conforms_to_any
from spinegraph.engine.criteria.sums import Ballot, SumNode, at_least, at_most, core_of_ballots, emit_ballots
from spinegraph.engine.criteria.words import Clause, Names, in_points, tally_in_words
from spinegraph.engine.messages import IN_ENGLISH, Messages, noted
from spinegraph.engine.model import And, Bound, Criterion, Hierarchy, Measured, Proof, Score, Scored, Tally

LOWER, UPPER = ("core:atLeast", "core:moreThan"), ("core:atMost", "core:lessThan")
"""The bounds of a score: each with the value, and without it."""
BOUNDS = (*LOWER, *UPPER)
MOST_ITEMS, MOST_STEPS = 50, 500
"""So many items, and so many steps of the points' greatest common measure, a score has at most: what is compiled of it, and what
is tried to change it, grows with both."""

# Turtle ------------------------------------------------------------------------------------------


def _read(shape: Shape, annotations: Annotations) -> Scored:
    score = shape.score("core:score")
    if shape.states("core:of"):
        raise shape.error("core:of stands beside core:score", "A shape counts findings or reads a score: keep one.", "core:of")
    lower, upper = _bound(shape, LOWER), _bound(shape, UPPER)
    if lower is None and upper is None:
        what, mend = "core:score stands without a bound", f"Add one of {', '.join(BOUNDS)}."
        raise shape.error(what, mend, "core:score", lacks=BOUNDS)
    _check_bounds(shape, score, _needed(score, lower, upper))
    stated: Annotations = {**annotations, "passages": tuple(dict.fromkeys((*annotations.get("passages", ()), *score.passages)))}
    return Scored(score=score, lower=lower, upper=upper, **stated)


def _check_bounds(shape: Shape, score: Score, needed: tuple[int | None, int | None]) -> None:
    """Raises CriterionError where a range is met by everybody or by nobody."""
    points, unit = in_units(score)
    low, high = sum(min(point, 0) for point in points), sum(max(point, 0) for point in points)
    reachable = (range(low + 1, high + 1), range(low, high))
    for names, bound, possible in zip((LOWER, UPPER), needed, reachable, strict=True):
        if bound is not None and bound not in possible:
            stated = next(name for name in names if shape.states(name))
            between = f"which lies between {float(low * unit):.12g} and {float(high * unit):.12g}"
            what = f"{stated} {shape.number(stated):g} of {shape.named(score.iri)}, {between}"
            raise shape.error(what, "Use a bound that some patients reach and others do not.", stated, kind="impossible-range")
    least, greatest = needed
    if least is not None and greatest is not None and least > greatest:
        stated = next(name for name in UPPER if shape.states(name))
        what = f"No sum of {shape.named(score.iri)} lies between the bounds"
        raise shape.error(what, "Correct the numbers.", stated, kind="impossible-range")


def _bound(shape: Shape, names: Sequence[str]) -> Bound | None:
    stated = [name for name in names if shape.states(name)]
    if len(stated) == 2:
        raise shape.error(f"Both {stated[0]} and {stated[1]} are given", "Keep one of them.", stated[1])
    value = shape.number(stated[0]) if stated else None
    return None if value is None else Bound(value=value, inclusive=stated[0] == names[0])


def in_units(score: Score) -> tuple[list[int], Fraction]:
    """The points as whole multiples of their greatest common measure, and that measure."""
    points = [Fraction(repr(item.points)) for item in score.items]
    scale = math.lcm(*(point.denominator for point in points))
    unit = Fraction(math.gcd(*(int(point * scale) for point in points)), scale)
    return [int(point / unit) for point in points], unit


def _needed(score: Score, lower: Bound | None, upper: Bound | None) -> tuple[int | None, int | None]:
    """The least and the greatest sum in a range, in units."""
    _, unit = in_units(score)
    found: list[int | None] = [None, None]
    if lower:
        value = Fraction(repr(lower.value)) / unit
        found[0] = math.ceil(value) if lower.inclusive else math.floor(value) + 1
    if upper:
        value = Fraction(repr(upper.value)) / unit
        found[1] = math.floor(value) if upper.inclusive else math.ceil(value) - 1
    return found[0], found[1]


def sums_within(criterion: Scored) -> tuple[int, int]:
    """The least and the greatest sum in a range, in units, of those that anybody can have."""
    points, _ = in_units(criterion.score)
    least, greatest = _needed(criterion.score, criterion.lower, criterion.upper)
    low, high = sum(min(point, 0) for point in points), sum(max(point, 0) for point in points)
    return (low if least is None else least), (high if greatest is None else greatest)


# Program -----------------------------------------------------------------------------------------


def _ballots(criterion: Scored) -> list[Ballot]:
    points, _ = in_units(criterion.score)
    least, greatest = _needed(criterion.score, criterion.lower, criterion.upper)
    lower = [at_least(points, least)] if least is not None else []
    return [*lower, at_most(points, greatest)] if greatest is not None else lower


def _emit(criterion: Scored, to: Emitter) -> Planes:
    return emit_ballots(_ballots(criterion), [to.criterion(part) for part in criterion.parts], to)


def _conclusions(_: Scored, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(criterion: Scored, _: Surroundings, of: Callable[[Criterion], Reach]) -> Reach:
    parts = list(map(of, criterion.parts))

    def refutable(ballot: Ballot) -> bool:
        votes = zip(parts, ballot.weights, ballot.opposite, strict=True)
        return sum(weight for part, weight, other in votes if other or part.refuted) >= ballot.against

    return Reach(any(map(refutable, _ballots(criterion))), any(part.open for part in parts))


# Case --------------------------------------------------------------------------------------------


class ScoreNode(SumNode):
    """A score in a range: its proof shows every item with its points, for only all of them make the sum."""

    __slots__ = ("_ends", "_name", "_range", "_say", "_score")

    def __init__(self, head: Head, criterion: Scored, graph: Preparation) -> None:
        super().__init__(head, criterion, graph, _ballots(criterion))
        self._score = criterion.score
        self._ends = extremes(criterion.score)
        self._say = graph.say
        self._range = range_in_words(criterion, self._say)
        self._name = f"{criterion.label}: {criterion.score.label}" if criterion.label else criterion.score.label

    def mention(self, case: Explanation) -> Proof:
        tally = self._tally(case)
        label = f"{self._name} {tally_in_words(tally, self._say)}, {self._range}"
        return structs.replace(super().mention(case), label=label, tally=tally)

    def _prove(self, case: Explanation, truth: int) -> Proof:  # noqa: ARG002
        children = zip(self._children, self._score.items, strict=True)
        return structs.replace(self.mention(case), children=tuple(_with_points(c.proof(case), i.points) for c, i in children))

    def _tally(self, case: Explanation) -> Tally:
        least: list[float] = []
        greatest: list[float] = []
        for child, item in zip(self._children, self._score.items, strict=True):
            truth, points = child.truth(case), item.points
            surely, perhaps = points if truth & TRUE else 0, 0 if truth & FALSE else points
            least.append(surely if points > 0 else perhaps)
            greatest.append(perhaps if points > 0 else surely)
        return Tally(
            code=self._score.code, least=_exact(least), greatest=_exact(greatest), lowest=self._ends[0], highest=self._ends[1]
        )


def extremes(score: Score) -> tuple[float, float]:
    """The least and the greatest sum that anybody can have: of ranges of one measurement, those that one value meets."""
    apart: list[list[float]] = []
    steps: dict[str, list[tuple[Measured, float]]] = {}
    for item in score.items:
        asked = item.criterion
        while isinstance(asked, And) and len(asked.children) == 1:
            (asked,) = asked.children
        if isinstance(asked, Measured):
            steps.setdefault(asked.measurement, []).append((asked, item.points))
        else:
            apart.append([0, item.points])
    for ranges in steps.values():
        marks = [bound.value for asked, _ in ranges for bound in (asked.lower, asked.upper) if bound]
        values = [math.nextafter(mark, end) for mark in marks for end in (-math.inf, mark, math.inf)] or [0.0]
        apart.append([_exact(points for asked, points in ranges if _within(asked, value)) for value in values])
    return _exact(map(min, apart)), _exact(map(max, apart))


def _within(asked: Measured, value: float) -> bool:
    low, high = asked.lower, asked.upper
    above = low is None or value > low.value or (low.inclusive and value == low.value)
    return above and (high is None or value < high.value or (high.inclusive and value == high.value))


def _exact(points: Iterable[float]) -> float:
    return float(sum(Fraction(repr(point)) for point in points))


def _with_points(proof: Proof, points: float) -> Proof:
    return structs.replace(proof, label=f"{proof.label} ({in_points(points)})", points=points)


# Words -------------------------------------------------------------------------------------------


LEAST = (noted("more than {points}"), noted("at least {points}"))
MOST = (noted("less than {points}"), noted("at most {points}"))


def range_in_words(criterion: Scored, say: Messages = IN_ENGLISH) -> str:
    """`at least 2 and at most 6`."""
    ends = ((criterion.lower, LEAST), (criterion.upper, MOST))
    words = [say(templates[bound.inclusive], points=f"{bound.value:.12g}") for bound, templates in ends if bound]
    return f" {say('and')} ".join(words)


def _clause(criterion: Scored, names: Names) -> Clause:
    return Clause(criterion.operator, joint=f"{names.name(criterion.score.iri)} {range_in_words(criterion, names.say)}")


# SHACL -------------------------------------------------------------------------------------------


def _dual(criterion: Scored, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    parts: list[ShapeData] = []
    for bound, opposite in ((criterion.lower, UPPER[::-1]), (criterion.upper, LOWER[::-1])):
        if bound:
            parts.append({"core:score": Iri(criterion.score.iri), opposite[not bound.inclusive]: bound.value})
    return conforms_to_any(parts)


def _core(criterion: Scored, _: Surroundings, of: Callable[[Criterion], CoreForm | None]) -> CoreForm | None:
    forms = [form for form in map(of, criterion.parts) if form]
    return core_of_ballots(_ballots(criterion), forms) if len(forms) == len(criterion.parts) else None


KINDS = (
    Kind(
        criterion=Scored,
        constraint="core:score",
        modifiers=BOUNDS,
        read=_read,
        emit=_emit,
        conclusions=_conclusions,
        prepare=ScoreNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    ),
)
