"""The rules of a guideline as a folder for other SHACL engines: data, shapes, a case, and what they are (ADR 29)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import pyoxigraph as ox
from rdflib import DCTERMS, OWL, RDF, RDFS, Graph, URIRef
from rdflib import Literal as Text
from spinegraph.engine.decide.case_graph import CaseGraph
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.decide.portable_rules import (
    IN_CORE,
    CoreRules,
    background,
    core_rules,
    read_authored,
    sparql_rules,
    tested_rules,
)
from spinegraph.engine.decide.shape_graph import DUAL
from spinegraph.engine.knowledge.files import manifests
from spinegraph.engine.knowledge.manifest import read_manifest
from spinegraph.engine.knowledge.turtle.reader import parse
from spinegraph.engine.knowledge.turtle.terms import BASE, shorten
from spinegraph.engine.model import Case, Knowledge

Form = Literal["sparql", "core"]
IN_WORDS: Mapping[Form, str] = {
    "sparql": "SHACL-AF rules whose conditions use SHACL-SPARQL constraint components, as they are authored",
    "core": "SHACL-AF rules whose conditions are SHACL Core alone",
}
CASE = URIRef("urn:spinegraph:case")
HEADER = URIRef(f"{BASE}shape/portable")


class PortableFolder(NamedTuple):
    """What was written, of how many rules, and which were left out: rule IRI → reason."""

    files: tuple[Path, ...]
    rules: int
    left_out: Mapping[str, str]


class _About(NamedTuple):
    """What a reader has to know of the rules before use."""

    knowledge: Knowledge
    form: Form
    licences: tuple[str, ...]
    rules: int
    left_out: Mapping[str, str]

    @property
    def disclaimer(self) -> str:
        read = {rule.source for rule in self.knowledge.rules.values()}
        return disclaimer_of(source for iri, source in self.knowledge.sources.items() if iri in read)


def write_portable(engine: Engine, paths: Iterable[Path], form: Form, folder: Path, case: Case | None = None) -> PortableFolder:
    """Write the rules of an engine, which come from these files, and perhaps a case, into a folder.

    `data.ttl`, `shapes.ttl`, `README.md`, and `case.ttl` where a case is given. Raises OSError.
    """
    paths = tuple(paths)
    knowledge = engine.knowledge
    authored = read_authored(paths)
    rules = core_rules(knowledge, authored) if form == "core" else CoreRules(sparql_rules(knowledge, authored), {})
    number = len(tested_rules(knowledge)) - len(rules.left_out)
    about = _About(knowledge, form, tuple(sorted(set(_licences(authored, paths)))), number, rules.left_out)
    _head(rules.graph, about)
    graphs = {"data.ttl": background(knowledge, authored), "shapes.ttl": rules.graph}
    if case is not None:
        graphs["case.ttl"] = Graph()
        CaseGraph(engine.program).add(graphs["case.ttl"], CASE, engine.known_part(case))
    folder.mkdir(parents=True, exist_ok=True)
    prefixes = {"portable": URIRef(IN_CORE), "dual": URIRef(DUAL), **dict(authored.namespaces())}
    for name, graph in graphs.items():
        _named_by_content(graph, prefixes).serialize(folder / name, format="turtle")
    (folder / "README.md").write_text("\n".join(_readme(about, case is not None)), encoding="utf-8")
    return PortableFolder(tuple(folder / name for name in (*graphs, "README.md")), number, rules.left_out)


def _named_by_content(graph: Graph, prefixes: Mapping[str, URIRef]) -> Graph:
    """The graph with blank nodes named by RDFC-1.0, so that the same rules are written in the same bytes."""
    dataset = ox.Dataset(parse(graph.serialize(format="nt", encoding="utf-8")))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    ends = (node for quad in dataset for node in (quad.subject, quad.object))
    names = {node.value: node.value for node in ends if isinstance(node, ox.BlankNode)}
    named = Graph(bind_namespaces="none")
    for prefix, namespace in sorted(prefixes.items()):
        named.bind(prefix, namespace)
    # Of a blank node that it has not been told of, rdflib makes one with a name by chance.
    lines = sorted(map(str, (quad.triple for quad in dataset)))
    return named.parse(data="".join(f"{line} .\n" for line in lines), format="nt", bnode_context=names)


def _licences(authored: Graph, paths: tuple[Path, ...]) -> Iterator[str]:
    """What files and manifests say."""
    yield from (str(licence) for licence in authored.objects(None, DCTERMS.license))
    yield from filter(None, (read_manifest(path).licence for path in manifests(paths).values()))


def _head(graph: Graph, about: _About) -> None:
    """What the shapes say of themselves: a file may travel without its folder."""
    said = [(RDF.type, OWL.Ontology), (DCTERMS.source, Text(about.knowledge.digest)), (RDFS.comment, Text(about.disclaimer))]
    said += [(DCTERMS.license, URIRef(one) if "://" in one else Text(one)) for one in about.licences]
    said += [(DCTERMS.description, Text(f"Left out: {shorten(iri)}, {_reason(why)}.")) for iri, why in about.left_out.items()]
    for predicate, value in said:
        graph.add((HEADER, predicate, value))


def _reason(why: str) -> str:
    """A reason with IRIs as people write them."""
    return " ".join(shorten(word) if "://" in word else word for word in why.split())


def _readme(about: _About, with_case: bool) -> Iterator[str]:
    knowledge = about.knowledge
    yield from ("# Rules for SHACL engines", "", f"{about.disclaimer}", "")
    yield f"- {about.rules} rules, and for each the rule that it is refuted: {IN_WORDS[about.form]}."
    yield f"- Knowledge: {knowledge.version}, {knowledge.digest}."
    yield f"- Licence: {', '.join(about.licences) or 'not stated'}."
    yield ""
    yield from ("| source | date | review |", "|---|---|---|")
    read = {rule.source for rule in knowledge.rules.values()}
    for iri, source in sorted(knowledge.sources.items(), key=lambda item: item[1].number):
        if iri in read:
            name = f"{source.number} {source.title}".replace("|", "\\|")
            yield f"| {name} | {source.modified or 'undated'} | {source.review_status or 'not stated'} |"
    yield from ("", "| file | holds |", "|---|---|")
    yield "| `data.ttl` | which class is below which, which rule assesses which condition: data, like the case |"
    yield "| `shapes.ttl` | the rules with their shapes |"
    if with_case:
        yield "| `case.ttl` | a case; its node has to be an IRI |"
    yield from ("", "Run the rules in their `sh:order` over `data.ttl` and `case.ttl` together.")
    yield "What comes out says `core:holds` and `core:refuted` of the case; what it says neither of is unknown."
    if about.left_out:
        yield from ("", "Left out:", "")
        yield from (f"- `{shorten(iri)}`: {_reason(why)}" for iri, why in about.left_out.items())
    yield ""
