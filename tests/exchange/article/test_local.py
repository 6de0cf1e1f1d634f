"""A deployer's own texts: a closed file, refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from spinegraph.api.cli.article import article_command
from spinegraph.api.http.decisions import DecisionParameters, renderers_of
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, make_case_file, make_codebook
from spinegraph.engine.errors import LocalTextError
from spinegraph.engine.exchange.article.local import LocalText, read_local
from typer.testing import CliRunner


def test_a_file_says_where_to_go(tmp_path: Path) -> None:
    path = tmp_path / "local.yaml"
    path.write_text("where_to_go: Call us.\nwhere_to_go_now: Call 112.\n")
    assert read_local(path) == LocalText(where_to_go="Call us.", where_to_go_now="Call 112.")
    assert Settings.from_environment({"SPINEGRAPH_LOCAL": str(path)}).local == read_local(path)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("where_to_come: here", "where_to_come"),
        ("where_to_go: 112", "Expected `str`"),
        ("where_to_go: [", "line 1|expected|while"),
        ("- Call us.", "Expected `object`"),
        (f"where_to_go: {'x' * 601}", "600"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "local.yaml"
    path.write_text(text)
    with pytest.raises(LocalTextError, match=what) as raised:
        read_local(path)
    assert str(path) in raised.value.where


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalTextError, match="No such file"):
        read_local(tmp_path / "local.yaml")


@pytest.mark.parametrize("audience", ["patient", "clinician"])
def test_the_service_and_the_command_use_it(engine: Engine, tmp_path: Path, audience: str) -> None:
    path = tmp_path / "local.yaml"
    path.write_text("where_to_go_now: Call 112.\n")
    case = {"present": ["back_pain", "urinary_retention"], "audience": audience}
    render = renderers_of(engine, read_local(path))["text/markdown"]
    page = render(make_case_file(case, make_codebook(engine.knowledge)), DecisionParameters()).decode()
    (tmp_path / "case.yaml").write_text(json.dumps(case))
    app = typer.Typer()
    app.command()(article_command)
    printed = CliRunner().invoke(app, [str(tmp_path / "case.yaml"), "--local", str(path)])
    assert printed.exit_code == 0
    assert printed.stdout == page
    assert ("Call 112." in page) == (audience == "patient")
