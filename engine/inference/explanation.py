"""Why a verdict is what it is, what is missing, and what would change it.

Every criterion is prepared once as a `Node`; an `Explanation` of one case walks the nodes. All of it is read off the
program's bits, nothing is decided anew. Answers are remembered per case, because shapes are shared between rules.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from engine.inference.facts import Facts, bits_of, ranges_in_words
from engine.inference.flips import DONE, NEVER, Options, all_of, any_of
from engine.inference.program import Program
from engine.model import (
    Absent,
    And,
    Assessment,
    AtLeast,
    Case,
    Criterion,
    DerivedFinding,
    Fact,
    Measured,
    NotSuspected,
    Or,
    Present,
    Proof,
    Rule,
    Suspected,
    TRUTHS,
    Unassessed,
)

UNKNOWN, TRUE, FALSE, CONFLICTING = range(4)
"""Truths as indices of TRUTHS: holds + 2 * refuted."""
STATES: tuple[Literal["unknown", "present", "absent", "contradictory"], ...] = ("unknown", "present", "absent", "contradictory")
MAX_REMEMBERED_LEAVES = 256
"""Proofs of a leaf are the same from case to case; so many are kept per leaf."""


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

    __slots__ = ("absent", "book", "drops", "lifts", "opens", "planes", "present", "proofs", "values")

    def __init__(self, book: ProofBook, case: Case, planes: tuple[int, ...]) -> None:
        bit = book.facts.bit
        self.book = book
        self.planes = planes
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
            found = case.opens[self.number] = self._open(case, self.truth(case))
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
    def _open(self, case: Explanation, truth: int) -> int: ...

    @abstractmethod
    def _change(self, case: Explanation, want: int) -> Options: ...


class FindingNode(Node):
    """present, absent, unassessed."""

    __slots__ = ("_absent", "_bit", "_broader", "_code", "_derived", "_deriving", "_facts", "_inconclusive", "_index",
                 "_narrower", "_present", "_remembered", "_simply", "operator")  # fmt: skip

    def __init__(self, book: ProofBook, criterion: Present | Absent | Unassessed, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        facts = book.facts
        finding = criterion.finding
        self.operator = criterion.operator
        self._facts = facts
        self._code = facts.code_of[finding]
        self._index = facts.number.get(finding, -1)
        self._bit = facts.bit.get(self._code, 0)
        self._present, self._absent = facts.program.present[finding], facts.program.absent[finding]
        self._narrower, self._broader = facts.narrower(finding), facts.broader(finding)
        self._deriving = book.deriving.get(finding)
        self._derived = book.derived_within_reach(finding)
        self._inconclusive = isinstance(criterion, Present) and criterion.absence_inconclusive
        self._remembered: dict[tuple[int, ...], Proof] = {}
        mirrored = self.operator == "absent"
        to_present = Options(1 << 2 * self._index) if self._index >= 0 else NEVER
        to_absent = Options(2 << 2 * self._index) if self._index >= 0 else NEVER
        self._simply = (to_absent, to_present) if mirrored else (to_present, to_absent)

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def support(self) -> Support:
        # its own record matters on both sides: a contradiction is shown
        return Support(self._narrower | self._bit, self._broader | self._bit).joined(node.support() for node in self._derived)

    def _prove(self, case: Explanation, truth: int) -> Proof:
        state = case.planes[self._present] | case.planes[self._absent] << 1
        present, absent = case.present & self._narrower, case.absent & self._broader
        derived = [node for node in self._derived if node.truth(case)]
        key = (truth, state, present, absent, *(node.number for node in derived))
        found = self._remembered.get(key)
        if found is None:
            found = self._node(truth, self._fact(state, present | absent, derived), ())
            if len(self._remembered) < MAX_REMEMBERED_LEAVES:
                self._remembered[key] = found
        return found

    def _fact(self, state: int, given: int, derived: list[RuleNode]) -> Fact:
        if state == UNKNOWN:
            return Fact(code=self._code, state="unknown", basis="not-assessed")
        through = (*self._facts.decode(given), *(node.id for node in derived))
        if through == (self._code,):
            return Fact(code=self._code, state=STATES[state], basis="given")
        return Fact(code=self._code, state=STATES[state], basis="derived", through=through)

    def _open(self, case: Explanation, truth: int) -> int:
        if case.planes[self._present] != case.planes[self._absent]:
            return 0
        own = self._bit & ~(case.present ^ case.absent)
        return own | self._deriving.open(case) if self._deriving else own

    def _change(self, case: Explanation, want: int) -> Options:
        if self.operator == "unassessed":
            return Options(1 << self._facts.first_assessed + self._index) if want == FALSE and self._index >= 0 else NEVER
        if self._inconclusive and want == FALSE:
            return NEVER
        to_present = (want == TRUE) == (self.operator == "present")
        contrary = case.absent & self._broader if to_present else case.present & self._narrower
        if not contrary and not self._deriving:
            return self._simply[want - 1]
        return self._record(case, to_present, contrary)

    def _record(self, case: Explanation, to_present: bool, contrary: int) -> Options:
        """Make the finding present (or absent), also undoing what is recorded to the contrary."""
        own = 1 << 2 * self._index + (not to_present) if self._index >= 0 else 0
        undo = sum(1 << 2 * number + (not to_present) for number in bits_of(contrary))
        return self._derive(case, to_present, own, undo) if self._deriving else Options(0, (own | undo,))

    def _derive(self, case: Explanation, to_present: bool, own: int, undo: int) -> Options:
        """The same where a rule derives the finding: recording it is enough unless the rule says the opposite."""
        assert self._deriving is not None
        wanted = TRUE if to_present else FALSE
        derived = self._deriving.truth(case)
        already = case.planes[self._present if to_present else self._absent]
        parts = []
        if own and derived in (UNKNOWN, wanted):
            parts.append(Options(0, ((0 if already else own) | undo,)))
        if derived != wanted:
            parts.append(all_of((self._deriving.change(case, wanted), Options(0, (undo,))), self._facts))
        return any_of(parts)


class SuspicionNode(Node):
    """suspected, not-suspected: assessments add up."""

    __slots__ = ("_affirmed", "_facts", "_rules", "operator")

    def __init__(self, book: ProofBook, criterion: Suspected | NotSuspected, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        self.operator = criterion.operator
        self._facts = book.facts
        self._affirmed = TRUE if isinstance(criterion, Suspected) else FALSE
        self._rules = tuple(book.rule(rule) for rule in book.assessing[criterion.condition])

    def support(self) -> Support:
        return Support().joined(rule.support() for rule in self._rules)

    def _prove(self, case: Explanation, truth: int) -> Proof:
        holding = [rule for rule in self._rules if rule.truth(case) & TRUE]
        if holding:
            return self._node(truth, None, tuple(rule.proof(case) for rule in holding))
        return self._node(truth, None, tuple(rule.mention(case) for rule in self._rules))

    def _open(self, case: Explanation, truth: int) -> int:
        return _open_any(self._rules, case, TRUE)

    def _change(self, case: Explanation, want: int) -> Options:
        suspected = want == self._affirmed
        parts = [rule.change(case, TRUE if suspected else FALSE) for rule in self._rules]
        if suspected:
            return any_of(parts)
        return all_of(parts, self._facts) if parts else NEVER


class MeasuredNode(Node):
    """A measurement in a range."""

    __slots__ = ("_bit", "_bounded", "_code", "_number")
    operator = "measured"

    def __init__(self, book: ProofBook, criterion: Measured, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        facts = book.facts
        self._code = facts.program.knowledge.measurements[criterion.measurement].code
        self._bit = facts.bit[self._code]
        self._bounded = criterion.lower is not None or criterion.upper is not None
        key = (criterion.measurement, criterion.lower, criterion.upper)
        self._number = 2 * len(facts.number) + 2 * facts.comparison[key]

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def support(self) -> Support:
        return Support(measured=frozenset((self._code,)))

    def _prove(self, case: Explanation, truth: int) -> Proof:
        value = case.values.get(self._code)
        if value is None:
            return self._node(truth, Fact(code=self._code, state="unknown", basis="not-assessed"), ())
        return self._node(truth, Fact(code=self._code, state="known", basis="given", value=value), ())

    def _open(self, case: Explanation, truth: int) -> int:
        return 0 if self._code in case.values else self._bit

    def _change(self, case: Explanation, want: int) -> Options:
        if want == TRUE:
            return Options(1 << self._number)
        return Options(1 << self._number + 1) if self._bounded else NEVER


class JunctionNode(Node):
    """and, or; and at-least, which is neither but has members too."""

    __slots__ = ("_children", "_count", "_facts", "operator")

    def __init__(self, book: ProofBook, criterion: And | Or | AtLeast, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        self.operator = criterion.operator
        members = criterion.members if isinstance(criterion, AtLeast) else criterion.children
        self._facts = book.facts
        self._children = tuple(map(book.node, members))
        self._count = criterion.count if isinstance(criterion, AtLeast) else 0

    def support(self) -> Support:
        return Support().joined(child.support() for child in self._children)

    def _prove(self, case: Explanation, truth: int) -> Proof:
        deciding = {"or": TRUE, "and": FALSE}.get(self.operator)
        if truth == deciding:
            return self._node(truth, None, tuple([child.proof(case) for child in self._children if child.truth(case) == truth]))
        if truth == UNKNOWN:
            return self._node(truth, None, tuple([self._outlined(child, case) for child in self._children]))
        return self._node(truth, None, tuple([child.proof(case) for child in self._children]))

    @staticmethod
    def _outlined(child: Node, case: Explanation) -> Proof:
        """A part of something open: in full if it is open itself, else what it is and nothing below it."""
        return child.proof(case) if child.truth(case) in (UNKNOWN, CONFLICTING) else child.mention(case)

    def _open(self, case: Explanation, truth: int) -> int:
        if self._count:
            return 0 if truth in (TRUE, FALSE) else _open_any(self._children, case, -1)
        return _open_any(self._children, case, TRUE if self.operator == "or" else FALSE)

    def _change(self, case: Explanation, want: int) -> Options:
        if self._count:
            return self._change_count(case, want)
        parts = [child.change(case, want) for child in self._children]
        if (self.operator == "and") == (want == TRUE):
            return all_of(parts, self._facts)
        return any_of(parts)

    def _change_count(self, case: Explanation, want: int) -> Options:
        """So many members that the count is reached, or can no longer be."""
        needed = self._count if want == TRUE else len(self._children) - self._count + 1
        levels = [DONE] + [NEVER] * needed
        for child in self._children:
            options = child.change(case, want)
            for level in range(needed, 0, -1):
                levels[level] = any_of((levels[level], all_of((levels[level - 1], options), self._facts)))
        return levels[needed]


class RuleNode(Node):
    """A rule: scope and criterion together. While its scope is open, only the scope's facts matter."""

    __slots__ = ("criterion", "facts", "id", "scope")
    operator = "rule"

    def __init__(self, book: ProofBook, rule: Rule) -> None:
        whole = book.facts.program.rules[rule.iri].whole
        super().__init__(book, rule, whole.holds, whole.refuted, rule.label)
        self.id = rule.id
        self.facts = book.facts
        self.scope = book.node(rule.scope) if rule.scope is not None else None
        self.criterion = book.node(rule.criterion) if rule.criterion is not None else None

    def pending(self, case: Explanation) -> bool:
        """Whether it is not known that the rule's source speaks about this patient."""
        return self.scope is not None and self.scope.truth(case) == UNKNOWN

    def support(self) -> Support:
        return Support().joined(part.support() for part in (self.scope, self.criterion) if part is not None)

    def _prove(self, case: Explanation, truth: int) -> Proof:
        parts = (self.scope, None if self.pending(case) else self.criterion)
        return self._node(truth, None, tuple([part.proof(case) for part in parts if part is not None]))

    def _open(self, case: Explanation, truth: int) -> int:
        if self.scope is not None:
            scope = self.scope.truth(case)
            if scope == FALSE:
                return 0
            if scope == UNKNOWN:
                return self.scope.open(case)
        return self.criterion.open(case) if self.criterion is not None else 0

    def _change(self, case: Explanation, want: int) -> Options:
        parts = [part.change(case, want) for part in (self.scope, self.criterion) if part is not None]
        return all_of(parts, self.facts) if want == TRUE else any_of(parts)


