"""One normal form for every Turtle file, so that a diff shows what changed and nothing else.

rdflib's longturtle over a canonical graph, with subjects sorted by IRI: the stock order follows reference counts and
moves whole blocks when one reference is added. Oxigraph, which loads the files, reads them here too, literals are written
with the characters that they have, and what was written is read again: a graph that is not the same is never written.
Comments do not survive: use rdfs:comment. Ends of lines and a byte order mark are no part of the form.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.plugins.serializers import longturtle
from rdflib.term import Node
from spinegraph.engine.errors import KnowledgeError, TurtleSyntaxError
from spinegraph.engine.knowledge.files import in_unix_form, is_hidden
from spinegraph.engine.knowledge.turtle.reader import not_turtle_1_1, parse
from spinegraph.engine.knowledge.turtle.short_rules import left_out
from spinegraph.engine.knowledge.turtle.terms import PREFIXES

BARE = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.double: re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
    XSD.boolean: re.compile(r"true|false"),
}
"""Literals that Turtle writes without quotation marks (Turtle 1.1, section 2.5)."""


class _SortedTurtleSerializer(longturtle.LongTurtleSerializer):
    """Longturtle whose subjects come in the order of their IRIs, blank nodes last and by what they say."""

    def orderSubjects(self) -> list[Node]:  # noqa: N802 (rdflib's name)
        return sorted(super().orderSubjects(), key=self._place)

    def sortProperties(self, properties: Mapping[Node, list[Node]]) -> list[Node]:  # noqa: N802 (rdflib's name)
        """Values in rdflib's order; those that are equal to it (1 and 1.0), or not to be compared (NaN), as they are written."""
        for values in properties.values():
            values.sort(key=_by_text)
            try:
                values.sort()  # type: ignore[call-arg]
            except ArithmeticError:
                values.sort(key=_by_text)
        return super().sortProperties({predicate: [] for predicate in properties})

    def _place(self, node: Node) -> tuple[bool, bool, str]:
        if isinstance(node, URIRef):
            return False, False, str(node)
        if next(self.store.subjects(None, node), None) is not None:
            return True, True, str(node)  # written inside another statement, or by a name that is canonical
        return True, False, self._statement_of(node, set())

    def _statement_of(self, node: Node, above: set[Node]) -> str:
        """An IRI or text itself; of a blank node, everything that is stated below it."""
        if not isinstance(node, BNode):
            return str(node)
        if node in above:
            return ""
        below = sorted(
            f"{predicate} {self._statement_of(value, above | {node})}" for predicate, value in self.store.predicate_objects(node)
        )
        return " ".join(below)

    def label(self, node: Node, position: int) -> str:
        """What stands for a node; a literal keeps its characters, however its datatype would write them."""
        if not isinstance(node, Literal):
            return str(super().label(node, position))  # type: ignore[no-untyped-call]
        bare = BARE.get(node.datatype) if node.datatype is not None else None
        if bare is not None and bare.fullmatch(str(node)):
            return str(node)
        return node._literal_n3(qname_callback=lambda datatype: self.get_pname(datatype, False))  # type: ignore[no-untyped-call]

    def canonize(self) -> None:
        """Names blank nodes by what they say. The stock way reads all literals anew, which changes them."""
        if not self._canon:
            return
        named = longturtle.to_canonical_graph(self.store)  # type: ignore[attr-defined]
        graph = Graph(namespace_manager=self.store.namespace_manager)
        for triple in sorted(named, key=lambda triple: [term.n3() for term in triple]):
            graph.add(triple)
        self.store = graph


def _by_text(node: Node) -> str:
    return str(node.n3())


def format_turtle(text: str, name: str = "", *, full: bool = False) -> str:
    """The normal form of a Turtle document; in `full`, with what its rules in short form leave out.

    Raises TurtleSyntaxError with name and line where it is none, and where its normal form would state something else.
    """
    body = in_unix_form(text.encode("utf-8", "surrogatepass"))
    triples, prefixes = _read(body, name)
    if full:
        triples += left_out(triples)
    with _quiet():
        formatted = _written(triples, prefixes, body, name)
    if _canonical(triples) != _canonical(_read(formatted.encode(), name)[0]):
        raise TurtleSyntaxError(
            "The normal form would not state the same; the file is left as it is.",
            where=name,
            mend="Give blank nodes that refer to each other a name of their own.",
        )
    return formatted


