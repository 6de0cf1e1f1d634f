"""The engine's own words in other languages: a catalogue for each, from the English words that stand in the code.

English has no catalogue: what stands in the code is what is said. A catalogue translates all of them or is refused by the tests,
so that no answer is half in one language for want of words of ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

ENGLISH = ""
"""How a language that nobody has asked for is written in data, so that English answers say nothing of it."""
LANGUAGES = ("en", "de")
"""What can be asked for."""
FOLDER = Path(__file__).parent


class Messages:
    """The words of one language. Called with English words and what fills them, it gives them in its language.

    >>> Messages("")("Left open: {labels}.", labels="pain"), Messages("de")("Left open: {labels}.", labels="Schmerz")
    ('Left open: pain.', 'Offen gelassen durch: Schmerz.')
    """

    def __init__(self, language: str = ENGLISH) -> None:
        self.language = language
        self._translated: Mapping[str, str] = read_catalogue(language) if language else {}

    def __call__(self, english: str, /, **parts: object) -> str:
        translated = self._translated[english] if self._translated else english
        return translated.format(**parts) if parts else translated

    def in_a_sentence(self, name: str) -> str:
        """A name as it stands in a sentence: in English without its capital."""
        return name if self.language else name[:1].lower() + name[1:]


IN_ENGLISH = Messages()
"""The words as they stand in the code."""


def noted(english: str) -> str:
    """The same words: marks those that are said later, so that the tests find them."""
    return english


@lru_cache(maxsize=len(LANGUAGES))
def messages_of(language: str) -> Messages:
    """The words of a language that can be asked for; of none, English."""
    return Messages(language)


def read_catalogue(language: str) -> Mapping[str, str]:
    """English words → those of a language."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
