"""How text is compared in a search: without case, marks on letters and punctuation, word by word."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

_WORD = re.compile(r"\w+")
_COMPOUND = re.compile(r"\w+(?:-\w+)+")


def plain(text: str) -> str:
    """Text as it is searched: without case, marks on letters, hyphens and underscores."""
    letters = (letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))
    return "".join(letters).replace("-", " ").replace("_", " ")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, plain, in its order; nothing of it is an operator, whatever it looks like."""
    return tuple(_WORD.findall(plain(text)))


def joined_compounds(text: str) -> tuple[str, ...]:
    """Words with hyphens as they are written without: "X-ray" → "xray"."""
    return tuple(plain(compound.replace("-", "")) for compound in _COMPOUND.findall(text))
