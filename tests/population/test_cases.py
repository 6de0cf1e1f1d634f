"""Cases that are read one by one become the same planes as the rows of a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.population import cases
from spinegraph.engine.population.cases import CasePopulation, NamedCase, columns_of_cases
from spinegraph.engine.population.encoding import unpacked
from spinegraph.engine.population.outcomes import asked_of

from tests.population.made import Both, made

ROWS = 150


def test_the_planes_are_those_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(load_knowledge())
    both = Both(engine, made(engine.program, ROWS, seed=11))
    named = [NamedCase(f"p{number}", case, (f"of {number % 3}",)) for number, case in enumerate(both.cases())]
    monkeypatch.setattr(cases, "SIZE", 64)
    population = CasePopulation(engine, Path("made"), columns_of_cases(engine, ["group"]), lambda: named)
    whole, outcome, done = both.encoded(), both.outcome(), 0
    for decided in population.decided(both.asked):
        rows = decided.batch.num_rows
        assert decided.batch.to_pylist() == [{"id": one.id, "group": one.carried[0]} for one in named[done : done + rows]]
        words = slice(done // 64, -(-(done + rows) // 64))
        assert np.array_equal(decided.encoded.inputs, whole.inputs[:, words])
        for code, plane in decided.encoded.known.items():
            assert np.array_equal(plane, whole.known[code][words]), code
        for code, sides in decided.encoded.done.items():
            assert np.array_equal(sides, [side[words] for side in whole.done[code]]), code
        for id_, bits in decided.outcome.verdicts.items():
            expected = [unpacked(plane[words], rows) for plane in outcome.verdicts[id_]]
            assert np.array_equal([unpacked(plane, rows) for plane in bits], expected), id_
        done += rows
    assert done == ROWS


def test_nobody_at_all() -> None:
    engine = Engine(load_knowledge())
    population = CasePopulation(engine, Path("made"), columns_of_cases(engine, []), list)
    with pytest.raises(PopulationError, match="has no patients"):
        population.decide(asked_of(engine), [])
