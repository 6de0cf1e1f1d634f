"""Sums of points: what a count of findings and a score have in common.

A bound on a sum is put to the vote. Every part has a weight, the size of its points, and is in favour of "at least so much"
while it holds, or while it is refuted where its points are negative; of "at most so much", the other way round. The bound is
reached once the weights in favour are enough, and refuted once those against it are so many that the others can no longer be.
What is unknown is counted on neither side, so that nothing is concluded that an answer could take back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.changes import DONE, NEVER, ChangeSets, all_of, any_of
from spinegraph.engine.criteria.joining import JoinedNode
from spinegraph.engine.criteria.kind import Planes, Preparation
from spinegraph.engine.criteria.node import ALL_OF_AND, CLOSED, FALSE, TRUE, UNREFUTE, Explanation, Head, OpenFacts, Part, reached
from spinegraph.engine.criteria.open_facts import constant_or
from spinegraph.engine.criteria.planes import join
from spinegraph.engine.criteria.shapes import (
    ANYTHING,
    NOTHING,
    CoreForm,
    ShapeData,
    conforms_to_all,
    conforms_to_any,
    either_way,
)
from spinegraph.engine.model import Criterion

V = TypeVar("V")
MOST_TRIED, FEWEST_TRIED, MOST_STATES = 2000, 8, 256
"""How much is looked at to find changes: parts times votes that are missing, but some parts always; and, where a range has two
bounds, pairs of votes. Beyond that the heaviest parts are tried, and the changes are not said to be all there are."""


class Naming(Protocol):
    """What gives names to planes: the compiler, or whoever asks the same of all patients."""

    def assign(self, prefix: str, expression: str) -> str:
        """The name of a plane that an expression makes."""
        ...


class Ballot(NamedTuple):
    """One bound on a sum: the weight of every part, whether it votes by being refuted, and the votes that are needed."""

    weights: tuple[int, ...]
    opposite: tuple[bool, ...]
    needed: int

    @property
    def against(self) -> int:
        """So many votes on the other side refute it."""
        return sum(self.weights) - self.needed + 1


def at_least(points: Sequence[int], bound: int) -> Ballot:
    """The vote on a sum being `bound` or more.

    >>> at_least([2, 1, -1], 2)  # both positive parts are needed, or the greater one without the negative
    Ballot(weights=(2, 1, 1), opposite=(False, False, True), needed=3)
    """
    least = sum(min(point, 0) for point in points)
    return Ballot(tuple(map(abs, points)), tuple(point < 0 for point in points), bound - least)


def at_most(points: Sequence[int], bound: int) -> Ballot:
    """The vote on a sum being `bound` or less.

    >>> at_most([1, 1, 1], 1)  # two are refuted
    Ballot(weights=(1, 1, 1), opposite=(True, True, True), needed=2)
    """
    return at_least([-point for point in points], -bound)


# Program -----------------------------------------------------------------------------------------


def emit_ballots(ballots: Sequence[Ballot], pairs: Sequence[Planes], to: Naming) -> Planes:
    """The expressions of all bounds being reached, and of one of them being refuted."""
    holds, refuted = [], []
    for ballot in ballots:
        sides = [(pair[other], pair[not other]) for pair, other in zip(pairs, ballot.opposite, strict=True)]
        in_favour, opposed = ([side[number] for side in sides] for number in (0, 1))
        holds.append(threshold(in_favour, ballot.weights, ballot.needed, to))
        refuted.append(threshold(opposed, ballot.weights, ballot.against, to))
    return join("&", holds), join("|", refuted)


def threshold(planes: Sequence[str], weights: Sequence[int], needed: int, to: Naming) -> str:
    """The plane of the full planes' weights coming to `needed`: a decision diagram over the planes and what is still needed.

    Equal needs at one place share a plane, the heaviest come first, and only `&` and `|` occur: that more is full never takes it
    back. Of two of three, without names for each step:

    >>> class Inline:
    ...     def assign(self, prefix, expression):
    ...         return f"({expression})" if " " in expression else expression
    >>> threshold(["a", "b", "c"], [1, 1, 1], 2, Inline())
    '((b & c) | a & (c | b))'
    >>> threshold(["a", "b", "c"], [3, 2, 1], 3, Inline())
    '((b & c) | a)'
    """

    def step(plane: str, given: str, without: str) -> str:
        return to.assign("t", join("|", [without, join("&", [plane, given])]))

    return diagram(planes, weights, needed, ("zero", "ones"), step)


def diagram(votes: Sequence[V], weights: Sequence[int], needed: int, ends: tuple[V, V], step: Callable[[V, V, V], V]) -> V:
    """The decision diagram of `threshold` over votes of any kind.

    `ends`: what is never enough, and what always is. `step`: one vote, what is enough once it is there, what is enough without.
    """
    ordered = sorted(zip(weights, votes, strict=True), key=lambda vote: -vote[0])
    left = [sum(weight for weight, _ in ordered[place:]) for place in range(len(ordered) + 1)]
    known: dict[tuple[int, int], V] = {}

    def reach(place: int, missing: int) -> V:
        if missing <= 0:
            return ends[1]
        if left[place] < missing:
            return ends[0]
        if (place, missing) not in known:
            weight, vote = ordered[place]
            without, given = reach(place + 1, missing), reach(place + 1, missing - weight)
            known[place, missing] = without if given == without else step(vote, given, without)
        return known[place, missing]

    return reach(0, needed)


# SHACL -------------------------------------------------------------------------------------------


def core_of_ballots(ballots: Sequence[Ballot], forms: Sequence[CoreForm]) -> CoreForm:
    """Shapes to which conforms what reaches all bounds, and what refutes one; steps that are equal are one shape."""
    holds: list[ShapeData] = []
    refuted: list[ShapeData] = []
    for ballot in ballots:
        sides = [(form[other], form[not other]) for form, other in zip(forms, ballot.opposite, strict=True)]
        for found, number, needed in ((holds, 0, ballot.needed), (refuted, 1, ballot.against)):
            votes = [side[number] for side in sides]
            found.append(diagram(votes, ballot.weights, needed, (NOTHING, ANYTHING), either_way))
    return CoreForm(conforms_to_all(holds), conforms_to_any(refuted))


# Case --------------------------------------------------------------------------------------------


class SumNode(JoinedNode):
    """Bounds on a sum: facts of any part matter as long as the votes that are not settled can turn a bound."""

    __slots__ = ("_ballots",)

    def __init__(self, head: Head, criterion: Criterion, graph: Preparation, ballots: Sequence[Ballot]) -> None:
        """`ballots`: one bound, or a lower and an upper one."""
        super().__init__(head, criterion, graph)
        self._ballots = tuple(ballots)

    def entailed(self) -> Iterator[int]:
        yield self.holds
        for weights, opposite, needed in self._ballots:
            for child, weight, other in zip(self._children, weights, opposite, strict=True):
                if sum(weights) - weight < needed:  # it cannot be reached without this vote
                    yield from (child.refuted,) if other else child.entailed()

    def reaches(self) -> Iterator[int]:
        for _ in self._ballots:  # what bears on both bounds is shared between them
            yield from super().reaches()

    def restrict(self, full: frozenset[int]) -> Part:
        return constant_or(self, full)

    def _open_facts(self, case: Explanation) -> OpenFacts:
        if self.truth(case) in (TRUE, FALSE):
            return CLOSED
        return self._within(case) if len(self._ballots) > 1 else self._at_bound(case, self._ballots[0])

    def _at_bound(self, case: Explanation, ballot: Ballot) -> OpenFacts:
        sides: list[tuple[list[_Vote], int]] = [([], ballot.needed), ([], ballot.against)]
        for child, weight, other in zip(self._children, ballot.weights, ballot.opposite, strict=True):
            found, truth = child.open_facts(case), child.truth(case)
            pair = (_Vote(weight, bool(truth & TRUE), found.hold), _Vote(weight, bool(truth & FALSE), found.refute))
            sides[0][0].append(pair[other])
            sides[1][0].append(pair[not other])
        return OpenFacts(*(_turning(votes, needed) for votes, needed in sides))

    def _within(self, case: Explanation) -> OpenFacts:
        """Of two bounds: an answer matters if, with some answers to the others, it is open without it whether both are kept."""
        low, high = self._ballots
        first, room, free = low.needed, -high.needed, []
        for number, child in enumerate(self._children):
            weight, facts, truth = low.weights[number], child.open_facts(case).facts, child.truth(case)
            if facts:
                free.append((weight, facts))
                continue
            in_favour, opposed = bool(truth & TRUE), bool(truth & FALSE)
            if low.opposite[number]:
                in_favour, opposed = opposed, in_favour
            first, room = first - weight * in_favour, room + weight * opposed
        first, last = max(first, 0), room + sum(weight for weight, _ in free)
        matters = 0
        for weight in {weight for weight, _ in free}:
            others = _sums(_without([weight for weight, _ in free], weight))
            if others & _span(first - weight, last) & ~_span(first, last - weight):
                matters |= joined(facts for own, facts in free if own == weight)
        possible, inside = _sums(weight for weight, _ in free), _span(first, last)
        return OpenFacts(matters if possible & inside else 0, matters if possible & ~inside else 0)

    def _change(self, case: Explanation, goal: int) -> ChangeSets:
        if len(self._ballots) > 1 and goal in ALL_OF_AND:
            return self._change_into(case, goal)
        return any_of([self._change_at(case, goal, ballot) for ballot in self._ballots])

    def _change_at(self, case: Explanation, goal: int, ballot: Ballot) -> ChangeSets:
        """So many votes that the bound is reached, or no longer, or can be, or can no longer be."""
        missing = ballot.needed if goal in ALL_OF_AND else ballot.against
        wanted = [goal ^ other for other in ballot.opposite]
        open_ = []
        for number, child in enumerate(self._children):
            if reached(child.truth(case), wanted[number]):
                missing -= ballot.weights[number]
            else:
                open_.append(number)
        if missing <= 0:
            return DONE
        kept = _heaviest(open_, ballot.weights, MOST_TRIED // missing)
        levels = [DONE] + [NEVER] * missing
        for number in kept:
            sets, weight = self._children[number].change(case, wanted[number]), ballot.weights[number]
            for level in range(missing, 0, -1):
                levels[level] = any_of((levels[level], all_of((levels[max(level - weight, 0)], sets), self._contradicts)))
        return levels[missing]._replace(cut=True) if len(kept) < len(open_) else levels[missing]

    def _change_into(self, case: Explanation, goal: int) -> ChangeSets:
        """Both bounds at once: every part is left as it is, or turned to one side or the other."""
        low, high = self._ballots
        every = range(len(self._children))
        turned = _heaviest(list(every), low.weights, MOST_TRIED // (low.needed + high.needed))
        states: dict[tuple[int, int], ChangeSets] = {(0, 0): DONE}
        cut = len(turned) < len(self._children)
        for number in every:
            found: dict[tuple[int, int], list[ChangeSets]] = {}
            options = self._options(case, goal, number)
            for (up, down), sets in states.items():
                for more_up, more_down, change in options if number in turned else options[:1]:
                    if change != NEVER:
                        state = (min(up + more_up, low.needed), min(down + more_down, high.needed))
                        found.setdefault(state, []).append(all_of((sets, change), self._contradicts))
            cut |= len(found) > MOST_STATES
            states = {state: any_of(sets) for state, sets in list(found.items())[:MOST_STATES]}
        sets = states.get((low.needed, high.needed), NEVER)
        return sets._replace(cut=sets.cut or cut)

    def _options(self, case: Explanation, goal: int, number: int) -> list[tuple[int, int, ChangeSets]]:
        """What a part can give to each of two bounds, and by which changes; first, as it is."""
        child, weight = self._children[number], self._ballots[0].weights[number]
        goals = [goal ^ ballot.opposite[number] for ballot in self._ballots]
        now = [weight * reached(child.truth(case), one) for one in goals]
        kept = now if goal == UNREFUTE else [0, 0]  # what is turned to unknown speaks against neither bound
        options = [(now[0], now[1], DONE)]
        options += [(weight, kept[1], child.change(case, goals[0]))] if not now[0] else []
        options += [(kept[0], weight, child.change(case, goals[1]))] if not now[1] else []
        return options


def _heaviest(parts: list[int], weights: Sequence[int], most: int) -> list[int]:
    """In their order, so many parts at most as can be tried, the heaviest; a few always."""
    most = max(most, FEWEST_TRIED)
    return parts if len(parts) <= most else sorted(sorted(parts, key=lambda part: -weights[part])[:most])


class _Vote(NamedTuple):
    """A part's vote on one side: its weight, whether it is given, and the facts that can still give it."""

    weight: int
    given: bool
    facts: int


