"""SHACL validation by pySHACL in a process of its own, run as a module: a Task in, an Outcome out (JSON).

A process, because pySHACL changes settings of rdflib for good, because a regular expression of a shape may run without an
end, and because a shape's SPARQL could call out: this process cannot open a socket. What could not be run is kept apart
from what was found wrong, shape by shape; pySHACL itself reports both as "does not conform".
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from spinegraph.engine.knowledge.turtle.merging import without
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, RDF_TYPE, Term, Text
from spinegraph.engine.sandbox.confinement import confine
from spinegraph.engine.sandbox.guard import guard, interpreter_files
from spinegraph.engine.sandbox.network import close_network

MEMORY_BYTES = 2_000_000_000
"""Address space that the process may use beyond what it starts with."""
OPEN_FILES = 256
STRING = PREFIXES["xsd"] + "string"
SH = PREFIXES["sh"]
TARGETS = tuple(SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"))

QUERIES = tuple(SH + name for name in ("select", "ask", "construct"))

Numbered = tuple[int, str]
"""A file, and the number by which the reader tells its blank nodes from those of other files."""
Failures = tuple[type[BaseException], ...]


class Task(NamedTuple):
    """Files of content, and files of shapes to hold them against. Shapes are no content: they have numbers of their own.

    `left_out`: by number of a file, the things whose description there does not count.
    """

    data: tuple[Numbered, ...]
    shapes: tuple[Numbered, ...]
    left_out: Mapping[int, tuple[str, ...]] = {}


class Result(NamedTuple):
    """One constraint that one focus node does not meet. Blank nodes are named as the reader names them."""

    focus: Term
    path: tuple[str, ...]
    """The properties of the path, none for a constraint on the node itself."""
    plain: bool
    """Whether the path is one property, and not an expression."""
    value: Term | None
    message: str
    severity: str
    shape: str
    name: str
    component: str


class Failure(NamedTuple):
    """A shape that could not be run ("" where none can be blamed), the file that it is in, and why."""

    file: str
    shape: str
    reason: str


class Outcome(NamedTuple):
    results: tuple[Result, ...]
    failures: tuple[Failure, ...]


def run(task: Task) -> Outcome:
    """Hold content against shapes. Where a shape fails, all others are run without it."""
    read = (without(read_triples(Path(path), number), task.left_out.get(number, ())) for number, path in task.data)
    data = _graph(triple for triples in read for triple in triples)
    files = {path: read_triples(Path(path), number) for number, path in task.shapes}
    everything = [triple for triples in files.values() for triple in triples]
    elsewhere = tuple(_asking_elsewhere(files))
    found = _validate(data, _graph(everything))
    if isinstance(found, tuple):
        return Outcome(found, elsewhere)
    everywhere = found
    results: dict[Result, None] = {}
    failures: list[Failure] = []
    for file, shape in _targeted(files):
        found = _validate(data, _graph(everything), [shape])
        if isinstance(found, str):
            failures.append(Failure(file, shape, found))
        else:
            results.update(dict.fromkeys(found))
    reasons = {failure.reason for failure in failures}
    if not failures:
        failures.append(Failure("", "", everywhere))
    elif not results and len(reasons) == 1 and len(failures) > 1:  # something that all of them use
        failures = [Failure("", "", reasons.pop())]
    seen = {(failure.file, failure.shape) for failure in failures}
    return Outcome(tuple(results), (*failures, *(failure for failure in elsewhere if (failure.file, failure.shape) not in seen)))


def _asking_elsewhere(files: Mapping[str, Iterable[tuple[str, str, Term]]]) -> Iterator[Failure]:
    """Queries with a SERVICE: pySHACL refuses those that it recognises, rdflib passes over the others without a word."""
    for file, triples in files.items():
        for subject, predicate, value in triples:
            if predicate in QUERIES and isinstance(value, Text) and _has_service(value.value):
                shape = str(_holder(_graph(triples), _node(subject)))
                yield Failure(file, shape, "a query of a shape asks no other server (SERVICE).")


def _has_service(query: str) -> bool:
    if "service" not in query.lower():
        return False
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.algebra import traverse
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parsed = parseQuery(query)
    except ParseBaseException:
        return False  # that it does not parse is reported when it is run
    names: set[str] = set()
    traverse(parsed, visitPre=lambda part: names.add(getattr(part, "name", "")))
    return "ServiceGraphPattern" in names


def _targeted(files: Mapping[str, Iterable[tuple[str, str, Term]]]) -> Iterator[tuple[str, str]]:
    """Shapes with an IRI and a target, by file: what pySHACL starts from."""
    seen: set[str] = set()
    classes = {
        subject
        for triples in files.values()
        for subject, predicate, value in triples
        if predicate == RDF_TYPE and value == PREFIXES["rdfs"] + "Class"
    }
    for file, triples in files.items():
        for subject, predicate, _ in triples:
            if subject not in seen and not subject.startswith("_:") and (predicate in TARGETS or subject in classes):
                seen.add(subject)
                yield file, subject


def _validate(data: Any, shapes: Any, only: list[str] | None = None) -> tuple[Result, ...] | str:
    """Results, or why there are none: pySHACL fails in as many ways as shapes can be wrong."""
    import pyshacl
    from rdflib import Graph

    wrong: Failures = (Exception,)  # rdflib raises even bare ones
    try:
        conforms, report, _ = pyshacl.validate(
            data,
            shacl_graph=shapes,
            inference="none",
            inplace=True,
            advanced=False,
            js=False,
            do_owl_imports=False,
            meta_shacl=False,
            use_shapes=only,
        )
    except wrong as error:
        return _reason(error)
    if not isinstance(report, Graph):  # conforms is False then, but nothing was found: the run failed
        return _reason(report)
    results = tuple(_results(report, shapes))
    return results if conforms or results else "pySHACL reports that something does not conform, and not what."


def _reason(error: object) -> str:
    """The message of an error; with its class, where the message does not name it."""
    from pyshacl.errors import ReportableRuntimeError

    text = " ".join(str(error).split())[:300]
    kind = type(error).__name__
    return text if text and isinstance(error, re.error | ReportableRuntimeError) else f"{kind}: {text}"


def _graph(triples: Iterable[tuple[str, str, Term]]) -> Any:
    """An rdflib graph, past rdflib's own parser, which would take three seconds for what is read here in a tenth of one."""
    from rdflib import Graph, URIRef

    graph = Graph(bind_namespaces="none")
    nodes: dict[Term, Any] = {}

    def node(term: Term) -> Any:
        made = nodes.get(term)
        if made is None:
            made = nodes[term] = _node(term)
        return made

    for subject, predicate, value in triples:
        if predicate != PREFIXES["owl"] + "imports":
            graph.store.add((node(subject), URIRef(predicate), node(value)), graph)
    return graph


