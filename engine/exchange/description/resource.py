"""Every IRI of the project described: for people as HTML, for machines as Turtle, JSON-LD, N-Triples and RDF/XML (issue 4.4).

A description is what the files state of a resource, its blank nodes included, and what they state *with* it: hierarchy up
and down, the criteria that name it, the rules that these criteria carry, the passages it rests on, and where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from pathlib import Path

import pyoxigraph as ox
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.decide.dose import prepare_dose
from spinegraph.engine.exchange.description.codes import codes_elsewhere, codes_row
from spinegraph.engine.exchange.description.criteria import CriterionWriter
from spinegraph.engine.exchange.description.links import Links, href_of, label_of, spaced
from spinegraph.engine.exchange.description.model import (
    Description,
    LinkedText,
    RelatedResources,
    StatedProperty,
    SupportingPassage,
    TitledCriterion,
)
from spinegraph.engine.exchange.description.ontology import DEFINED_BY, ONTOLOGY, ontologies_of, ontology_triples, versions_of
from spinegraph.engine.exchange.description.rdf import REFERENCES, described_triples, linked_triples, render_triples
from spinegraph.engine.exchange.rdf import JSON_LD, N_TRIPLES, TURTLE, render
from spinegraph.engine.exchange.rdf_xml import RDF_XML
from spinegraph.engine.knowledge.build.assembly import assemble
from spinegraph.engine.knowledge.turtle.graph import Graph, read_graph
from spinegraph.engine.knowledge.turtle.terms import BASE, Text, expand, local_name, shorten
from spinegraph.engine.model import Knowledge, Recommendation, Rule, Tension
from spinegraph.engine.templates import make_environment

HTML = "text/html"
MEDIA_TYPES = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
"""In what a description can be had; the first is the default."""

SUFFIXES: Mapping[str, str] = {"html": HTML, "ttl": TURTLE, "jsonld": JSON_LD, "nt": N_TRIPLES, "rdf": RDF_XML}
"""How to ask for a media type in a path, as links do: `/finding/Fever.ttl`."""

KINDS: Mapping[str, str] = {
    "core": "vocabulary",
    "ontology": "ontology",
    "finding": "finding",
    "condition": "condition",
    "intervention": "intervention",
    "source": "document",
    "passage": "passage",
    "reference": "reference",
    "rule": "rule",
    "shape": "criterion",
    "tension": "tension",
    "screen": "screen",
    "uncovered": "topic that no source covers",
    "line": "line of a brief",
    "score": "score",
}
"""Namespace below the project's → what its members are called."""

ORDER = (
    "skos:notation", "dcterms:identifier", "dcterms:title", "skos:prefLabel", "skos:altLabel", "core:question",
    "core:unit", "core:minimum", "core:maximum", "core:direction", "core:modality", "core:urgency", "core:timing",
    "core:strength", "core:certainty", "core:dose", "core:every", "core:everyAtMost", "core:preference",
    "core:intervention", "core:assesses", "core:derives", "core:text", "core:handling", "core:resolution", "core:overrides",
    "core:overridesIfKnown", "core:leavesOpen", "core:source", "core:subject", "core:section", "core:kind",
    "core:printedCitation", "core:rationale",
)  # fmt: skip
"""Properties that come first, in this order."""
ELSEWHERE = frozenset(map(expand, (
    "rdf:type", "rdfs:label", "skos:definition", "rdfs:subClassOf", "prov:wasDerivedFrom", "oa:hasSelector", "core:paraphrase",
    "core:scope", "core:position", "core:present", "core:absent", "core:suspected", "core:notSuspected", "core:unassessed",
    "sh:condition", "sh:and", "sh:or", "sh:node", "sh:subject", "sh:predicate", "sh:rule",
)))  # fmt: skip
"""Properties that have a place of their own on the page, or that say nothing to people."""
DOSE = expand("core:dose")
ABOUT = {"passage": "Rules that rest on it", "source": "Rules of this document", "rule": "Rules that refer to it"}
ASKED = ("finding", "condition", "intervention", "score")
"""Kinds of what criteria ask about."""
TITLE_SAYS_HOW = ("passage", "source")
"""Kinds where the title of a group says how its members speak of the resource, if all do so in one way."""

WORDS = {
    "skos:notation": "code",
    "skos:altLabel": "also called",
    "skos:prefLabel": "in patients' words",
    "rdfs:comment": "remark",
}