def _turning(votes: Sequence[_Vote], needed: int) -> int:
    """The facts of the votes that can be the one that brings `needed` together, given the right answers to the others."""
    missing = needed - sum(vote.weight for vote in votes if vote.given and not vote.facts)
    free = [vote for vote in votes if vote.facts]
    found = 0
    if missing <= 0:
        return found
    for weight in {vote.weight for vote in free}:
        others = _sums(_without([vote.weight for vote in free], weight))
        if others & (1 << missing) - (1 << max(missing - weight, 0)):
            found |= joined(vote.facts for vote in free if vote.weight == weight)
    return found


def _span(first: int, last: int) -> int:
    """The bits from one to another.

    >>> bin(_span(1, 2)), _span(2, 1), bin(_span(-1, 0))
    ('0b110', 0, '0b1')
    """
    first = max(first, 0)
    return (1 << last + 1) - (1 << first) if last >= first else 0


def _without(weights: list[int], one: int) -> list[int]:
    weights.remove(one)
    return weights


def _sums(weights: Iterator[int] | Sequence[int]) -> int:
    """The sums of all selections of the weights, one bit each.

    >>> bin(_sums([1, 3]))
    '0b11011'
    """
    sums = 1
    for weight in weights:
        sums |= sums << weight
    return sums
