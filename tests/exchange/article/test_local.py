"""A deployer's own texts: a closed file, refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.api.settings import Settings
from spinegraph.engine.errors import LocalTextError
from spinegraph.engine.exchange.article.local import LocalText, read_local


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
