"""One normal form for every Turtle file, so that a diff shows what changed and nothing else.

rdflib's longturtle over a canonical graph, with subjects sorted by IRI: the stock order follows reference counts and
moves whole blocks when one reference is added. Comments do not survive: use rdfs:comment.
"""

from __future__ import annotations

import io
from pathlib import Path

from rdflib import BNode, Graph, URIRef
from rdflib.plugins.serializers.longturtle import LongTurtleSerializer
from rdflib.term import Node
from spinegraph.engine.errors import TurtleSyntaxError
from spinegraph.engine.knowledge.turtle.terms import PREFIXES


class _SortedTurtleSerializer(LongTurtleSerializer):
    """Longturtle whose subjects come in the order of their IRIs, blank nodes last and by what they say."""

    def orderSubjects(self) -> list[Node]:  # noqa: N802 (rdflib's name)
        return sorted(super().orderSubjects(), key=lambda node: (isinstance(node, BNode), self._held(node), self._said(node)))

    def _held(self, node: Node) -> bool:
        """Whether a blank node is written inside another statement, so that it needs no place of its own."""
        return isinstance(node, BNode) and next(self.store.subjects(None, node), None) is not None

    def _said(self, node: Node) -> str:
        """An IRI itself; of a blank node, everything that is stated below it."""
        if isinstance(node, URIRef):
            return str(node)
        below = sorted(f"{predicate} {self._said(value)}" for predicate, value in self.store.predicate_objects(node))
        return " ".join(below) if isinstance(node, BNode) else str(node)


def format_turtle(text: str, name: str = "") -> str:
    """The normal form of a Turtle document. Raises TurtleSyntaxError with name and line."""
    graph = Graph(bind_namespaces="none")
    try:
        graph.parse(data=text.removeprefix("\ufeff"), format="turtle")
    except Exception as error:  # rdflib raises its own BadSyntax and, for bad literals, almost anything
        line = getattr(error, "lines", None)
        raise TurtleSyntaxError(
            f"This is not Turtle: {error}", where=f"{name}:{line + 1}" if line is not None else name, mend="Mend it there."
        ) from error
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    written = io.BytesIO()
    _SortedTurtleSerializer(graph).serialize(written, canon=_names_matter(graph))  # type: ignore[no-untyped-call]
    return written.getvalue().decode().strip() + "\n"


def _names_matter(graph: Graph) -> bool:
    """Whether names of blank nodes are written or decide an order: where two are values of one statement, or one of two.

    Canonical names take time with the square of their number: minutes for the passages of a long document, each of which has one.
    """
    held = [(subject, predicate, value) for subject, predicate, value in graph if isinstance(value, BNode)]
    places = {(subject, predicate) for subject, predicate, _ in held}
    return len(places) < len(held) or len({value for *_, value in held}) < len(held)


def badly_formatted(paths: tuple[Path, ...]) -> list[Path]:
    """The Turtle files that are not in normal form."""
    turtle = (path for path in paths if path.suffix == ".ttl")
    return [path for path in turtle if format_turtle(text := path.read_text(encoding="utf-8"), path.name) != text]


def format_files(paths: tuple[Path, ...]) -> list[Path]:
    """Rewrite the files that are not in normal form; which they were."""
    changed = badly_formatted(paths)
    for path in changed:
        path.write_text(format_turtle(path.read_text(encoding="utf-8"), path.name), encoding="utf-8")
    return changed
