"""Fixtures on the shipped knowledge, which is loaded once."""

from __future__ import annotations

import pytest

from engine import Codebook, Engine, load_knowledge, make_codebook


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(load_knowledge())


@pytest.fixture(scope="session")
def codebook(engine: Engine) -> Codebook:
    return make_codebook(engine.knowledge)
