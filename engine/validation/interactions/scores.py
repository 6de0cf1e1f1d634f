"""Scores: bands that leave a sum to nobody or take it twice (SG915), one fact that is counted twice (SG916).

The bands of a score are the ranges that rules read of it. A band within another is meant (a test from two points, a treatment
from four); two that only meet in part, or a sum between two that none has, are a slip. Both are shown with a patient of whom all
items are known. That one item of a score, or one member of a counted group, makes another hold as well is shown with the patient
who has the one. Steps of one measurement do so on purpose: one point from 65 years on, a further one from 75.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from typing import NamedTuple

from spinegraph.engine.criteria.score import in_units, sums_within
from spinegraph.engine.criteria.sums import at_least, at_most, emit_ballots
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Counted, Criterion, Measured, Rule, Score, Scored
from spinegraph.engine.program.circuit import TRUE, Wire
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour, conjuncts, named
from spinegraph.engine.validation.outline import outline


class _Band(NamedTuple):
    """The sums, in units, that a rule reads as one band of a score."""

    rule: Rule
    first: int
    last: int

    def meets_in_part(self, other: _Band) -> bool:
        """Whether they share sums, and each has some of its own. `other` begins later."""
        return self.first < other.first <= self.last < other.last


class _Sums:
    """The literals of a score being exactly one sum, whatever else is recorded: the program's own code, over all patients."""

    def __init__(self, analysis: Analysis, score: Score) -> None:
        self.points, self.unit = in_units(score)
        circuit = analysis.circuit
        self._pairs = []
        self._planes = {"ones": circuit.wire(TRUE), "zero": circuit.wire(-TRUE)}
        for number, item in enumerate(score.items):
            slots = analysis.program.pair(item.criterion)
            pair = (f"h{number}", f"r{number}")
            self._planes |= {name: circuit.wire(analysis.planes[slot]) for name, slot in zip(pair, slots, strict=True)}
            self._pairs.append(pair)

    def assign(self, prefix: str, expression: str) -> str:
        """The name of a plane that an expression of others makes (see `kind.Emitter`)."""
        if expression in self._planes:
            return expression
        name = f"{prefix}{len(self._planes)}"
        plane: Wire = eval(expression, {"__builtins__": {}}, self._planes)  # noqa: S307 (written by `emit_ballots` alone)
        self._planes[name] = plane
        return name

    def exactly(self, total: int) -> int:
        """The literal of all items being known that matter, and the sum being this."""
        holds, _ = emit_ballots([at_least(self.points, total), at_most(self.points, total)], self._pairs, self)
        return self._planes[self.assign("t", holds)].literal


def uneven_bands(analysis: Analysis) -> Iterator[Behaviour]:
    """Sums between the bands of a score that no rule reads, and sums that two bands share that only meet in part."""
    for score in _read_scores(analysis):
        bands = sorted(_bands(analysis, score), key=lambda band: (band.first, band.last, band.rule.iri))
        if len(bands) > 1:
            sums = _Sums(analysis, score)
            yield from _overlaps(analysis, score, sums, bands)
            yield from _holes(analysis, score, sums, bands)


def _read_scores(analysis: Analysis) -> Iterator[Score]:
    """The scores that some rule reads: of the others nothing is compiled."""
    nodes = (node for rule in analysis.knowledge.rules.values() for part in conjuncts(rule) for node in part.walk())
    read = {node.score.iri for node in nodes if isinstance(node, Scored)}
    yield from (score for iri, score in analysis.knowledge.scores.items() if iri in read)


def _bands(analysis: Analysis, score: Score) -> Iterator[_Band]:
    for rule in analysis.knowledge.rules.values():
        for part in conjuncts(rule):
            if isinstance(part, Scored) and part.score.iri == score.iri:
                yield _Band(rule, *sums_within(part))


