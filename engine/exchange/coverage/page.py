"""What is modelled of the documents, statement by statement, as a web page that stands alone: used by what, or why not."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from itertools import groupby
from typing import NamedTuple

from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.knowledge.showing import in_reading_order
from spinegraph.engine.knowledge.sources import PassageUser, users_by_passage
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.model import Knowledge, Passage, Source
from spinegraph.engine.templates import make_environment

STATES = ("used", "not modelled", "forgotten")
"""What a statement can be, in the order of the page; nothing may be forgotten."""

_ENVIRONMENT = make_environment("spinegraph.engine.exchange.coverage")
SCRIPT = (files("spinegraph.engine.exchange.coverage.templates") / "coverage.js").read_text(encoding="utf-8")
"""What the page may run: it narrows the table down, and without it the whole table is there."""
SCRIPT_DIGEST = f"sha256-{base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()}"
"""By which a policy names the script (Content Security Policy 3, section 2.3.1)."""


class Counts(NamedTuple):
    """How many statements there are, are used, are left out with a reason, and are forgotten."""

    total: int
    used: int
    explained: int
    forgotten: int


class Statement(NamedTuple):
    """A row of the page: the passage, what it is, and what rests on it."""

    passage: Passage
    state: str
    rules: tuple[PassageUser, ...]
    others: tuple[PassageUser, ...]


class Section(NamedTuple):
    """A section of a document, with its statements in reading order; `key` is its anchor."""

    key: str
    title: str
    statements: tuple[Statement, ...]


class Document(NamedTuple):
    """A document with its sections."""

    source: Source
    sections: tuple[Section, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Those of all its sections."""
        return tuple(statement for section in self.sections for statement in section.statements)


def render_coverage(knowledge: Knowledge, root: str = BASE) -> bytes:
    """The page: HTML in UTF-8, with nothing to be loaded. `root` precedes what stands behind the project's IRIs in links;
    where it is another than theirs, a service is there, which can be searched."""
    documents = tuple(_documents(knowledge))
    everything = [statement for document in documents for statement in document.statements]
    page = _ENVIRONMENT.get_template("coverage.html.j2").render(
        documents=documents,
        counts=count,
        all=everything,
        kinds=_by_kind,
        states=STATES,
        root=root,
        find=root != BASE,
        href=lambda iri: f"{root}{iri.removeprefix(BASE)}",
        script=SCRIPT,
        knowledge=knowledge,
        disclaimer=disclaimer_of(knowledge.sources.values()),
    )
    return page.encode()


def count(statements: Iterable[Statement]) -> Counts:
    """How many of some statements are what."""
    states = [statement.state for statement in statements]
    return Counts(len(states), *(states.count(state) for state in STATES))


def _documents(knowledge: Knowledge) -> Iterable[Document]:
    users = users_by_passage(knowledge)
    passages = in_reading_order(knowledge)
    for iri, own in groupby(passages, key=lambda passage: passage.source):
        source = knowledge.sources[iri]
        sections: dict[str, list[Statement]] = {}
        for passage in own:
            sections.setdefault(passage.section, []).append(_statement(passage, users.get(passage.id, ())))
        yield Document(
            source,
            tuple(
                Section(f"{source.number}-section-{number}", title, tuple(statements))
                for number, (title, statements) in enumerate(sections.items(), start=1)
            ),
        )


def _statement(passage: Passage, users: Sequence[PassageUser]) -> Statement:
    used, explained, forgotten = STATES
    return Statement(
        passage,
        used if users else explained if passage.not_modelled else forgotten,
        tuple(user for user in users if user.is_rule),
        tuple(user for user in users if not user.is_rule),
    )


def _by_kind(statements: Iterable[Statement]) -> dict[str, Counts]:
    """Kind of statement → how many there are, are used, and so on."""
    kinds: dict[str, list[Statement]] = {}
    for statement in statements:
        kinds.setdefault(statement.passage.kind, []).append(statement)
    return {kind: count(kinds[kind]) for kind in sorted(kinds)}
