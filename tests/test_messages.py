"""The engine's own words: every one in every catalogue, with the same places to fill, and none that nothing says."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from spinegraph.engine.messages import LANGUAGES, messages_of, read_catalogue
from spinegraph.engine.model.units import COUNTED, WORDS

ENGINE = Path(__file__).parent.parent / "engine"
SAYING = ("say", "_say", "noted")
"""What takes words of ours as its first argument, in modules that know of `messages`, or of criteria in words."""
CATALOGUES = LANGUAGES[1:]


def said() -> Iterator[str]:
    """The words that stand in the code."""
    for path in ENGINE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        if not imported & {"spinegraph.engine.messages", "spinegraph.engine.criteria.words"}:
            continue
        for node in ast.walk(tree):
            name = getattr(getattr(node, "func", None), "attr", "") or getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in SAYING and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
    for unit in COUNTED:
        yield from (WORDS[unit], WORDS[unit].removesuffix("s"))


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_word_of_ours_is_in_every_catalogue_and_nothing_else(language: str) -> None:
    words = set(said())
    assert len(words) > 80
    assert set(read_catalogue(language)) == words


@pytest.mark.parametrize("language", CATALOGUES)
def test_what_is_filled_in_is_the_same_in_every_language(language: str) -> None:
    for english, translated in read_catalogue(language).items():
        assert translated.strip(), english
        assert places(english) == places(translated), english
        assert (english[-1] in ".?:;") == (translated[-1] in ".?:;"), english


def test_english_is_what_stands_in_the_code() -> None:
    assert messages_of("")("Left open: {labels}.", labels="{pain}") == "Left open: {pain}."


def test_words_that_no_catalogue_has_are_a_fault() -> None:
    with pytest.raises(KeyError):
        messages_of("de")("Words that nobody has translated.")
