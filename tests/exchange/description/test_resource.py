"""Descriptions of resources: whole, linked, the same in every syntax, and for every IRI that there is."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest
from spinegraph.engine import shipped_paths
from spinegraph.engine.exchange.derived.graph import derived_triples
from spinegraph.engine.exchange.description.model import CriterionInWords
from spinegraph.engine.exchange.description.resource import HTML, KINDS, MEDIA_TYPES, Describer, make_describer
from spinegraph.engine.knowledge.turtle.terms import BASE, expand
from spinegraph.engine.program.compiler import compile_program

VOID = {"meta", "link", "br", "input"}
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


@pytest.fixture(scope="module")
def describer() -> Describer:
    return make_describer()


class _Page(HTMLParser):
    """Checks that tags are closed in order, and keeps links and headings."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        assert tag not in ("script", "img", "iframe")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _parsed(describer: Describer, iri: str) -> _Page:
    page = _Page()
    page.feed(describer.render(iri, HTML).decode())
    page.close()
    assert page.open == []
    return page


def _texts(item: CriterionInWords) -> list[str]:
    return [item.text, *(text for child in item.children for text in _texts(child))]


@pytest.mark.slow
def test_every_resource_has_a_page_whose_links_lead_somewhere(describer: Describer) -> None:
    assert len(describer.iris) > 1000
    assert {iri.removeprefix(BASE).split("/")[0] for iri in describer.iris} == KINDS.keys() - {"score"}  # none is shipped
    dead = set()
    for iri in describer.iris:
        page = _parsed(describer, iri)
        assert page.headings[0] == "h1"
        assert page.headings.count("h1") == 1
        for link in page.links:
            target = link.removeprefix("../")
            if (
                link.startswith("../")
                and not target.endswith((".ttl", ".jsonld", ".nt", ".rdf"))
                and BASE + target not in describer
            ):
                dead.add((iri, link))
    versions = {f"../{version.removeprefix(BASE)}" for version in describer.versions}  # redirected
    assert {link for _, link in dead} == versions | {"../browse", "../browse/classes", "../browse/alphabet", "../dataset"}


def test_pages_need_nothing_from_elsewhere(describer: Describer) -> None:
    text = describer.render(expand("finding:Fever"), HTML).decode()
    assert not re.search(r"<script|@import|url\(|<img|src=", text)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert '<link rel="canonical" href="https://w3id.org/spinegraph/finding/Fever">' in text
    assert "no substitute for clinical judgement" in text
    assert "review status <strong>pending</strong>" in text


def test_what_is_said_is_escaped(describer: Describer) -> None:
    text = describer.render(expand("core:AtLeastConstraintComponent"), HTML).decode()
    assert "&gt;=" in text
    assert "?count >= $atLeast" not in text


@pytest.mark.parametrize("curie", ["finding:Fever", "shape:CaudaEquinaMarkers", "tension:C01", "core:", "reference:000-1"])
def test_every_syntax_says_the_same(curie: str, describer: Describer) -> None:
    iri = expand(curie)
    graphs = []
    for media_type, syntax in FORMATS.items():
        dataset = ox.Dataset(quad for quad in ox.parse(describer.render(iri, media_type), format=syntax))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        graphs.append(set(dataset))
    assert graphs[0]
    assert graphs[0] == graphs[1] == graphs[2]


def test_rdf_holds_what_is_stated_and_what_names_it(describer: Describer) -> None:
    parsed = ox.parse(describer.render(expand("finding:BackPain"), "text/turtle"), format=ox.RdfFormat.TURTLE)
    triples = {(str(quad.subject), str(quad.predicate)) for quad in parsed}
    back_pain, narrower = (f"<{expand(name)}>" for name in ("finding:BackPain", "finding:BackPainLeftMidLower"))
    assert (back_pain, f"<{expand('skos:notation')}>") in triples
    assert (narrower, f"<{expand('rdfs:subClassOf')}>") in triples


def test_the_same_content_gives_the_same_bytes(describer: Describer) -> None:
    again = make_describer(shipped_paths())
    for media_type in MEDIA_TYPES:
        iri = expand("shape:CaudaEquinaMarkers")
        assert describer.render(iri, media_type) == again.render(iri, media_type)


def test_a_finding_tells_of_its_hierarchy_rules_and_passages(describer: Describer) -> None:
    page = describer.describe(expand("finding:UrinaryRetention"))
    assert (page.code, page.kind, page.curie) == ("urinary_retention", "finding", "finding:UrinaryRetention")
    assert "bowel or bladder dysfunction" in [item.text for item in page.wider]
    groups = {group.title: [item.text for item in group.items] for group in page.groups}
    named = groups["Rules whose criterion names it"]
    assert {"Cauda equina syndrome suspected from a marker", "Lumbar MRI without contrast, at once"} <= set(named)
    assert "Contrast for MRI" in groups["Rules further on"], "by way of the suspicion"
    assert "000-L032b" in [passage.id for passage in page.passages]
    assert any(re.fullmatch(r"ontology/findings\.ttl:\d+", place) for place in page.places)
    assert "for patients" in {item.note for row in page.rows for item in row.items}


