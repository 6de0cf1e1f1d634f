"""Names of files that were sent: relative paths of what is validated, and nothing that could mean another place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from spinegraph.engine.errors import MalformedContentError, shortened
from spinegraph.engine.knowledge.manifest import MANIFEST
from spinegraph.engine.validation.content import CASES, TABLE, TURTLE

DOCUMENTS = "documents"
"""In this folder stand texts to compare passages with."""
TEXTS = (".txt", ".md")
CONTENT = (TURTLE, TABLE, *CASES)
LONGEST, LONGEST_PART, MOST_PARTS = 240, 120, 12
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that nobody sees, or that turn the direction of writing."""


def check_names(names: Iterable[str]) -> None:
    """Raise MalformedContentError for the first name that is not plainly the relative path of a file to validate."""
    for name in names:
        if problem := _problem(name):
            raise MalformedContentError(
                f"{shortened(name)} {problem}",
                where="/files",
                mend=f"Name files by relative paths like shapes/rules/knots.ttl, ending in {', '.join(CONTENT)}, or {MANIFEST}.",
            )


def _problem(name: str) -> str:
    parts = name.split("/")
    if len(name) > LONGEST or len(parts) > MOST_PARTS or any(len(part.encode(errors="replace")) > LONGEST_PART for part in parts):
        return "is too long for the name of a file."
    if any(unicodedata.category(letter) in HIDDEN for letter in name):
        return "has characters that cannot be seen."
    if "\\" in name or ":" in name:
        return "has a backslash or colon."
    if name.startswith("/"):
        return "is absolute."
    if any(part in ("", ".", "..") or part != part.strip() for part in parts):
        return "is no plain relative path."
    suffix = PurePosixPath(name).suffix
    if parts[-1] != MANIFEST and suffix not in (*CONTENT, *(TEXTS if len(parts) > 1 and parts[0] == DOCUMENTS else ())):
        return "is no kind of file that is validated."
    if any(PurePosixPath(part).suffix in (*CONTENT, *TEXTS) for part in parts[:-1]):
        return "has a folder that is called like a file."
    return ""
