"""A population is decided as each of its patients would be alone: verdicts, level, tensions, whatever they contradict."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from spinegraph.engine import Engine, load_knowledge, make_codebook
from spinegraph.engine.criteria.related import relate
from spinegraph.engine.decide.facts import compare, possible_values
from spinegraph.engine.decide.timeline import asked_about
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import Bound, Difference, Measured, Ratio, Related
from spinegraph.engine.population.cutoffs import stretches
from spinegraph.engine.population.encoding import Values, packed, related, unpacked

from tests.population.made import Both, all_packages, made
from tests.validation.interactions.random_guidelines import Writer

ROWS = 300


@pytest.fixture(scope="module")
def shipped() -> Engine:
    return Engine(load_knowledge())


def test_every_rule_and_the_level_of_random_patients(shipped: Engine) -> None:
    both = Both(shipped, made(shipped.program, ROWS))
    assert ROWS / 4 < both.contradictory() < ROWS * 3 / 4
    assert list(both.differences()) == []


@pytest.mark.parametrize("few", [1, 5, 20])
def test_a_few_who_contradict_themselves_among_many(shipped: Engine, few: int) -> None:
    table = made(shipped.program, 800, seed=5)
    flags = unpacked(Both(shipped, table).outcome().contradictory, 800)
    chosen = np.sort(np.concatenate([np.flatnonzero(~flags)[:130], np.flatnonzero(flags)[:few]]))
    both = Both(shipped, table.take(pa.array(chosen)))
    assert both.contradictory() == few
    assert list(both.differences()) == []


def test_batches_after_each_other_leave_nothing_behind_wherever_they_begin(shipped: Engine) -> None:
    table = made(shipped.program, 700, seed=6)
    both = Both(shipped, table.slice(0, 300))
    whole = Both(shipped, table).outcome()
    (batch,) = table.combine_chunks().to_batches()
    for start, rows in ((0, 300), (3, 256), (312, 144), (699, 1)):  # as bitmaps of Arrow begin, at a whole byte and within one
        found = both.program.run(both.encoder.encode(batch.slice(start, rows), 1, "made"))
        for id_, bits in found.verdicts.items():
            for plane, expected in zip(bits, whole.verdicts[id_], strict=True):
                assert np.array_equal(unpacked(plane, rows), unpacked(expected, 700)[start : start + rows]), id_


def test_the_tensions_that_patients_meet(shipped: Engine) -> None:
    found = list(Both(shipped, made(shipped.program, 60, seed=3)).tensions(30))
    assert sum(map(len, (met for met, _ in found))) > 30
    assert [met for met, _ in found] == [alone for _, alone in found]


@pytest.mark.parametrize("seed", range(4))
def test_guidelines_with_every_kind_of_criterion(seed: int, tmp_path: Path) -> None:
    engine = Engine(Writer(seed, acts=bool(seed % 2), sums=not seed % 2, time=True).write(tmp_path))
    assert list(Both(engine, made(engine.program, 150, seed)).differences()) == []


@pytest.mark.slow
def test_all_packages_together_with_dates_and_other_units() -> None:
    whole = Engine(all_packages())
    chance = np.random.default_rng(4)
    table = made(whole.program, ROWS, seed=4)
    days = np.array(["2026-03-01", "2025-09", "2024", "2026-03-31T08:30:00Z"])
    recurring = [act.intervention for act in whole.program.performable if act.recurrence]
    dated = [f"performed:{whole.knowledge.interventions[iri].code}" for iri in recurring]
    dated += [code for member, code in sorted(asked_about(whole.knowledge)) if member in ("present", "measurements")]
    for heading in (heading for heading in dict.fromkeys(dated) if heading in table.column_names):
        absent = np.array(table.column(heading).is_null()) | (chance.random(ROWS) < 0.5)
        table = table.append_column(f"at:{heading}", pa.array(chance.choice(days, ROWS), mask=absent))
    assert sum(heading.startswith("at:") for heading in table.column_names) > 2
    births = [f"{1930 + number % 70}-05-01" if number % 3 == 0 else None for number in range(ROWS)]
    place, born = table.column_names.index("age_years"), pa.array(births)
    ages = pc.if_else(pc.is_valid(born), None, table.column("age_years"))
    table = table.set_column(place, "age_years", ages)
    table = table.append_column("birth_date", born)
    both = Both(whole, table, as_of="2026-04-01")
    assert list(both.differences()) == []
    part = Both(whole.of_packages([next(iter(shipped_packages()))]), table, make_codebook(whole.knowledge), "2026-04-01")
    assert list(part.differences()) == []


def test_what_is_asked_of_a_number_is_found_by_asking() -> None:
    knowledge = all_packages()
    program = Engine(knowledge).program
    chance = np.random.default_rng(5)
    measured = [one for one in program.comparisons if isinstance(one.criterion, Measured)]
    assert len(measured) > 40
    for one in measured:
        assert isinstance(one.criterion, Measured)
        measurement = knowledge.measurements[one.measurement]
        parts = stretches(one.criterion, measurement)
        starts = [part.start for part in parts[1:]]
        near = [end for start in starts for end in (start, np.nextafter(start, -np.inf))]
        known = [float(value) for value in possible_values(measurement, [one.criterion])]
        tried = [*near, *known, *chance.uniform(measurement.minimum, measurement.maximum, 50)]
        for value in tried:
            part = parts[int(np.searchsorted(starts, value, side="right"))]
            assert compare(one.criterion, float(value)) == (part.holds, part.refuted), (one, value)


@pytest.mark.parametrize(
    "asked",
    [
        Difference(measurement="x", other="y", factor=10, lower=Bound(value=0, inclusive=True)),
        Ratio(
            measurement="x", other="y", factor=1, lower=Bound(value=0.1, inclusive=False), upper=Bound(value=3, inclusive=True)
        ),
        Ratio(measurement="x", other="y", factor=0.5, upper=Bound(value=1, inclusive=True)),
    ],
)
def test_two_values_in_relation(asked: Related) -> None:
    chance = np.random.default_rng(6)
    left, right = (chance.choice([0.0, 0.3, 3.0, 0.1, 1.0, 30.0, 2.9, 1e-9, 7.0], 500) for _ in range(2))
    known = chance.random(500) < 0.8
    sides = related(asked, Values(left, packed(known)), Values(right, packed(np.ones(500, dtype=np.bool_))))
    holds, refuted = (unpacked(side, 500).tolist() for side in sides)
    expected = [relate(asked, one, other) if given else (0, 0) for one, other, given in zip(left, right, known, strict=True)]
    assert [(int(one), int(other)) for one, other in zip(holds, refuted, strict=True)] == expected
