"""Windows ends of lines, or an editor's byte order mark, made every passage drift and every file badly formatted."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from spinegraph.api.cli.app import main
from spinegraph.engine import load_knowledge
from spinegraph.engine.knowledge.files import content_digest, named_paths, own_paths
from spinegraph.engine.knowledge.sources import read_documents, text_changed
from spinegraph.engine.knowledge.turtle.formatting import badly_formatted, format_files

from tests.authoring.guideline import write_good

BOM = b"\xef\xbb\xbf"
WAYS = {
    "windows": lambda text: text.replace(b"\n", b"\r\n"),
    "mark": lambda text: BOM + text,
    "both": lambda text: BOM + text.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_letter_has_changed(way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_good(tmp_path)
    before = load_knowledge(named_paths(tmp_path))
    for path in [*own_paths(tmp_path), *(tmp_path / "documents").iterdir()]:
        path.write_bytes(WAYS[way](path.read_bytes()))
    assert badly_formatted(own_paths(tmp_path)) == []
    assert main(["sources", "verify", "--sources", str(tmp_path / "documents"), "--knowledge", str(tmp_path)]) == 0
    assert "drift" not in capsys.readouterr().out
    assert load_knowledge(named_paths(tmp_path)) == before


def test_the_digest_of_the_knowledge_is_that_of_its_text(tmp_path: Path) -> None:
    write_good(tmp_path)
    before = content_digest(own_paths(tmp_path))
    for path in own_paths(tmp_path):
        path.write_bytes(WAYS["both"](path.read_bytes()))
    assert content_digest(own_paths(tmp_path)) == before


def test_a_document_whose_characters_were_counted_with_windows_ends_of_lines_stands_too(tmp_path: Path) -> None:
    write_good(tmp_path)
    document = tmp_path / "documents" / "900.txt"
    windows = document.read_bytes().replace(b"\n", b"\r\n")
    source = next(path for path in own_paths(tmp_path) if b"900.txt" in path.read_bytes())
    counted = hashlib.sha256(windows).hexdigest()
    known = hashlib.sha256(document.read_bytes()).hexdigest()
    source.write_text(source.read_text(encoding="utf-8").replace(known, counted), encoding="utf-8")
    knowledge = load_knowledge(named_paths(tmp_path))
    texts = read_documents(tmp_path / "documents", knowledge)
    assert [iri for iri, text in texts.items() if text_changed(knowledge.sources[iri], text)] == []


def test_format_writes_what_it_must_and_no_more(tmp_path: Path) -> None:
    write_good(tmp_path)
    for path in own_paths(tmp_path):
        path.write_bytes(WAYS["windows"](path.read_bytes()))
    assert format_files(own_paths(tmp_path)) == []