def _node(term: Term) -> Any:
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, Text):
        if term.language:
            return Literal(term.value, lang=term.language)
        # A plain string without datatype, as in SPARQL and in Turtle of rdflib; the text as written, "01" being no "1".
        return Literal(term.value, datatype=None if term.datatype == STRING else term.datatype, normalize=False)
    return BNode(term[2:]) if term.startswith("_:") else URIRef(term)


def _term(node: Any) -> Term:
    from rdflib import BNode, Literal

    if isinstance(node, Literal):
        kind = PREFIXES["rdf"] + "langString" if node.language else str(node.datatype or STRING)
        return Text(str(node), node.language or "", kind)
    return f"_:{node}" if isinstance(node, BNode) else str(node)


def _results(report: Any, shapes: Any) -> Iterator[Result]:
    from rdflib import URIRef
    from rdflib.namespace import RDF, RDFS
    from rdflib.namespace import SH as SHACL

    for result in report.subjects(RDF.type, SHACL.ValidationResult):
        shape = report.value(result, SHACL.sourceShape)
        path = report.value(result, SHACL.resultPath)
        value = report.value(result, SHACL.value)
        named = _holder(shapes, shape)
        messages = sorted(report.objects(result, SHACL.resultMessage), key=lambda text: (text.language != "en", str(text)))
        names = (*shapes.objects(shape, SHACL.name), *shapes.objects(named, SHACL.name), *shapes.objects(named, RDFS.label))
        yield Result(
            focus=_term(report.value(result, SHACL.focusNode)),
            path=() if path is None else tuple(dict.fromkeys(_properties(shapes, path))),
            plain=isinstance(path, URIRef),
            value=None if value is None else _term(value),
            message=str(messages[0]) if messages and _is_authored(shapes, result, report, messages[0]) else "",
            severity=str(report.value(result, SHACL.resultSeverity)).removeprefix(SH),
            shape=str(named),
            name=str(names[0]) if names else "",
            component=str(report.value(result, SHACL.sourceConstraintComponent)).removeprefix(SH),
        )


def _is_authored(shapes: Any, result: Any, report: Any, message: Any) -> bool:
    """Whether a message is the shape's own: where it has none, pySHACL makes one up from its inner terms."""
    from rdflib.namespace import SH as SHACL

    by_query = (result, SHACL.sourceConstraint, None) in report  # its message may hold values of the query
    return by_query or (None, SHACL.message, message) in shapes


def _holder(shapes: Any, node: Any) -> Any:
    """The shape with an IRI that a blank one is part of."""
    from rdflib import BNode

    seen: set[Any] = set()
    while isinstance(node, BNode) and node not in seen:
        seen.add(node)
        node = next(iter(shapes.subjects(None, node)), node)
    return node


def _properties(shapes: Any, path: Any, depth: int = 0) -> Iterator[str]:
    from rdflib import BNode
    from rdflib.namespace import RDF

    if not isinstance(path, BNode):
        yield str(path)
    elif depth < 20:
        for value in shapes.objects(path):
            if value != RDF.nil:
                yield from _properties(shapes, value, depth + 1)


def _close_off(task: Task) -> None:
    """No sockets, no programs, no other files, no more memory than is needed: from here on, whatever a shape says."""
    files = [path for _, path in (*task.data, *task.shapes)]
    close_network()
    confine(memory_bytes=MEMORY_BYTES, open_files=OPEN_FILES, processes=True)
    guard([*interpreter_files(), str(Path(__file__).parents[1]), *files], (), ())


def main() -> None:
    """One Task from standard input, its Outcome to standard output."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    _close_off(task)
    outcome = run(task)
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
