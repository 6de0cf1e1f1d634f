"""Engines for one patient decide as our program does, whatever a guideline asks and whatever a patient contradicts."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.model import Case

from bench.rivals.cases import ENGINES, differences
from bench.rivals.hermit import HermitPatient
from bench.rivals.translation import translate_for_cases
from bench.subjects import shipped_engine
from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer


@pytest.mark.parametrize("name", ENGINES)
def test_every_rule_and_the_level_of_random_cases(name: str) -> None:
    engine = shipped_engine()
    cases = list(itertools.islice(random_cases(engine.program, seed=7), 20))
    assert 0 < sum(engine.explain(case).consistent for case in cases) < len(cases)
    program = ENGINES[name](translate_for_cases(engine))
    assert list(differences(engine, program, cases)) == []


@pytest.mark.parametrize("name", ENGINES)
def test_guidelines_with_every_kind_of_criterion(name: str, tmp_path: Path) -> None:
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        engine = Engine(Writer(seed, acts=bool(seed % 2), sums=not seed % 2, time=True).write(folder))
        cases = list(itertools.islice(random_cases(engine.program, seed), 20))
        assert list(differences(engine, ENGINES[name](translate_for_cases(engine)), cases)) == []


@pytest.mark.parametrize("name", ENGINES)
def test_of_a_case_that_says_nothing(name: str) -> None:
    engine = shipped_engine()
    assert list(differences(engine, ENGINES[name](translate_for_cases(engine, settled=False)), [Case()])) == []


def test_a_difference_is_told() -> None:
    engine = shipped_engine()
    expected = engine.verdicts(Case())
    (first, verdict), *_ = expected.items()
    told: dict[str, str] = {"level": "undetermined", **expected}
    assert list(differences(engine, Saying(told), [Case()])) == []
    (found,) = differences(engine, Saying({**told, first: "nothing"}), [Case()])
    assert found.startswith(f"{first}: {verdict}, saying nothing; ")


class Saying:
    """An engine that says the same of every case."""

    name = "saying"

    def __init__(self, told: dict[str, str]) -> None:
        self.told = told

    def decide(self, _: object) -> dict[str, str]:
        return self.told


@pytest.mark.slow
def test_findings_follow_in_hermit_as_they_do_here() -> None:
    knowledge = shipped_engine().knowledge
    broader = {iri: set(knowledge.hierarchy.broader[iri]) for iri in knowledge.findings}
    recorded = sorted(broader, key=lambda iri: len(broader[iri]))[-2:]
    expected = broader[recorded[0]] | broader[recorded[1]]
    assert len(expected) > 4
    hermit = HermitPatient()
    assert hermit.present(recorded) == expected
    with pytest.raises(ValueError, match="urn:none is no class of the ontology"):
        hermit.present(["urn:none"])
