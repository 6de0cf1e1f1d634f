"""Every predicate, class and individual of a closed vocabulary exists, and every literal is of the datatype it claims."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.knowledge.build.rules import WORDS, words_of
from spinegraph.engine.knowledge.turtle.terms import BASE, RDF_TYPE, Text, expand, shorten
from spinegraph.engine.validation.checks.terms import (
    CORE,
    Vocabulary,
    is_datatype,
    is_ours,
    is_well_typed,
    nearest_datatype,
    split,
)
from spinegraph.engine.validation.content import Content, Triple
from spinegraph.engine.validation.diagnostics import Diagnostic

VERSIONS = frozenset(map(expand, ("owl:versionIRI", "owl:priorVersion", "owl:imports")))
"""Their objects name ontologies, not terms."""


def check_vocabulary(content: Content) -> Iterator[Diagnostic]:
    """Misspelt or invented terms, with the nearest that exists; datatypes that do not exist, or whose form is not kept."""
    vocabulary = Vocabulary(content)
    known: dict[str, bool] = {}
    types: dict[Text, bool] = {}
    for triples in content.triples.values():
        for triple in triples:
            subject, predicate, value = triple
            if predicate not in known:
                known[predicate] = vocabulary.is_property(predicate) and vocabulary.knows(predicate)
            if not known[predicate]:
                yield _bad_predicate(content, vocabulary, triple)
            if isinstance(value, Text):
                if not types.setdefault(value, is_datatype(value.datatype) and is_well_typed(value)):
                    yield _bad_literal(content, subject, predicate, value)
            elif predicate not in VERSIONS and not vocabulary.knows(value):
                yield _unknown(content, vocabulary, triple)
            elif predicate == RDF_TYPE and not vocabulary.is_class(value):
                yield content.diagnose("wrong-kind", "no-class", subject, predicate, value)
        yield from _own_terms(content, vocabulary, triples)


def _unknown(content: Content, vocabulary: Vocabulary, triple: Triple) -> Diagnostic:
    subject, predicate, value = triple
    term, meant = shorten(str(value)), vocabulary.nearest(str(value))
    words = words_of(shorten(predicate)) if shorten(predicate) in WORDS and not meant else ""
    return content.diagnose("unknown-term", "value", subject, predicate, value, term=term, meant=meant, words=words)


def _bad_predicate(content: Content, vocabulary: Vocabulary, triple: Triple) -> Diagnostic:
    subject, predicate, _ = triple
    if vocabulary.knows(predicate) and predicate.startswith(CORE):
        return content.diagnose("wrong-kind", "no-property", subject, predicate)
    foreign = is_ours(predicate) or not (predicate.startswith(BASE) or vocabulary.is_closed(predicate))
    named = {"term": shorten(predicate), "meant": vocabulary.nearest(predicate)}
    return content.diagnose("unknown-term", "foreign-property" if foreign else "property", subject, predicate, terms=named)


def _bad_literal(content: Content, subject: str, predicate: str, value: Text) -> Diagnostic:
    if not is_datatype(value.datatype):
        named = {"term": shorten(value.datatype), "meant": nearest_datatype(value.datatype)}
        return content.diagnose("unknown-term", "datatype", subject, predicate, value, terms=named)
    form = {"given": value.value, "datatype": shorten(value.datatype)}
    return content.diagnose("bad-literal", "form", subject, predicate, value, terms=form)


def _own_terms(content: Content, vocabulary: Vocabulary, triples: list[Triple]) -> Iterator[Diagnostic]:
    """Standard vocabularies are not ours to extend."""
    seen: set[str] = set()
    for subject, _, _ in triples:
        if subject in seen or subject.startswith(("_:", BASE)):
            continue
        seen.add(subject)
        if not vocabulary.knows(subject):
            named = {"term": shorten(subject), "meant": vocabulary.nearest(subject)}
            yield content.diagnose("unknown-term", "described", subject, namespace=shorten(split(subject)[0]), terms=named)
