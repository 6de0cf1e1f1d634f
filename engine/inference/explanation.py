"""One decided case, and what a prepared criterion can say about it.

A `Node` is a criterion or rule prepared once; an `Explanation` holds the planes of one case and remembers what the nodes
have said of it, because shapes are shared between rules. All of it is read off the program's bits, nothing is decided anew.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from engine.inference.flips import DONE, Options
from engine.model import TRUTHS, Case, Criterion, Fact, Proof, Rule

if TYPE_CHECKING:
    from engine.inference.proofbook import ProofBook

UNKNOWN, TRUE, FALSE, CONFLICTING = range(4)
"""Truths as indices of TRUTHS: holds + 2 * refuted."""
STATES: tuple[Literal["unknown", "present", "absent", "contradictory"], ...] = ("unknown", "present", "absent", "contradictory")


class Support(NamedTuple):
    """Findings whose record as present, or as absent, matters (masks), and measurements that do."""

    present: int = 0
    absent: int = 0
    measured: frozenset[str] = frozenset()

    def joined(self, others: Iterable[Support]) -> Support:
        """This and the others together."""
        present, absent, measured = self
        for other in others:
            present |= other.present
            absent |= other.absent
            measured |= other.measured
        return Support(present, absent, measured)


class Explanation:
    """One decided case. Holds the program's planes and what was already worked out about them."""

    __slots__ = ("absent", "book", "certain", "drops", "lifts", "opens", "planes", "present", "proofs", "values")

    def __init__(self, book: ProofBook, case: Case, planes: tuple[int, ...], certain: tuple[int, ...]) -> None:
        """`certain`: the planes without contradictory facts."""
        bit = book.facts.bit
        self.book = book
        self.planes = planes
        self.certain = certain
        self.values: Mapping[str, float] = case.measurements
        self.present = sum(bit[code] for code in case.present)
        self.absent = sum(bit[code] for code in case.absent)
        self.proofs: list[Proof | None] = [None] * book.size
        self.opens: list[int] = [-1] * book.size
        self.lifts: list[Options | None] = [None] * book.size
        self.drops: list[Options | None] = [None] * book.size

    def finding_state(self, finding: str) -> int:
        """Index of STATES."""
        program = self.book.facts.program
        return self.planes[program.present[finding]] | self.planes[program.absent[finding]] << 1


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

    def open(self, case: Explanation) -> int:
        """Mask of the unassessed or contradictory facts that can still change the truth."""
        found = case.opens[self.number]
        if found < 0:
            found = case.opens[self.number] = self._open(case)
        return found

    def change(self, case: Explanation, want: int) -> Options:
        """Minimal changes of facts after which the node is TRUE, or FALSE."""
        memory = case.lifts if want == TRUE else case.drops
        found = memory[self.number]
        if found is None:
            found = memory[self.number] = DONE if self.truth(case) == want else self._change(case, want)
        return found

    def mention(self, case: Explanation) -> Proof:
        """The node with its truth, without what is below it."""
        return self._node(self.truth(case), None, ())

    @abstractmethod
    def support(self) -> Support:
        """What is recorded of a case that the truth, the proof and the changes depend on."""

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
    def _open(self, case: Explanation) -> int: ...

    @abstractmethod
    def _change(self, case: Explanation, want: int) -> Options: ...
