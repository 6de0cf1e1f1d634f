"""`format` took a folder for a file without a normal form, and did nothing in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.api.cli.app import main

UNTIDY = "@prefix core: <https://w3id.org/spinegraph/core/> . core:b a core:A . core:a a core:A ."


def test_a_folder_stands_for_its_turtle_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in ("one.ttl", "shapes/authoring/two.ttl", ".hidden/three.ttl"):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(UNTIDY)
    assert main(["format", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "formatted: one.ttl\nformatted: two.ttl\n"
    assert (tmp_path / ".hidden" / "three.ttl").read_text() == UNTIDY
    assert main(["format", "--check", str(tmp_path)]) == 0


@pytest.mark.parametrize(("place", "told"), [("empty", "There are no Turtle files."), ("codes.tsv", "This is not Turtle.")])
def test_what_has_no_normal_form_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "codes.tsv").write_text("a\tb\n")
    assert main(["format", str(tmp_path / place)]) == 2
    out, err = capsys.readouterr()
    assert (out, told in err) == ("", True)
