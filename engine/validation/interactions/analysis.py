"""What the rules can do to patients: the questions of all analyses, asked of one circuit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.errors import ReplayError
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import And, Case, Criterion, Frozen, Knowledge, Recommendation, Rule, Verdict
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.validation.diagnostics import Witness
from spinegraph.engine.validation.interactions.replay import Claim, replayed


class Behaviour(Frozen, frozen=True, kw_only=True):
    """One thing that the rules do or can never do: its name, message and terms in the catalogue, IRIs of the rule and of
    others that take part."""

    name: str
    rule: str
    others: tuple[str, ...] = ()
    message: str
    terms: Mapping[str, object] = {}
    witness: Witness | None = None


class Analysis:
    """Compiled knowledge over all consistent patients. Literals are those of one circuit."""

    def __init__(self, knowledge: Knowledge, engine: Engine | None = None) -> None:
        self.knowledge = knowledge
        self.engine = engine or Engine(knowledge)
        self.program = compile_program(knowledge, acting=True)
        self.patients = Patients(self.program)
        self.circuit = self.patients.circuit
        (self.planes,) = self.patients.planes
        self.recommendations = tuple(rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation))

    def verdict(self, rule: Recommendation, *names: Verdict) -> int:
        """The literal of a recommendation's having one of these verdicts."""
        found = self.program.verdict_planes(rule.iri, self.planes)
        return self.circuit.any_of(found[name] for name in names)

    def holds(self, rule: Rule) -> int:
        """The literal of scope and criterion being true."""
        return self.planes[self.program.rules[rule.iri].whole.holds]

    def refuted(self, rule: Rule) -> int:
        """The literal of scope or criterion being false."""
        return self.planes[self.program.rules[rule.iri].whole.refuted]

    def in_scope(self, rule: Rule) -> int:
        """The literal of the scope being true."""
        return self.planes[self.program.rules[rule.iri].scope.holds]

    def acts(self, rule: Rule) -> int:
        """The literal of a rule's holding for a patient whom its source covers: then it displaces and leaves open."""
        return self.planes[self.program.acting[rule.iri].holds]

    def stands(self, rule: Recommendation) -> int:
        """The literal of a recommendation's holding, whatever displaces it or leaves it open."""
        return self.verdict(rule, "indicated", "provisional", "overridden", "done")

    def smallest(self, *literals: int) -> Case | None:
        """A patient with the fewest facts who meets the literals, or None where there is none."""
        return self.patients.smallest(*literals)

    def somebody(self, *literals: int, values: Mapping[str, float] | None = None) -> Case:
        """The smallest patient where it is known that there is one, with fixed `values` where the literals have them.

        Raises ReplayError where there is none after all.
        """
        patient = self.patients.smallest_with(values or {}, *literals)
        if patient is None:
            raise ReplayError("A patient that was found before cannot be found again.", mend="Report this with the knowledge.")
        return patient

    def exists(self, *literals: int) -> bool:
        """Whether some patient meets the literals."""
        return self.patients.exists(*literals)

    def example(self, rule: Rule) -> Witness | None:
        """The smallest patient for whom a rule holds, or None where it holds for nobody."""
        patient = self.patients.smallest(self.holds(rule))
        return None if patient is None else self.witness(patient, ((rule, "holds"),))

    def excluding(self, rule: Rule) -> tuple[Criterion, ...]:
        """Parts of scope and criterion that no patient meets together, none of them to spare; () if somebody meets all."""
        parts = {self.planes[self.program.pair(part).holds]: part for part in conjuncts(rule)}
        return tuple(parts[literal] for literal in self.circuit.core(tuple(parts)))

    def witness(self, case: Case, claims: Iterable[tuple[Rule, str]]) -> Witness:
        """The case as a witness, replayed. Raises ReplayError."""
        return replayed(self.engine, case, [Claim(rule.id, state) for rule, state in claims])


def conjuncts(rule: Rule) -> Iterator[Criterion]:
    """What has to hold for a rule to hold, each part by itself."""
    waiting = [part for part in (rule.scope, rule.criterion) if part is not None]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, And):
            waiting = [*part.children, *waiting]
        else:
            yield part


def named(rule: Rule) -> str:
    """A rule as messages name it: its CURIE, and its label where there is one."""
    return f"{shorten(rule.iri)} (“{rule.label}”)" if rule.label else shorten(rule.iri)
