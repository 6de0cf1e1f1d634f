"""What may be meant by a name that a request uses and nothing has."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

from spinegraph.engine.decide.codebook import Codebook, code_named
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.turtle.terms import local_name

MAX_SHOWN = 60
"""So many characters of a name are looked at."""
MAX_LISTED = 5
"""So many values are named where none is spelt like what was sent."""
ACTS = ("performed", "taking", "not_performed", "not_taking")
"""Members with codes of interventions."""
CODED = "coded/"
"""Begins the place of a value that a coded property does not have; its code follows."""


def nearest_codes(name: str, member: str, book: Codebook, alike: bool = True) -> tuple[str, ...]:
    """The codes that an unknown name of a member is mapped to, or else (with `alike`) those that are spelt like it."""
    if member.startswith(CODED):
        codes = book.choices[member.removeprefix(CODED)]
        return tuple(difflib.get_close_matches(name.lower()[:MAX_SHOWN], codes, n=3, cutoff=0.4)) or codes[:MAX_LISTED]
    withdrawn = code_named(name, book.withdrawn)
    if withdrawn is not None:
        return withdrawn
    if member == "coded":
        return _alike(name, book.coded) if alike else ()
    kinds = (book.interventions,) if member in ACTS else (book.findings, book.measurements)
    near = tuple(code for names in kinds for code in book.nearest(name, names))
    return near or (_alike(name, [known for names in kinds for known in names]) if alike else ())


def _alike(name: str, names: Iterable[str]) -> tuple[str, ...]:
    plain = local_name(name.rpartition(":")[2]).lower().replace("-", "_").replace(" ", "_")[:MAX_SHOWN]
    codes = [known for known in names if ":" not in known]
    beginning = [code for code in codes if plain and code.startswith(f"{plain}_")]
    return (*beginning, *difflib.get_close_matches(plain, codes, n=3, cutoff=0.55))[:3]


def require_recommendations(asked: Iterable[str], known: Collection[str]) -> None:
    """Check that there are recommendations of these ids. Raises VocabularyError."""
    for unknown in sorted(set(asked).difference(known)):
        near = ", ".join(difflib.get_close_matches(unknown, known, n=3, cutoff=0.5))
        mend = f"Did you mean {near}?" if near else "Ids stand in `recommendations` of every answer."
        raise VocabularyError(f"There is no recommendation {unknown!r}.", mend=mend)
