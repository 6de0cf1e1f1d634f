"""What is written of a decision does not depend on how often the case was decided."""

from __future__ import annotations

import pytest
from spinegraph.engine import Engine

from tests.remembering import RememberingEngine


@pytest.fixture(scope="session")
def engine(remembering: RememberingEngine) -> Engine:
    return remembering
