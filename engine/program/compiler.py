"""Rules → the code of a `Program`: straight-line `&`, `|` and `^` on planes, in dependency order, and nothing else."""

from __future__ import annotations

from typing import Any

from spinegraph.engine.criteria import emit
from spinegraph.engine.criteria.kind import Planes
from spinegraph.engine.criteria.planes import join, only_holds, without
from spinegraph.engine.model import (
    VERDICTS,
    Act,
    And,
    Compared,
    Criterion,
    Knowledge,
    Recommendation,
    Related,
    Rule,
    Timed,
    Verdict,
)
from spinegraph.engine.program.blocks import StraightLine, compiled
from spinegraph.engine.program.levels import Levels
from spinegraph.engine.program.program import FURTHEST, Comparison, Pair, Performable, Program, RuleSlots, done_key, structure
from spinegraph.engine.program.relations import Relations
from spinegraph.engine.program.strata import order_errors


def compile_program(knowledge: Knowledge, acting: bool = False) -> Program:
    """Order and compile all rules; with `acting`, for analysis, also the planes of rules as they act on others, and those of
    whom sources and passages speak.

    Raises RuleCycleError where a rule depends on its own conclusion, CriterionError where `sh:order` would let another
    SHACL engine run a rule before what it depends on.
    """
    for error in order_errors(knowledge):
        raise error
    return _Compiler(knowledge).program(acting)


