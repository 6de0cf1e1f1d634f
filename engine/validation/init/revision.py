"""A document has changed: passages follow their characters, and what nobody has read yet becomes a passage to be paraphrased.

Characters that stand elsewhere, unaltered, are found by their digest. Where they are gone, and something else stands between
the same neighbours, the statement was reworded: only a person can say whether the paraphrase and the rules still hold, and
`accepted` is how he says it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import rdflib
from rdflib import Literal, Namespace, URIRef
from spinegraph.engine.errors import ProvenanceError, shortened
from spinegraph.engine.knowledge.sources import text_changed
from spinegraph.engine.knowledge.statements import Statement, read_statements
from spinegraph.engine.knowledge.turtle.formatting import format_turtle
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, expand
from spinegraph.engine.model import Frozen, Knowledge, Passage, Source
from spinegraph.engine.validation.init.passages import HEAD, digest, passage_ids, passage_turtle

OA = Namespace(PREFIXES["oa"])
TEXT_DIGEST = URIRef(expand("core:textDigest"))


class Span(NamedTuple):
    """Characters of a document."""

    start: int
    end: int


class Reworded(Frozen, frozen=True, kw_only=True):
    """A passage whose characters are gone, and what stands in their place now."""

    passage: str
    printed: str


class Revision(Frozen, frozen=True, kw_only=True):
    """What became of the passages of changed documents, by id, and the files that follow them, path → text.

    `moved` and `accepted` have a new place; `reworded` and `gone` are for somebody to decide, and while there are any, no
    file changes; `new` are passages that are to be paraphrased.
    """

    files: Mapping[Path, str] = {}
    moved: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


class _Outcome(NamedTuple):
    """Of one document: where passages stand now, what nobody has read, and what is printed instead of others."""

    places: dict[str, Span]
    unread: tuple[Statement, ...]
    instead: dict[str, Statement]


def plan_revision(graph: Graph, knowledge: Knowledge, documents: Mapping[str, str], accepted: Collection[str] = ()) -> Revision:
    """How the passages of changed documents (source IRI → text) follow them; nothing is written.

    `graph` is that of the knowledge; `accepted` are ids of reworded passages whose paraphrase and rules were checked.
    Raises ProvenanceError where an accepted passage was not reworded.
    """
    edits = _Edits(graph)
    parts = []
    for iri, text in documents.items():
        passages = sorted(
            (passage for passage in knowledge.passages.values() if passage.source == iri),
            key=lambda passage: (passage.start, -passage.end),
        )
        drifted = any(digest(text[passage.start : passage.end]) != passage.digest for passage in passages)
        if drifted or text_changed(knowledge.sources[iri], text):
            parts.append(_revise(knowledge.sources[iri], passages, text, accepted, edits))
    undecided = any(part.reworded or part.gone for part in parts)
    revision = Revision(
        files={} if undecided else edits.files(),
        moved=tuple(name for part in parts for name in part.moved),
        accepted=tuple(name for part in parts for name in part.accepted),
        reworded=tuple(passage for part in parts for passage in part.reworded),
        gone=tuple(name for part in parts for name in part.gone),
        new=tuple(name for part in parts for name in part.new),
    )
    if wrong := [name for name in accepted if name not in revision.accepted]:
        raise ProvenanceError(f"{shortened(wrong[0])} was not reworded.", mend="Accept what is told as reworded.")
    return revision


def _revise(source: Source, passages: list[Passage], text: str, accepted: Collection[str], edits: _Edits) -> Revision:
    """What becomes of the passages of one document; edits are noted."""
    outcome = _follow(passages, text)
    moved = {
        passage: span
        for passage in passages
        if (span := outcome.places.get(passage.id)) is not None and span != (passage.start, passage.end)
    }
    instead = {passage: outcome.instead[passage.id] for passage in passages if passage.id in outcome.instead}
    taken_over = {passage: Span(new.start, new.end) for passage, new in instead.items() if passage.id in accepted}
    for passage, span in (moved | taken_over).items():
        edits.move(passage, span, text)
    reworded = tuple(
        Reworded(passage=passage.id, printed=" ".join(text[new.start : new.end].split()))
        for passage, new in instead.items()
        if passage not in taken_over
    )
    gone = tuple(passage.id for passage in passages if passage.id not in outcome.places and passage not in instead)
    edits.read(source, text)
    return Revision(
        moved=tuple(passage.id for passage in moved),
        accepted=tuple(passage.id for passage in taken_over),
        reworded=reworded,
        gone=gone,
        new=edits.add(source, outcome.unread, text, passages),
    )


def write_revision(revision: Revision) -> None:
    """Write the files that changed."""
    for path, text in revision.files.items():
        path.write_text(text, encoding="utf-8")


# Where passages stand now --------------------------------------------------------------------


def _follow(passages: list[Passage], text: str) -> _Outcome:
    places = _found_again(passages, text)
    unread = [statement for statement in read_statements(text) if not any(_overlap(statement, span) for span in places.values())]
    instead: dict[str, Statement] = {}
    for lost, gap in _gaps(passages, places, len(text)):
        here = [statement for statement in unread if gap.start <= statement.start and statement.end <= gap.end]
        for passage, statement in zip(lost, here, strict=False):
            instead[passage.id] = statement
            unread.remove(statement)
    return _Outcome(places, tuple(unread), instead)


def _found_again(passages: Iterable[Passage], text: str) -> dict[str, Span]:
    """Passages whose characters stand somewhere, nearest to where the passage before them leads one to expect."""
    places: dict[str, Span] = {}
    origin: dict[Span, Span] = {}
    shift = 0
    for passage in passages:
        old = Span(passage.start, passage.end)
        for start in _outwards(old.start + shift, len(text) - (old.end - old.start)):
            span = Span(start, start + old.end - old.start)
            if origin.get(span, old) == old and digest(text[span.start : span.end]) == passage.digest:
                places[passage.id], origin[span], shift = span, old, span.start - old.start
                break
    return places


def _outwards(middle: int, last: int) -> Iterator[int]:
    """All numbers from 0 to last, those nearest to the middle first."""
    middle = max(0, min(middle, last))
    for distance in range(last + 1):
        yield from (place for place in dict.fromkeys((middle - distance, middle + distance)) if 0 <= place <= last)


def _overlap(statement: Statement, span: Span) -> bool:
    return statement.start < span.end and span.start < statement.end


def _gaps(passages: Iterable[Passage], places: Mapping[str, Span], length: int) -> Iterator[tuple[list[Passage], Span]]:
    """Runs of passages that were not found, and the characters between the neighbours that were."""
    lost: list[Passage] = []
    begin = 0
    for passage in passages:
        if passage.id not in places:
            lost.append(passage)
            continue
        span = places[passage.id]
        if lost:
            yield lost, Span(begin, span.start)
        lost, begin = [], span.end
    if lost:
        yield lost, Span(begin, length)


# The files -----------------------------------------------------------------------------------


class _Edits:
    """Changes to the files of passages, made on what rdflib read of them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._parsed: dict[Path, rdflib.Graph] = {}

    def _of(self, iri: str) -> rdflib.Graph:
        """What stands in the file that describes something."""
        path = self._graph.files_of(iri)[0]
        if path not in self._parsed:
            self._parsed[path] = rdflib.Graph(bind_namespaces="none").parse(path, format="turtle")
        return self._parsed[path]

    def move(self, passage: Passage, span: Span, text: str) -> None:
        """Give a passage another place."""
        parsed, subject = self._of(passage.iri), URIRef(passage.iri)
        selector = next(parsed.objects(subject, OA.hasSelector))
        parsed.set((selector, OA.start, Literal(span.start)))
        parsed.set((selector, OA.end, Literal(span.end)))
        parsed.set((subject, TEXT_DIGEST, Literal(digest(text[span.start : span.end]))))

    def add(self, source: Source, statements: tuple[Statement, ...], text: str, known: list[Passage]) -> tuple[str, ...]:
        """Passages for statements, in the file of their source and the namespace of those that it has; their ids."""
        names = passage_ids(source.number, statements, {passage.id for passage in known})
        namespace = next((passage.iri.removesuffix(passage.id) for passage in known), PREFIXES["passage"])
        for name, statement in zip(names, statements, strict=True):
            turtle = passage_turtle(name, statement, text, source.iri, namespace=namespace)
            self._of(source.iri).parse(data=f"{HEAD}\n{turtle}", format="turtle")
        return names

    def read(self, source: Source, text: str) -> None:
        """Note that a document was read as it is now."""
        self._of(source.iri).set((URIRef(source.iri), TEXT_DIGEST, Literal(digest(text))))

    def files(self) -> dict[Path, str]:
        """The files that are no longer what they were."""
        written = {path: format_turtle(_with_prefixes(parsed), path.name) for path, parsed in self._parsed.items()}
        return {path: text for path, text in written.items() if path.read_text(encoding="utf-8") != text}


def _with_prefixes(parsed: rdflib.Graph) -> str:
    """Statements under the prefixes that their file declares."""
    declared = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in parsed.namespaces())
    return declared + parsed.serialize(format="nt")
