"""Pictures of pathways: drawn by a program that reads DOT, with the same content in words, and clear errors without one."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest
from spinegraph.engine import Engine, Knowledge, load_knowledge
from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.pathway.drawing import PROGRAMS, render_pathway
from spinegraph.engine.exchange.pathway.model import outline
from spinegraph.engine.exchange.pathway.views import find_pathway

from tests.small import write_small

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"
PICTURE = Path(__file__).parents[3] / "docs" / "pictures" / "cauda-equina-syndrome.svg"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return load_knowledge(write_small(tmp_path_factory.mktemp("small")))


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_pathway_gives_the_same_bytes(small: Knowledge, form: str) -> None:
    first, second = (render_pathway(find_pathway(small, "strep_throat"), form) for _ in range(2))
    assert first == second
    assert not re.search(rb"\d{4}-\d\d-\d\dT", first)


def test_an_svg_says_in_words_what_it_shows(small: Knowledge) -> None:
    pathway = find_pathway(small, "give-penicillin")
    root = ElementTree.fromstring(render_pathway(pathway, "svg"))  # noqa: S314
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}desc") == outline(pathway)
    for words in ("review status pending", pathway.disclaimer, "for · should · routine"):
        assert words in (root.findtext(f"{SVG}desc") or "")
    ids = {group.get("id") for group in root.iter(f"{SVG}g") if group.get("class") == "node"}
    assert ids == {node.id for node in pathway.panels[0].nodes}


def test_a_png_is_one(small: Knowledge) -> None:
    assert render_pathway(find_pathway(small, "gargle"), "png").startswith(b"\x89PNG\r\n\x1a\n")


def test_another_form_is_refused(small: Knowledge) -> None:
    with pytest.raises(ValueError, match="svg or png, not gif"):
        render_pathway(find_pathway(small, "gargle"), "gif")


def test_a_missing_program_names_the_extra(small: Knowledge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DrawingError) as caught:
        render_pathway(find_pathway(small, "give-penicillin"), "svg")
    assert str(caught.value) == (
        "There is no graphviz-pure and no dot to draw with.\n"
        "  Install the extra that draws, pip install 'spinegraph[drawing]', or Graphviz; --format dot needs neither."
    )


def _program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_any_dot_will_do(small: Knowledge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first that is found draws, unless one is named."""
    pathway = find_pathway(small, "gargle")
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "empty"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert PROGRAMS == ("graphviz-pure", "dot")
    _program(tmp_path / "dot", "cat > /dev/null; printf '<svg>%s</svg>' \"$1\"")
    assert b"-Tsvg" in render_pathway(pathway, "svg")
    other = _program(tmp_path / "other", "cat > /dev/null; printf '<svg>other</svg>'")
    assert b"other" in render_pathway(pathway, "svg", other)


@pytest.mark.parametrize(
    ("script", "words"),
    [("cat >/dev/null; echo 'no such layout' >&2; exit 3", "draws nothing: no such layout"), ("cat >/dev/null", "ends with 0")],
)
def test_a_program_that_fails_is_reported_with_its_words(small: Knowledge, tmp_path: Path, script: str, words: str) -> None:
    with pytest.raises(DrawingError, match=words):
        render_pathway(find_pathway(small, "gargle"), "svg", _program(tmp_path / "broken", script))


def test_the_picture_in_the_documents_is_what_the_command_draws(engine: Engine) -> None:
    """By content, not by bytes: another release of the program may place a box differently."""
    pathway = find_pathway(engine.knowledge, "cauda_equina_syndrome")
    shown = ElementTree.parse(PICTURE).getroot().findtext(f"{SVG}desc") or ""  # noqa: S314
    digest = re.compile(r"sha256:[0-9a-f]+")  # any change of the content changes it, not every one this picture
    assert digest.sub("", shown) == digest.sub("", outline(pathway)), (
        "Draw it again: spinegraph graph cauda_equina_syndrome --output docs/pictures/cauda-equina-syndrome.svg"
    )