class Describer:
    """One graph of knowledge, indexed so that any resource of it can be described."""

    def __init__(self, graph: Graph, knowledge: Knowledge | None = None) -> None:
        self.graph = graph
        self.knowledge = knowledge or assemble(graph)
        self._links = Links(graph)
        self._writer = CriterionWriter(self.knowledge)
        self._passages = {passage.id: passage for passage in self.knowledge.passages.values()}
        self._mappings = codes_elsewhere(graph)
        self.describe = lru_cache(maxsize=4096)(self._describe)
        self.iris: tuple[str, ...] = self._links.named
        self._ontologies = ontologies_of(graph)
        self.versions = versions_of(graph)
        """IRI of a version of an ontology → the ontology."""

    def __contains__(self, iri: str) -> bool:
        return iri in self._links.places or bool(self.graph.predicates(iri))

    def render(self, iri: str, media_type: str) -> bytes:
        """The description of an IRI of the graph in one of MEDIA_TYPES, UTF-8; of an ontology, all that it states.

        Raises ValueError for any other media type, and for what RDF/XML cannot write.
        """
        if media_type == HTML:
            return render_page(self.describe(iri), self.knowledge)
        if ONTOLOGY in self.graph.iris(iri, "rdf:type"):
            triples = ontology_triples(self.graph, iri, self._ontologies)
            return render([ox.Quad(one.subject, one.predicate, one.object) for one in triples], media_type)
        return render_triples(self.triples(iri), media_type)

    def triples(self, iri: str) -> list[ox.Triple]:
        """What is stated of an IRI and with it, and everything else that its page links, each triple once."""
        stated = described_triples(self.graph, iri, self._links.inbound(iri))
        mapped = [(one.predicate, one.value) for one in self._mappings.get(iri, ()) if one.value]
        for predicate, value in (*((DEFINED_BY, one) for one in self._defined_by(iri)), *mapped):
            stated.append(ox.Triple(ox.NamedNode(iri), ox.NamedNode(predicate), ox.NamedNode(value)))
        return list(dict.fromkeys((*stated, *linked_triples(self.describe(iri), stated))))

    def _defined_by(self, iri: str) -> Iterable[str]:
        """The ontologies in whose files something is declared, unless it says so itself."""
        return () if self.graph.iris(iri, "rdfs:isDefinedBy") else self._ontologies.get(iri, ())

    def _describe(self, iri: str) -> Description:
        graph, term = self.graph, self.knowledge.deprecated.get(iri)
        return Description(
            iri=iri,
            path=iri.removeprefix(BASE),
            curie=shorten(iri),
            kind=self._kind(iri),
            label=label_of(graph, iri),
            code=graph.text(iri, "skos:notation"),
            definition=graph.text(iri, "skos:definition") or graph.text(iri, "core:paraphrase"),
            rows=tuple(self._rows(iri)),
            wider=self._items(parent for parent in graph.iris(iri, "rdfs:subClassOf") if not parent.startswith("_:")),
            narrower=self._items(self._children(iri)),
            criteria=tuple(self._criteria(iri)),
            groups=tuple(group for group in self._groups(iri) if group.items),
            passages=tuple(self._shown_passages(iri)),
            places=self._links.places.get(iri, ()),
            deprecated=term is not None,
            replaced_by=self._items((term.replaced_by,) if term.replaced_by else term.consider) if term else (),
            review=tuple(self._review(iri)),
        )

    def _kind(self, iri: str) -> str:
        rule = self.knowledge.rules.get(iri)
        if rule:
            return spaced(type(rule).__name__).lower()
        types = [local_name(kind) for kind in self.graph.iris(iri, "rdf:type")]
        word = KINDS.get(iri.removeprefix(BASE).split("/")[0], "resource")
        if word != "vocabulary":
            return word
        if "CodedProperty" in types:
            return "coded property"
        return "measurement" if "Measurement" in types else spaced(types[0]).lower() if types else word

    def _children(self, iri: str) -> Iterable[str]:
        return (child for child in self.graph.subjects("rdfs:subClassOf", iri) if not child.startswith("_:"))

    def _items(self, iris: Iterable[str], notes: Mapping[str, str] | None = None) -> tuple[LinkedText, ...]:
        unique = dict.fromkeys(iris)
        items = [LinkedText(text=label_of(self.graph, iri), href=href_of(iri), note=(notes or {}).get(iri, "")) for iri in unique]
        return tuple(sorted(items, key=lambda item: item.text.lower()))

    def _rows(self, iri: str) -> Iterable[StatedProperty]:
        elsewhere = {expand("core:item")} if iri in self.knowledge.scores else set()
        stated = {predicate: terms for predicate, terms in self.graph.predicates(iri).items() if predicate not in elsewhere}
        first = [expand(name) for name in ORDER if expand(name) in stated]
        for predicate in dict.fromkeys((*first, *sorted(stated))):
            if predicate in ELSEWHERE or (shorten(predicate) == "sh:object" and iri in stated[predicate]):
                continue
            items = [self._value(term) for term in dict.fromkeys(stated[predicate])]
            if predicate == DOSE and (doses := self._doses(iri)):
                items = doses
            name = WORDS.get(shorten(predicate)) or self.graph.text(predicate, "rdfs:label") or spaced(local_name(predicate))
            yield StatedProperty(name=name.lower(), items=tuple(sorted(items, key=lambda item: (item.note, item.text))))
        if ontologies := self._defined_by(iri):
            yield StatedProperty(name="defined by", items=self._items(ontologies))
        selector = self.graph.iri(iri, "oa:hasSelector")
        if selector:
            span = f"{self.graph.text(selector, 'oa:start')} to {self.graph.text(selector, 'oa:end')}, end exclusive"
            yield StatedProperty(name="characters", items=(LinkedText(text=span),))
        yield from self._citations(iri)
        if iri in self._mappings:
            yield codes_row(self._mappings[iri])

    def _doses(self, iri: str) -> list[LinkedText]:
        """The doses of a recommendation in words."""
        rule = self.knowledge.rules.get(iri)
        doses = rule.doses if isinstance(rule, Recommendation) else ()
        return [LinkedText(text=prepared.stated.text) for prepared in map(partial(prepare_dose, knowledge=self.knowledge), doses)]

    def _citations(self, iri: str) -> Iterable[StatedProperty]:
        """What the citation numbers of a passage most likely mean."""
        passage = self.knowledge.passages.get(iri)
        if passage and passage.citations:
            items = [
                LinkedText(
                    text=f"{cited.number}: {label_of(self.graph, cited.reference) if cited.reference else 'no entry fits'}",
                    href=href_of(cited.reference or ""),
                    note=f"inferred, confidence {cited.confidence}",
                )
                for cited in self.knowledge.citations
                if cited.source == passage.source and cited.number in passage.citations
            ]
            yield StatedProperty(name="citations, as they most likely mean", items=tuple(items))

    def _value(self, term: str | Text) -> LinkedText:
        if isinstance(term, Text):
            note = {"en-x-patient": "for patients", "en": ""}.get(term.language, term.language)
            return LinkedText(text=term.value, note=note)
        if term.startswith("_:"):
            return LinkedText(text=self._nested(term), note="")
        return LinkedText(text=label_of(self.graph, term), href=href_of(term))

    def _nested(self, node: str, depth: int = 4) -> str:
        """What a blank node says, in one line."""
        parts = []
        for predicate, values in self.graph.predicates(node).items():
            shown = [
                value.value if isinstance(value, Text)
                else self._nested(value, depth - 1) if value.startswith("_:") and depth
                else label_of(self.graph, value)
                for value in values
            ]  # fmt: skip
            name = shorten(predicate)
            parts.append(", ".join(shown) if name in ("rdf:first", "rdf:rest", "rdf:type") else f"{name} {', '.join(shown)}")
        return "; ".join(text for text in parts if text and text != "nil")

    def _criteria(self, iri: str) -> Iterable[TitledCriterion]:
        rule = self.knowledge.rules.get(iri)
        if rule:
            for title, criterion in (("Whom it is about", rule.scope), ("When it holds", rule.criterion)):
                if criterion:
                    yield TitledCriterion(title=title, root=self._writer.tree(criterion))
            if isinstance(rule, Tension) and rule.positions:
                yield TitledCriterion(title="Positions", root=self._writer.positions(rule))
        elif iri in self.knowledge.scores:
            yield TitledCriterion(title="Points", root=self._writer.items(self.knowledge.scores[iri]))
        elif iri in self._writer.shapes:
            yield TitledCriterion(title="Holds when", root=self._writer.tree(self._writer.shapes[iri], expand_named=True))

    def _shown_passages(self, iri: str) -> Iterable[SupportingPassage]:
        numbers = [local_name(passage_iri) for passage_iri in self.graph.iris(iri, "prov:wasDerivedFrom")]
        for number in dict.fromkeys(numbers):
            passage = self._passages.get(number)
            if passage:
                yield SupportingPassage(
                    id=passage.id,
                    href=href_of(passage.iri),
                    paraphrase=passage.paraphrase,
                    source=LinkedText(text=self.knowledge.sources[passage.source].number, href=href_of(passage.source)),
                    section=passage.section,
                    start=passage.start,
                    end=passage.end,
                    citations=passage.citations,
                )

    def _review(self, iri: str) -> Iterable[LinkedText]:
        """The review status of the documents that the page speaks from."""
        rule: Rule | None = self.knowledge.rules.get(iri)
        sources = {iri, rule.source if rule else "", self.graph.iri(iri, "core:source")}
        sources |= {self._passages[local_name(passage_iri)].source for passage_iri in self.graph.iris(iri, "prov:wasDerivedFrom")
                    if local_name(passage_iri) in self._passages}  # fmt: skip
        for source in self.knowledge.sources.values():
            if source.iri in sources:
                yield LinkedText(text=f"{source.number}, {source.title}", href=href_of(source.iri), note=source.review_status)

    def _groups(self, iri: str) -> Iterable[RelatedResources]:
        links = self._links
        about, notes = links.about(iri)
        kind = iri.removeprefix(BASE).split("/")[0]
        title = ABOUT.get(kind, "Rules about it")
        yield RelatedResources(title=title, items=self._items(about, _worth_saying(kind, notes)), property=REFERENCES)
        through = links.rules_through_criteria(iri)
        reads = "core:reads" if kind in ASKED or iri in self.knowledge.valued else REFERENCES
        yield RelatedResources(title="Rules whose criterion names it", items=self._items(through, notes), property=reads)
        wider = [term for term in self._broader(iri) if term != iri]
        near = {rule for term in wider for rule in links.rules_through_criteria(term)} - set(through)
        yield RelatedResources(
            title="Rules whose criterion names something wider",
            items=self._items(near),
            note="A record of this finding, or a suspicion of this condition, counts for what is wider too.",
            property="core:dependsOn",
        )
        yield RelatedResources(
            title="Rules further on",
            items=self._items(self._further({*through, *near}) - {*through, *near}),
            note="Reached through the conditions that these rules make suspected and the findings that they derive.",
            property="core:dependsOn",
        )
        for title, found in links.others(iri).items():
            yield RelatedResources(title=title, items=self._items(found, _worth_saying(kind, found)), property=REFERENCES)

    def _broader(self, iri: str) -> Iterable[str]:
        """A finding or condition and the wider ones; of anything else, nothing."""
        if iri in self.knowledge.findings or iri in self.knowledge.conditions:
            yield from (term for term in self.knowledge.hierarchy.broader[iri] if not term.startswith(f"{BASE}core/"))

    def _further(self, rules: set[str]) -> set[str]:
        """Rules that others lead to, step by step."""
        reached: set[str] = set()
        waiting = list(rules)
        while waiting:
            rule = self.knowledge.rules.get(waiting.pop())
            concluded = getattr(rule, "condition", "") or getattr(rule, "finding", "")
            for term in self._broader(concluded):
                new = set(self._links.rules_through_criteria(term)) - reached
                reached |= new
                waiting += new
        return reached


def _worth_saying(kind: str, notes: Mapping[str, str]) -> Mapping[str, str]:
    """By which property each of a group speaks of a resource, unless the title of the group says it of all."""
    return {} if kind in TITLE_SAYS_HOW and len(set(notes.values())) == 1 else notes


def make_describer(paths: Iterable[Path] | None = None) -> Describer:
    """The describer of knowledge files, by default the shipped ones. Raises KnowledgeError."""
    return Describer(read_graph(paths))


_ENVIRONMENT = make_environment("spinegraph.engine.exchange.description")


def render_page(description: Description, knowledge: Knowledge) -> bytes:
    """The page of a resource: HTML, UTF-8."""
    template = _ENVIRONMENT.get_template("resource.html.j2")
    return template.render(
        page=description,
        root="../" * description.path.count("/"),
        formats=[(suffix, media_type) for suffix, media_type in SUFFIXES.items() if media_type != HTML],
        names={"ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML"},
        knowledge=knowledge,
        disclaimer=disclaimer_of(knowledge.sources.values()),
    ).encode()