class _Compiler:
    """Emits lines on demand, so that they come out in dependency order."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._narrower = knowledge.hierarchy.narrower
        self._broader = knowledge.hierarchy.broader
        self._findings = tuple(iri for iri, finding in knowledge.findings.items() if not finding.derived_only)
        self._input = {iri: number for number, iri in enumerate(self._findings)}
        self._relations = Relations(knowledge)
        self._deriving = self._relations.deriving
        self._comparisons: list[Comparison] = []
        self._performable: dict[Performable, int] = {}
        self._related: list[Related] = []
        self._timed: dict[Any, tuple[int, Timed]] = {}
        self._lines: list[tuple[str, str]] = []
        self._names: dict[Any, tuple[str, str]] = {}
        self._met: dict[int, tuple[tuple[str, str], Criterion]] = {}
        """By identity; the criterion is kept beside its planes, so that no other can take its identity meanwhile."""
        self._facts: dict[tuple[str, str], str] = {}
        self._assigned: dict[str, str] = {}
        self._outputs: list[str] = []
        self._verdicts: dict[tuple[str, ...], range] = {}

    def program(self, acting: bool) -> Program:
        rules = {iri: self._rule_slots(rule) for iri, rule in self._knowledge.rules.items()}
        findings = dict.fromkeys((*self._findings, *self._knowledge.findings))
        present = {iri: self.output(self.fact("present", iri)) for iri in findings}
        absent = {iri: self.output(self.fact("absent", iri)) for iri in findings}
        both = [f"({self.fact('present', iri)} & {self.fact('absent', iri)})" for iri in self._knowledge.findings]
        clash = self.output(self.assign("c", join("|", both)))
        verdicts = {
            iri: self._verdict_planes(rule) for iri, rule in self._knowledge.rules.items() if isinstance(rule, Recommendation)
        }
        of_verdicts = range(clash + 1, len(self._outputs))
        levels = Levels(self, self._knowledge, self._relations)
        level, standing = levels.slots(), levels.standing()
        self._gates()
        active = {iri: self.acting(rule) for iri, rule in self._knowledge.rules.items()} if acting else {}
        for subject in self._knowledge.subjects.values() if acting else ():
            self.criterion(subject)
        slots = {key: Pair(self.output(holds), self.output(refuted)) for key, (holds, refuted) in self._names.items()}
        acting_slots = {iri: Pair(self.output(holds), self.output(refuted)) for iri, (holds, refuted) in active.items()}
        code = self._code()
        text = code.text()
        return Program(
            knowledge=self._knowledge,
            code=text,
            run=compiled(code, text),
            findings=self._findings,
            comparisons=tuple(self._comparisons),
            performable=tuple(self._performable),
            related=tuple(self._related),
            timed=tuple(criterion for _, criterion in self._timed.values()),
            slots=slots,
            rules=rules,
            verdicts=verdicts,
            of_verdicts=of_verdicts,
            present=present,
            absent=absent,
            clash=clash,
            level=level,
            standing=standing,
            acting=acting_slots,
            relations=self._relations,
        )

    def _code(self) -> StraightLine:
        inputs = [name for number in range(len(self._findings)) for name in (f"gp{number}", f"ga{number}")]
        inputs += [name for number in range(len(self._comparisons)) for name in (f"ch{number}", f"cr{number}")]
        inputs += [f"gd{number}" for number in self._performable.values()]
        inputs += [name for number in range(len(self._related)) for name in (f"rh{number}", f"rr{number}")]
        inputs += [name for number in range(len(self._timed)) for name in (f"th{number}", f"tr{number}")]
        return StraightLine((*inputs, "ones"), self._lines, self._outputs)

    def output(self, name: str) -> int:
        """The position at which a plane is given out."""
        self._outputs.append(name)
        return len(self._outputs) - 1

    def assign(self, prefix: str, expression: str) -> str:
        """The name of an expression; equal expressions share one."""
        if expression.isidentifier():
            return expression
        if expression not in self._assigned:
            name = self._assigned[expression] = f"{prefix}{len(self._lines)}"
            self._lines.append((name, expression))
        return self._assigned[expression]

    def _rule_slots(self, rule: Rule) -> RuleSlots:
        pairs = (self.rule(rule), self.criterion(rule.scope), self.criterion(rule.criterion))
        whole, scope, criterion = (Pair(self.output(holds), self.output(refuted)) for holds, refuted in pairs)
        return RuleSlots(whole, scope, criterion)

    def rule(self, rule: Rule) -> tuple[str, str]:
        """The planes of a rule: its scope and its criterion together."""
        if rule.iri in self._names:
            return self._names[rule.iri]
        scope, criterion = self.criterion(rule.scope), self.criterion(rule.criterion)
        holds = self.assign("h", join("&", [scope[0], criterion[0]]))
        refuted = self.assign("r", join("|", [scope[1], criterion[1]]))
        self._names[rule.iri] = (holds, refuted)
        return self._names[rule.iri]

    def criterion(self, criterion: Criterion | None) -> tuple[str, str]:
        """The planes of a criterion; equal structures share one pair."""
        if criterion is None:
            return ("ones", "zero")
        if id(criterion) not in self._met:  # most are met several times, and to write down a structure takes long
            self._met[id(criterion)] = (self._of_structure(criterion), criterion)
        return self._met[id(criterion)][0]

    def _of_structure(self, criterion: Criterion) -> tuple[str, str]:
        key = structure(criterion)
        if key not in self._names:
            holds, refuted = emit(criterion, self)
            self._names[key] = (self.assign("h", holds), self.assign("r", refuted))
        return self._names[key]

    def fact(self, side: str, finding: str) -> str:
        """The plane of a finding being present (from narrower ones) or absent (from wider ones), given or derived."""
        if (side, finding) not in self._facts:
            reaching = (self._narrower if side == "present" else self._broader).get(finding, (finding,))
            given, bit = ("gp", 0) if side == "present" else ("ga", 1)
            terms = [f"{given}{self._input[iri]}" for iri in reaching if iri in self._input]
            terms += [self.rule(self._deriving[iri])[bit] for iri in reaching if iri in self._deriving]
            self._facts[side, finding] = self.assign("p" if side == "present" else "a", join("|", terms))
        return self._facts[side, finding]

    def assessments(self, condition: str) -> list[Planes]:
        """The planes of the rules that assess a condition or a narrower one."""
        return [self.rule(rule) for rule in self._relations.assessing(condition)]

    def comparison(self, criterion: Compared) -> tuple[str, str]:
        number = len(self._comparisons)
        self._comparisons.append(Comparison(criterion.subject, criterion))
        return f"ch{number}", f"cr{number}"

    def relation(self, criterion: Related) -> tuple[str, str]:
        number = len(self._related)
        self._related.append(criterion)
        return f"rh{number}", f"rr{number}"

    def timed(self, criterion: Timed) -> tuple[str, str]:
        number, _ = self._timed.setdefault(structure(criterion), (len(self._timed), criterion))
        return f"th{number}", f"tr{number}"

    def verdict(self, rule: Recommendation, verdict: Verdict) -> str:
        """The plane of a verdict."""
        return self._outputs[self._verdict_planes(rule).start + VERDICTS.index(verdict)]

    def _gates(self) -> None:
        """The gates of screens are criteria like any other."""
        for screen in self._knowledge.screens.values():
            for gate in (screen.gate, *(item.gate for item in screen.items)):
                self.criterion(gate)

    def _verdict_planes(self, rule: Recommendation) -> range:
        """One plane per verdict: what makes it is so, and nothing that comes before it."""
        found: dict[Verdict, str] = {}
        before = "zero"
        wider = self._of_choices(rule)
        for verdict, plane in self._deciding(rule).items():
            reached = self.assign("v", join("|", [before, plane, *wider.get(verdict, ())]))
            found[verdict] = "zero" if reached == before else self.assign("w", without(reached, before))
            before = reached
        if (known := self._verdicts.get(tuple(found.values()))) is not None:
            return known
        first = len(self._outputs)
        for verdict in VERDICTS:
            self.output(found[verdict])
        return self._verdicts.setdefault(tuple(found.values()), range(first, len(self._outputs)))

    def _of_choices(self, rule: Recommendation) -> dict[Verdict, list[str]]:
        """Of a choice within others, the verdict planes of those together: of several the one that is furthest on counts.

        What is said of them is said of the choice as well, so that it is never further on than they are.
        """
        if not rule.if_chosen:
            return {}
        choices = self._relations.choices(rule)
        found: dict[Verdict, list[str]] = {}
        before = "zero"
        for verdict in FURTHEST:
            reached = self.assign("v", join("|", [before, *(self.verdict(other, verdict) for other in choices)]))
            found[verdict] = [self.assign("w", without(reached, before))]
            before = reached
        return {verdict: planes for verdict, planes in found.items() if verdict != "indicated"}

    def _deciding(self, rule: Recommendation) -> dict[Verdict, str]:
        """The table of design section 5: the first of these that is so makes the verdict. (A further one is a line here.)

        A contraindication leaves a recommendation open as a gap does: what names an alternative overrides it before that.
        What is done would be indicated otherwise, so it comes last.
        """
        scope_holds, scope_refuted = self.criterion(rule.scope)
        holds, refuted = self.rule(rule)
        excluding = [self.rule(other) for other in self._relations.excluding(rule)]
        overriding = [(self.acting(other), rule.iri in other.overrides) for other in self._relations.overriding(rule)]
        leaving = [self.acting(other)[0] for other in self._relations.leaving(rule)]
        leaving += [self.criterion(present)[0] for present in self._relations.contraindications(rule)]
        outside = [only_holds(pair) for pair in (*excluding, (scope_refuted, scope_holds))]
        conflicts = [f"({scope_holds} & {scope_refuted})", f"({holds} & {refuted})"]
        conflicts += [f"({h} & {r})" for h, r in excluding]
        conflicts += [f"({holds} & {h} & {r})" for (h, r), _ in overriding]
        unknown = [f"(({h} | {r}) ^ ones)" for (h, r), strict in overriding if strict]
        return {
            "out-of-scope": self.assign("x", join("|", outside)),
            "conflicting": self.assign("c", join("|", conflicts)),
            "not-indicated": self.criterion(rule.criterion)[1],
            "undetermined": self.assign("n", without("ones", holds)),
            "overridden": self.assign("d", join("|", [h for (h, _), _ in overriding])),
            "provisional": self.assign("u", join("|", unknown + leaving)),
            "done": self._done(rule),
            "indicated": "ones",
        }

    def _done(self, rule: Recommendation) -> str:
        """The plane of an intervention being performed, or of all that it obtains being known.

        A finding is known absent by what is recorded of itself: that a wider one is denied is no examination.
        """
        if not self._relations.performable(rule):
            return "zero"
        performed = self._performed(Performable(rule.intervention, rule.recurrence))
        obtained = self._relations.obtained(rule)
        return performed if obtained is None else self.assign("k", join("|", [performed, self._all_known(obtained)]))

    def _performed(self, act: Performable) -> str:
        """The input plane of an intervention being performed: that of the fact, where some criterion asks about it.

        Of what recurs it is its own: whether it is not yet due again.
        """
        if act.recurrence is None and (fact := Act("performed", act.intervention).iri) in self._input:
            return f"gp{self._input[fact]}"
        return f"gd{self._performable.setdefault(act, len(self._performable))}"

    def _all_known(self, obtained: And) -> str:
        self.criterion(obtained)
        key = done_key(obtained)
        if key not in self._names:
            known = [self._known(part) for part in obtained.children]
            self._names[key] = (self.assign("k", join("&", known)), "zero")
        return self._names[key][0]

    def _known(self, part: Criterion) -> str:
        if isinstance(part, Compared):
            return self.criterion(part)[0]
        (finding,) = {side.subject for side in part.parts}
        sides = [self.fact("present", finding)]
        sides += [f"ga{self._input[finding]}"] if finding in self._input else []
        sides += [self.rule(self._deriving[finding])[1]] if finding in self._deriving else []
        return self.assign("k", join("|", sides))

    def acting(self, rule: Rule) -> tuple[str, str]:
        """The planes of a rule as it acts on others: a source that does not speak about the patient displaces nothing."""
        holds, refuted = self.rule(rule)
        excluding = [self.rule(other) for other in self._relations.of_source(rule)]
        if not excluding:
            return holds, refuted
        outside = self.assign("x", join("|", [only_holds(pair) for pair in excluding]))
        return self.assign("h", f"{holds} & ({outside} ^ ones)"), self.assign("r", f"{refuted} | {outside}")