def test_a_rule_tells_whom_it_is_about_and_when_it_holds(describer: Describer) -> None:
    page = describer.describe(expand("rule:lumbar-mri-in-suspected-cauda-equina"))
    assert page.kind == "recommendation"
    assert [part.title for part in page.criteria] == ["Whom it is about", "When it holds"]
    assert page.criteria[1].root.text == "a marker of cauda equina syndrome, or bowel or bladder dysfunction"
    assert "bowel or bladder dysfunction: present" in _texts(page.criteria[1].root)
    rows = {row.name: [item.text for item in row.items] for row in page.rows}
    assert rows["direction"] == ["for"]
    assert rows["urgency"] == ["emergency"]
    assert [item.note for item in page.review] == ["pending"]


def test_a_shape_writes_out_its_criterion(describer: Describer) -> None:
    page = describer.describe(expand("shape:CaudaEquinaMarkers"))
    texts = _texts(page.criteria[0].root)
    assert "saddle anesthesia: present" in texts
    assert page.criteria[0].root.joint == "any of"


def test_a_tension_shows_its_positions(describer: Describer) -> None:
    page = describer.describe(expand("tension:C01"))
    positions = next(part.root for part in page.criteria if part.title == "Positions")
    assert len(positions.children) >= 2
    assert any(child.children and child.children[0].href.startswith("rule/") for child in positions.children)


def test_a_passage_tells_where_it_stands_and_who_rests_on_it(describer: Describer) -> None:
    page = describer.describe(expand("passage:000-L033a"))
    rows = {row.name: [item.text for item in row.items] for row in page.rows}
    assert re.fullmatch(r"\d+ to \d+, end exclusive", rows["characters"][0])
    assert any(item.note.startswith("inferred") for row in page.rows for item in row.items)
    groups = {group.title: [item.text for item in group.items] for group in page.groups}
    assert "Lumbar MRI without contrast, at once" in groups["Rules that rest on it"]


def test_another_media_type_is_refused(describer: Describer) -> None:
    with pytest.raises(ValueError, match="text/csv"):
        describer.render(expand("finding:Fever"), "text/csv")


def test_a_document_does_not_repeat_at_each_entry_what_the_title_says(describer: Describer) -> None:
    page = describer.render(expand("source:back-pain"), HTML).decode()
    assert "Rules of this document" in page
    assert '<span class="note">source</span>' not in page
    assert '<span class="note">leaves open</span>' in describer.render(expand("rule:no-early-mri"), HTML).decode()


OF_EACH_KIND = (
    "finding:Fever", "condition:CaudaEquinaSyndrome", "intervention:Mri", "core:esrMmH", "core:Rule", "core:urgency",
    "rule:lumbar-mri-in-suspected-cauda-equina", "shape:CaudaEquinaMarkers", "tension:C01", "passage:000-L033a",
    "source:left-back-pain-with-spasm", "reference:000-1", "reference:000-citation-1", "screen:cauda-equina",
)  # fmt: skip
UNSHOWN = frozenset(map(expand, ("rdf:type", "sh:rule", "sh:subject", "sh:predicate", "sh:object", "rdfs:domain", "rdfs:range")))
"""What RDF needs to say and people do not read."""


@pytest.mark.parametrize("curie", OF_EACH_KIND)
def test_what_the_page_links_is_in_the_rdf(curie: str, describer: Describer) -> None:
    links = {link.removeprefix("../") for link in _parsed(describer, expand(curie)).links}
    content = {link for link in links if "://" in link or link.partition("/")[0] in KINDS}  # the rest leads about the site
    shown = {link if "://" in link else BASE + link for link in content if not link.endswith((".ttl", ".jsonld", ".nt", ".rdf"))}
    said = {term.value for triple in describer.triples(expand(curie)) for term in triple if isinstance(term, ox.NamedNode)}
    assert shown
    assert shown - {expand(curie)} <= said


@pytest.mark.parametrize("curie", OF_EACH_KIND)
def test_what_the_rdf_says_between_two_resources_the_page_links(curie: str, describer: Describer) -> None:
    iri = expand(curie)
    page = describer.render(iri, HTML).decode()
    links = {link.removeprefix("../") for link in _parsed(describer, iri).links}
    for triple in describer.triples(iri):
        ends = [term.value for term in (triple.subject, triple.object) if isinstance(term, ox.NamedNode)]
        if iri in ends and len(set(ends)) == 2 and triple.predicate.value not in UNSHOWN:
            other = next(end for end in ends if end != iri)
            assert other.removeprefix(BASE) in links or other in page, str(triple)


def test_rdf_leads_to_codes_elsewhere_and_to_rules_through_criteria(describer: Describer) -> None:
    fever = ox.NamedNode(expand("finding:Fever"))
    triples = describer.triples(fever.value)
    snomed = ox.NamedNode("http://snomed.info/id/386661006")
    assert ox.Triple(fever, ox.NamedNode(expand("skos:exactMatch")), snomed) in triples
    reading = {triple.subject for triple in triples if triple.predicate.value == expand("core:reads")}
    assert ox.NamedNode(expand("rule:discitis-from-fever")) in reading
    assert len(reading) > 40


def test_rules_that_read_a_finding_are_those_of_the_derived_graph(describer: Describer) -> None:
    """The page walks the statements, the derived graph the criteria as they were read."""
    derived = derived_triples(compile_program(describer.knowledge))
    for curie in ("finding:Fever", "finding:SaddleAnesthesia", "core:esrMmH", "condition:SpinalInfection"):
        iri = ox.NamedNode(expand(curie))
        reads = {triple.subject for triple in derived if triple.predicate.value == expand("core:reads") and triple.object == iri}
        said = {triple.subject for triple in describer.triples(iri.value) if triple.predicate.value == expand("core:reads")}
        assert said == reads, curie
