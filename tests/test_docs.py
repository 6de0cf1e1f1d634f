"""Every command, setting and path is documented, and what the documents name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spinegraph.api.cli.app import COMMANDS
from spinegraph.api.http.app import create_app

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"spinegraph {command}" in TEXT


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"(?:`|^\$ )spinegraph ([a-z][a-z-]*)", TEXT, re.MULTILINE))
    assert named <= set(COMMANDS)


def settings_in_code() -> set[str]:
    """The variables that the code reads."""
    source = "\n".join(path.read_text(encoding="utf-8") for folder in ("api", "engine") for path in (ROOT / folder).rglob("*.py"))
    return set(re.findall(r"SPINEGRAPH_[A-Z_]*[A-Z](?![A-Z_])", source))  # SPINEGRAPH_SPARQL_… stands for several


@pytest.mark.parametrize("setting", sorted(settings_in_code()))
def test_every_setting_is_documented(setting: str) -> None:
    assert setting in TEXT


def test_every_path_is_documented() -> None:
    paths = [path for path in create_app().openapi()["paths"] if "{" not in path]
    assert [path for path in paths if path not in TEXT] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def _anchors(page: Path) -> set[str]:
    """What the headings of a page are called in links."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_into_documents_lead_to_a_heading(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*\.md|)#([^)]+)\)", page.read_text(encoding="utf-8"))
    assert [(path, anchor) for path, anchor in links if anchor not in _anchors(page.parent / path if path else page)] == []


@pytest.mark.slow
def test_the_session_in_the_readme_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from spinegraph.api.cli.app import main

    monkeypatch.chdir(ROOT)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("$ spinegraph decide docs/examples/red-flag.yaml\n")[2].partition("$ ")[0]
    assert main(["decide", "docs/examples/red-flag.yaml"]) == 0
    assert capsys.readouterr().out == shown