def _overlaps(analysis: Analysis, score: Score, sums: _Sums, bands: Sequence[_Band]) -> Iterator[Behaviour]:
    for one, other in combinations(bands, 2):
        for total in range(other.first, one.last + 1) if one.meets_in_part(other) else ():
            literals = (sums.exactly(total), analysis.holds(one.rule), analysis.holds(other.rule))
            if analysis.exists(*literals):
                yield _behaviour(analysis, "overlap", score, (one, other), total * sums.unit, literals)
                break


def _holes(analysis: Analysis, score: Score, sums: _Sums, bands: Sequence[_Band]) -> Iterator[Behaviour]:
    """Between each band and the next that begins after all before it have ended."""
    reaching = bands[0]
    for _, upper in pairwise(bands):
        for total in range(reaching.last + 1, upper.first):
            scopes = [analysis.in_scope(band.rule) for band in (reaching, upper)]
            refuted = [analysis.refuted(band.rule) for band in (reaching, upper)]
            literals = (sums.exactly(total), *scopes, *refuted)
            if analysis.exists(*literals):
                yield _behaviour(analysis, "hole", score, (reaching, upper), total * sums.unit, literals)
                break
        reaching = max(reaching, upper, key=lambda band: band.last)


def _behaviour(
    analysis: Analysis, message: str, score: Score, bands: tuple[_Band, _Band], total: Fraction, met: Sequence[int]
) -> Behaviour:
    one, other = bands
    state = "holds" if message == "overlap" else "refuted"
    return Behaviour(
        name="uneven-bands",
        rule=one.rule.iri,
        others=(other.rule.iri,),
        message=message,
        terms={
            "lower": named(one.rule),
            "upper": named(other.rule),
            "score": shorten(score.iri),
            "total": f"{float(total):.12g}",
        },
        witness=analysis.witness(analysis.somebody(*met), ((one.rule, state), (other.rule, state))),
    )


# One fact, counted twice --------------------------------------------------------------------------


def counted_twice(analysis: Analysis) -> Iterator[Behaviour]:
    """Items of a score, and members of a counted group, that make another one hold as well."""
    for score in _read_scores(analysis):
        items = [item.criterion for item in score.items]
        signs = [item.points > 0 for item in score.items]
        pairs = permutations(range(len(items)), 2)
        alike = [(items[one], items[other]) for one, other in pairs if signs[one] == signs[other]]
        yield from _implied(analysis, score.iri, "item", alike)
    seen: set[str] = set()
    for rule in analysis.knowledge.rules.values():
        for criterion in (node for part in (rule.scope, rule.criterion) if part for node in part.walk()):
            if isinstance(criterion, Counted) and criterion.group not in seen:
                seen.add(criterion.group)
                yield from _implied(analysis, criterion.group, "member", permutations(criterion.members, 2))


def _implied(analysis: Analysis, whole: str, message: str, pairs: Iterable[tuple[Criterion, Criterion]]) -> Iterator[Behaviour]:
    """Each part that makes another hold, once: of two that say the same, the first."""
    reported: set[frozenset[int]] = set()
    for one, other in pairs:
        both = [analysis.planes[analysis.program.pair(part).holds] for part in (one, other)]
        if frozenset(both) in reported or _are_steps(one, other):
            continue
        if analysis.exists(both[0]) and not analysis.exists(both[0], -both[1]):
            reported.add(frozenset(both))
            yield Behaviour(
                name="counted-twice",
                rule=whole,
                message=message,
                terms={"whole": shorten(whole), "part": _quoted(one), "counterpart": _quoted(other)},
                witness=analysis.witness(analysis.somebody(both[0]), ()),
            )


def _are_steps(one: Criterion, other: Criterion) -> bool:
    return isinstance(one, Measured) and isinstance(other, Measured) and one.measurement == other.measurement


def _quoted(criterion: Criterion) -> str:
    return f"“{criterion.label or ', '.join(outline(criterion))}”"
