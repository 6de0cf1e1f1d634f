"""Fixtures on the small knowledge, compiled once; the shipped one is in the conftest above."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Codebook, Engine, load_knowledge, make_codebook
from engine.model import Knowledge
from tests.inference.every_case import EveryCase
from tests.small import write_small


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


@pytest.fixture(scope="session")
def every_case(small: Engine) -> EveryCase:
    return EveryCase(small)


@pytest.fixture(scope="session")
def small_codebook(small_knowledge: Knowledge) -> Codebook:
    return make_codebook(small_knowledge)
