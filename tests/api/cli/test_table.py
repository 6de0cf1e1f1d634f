"""`spinegraph table`: a decision table in each form, cut where a limit is given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spinegraph.api.cli.app import main

from tests.small import write_small


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small guideline that is read as it is: validation would find errors in it."""
    monkeypatch.setattr("spinegraph.engine.validation.admission._check", lambda _: False)
    write_small(tmp_path / "small")
    return tmp_path / "small"


@pytest.mark.parametrize(
    ("form", "start"), [("html", "<!DOCTYPE html>"), ("csv", "way,"), ("dmn", "<?xml"), ("json", '{"id":"give-penicillin"')]
)
def test_a_table_is_written(small: Path, capfd: pytest.CaptureFixture[str], form: str, start: str) -> None:
    assert main(["table", "give-penicillin", "--format", form, "--knowledge", str(small)]) == 0
    assert capfd.readouterr().out.startswith(start)


def test_a_limit_is_told(small: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "table.json"
    arguments = ["table", "give-penicillin", "--format", "json", "--limit", "1", "-o", str(target), "--knowledge", str(small)]
    assert main(arguments) == 0
    table = json.loads(target.read_text())
    assert (len(table["rows"]), table["complete"]) == (1, False)
    assert capfd.readouterr().err.startswith(f"{target}: 1 rows, ")


def test_an_unknown_recommendation_is_named(small: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["table", "give-penicilin", "--knowledge", str(small)]) == 2
    assert "nearest: give-penicillin" in capfd.readouterr().err
