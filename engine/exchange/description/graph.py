"""A named graph described: what is in it, for people as HTML, and its triples for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox
from spinegraph.engine.exchange.description.links import TITLES, href_of, label_of
from spinegraph.engine.exchange.description.model import Description, LinkedText, RelatedResources, StatedProperty
from spinegraph.engine.exchange.description.resource import HTML, Describer, render_page
from spinegraph.engine.exchange.rdf import iri, render
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES, shorten

VOID = "http://rdfs.org/ns/void#"
HEADINGS = {**TITLES, "rule": "Rules", "shape": "Criteria", "ontology": "Ontology", "reference": "References"}
OTHERS = "Everything else"


def render_graph(describer: Describer, name: str, triples: Sequence[ox.Triple], media_type: str) -> bytes:
    """A named graph in one of `description.MEDIA_TYPES`: its triples, and how many VoID says that they are. UTF-8."""
    if media_type == HTML:
        return render_page(_describe(describer, name, triples), describer.knowledge)
    graph = ox.NamedNode(name)
    described = (
        ox.Triple(graph, iri("rdf:type"), ox.NamedNode(f"{VOID}Dataset")),
        ox.Triple(graph, iri("rdfs:label"), ox.Literal(_label(name))),
        ox.Triple(graph, ox.NamedNode(f"{VOID}triples"), ox.Literal(len(triples))),
    )
    quads = [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in (*described, *triples)]
    return render(quads, media_type, {**PREFIXES, "void": VOID})


def _label(name: str) -> str:
    return name.removeprefix(f"{BASE}graph/")


def _describe(describer: Describer, name: str, triples: Sequence[ox.Triple]) -> Description:
    subjects = {triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode)}
    facts = (
        ("triples", f"{len(triples):,}"),
        ("ask for all", f"SELECT * {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"),
    )
    return Description(
        iri=name,
        path=name.removeprefix(BASE),
        curie=shorten(name),
        kind="named graph",
        label=_label(name),
        code="",
        definition="",
        rows=tuple(StatedProperty(name=fact, items=(LinkedText(text=value),)) for fact, value in facts),
        wider=(),
        narrower=(),
        criteria=(),
        groups=tuple(_groups(describer, subjects)),
        passages=(),
        places=(),
        review=(),
    )


def _groups(describer: Describer, subjects: Iterable[str]) -> Iterable[RelatedResources]:
    """What the graph states something of, by kind."""
    items: dict[str, list[LinkedText]] = {}
    for subject in subjects:
        kind = subject.removeprefix(BASE).partition("/")[0] if subject.startswith(BASE) else ""
        item = LinkedText(text=label_of(describer.graph, subject), href=href_of(subject))
        items.setdefault(HEADINGS.get(kind, OTHERS), []).append(item)
    for title in sorted(items):
        yield RelatedResources(title=title, items=tuple(sorted(items[title], key=lambda item: (item.text.lower(), item.href))))
