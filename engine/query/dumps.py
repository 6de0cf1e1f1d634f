"""A snapshot as one file: TriG for people, N-Quads for loaders; the same content gives the same bytes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

import pyoxigraph as ox
from spinegraph.engine.exchange.rdf import TRIG, render
from spinegraph.engine.query.dataset import GRAPH_BASE, Snapshot, graph_name, quads_of

DumpKind = Literal["trig", "nq"]
MEDIA_TYPES: Mapping[DumpKind, str] = {"trig": TRIG, "nq": "application/n-quads"}


class Dump:
    """All named graphs of a snapshot in one file, with its digest."""

    def __init__(self, snapshot: Snapshot, kind: DumpKind) -> None:
        self.kind: DumpKind = kind
        self.body = dump_of(snapshot, kind)
        """The file, UTF-8."""
        self.sha256 = hashlib.sha256(self.body).hexdigest()
        """Of the file as it is, not as it may be compressed on its way."""

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.kind]

    @cached_property
    def compressed(self) -> bytes:
        """The same by gzip."""
        return gzip.compress(self.body, mtime=0)


def dump_of(snapshot: Snapshot, kind: DumpKind) -> bytes:
    """A snapshot as one file."""
    if kind == "nq":
        return snapshot.quads
    return render(quads_of(snapshot), TRIG)


def export_snapshot(snapshot: Snapshot, kind: Literal["trig", "nq", "ttl"], folder: Path, prefixes: dict[str, str]) -> list[Path]:
    """Write a snapshot into a folder; the files written.

    One file with all graphs (`trig`, `nq`), or one per graph (`ttl`), which names its graph on the first line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if kind != "ttl":
        path = folder / f"spinegraph.{kind}"
        path.write_bytes(dump_of(snapshot, kind))
        return [path]
    written = []
    quads = list(quads_of(snapshot))
    for graph in dict.fromkeys(quad.graph_name for quad in quads):
        path = folder / f"{_file_name(graph_name(graph))}.ttl"
        triples = [quad.triple for quad in quads if quad.graph_name == graph]
        turtle = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b""
        path.write_bytes(f"# Graph: {graph}\n".encode() + turtle)
        written.append(path)
    return written


def _file_name(graph: str) -> str:
    """A graph's IRI as a file name: what follows the common base, or all of it."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in graph.removeprefix(GRAPH_BASE))
