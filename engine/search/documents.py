"""What there is to be found: of each thing its names and what is said of it, in one language at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from spinegraph.engine.knowledge.turtle.terms import PATIENT
from spinegraph.engine.model import (
    CodedProperty,
    Concept,
    Exclusion,
    Knowledge,
    Measurement,
    Recommendation,
    Rule,
    SourceGap,
    Tension,
)

Kind = Literal["finding", "measurement", "coded", "condition", "intervention", "rule", "tension", "source", "passage"]
Where = Literal[
    "label",
    "code",
    "words for patients",
    "synonym",
    "code elsewhere",
    "deprecated code",
    "definition",
    "text",
    "text for patients",
]
NAMES: frozenset[Where] = frozenset(("label", "code", "words for patients", "synonym", "code elsewhere", "deprecated code"))
"""What something is called; everything else is said of it."""


class Words(NamedTuple):
    """One text, what it is to the thing, and its language tag (empty for codes)."""

    where: Where
    text: str
    language: str


class Document(NamedTuple):
    """A thing that can be found, with its texts in one language."""

    iri: str
    kind: Kind
    label: str
    code: str
    language: str
    words: tuple[Words, ...]


def make_documents(languages: Mapping[str, Knowledge]) -> list[Document]:
    """Everything that can be found, of the same knowledge in several languages, the first of which is complete.

    What a further language lacks stands there in the words of the first: it is not listed twice.
    """
    documents: list[Document] = []
    said: dict[str, set[tuple[str, str]]] = {}
    for language, knowledge in languages.items():
        for document in _documents(knowledge, language):
            known = said.setdefault(document.iri, set())
            new = tuple(words for words in document.words if words.text and (words.where, words.text) not in known)
            known.update((words.where, words.text) for words in new)
            if new:
                documents.append(document._replace(words=new))
    return documents


def _documents(knowledge: Knowledge, language: str) -> Iterator[Document]:
    codes: dict[str, list[str]] = {}
    for code, iri in sorted(knowledge.external_codes.items()):
        codes.setdefault(iri, []).append(code)
    groups: tuple[tuple[Kind, Iterable[Concept | Measurement | CodedProperty]], ...] = (
        ("finding", knowledge.stated_findings.values()),
        ("measurement", knowledge.measurements.values()),
        ("coded", knowledge.coded.values()),
        ("condition", knowledge.conditions.values()),
        ("intervention", knowledge.interventions.values()),
    )
    for kind, concepts in groups:
        for concept in concepts:
            words = (
                *_of_concept(concept, language),
                *(Words("code elsewhere", code, "") for code in codes.get(concept.iri, ())),
                *_of_replaced(concept.iri, knowledge, language),
            )
            yield Document(concept.iri, kind, concept.label, concept.code, language, words)
    for rule in knowledge.rules.values():
        kind = "tension" if isinstance(rule, Tension) else "rule"
        yield Document(rule.iri, kind, rule.label, rule.id, language, tuple(_of_rule(rule, language)))
    for source in knowledge.sources.values():
        words = (Words("label", source.title, language), Words("code", source.number, ""),
                 Words("definition", source.title_question, language))  # fmt: skip
        yield Document(source.iri, "source", source.title, source.number, language, words)
    for passage in knowledge.passages.values():
        words = (Words("code", passage.id, ""), Words("text", passage.paraphrase, language))
        yield Document(passage.iri, "passage", passage.id, passage.id, language, words)


def for_patients(language: str) -> str:
    """The tag of words for patients in a language: `en` → `en-x-patient`."""
    return language + PATIENT.removeprefix("en")


def _of_concept(concept: Concept | Measurement | CodedProperty, language: str) -> Iterator[Words]:
    yield Words("label", concept.label, language)
    yield Words("code", concept.code, "")
    yield Words("words for patients", concept.patient_label, for_patients(language))
    if isinstance(concept, Concept):
        yield from (Words("synonym", synonym, language) for synonym in concept.synonyms)
    if isinstance(concept, CodedProperty):
        for value in concept.values:
            yield Words("synonym", value.label, language)
            yield Words("words for patients", value.patient_label, for_patients(language))
    yield Words("definition", concept.definition, language)


def _of_replaced(iri: str, knowledge: Knowledge, language: str) -> Iterator[Words]:
    """What the terms out of use are called in whose place a concept stands."""
    for term in knowledge.deprecated.values():
        if term.replaced_by == iri:
            yield Words("synonym", term.label, language)
            yield Words("deprecated code", term.code, "")


def _of_rule(rule: Rule, language: str) -> Iterator[Words]:
    yield Words("label", rule.label, language)
    yield Words("code", rule.id, "")
    match rule:
        case Recommendation() | Exclusion() | SourceGap():
            yield Words("text", rule.text, language)
            yield Words("text for patients", rule.patient_text, for_patients(language))
        case Tension():
            yield Words("definition", rule.definition, language)
            yield from (Words("text", position.label, language) for position in rule.positions)
        case _:
            pass
