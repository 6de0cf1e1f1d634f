"""What there is to say of a snapshot as a published dataset, read off its own statements: nothing is said that these do not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox
from spinegraph.engine.knowledge.turtle.terms import BASE, expand
from spinegraph.engine.model import Frozen
from spinegraph.engine.query.dataset import GraphCounts, Snapshot, quads_of
from spinegraph.engine.query.dumps import Dump, DumpKind

TITLE = "Clinical guidelines as a knowledge graph"
DESCRIPTION = (
    "Statements of clinical documents, each with its place in the document, the concepts that they speak of, and the rules, "
    "written as SHACL, that follow from them for a patient. Decision support, not a medical device."
)
RIGHTS = "The licence is for what is stated here; codes of other systems belong to their owners, who have terms of their own."
KEYWORDS = ("clinical guideline", "decision support", "knowledge graph", "SHACL", "provenance")
EXAMPLES = ("core:Recommendation", "core:Passage", "core:Source", "core:Tension", "owl:Class")
"""Of each of these the first is shown as an example."""
MATCHES = tuple(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))


class Document(Frozen, frozen=True, kw_only=True):
    """A document from which the content is made; `review` is its review status as printed."""

    iri: str
    title: str
    review: str


class Linkset(Frozen, frozen=True, kw_only=True):
    """Links of one kind to one other system."""

    predicate: str
    target: str
    links: int


class DumpFacts(Frozen, frozen=True, kw_only=True):
    """A file with the whole dataset: name below the root of the service, size in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str


class Publication(Frozen, frozen=True, kw_only=True):
    """A dataset as catalogues describe it. `licences`, `creators`, `modified` and `version` are those of its ontologies."""

    digest: str
    graphs: tuple[GraphCounts, ...]
    licences: tuple[str, ...]
    creators: tuple[str, ...]
    created: str
    modified: str
    version: str
    documents: tuple[Document, ...]
    vocabularies: tuple[str, ...]
    linksets: tuple[Linkset, ...]
    examples: tuple[str, ...]
    dumps: tuple[DumpFacts, ...]


def publication_of(snapshot: Snapshot, dump: Callable[[DumpKind], Dump]) -> Publication:
    """The facts of a snapshot; `dump` makes its dumps."""
    statements = _Statements(quad.triple for quad in quads_of(snapshot))
    ontologies = statements.of_class("owl:Ontology")
    days = sorted(day for iri in ontologies for day in statements.texts(iri, "dcterms:modified"))
    return Publication(
        digest=snapshot.digest,
        graphs=snapshot.graphs,
        licences=_unique(value for iri in ontologies for value in statements.values(iri, "dcterms:license")),
        creators=_unique(value for iri in ontologies for value in statements.values(iri, "dcterms:creator")),
        created=next(iter(sorted(day for iri in ontologies for day in statements.texts(iri, "dcterms:created"))), ""),
        modified=days[-1] if days else "",
        version=next(iter(statements.texts(expand("core:"), "owl:versionInfo")), ""),
        documents=tuple(_documents(statements)),
        vocabularies=tuple(sorted({namespace_of(iri) for iri in statements.terms if not _is_content(iri)})),
        linksets=tuple(_linksets(statements)),
        examples=tuple(filter(None, map(statements.first, EXAMPLES))),
        dumps=tuple(_facts(dump(kind)) for kind in ("trig", "nq")),
    )


def namespace_of(iri: str) -> str:
    """An IRI up to its last `#` or `/`.

    >>> namespace_of("http://www.w3.org/ns/prov#Entity"), namespace_of("http://snomed.info/id/4")
    ('http://www.w3.org/ns/prov#', 'http://snomed.info/id/')
    """
    return re.sub(r"[^#/]*$", "", iri)


def _is_content(iri: str) -> bool:
    """Whether an IRI is one of the things that are described, not of a vocabulary that describes them."""
    return iri.startswith(BASE) and not iri.startswith(expand("core:"))


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _facts(dump: Dump) -> DumpFacts:
    return DumpFacts(name=f"dataset.{dump.kind}", media_type=dump.media_type, size=len(dump.body), sha256=dump.sha256)


def _documents(statements: _Statements) -> Iterator[Document]:
    for iri in statements.of_class("core:Source"):
        title = next(iter(statements.texts(iri, "dcterms:title")), iri)
        yield Document(iri=iri, title=title, review=next(iter(statements.texts(iri, "core:reviewStatus")), ""))


def _linksets(statements: _Statements) -> Iterator[Linkset]:
    for (predicate, target), links in sorted(statements.links.items()):
        yield Linkset(predicate=predicate, target=target, links=links)


class _Statements:
    """The statements of a snapshot, as far as a description needs them."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        wanted = {expand(name) for name in ("dcterms:license", "dcterms:creator", "dcterms:created", "dcterms:modified",
                                            "dcterms:title", "owl:versionInfo", "core:reviewStatus")}  # fmt: skip
        matches, type_ = {*map(expand, MATCHES)}, expand("rdf:type")
        self.terms: set[str] = set()
        self.links: Counter[tuple[str, str]] = Counter()
        self._stated: dict[tuple[str, str], list[ox.NamedNode | ox.Literal]] = {}
        self._of_class: dict[str, list[str]] = {}
        for subject, predicate, value in dict.fromkeys(triples):
            self.terms.add(predicate.value)
            if predicate.value == type_ and isinstance(value, ox.NamedNode):
                self.terms.add(value.value)
                if isinstance(subject, ox.NamedNode):
                    self._of_class.setdefault(value.value, []).append(subject.value)
            elif predicate.value in matches and isinstance(value, ox.NamedNode):
                self.links[predicate.value, namespace_of(value.value)] += 1
            elif predicate.value in wanted and isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
                self._stated.setdefault((subject.value, predicate.value), []).append(value)

    def of_class(self, curie: str) -> list[str]:
        return self._of_class.get(expand(curie), [])

    def first(self, curie: str) -> str:
        """The first thing of a class that is content, or ""."""
        return next(filter(_is_content, self.of_class(curie)), "")

    def values(self, iri: str, predicate: str) -> list[str]:
        """Texts and IRIs."""
        return [value.value for value in self._stated.get((iri, expand(predicate)), ())]

    def texts(self, iri: str, predicate: str) -> list[str]:
        """Texts in English, or in no language."""
        stated = self._stated.get((iri, expand(predicate)), ())
        return [value.value for value in stated if isinstance(value, ox.Literal) and value.language in ("en", None)]
