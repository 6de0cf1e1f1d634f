"""Texts are read as case files about the small knowledge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.validation.cases.files import ClinicalCase, read_cases

from tests.small import write_small
from tests.validation.cases.throat import SCREENS

Read = Callable[..., tuple[ClinicalCase, ...]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(load_knowledge(write_small(tmp_path_factory.mktemp("knowledge"))))


@pytest.fixture
def read(small: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read one text as the case file `throat.yaml` in the working folder."""
    monkeypatch.chdir(tmp_path)

    def read_text(text: str, screens: str = SCREENS) -> tuple[ClinicalCase, ...]:
        Path("screens.yaml").write_text(screens)
        Path("throat.yaml").write_text(text)
        return read_cases([Path("throat.yaml")], small.knowledge)

    return read_text
