"""Passages of statements that nobody has paraphrased yet: their ids, and their Turtle."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Container

from spinegraph.engine.knowledge.placeholders import NOT_YET, TO_PARAPHRASE
from spinegraph.engine.knowledge.statements import Statement
from spinegraph.engine.knowledge.turtle.terms import PREFIXES

HEAD = "\n".join(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in PREFIXES.items())
"""What Turtle that is put together here begins with."""

HEADING = "A heading of the document."
STRUCTURE = "structure of the document; no clinical content"
LONGEST_NAME = 7
"""So many words of a document are a name; more in a row are a quotation."""


def literal(text: str, language: str = "") -> str:
    """A text as a Turtle literal."""
    return json.dumps(text, ensure_ascii=False) + (f"@{language}" if language else "")


def digest(text: str) -> str:
    """SHA-256 of characters, as `core:textDigest` has it."""
    return hashlib.sha256(text.encode()).hexdigest()


def passage_ids(number: str, statements: tuple[Statement, ...], taken: Container[str] = ()) -> tuple[str, ...]:
    """`100-L007b`: the second statement that begins on line 7 of document 100; an id that is taken is passed over."""
    given: dict[str, None] = {}
    for statement in statements:
        names = (f"{number}-L{statement.line:03d}{_letters(place)}" for place in itertools.count())
        given[next(name for name in names if name not in taken and name not in given)] = None
    return tuple(given)


def _letters(count: int) -> str:
    """0 → a, 25 → z, 26 → ba."""
    return (_letters(count // 26) if count >= 26 else "") + chr(ord("a") + count % 26)


def passage_turtle(
    name: str, statement: Statement, text: str, source: str, *, used: bool = False, namespace: str = PREFIXES["passage"]
) -> str:
    """A passage of the document `text`, whose source has the given IRI; one that nothing rests on yet says so."""
    unused = "" if used else f'core:notModelled "{STRUCTURE if statement.heading else NOT_YET}"@en ;'
    paraphrase = HEADING if statement.heading else f"Statement {name}: {TO_PARAPHRASE}."
    return f"""<{namespace}{name}> a core:Passage ; dcterms:identifier "{name}" ; core:source <{source}> ;
        core:section {literal(_section(statement.section))} ; {'core:kind "metadata" ;' if statement.heading else ""}
        core:paraphrase {literal(paraphrase, "en")} ; {unused}
        oa:hasSelector [ a oa:TextPositionSelector ; oa:start {statement.start} ; oa:end {statement.end} ] ;
        core:textDigest "{digest(text[statement.start : statement.end])}" ."""


def _section(path: str) -> str:
    """A path of headings, each cut where it is a sentence."""
    headings = (heading.split() for heading in path.split(" > "))
    return " > ".join(" ".join(words[:LONGEST_NAME]) + ("…" if len(words) > LONGEST_NAME else "") for words in headings)
