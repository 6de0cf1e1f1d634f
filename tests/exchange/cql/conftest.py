"""Libraries of the small shipped packages, made once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from spinegraph.engine import Knowledge, load_knowledge
from spinegraph.engine.exchange.cql.export import export_packages
from spinegraph.engine.exchange.cql.tree import Library
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages

PACKAGES = ("ankle-and-foot", "blood-pressure", "sore-throat")


@pytest.fixture(scope="package")
def knowledge() -> Mapping[str, Knowledge]:
    return {name: load_knowledge(named_paths(*shipped_packages()[name])) for name in PACKAGES}


@pytest.fixture(scope="package")
def libraries(knowledge: Mapping[str, Knowledge]) -> Mapping[str, Library]:
    return {
        name: exported.library for name, known in knowledge.items() for exported in export_packages(known, (), {name: "1.2.0"})
    }