@contextmanager
def _quiet() -> Iterator[None]:
    """rdflib logs each literal that is not of its datatype; that is for validation to say."""
    logger = logging.getLogger("rdflib.term")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def _written(triples: list[ox.Triple], prefixes: dict[str, str], body: bytes, name: str) -> str:
    graph = Graph(bind_namespaces="none")
    for triple in triples:
        graph.add(tuple(_node(term, body, name) for term in triple))  # type: ignore[arg-type]
    for prefix, namespace in {**prefixes, **PREFIXES}.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    written = io.BytesIO()
    try:
        _SortedTurtleSerializer(graph).serialize(written, canon=_names_matter(graph))  # type: ignore[no-untyped-call]
    except RecursionError as error:
        raise TurtleSyntaxError(
            "More stands inside each other than can be written.", where=name, mend="Give what stands inside a name of its own."
        ) from error
    return written.getvalue().decode().strip() + "\n"


def _read(body: bytes, name: str) -> tuple[list[ox.Triple], dict[str, str]]:
    try:
        read = parse(body)
        triples: list[Any] = [quad.triple for quad in read]
        return triples, dict(read.prefixes)
    except SyntaxError as error:
        where = f"{name}:{error.lineno}" if error.lineno else name
        raise TurtleSyntaxError(f"This is not Turtle: {error.msg}", where=where, mend="Mend it there.") from error


def _node(term: object, body: bytes, name: str) -> Node:
    """A term as rdflib has it; a literal keeps its characters."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal) and term.direction is None:
        if term.language:
            return Literal(term.value, lang=term.language)
        plain = term.datatype.value == str(XSD.string)
        return Literal(term.value, datatype=None if plain else URIRef(term.datatype.value), normalize=False)
    raise not_turtle_1_1(Path(name), body)


def _canonical(triples: Iterable[ox.Triple]) -> ox.Dataset:
    dataset = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _names_matter(graph: Graph) -> bool:
    """Whether names of blank nodes are written or decide an order: where two are values of one statement, or one of two.

    Canonical names take time with the square of their number: minutes for the passages of a long document, each of which has one.
    """
    held = [(subject, predicate, value) for subject, predicate, value in graph if isinstance(value, BNode)]
    places = {(subject, predicate) for subject, predicate, _ in held}
    return len(places) < len(held) or len({value for *_, value in held}) < len(held)


def badly_formatted(paths: tuple[Path, ...], *, full: bool = False) -> list[Path]:
    """The Turtle files that are not in normal form; in `full`, with rules in short form as well."""
    turtle = (path for path in paths if path.suffix == ".ttl")
    return [path for path in turtle if format_turtle(text := _text(path), path.name, full=full) != text]


def format_files(paths: tuple[Path, ...], *, full: bool = False) -> list[Path]:
    """Rewrite the files that are not in normal form, in `full` rules in short form too; which they were."""
    changed = badly_formatted(paths, full=full)
    for path in changed:
        path.write_text(format_turtle(_text(path), path.name, full=full), encoding="utf-8")
    return changed


def turtle_files(*named: Path) -> tuple[Path, ...]:
    """Turtle files that somebody named, and those below named folders. Raises KnowledgeError where there are none."""
    found: list[Path] = []
    for place in named:
        inside = [path for path in sorted(place.rglob("*.ttl")) if not is_hidden(path.relative_to(place))]
        if place.is_dir() and not inside:
            raise KnowledgeError("There are no Turtle files.", where=str(place), mend="Give a folder that holds .ttl files.")
        if not place.is_dir() and place.suffix != ".ttl":
            raise KnowledgeError("This is not Turtle.", where=str(place), mend="Only .ttl files have a normal form.")
        found += inside if place.is_dir() else [place]
    return tuple(dict.fromkeys(found))


def _text(path: Path) -> str:
    try:
        return in_unix_form(path.read_bytes()).decode()
    except UnicodeDecodeError as error:
        raise TurtleSyntaxError(
            "This is not UTF-8.", where=f"{path.name}: byte {error.start}", mend="Save the file as UTF-8."
        ) from error