def _open_any(parts: Iterable[Node], case: Explanation, settling: int) -> int:
    """Facts open in any part, or none if one part has settled the whole for good."""
    total = 0
    for part in parts:
        open_facts = part.open(case)
        if not open_facts and part.truth(case) == settling:
            return 0
        total |= open_facts
    return total


class ProofBook:
    """All nodes of one program, prepared once; each criterion and each rule has one."""

    def __init__(self, facts: Facts) -> None:
        knowledge = facts.program.knowledge
        self.facts = facts
        self.size = 0
        self._nodes: dict[int, Node] = {}
        self._rules: dict[str, RuleNode] = {}
        rules = knowledge.rules.values()
        self.assessing: dict[str, tuple[Assessment, ...]] = {
            iri: tuple(
                rule
                for rule in rules
                if isinstance(rule, Assessment) and rule.condition in knowledge.hierarchy.narrower.get(iri, (iri,))
            )
            for iri in knowledge.conditions
        }
        derivations = {rule.finding: rule for rule in rules if isinstance(rule, DerivedFinding)}
        self.deriving: dict[str, RuleNode] = {}
        for finding, rule in sorted(derivations.items(), key=lambda entry: entry[1].order):
            self.deriving[finding] = self.rule(rule)
        for rule in sorted(rules, key=lambda rule: rule.order):
            self.rule(rule)

    def take_number(self) -> int:
        """The next number for a node."""
        self.size += 1
        return self.size - 1

    def rule(self, rule: Rule) -> RuleNode:
        """The node of a rule."""
        if rule.iri not in self._rules:
            self._rules[rule.iri] = RuleNode(self, rule)
        return self._rules[rule.iri]

    def node(self, criterion: Criterion) -> Node:
        """The node of a criterion. Criteria live as long as the knowledge, so their identity is their key."""
        if id(criterion) not in self._nodes:
            self._nodes[id(criterion)] = self._prepare(criterion)
        return self._nodes[id(criterion)]

    def derived_within_reach(self, finding: str) -> tuple[RuleNode, ...]:
        """Rules whose conclusion makes the finding present or absent."""
        hierarchy = self.facts.program.knowledge.hierarchy
        reach = (*hierarchy.narrower.get(finding, (finding,)), *hierarchy.broader.get(finding, (finding,)))
        return tuple(self.deriving[iri] for iri in dict.fromkeys(reach) if iri in self.deriving)

    def _prepare(self, criterion: Criterion) -> Node:
        holds, refuted = self.facts.program.pair(criterion)
        label = in_words(criterion, self.facts.program)
        match criterion:
            case Present() | Absent() | Unassessed():
                return FindingNode(self, criterion, holds, refuted, label)
            case Suspected() | NotSuspected():
                return SuspicionNode(self, criterion, holds, refuted, label)
            case Measured():
                return MeasuredNode(self, criterion, holds, refuted, label)
            case And() | Or() | AtLeast():
                return JunctionNode(self, criterion, holds, refuted, label)
        raise TypeError(f"no criterion: {criterion!r}")


def in_words(criterion: Criterion, program: Program) -> str:
    """A label for a criterion that has none of its own."""
    knowledge = program.knowledge
    match criterion:
        case Present():
            return f"{knowledge.findings[criterion.finding].label} present"
        case Absent():
            return f"{knowledge.findings[criterion.finding].label} absent"
        case Unassessed():
            return f"{knowledge.findings[criterion.finding].label} not assessed"
        case Suspected():
            return f"{knowledge.conditions[criterion.condition].label} suspected"
        case NotSuspected():
            return f"{knowledge.conditions[criterion.condition].label} not suspected"
        case Measured():
            measurement = knowledge.measurements[criterion.measurement]
            return f"{measurement.label} {ranges_in_words(criterion)[0]} {measurement.unit}"
        case AtLeast():
            return f"at least {criterion.count} of {knowledge.findings[criterion.group].label}"
        case _:
            return {"and": "all of", "or": "any of"}[criterion.operator]
