"""Readers of records, with the shipped knowledge and with packages that have more of what a record can say."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Codebook, Engine, load_knowledge, make_codebook
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.knowledge.files import knowledge_paths
from spinegraph.engine.knowledge.installed import folders_named


@pytest.fixture(scope="session")
def reader(engine: Engine, codebook: Codebook) -> FhirReader:
    return FhirReader(engine.knowledge, codebook)


def _of_package(name: str) -> FhirReader:
    knowledge = load_knowledge(knowledge_paths(*folders_named([Path(name)])))
    return FhirReader(knowledge, make_codebook(knowledge))


@pytest.fixture(scope="session")
def throat() -> FhirReader:
    """A package with an allergy."""
    return _of_package("sore-throat")


@pytest.fixture(scope="session")
def pressure() -> FhirReader:
    """A package with measurements that records have as components."""
    return _of_package("blood-pressure")
