"""Where in a Turtle file a statement stands: line and column of its predicate and of its object.

Oxigraph, which reads the files, keeps no places. A file that Oxigraph has accepted needs no second parser to be
located: a scanner that only tells tokens apart, keeps its own stack (deep nesting costs no recursion) and resolves
names is enough. Its statements are matched with Oxigraph's by walking both from the named subjects, value by value in
the order of the file, so that blank nodes find their places too. Used for messages only: loading does not depend on it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

from spinegraph.engine.knowledge.turtle.reader import read_triples

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FIRST, REST, NIL, TYPE = (RDF + name for name in ("first", "rest", "nil", "type"))

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
    |(?P<iri><[^<>\s]*>)
    |(?P<text>\"{3}(?:[^"\\]++|\\.|"(?!""))*+\"{3}|'{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}
        |"(?:[^"\\\n\r]++|\\.)*+"|'(?:[^'\\\n\r]++|\\.)*+')
    |(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<mark>\^\^|[\[\](),;])
    |(?P<word>(?:\\.|[^\s<>"'\[\](){},;\#\\^@])+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)")


class Spot(NamedTuple):
    """1-based line and column."""

    line: int
    column: int


class StatementSpots(NamedTuple):
    """Where the predicate and the object of a statement begin."""

    predicate: Spot
    value: Spot


class Positions(NamedTuple):
    """Places of one file: of subjects, and of statements by (subject, predicate, object) in the reader's names."""

    subjects: Mapping[str, Spot]
    statements: Mapping[tuple[str, str, Any], StatementSpots]


class _Scanned(NamedTuple):
    """A statement as scanned; offsets into the text. An object that is no node is ""."""

    subject: str
    predicate: str
    value: str
    offsets: tuple[int, int, int]


class _Frame:
    """What is being filled in: a statement, a property list or a collection."""

    def __init__(self, kind: str, subject: str = "", offset: int = 0) -> None:
        self.kind = kind
        self.subject = subject
        self.subject_offset = offset
        self.predicate = ""
        self.predicate_offset = 0


