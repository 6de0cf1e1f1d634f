"""Words that people read: what has no place in them, and what is never printed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spinegraph.engine.errors import LONGEST_ECHO, shortened

_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters but tabs and ends of lines, halves of characters, and what no text has (XML 1.0 section 2.2)."""
UNSHOWN_IN_TURTLE = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]"
    rb"|(?<!\\)(?:\\\\)*\\(?:[bf]|u00(?:0[0-8BbCcEeFf]|1[0-9A-Fa-f]|7[Ff]|[89][0-9A-Fa-f])|U000000(?:0[0-8BbCcEeFf]|1.|7[Ff]|[89].))"
)
"""The same in the bytes of a text in Turtle, as they are or written as escapes."""
_NOT_PRINTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
"""The categories Cc, Cf and Cs of Unicode but for tabs, ends of lines, and the two that join letters and emoji."""

MOST_LISTED = 20
"""So many of somebody's names are told one after the other."""


def unshown_character(text: str) -> str:
    """The first character that words cannot have, as `U+001B at character 3`; "" where there is none."""
    found = _UNSHOWN.search(text)
    return f"U+{ord(found[0]):04X} at character {found.start() + 1}" if found else ""


def printable(text: str) -> str:
    """A text without control and format characters, which could rewrite what a terminal shows.

    >>> printable("a\\x1b[2Jb\\u202ec")
    'a[2Jbc'
    """
    return text if text.isprintable() else _NOT_PRINTED.sub("", text)


def shown(text: str) -> str:
    """Somebody's name of something: as it is, or in quotes where it could not be told from what stands around it.

    >>> shown("South"), shown("South\\nWest"), shown("")
    ('South', "'South\\\\nWest'", "''")
    """
    plain = text.isprintable() and text == text.strip() != "" and len(text) <= LONGEST_ECHO
    return text if plain else shortened(text)


def listed(names: Sequence[str]) -> str:
    """Names of somebody's, of many the first."""
    more = (f"and {len(names) - MOST_LISTED:,} more",) if len(names) > MOST_LISTED else ()
    return ", ".join((*map(shown, names[:MOST_LISTED]), *more))
