"""What can be set about SPARQL, and the making of the query service from it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import pyoxigraph as ox
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import limits_from
from spinegraph.engine.errors import QueryError
from spinegraph.engine.exchange.derived.graph import derived_triples
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.files import named_paths, shipped_folders, shipped_paths
from spinegraph.engine.knowledge.turtle.terms import PREFIXES
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Program
from spinegraph.engine.query.dataset import DataFile, data_file, knowledge_files
from spinegraph.engine.query.limits import MEBIBYTE, QueryLimits
from spinegraph.engine.query.service import QueryService

RANGES: Mapping[str, tuple[str, range]] = {
    "timeout_seconds": ("SPINEGRAPH_SPARQL_TIMEOUT_SECONDS", range(1, 3601)),
    "cpu_seconds": ("SPINEGRAPH_SPARQL_CPU_SECONDS", range(1, 3601)),
    "memory_bytes": ("SPINEGRAPH_SPARQL_MEMORY_BYTES", range(64 * MEBIBYTE, 1 << 40)),
    "max_rows": ("SPINEGRAPH_SPARQL_MAX_ROWS", range(1, 1 << 31)),
    "max_bytes": ("SPINEGRAPH_SPARQL_MAX_BYTES", range(1024, 1 << 31)),
    "workers": ("SPINEGRAPH_SPARQL_WORKERS", range(1, 257)),
    "slice_milliseconds": ("SPINEGRAPH_SPARQL_SLICE_MILLISECONDS", range(10, 60_001)),
    "slow_workers": ("SPINEGRAPH_SPARQL_SLOW_WORKERS", range(1, 257)),
    "queue": ("SPINEGRAPH_SPARQL_QUEUE", range(100_001)),
    "max_query_bytes": ("SPINEGRAPH_SPARQL_MAX_QUERY_BYTES", range(1024, 1 << 24)),
    "max_depth": ("SPINEGRAPH_SPARQL_MAX_DEPTH", range(10, 1001)),
}
"""Field of QueryLimits → variable, and what it may be."""


@dataclass(frozen=True)
class SparqlSettings:
    """Settings of the endpoint; `from_environment` reads them from variables.

    | field          | variable                         | meaning                                                         |
    |----------------|----------------------------------|-----------------------------------------------------------------|
    | `limits`       | `SPINEGRAPH_SPARQL_…`            | one variable for each field of QueryLimits, see RANGES          |
    | `backend`      | `SPINEGRAPH_SPARQL_BACKEND`      | query URL of another SPARQL 1.1 service with the data; or none  |
    | `body_seconds` | `SPINEGRAPH_SPARQL_BODY_SECONDS` | seconds for a request's body to arrive, 1 to 3600; default 10   |
    """

    limits: QueryLimits = field(default_factory=QueryLimits)
    backend: str = ""
    body_seconds: float = 10

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> SparqlSettings:
        """Settings from SPINEGRAPH_SPARQL_* variables. Raises SettingsError, which names the variable."""
        return cls(
            limits=msgspec.structs.replace(QueryLimits(), **limits_from(environment, RANGES)),
            backend=environment.get("SPINEGRAPH_SPARQL_BACKEND", ""),
            **limits_from(environment, {"body_seconds": ("SPINEGRAPH_SPARQL_BODY_SECONDS", range(1, 3601))}),
        )


def parse_data_option(text: str) -> DataFile:
    """`FILE` or `FILE=GRAPH` (an absolute IRI) → the file to serve beside the knowledge. Raises KnowledgeError."""
    if not Path(text).is_file():
        ends = [place for place, letter in enumerate(text) if letter == "="]
        for end in sorted(ends, key=lambda end: not Path(text[:end]).is_file()):
            return data_file(Path(text[:end]), text[end + 1 :])
    return data_file(Path(text))


def served_files(knowledge: Iterable[Path] = (), data: Iterable[DataFile] = ()) -> tuple[DataFile, ...]:
    """All files that are queried: those below knowledge folders (by default the shipped ones), and the user's own."""
    folders = tuple(knowledge)
    roots = folders or shipped_folders()
    paths = named_paths(*folders) if folders else shipped_paths()
    return (*knowledge_files(paths, roots), *data)


def derived_graph(knowledge: Iterable[Path] = (), program: Program | None = None) -> list[ox.Triple]:
    """What is derived from the files below knowledge folders (by default the shipped ones), or was compiled of them before.

    Raises KnowledgeError where they cannot be used.
    """
    folders = tuple(knowledge)
    program = program or compile_program(load_knowledge(named_paths(*folders) if folders else None))
    return derived_triples(program)


def make_query_service(
    settings: SparqlSettings, knowledge: Iterable[Path] = (), data: Iterable[DataFile] = (), program: Program | None = None
) -> QueryService:
    """The query service of a server. A user's own data are read at once, so that it does not start with mistakes in them.

    `program`: that of the same knowledge, where it is compiled already.
    Raises SettingsError if the backend is no URL, KnowledgeError if data cannot be read.
    """
    folders = tuple(knowledge)
    files = served_files(folders, data)
    derived = partial(derived_graph, folders, program)
    try:
        service = QueryService(files, settings.limits, derived=derived, backend=settings.backend, prefixes=PREFIXES)
    except QueryError as error:
        raise SettingsError(error.what, where=error.where, mend=error.mend) from error
    if any(file.own for file in files):
        _ = service.snapshot
    return service
