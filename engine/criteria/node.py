"""One decided case, and what a prepared criterion can say about it.

A `CriterionNode` is a criterion or rule prepared once; an `Explanation` holds the planes of one case and remembers what the nodes
have found out, because shapes are shared between rules. All of it is read off the program's bits, nothing is decided anew.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, Protocol

from spinegraph.engine.criteria.bits import bits_of
from spinegraph.engine.criteria.changes import DONE, ChangeSets
from spinegraph.engine.criteria.facts import FactNumbers
from spinegraph.engine.model import TRUTHS, Case, CaseValue, Fact, Proof

UNKNOWN, TRUE, FALSE, CONFLICTING = range(4)
"""Truths as indices of TRUTHS: holds + 2 * refuted."""
HOLD, REFUTE, UNHOLD, UNREFUTE = range(4)
"""What a change can aim at: TRUE, FALSE, no longer TRUE, no longer FALSE. A goal ^ 1 is that of the opposite criterion."""
ALL_OF_AND = (HOLD, UNREFUTE)
"""Goals that an `and` reaches only if all of its parts do, and an `or` if one does; with the others it is the other way round."""
STATES: tuple[Literal["unknown", "present", "absent", "contradictory"], ...] = ("unknown", "present", "absent", "contradictory")


class OpenFacts(NamedTuple):
    """Facts (masks) that can still make a node hold, and that can still refute it, given the right answers to others."""

    hold: int
    refute: int

    @property
    def facts(self) -> int:
        """Both."""
        return self.hold | self.refute


CLOSED = OpenFacts(0, 0)
"""Nothing that can be learned changes it."""


class Explanation:
    """One decided case. Holds the program's planes and what was already worked out about them."""

    __slots__ = (
        "_reversals", "absent", "case", "certain", "changed", "changes", "clashes", "facts", "open_facts", "planes", "present",
        "proofs", "settling", "size", "values",
    )  # fmt: skip

    def __init__(self, facts: FactNumbers, size: int, case: Case, planes: tuple[int, ...], certain: tuple[int, ...]) -> None:
        """`size`: how many nodes there are; `certain`: the planes without contradictory facts."""
        bit = facts.bit
        self.facts = facts
        self.size = size
        self.case = case
        self.planes = planes
        self.certain = certain
        self.values: Mapping[str, CaseValue] = case.values
        self.present = sum(bit[code] for code in case.present)
        self.absent = sum(bit[code] for code in case.absent)
        self.proofs: list[Proof | None] = [None] * size
        self.open_facts: list[OpenFacts | None] = [None] * size
        self.clashes = facts.clashes(self.present, self.absent) if planes is not certain else []
        self.settling: dict[tuple[tuple[int, int], ...], ChangeSets] = {}
        self._reversals: list[int] | None = None
        self.changed: dict[int, list[Explanation]] = {}
        self.changes: dict[int, ChangeSets] = {}

    @property
    def consistent(self) -> bool:
        """Whether no finding is both present and absent."""
        return self.planes is self.certain

    @property
    def known(self) -> int:
        """The facts that are recorded, either way."""
        bit = self.facts.bit
        return self.present | self.absent | sum(bit[code] for code in self.values)

    @property
    def reversals(self) -> list[int]:
        """The numbers of the changes that reverse a recorded finding."""
        if self._reversals is None:
            to_absent = [2 * number + 1 for number in bits_of(self.present)]
            self._reversals = to_absent + [2 * number for number in bits_of(self.absent)]
        return self._reversals

    def finding_state(self, finding: str) -> int:
        """Index of STATES."""
        return self.planes[self.facts.present[finding]] | self.planes[self.facts.absent[finding]] << 1


class Part(Protocol):
    """What can be asked whether it holds, and what can still change that."""

    def truth(self, case: Explanation) -> int: ...

    def open_facts(self, case: Explanation) -> OpenFacts: ...


class Head(NamedTuple):
    """What every node has: its number, how it is shown, and the positions of its planes."""

    number: int
    operator: str
    iri: str
    label: str
    passages: tuple[str, ...]
    holds: int
    refuted: int


class CriterionNode(ABC):
    """A prepared criterion (or rule): where its planes are, and how to explain it."""

    __slots__ = ("holds", "iri", "label", "number", "operator", "passages", "refuted")

    def __init__(self, head: Head) -> None:
        self.number, self.operator, self.iri, self.label, self.passages, self.holds, self.refuted = head

    def truth(self, case: Explanation) -> int:
        """Index of TRUTHS."""
        return case.planes[self.holds] | case.planes[self.refuted] << 1

    def holds_certainly(self, case: Explanation) -> bool:
        """Whether it holds also without contradictory facts."""
        return bool(case.certain[self.holds])

    def refuted_certainly(self, case: Explanation) -> bool:
        """Whether it is refuted also without contradictory facts."""
        return bool(case.certain[self.refuted])

    def proof(self, case: Explanation) -> Proof:
        """The tree of nodes that carry the truth, each with its fact and passages."""
        found = case.proofs[self.number]
        if found is None:
            found = case.proofs[self.number] = self._prove(case, self.truth(case))
        return found

    def open_facts(self, case: Explanation) -> OpenFacts:
        """The unassessed or contradictory facts that can still change the truth, as far as each part can be seen alone."""
        found = case.open_facts[self.number]
        if found is None:
            found = case.open_facts[self.number] = self._open_facts(case)
        return found

    def change(self, case: Explanation, goal: int) -> ChangeSets:
        """Minimal changes of facts that reach a goal, as far as each part of the node can be seen alone."""
        number = 4 * self.number + goal
        found = case.changes.get(number)
        if found is None:
            found = case.changes[number] = DONE if reached(self.truth(case), goal) else self._change(case, goal)
        return found

    def mention(self, case: Explanation) -> Proof:
        """The node with its truth, without what is below it."""
        return self._node(self.truth(case), None, ())

    @abstractmethod
    def reaches(self) -> Iterator[int]:
        """For each leaf, the mask of the facts that bear on it."""

    def entailed(self) -> Iterator[int]:
        """Planes that are full wherever it holds: its own, and those of parts that it cannot hold without."""
        yield self.holds

    @abstractmethod
    def restrict(self, full: frozenset[int]) -> Part:
        """What is left of it where these planes are full. Only what can still change its truth is to be asked of that."""

    @abstractmethod
    def named(self) -> int:
        """The changes of facts (a mask) that it speaks of, itself or through the rules that it rests on."""

    def _node(self, truth: int, fact: Fact | None, children: tuple[Proof, ...]) -> Proof:
        return Proof(
            iri=self.iri,
            label=self.label,
            operator=self.operator,
            truth=TRUTHS[truth],
            fact=fact,
            passages=self.passages,
            children=children,
        )

    @abstractmethod
    def _prove(self, case: Explanation, truth: int) -> Proof: ...

    @abstractmethod
    def _open_facts(self, case: Explanation) -> OpenFacts: ...

    @abstractmethod
    def _change(self, case: Explanation, goal: int) -> ChangeSets: ...


_REACHED = ((0, 1, 0, 0), (0, 0, 1, 0), (1, 0, 1, 0), (1, 1, 0, 0))
"""By goal and truth."""


def reached(truth: int, goal: int) -> int:
    """Whether a truth is what a goal aims at.

    >>> [reached(truth, UNHOLD) for truth in (UNKNOWN, TRUE, FALSE, CONFLICTING)]
    [1, 0, 1, 0]
    """
    return _REACHED[goal][truth]
