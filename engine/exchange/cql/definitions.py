"""The definitions of one run of the program: what it comes to as recorded, or without what is recorded both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from spinegraph.engine.exchange.cql.formulas import NEVER, Formulas
from spinegraph.engine.exchange.cql.names import DefinitionNames
from spinegraph.engine.exchange.cql.sums import counted, counts_present, end_of, scored
from spinegraph.engine.exchange.cql.tree import Case, Expression, If, Literal, Null, Ref, operation
from spinegraph.engine.exchange.cql.writing import Composed, Wanted, Writer
from spinegraph.engine.model import VERDICTS, Counted, Criterion, Recommendation, Score, Scored, Verdict
from spinegraph.engine.program.program import Pair, Program

ORDER: tuple[Verdict, ...] = (
    "out-of-scope", "conflicting", "not-indicated", "undetermined", "overridden", "provisional", "done", "indicated",
)  # fmt: skip
"""In which a verdict is sought: the first that is so counts (design section 5)."""
FACT = ("{}: present", "{}: absent")
CLASH, ANY_CLASH = "{}: contradictory", "any contradiction"
SIDES = ("{}: holds", "{}: refuted")
ENDS = ("{}: least", "{}: greatest")
RECORDED = "{}: verdict as recorded"


class Run:
    """Definitions from the formulas of one run. `titled`: how they are called, "{}" where that is their name alone."""

    def __init__(
        self, program: Program, planes: Sequence[int], pool: Formulas, writer: Writer, names: DefinitionNames, titled: str
    ) -> None:
        self.planes = planes
        self._program, self._knowledge = program, program.knowledge
        self._pool, self._writer, self._names, self._titled = pool, writer, names, titled

    def title(self, name: str) -> str:
        """What a definition is called in this run."""
        return self._titled.format(name)

    def facts(self) -> Iterator[Wanted]:
        """Of each finding and act: that it is present, and that it is absent, as recorded, derived, or following from others."""
        for iri, concept in self._knowledge.findings.items():
            if iri in self._program.present:
                slots = (self._program.present[iri], self._program.absent[iri])
                yield from self._both(concept.code, FACT, slots, concept.label)

    def contradictions(self) -> Iterator[Wanted]:
        """Of each fact that can be recorded: that it is both present and absent; and that any fact is."""
        for iri in self._program.findings:
            slots = (self._program.present[iri], self._program.absent[iri])
            number = self._pool.joined("And", *(self.planes[slot] for slot in slots))
            title = self.title(CLASH.format(self._knowledge.findings[iri].code))
            self._writer.name(number, title)
            yield Wanted(title, number)
        clash = self.planes[self._program.clash]
        self._writer.name(clash, self.title(ANY_CLASH))
        yield Wanted(self.title(ANY_CLASH), clash, "any fact that is both present and absent")

    def scores(self) -> Iterator[Wanted]:
        """Of each score: the least and the greatest sum that unknown items leave."""
        asking: dict[str, list[Scored]] = {}
        for criterion, _ in self._names.criteria:
            if isinstance(criterion, Scored):
                asking.setdefault(criterion.score.iri, []).append(criterion)
        for criteria in asking.values():
            score = criteria[0].score
            serves = tuple(number for criterion in criteria for number in self._pair(criterion))
            parts = tuple(number for item in score.items for number in self._pair(item.criterion))
            for end, name in enumerate(ENDS):
                label = f"{score.label}: the {'greatest' if end else 'least'} sum that is possible"
                what = Composed(parts, _sum_of(score, least=not end))
                yield Wanted(self.title(name.format(score.code)), what, label, passages=score.passages, serves=serves)

    def criteria(self) -> Iterator[Wanted]:
        """Of each criterion: that it holds, and that it is refuted; of one without a shape, where nothing else says the same."""
        for criterion, name in self._names.criteria:
            for number, side in zip(self._pair(criterion), SIDES, strict=True):
                if not criterion.iri and self._writer.known(number):
                    continue
                title, holds = self.title(side.format(name)), side == SIDES[0]
                if self._writer.name(number, title):
                    self._in_own_words(criterion, number, holds)
                label, reading = (criterion.label, criterion.reading) if holds else ("", "")
                yield Wanted(title, number, label, reading, criterion.passages)

    def rules(self) -> Iterator[Wanted]:
        """Of each rule: that its scope and criterion hold, that one of them is refuted, and both as one three-valued answer."""
        for rule, name in self._names.rules:
            yield from self._both(name, SIDES, self._program.rules[rule.iri].whole, rule.label, rule.reading, rule.passages)

    def verdicts(self) -> Iterator[Wanted]:
        """Of each recommendation: its verdict in this run. Those that share all that bears on it share the definition."""
        first: dict[range, str] = {}
        for rule, name in self._names.rules:
            if isinstance(rule, Recommendation):
                slots = self._program.verdicts[rule.iri]
                title = self.title(RECORDED.format(name))
                shared = first.setdefault(slots, title)
                yield Wanted(title, self._case(slots) if shared == title else _same_as(shared))

    def _pair(self, criterion: Criterion) -> Pair:
        pair = self._program.pair(criterion)
        return Pair(self.planes[pair.holds], self.planes[pair.refuted])

    def _both(
        self,
        name: str,
        sides: tuple[str, str],
        slots: tuple[int, int],
        label: str,
        reading: str = "",
        passages: tuple[str, ...] = (),
    ) -> Iterator[Wanted]:
        for side, slot in zip(sides, slots, strict=True):
            title, first = self.title(side.format(name)), side == sides[0]
            self._writer.name(self.planes[slot], title)
            yield Wanted(title, self.planes[slot], label if first else "", reading if first else "", passages)

    def _in_own_words(self, criterion: Criterion, number: int, holds: bool) -> None:
        """Let a count or a score be written as one."""
        if isinstance(criterion, Counted):
            side = 0 if counts_present(criterion, holds=holds) else 1
            members = tuple(self._pair(member)[side] for member in criterion.members)
            self._writer.write_instead(number, Composed(members, lambda given: counted(criterion, given, holds=holds)))
        elif isinstance(criterion, Scored):
            least, greatest = (Ref(self.title(name.format(criterion.score.code))) for name in ENDS)
            parts = tuple(one for item in criterion.score.items for one in self._pair(item.criterion))
            self._writer.write_instead(number, Composed(parts, lambda _: scored(criterion, least, greatest, holds=holds)))

    def _case(self, slots: range) -> Composed:
        """The first verdict of the table whose condition is so: of exactly one it is, so that the last needs none."""
        by_verdict = dict(zip(VERDICTS, (self.planes[slot] for slot in slots), strict=True))
        conditions: dict[Verdict, int] = {}
        before: set[int] = set()
        for verdict in ORDER:
            if by_verdict[verdict] != NEVER:
                conditions[verdict] = self._pool.besides(by_verdict[verdict], before)
                before.update(self._pool.chain(conditions[verdict], "Or"))
        *sought, last = conditions

        def case(given: tuple[Expression, ...]) -> Expression:
            items = tuple((condition, Literal(verdict)) for condition, verdict in zip(given, sought, strict=True))
            return Case(items, Literal(last)) if items else Literal(last)

        return Composed(tuple(conditions[verdict] for verdict in sought), case)


def _sum_of(score: Score, *, least: bool) -> Callable[[tuple[Expression, ...]], Expression]:
    return lambda given: end_of(score, list(zip(given[::2], given[1::2], strict=True)), least=least)


def _same_as(name: str) -> Composed:
    return Composed((), lambda _: Ref(name))


def three_valued(name: str) -> Wanted:
    """Of a rule, one answer: true, false, or null where it is unknown or contradictory."""
    holds, refuted = (Ref(side.format(name)) for side in SIDES)
    return Wanted(name, Composed((), lambda _: If(operation("Equal", holds, refuted), Null(), holds)))
