"""Files → a snapshot: one named graph per file, and a default graph that is the union of them all.

A snapshot is taken once and given to every worker, so that all of them answer from the same content, whatever happens to
the files meanwhile. Blank nodes are renamed by order of appearance: every worker gives them the same names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox
from spinegraph.engine.collector import collector_paused
from spinegraph.engine.errors import KnowledgeError, TurtleSyntaxError
from spinegraph.engine.exchange.derived.graph import DERIVED
from spinegraph.engine.exchange.sssom import RDF_TYPE, read_mappings
from spinegraph.engine.knowledge.turtle.short_rules import left_out
from spinegraph.engine.model import Frozen

GRAPH_BASE = "https://w3id.org/spinegraph/graph/"
SUFFIXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""What a data file may be; SSSOM tables are `.tsv`."""


class DataFile(Frozen, frozen=True, kw_only=True):
    """A file and the IRI of the graph that its triples go to; `own` is set on a user's data, which may name further graphs."""

    path: Path
    graph: str
    own: bool = False


class GraphCounts(Frozen, frozen=True, kw_only=True):
    """What VoID tells of a graph; `iri` is empty for the default graph."""

    iri: str
    triples: int
    subjects: int
    properties: int
    classes: int


class Snapshot(Frozen, frozen=True, kw_only=True):
    """The content of all files as N-Quads (named graphs only), its digest, and counts: default graph first."""

    quads: bytes
    digest: str
    graphs: tuple[GraphCounts, ...]


def knowledge_files(paths: Iterable[Path], roots: Iterable[Path]) -> tuple[DataFile, ...]:
    """Each file with its graph: `…/graph/` + the root's name + the path below the root, without suffix."""
    folders = sorted((root.resolve() for root in roots), key=lambda root: -len(root.parts))
    return tuple(DataFile(path=path, graph=GRAPH_BASE + _place(path.resolve(), folders)) for path in paths)


def _place(path: Path, folders: Iterable[Path]) -> str:
    folder = next((folder for folder in folders if path.is_relative_to(folder)), path.parent)
    below = path.relative_to(folder.parent)
    return (below.parent / path.name.removesuffix(path.suffix).removesuffix(".sssom")).as_posix()


def data_file(path: Path, graph: str = "") -> DataFile:
    """A user's own file; without a graph it goes to `…/graph/data/` + its name without suffix. Raises KnowledgeError."""
    if path.suffix.lower() not in SUFFIXES:
        raise KnowledgeError(
            "This is no RDF file that can be read.", where=str(path), mend=f"Give one that ends in {', '.join(SUFFIXES)}."
        )
    if not path.is_file():
        raise KnowledgeError("There is no such file.", where=str(path), mend="Give the path of an RDF file.")
    graph = graph or f"{GRAPH_BASE}data/{quote(path.stem)}"
    try:
        ox.NamedNode(graph)
    except ValueError as error:
        raise KnowledgeError(f"{graph!r} is no absolute IRI.", where=str(path), mend="Give FILE=GRAPH with an IRI.") from error
    return DataFile(path=path, graph=graph, own=True)


def take_snapshot(files: Iterable[DataFile], derived: Iterable[ox.Triple] = ()) -> Snapshot:
    """Read all files; what is `derived` from them is a graph of its own, the last one.

    Raises TurtleSyntaxError with file:line where a file does not parse, KnowledgeError if it cannot be read.
    """
    graph = ox.NamedNode(DERIVED)
    with collector_paused():
        stated = (quad for number, file in enumerate(files) for quad in _read(file, number))
        quads = list(
            dict.fromkeys((*stated, *(ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in derived)))
        )
        graphs = _count(quads)
    text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    return Snapshot(quads=text, digest=f"sha256:{hashlib.sha256(text).hexdigest()}", graphs=graphs)


def _read(file: DataFile, number: int) -> Iterator[ox.Quad]:
    """The quads of a file, blank nodes renamed; what is in no graph goes to the file's own."""
    graph = ox.NamedNode(file.graph)
    names: dict[ox.BlankNode, ox.BlankNode] = {}

    def rename(node: object) -> object:
        if isinstance(node, ox.BlankNode):
            if node not in names:
                names[node] = ox.BlankNode(f"f{number}b{len(names)}")
            return names[node]
        if isinstance(node, ox.Triple):
            return ox.Triple(rename(node.subject), node.predicate, rename(node.object))  # type: ignore[arg-type]
        return node

    for found in _in_full(file):
        inside = getattr(found, "graph_name", None)
        place = graph if inside is None or isinstance(inside, ox.DefaultGraph) else rename(inside)
        yield ox.Quad(rename(found.subject), found.predicate, rename(found.object), place)  # type: ignore[arg-type]


