"""What answers hooks, with the shipped knowledge; orders for advanced imaging are rated."""

from __future__ import annotations

import pytest
from spinegraph.engine import Codebook, Engine
from spinegraph.engine.exchange.cds_hooks.answering import HookAnswering
from spinegraph.engine.exchange.cds_hooks.order_cards import order_writer
from spinegraph.engine.exchange.cds_hooks.ratings import RatingOptions


@pytest.fixture(scope="session")
def answering(engine: Engine, codebook: Codebook) -> HookAnswering:
    return HookAnswering(engine, codebook, order_writer(engine.knowledge))


@pytest.fixture(scope="session")
def rating(engine: Engine, codebook: Codebook) -> HookAnswering:
    options = RatingOptions(("advanced_imaging",), "G1234")
    return HookAnswering(engine, codebook, order_writer(engine.knowledge), options)
