"""`spinegraph article`."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from spinegraph.api.cli.article import article_command
from typer.testing import CliRunner

from tests.exchange.article.patients import EXAMPLES, GENERAL


@pytest.fixture(scope="module")
def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(article_command)
    return app


@pytest.mark.slow
def test_command_prints_or_writes_an_article(command: typer.Typer, tmp_path: Path) -> None:
    case = str(EXAMPLES / GENERAL["002"])
    printed = CliRunner().invoke(command, [case])
    assert printed.exit_code == 0
    assert printed.stdout.startswith("# Palpable knots beside the spine\n")
    page = tmp_path / "article.html"
    written = CliRunner().invoke(command, [case, "--format", "html", "--audience", "patient", "--output", str(page)])
    assert written.exit_code == 0
    assert written.stdout == ""
    assert "<h1>A knot or lump beside your spine</h1>" in page.read_text()
