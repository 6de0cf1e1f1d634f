"""Fixtures on the shipped knowledge, which is loaded once, and on the small one, as files and as read.

Property tests try the same examples at every run, however long one takes; `pytest --hypothesis-profile=wide` tries others.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from spinegraph.engine import Codebook, Engine, load_knowledge, make_codebook
from spinegraph.engine.model import Knowledge

from tests.remembering import RememberingEngine
from tests.small import write_small

settings.register_profile("wide", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("wide"), derandomize=True)
settings.load_profile("same")


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(load_knowledge())


@pytest.fixture(scope="session")
def remembering() -> RememberingEngine:
    """The shipped knowledge, each case of which is decided once: for tests of what is made of decisions."""
    return RememberingEngine(load_knowledge())


@pytest.fixture(scope="session")
def codebook(engine: Engine) -> Codebook:
    return make_codebook(engine.knowledge)


@pytest.fixture(scope="session")
def small_paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The files of the small knowledge; not to be written to."""
    return write_small(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def small_knowledge(small_paths: tuple[Path, ...]) -> Knowledge:
    return load_knowledge(small_paths)


@pytest.fixture(scope="session")
def small(small_knowledge: Knowledge) -> Engine:
    """The small knowledge, compiled."""
    return Engine(small_knowledge)
