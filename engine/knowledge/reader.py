"""Turtle files → an indexed graph with a content digest: the only place where knowledge files are read.

Oxigraph's parser is used because a command has to start in well under a second; line numbers, which it does not
keep, are found by `positions.py` when an error or a diagnostic needs one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from engine.errors import KnowledgeError, TurtleSyntaxError

BASE = "https://w3id.org/spinegraph/"
PREFIXES = {
    **{
        name: f"{BASE}{name}/"
        for name in (
            "core", "finding", "condition", "intervention", "source", "passage", "reference", "rule", "shape", "tension",
        )
    },
    "dcterms": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip
RDF_TYPE = PREFIXES["rdf"] + "type"
FIRST, REST, NIL = (PREFIXES["rdf"] + name for name in ("first", "rest", "nil"))


def expand(curie: str) -> str:
    """`core:present` → its IRI, by PREFIXES."""
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name


def shorten(iri: str) -> str:
    """An IRI → its CURIE where a prefix fits, for messages."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def local_name(iri: str) -> str:
    """What follows the last slash or hash."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


class Text(NamedTuple):
    """A literal: lexical value, language tag or "", datatype IRI."""

    value: str
    language: str
    datatype: str


Term = str | Text
"""IRIs as they are, blank nodes as "_:…", literals as Text."""


class Graph:
    """Triples indexed by subject and predicate, with the files that they came from."""

    def __init__(self, paths: tuple[Path, ...], digest: str) -> None:
        self.paths = paths
        self.digest = digest
        self._by_subject: dict[str, dict[str, list[Term]]] = {}
        self._subjects: dict[tuple[str, Term], list[str]] = {}
        self._file_of: dict[str, Path] = {}

    def add(self, subject: str, predicate: str, value: Term, path: Path) -> None:
        self._by_subject.setdefault(subject, {}).setdefault(predicate, []).append(value)
        self._subjects.setdefault((predicate, value), []).append(subject)
        self._file_of.setdefault(subject, path)

    def subjects(self, predicate: str, value: Term) -> list[str]:
        """Subjects of `predicate value`, in file order."""
        return self._subjects.get((expand(predicate), value), [])

    def of_class(self, curie: str) -> list[str]:
        """Instances of a class, by rdf:type alone."""
        return self._subjects.get((RDF_TYPE, expand(curie)), [])

    def predicates(self, subject: str) -> dict[str, list[Term]]:
        return self._by_subject.get(subject, {})

    def terms(self, subject: str, predicate: str) -> list[Term]:
        return self._by_subject.get(subject, {}).get(expand(predicate), [])

    def iris(self, subject: str, predicate: str) -> tuple[str, ...]:
        """Objects that are IRIs or blank nodes, in file order."""
        return tuple(term for term in self.terms(subject, predicate) if isinstance(term, str))

    def iri(self, subject: str, predicate: str) -> str:
        """The first object that is an IRI or blank node, or ""."""
        return next((term for term in self.terms(subject, predicate) if isinstance(term, str)), "")

    def text(self, subject: str, predicate: str, language: str = "en") -> str:
        """The literal in `language`, else one without language, else ""."""
        found = [term for term in self.terms(subject, predicate) if isinstance(term, Text)]
        for wanted in (language, ""):
            for term in found:
                if term.language == wanted:
                    return term.value
        return ""

    def texts(self, subject: str, predicate: str, language: str = "en") -> tuple[str, ...]:
        return tuple(
            term.value for term in self.terms(subject, predicate) if isinstance(term, Text) and term.language in (language, "")
        )

    def items(self, head: str) -> Iterator[Term]:
        """Members of an RDF list."""
        seen: set[str] = set()
        while head != NIL:
            if head in seen or head not in self._by_subject:
                raise KnowledgeError("A list is broken: it has no end.", where=self.where(head), mend="Write it as ( … ).")
            seen.add(head)
            yield from self._by_subject[head].get(FIRST, [])
            head = next((term for term in self._by_subject[head].get(REST, []) if isinstance(term, str)), "")

    def where(self, subject: str) -> str:
        """`file:line` of the statements about a subject, as far as it is known."""
        from engine.knowledge.positions import line_of  # rdflib: only when a message needs it

        path = self._file_of.get(subject)
        if path is None:
            return shorten(subject)
        line = line_of(path, subject, self._by_subject)
        return f"{path.name}:{line}" if line else path.name


def shipped_paths() -> tuple[Path, ...]:
    """The Turtle and SSSOM files of this distribution, ontology before shapes."""
    return knowledge_paths(Path(str(files("ontology"))), Path(str(files("shapes"))))


def knowledge_paths(*folders: Path) -> tuple[Path, ...]:
    """All knowledge files below folders, sorted; the authoring shapes are about knowledge and not part of it."""
    return tuple(
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".ttl", ".tsv") and "authoring" not in path.parts
    )


def content_digest(paths: Iterable[Path]) -> str:
    """`sha256:…` over names and bytes of the files: the same files, the same digest. Raises KnowledgeError."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda path: (path.parent.name, path.name)):
        total.update(f"{path.parent.name}/{path.name}\0".encode())
        try:
            total.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise KnowledgeError(f"{path.name} cannot be read: {error.strerror}.", mend="Check the path.") from error
    return f"sha256:{total.hexdigest()}"


def read_graph(paths: Iterable[Path] | None = None) -> Graph:
    """Read Turtle files (the shipped ones by default) into one indexed graph.

    Raises TurtleSyntaxError with file:line where a file does not parse.
    """
    given = tuple(paths) if paths is not None else shipped_paths()
    all_paths = tuple(sorted(given, key=lambda path: path.name == "inferred.ttl"))  # what is generated locates nothing
    graph = Graph(all_paths, content_digest(all_paths))
    for number, path in enumerate(all_paths):
        if path.suffix == ".ttl":
            _read_file(graph, path, number)
    return graph


def _read_file(graph: Graph, path: Path, number: int) -> None:
    try:
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            subject, value = triple.subject, triple.object
            graph.add(_name(subject, number), triple.predicate.value, _term(value, number), path)
    except SyntaxError as error:
        raise TurtleSyntaxError(
            f"{error.msg} (column {error.offset})",
            where=f"{path.name}:{error.lineno}",
            mend="Mend the Turtle there; everything after that place was left unread.",
        ) from error
    except (OSError, ValueError) as error:
        raise TurtleSyntaxError(str(error), where=path.name, mend="Save the file as UTF-8 Turtle.") from error


def _name(node: object, number: int) -> str:
    if isinstance(node, ox.NamedNode):
        return str(node.value)
    if isinstance(node, ox.BlankNode):
        return f"_:{number}-{node.value}"
    raise ValueError(f"a quoted triple cannot be used here: {node}")


def _term(node: object, number: int) -> Term:
    if isinstance(node, ox.Literal):
        return Text(node.value, node.language or "", node.datatype.value)
    return _name(node, number)
