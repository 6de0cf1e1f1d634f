"""Answers → bytes, in the media types of the SPARQL recommendations, written by Oxigraph."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import pyoxigraph as ox
from spinegraph.engine.errors import QueryTimeoutError
from spinegraph.engine.exchange.rdf_xml import NAMED, NOT_XML, RETURN
from spinegraph.engine.model import Frozen
from spinegraph.engine.query.limits import QueryLimits

SELECT_TYPES: Mapping[str, ox.QueryResultsFormat] = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
}
"""Media type → format of a SELECT, best first; the last two are names that clients use for the first two."""

ASK_TYPES = {name: form for name, form in SELECT_TYPES.items() if not name.startswith("text/")}
"""The same of an ASK: CSV and TSV are defined for SELECT alone."""

GRAPH_TYPES: Mapping[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media type → format of a CONSTRUCT or DESCRIBE."""


class MediaTypes(Frozen, frozen=True, kw_only=True):
    """What the asker takes, for each kind of answer; empty where it takes none of ours."""

    select: str
    ask: str
    graph: str


class Written(Frozen, frozen=True, kw_only=True):
    """An answer; `media_type` is empty if there was none that the asker takes, and then there is no body."""

    kind: str
    media_type: str
    body: bytes


class Bindings(Frozen, frozen=True):
    bindings: list[msgspec.Raw]


class JsonResults(Frozen, frozen=True):
    results: Bindings


class _Body:
    """A file that refuses to grow beyond the limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.chunks: list[bytes] = []
        self.size = 0

    def write(self, chunk: bytes) -> int:
        self.size += len(chunk)
        if self.size > self.limit:
            raise too_large("max_bytes", self.limit, "bytes")
        self.chunks.append(bytes(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Nothing waits."""


def too_large(limit: str, allowed: int, unit: str) -> QueryTimeoutError:
    """The error of an answer that is larger than a limit."""
    return QueryTimeoutError(
        f"The answer has more than {allowed:,} {unit}; none of it was sent.",
        mend="Ask for less: LIMIT and OFFSET with ORDER BY, or a narrower pattern.",
        details={"limit": limit, "allowed": allowed},
    )


def write_answer(answer: Any, wanted: MediaTypes, limits: QueryLimits, prefixes: Mapping[str, str]) -> Written:
    """What Oxigraph answers, as the asker wants it. Raises QueryTimeoutError if it is larger than a limit.

    Only the thread that asked may free an answer of Oxigraph, so no frame of an error keeps it.
    """
    try:
        if isinstance(answer, ox.QueryBoolean):
            return _write_boolean(answer, wanted.ask)
        if isinstance(answer, ox.QuerySolutions):
            return _write_solutions(answer, wanted.select, limits)
        return _write_graph(answer, wanted, limits, prefixes)
    except Exception as error:
        traceback.clear_frames(error.__traceback__)
        raise
    finally:
        del answer


def _write_boolean(answer: ox.QueryBoolean, media_type: str) -> Written:
    if not media_type:
        return Written(kind="ASK", media_type="", body=b"")
    return Written(kind="ASK", media_type=media_type, body=answer.serialize(format=ASK_TYPES[media_type]) or b"")


def _write_solutions(answer: ox.QuerySolutions, media_type: str, limits: QueryLimits) -> Written:
    if not media_type:
        return Written(kind="SELECT", media_type="", body=b"")
    body = _Body(limits.max_bytes)
    answer.serialize(body, SELECT_TYPES[media_type])  # type: ignore[arg-type]
    written = b"".join(body.chunks)
    if SELECT_TYPES[media_type] == ox.QueryResultsFormat.XML:
        if NOT_XML.search(written):
            return Written(kind="SELECT with a character that XML cannot hold", media_type="", body=b"")
        written = written.replace(b"\r", RETURN)
    if count_rows(written, media_type) > limits.max_rows:
        raise too_large("max_rows", limits.max_rows, "rows")
    return Written(kind="SELECT", media_type=media_type, body=written)


def _write_graph(answer: Iterable[ox.Triple], wanted: MediaTypes, limits: QueryLimits, prefixes: Mapping[str, str]) -> Written:
    if not wanted.graph:
        return Written(kind="CONSTRUCT or DESCRIBE", media_type="", body=b"")
    triples = list(_limited(answer, limits.max_rows))
    if wanted.graph == "application/rdf+xml" and not all(NAMED.search(triple.predicate.value) for triple in triples):
        return Written(kind="graph with a property that RDF/XML cannot name", media_type="", body=b"")
    body = _Body(limits.max_bytes)
    ox.serialize(triples, body, GRAPH_TYPES[wanted.graph], prefixes=_used(triples, prefixes))  # type: ignore[arg-type]
    graph = b"".join(body.chunks)
    if wanted.graph == "application/rdf+xml":
        if NOT_XML.search(graph):
            return Written(kind="graph with a character that XML cannot hold", media_type="", body=b"")
        graph = graph.replace(b"\r", RETURN)
    return Written(kind="CONSTRUCT or DESCRIBE", media_type=wanted.graph, body=graph)


def _limited(triples: Iterable[ox.Triple], limit: int) -> Iterator[ox.Triple]:
    for number, triple in enumerate(triples):
        if number == limit:
            raise too_large("max_rows", limit, "triples")
        yield triple


def _used(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that shorten something."""
    nodes = (node for triple in triples for node in (triple.subject, triple.predicate, triple.object))
    iris = {node.value for node in nodes if isinstance(node, ox.NamedNode)}
    return {prefix: start for prefix, start in prefixes.items() if any(iri.startswith(start) for iri in iris)}


def count_rows(body: bytes, media_type: str) -> int:
    """How many rows a written SELECT has."""
    form = SELECT_TYPES[media_type]
    if form == ox.QueryResultsFormat.JSON:
        return len(msgspec.json.decode(body, type=JsonResults).results.bindings)
    if form == ox.QueryResultsFormat.XML:
        return body.count(b"<result>")  # "<" is escaped in what is written between tags
    if form == ox.QueryResultsFormat.TSV:
        return body.count(b"\n") - 1  # line ends are escaped in terms
    return sum(part.count(b"\n") for part in body.split(b'"')[::2]) - 1  # and stand between quotes in CSV