class _Scanner:
    """Locates the statements of a Turtle text that is known to be well formed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._prefixes: dict[str, str] = {}
        self._base = ""
        self._blanks = 0
        self._frames = [_Frame("statement")]
        self._found: list[_Scanned] = []

    def statements(self) -> list[_Scanned]:
        tokens = self._tokens()
        for kind, written, offset in tokens:
            if kind == "mark":
                self._mark(written, offset, tokens)
            elif kind == "end":
                self._frames = [_Frame("statement")]
            elif self._at_start() and written.lower().lstrip("@") in ("prefix", "base") and ":" not in written:
                self._directive(written.lower().lstrip("@"), tokens)
            elif kind == "text":
                self._take("", offset)
            elif kind != "tag":  # a language tag belongs to the text before it
                self._take(self._name(kind, written), offset)
        return self._found

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        """Kind, text and offset; a dot that ends a statement is kept apart from dots in names and numbers."""
        for match in _TOKEN.finditer(self._text):
            kind, written, offset = str(match.lastgroup), match.group(), match.start()
            if kind == "word":
                bare = written.rstrip(".")
                if bare:
                    yield "word", bare, offset
                if bare != written:
                    yield "end", ".", offset + len(bare)
            elif kind != "comment":
                yield kind, written, offset

    def _at_start(self) -> bool:
        return len(self._frames) == 1 and not self._frames[0].subject

    def _directive(self, word: str, tokens: Iterator[tuple[str, str, int]]) -> None:
        name = next(tokens)[1] if word == "prefix" else ""
        iri = self._name(*next(tokens)[:2])
        if word == "prefix":
            self._prefixes[name[:-1]] = iri
        else:
            self._base = iri

    def _mark(self, written: str, offset: int, tokens: Iterator[tuple[str, str, int]]) -> None:
        frame = self._frames[-1]
        if written == "[":
            node = self._blank()
            self._take(node, offset)
            self._frames.append(_Frame("properties", node, offset))
        elif written == "(":
            self._frames.append(_Frame("collection", "", offset))
        elif written == ")":
            self._frames.pop()
            if frame.subject:
                self._emit(frame, REST, NIL, offset, offset)
            else:
                self._take(NIL, frame.subject_offset)
        elif written == "]":
            self._frames.pop()
        elif written == ";":
            frame.predicate = ""
        elif written == "^^":
            next(tokens)  # the datatype belongs to the text before it

    def _take(self, node: str, offset: int) -> None:
        """Put a node where the next one is expected: as subject, predicate, object or member."""
        frame = self._frames[-1]
        if frame.kind == "collection":
            self._member(frame, node, offset)
        elif not frame.subject:
            frame.subject, frame.subject_offset = node, offset
        elif not frame.predicate:
            frame.predicate, frame.predicate_offset = node, offset
        else:
            self._emit(frame, frame.predicate, node, frame.predicate_offset, offset)

    def _member(self, frame: _Frame, node: str, offset: int) -> None:
        cell, before = self._blank(), frame.subject
        if before:
            self._emit(frame, REST, cell, offset, offset)
        else:
            self._frames.pop()
            self._take(cell, frame.subject_offset)
            self._frames.append(frame)
        frame.subject, frame.subject_offset = cell, offset
        self._emit(frame, FIRST, node, offset, offset)

    def _emit(self, frame: _Frame, predicate: str, value: str, predicate_offset: int, offset: int) -> None:
        self._found.append(_Scanned(frame.subject, predicate, value, (frame.subject_offset, predicate_offset, offset)))

    def _blank(self) -> str:
        self._blanks += 1
        return f"_: {self._blanks}"

    def _name(self, kind: str, written: str) -> str:
        """An IRI, a blank node, or "" for a number or a truth value."""
        if kind == "iri":
            iri = _ESCAPE.sub(_unescaped, written[1:-1])
            return urljoin(self._base, iri) if self._base and "://" not in iri else iri
        if written.startswith("_:"):
            return written
        prefix, colon, local = written.partition(":")
        if colon:
            return self._prefixes.get(prefix, "") + _ESCAPE.sub(_unescaped, local)
        return TYPE if written == "a" and self._frames[-1].subject and not self._frames[-1].predicate else ""


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else match[3]


Triples = Iterable[tuple[str, str, Any]]


def locate(text: str, triples: Triples) -> Positions:
    """The places of the triples that Oxigraph read from a text, in its order; what cannot be matched has no place."""
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def spot(offset: int) -> Spot:
        line = bisect_right(line_starts, offset)
        return Spot(line, offset - line_starts[line - 1] + 1)

    scanned = _indexed((s.subject, s.predicate, s) for s in _Scanner(text).statements())
    read = _indexed((subject, predicate, (subject, predicate, value)) for subject, predicate, value in triples)
    subjects: dict[str, Spot] = {}
    statements: dict[tuple[str, str, Any], StatementSpots] = {}
    pairs = _roots(read, scanned)
    met = {ours for ours, _ in pairs}
    while pairs:
        ours, theirs = pairs.pop()
        for predicate, triples_here in read.get(ours, {}).items():
            for triple, found in zip(triples_here, scanned.get(theirs, {}).get(predicate, ()), strict=False):
                at_subject, at_predicate, at_value = map(spot, found.offsets)
                subjects[ours] = min(subjects.get(ours, at_subject), at_subject)
                statements.setdefault(triple, StatementSpots(at_predicate, at_value))
                value = triple[2]
                if isinstance(value, str) and value.startswith("_:") and found.value.startswith("_:") and value not in met:
                    met.add(value)
                    pairs.append((value, found.value))
    return Positions(subjects, statements)


def _indexed(entries: Iterable[tuple[str, str, Any]]) -> dict[str, dict[str, list[Any]]]:
    index: dict[str, dict[str, list[Any]]] = {}
    for subject, predicate, entry in entries:
        index.setdefault(subject, {}).setdefault(predicate, []).append(entry)
    return index


def _roots(read: Mapping[str, Mapping[str, list[Any]]], scanned: Mapping[str, Mapping[str, list[Any]]]) -> list[tuple[str, str]]:
    """Subjects from which everything is reached: named ones, and blank ones that nothing leads to, in their order."""
    named = [(subject, subject) for subject in read if not subject.startswith("_:")]
    held = {triple[2] for about in read.values() for here in about.values() for triple in here if isinstance(triple[2], str)}
    held_there = {found.value for about in scanned.values() for here in about.values() for found in here}
    ours = (subject for subject in read if subject.startswith("_:") and subject not in held)
    theirs = (subject for subject in scanned if subject.startswith("_:") and subject not in held_there)
    return [*named, *zip(ours, theirs, strict=False)]


@lru_cache(maxsize=64)
def _positions(path: Path, number: int, modified: int, size: int) -> Positions:  # noqa: ARG001 (part of the key)
    return locate(path.read_text(encoding="utf-8-sig"), read_triples(path, number))


def positions_of(path: Path, number: int) -> Positions:
    """The places in a file; `number` is the one by which the reader tells its blank nodes from those of other files."""
    status = path.stat()
    return _positions(path, number, status.st_mtime_ns, status.st_size)
