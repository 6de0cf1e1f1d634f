"""What a population comes to in numbers: verdicts by rule, what is not known, what is done against advice, or advised and not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.model import VERDICTS, Recommendation
from spinegraph.engine.population.columns import Columns
from spinegraph.engine.population.encoding import Encoded, unpacked
from spinegraph.engine.population.outcomes import Asked, Decoder, Outcome, count, counted, equals, numbers_counted
from spinegraph.engine.population.tables import BATCH
from spinegraph.engine.program.buffered import Words

MOST_GROUPS = 1_000
"""A column by which patients are counted has so many different values at most."""
INDICATED, UNDETERMINED = VERDICTS.index("indicated"), VERDICTS.index("undetermined")


class Practice(NamedTuple):
    """Of one recommendation, the patients for whom it is indicated, by whether what it is about was performed."""

    done: int = 0
    not_done: int = 0
    unrecorded: int = 0

    @property
    def recorded(self) -> int:
        """Of whom it is known."""
        return self.done + self.not_done


class _Acting(NamedTuple):
    """A recommendation about what some columns say, by code of the intervention: it was done where it or something narrower
    was, and was not where it or something wider was not."""

    rule: Recommendation
    within: tuple[str, ...]
    around: tuple[str, ...]


class Totals:
    """Counts batches. `by`: the column by which patients are counted apart, or ""."""

    def __init__(self, engine: Engine, asked: Asked, columns: Columns, by: str = "") -> None:
        self.rules = {rule.id: rule for rule in asked.rules}
        self.by = by
        self.rows = 0
        self.contradictory = 0
        self.level: Counter[str] = Counter()
        self.tensions: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        self.verdicts: dict[str, Counter[str]] = {id_: Counter() for id_ in self.rules}
        self.missing: dict[str, Counter[str]] = {id_: Counter() for id_ in self.rules}
        self.practice: dict[str, Practice] = {}
        self.groups: list[str] = []
        self._numbers: dict[str, int] = {}
        self._of_groups = {id_: np.zeros((0, len(VERDICTS)), dtype=np.int64) for id_ in self.rules}
        self._levels_of_groups = np.zeros((0, len(LEVELS)), dtype=np.int64)
        self._practice_of_groups: dict[str, NDArray[np.int64]] = {}
        facts = engine.graph.facts
        self.reads = {
            rule.id: tuple(code for code in facts.decode(joined(engine.graph.rule(rule).reaches())) if code not in facts.dates)
            for rule in asked.rules
        }
        self._decoder = Decoder(BATCH)
        self._acting = list(_acting(engine, asked, columns))

    def add(self, encoded: Encoded, outcome: Outcome, batch: Any) -> None:
        """Count a batch. Raises PopulationError where there are too many groups."""
        self.rows += outcome.rows
        known = {**outcome.assessed, **encoded.known}
        self.known.update(dict(zip(known, counted(np.stack(list(known.values()))), strict=True)))
        self._count_verdicts(outcome, {code: encoded.inputs[-1] & ~plane for code, plane in known.items()}, encoded.inputs[-1])
        self.level.update(dict(zip(LEVELS, numbers_counted(outcome.level, outcome.rows), strict=False)))
        self.tensions.update({id_: count(plane) for id_, plane in outcome.tensions.items()})
        self.contradictory += count(outcome.contradictory)
        groups = self._grouped(batch) if self.by else None
        if groups is not None:
            self._count_groups(groups, outcome)
        for acting in self._acting:
            self._count_practice(acting, encoded, outcome, groups)

    def _count_verdicts(self, outcome: Outcome, unknown: Mapping[str, Words], all_: Words) -> None:
        """Count the verdicts of each rule, and what is unknown where they are undetermined. `all_`: every patient; rules that
        stand on the same ground are counted once."""
        verdicts: dict[int, Mapping[str, int]] = {}
        missing: dict[tuple[int, tuple[str, ...]], Mapping[str, int]] = {}
        for id_, bits in outcome.verdicts.items():
            ground, read = id(bits), self.reads[id_]
            if ground not in verdicts:
                verdicts[ground] = dict(zip(VERDICTS, numbers_counted(bits, outcome.rows), strict=True))
            self.verdicts[id_].update(verdicts[ground])
            if verdicts[ground]["undetermined"] and read:
                if (ground, read) not in missing:
                    open_ = equals(bits, UNDETERMINED) & all_
                    both = np.empty((len(read), len(open_)), dtype=np.uint64)
                    for code, into in zip(read, both, strict=True):
                        np.bitwise_and(open_, unknown.get(code, all_), out=into)
                    missing[ground, read] = dict(zip(read, counted(both), strict=True))
                self.missing[id_].update(missing[ground, read])

    def of_group(self, group: str, rule: str) -> Mapping[str, int]:
        """The verdicts of a rule (id) in a group."""
        return dict(zip(VERDICTS, self._of_groups[rule][self._numbers[group]].tolist(), strict=True))

    def level_of_group(self, group: str) -> Mapping[str, int]:
        """The levels in a group."""
        return dict(zip(LEVELS, self._levels_of_groups[self._numbers[group]].tolist(), strict=True))

    def practice_of_group(self, group: str, rule: str) -> Practice:
        """What was done in a group, of those for whom a rule (id) is indicated."""
        return Practice(*self._practice_of_groups[rule][self._numbers[group]].tolist())

    def _grouped(self, batch: Any) -> NDArray[np.int64]:
        """The number of the group of each row."""
        given = batch.column(self.by)
        if pa.types.is_nested(given.type):
            what = f"It is of type {given.type}, by which nobody can be counted."
            raise PopulationError(what, where=f"column {self.by}", mend="Count by text, numbers, dates, or true and false.")
        found = given.dictionary_encode()
        names = ["" if text is None else str(text) for text in [*found.dictionary.to_pylist(), None]]
        for name in names[: len(names) if found.null_count else -1]:
            self._numbers.setdefault(name, len(self._numbers))
        if len(self._numbers) > MOST_GROUPS:
            raise PopulationError(
                f"The column {self.by!r} has more than {MOST_GROUPS:,} different values.",
                where="--by",
                mend="Count by a column with fewer, such as a practice or a region.",
            )
        self.groups = sorted(self._numbers)
        more = len(self._numbers) - len(self._levels_of_groups)
        if more:
            self._of_groups = {id_: np.pad(counts, ((0, more), (0, 0))) for id_, counts in self._of_groups.items()}
            self._levels_of_groups = np.pad(self._levels_of_groups, ((0, more), (0, 0)))
        number = np.array([self._numbers.get(name, 0) for name in names], dtype=np.int64)
        places: NDArray[np.int64] = found.indices.fill_null(len(names) - 1).to_numpy(zero_copy_only=False)
        return np.take(number, places)

    def _count_groups(self, groups: NDArray[np.int64], outcome: Outcome) -> None:
        level, *verdicts = self._decoder.numbers([outcome.level, *outcome.verdicts.values()], outcome.rows)
        for id_, codes in zip(outcome.verdicts, verdicts, strict=True):
            self._of_groups[id_] += _crossed(groups, codes, *self._of_groups[id_].shape)
        self._levels_of_groups += _crossed(groups, level, *self._levels_of_groups.shape)

    def _count_practice(self, acting: _Acting, encoded: Encoded, outcome: Outcome, groups: NDArray[np.int64] | None) -> None:
        id_ = acting.rule.id
        meant = equals(outcome.verdicts[id_], INDICATED) & encoded.inputs[-1]
        done = joined_planes([encoded.done[code][0] for code in acting.within], meant)
        not_done = joined_planes([encoded.done[code][1] for code in acting.around], meant) & ~done
        parts = (done, not_done, meant & ~(done | not_done))
        before = self.practice.get(id_, Practice())
        self.practice[id_] = Practice(*(old + count(plane) for old, plane in zip(before, parts, strict=True)))
        if groups is not None:
            held = self._practice_of_groups.get(id_, np.zeros((0, len(parts)), dtype=np.int64))
            held = np.pad(held, ((0, len(self._numbers) - len(held)), (0, 0)))
            for place, plane in enumerate(parts):
                held[:, place] += np.bincount(groups[unpacked(plane, outcome.rows)], minlength=len(held))
            self._practice_of_groups[id_] = held


def joined_planes(planes: Sequence[Words], among: Words) -> Words:
    """Who is in any of some planes, among the patients of another one."""
    found = np.zeros_like(among)
    for plane in planes:
        found |= plane
    return found & among


def _crossed(groups: NDArray[np.int64], found: NDArray[np.int8], rows: int, kinds: int) -> NDArray[np.int64]:
    """How many of each group have each number."""
    return np.bincount(groups * kinds + found, minlength=rows * kinds).reshape(rows, kinds)


def _acting(engine: Engine, asked: Asked, columns: Columns) -> Iterator[_Acting]:
    """The recommendations about what some column says was performed, or was not."""
    knowledge = engine.knowledge
    given = {column.code for column in columns.of_kind("performed")}
    code_of = {iri: one.code for iri, one in knowledge.interventions.items() if one.code in given}
    for rule in asked.rules:
        near = (
            side.get(rule.intervention, (rule.intervention,))
            for side in (knowledge.hierarchy.narrower, knowledge.hierarchy.broader)
        )
        within, around = (tuple(code_of[iri] for iri in iris if iri in code_of) for iris in near)
        if within or around:
            yield _Acting(rule, within, around)
