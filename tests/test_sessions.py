"""The sessions that the README and the documentation show, done as they are written, against a live service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from spinegraph.api.http.app import create_app
from sybil import Document
from sybil.parsers.markdown import CodeBlockParser

from tests.console import Terminal, commands
from tests.serving import serving

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "docs/audit.md",
    "docs/cds-hooks.md",
    "docs/cql.md",
    "docs/decisions.md",
    "docs/questionnaires.md",
    "docs/fhir.md",
    "docs/integrate.md",
    "docs/portable.md",
    "docs/query.md",
    "docs/records.md",
    "docs/population.md",
)


def blocks(page: str) -> list[str]:
    """The console blocks of a page, but for what `make` does: which is to run these tests."""
    document = Document((ROOT / page).read_text(encoding="utf-8"), page)
    found = [str(region.parsed) for region in CodeBlockParser("console")(document)]
    return [block for block in found if not block.startswith("$ make ")]


SESSIONS = [pytest.param(page, block, id=f"{page}-{number}") for page in PAGES for number, block in enumerate(blocks(page))]


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with serving(create_app()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[str]:
    """A service that records its decisions in the folder of the session."""
    app = create_app(environment={"SPINEGRAPH_AUDIT": str(tmp_path / "audit.db")})
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"
    app.served.close()


@pytest.mark.parametrize(("page", "block"), SESSIONS)
def test_a_session_goes_as_it_is_shown(page: str, block: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    service = request.getfixturevalue("recording" if page == "docs/audit.md" else "service")
    if any(typed.startswith("curl") for typed, _ in commands(block)) and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    Terminal(tmp_path, service).run(block)


def test_there_are_sessions_of_both_kinds() -> None:
    typed = [command.typed.split()[0] for page in PAGES for block in blocks(page) for command in commands(block)]
    assert {"spinegraph", "curl"} == {*typed} - {"echo"}  # which shows how a command ended
