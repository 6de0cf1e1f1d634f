"""What makes two diagnostics of two runs the same one: what is found of what, not the line on which it stands."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from spinegraph.engine.validation.diagnostics import Diagnostic

_POSITION = re.compile(r"(?<=\w):\d+(?::\d+)?\b|\b(?:line|lines|column|columns) \d+")
"""A place inside a sentence (`x.ttl:12`, `line 12`), which shifts when something is written above it."""


def fingerprints(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    """One for each diagnostic, `<hash>:<n>`: the n-th of those that cannot be told apart.

    The hash is over id, subject and sentence; over the file only where there is no subject, so that a statement may be
    moved to another file. Stable across runs, machines and shifted lines.
    """
    seen: Counter[str] = Counter()
    found = []
    for diagnostic in diagnostics:
        about = diagnostic.subject or diagnostic.place.file
        what = " ".join(_POSITION.sub("", diagnostic.what).split())
        identity = f"{diagnostic.id}\n{about}\n{what}".encode(errors="backslashreplace")
        digest = hashlib.sha256(identity).hexdigest()[:32]
        seen[digest] += 1
        found.append(f"{digest}:{seen[digest]}")
    return tuple(found)
