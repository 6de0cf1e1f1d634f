"""Knowledge → the triples of the graph `…/graph/derived`: what can be worked out of the content, without lists and recursion."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from spinegraph.engine.exchange.derived.dependence import dependence_of
from spinegraph.engine.exchange.derived.reads import questions_of, required_by
from spinegraph.engine.exchange.description.criteria import CriterionWriter
from spinegraph.engine.exchange.description.model import CriterionInWords
from spinegraph.engine.exchange.rdf import iri as node
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.model import Knowledge, Recommendation, Rule
from spinegraph.engine.program.program import Program

DERIVED = f"{BASE}graph/derived"
"""The IRI of the graph."""
CONFIDENCE = {"none": 0, "low": 1, "medium": 2, "high": 3}
"""How sure a citation mapping is → its core:rank."""


def derived_triples(program: Program) -> list[ox.Triple]:
    """The triples of the derived graph of the knowledge that was compiled, each once, in its order."""
    knowledge, dependence = program.knowledge, dependence_of(program)
    found = [
        *_of_rules(knowledge),
        *(_named(rule, "dependsOn", thing) for rule, things in dependence.rules.items() for thing in things),
        *(_named(rule, "verdictDependsOn", thing) for rule, things in dependence.verdicts.items() for thing in things),
        *_of_passages(knowledge),
        *_of_packages(knowledge),
    ]
    return list(dict.fromkeys(found))


def _named(subject: str, name: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), node(f"core:{name}"), ox.NamedNode(value))


def _said(subject: str, name: str, value: str, language: str = "") -> ox.Triple:
    literal = ox.Literal(value, language=language) if language else ox.Literal(value)
    return ox.Triple(ox.NamedNode(subject), node(f"core:{name}"), literal)


def _of_rules(knowledge: Knowledge) -> Iterator[ox.Triple]:
    writer = CriterionWriter(knowledge)
    for rule in knowledge.rules.values():
        yield from _read(rule, knowledge)
        for name, criterion in (("scopeText", rule.scope), ("criterionText", rule.criterion)):
            if criterion:
                yield _said(rule.iri, name, in_words(writer.tree(criterion)), "en")
        if isinstance(rule, Recommendation):
            yield _named(rule.iri, "evidenceGrade", f"{BASE}core/{rule.certainty or 'notGraded'}")
            yield _named(rule.iri, "strengthGrade", f"{BASE}core/{rule.strength or 'notGraded'}")
    for shape, criterion in writer.shapes.items():
        yield _said(shape, "criterionText", in_words(writer.tree(criterion, expand_named=True)), "en")


def _read(rule: Rule, knowledge: Knowledge) -> Iterator[ox.Triple]:
    for question in questions_of(rule.scope, knowledge):
        yield _named(rule.iri, "reads", question.thing)
        yield _named(rule.iri, "readsInScope", question.thing)
    for question in questions_of(rule.criterion, knowledge):
        yield _named(rule.iri, "reads", question.thing)
        yield _named(rule.iri, question.role, question.thing)
    for thing in required_by(rule, knowledge):
        yield _named(rule.iri, "requires", thing)


def in_words(written: CriterionInWords) -> str:
    """A criterion in one line: its parts in brackets behind what joins them, named criteria below it by their names."""
    if not written.children:
        return written.text
    parts = "; ".join(_below(child) for child in written.children)
    return f"{written.joint} ({parts})" if written.joint else parts


def _below(written: CriterionInWords) -> str:
    """A part: written out where it has no name of its own."""
    if not (written.joint and written.children and written.text.endswith(written.joint)):
        return written.text
    return f"{written.text} ({'; '.join(map(_below, written.children))})"


def _of_passages(knowledge: Knowledge) -> Iterator[ox.Triple]:
    for passage in knowledge.passages.values():
        for flag in passage.red_flags:
            yield _named(flag, "redFlagOf", passage.source)
    for citation in knowledge.citations:
        if not citation.iri.startswith("_:"):  # a blank node of another graph cannot be named
            yield ox.Triple(ox.NamedNode(citation.iri), node("core:rank"), ox.Literal(CONFIDENCE[citation.confidence]))


def _of_packages(knowledge: Knowledge) -> Iterator[ox.Triple]:
    for iri, package in knowledge.package_of.items():
        if package and iri not in knowledge.acts:
            yield _said(iri, "package", package)
