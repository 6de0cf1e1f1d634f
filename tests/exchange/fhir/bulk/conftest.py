"""The reader of records with the shipped knowledge; and temporary files where a test can see what is left of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from spinegraph.engine import Codebook, Engine
from spinegraph.engine.exchange.fhir.reading.record import FhirReader


@pytest.fixture(scope="session")
def reader(engine: Engine, codebook: Codebook) -> FhirReader:
    return FhirReader(engine.knowledge, codebook)


@pytest.fixture(autouse=True)
def spilled(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the spill lies while a folder is read."""
    folder = tmp_path_factory.mktemp("spilled")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder
