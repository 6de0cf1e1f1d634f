"""Brackets are counted where they are brackets, and quickly whatever the text is."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.errors import MalformedCaseError
from spinegraph.engine.knowledge.files import shipped_paths
from spinegraph.engine.validation import content as reading
from spinegraph.engine.validation.cases.documents import read_yaml_document
from spinegraph.engine.validation.content import Content, read_content
from spinegraph.engine.validation.nesting import too_deep
from spinegraph.engine.validation.validate import validate

from tests.patience import not_hung


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("[ ( [ ] ) ]", 4),
        ("[ ( ) ( ) ] [ ( ) ]", None),
        ("# [[[ \n[ ( ) ]", None),
        ("<http://e/[[[> [ ( ) ]", None),
        ('"[[[" [ ( ) ]', None),
        ('"""[[[\n"[[[""" [ ( ) ]', None),
        ("'[[[' '''[[[\n'[[[''' [ ]", None),
        (r'"\"[[[" [ ( ) ]', None),
        (r"e:a\'[[ e:b\'[", 13),
        ("'[\n[[[", 4),
        ("]]]] [[[[[[", None),
        ("]]]] [[[[[[[", 11),
    ],
)
def test_depth(text: str, offset: int | None) -> None:
    assert too_deep(text, 2) == offset


@pytest.mark.parametrize("piece", ['"', "'", '"""a', "'''\\'", "<a", "[]", "\\", "#", '"\\"', "'''a\n\""])
def test_no_text_takes_long(piece: str) -> None:
    with not_hung():  # what looks at the rest of the text at every place takes hours
        too_deep(piece * (500_000 // len(piece)), 100)


def test_what_is_shipped_is_far_from_the_limits() -> None:
    for path in shipped_paths():
        assert path.stat().st_size < reading.LARGEST_FILE / 4
        assert too_deep(path.read_text(encoding="utf-8"), reading.DEEPEST // 4) is None


def test_deep_long_and_large_files_are_refused_at_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_STATEMENTS", 20)
    monkeypatch.setattr(reading, "LARGEST_FILE", 3000)
    texts = {
        "deep": "@prefix e: <http://e/> .\n e:a e:b " + "[ e:b " * 101 + "1" + "]" * 101 + " .",
        "long": "<e:a> <e:b> " + ", ".join(map(str, range(21))) + " .",
        "fits": "<e:a> <e:b> " + ", ".join(map(str, range(20))) + " .",
        "large": "#" * 3001,
    }
    paths = {name: tmp_path / f"{name}.ttl" for name in texts}
    for name, text in texts.items():
        paths[name].write_text(text, encoding="utf-8")
    report = validate(Content(paths.values(), root=tmp_path), only=("syntax",))
    assert [(str(one.place), one.id, one.what) for one in report.diagnostics] == [
        ("deep.ttl:2:610", "SG103", "More than 100 brackets stand inside each other."),
        ("large.ttl", "SG103", "The file has 3,001 bytes, more than 3,000."),
        ("long.ttl", "SG103", "The file has more than 20 statements."),
    ]


@pytest.mark.slow
def test_a_giant_text_is_located_without_giant_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "giant.ttl"
    path.write_text('<https://w3id.org/spinegraph/finding/Fever> <e:b>\n "' + "a" * 3_000_000 + '" .', encoding="utf-8")
    content = read_content([path])
    tracemalloc.start()
    place = content.place("https://w3id.org/spinegraph/finding/Fever", "e:b")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert place.line == 1
    assert most < 100_000_000


@pytest.mark.parametrize("body", ["a: &x [1]\nb: *x\n", "&x [*x]\n", "a: &x [1, 1]\nb: &y [*x, *x]\nc: [*y, *y]\n"])
def test_aliases_are_refused_with_their_line(tmp_path: Path, body: str) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(MalformedCaseError) as error:
        read_yaml_document(path)
    assert str(path) in error.value.where
    assert error.value.mend
