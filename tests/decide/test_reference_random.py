"""pySHACL on a few random guidelines, which use kinds of criteria that the shipped and the small one do not."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.knowledge.files import shipped_folder

from tests.oracle import differences
from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer

pytestmark = pytest.mark.slow

GUIDELINES, CASES = 4, 10
"""So many guidelines, and so many cases of each."""


@pytest.mark.parametrize("seed", range(GUIDELINES))
def test_the_program_agrees_with_pyshacl_on_a_random_guideline(seed: int, tmp_path: Path) -> None:
    engine = Engine(Writer(seed, acts=True).write(tmp_path))
    paths = (shipped_folder("ontology") / "core.ttl", shipped_folder("shapes") / "criteria.ttl", tmp_path / "guideline.ttl")
    cases = list(itertools.islice(random_cases(engine.program, seed), CASES))
    assert list(differences(engine, Oracle(engine.knowledge, paths), cases)) == []
