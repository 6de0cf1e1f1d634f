"""How many slips of the keyboard lie between two words."""

from __future__ import annotations

import pytest
from spinegraph.engine.search.spelling import slips_allowed, slips_between


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("fever", "fever", 0), ("feverr", "fever", 1), ("fver", "fever", 1), ("fewer", "fever", 1), ("fevre", "fever", 1),
        ("osteomyelitus", "osteomyelitis", 1), ("ostemyelitus", "osteomyelitis", 2), ("fver", "fibre", 3), ("a", "abcdef", 3),
    ],
)  # fmt: skip
def test_slips(typed: str, word: str, slips: int) -> None:
    assert slips_between(typed, word, 2) == slips_between(word, typed, 2) == slips


@pytest.mark.parametrize(("word", "allowed"), [("mri", 0), ("pain", 1), ("fevers", 1), ("sciatica", 2), ("l033a1234", 0)])
def test_short_words_and_codes_have_to_be_right(word: str, allowed: int) -> None:
    assert slips_allowed(word) == allowed
