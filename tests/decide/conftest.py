"""Fixtures on the small knowledge; its files, its engine and the shipped one are in the conftest above."""

from __future__ import annotations

import pytest
from spinegraph.engine import Codebook, Engine, make_codebook
from spinegraph.engine.model import Knowledge

from tests.decide.every_case import EveryCase


@pytest.fixture(scope="session")
def every_case(small: Engine) -> EveryCase:
    return EveryCase(small)


@pytest.fixture(scope="session")
def small_codebook(small_knowledge: Knowledge) -> Codebook:
    return make_codebook(small_knowledge)
