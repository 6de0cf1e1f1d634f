"""Why a verdict is what it is, what is missing, and what would change it.

Everything here is read off the program's bits, never decided anew. Sets of facts are bit masks: one bit per fact that can
be asked (`missing`), two per fact that can be changed (`flips`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal

from engine.inference.program import Program, RuleSlots
from engine.knowledge.criteria import children_of
from engine.model import (
    Absent,
    And,
    Assessment,
    AtLeast,
    Bound,
    Case,
    Change,
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
    Truth,
    Unassessed,
)

UNKNOWN, TRUE, FALSE, CONFLICTING = range(4)
MAX_FLIPS = 24
"""How many change sets are kept at each step, smallest first."""

Want = Literal[1, 2]
"""TRUE or FALSE: what a node shall become."""


class Facts:
    """The numbering of facts, shared by all decisions of one program."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self.program = program
        self.codes = tuple(knowledge.findings[iri].code for iri in program.findings) + tuple(
            measurement.code for measurement in knowledge.measurements.values()
        )
        self.bit = {code: 1 << number for number, code in enumerate(self.codes)}
        number_of = {iri: number for number, iri in enumerate(program.findings)}
        self.number = number_of
        self.narrower = {iri: _mask(number_of, knowledge.hierarchy.narrower.get(iri, (iri,))) for iri in knowledge.findings}
        self.broader = {iri: _mask(number_of, knowledge.hierarchy.broader.get(iri, (iri,))) for iri in knowledge.findings}
        self.code_of = {iri: finding.code for iri, finding in knowledge.findings.items()}
        self.deriving = {rule.finding: rule for rule in knowledge.rules.values() if isinstance(rule, DerivedFinding)}
        self.assessing = {
            iri: tuple(
                rule
                for rule in knowledge.rules.values()
                if isinstance(rule, Assessment) and rule.condition in knowledge.hierarchy.narrower.get(iri, (iri,))
            )
            for iri in knowledge.conditions
        }
        self.comparison = {
            (c.criterion.measurement, c.criterion.lower, c.criterion.upper): number
            for number, c in enumerate(program.comparisons)
        }
        self.changes = self._changes()
        paired = 2 * (len(program.findings) + len(program.comparisons))
        self.even = int("01" * (paired // 2), 2)
        self.assessed = {iri: paired + number for number, iri in enumerate(program.findings)}
        self.decode = lru_cache(maxsize=1 << 14)(self._decode)
        self.decode_changes = lru_cache(maxsize=1 << 14)(self._decode_changes)
        self.leaves: dict[tuple[Any, ...], Proof] = {}
        self.pairs: dict[int, tuple[int, int]] = {}
        for rule in knowledge.rules.values():
            for criterion in (rule.scope, rule.criterion):
                if criterion is not None:
                    self._number(criterion)

    def _number(self, criterion: Criterion) -> None:
        """Note where the planes of a criterion and of all below it stand, by identity: criteria live as long as the knowledge."""
        if id(criterion) not in self.pairs:
            self.pairs[id(criterion)] = self.program.pair(criterion)
            for child in (*children_of(criterion), *(criterion.members if isinstance(criterion, AtLeast) else ())):
                self._number(child)

    def _changes(self) -> tuple[Change, ...]:
        changes = []
        for iri in self.program.findings:
            changes += [Change(code=self.code_of[iri], to="present"), Change(code=self.code_of[iri], to="absent")]
        for comparison in self.program.comparisons:
            code = self.program.knowledge.measurements[comparison.measurement].code
            changes += [Change(code=code, to=to) for to in _ranges(comparison.criterion)]
        changes += [Change(code=self.code_of[iri], to="assessed") for iri in self.program.findings]
        return tuple(changes)

    def _decode(self, mask: int) -> tuple[str, ...]:
        return tuple(self.codes[number] for number in bits_of(mask))

    def _decode_changes(self, mask: int) -> tuple[Change, ...]:
        return tuple(self.changes[number] for number in bits_of(mask))


def bits_of(mask: int) -> Iterable[int]:
    """The positions of the set bits, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _mask(number_of: Mapping[str, int], iris: Iterable[str]) -> int:
    return sum(1 << number_of[iri] for iri in iris if iri in number_of)


def _ranges(criterion: Measured) -> tuple[str, str]:
    """The range and its certain opposite in words: "> 50" and "<= 50"."""
    inside, outside = [], []
    for bound, sign, opposite in ((criterion.lower, ">", "<"), (criterion.upper, "<", ">")):
        if bound:
            inside.append(f"{sign}{'=' * bound.inclusive} {bound.value:g}")
            outside.append(_opposite(bound, opposite))
    return " and ".join(inside) or "known", " or ".join(outside) or "not known"


def _opposite(bound: Bound, sign: str) -> str:
    if bound.other is not None:
        return f"{sign} {bound.other:g}"
    return f"{sign}{'' if bound.inclusive else '='} {bound.value:g}"


class Explainer:
    """Explains one decided case. Answers are remembered for as long as it lives: shapes are shared between rules."""

    def __init__(self, facts: Facts, case: Case, planes: tuple[int, ...]) -> None:
        self._facts = facts
        self._program = facts.program
        self._pairs = facts.pairs
        self._planes = planes
        self._values = case.measurements
        self._present = sum(facts.bit[code] for code in case.present)
        self._absent = sum(facts.bit[code] for code in case.absent)
        self._proofs: dict[int, Proof] = {}
        self._opens: dict[int, int] = {}
        self._changes: dict[tuple[int, int], list[int]] = {}

    # Truth -----------------------------------------------------------------------------------

    def truth(self, criterion: Criterion) -> int:
        """The node's truth as an index of TRUTHS."""
        holds, refuted = self._pairs[id(criterion)]
        return self._planes[holds] | self._planes[refuted] << 1

    def truth_or_true(self, criterion: Criterion | None) -> int:
        """The same, where no criterion means always."""
        return TRUE if criterion is None else self.truth(criterion)

    def suspicion(self, condition: str) -> int:
        """Whether a condition is suspected by all assessments of it and of narrower ones."""
        truths = [self.rule_truth(rule) for rule in self._facts.assessing[condition]]
        holds = any(truth & TRUE for truth in truths)
        refuted = bool(truths) and all(truth & FALSE for truth in truths)
        return holds | refuted << 1

    def rule_truth(self, rule: Rule) -> int:
        """The truth of scope and criterion together."""
        whole = self._program.rules[rule.iri].whole
        return self._planes[whole.holds] | self._planes[whole.refuted] << 1

    def finding_state(self, finding: str) -> int:
        """0 unknown, 1 present, 2 absent, 3 contradictory."""
        return self._planes[self._program.present[finding]] | self._planes[self._program.absent[finding]] << 1

    def scope_pending(self, rule: Rule) -> bool:
        """Whether it is not known that the rule's source speaks about this patient."""
        return rule.scope is not None and self.truth(rule.scope) == UNKNOWN

    # Proofs ----------------------------------------------------------------------------------

    def proof(self, criterion: Criterion) -> Proof:
        """The tree of criterion nodes that carry the truth, each with its fact and passages."""
        key = id(criterion)
        found = self._proofs.get(key)
        if found is None:
            found = self._proofs[key] = self._prove(criterion)
        return found

    def rule_proof(self, rule: Rule) -> Proof:
        """The proof of a rule: its scope, and its criterion once the scope is settled."""
        parts = [rule.scope, None if self.scope_pending(rule) else rule.criterion]
        return Proof(
            iri=rule.iri,
            label=rule.label,
            operator="rule",
            truth=TRUTHS[self.rule_truth(rule)],
            passages=rule.passages,
            children=tuple(self.proof(part) for part in parts if part is not None),
        )

    def _prove(self, criterion: Criterion) -> Proof:
        truth = self.truth(criterion)
        if isinstance(criterion, Present | Absent | Unassessed):
            return self._prove_finding(criterion, truth)
        fact = None
        children: tuple[Proof, ...] = ()
        if isinstance(criterion, Suspected | NotSuspected):
            children = self._prove_suspicion(criterion, truth)
        elif isinstance(criterion, Measured):
            fact = self._measured_fact(criterion)
        elif isinstance(criterion, AtLeast):
            children = tuple(map(self.proof, criterion.members))
        else:
            children = tuple(map(self.proof, self._carrying(criterion, truth)))
        return Proof(
            iri=criterion.iri,
            label=criterion.label or _words(criterion, self._program),
            operator=criterion.operator,
            truth=TRUTHS[truth],
            fact=fact,
            passages=criterion.passages,
            children=children,
        )

    def _carrying(self, criterion: Criterion, truth: int) -> Iterable[Criterion]:
        """The children that make the node what it is: one that holds proves an `or`, one that is refuted an `and`."""
        children = children_of(criterion)
        decisive = {Or: TRUE, And: FALSE}.get(type(criterion))
        if truth == decisive:
            return [child for child in children if self.truth(child) == truth]
        return children

    def _prove_finding(self, criterion: Present | Absent | Unassessed, truth: int) -> Proof:
        facts = self._facts
        finding = criterion.finding
        given = (self._present & facts.narrower[finding]), (self._absent & facts.broader[finding])
        key = (id(criterion), truth, self.finding_state(finding), *given)
        found = facts.leaves.get(key)
        if found is None:
            found = Proof(
                iri=criterion.iri,
                label=criterion.label or _words(criterion, self._program),
                operator=criterion.operator,
                truth=TRUTHS[truth],
                fact=self._finding_fact(finding, *given),
                passages=criterion.passages,
            )
            if len(facts.leaves) < 1 << 15:
                facts.leaves[key] = found
        return found

    def _finding_fact(self, finding: str, present: int, absent: int) -> Fact:
        facts = self._facts
        states: tuple[Literal["unknown", "present", "absent", "contradictory"], ...] = (
            "unknown", "present", "absent", "contradictory",
        )  # fmt: skip
        state = self.finding_state(finding)
        code = facts.code_of[finding]
        through = facts.decode(present | absent)
        derived = [
            rule.id
            for iri in (*self._reaching(finding),)
            if (rule := facts.deriving.get(iri)) and self.rule_truth(rule) != UNKNOWN
        ]
        if state == UNKNOWN:
            return Fact(code=code, state="unknown", basis="not-assessed")
        if through == (code,) and not derived:
            return Fact(code=code, state=states[state], basis="given")
        return Fact(code=code, state=states[state], basis="derived", through=(*through, *derived))

    def _reaching(self, finding: str) -> Iterable[str]:
        hierarchy = self._program.knowledge.hierarchy
        return dict.fromkeys((*hierarchy.narrower.get(finding, (finding,)), *hierarchy.broader.get(finding, (finding,))))

    def _measured_fact(self, criterion: Measured) -> Fact:
        code = self._program.knowledge.measurements[criterion.measurement].code
        value = self._values.get(code)
        if value is None:
            return Fact(code=code, state="unknown", basis="not-assessed")
        return Fact(code=code, state="known", basis="given", value=value)

    def _prove_suspicion(self, criterion: Suspected | NotSuspected, truth: int) -> tuple[Proof, ...]:
        rules = self._facts.assessing[criterion.condition]
        holding = [rule for rule in rules if self.rule_truth(rule) & TRUE]
        if holding:
            return tuple(map(self.rule_proof, holding))
        return tuple(
            Proof(iri=rule.iri, label=rule.label, operator="rule", truth=TRUTHS[self.rule_truth(rule)], passages=rule.passages)
            for rule in rules
        )

    # What can still be learned ---------------------------------------------------------------

    def open_facts(self, criterion: Criterion) -> int:
        """Mask of the unassessed (or contradictory) facts that can still change the node's truth."""
        key = id(criterion)
        found = self._opens.get(key)
        if found is None:
            found = self._opens[key] = self._open(criterion)
        return found

    def open_of_rule(self, rule: Rule) -> int:
        """The same for a rule: while its scope is not settled, only the scope's facts."""
        if rule.scope is not None:
            scope = self.truth(rule.scope)
            if scope == FALSE:
                return 0
            if scope == UNKNOWN:
                return self.open_facts(rule.scope)
        return self.open_facts(rule.criterion) if rule.criterion is not None else 0

    def _open(self, criterion: Criterion) -> int:
        match criterion:
            case Present() | Absent() | Unassessed():
                return self._open_finding(criterion.finding)
            case Suspected() | NotSuspected():
                return self._open_any(
                    ((self.rule_truth(rule), self.open_of_rule(rule)) for rule in self._facts.assessing[criterion.condition]),
                    TRUE,
                )
            case Measured():
                code = self._program.knowledge.measurements[criterion.measurement].code
                return 0 if code in self._values else self._facts.bit[code]
            case AtLeast():
                if self.truth(criterion) in (TRUE, FALSE):
                    return 0
                return self._union(map(self.open_facts, criterion.members))
        settling = TRUE if isinstance(criterion, Or) else FALSE
        return self._open_any(((self.truth(child), self.open_facts(child)) for child in children_of(criterion)), settling)

    @staticmethod
    def _open_any(parts: Iterable[tuple[int, int]], settling: int) -> int:
        """Facts open in any part, or none if one part has settled the whole for good."""
        total = 0
        for truth, open_facts in parts:
            if truth == settling and not open_facts:
                return 0
            total |= open_facts
        return total

    @staticmethod
    def _union(masks: Iterable[int]) -> int:
        total = 0
        for mask in masks:
            total |= mask
        return total

    def _open_finding(self, finding: str) -> int:
        if self.finding_state(finding) in (TRUE, FALSE):
            return 0
        facts = self._facts
        own = facts.bit[facts.code_of[finding]] if finding in facts.number else 0
        if own & (self._present ^ self._absent):
            own = 0
        deriving = facts.deriving.get(finding)
        return own | (self.open_of_rule(deriving) if deriving else 0)

    # What would change a verdict -------------------------------------------------------------

    def changes(self, criterion: Criterion | None, want: Want) -> list[int]:
        """Minimal sets of changes (masks) after which the node has the wanted truth; [0] if it has it already."""
        if criterion is None:
            return [0] if want == TRUE else []
        key = (id(criterion), want)
        found = self._changes.get(key)
        if found is None:
            found = self._changes[key] = [0] if self.truth(criterion) == want else self._change(criterion, want)
        return found

    def changes_of_rule(self, rule: Rule, want: Want) -> list[int]:
        """The same for scope and criterion together."""
        if self.rule_truth(rule) == want:
            return [0]
        if want == TRUE:
            return self.all_of([self.changes(rule.scope, TRUE), self.changes(rule.criterion, TRUE)])
        return minimal([*self.changes(rule.scope, FALSE), *self.changes(rule.criterion, FALSE)])

    def _change(self, criterion: Criterion, want: Want) -> list[int]:
        opposite: Want = FALSE if want == TRUE else TRUE
        match criterion:
            case Present():
                return [] if want == FALSE and criterion.absence_inconclusive else self._change_finding(criterion.finding, want)
            case Absent():
                return self._change_finding(criterion.finding, opposite)
            case Unassessed():
                if want == TRUE:
                    return []
                return [1 << self._facts.assessed[criterion.finding]] if criterion.finding in self._facts.assessed else []
            case Suspected():
                return self._change_suspicion(criterion.condition, want)
            case NotSuspected():
                return self._change_suspicion(criterion.condition, opposite)
            case Measured():
                number = self._facts.comparison[criterion.measurement, criterion.lower, criterion.upper]
                if want == FALSE and criterion.lower is None and criterion.upper is None:
                    return []
                return [1 << (2 * len(self._facts.number) + 2 * number + (want == FALSE))]
            case AtLeast():
                return self._change_count(criterion, want)
        each = [self.changes(child, want) for child in children_of(criterion)]
        needs_all = isinstance(criterion, And) == (want == TRUE)
        return self.all_of(each) if needs_all else minimal(change for options in each for change in options)

    def _change_finding(self, finding: str, want: Want) -> list[int]:
        """Make a finding present (want TRUE) or absent, also undoing what is recorded to the contrary."""
        facts = self._facts
        undo = 0
        contrary = self._absent & facts.broader[finding] if want == TRUE else self._present & facts.narrower[finding]
        for number in bits_of(contrary):
            undo |= 1 << (2 * number + (want == FALSE))
        options = []
        deriving = facts.deriving.get(finding)
        derived = self.rule_truth(deriving) if deriving else UNKNOWN
        state = self.finding_state(finding)
        if finding in facts.number and derived in (UNKNOWN, want):
            already = state & want
            own = 0 if already else 1 << (2 * facts.number[finding] + (want == FALSE))
            options.append(own | undo)
        if deriving and derived != want:
            options += [change | undo for change in self.changes_of_rule(deriving, want)]
        return minimal(option for option in options if option)

    def _change_suspicion(self, condition: str, want: Want) -> list[int]:
        each = [self.changes_of_rule(rule, want) for rule in self._facts.assessing[condition]]
        if want == TRUE:
            return minimal(change for options in each for change in options)
        return self.all_of(each) if each else []

    def _change_count(self, criterion: AtLeast, want: Want) -> list[int]:
        """Change the cheapest members until the count is reached, or out of reach."""
        needed = criterion.count if want == TRUE else len(criterion.members) - criterion.count + 1
        sets = [0]
        levels: list[list[int]] = [sets] + [[] for _ in range(needed)]
        for member in criterion.members:
            options = self.changes(member, want)
            for level in range(needed, 0, -1):
                levels[level] = minimal([*levels[level], *self.all_of([levels[level - 1], options])])
        return levels[needed]

    def all_of(self, each: list[list[int]]) -> list[int]:
        """Every way to make one change of each list, joined; none of them makes a fact both present and absent."""
        certain = 0
        choices = []
        for options in each:
            if not options:
                return []
            if len(options) == 1:
                certain |= options[0]
            else:
                choices.append(options)
        joined = [certain]
        for options in sorted(choices, key=len):
            joined = minimal(left | right for left in joined for right in options)
        return [change for change in joined if not self._contradicts(change)]

    def _contradicts(self, change: int) -> bool:
        """Whether a set would make one fact both present and absent."""
        return bool(change & (change >> 1) & self._facts.even)


def minimal(changes: Iterable[int]) -> list[int]:
    """The smallest sets, none containing another, at most MAX_FLIPS."""
    distinct = set(changes)
    if len(distinct) < 2:
        return list(distinct)
    if 0 in distinct:
        return [0]
    singles = 0
    larger = []
    for change in distinct:
        if change & (change - 1):
            larger.append(change)
        else:
            singles |= change
    kept = [1 << number for number in bits_of(singles)]
    for change in sorted((c for c in larger if not c & singles), key=_size):
        if not any(smaller & change == smaller for smaller in kept[singles.bit_count() :]):
            kept.append(change)
    return kept[:MAX_FLIPS]


def _size(change: int) -> tuple[int, int]:
    return change.bit_count(), change


def _words(criterion: Criterion, program: Program) -> str:
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
            return f"{measurement.label} {_ranges(criterion)[0]} {measurement.unit}"
        case AtLeast():
            return f"at least {criterion.count} of {knowledge.findings[criterion.group].label}"
        case _:
            return {"and": "all of", "or": "any of"}[criterion.operator]


__all__ = ["Explainer", "Facts", "bits_of"]
