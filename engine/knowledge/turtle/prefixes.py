"""Prefixes that are declared with almost the right namespace: every name in the file would mean something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES

STANDARD = {name: space for name, space in PREFIXES.items() if not space.startswith(BASE)}
"""Prefixes that mean one thing everywhere."""
ALIKE = 0.8
"""How alike a namespace below ours is to one of ours of which it is a misspelling."""


class Misdeclared(NamedTuple):
    """A prefix, the namespace that it was given, and the one that is meant."""

    name: str
    given: str
    meant: str


def misdeclared_prefix(declared: Mapping[str, str]) -> Misdeclared | None:
    """The first prefix with a namespace that is a slip: http for https, no or another last character, a misspelt part, or
    that of another prefix. A namespace that has nothing to do with ours or with a standard one is nobody's slip."""
    for name, given in declared.items():
        meant = _meant(name, given)
        if meant:
            return Misdeclared(name, given, meant)
    return None


def _meant(name: str, given: str) -> str:
    if given in PREFIXES.values():
        return PREFIXES[name] if PREFIXES.get(name, given) != given else ""
    if name in STANDARD:
        return STANDARD[name]
    same = {_bare(space): space for space in PREFIXES.values()}
    if _bare(given) in same:
        return same[_bare(given)]
    base, _, part = _bare(given).rpartition("/")
    ours = [_bare(space) for space in PREFIXES.values() if space.startswith(BASE)]
    near = get_close_matches(f"{base}/{part}", ours, n=1) if base == _bare(BASE) else []
    near = [space for space in near if get_close_matches(part, [space.rpartition("/")[2]], cutoff=ALIKE)]
    return same[near[0]] if near else ""


def _bare(namespace: str) -> str:
    """A namespace without what is most often mistaken: the scheme, www, the last character, capitals."""
    return re.sub(r"^https?://(www\.)?|[/#]+$", "", namespace.lower())


def check_prefixes(path: Path, text: bytes, declared: Mapping[str, str]) -> None:
    """Raises KnowledgeError with the line of the first misdeclared prefix of a Turtle file."""
    wrong = misdeclared_prefix(declared)
    if wrong is None:
        return
    written = re.search(rb"(?i)(?<![^\s.])@?prefix\s+" + re.escape(wrong.name.encode()) + rb"\s*:", text)
    before = text[: written.start()] if written else b""
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    raise KnowledgeError(
        f"The prefix {wrong.name}: is declared as <{wrong.given}>, where <{wrong.meant}> is meant.",
        where=f"{path.name}:{line}",
        mend=f"Write PREFIX {wrong.name}: <{wrong.meant}>. What else the file says was not checked.",
        kind="misdeclared-prefix",
        path=path,
        line=line,
        column=column,
    )
