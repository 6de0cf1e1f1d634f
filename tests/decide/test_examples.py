"""The worked examples of bit layouts, in the docstrings of engine/decide, are right."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest
from spinegraph.engine.decide import assignments, batch_layout, hypothetical_batch


@pytest.mark.parametrize("module", [assignments, batch_layout, hypothetical_batch], ids=lambda module: module.__name__)
def test_the_examples_are_right(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
