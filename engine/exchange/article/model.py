"""The nouns of an article: statements, on what they rest, and where they stand. Layout is the templates' business."""

from __future__ import annotations

from typing import Literal

from spinegraph.engine.model import Frozen

Audience = Literal["clinician", "patient"]


class Statement(Frozen, frozen=True, kw_only=True):
    """A sentence or list entry with the rules or passages that it rests on.

    `citations` are numbers of the article's own reference list. `tags` say how firmly (must, should not …) and how soon.
    `remarks` qualify it (why it is open, what sets it aside); `background` are facts of the sources that belong to it.
    """

    text: str
    rules: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    citations: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    background: tuple[Statement, ...] = ()


class Group(Frozen, frozen=True, kw_only=True):
    """Statements under one heading or condition; `kind` separates what applies from what depends on something open."""

    kind: Literal["plain", "applies", "if", "aside", "minor"] = "plain"
    heading: Statement | None = None
    statements: tuple[Statement, ...]


class Section(Frozen, frozen=True, kw_only=True):
    """A titled part of an article; `key` is stable, `title` is for readers. Subsections come after the groups."""

    key: str
    title: str
    intro: str = ""
    groups: tuple[Group, ...] = ()
    sections: tuple[Section, ...] = ()


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
    case: tuple[str, ...]
    urgency: str
    urgency_text: str
    first: tuple[Statement, ...]
    warnings: tuple[Statement, ...]
    sections: tuple[Section, ...]
    references: tuple[ReferenceEntry, ...]
    sources: tuple[SourceEntry, ...]
    disclaimer: str
