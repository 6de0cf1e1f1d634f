"""A paragraph → its sentences, as offsets. Needs the `authoring` extra.

sentencex cuts; what it cuts too often in clinical texts is put together again. A statement that is too long is read whole and
can be cut by its author; half a statement can turn a limit round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ABBREVIATED = frozenset(
    (
        "approx", "ca", "cf", "dr", "e.g", "eg", "esp", "excl", "fig", "figs", "i.e", "ie", "incl", "mr", "mrs", "ms",
        "nos", "prof", "resp", "st", "viz", "vs",
    )
)  # fmt: skip
"""What goes on after its full stop, whatever follows."""
BEFORE_A_VALUE = frozenset(
    (
        "app", "art", "av", "avg", "ch", "chap", "col", "def", "diam", "eq", "eqs", "ex", "freq", "max", "med", "min",
        "no", "p", "para", "pp", "ref", "refs", "sec", "sect", "tab", "tbl", "temp", "vol", "wt",
    )
)  # fmt: skip
"""What goes on where a number, a sign or a word in lower case follows: elsewhere it ends a sentence as well."""
_LAST_WORD = re.compile(r"(?:^|[\s(\[“\"'/])([^\W\d_]+(?:\.[^\W\d_]+)*)\.\s*$")
_LIST_NUMBER = re.compile(r"\s*\(?(?:\d{1,3}|[a-zA-Z])[.)]\s*")
_COMPARED = re.compile(r"[<>≤≥=≈±]\s*$")
_VALUE = re.compile(r"[\s(]*[\d<>≤≥=≈±a-zµ°%]")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a paragraph in one line begins and ends. Raises ImportError without the extra."""
    from sentencex import get_sentence_boundaries

    begin, reached = 0, 0
    for found in get_sentence_boundaries("en", text):
        start, end = found["start_index"], found["end_index"]
        if reached > begin and not goes_on(text[begin:reached], text[start:end]):
            yield begin, reached
            begin = start
        reached = end
    if reached > begin:
        yield begin, reached


def goes_on(before: str, after: str) -> bool:
    """Whether what was cut is one sentence: at an abbreviation, after the number of an item, or at a sign that compares.

    >>> goes_on("Wait approx.", "3 days."), goes_on("At most 5 g max.", "Then stop."), goes_on("2.", "Then rest.")
    (True, False, True)
    """
    if _LIST_NUMBER.fullmatch(before) or _COMPARED.search(before):
        return True
    found = _LAST_WORD.search(before)
    word = found[1].lower() if found else ""
    return word in ABBREVIATED or (word in BEFORE_A_VALUE and bool(_VALUE.match(after)))
