"""Knowledge → the library of one package: definitions of facts, scores, criteria, rules and verdicts.

What a rule comes to is not worked out a second time here: the compiled program is run on formulas, and what comes out is written
down (`formulas`). Only counts and scores are put in CQL's own words (`sums`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.exchange.cql.definitions import ANY_CLASH, RECORDED, Run, three_valued
from spinegraph.engine.exchange.cql.formulas import ALWAYS, NEVER, Formulas, numbers
from spinegraph.engine.exchange.cql.inputs import Inputs
from spinegraph.engine.exchange.cql.names import DefinitionNames
from spinegraph.engine.exchange.cql.tree import (
    Case,
    Expression,
    If,
    Library,
    ListOf,
    Literal,
    Null,
    Ref,
    Section,
    either,
    operation,
)
from spinegraph.engine.exchange.cql.writing import Composed, Wanted, Writer
from spinegraph.engine.model import Knowledge, Recommendation
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Program

LEVEL, VERDICT, APPLIES = "level of the case", "{}: verdict", "{}: applies"
CERTAIN = "{} (without contradictions)"
OPEN = ("undetermined", "conflicting", "provisional")
"""Verdicts with which it is open whether a recommendation applies."""
STAYING = ("conflicting", "out-of-scope")
"""Verdicts that stay as they are, whatever comes of it without contradictory facts (`position.settled`)."""

EXPLAINED = (
    "Null in a parameter is what is not known. Every one has to be given: as null, or an empty list, where nothing is known.",
    "Two Booleans say what a criterion or rule comes to: that it holds, and that it is refuted. Neither is so while it is "
    "unknown; both are where the record contradicts itself.",
    "A fact that the record has as present and as absent is said by its second parameter.",
    "Numbers have eight decimal places. A date is the interval of the days that it can be.",
    "Not here: proofs, what is still to be asked, doses, and the words of an answer.",
)


def make_library(knowledge: Knowledge, name: str, version: str) -> Library:
    """The library of a knowledge that is complete in itself, as `Linker` makes it of a package."""
    return _Maker(compile_program(knowledge)).library(name, version)


class _Maker:
    """Runs a program on formulas twice: as recorded, and without what is recorded both ways."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._inputs = Inputs(program)
        self._pool = Formulas()
        given = [NEVER if one == Literal(False) else self._pool.leaf(one) for one in self._inputs.planes()]
        names = DefinitionNames(program.knowledge, {*self._inputs.parameters, ANY_CLASH, LEVEL})
        self._names, self._writer = names, Writer(self._pool, names)
        planes = self._run(given)
        self._recorded = Run(program, planes, self._pool, self._writer, names, "{}")
        self._certain = Run(program, self._run(self._consistent(given, planes)), self._pool, self._writer, names, CERTAIN)

    def library(self, name: str, version: str) -> Library:
        """Everything, in order."""
        run = self._recorded
        sections = [
            ("Facts: as recorded, derived, or following from wider and narrower ones", list(run.facts())),
            ("Contradictions", list(run.contradictions())),
            ("Scores", list(run.scores())),
            ("Criteria", list(run.criteria())),
            ("Rules", [*run.rules(), *(three_valued(name) for _, name in self._names.rules)]),
            ("Verdicts as recorded", list(run.verdicts())),
            ("The same without what is recorded both ways", self._without_contradictions()),
            ("Verdicts", [self._level(), *self._verdicts()]),
        ]
        self._writer.share([one for _, wanted in sections for one in wanted])
        return Library(
            name=name,
            version=version,
            header=self._header(),
            missing=tuple(self._inputs.left_out),
            parameters=tuple(self._inputs.parameters.values()),
            sections=tuple(Section(title, tuple(self._writer.definitions(wanted))) for title, wanted in sections if wanted),
        )

    def _run(self, given: Sequence[int]) -> tuple[int, ...]:
        return numbers(self._program.run([self._pool.plane(number) for number in (*given, ALWAYS)]))

    def _consistent(self, given: Sequence[int], planes: Sequence[int]) -> list[int]:
        """The inputs of the second run, as `CaseEncoder.run` makes them: neither side of a contradiction may decide anything."""
        kept, program = list(given), self._program
        for number, iri in enumerate(program.findings):
            clash = self._pool.joined("And", planes[program.present[iri]], planes[program.absent[iri]])
            self._take_away(kept, 2 * number, clash)
        for position in range(program.first_timed, program.input_size - 1, 2):
            self._take_away(kept, position, self._pool.joined("And", *given[position : position + 2]))
        return kept

    def _take_away(self, inputs: list[int], position: int, clash: int) -> None:
        for side in (position, position + 1):
            inputs[side] = self._pool.joined("And", inputs[side], self._pool.negated(clash))

    def _without_contradictions(self) -> list[Wanted]:
        """Of the second run the verdicts, and of all else what these rest on."""
        run = self._certain
        supporting = [*run.facts(), *run.scores(), *run.criteria(), *run.rules()]
        verdicts = list(run.verdicts())
        needed: list[Wanted] = []
        while True:
            used = self._writer.uses([*verdicts, self._level(), *needed])
            more = [one for one in supporting if self._writer.needs(one, used)]
            if len(more) == len(needed):
                return [*needed, *verdicts]
            needed = more

    def _verdicts(self) -> Iterator[Wanted]:
        """What a decision says: what holds only because of a fact that is recorded both ways is conflicting."""
        for rule, name in self._names.rules:
            if isinstance(rule, Recommendation):
                recorded = Ref(RECORDED.format(name))
                settled = operation("Equal", recorded, Ref(CERTAIN.format(recorded.name)))
                staying = operation("In", recorded, ListOf(tuple(map(Literal, STAYING))))
                plain = either(operation("Not", Ref(ANY_CLASH)), staying, settled)
                what = Composed((), _always(If(plain, recorded, Literal("conflicting"))))
                yield Wanted(VERDICT.format(name), what, rule.text, passages=rule.passages)
                yield Wanted(APPLIES.format(name), Composed((), _always(_applies(Ref(VERDICT.format(name))))))

    def _level(self) -> Wanted:
        """How urgent the case is, as `level_of` reads it."""
        slots = self._program.level
        certain = [self._certain.planes[slot] for slot in slots]
        found = zip((*certain[:-1], self._recorded.planes[slots.routine]), LEVELS, strict=True)
        possible = {level: number for number, level in found if number != NEVER}

        def case(given: tuple[Expression, ...]) -> Expression:
            items = tuple((condition, Literal(level)) for condition, level in zip(given, possible, strict=True))
            return Case(items, Literal("undetermined"))

        return Wanted(LEVEL, Composed(tuple(possible.values()), case), "how urgent the case is")

    def _header(self) -> tuple[str, ...]:
        knowledge = self._program.knowledge
        left_out = (f"Not worked out here, so the caller says it as a Boolean: {name}." for name in self._inputs.left_out)
        return (disclaimer_of(knowledge.sources.values()), f"Made of the knowledge {knowledge.digest}.", *EXPLAINED, *left_out)


def _applies(verdict: Ref) -> Expression:
    """Whether an action is to be taken, for a PlanDefinition: null while that is open, so that no engine takes it for a yes."""
    open_ = operation("In", verdict, ListOf(tuple(map(Literal, OPEN))))
    return If(open_, Null(), operation("Equal", verdict, Literal("indicated")))


def _always(expression: Expression) -> Callable[[tuple[Expression, ...]], Expression]:
    return lambda _: expression
