"""`spinegraph test`: what it prints, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import typer
from spinegraph.api.cli import test as cli_test
from spinegraph.api.cli.app import main
from typer.testing import CliRunner

from tests.small import write_small
from tests.validation.cases.throat import GOOD, SCREENS


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("test")(cli_test.test_command)
    return app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a knowledge of its own, which is not validated, and one case under tests/cases."""
    monkeypatch.setattr("spinegraph.engine.validation.admission._check", lambda _: False)
    monkeypatch.chdir(tmp_path)
    write_small(tmp_path / "knowledge")
    cases = tmp_path / "tests" / "cases"
    cases.mkdir(parents=True)
    (cases / "screens.yaml").write_text(SCREENS)
    (cases / "throat.yaml").write_text(GOOD)
    return tmp_path


def test_all_hold(app: typer.Typer, folder: Path) -> None:
    result = CliRunner().invoke(app, ["--knowledge", "knowledge"])
    assert (result.exit_code, result.stdout) == (0, "1 of 1 cases hold.\n")


def test_a_failure_is_exit_1(app: typer.Typer, folder: Path) -> None:
    path = folder / "tests" / "cases" / "throat.yaml"
    path.write_text(GOOD.replace("urgency: undetermined", "urgency: urgent"))
    result = CliRunner().invoke(app, ["tests/cases/throat.yaml", "--knowledge", "knowledge"])
    assert result.exit_code == 1
    assert result.stdout == (
        "FAILED  Exudate and nodes  tests/cases/throat.yaml:2\n"
        "    urgency: expected urgent, got undetermined\n\n"
        "0 of 1 cases hold.\n"
    )


def test_what_cannot_be_run_is_exit_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "nowhere", "--knowledge", "knowledge"]) == 2
    assert capsys.readouterr().err == "nowhere does not exist.\n  Name a case file or a folder of case files.\n"


@pytest.mark.slow
def test_without_paths_and_without_a_folder_of_cases_nothing_is_run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "tests")
    assert main(["test"]) == 2
    assert "tests/cases does not exist." in capsys.readouterr().err


def test_coverage_as_table_and_as_data(app: typer.Typer, folder: Path) -> None:
    table = CliRunner().invoke(app, ["--knowledge", "knowledge", "--coverage"])
    assert "give-penicillin" in table.stdout
    assert "MISSING" in table.stdout
    assert "0 of 15 rules are exercised in every way" in table.stdout
    data = CliRunner().invoke(app, ["--knowledge", "knowledge", "--coverage", "--json"])
    assert set(msgspec.json.decode(data.stdout)) == {"results", "coverage"}
    plain = CliRunner().invoke(app, ["--knowledge", "knowledge", "--json"])
    assert msgspec.json.decode(plain.stdout) == {
        "results": [{"name": "Exudate and nodes", "file": "tests/cases/throat.yaml", "line": 2, "failures": []}]
    }
