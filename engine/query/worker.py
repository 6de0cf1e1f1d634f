"""A worker process: loads the dataset, gives up every right that it does not need, answers one query after another.

Started by `work.py` as a module of its own, with a socket as its standard input. After start-up it can open no file and no
socket (RLIMIT_NOFILE 0), start no process, write no file, and take no more memory or processor time than a query may have.
What it was made to import and to try out beforehand is all that it will ever load.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Mapping

import msgspec
import pyoxigraph as ox
from spinegraph.engine.errors import QueryError, QuerySyntaxError
from spinegraph.engine.model import Frozen
from spinegraph.engine.query.algebra import BASE_IRI, check, may_name_graphs, several_graphs
from spinegraph.engine.query.dataset import Stores, load_stores, query_graphs
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.messages import Question, Reply, decode_question, encode
from spinegraph.engine.query.results import ASK_TYPES, GRAPH_TYPES, SELECT_TYPES, MediaTypes, Written, write_answer
from spinegraph.engine.query.syntax import syntax_error
from spinegraph.engine.sandbox import confinement
from spinegraph.engine.sandbox.channel import Channel, ConnectionEnded
from spinegraph.engine.sandbox.confinement import most_memory, renew_time


class WorkerOptions(Frozen, frozen=True, kw_only=True):
    """How a worker is to work; without a snapshot (`snapshot` < 0) it only checks what is for another service."""

    limits: QueryLimits
    snapshot: int
    prefixes: dict[str, str]


def main() -> None:
    """Serve questions on standard input until it is closed."""
    options = msgspec.json.decode(sys.argv[1], type=WorkerOptions)
    channel = Channel(socket.socket(fileno=os.dup(0)))
    stores = load_stores(_read_all(options.snapshot)) if options.snapshot >= 0 else None
    _try_out(options)
    confine(options.limits)
    gc.freeze()
    channel.send(encode(Reply(kind="ready")))
    full = most_memory() + options.limits.memory_bytes // 2
    while True:
        try:
            head, _ = channel.receive(longest_body=0)
        except ConnectionEnded:
            return
        renew_time(options.limits.cpu_seconds)
        reply, body = answer(stores, decode_question(head), options.limits, options.prefixes)
        reply = msgspec.structs.replace(reply, last=reply.last or most_memory() > full)
        channel.send(encode(reply), body)
        if reply.last:
            return


def answer(stores: Stores | None, question: Question, limits: QueryLimits, prefixes: Mapping[str, str]) -> tuple[Reply, bytes]:
    """Check and run one query; every error becomes a reply. Without stores the reply says that the query may be passed on."""
    try:
        form = check(question.query, max_depth=limits.max_depth, thorough=stores is None)
        if stores is None:
            return Reply(kind=form or ""), b""
        written = _run(stores, question, limits, prefixes)
    except QueryError as error:
        return _reply_of(error), b""
    except (MemoryError, RecursionError):
        return Reply(error="MemoryError", last=True), b""
    except BaseException as error:  # noqa: BLE001 (a panic of the library too: the worker tells, and is replaced)
        return Reply(
            error="QueryError", what=f"The query could not be run: {type(error).__name__}: {error}"[:500], last=True
        ), b""
    return Reply(kind=written.kind, media_type=written.media_type), written.body


def _run(stores: Stores, question: Question, limits: QueryLimits, prefixes: Mapping[str, str]) -> Written:
    try:
        return write_answer(_ask(stores, question), question.wanted, limits, prefixes)
    except SyntaxError as error:
        raise syntax_error(question.query, error) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise QuerySyntaxError(f"It cannot be evaluated: {error}", mend="Use what SPARQL 1.1 defines.") from error


def _ask(stores: Stores, question: Question) -> object:
    """Let Oxigraph answer, of the graphs that the question, else the query, names, else of all."""
    if question.default_graphs is not None or question.named_graphs is not None:
        default, named = question.default_graphs or (), question.named_graphs or ()
    elif not may_name_graphs(question.query):
        return stores.union.query(question.query, base_iri=BASE_IRI)
    elif graphs := several_graphs(question.query):
        default, named = graphs
    else:
        return stores.whole.query(question.query, base_iri=BASE_IRI)
    return query_graphs(stores.whole, question.query, default, named, BASE_IRI)


def _reply_of(error: QueryError) -> Reply:
    details = {name: value for name, value in error.details.items() if isinstance(value, (str, int))}
    return Reply(error=type(error).__name__, what=error.what, where=error.where, mend=error.mend, details=details)


def _read_all(descriptor: int) -> bytes:
    """The content of an inherited file, whose position other processes share and which is therefore left alone."""
    size = os.fstat(descriptor).st_size
    parts, read = [], 0
    while read < size:
        part = os.pread(descriptor, size - read, read)
        if not part:
            break
        parts.append(part)
        read += len(part)
    os.close(descriptor)
    return b"".join(parts)


def _try_out(options: WorkerOptions) -> None:
    """Do everything once that may open a file: later none can be opened."""
    small = Stores(whole=ox.Store(), union=ox.Store())
    for select, ask, graph in zip(SELECT_TYPES, [*ASK_TYPES, *ASK_TYPES], [*GRAPH_TYPES, *GRAPH_TYPES], strict=False):
        for query in (
            "SELECT (RAND() AS ?r) (UUID() AS ?u) (NOW() AS ?n) (REGEX('a', 'b', 'i') AS ?x) { VALUES ?service { 1 } }",
            "ASK { }",
            "CONSTRUCT { <urn:s> <urn:p> <urn:o> } { }",
            "SELECT * { ",
            "DESCRIBE ?service { ?service ?p 'service' FILTER EXISTS { ?s ?p ?o } } #service }",
            "SELECT * { { SERVICE <urn:x> { ?s ?p ?o } } }",
        ):
            wanted = MediaTypes(select=select, ask=ask, graph=graph)
            answer(small, Question(query=query, wanted=wanted), options.limits, options.prefixes)
    answer(None, Question(query="ASK { ?s a 1 }", wanted=wanted), options.limits, options.prefixes)


def confine(limits: QueryLimits) -> None:
    """Give up the rights that answering does not need, as far as the system knows them; for good."""
    confinement.confine(memory_bytes=limits.memory_bytes)


if __name__ == "__main__":
    main()
