"""Words that a new guideline is begun with, and that its author replaces: as long as they stand, something is still to do."""

from __future__ import annotations

TO_BE_WRITTEN = "To be written:"
TO_PARAPHRASE = "to be told in our own words"
NOT_YET = "not yet modelled"
PLACEHOLDERS = (TO_BE_WRITTEN, TO_PARAPHRASE, NOT_YET)


def is_placeholder(text: str) -> bool:
    """Whether a text still stands for one that somebody has to write.

    >>> is_placeholder("To be written: what to do."), is_placeholder("Not yet modelled"), is_placeholder("Rest in bed.")
    (True, True, False)
    """
    plain = text.casefold()
    return any(words.casefold() in plain for words in PLACEHOLDERS)