def _in_full(file: DataFile) -> Iterator[ox.Triple | ox.Quad]:
    """What a file states; of knowledge also what its rules in short form leave out."""
    if file.own or file.path.suffix != ".ttl":
        yield from _parse(file)
        return
    triples = [found.triple if isinstance(found, ox.Quad) else found for found in _parse(file)]
    yield from triples
    yield from left_out(triples)


def _parse(file: DataFile) -> Iterator[ox.Triple | ox.Quad]:
    try:
        if file.path.suffix == ".tsv":
            yield from read_mappings(file.path)
        else:
            base = file.path.resolve().as_uri() if file.own else None
            yield from ox.parse(path=str(file.path), format=SUFFIXES[file.path.suffix.lower()], base_iri=base)
    except SyntaxError as error:
        if error.lineno is None:
            mend = "Mend the file; what it points to, such as a remote @context, is never fetched."
            raise TurtleSyntaxError(str(error.msg), where=file.path.name, mend=mend) from error
        raise TurtleSyntaxError(
            f"{error.msg} (column {error.offset})", where=f"{file.path.name}:{error.lineno}", mend="Mend the file there."
        ) from error
    except (OSError, ValueError) as error:
        raise KnowledgeError(str(error), where=str(file.path), mend="Save the file as UTF-8 RDF.") from error


def _count(quads: Iterable[ox.Quad]) -> tuple[GraphCounts, ...]:
    by_graph: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        by_graph.setdefault(graph_name(quad.graph_name), []).append(quad)
    union = {quad.triple for quads in by_graph.values() for quad in quads}
    return (_counts("", union), *(_counts(iri, {quad.triple for quad in by_graph[iri]}) for iri in by_graph))


def graph_name(name: object) -> str:
    """The IRI of a graph, or the label of one that has none."""
    return name.value if isinstance(name, ox.NamedNode) else str(name)


def _counts(iri: str, triples: set[ox.Triple]) -> GraphCounts:
    return GraphCounts(
        iri=iri,
        triples=len(triples),
        subjects=len({triple.subject for triple in triples}),
        properties=len({triple.predicate for triple in triples}),
        classes=len({triple.object for triple in triples if triple.predicate == RDF_TYPE}),
    )


def load_store(quads: bytes) -> ox.Store:
    """An Oxigraph store of a snapshot: its named graphs, and all their triples in the default graph.

    The union is written out because Oxigraph's own union default graph would override a query's FROM.
    """
    return load_stores(quads).whole


class Stores(NamedTuple):
    """A snapshot twice: `whole` as `load_store` has it, `union` with the default graph alone.

    In memory Oxigraph walks all quads of a subject, property or object, whatever graph they are in. Without the copies in named
    graphs a query that names no graph is answered about a third faster.
    """

    whole: ox.Store
    union: ox.Store


def load_stores(quads: bytes) -> Stores:
    """Both stores of a snapshot."""
    stores = Stores(whole=ox.Store(), union=ox.Store())
    with collector_paused():
        named = list(ox.parse(quads, format=ox.RdfFormat.N_QUADS))
        union = [ox.Quad(quad.subject, quad.predicate, quad.object) for quad in named]
        stores.whole.bulk_extend(named)
        for store in stores:
            store.bulk_extend(union)
    return stores


def graph_triples(snapshot: Snapshot, graph: str) -> list[ox.Triple]:
    """The triples of a named graph, in the order of its file."""
    name = ox.NamedNode(graph)
    return [quad.triple for quad in quads_of(snapshot) if quad.graph_name == name]


def quads_of(snapshot: Snapshot) -> Iterator[ox.Quad]:
    """What a snapshot states, in the order of its files."""
    yield from ox.parse(snapshot.quads, format=ox.RdfFormat.N_QUADS)


def merge_graphs(store: ox.Store, default: tuple[str, ...], named: tuple[str, ...]) -> ox.Store:
    """A store whose default graph is the merge of some graphs of another, each triple once, and which has its `named` graphs."""
    merged = ox.Store()
    for iri in default:
        quads = store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
        merged.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    for iri in named:
        merged.extend(store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
    return merged


def query_graphs(
    store: ox.Store, query: str, default: tuple[str, ...], named: tuple[str, ...], base: str
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """What a query, with IRIs relative to `base`, finds in some graphs alone, whatever its FROM says."""
    several = len(set(default)) > 1
    graphs: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(iri) for iri in default[:1]]
    return (merge_graphs(store, default, named) if several else store).query(
        query,
        base_iri=base,
        default_graph=[ox.DefaultGraph()] if several else graphs,
        named_graphs=[ox.NamedNode(iri) for iri in named],
    )
