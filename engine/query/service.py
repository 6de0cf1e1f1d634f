"""The query service: a question in, a written answer out; from our own workers or from another service."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future

import pyoxigraph as ox
from spinegraph.engine.errors import QuerySyntaxError, QueryTooLargeError
from spinegraph.engine.query.backend import Backend
from spinegraph.engine.query.dataset import DataFile, Snapshot, graph_triples, take_snapshot
from spinegraph.engine.query.description import describe
from spinegraph.engine.query.dumps import Dump, DumpKind
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.messages import Answered, Question, encode
from spinegraph.engine.query.passing import PassingPool
from spinegraph.engine.query.publication import Publication, publication_of
from spinegraph.engine.query.results import Written
from spinegraph.engine.query.work import QueryWork
from spinegraph.engine.sandbox.lanes import SlowLane
from spinegraph.engine.sandbox.pool import PoolCounts, WorkerPool


class QueryService:
    """Answers SPARQL queries of files, and of what is `derived` of them, or passes them, checked, to `backend` (a URL).

    Nothing is read or started before the first query, or `start`. Whoever makes a service closes it.
    """

    def __init__(
        self,
        files: Sequence[DataFile],
        limits: QueryLimits | None = None,
        *,
        derived: Callable[[], Iterable[ox.Triple]] = tuple,
        backend: str = "",
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        self.limits = limits or QueryLimits()
        self._files, self._derived = tuple(files), derived
        self._backend = Backend(backend, self.limits) if backend else None
        self._snapshot: Snapshot | None = None
        self._published: Snapshot | None = None
        self._publication: Publication | None = None
        self._dumps: dict[DumpKind, Dump] = {}
        self._lock, self._publishing, self._describing, self._dumping = (threading.Lock() for _ in range(4))
        slow = SlowLane(self.limits.slice_milliseconds / 1000, self.limits.slow_workers)
        self._pool = WorkerPool(QueryWork(None if backend else lambda: self.snapshot.quads, self.limits, prefixes), slow)
        self._passing = PassingPool(self._backend, self.limits, slow) if self._backend else None

    @property
    def snapshot(self) -> Snapshot:
        """The content that queries are asked of, read once. Blocks the first time. Raises KnowledgeError."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = take_snapshot(()) if self._backend else take_snapshot(self._files, self._derived())
            return self._snapshot

    @property
    def digest(self) -> str:
        """The digest of the content, or "" where another service has it."""
        return "" if self._backend else self.snapshot.digest

    @property
    def published(self) -> Snapshot:
        """The content without data of a user's own: what is to be given away. Blocks the first time. Raises KnowledgeError."""
        own = any(file.own for file in self._files)
        with self._publishing:
            if self._published is None:
                shipped = [file for file in self._files if not file.own]
                self._published = take_snapshot(shipped, self._derived()) if own or self._backend else self.snapshot
            return self._published

    @property
    def publication(self) -> Publication:
        """What there is to say of `published`. Blocks the first time. Raises KnowledgeError."""
        with self._describing:
            if self._publication is None:
                self._publication = publication_of(self.published, self.dump)
            return self._publication

    def dump(self, kind: DumpKind) -> Dump:
        """`published` as one file, made once. Blocks the first time. Raises KnowledgeError."""
        with self._dumping:
            if kind not in self._dumps:
                self._dumps[kind] = Dump(self.published, kind)
            return self._dumps[kind]

    def start(self) -> None:
        """Read the files, and start the workers without waiting for them. Raises KnowledgeError."""
        _ = self.snapshot
        self._pool.start()

    def close(self) -> None:
        """End the workers."""
        self._pool.close()
        if self._passing:
            self._passing.close()

    def processes(self) -> list[int]:
        """Process ids of the workers."""
        return self._pool.processes()

    def counts(self) -> PoolCounts:
        """How the workers are."""
        return self._pool.counts()

    async def answer(self, question: Question, client: str = "") -> Written:
        """The answer to a question of a client ("": of nobody in particular); its media type is empty if the asker takes none
        of ours. What is cancelled is stopped. Raises QueryError and subclasses.
        """
        self._check_outside(question)
        await asyncio.to_thread(self.start) if self._snapshot is None else None
        answered = await asyncio.wrap_future(self._pool.submit(encode(question), client=client))
        return await asyncio.wrap_future(self._finish(question, answered, client))

    def answer_now(self, question: Question) -> Written:
        """The same, for callers without an event loop."""
        self._check_outside(question)
        self.start()
        return self._finish(question, self._pool.submit(encode(question)).result()).result()

    def describe(self, endpoint: str, media_type: str) -> bytes:
        """The service description in a media type of `description.DESCRIPTION_TYPES`."""
        publication = None if self._backend else self.publication
        graphs = () if self._backend else self.snapshot.graphs
        return describe(endpoint, media_type, graphs, self.digest, self.limits, publication)

    def triples_of(self, graph: str) -> list[ox.Triple]:
        """The triples of a named graph, in the order of its file; none where another service has the content."""
        return graph_triples(self.snapshot, graph)

    def _finish(self, question: Question, answered: Answered, client: str = "") -> Future[Written]:
        if self._passing:
            return self._passing.submit(question, answered.reply.kind, client)
        done: Future[Written] = Future()
        done.set_result(Written(kind=answered.reply.kind, media_type=answered.reply.media_type, body=answered.body))
        return done

    def _check_outside(self, question: Question) -> None:
        """What can be seen without a parser. Raises QueryTooLargeError, QuerySyntaxError."""
        limit = self.limits.max_query_bytes
        try:
            size = len(question.query.encode())
        except UnicodeEncodeError as error:
            raise QuerySyntaxError("The query has half a character (a lone surrogate).", mend="Send UTF-8.") from error
        if size > limit:
            raise QueryTooLargeError(
                f"The query has more than {limit:,} bytes.",
                mend="Put long lists of values into several queries, or load them with --data.",
                details={"limit": "max_query_bytes", "allowed": limit},
            )
        for name, graphs in (("default-graph-uri", question.default_graphs), ("named-graph-uri", question.named_graphs)):
            for iri in graphs or ():
                try:
                    ox.NamedNode(iri)
                except ValueError as error:
                    raise QuerySyntaxError(f"{iri!r} is no absolute IRI.", where=name, mend="Give the whole IRI.") from error
