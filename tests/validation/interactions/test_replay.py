"""A witness is shown only if the engine decides it as the analysis says."""

from __future__ import annotations

import pytest
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.errors import ReplayError
from spinegraph.engine.validation.interactions.analysis import Analysis
from spinegraph.engine.validation.interactions.replay import Claim, replayed

from tests.small import write_small


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(load_knowledge(write_small(tmp_path_factory.mktemp("small"))))


def test_a_patient_is_told_in_plain_words(engine: Engine) -> None:
    case = Case(present=("fever", "sore_throat"), absent=("drooling",), measurements={"temperature_c": 38.5})
    witness = replayed(engine, case, [Claim("no-antibiotic", "undetermined")])
    assert witness.words == ("temperature: 38.5 °C", "has fever", "has sore throat", "does not have drooling")
    assert witness.shows == ("no-antibiotic is undetermined",)
    assert replayed(engine, Case(), []).words == ("nothing is known",)


def test_a_witness_that_does_not_replay_is_an_error(engine: Engine) -> None:
    with pytest.raises(
        ReplayError, match="says that rule no-antibiotic is indicated; the engine says that it is undetermined"
    ) as told:
        replayed(engine, Case(present=("sore_throat",)), [Claim("no-antibiotic", "indicated")])
    assert "sore_throat" in told.value.where
    with pytest.raises(ReplayError, match="rule no-gargling-with-fever holds; the engine says that it is open"):
        replayed(engine, Case(), [Claim("no-gargling-with-fever", "holds")])


def test_nobody_is_made_up_where_there_is_nobody(engine: Engine) -> None:
    analysis = Analysis(engine.knowledge)
    rule = analysis.recommendations[0]
    with pytest.raises(ReplayError, match="cannot be found again"):
        analysis.somebody(analysis.holds(rule), analysis.refuted(rule))
