"""What may be meant by a name that a request uses and nothing has: what is called so in the words of people, or spelt so."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from spinegraph.engine.decide.codebook import Codebook, code_named
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.search.documents import Kind
from spinegraph.engine.search.spelling import SHORTEST
from spinegraph.engine.search.words import words_of

if TYPE_CHECKING:
    from spinegraph.engine.search.index import Hit

MAX_SHOWN = 60
"""So many characters of a name are looked at."""
MOST = 3
"""So many codes are proposed for a name."""
MAX_LISTED = 5
"""So many values are named where none is spelt like what was sent."""
ACTS = ("performed", "taking", "not_performed", "not_taking")
"""Members with codes of interventions."""
CODED = "coded/"
"""Begins the place of a value that a coded property does not have; its code follows."""


def nearest_codes(name: str, member: str, book: Codebook, alike: bool = True) -> tuple[str, ...]:
    """The codes that an unknown name of a member is mapped to, or else (with `alike`) what is meant by it, `MOST` at most.

    Meant is first what has all its words in a name, in any language, slips forgiven; then what is spelt like it.
    """
    if member.startswith(CODED):
        codes = book.choices[member.removeprefix(CODED)]
        return tuple(difflib.get_close_matches(name.lower()[:MAX_SHOWN], codes, n=MOST, cutoff=0.4)) or codes[:MAX_LISTED]
    withdrawn = code_named(name, book.withdrawn)
    if withdrawn is not None:
        return withdrawn
    if member == "coded":
        return _meant(name, ["coded"], book.coded, book) if alike else ()
    acts = member in ACTS
    names = (book.interventions,) if acts else (book.findings, book.measurements)
    if near := tuple(code for kind in names for code in book.nearest(name, kind)):
        return near
    kinds: tuple[Kind, ...] = ("intervention",) if acts else ("finding", "measurement")
    return _meant(name, kinds, [known for kind in names for known in kind], book) if alike else ()


def _meant(name: str, kinds: Collection[Kind], names: Iterable[str], book: Codebook) -> tuple[str, ...]:
    """What is called so, and what is spelt so; a code of another system means nothing by its letters."""
    known = tuple(names)
    hits = () if ":" in name or "|" in name else book.search().find(name[:MAX_SHOWN], kinds, limit=MOST, names_only=True).hits
    called = [hit.document.code for hit in hits if hit.document.code in known and _is_called(name, hit)]
    return tuple(dict.fromkeys((*called, *_alike(name, known))))[:MOST]


def _is_called(name: str, hit: Hit) -> bool:
    """Whether a hit has every word; a short one that stands alone has to be whole: by "foo" no "foot" is meant."""
    words = words_of(name[:MAX_SHOWN])
    return hit.match != "some words" and (len(words) > 1 or len(words[0]) >= SHORTEST or words[0] in words_of(hit.found_in.text))


def _alike(name: str, names: Iterable[str]) -> tuple[str, ...]:
    plain = local_name(name.rpartition(":")[2]).lower().replace("-", "_").replace(" ", "_")[:MAX_SHOWN]
    codes = [known for known in names if ":" not in known]
    beginning = [code for code in codes if plain and code.startswith(f"{plain}_")]
    return (*beginning, *difflib.get_close_matches(plain, codes, n=MOST, cutoff=0.55))[:MOST]


def require_recommendations(asked: Iterable[str], known: Collection[str]) -> None:
    """Check that there are recommendations of these ids. Raises VocabularyError."""
    for unknown in sorted(set(asked).difference(known)):
        near = ", ".join(difflib.get_close_matches(unknown, known, n=3, cutoff=0.5))
        mend = f"Did you mean {near}?" if near else "Ids stand in `recommendations` of every answer."
        raise VocabularyError(f"There is no recommendation {unknown!r}.", mend=mend)
