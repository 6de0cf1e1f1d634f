"""How deep the brackets of a Turtle text are nested, found without parsing it."""

from __future__ import annotations

import re

_SKIPPED_OR_BRACKET = re.compile(
    r"""\\.                                             # an escape in a name: what follows it opens nothing
    |\#[^\n\r]*+
    |<[^<>\s]*+>
    |\"{3}(?:[^"\\]++|\\.|"(?!""))*+\"{3}|'{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}
    |"(?:[^"\\\n\r]++|\\.)*+"|'(?:[^'\\\n\r]++|\\.)*+'
    |(?P<opening>[\[(])|(?P<closing>[\])])""",
    re.VERBOSE | re.DOTALL,
)


def too_deep(text: str, most: int) -> int | None:
    """The offset of the first bracket inside more than `most` others, None where there is none.

    Comments, IRIs and texts do not count.
    """
    depth = 0
    for match in _SKIPPED_OR_BRACKET.finditer(text):
        if match.lastgroup == "opening":
            depth += 1
            if depth > most:
                return match.start()
        elif match.lastgroup == "closing":
            depth -= 1
    return None
