"""Words for both audiences: labels, definitions, questions, texts, and the language tags under which they are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spinegraph.engine.knowledge.build.rules import BUILDERS
from spinegraph.engine.knowledge.files import GENERATED
from spinegraph.engine.knowledge.turtle.terms import FOR_PATIENTS, PATIENT, Text, expand, shorten
from spinegraph.engine.messages import LANGUAGES
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic

TAGS = tuple(f"{language}{end}" for language in LANGUAGES for end in ("", FOR_PATIENTS))
"""Those under which texts are looked up: of languages that answers can be in."""
NOTES = frozenset(
    map(
        expand,
        (
            "rdfs:comment", "skos:note", "skos:changeNote", "skos:editorialNote", "skos:example", "skos:historyNote",
            "skos:scopeNote",
        ),
    )
)  # fmt: skip
"""What authors say to each other, in whatever language: nobody is shown it."""


class Concepts(NamedTuple):
    """IRIs of the concepts by kind."""

    finding: tuple[str, ...]
    condition: tuple[str, ...]
    intervention: tuple[str, ...]
    measurement: tuple[str, ...]
    coded: tuple[str, ...]


def check_words(content: Content) -> Iterator[Diagnostic]:
    """What has no words, has the same words as something else, or has them under a tag that nobody is shown."""
    concepts = _concepts(content)
    for kind, iris in zip(Concepts._fields, concepts, strict=True):
        for iri in iris:
            yield from _words_of_concept(content, iri, kind)
        yield from _same_words(content, kind, iris)
    yield from _rules_and_shapes(content)
    yield from _lines(content)
    yield from _same_texts(content)
    yield from _languages(content)


def _concepts(content: Content) -> Concepts:
    graph = content.graph
    classes = [
        iri
        for iri in graph.of_class("owl:Class")
        if not (iri.startswith("_:") or graph.flag(iri, "owl:deprecated"))
        and any(path.name != GENERATED for path in graph.files_of(iri))
    ]
    by_kind = {
        kind: tuple(iri for iri in dict.fromkeys(classes) if iri.startswith(expand(f"{kind}:")))
        for kind in ("finding", "condition", "intervention")
    }
    return Concepts(
        **by_kind, measurement=tuple(graph.of_class("core:Measurement")), coded=tuple(graph.of_class("core:CodedProperty"))
    )


def _words_of_concept(content: Content, iri: str, kind: str) -> Iterator[Diagnostic]:
    graph = content.graph
    if not graph.text(iri, "rdfs:label").strip():
        yield content.diagnose("no-label", "none", iri, "rdfs:label")
    if not graph.text(iri, "skos:definition").strip():
        yield content.diagnose("no-definition", "none", iri, lacks=("skos:definition",))
    if not _in_language(graph.terms(iri, "skos:prefLabel"), PATIENT):
        yield content.diagnose("no-patient-words", "concept", iri, language=PATIENT, lacks=("skos:prefLabel",))
    asked = kind in ("measurement", "coded") or (kind == "finding" and not graph.flag(iri, "core:derivedOnly"))
    if asked:
        missing = [tag for tag in ("en", PATIENT) if not _in_language(graph.terms(iri, "core:question"), tag)]
        if missing:
            whom = [{"en": "clinicians", PATIENT: "patients"}[tag] for tag in missing]
            yield content.diagnose("no-question", "none", iri, audiences=whom, lacks=("core:question",))


def _in_language(terms: Iterable[object], language: str) -> bool:
    return any(isinstance(term, Text) and term.language == language and term.value.strip() for term in terms)


def _same_words(content: Content, kind: str, iris: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Two concepts of one kind with the same label, for clinicians or for patients."""
    for predicate, language, whom in (("rdfs:label", "en", "clinicians"), ("skos:prefLabel", PATIENT, "patients")):
        holders: dict[str, str] = {}
        for iri in iris:
            words = content.graph.text(iri, predicate, language)
            key = " ".join(words.casefold().split())
            first = holders.setdefault(key, iri) if key else iri
            if first != iri:
                yield content.diagnose(
                    "ambiguous-label",
                    "same-name",
                    iri,
                    predicate,
                    kind=kind,
                    counterpart=shorten(first),
                    words=words,
                    audience=whom,
                    related=(content.related(first, "called the same", predicate),),
                )


def _same_texts(content: Content) -> Iterator[Diagnostic]:
    """A recommendation for something and one against something in the same words: a text was copied and not changed."""
    graph = content.graph
    for language, whom in (("en", "clinicians"), (PATIENT, "patients")):
        holders: dict[str, str] = {}
        for iri in graph.of_class("core:Recommendation"):
            text = graph.text(iri, "core:text", language)
            key = " ".join(text.casefold().split())
            first = holders.setdefault(key, iri) if key else iri
            if first != iri and graph.iri(first, "core:direction") != graph.iri(iri, "core:direction"):
                related = (content.related(first, "tells the same", "core:text"),)
                both = {"counterpart": shorten(first), "words": text, "audience": whom}
                yield content.diagnose("ambiguous-label", "same-text", iri, "core:text", related=related, terms=both)


def _rules_and_shapes(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    for kind in BUILDERS:
        for iri in graph.of_class(kind):
            if not graph.text(iri, "rdfs:label").strip():
                yield content.diagnose("no-label", "none", iri, "rdfs:label")
            yield from _text_of_rule(content, iri, kind)
    for iri in graph.of_class("sh:NodeShape"):
        named = not iri.startswith("_:") and not graph.terms(iri, "sh:targetClass")
        if named and not graph.text(iri, "rdfs:label").strip():
            yield content.diagnose("no-label", "none", iri, "rdfs:label")


def _text_of_rule(content: Content, iri: str, kind: str) -> Iterator[Diagnostic]:
    needed = {
        "core:Recommendation": ("core:text",),
        "core:Exclusion": ("core:text",),
        "core:SourceGap": ("core:text",),
        "core:Tension": ("skos:definition", "core:handling"),
    }.get(kind, ())
    for predicate in needed:
        if not content.graph.text(iri, predicate).strip():
            yield content.diagnose("no-text", "lacks", iri, lacks=(predicate,))
    for_patients = kind in ("core:Recommendation", "core:Exclusion")
    if for_patients and not _in_language(content.graph.terms(iri, "core:text"), PATIENT):
        yield content.diagnose("no-patient-words", "rule", iri, language=PATIENT, lacks=("core:text",))


def _lines(content: Content) -> Iterator[Diagnostic]:
    """Lines that stand in briefs and have no words there, in a text or as part of a headline."""
    graph = content.graph
    for iri in graph.of_class("core:BriefLine"):
        if graph.iri(iri, "core:place") == expand("core:nowhere"):
            continue
        for predicate in ("core:text", "core:headline"):
            if not graph.text(iri, predicate).strip():
                yield content.diagnose("no-text", "lacks", iri, lacks=(predicate,))
            if not _in_language(graph.terms(iri, predicate), PATIENT):
                yield content.diagnose("no-patient-words", "line", iri, language=PATIENT, lacks=(predicate,))


def _languages(content: Content) -> Iterator[Diagnostic]:
    for triples in content.triples.values():
        for subject, predicate, value in triples:
            if isinstance(value, Text) and value.language not in ("", *TAGS) and predicate not in NOTES:
                tags = {"language": value.language, "tags": [f"@{tag}" for tag in TAGS]}
                yield content.diagnose("unknown-language", "tag", subject, predicate, value, terms=tags)
