"""`spinegraph export`: the graph without a command, CQL and ELM or FHIR with one; no option goes unheard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spinegraph.api.cli.app import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Content is written as it is: other tests hold that it is validated first."""
    monkeypatch.setattr("spinegraph.engine.validation.admission._check", lambda _: False)


def test_cql_and_elm_are_written_of_each_package(tmp_path: Path, capfd: Captured) -> None:
    asked = ["export", "cql", "--knowledge", "sore-throat", "--knowledge", "ankle-and-foot", "--to", str(tmp_path / "out")]
    assert main(asked) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "AnkleAndFoot.cql", "AnkleAndFoot.json", "SoreThroat.cql", "SoreThroat.json",
    ]  # fmt: skip
    assert json.loads((tmp_path / "out" / "SoreThroat.json").read_text())["library"]["identifier"]["id"] == "SoreThroat"
    assert "sore-throat: library SoreThroat" in capfd.readouterr().out


def test_resources_of_fhir_are_written_a_file_each(tmp_path: Path, capfd: Captured) -> None:
    assert main(["export", "fhir", "--knowledge", "ankle-and-foot", "--to", str(tmp_path / "out")]) == 0
    written = {path.name: path for path in (tmp_path / "out").iterdir()}
    plan = json.loads(written["PlanDefinition-ankle-and-foot.json"].read_text())
    named = {action["definitionCanonical"].rpartition("/")[2] for action in plan["action"]}
    assert {f"PlanDefinition-{name}.json" for name in named} <= set(written)
    assert {"AnkleAndFoot.cql", "AnkleAndFoot.json", "CodeSystem-spinegraph.json"} <= set(written)
    printed = capfd.readouterr().out
    assert f"{len(named) + 1:4} PlanDefinition" in printed


def test_views_are_written_with_the_query_that_joins_them(tmp_path: Path, capfd: Captured) -> None:
    assert main(["export", "views", "--knowledge", "sore-throat", "--to", str(tmp_path / "out")]) == 0
    written = {path.name: path for path in (tmp_path / "out").iterdir()}
    printed = capfd.readouterr().out.splitlines()
    told = [line.split()[1].removesuffix(":") for line in printed[:-1]]
    assert set(written) == {"population.sql", *(f"{name}.json" for name in told)}
    query = written["population.sql"].read_text("utf-8")
    for name in told:
        view = json.loads(written[f"{name}.json"].read_text("utf-8"))
        assert (view["name"], view["resourceType"]) == (name, "ViewDefinition")
        assert f"FROM {name}" in query
    assert printed[-1].startswith(f"{tmp_path / 'out' / 'population.sql'}, sha256:")


def test_one_package_can_be_named(tmp_path: Path) -> None:
    knowledge = ["--knowledge", "sore-throat", "--knowledge", "ankle-and-foot"]
    assert main(["export", "cql", *knowledge, "--guideline", "sore-throat", "--to", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["SoreThroat.cql", "SoreThroat.json"]


def test_a_package_that_is_not_there_is_said(tmp_path: Path, capfd: Captured) -> None:
    assert main(["export", "cql", "--knowledge", "sore-throat", "--guideline", "sore-toe", "--to", str(tmp_path)]) == 2
    assert "There is no package 'sore-toe'" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export"], "Say into which folder to write."),
        (["export", "--to", "here", "cql", "--to", "there"], "Write options after cql"),
        (["export", "cql"], "Missing option '--to'"),
    ],
)
def test_what_is_missing_or_out_of_place_is_said(
    arguments: list[str], said: str, capfd: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert said in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []
