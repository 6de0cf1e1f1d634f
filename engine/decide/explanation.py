"""One decided case, and what a prepared criterion can say about it.

A `Node` is a criterion or rule prepared once; an `Explanation` holds the planes of one case and remembers what the nodes
have said of it, because shapes are shared between rules. All of it is read off the program's bits, nothing is decided anew.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from spinegraph.engine.decide.facts import bits_of
from spinegraph.engine.decide.flips import DONE, Options
from spinegraph.engine.model import TRUTHS, Case, Criterion, Fact, Proof, Rule

if TYPE_CHECKING:
    from spinegraph.engine.decide.proofbook import ProofBook

UNKNOWN, TRUE, FALSE, CONFLICTING = range(4)
"""Truths as indices of TRUTHS: holds + 2 * refuted."""
HOLD, REFUTE, UNHOLD, UNREFUTE = range(4)
"""What a change can aim at: TRUE, FALSE, no longer TRUE, no longer FALSE. A goal ^ 1 is that of the opposite criterion."""
ALL_OF_AND = (HOLD, UNREFUTE)
"""Goals that an `and` reaches only if all of its parts do, and an `or` if one does; with the others it is the other way round."""
STATES: tuple[Literal["unknown", "present", "absent", "contradictory"], ...] = ("unknown", "present", "absent", "contradictory")


class Prospect(NamedTuple):
    """Facts (masks) that can still make a node hold, and that can still refute it, given the right answers to others."""

    hold: int
    refute: int

    @property
    def facts(self) -> int:
        """Both."""
        return self.hold | self.refute


CLOSED = Prospect(0, 0)
"""Nothing that can be learned changes it."""


class Explanation:
    """One decided case. Holds the program's planes and what was already worked out about them."""

    __slots__ = (
        "_reversals", "absent", "book", "case", "certain", "changed", "changes", "clashes", "planes", "present",
        "proofs", "prospects", "settling", "values",
    )  # fmt: skip

    def __init__(self, book: ProofBook, case: Case, planes: tuple[int, ...], certain: tuple[int, ...]) -> None:
        """`certain`: the planes without contradictory facts."""
        bit = book.facts.bit
        self.book = book
        self.case = case
        self.planes = planes
        self.certain = certain
        self.values: Mapping[str, float] = case.measurements
        self.present = sum(bit[code] for code in case.present)
        self.absent = sum(bit[code] for code in case.absent)
        self.proofs: list[Proof | None] = [None] * book.size
        self.prospects: list[Prospect | None] = [None] * book.size
        self.clashes = book.facts.clashes(self.present, self.absent) if planes is not certain else []
        self.settling: dict[tuple[tuple[int, int], ...], Options] = {}
        self._reversals: list[int] | None = None
        self.changed: dict[int, list[Explanation]] = {}
        self.changes: dict[int, Options] = {}

    @property
    def consistent(self) -> bool:
        """Whether no finding is both present and absent."""
        return self.planes is self.certain

    @property
    def known(self) -> int:
        """The facts that are recorded, either way."""
        bit = self.book.facts.bit
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
        program = self.book.facts.program
        return self.planes[program.present[finding]] | self.planes[program.absent[finding]] << 1


class Part(Protocol):
    """What can be asked whether it holds, and what can still change that."""

    def truth(self, case: Explanation) -> int: ...

    def prospect(self, case: Explanation) -> Prospect: ...


class Node(ABC):
    """A prepared criterion (or rule): where its planes are, and how to explain it."""

    __slots__ = ("holds", "iri", "label", "number", "passages", "refuted")
    operator = ""

    def __init__(self, book: ProofBook, criterion: Criterion | Rule, holds: int, refuted: int, label: str) -> None:
        self.number = book.take_number()
        self.iri = criterion.iri
        self.label = criterion.label or label
        self.passages = criterion.passages
        self.holds = holds
        self.refuted = refuted

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

    def prospect(self, case: Explanation) -> Prospect:
        """The unassessed or contradictory facts that can still change the truth, as far as each part can be seen alone."""
        found = case.prospects[self.number]
        if found is None:
            found = case.prospects[self.number] = self._prospect(case)
        return found

    def change(self, case: Explanation, goal: int) -> Options:
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
    def supposing(self, full: frozenset[int]) -> Part:
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
    def _prospect(self, case: Explanation) -> Prospect: ...

    @abstractmethod
    def _change(self, case: Explanation, goal: int) -> Options: ...


_REACHED = tuple(tuple(found) for found in ((0, 1, 0, 0), (0, 0, 1, 0), (1, 0, 1, 0), (1, 1, 0, 0)))
"""By goal and truth."""


def reached(truth: int, goal: int) -> int:
    """Whether a truth is what a goal aims at."""
    return _REACHED[goal][truth]
