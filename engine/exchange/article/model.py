"""The nouns of an article: statements, on what they rest, and where they stand. Layout is the templates' business."""

from __future__ import annotations

from typing import Literal

from spinegraph.engine.model import Audience, Frozen, Level


class Statement(Frozen, frozen=True, kw_only=True):
    """A sentence or list entry with the rules or passages that it rests on.

    `citations` are numbers of the article's own reference list. `tags` say how firmly (must, should not …) and how soon.
    `remarks` qualify it (why it is open, what sets it aside); `parts` are what it consists of, as a list below it.
    """

    text: str
    rules: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    citations: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    parts: tuple[Statement, ...] = ()


class Group(Frozen, frozen=True, kw_only=True):
    """Statements under one heading or condition, if it has one."""

    heading: Statement | None = None
    statements: tuple[Statement, ...]


class Section(Frozen, frozen=True, kw_only=True):
    """A folded part of an article; `key` is stable, `title` is for readers. Subsections come after the groups."""

    key: str
    title: str
    intro: str = ""
    groups: tuple[Group, ...] = ()
    sections: tuple[Section, ...] = ()


class Block(Frozen, frozen=True, kw_only=True):
    """A part of the first page: steps in their order, a list, or lines of text, under a title if it has one."""

    key: str
    kind: Literal["steps", "list", "lines"] = "lines"
    title: str = ""
    statements: tuple[Statement, ...]


class FirstPage(Frozen, frozen=True, kw_only=True):
    """What a reader has to know: the level, the one thing to do, then the rest of the brief with its reasons."""

    level: Level
    level_text: str
    headline: Statement
    blocks: tuple[Block, ...]


class PassageEntry(Frozen, frozen=True, kw_only=True):
    """A passage on which something in the article rests; the paraphrase is empty for patients."""

    id: str
    iri: str
    source: str
    section: str
    paraphrase: str
    citations: tuple[int, ...]


class ReferenceEntry(Frozen, frozen=True, kw_only=True):
    """Number `number` of the article: what citation `printed` of a source most likely means. Inferred, never asserted."""

    number: int
    source: str
    printed: int
    title: str
    publisher: str
    year: int | None
    confidence: Literal["high", "medium", "low", "none"]
    note: str


class SourceEntry(Frozen, frozen=True, kw_only=True):
    """A document that the article rests on, with the review status that can be relied upon."""

    number: str
    title: str
    publisher: str
    modified: str
    audience: str
    review_status: str
    review_note: str
    disclaimer: str


class Article(Frozen, frozen=True, kw_only=True):
    """One decision, written for one audience. Same decision, same knowledge, same article."""

    decision: str
    knowledge: str
    audience: Audience
    title: str
    first: FirstPage
    sections: tuple[Section, ...]
    passages: tuple[PassageEntry, ...]
    references: tuple[ReferenceEntry, ...]
    sources: tuple[SourceEntry, ...]
    disclaimer: str
