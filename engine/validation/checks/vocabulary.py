"""Every predicate, class and individual of a closed vocabulary exists, and every literal is of the datatype it claims."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.errors import shortened
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


FOREIGN = "Use a term of a known vocabulary, declare the property, or allow its namespace in a profile (vocabulary)."


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
                what = f"{shorten(value)} is no class."
                yield content.diagnose("wrong-kind", what, subject, predicate, value, mend="Name a class after `a`.")
        yield from _own_terms(content, vocabulary, triples)


def _unknown(content: Content, vocabulary: Vocabulary, triple: Triple) -> Diagnostic:
    subject, predicate, value = triple
    near = vocabulary.nearest(str(value))
    what = f"There is no term {shorten(str(value))}{_finished(near)}"
    return content.diagnose("unknown-term", what, subject, predicate, value, mend=_written(near) or _listed(predicate))


def _bad_predicate(content: Content, vocabulary: Vocabulary, triple: Triple) -> Diagnostic:
    subject, predicate, _ = triple
    if vocabulary.knows(predicate) and predicate.startswith(CORE):
        return content.diagnose(
            "wrong-kind", f"{shorten(predicate)} is no property.", subject, predicate, mend="Use a property as predicate."
        )
    if is_ours(predicate) or not (predicate.startswith(BASE) or vocabulary.is_closed(predicate)):
        what, mend = f"{shorten(predicate)} is a property of no vocabulary that is known here", FOREIGN
    else:
        what, mend = f"There is no term {shorten(predicate)}", ""
    near = vocabulary.nearest(predicate)
    return content.diagnose("unknown-term", what + _finished(near), subject, predicate, mend=_written(near) or mend)


def _bad_literal(content: Content, subject: str, predicate: str, value: Text) -> Diagnostic:
    if not is_datatype(value.datatype):
        near = nearest_datatype(value.datatype)
        what = f"There is no datatype {shorten(value.datatype)}{_finished(near)}"
        return content.diagnose("unknown-term", what, subject, predicate, value, mend=_written(near))
    what = f"{shortened(value.value)} is no {shorten(value.datatype)}."
    return content.diagnose("bad-literal", what, subject, predicate, value)


def _own_terms(content: Content, vocabulary: Vocabulary, triples: list[Triple]) -> Iterator[Diagnostic]:
    """Standard vocabularies are not ours to extend."""
    seen: set[str] = set()
    for subject, _, _ in triples:
        if subject in seen or subject.startswith(("_:", BASE)):
            continue
        seen.add(subject)
        if not vocabulary.knows(subject):
            what = f"{shorten(subject)} is described, but {shorten(split(subject)[0])} has no such term"
            yield content.diagnose("unknown-term", what + _finished(vocabulary.nearest(subject)), subject)


def _finished(near: str) -> str:
    return f"; did you mean {near}?" if near else "."


def _listed(predicate: str) -> str:
    """The words that a predicate can have, where they are few."""
    name = shorten(predicate)
    return f"Write {words_of(name)}." if name in WORDS else ""


def _written(near: str) -> str:
    return f"Write {near}." if near else ""
