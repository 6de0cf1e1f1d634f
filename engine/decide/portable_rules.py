"""The rules of some knowledge for other SHACL engines: with SPARQL as they are authored, or in SHACL Core alone (ADR 29).

Engines differ in what they make of SHACL that the specification allows. What is written here, none that was tried misreads:
every rule has one type, so has every shape inside another one, orders are whole numbers, and what refutes a rule is a rule, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import rdflib
from msgspec import structs
from rdflib import DCTERMS, RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from spinegraph.engine.criteria import core_of, dual_of
from spinegraph.engine.criteria.shapes import ShapeData, conforms_to_all, conforms_to_any, node_shape
from spinegraph.engine.decide.shape_graph import CORE, DUAL, add_rule, add_score_rules, add_shape
from spinegraph.engine.decide.shared_shapes import SharedShapes
from spinegraph.engine.knowledge.turtle.short_rules import derived_statements
from spinegraph.engine.knowledge.turtle.terms import BASE, local_name
from spinegraph.engine.model import Criterion, DerivedFinding, Knowledge, Rule, Score, Scored
from spinegraph.engine.program.relations import Relations
from spinegraph.engine.program.strata import dependencies

IN_CORE = Namespace(f"{BASE}shape/core/")
RULE_TYPES = (SH.TripleRule, SH.SPARQLRule)
LISTS = (SH["and"], SH["or"])
NESTED = (SH.node, SH["not"], SH.property, SH.qualifiedValueShape, CORE.criterion)
"""Predicates whose values are shapes."""
CANNOT = "it asks for dates, or for two measurements together"
"""What SHACL Core cannot say."""


class CoreRules(NamedTuple):
    """Rules in SHACL Core, and why some cannot be: rule IRI → reason."""

    graph: Graph
    left_out: Mapping[str, str]


# Both forms --------------------------------------------------------------------------------------


def read_authored(paths: Iterable[Path]) -> Graph:
    """What Turtle files say, read by rdflib and not by the engine's own reader; with what rules in short form leave out."""
    graph = Graph()
    for path in paths:
        if path.suffix == ".ttl" and path.parent.name != "sources":
            graph.parse(path)
    stated = ((str(s), str(p), o if isinstance(o, Literal) else str(o)) for s, p, o in graph)
    for subject, predicate, value in derived_statements(stated):
        graph.add((URIRef(subject), URIRef(predicate), Literal(value) if isinstance(value, int) else URIRef(value)))
    return graph


def background(knowledge: Knowledge, authored: Graph) -> Graph:
    """What conditions look up beside the case: which class is below which, and which rule assesses which condition."""
    graph = Graph()
    for iri, ancestors in knowledge.hierarchy.broader.items():
        for parent in authored.objects(URIRef(iri), RDFS.subClassOf):
            if str(parent) in ancestors:
                graph.add((URIRef(iri), RDFS.subClassOf, parent))
    graph += (triple for triple in authored.triples((None, CORE.assesses, None)) if str(triple[0]) in knowledge.rules)
    return graph


def tested_rules(knowledge: Knowledge) -> list[Rule]:
    """The rules that have something to test."""
    return [rule for rule in knowledge.rules.values() if rule.scope is not None or rule.criterion is not None]


def _parts(rule: Rule) -> list[Criterion]:
    return [part for part in (rule.scope, rule.criterion) if part is not None]


def _refuting(rule: Rule) -> tuple[URIRef, URIRef]:
    """What the rule that refutes another one concludes."""
    return (CORE.absent, URIRef(rule.finding)) if isinstance(rule, DerivedFinding) else (CORE.refuted, URIRef(rule.iri))


def _add_statements(graph: Graph, authored: Graph, rule: URIRef) -> None:
    """What is said of a rule: one type, by which engines choose the language; what it is besides is said by dcterms:type."""
    for predicate, value in authored.predicate_objects(rule):
        if predicate == RDF.type and value not in RULE_TYPES:
            predicate = DCTERMS.type
        graph.add((rule, predicate, value))
        _add_below(graph, authored, value)


def _add_home(graph: Graph, authored: Graph, rule: URIRef) -> None:
    for home in authored.subjects(SH.rule, rule):
        graph.add((home, SH.rule, rule))
        for predicate in (RDF.type, SH.targetClass, SH.order):
            graph += authored.triples((home, predicate, None))


# With SPARQL -------------------------------------------------------------------------------------


def sparql_rules(knowledge: Knowledge, authored: Graph) -> Graph:
    """The authored rules of some knowledge with everything they need, the rules that refute each, and those of scores."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in authored.namespaces():
        graph.bind(prefix, namespace)
    for rule in tested_rules(knowledge):
        node = URIRef(rule.iri)
        _add_statements(graph, authored, node)
        _add_home(graph, authored, node)
        for condition in authored.objects(node, SH.condition):
            copy_shape(graph, authored, condition)
    read = _scores_read(knowledge)
    for score in map(URIRef, read):
        copy_shape(graph, authored, score)
    for rule in tested_rules(knowledge):
        shape = DUAL[f"shape-{rule.id}"]
        add_shape(graph, shape, node_shape(conforms_to_any(map(dual_of, _parts(rule)))))
        add_rule(graph, rule.id, rule.order, shape, *_refuting(rule))
    add_score_rules(graph, structs.replace(knowledge, scores=read))
    for needed in (*_components_used(graph, authored), *authored.subjects(SH.declare)):
        _add_whole(graph, authored, needed)
    _type_nested(graph)
    _number_orders(graph)
    return graph


def _components_used(graph: Graph, authored: Graph) -> list[rdflib.term.Node]:
    """The constraint components of which some shape has all parameters: TopBraid confuses those that share one."""
    used = []
    for component in authored.subjects(RDF.type, SH.ConstraintComponent):
        parameters = [one for one in authored.objects(component, SH.parameter) if not authored.value(one, SH.optional)]
        stating = [set(graph.subjects(authored.value(one, SH.path))) for one in parameters]
        if set.intersection(*stating):
            used.append(component)
    return used


def _scores_read(knowledge: Knowledge) -> dict[str, Score]:
    """The scores that rules read, and those that these rest on."""
    nodes = (node for rule in knowledge.rules.values() for part in _parts(rule) for node in part.walk())
    read = {node.score.iri for node in nodes if isinstance(node, Scored)}
    return {iri: score for iri, score in knowledge.scores.items() if iri in read}


def _add_whole(graph: Graph, authored: Graph, node: rdflib.term.Node) -> None:
    """What is said of a node, and of the blank nodes below it."""
    for predicate, value in authored.predicate_objects(node):
        graph.add((node, predicate, value))
        _add_below(graph, authored, value)


def _add_below(graph: Graph, authored: Graph, value: rdflib.term.Node) -> None:
    if isinstance(value, BNode) and (value, None, None) not in graph:
        _add_whole(graph, authored, value)


def copy_shape(graph: Graph, authored: Graph, shape: rdflib.term.Node) -> None:
    """A shape, or a score, and those that it names."""
    waiting, seen = [shape], {shape}
    while waiting:
        node = waiting.pop()
        for predicate, value in authored.predicate_objects(node):
            graph.add((node, predicate, value))
            named = predicate in (*NESTED, RDF.first, CORE.score)
            if (named or isinstance(value, BNode)) and value not in seen and (value, None, None) in authored:
                seen.add(value)
                waiting.append(value)


def _type_nested(graph: Graph) -> None:
    """Every shape that stands in another one has a type: some engines take one without for a shape that says nothing."""
    nested = {shape for predicate in NESTED for shape in graph.objects(None, predicate)}
    for predicate in LISTS:
        nested |= {shape for head in graph.objects(None, predicate) for shape in Collection(graph, head)}
    for shape in nested:
        if (shape, RDF.type, None) not in graph:
            graph.add((shape, RDF.type, SH.PropertyShape if (shape, SH.path, None) in graph else SH.NodeShape))


def _number_orders(graph: Graph) -> None:
    """Orders as whole numbers: where rules of scores lie between two of them, all are numbered anew."""
    orders = sorted({Decimal(str(order)) for order in graph.objects(None, SH.order)})
    if all(order == int(order) for order in orders):
        return
    number = {order: place for place, order in enumerate(orders, start=1)}
    for node, order in list(graph.subject_objects(SH.order)):
        graph.set((node, SH.order, Literal(number[Decimal(str(order))])))


# SHACL Core --------------------------------------------------------------------------------------


def core_rules(knowledge: Knowledge, authored: Graph) -> CoreRules:
    """Rules of which each has one condition in SHACL Core, and rules that refute them, in the same orders."""
    relations = Relations(knowledge)
    forms = {rule.iri: [core_of(part, relations) for part in _parts(rule)] for rule in tested_rules(knowledge)}
    left_out = _left_out(knowledge, {iri for iri, parts in forms.items() if None in parts})
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in authored.namespaces():
        graph.bind(prefix, namespace)
    shapes: dict[URIRef, ShapeData] = {}
    for rule in tested_rules(knowledge):
        if rule.iri not in left_out:
            condition, refuted = _add_core_rule(graph, authored, rule)
            parts = [form for form in forms[rule.iri] if form]
            shapes[condition] = node_shape(conforms_to_all(form.holds for form in parts))
            shapes[refuted] = node_shape(conforms_to_any(form.refuted for form in parts))
    shared = SharedShapes(shapes.values(), _named_criteria(knowledge, relations, left_out), str(IN_CORE["part-"]))
    for name, shape in shared.parts().items():
        add_shape(graph, URIRef(name), shape)
    for condition, shape in shapes.items():
        add_shape(graph, condition, shared.referring(shape))
    return CoreRules(graph, left_out)


def _add_core_rule(graph: Graph, authored: Graph, rule: Rule) -> tuple[URIRef, URIRef]:
    """The rule without its shapes, and the one that refutes it; the names of the conditions of both."""
    node = URIRef(rule.iri)
    _add_statements(graph, authored, node)
    _add_home(graph, authored, node)
    graph.remove((node, CORE.scope, None))  # its shape is part of the condition
    holds, refuted = (IN_CORE[f"{side}-{rule.id}"] for side in ("holds", "refuted"))
    graph.set((node, SH.condition, holds))
    add_rule(graph, rule.id, rule.order, refuted, *_refuting(rule))
    return holds, refuted


def _named_criteria(knowledge: Knowledge, relations: Relations, left_out: Mapping[str, str]) -> dict[str, ShapeData]:
    """Both shapes of each criterion that has a name."""
    rules = (rule for rule in tested_rules(knowledge) if rule.iri not in left_out)
    nodes = {node.iri: node for rule in rules for part in _parts(rule) for node in part.walk() if node.iri}
    named: dict[str, ShapeData] = {}
    for iri, node in sorted(nodes.items()):
        form = core_of(node, relations)
        if form is not None:
            named[IN_CORE[f"criterion-holds-{local_name(iri)}"]] = node_shape(form.holds)
            named[IN_CORE[f"criterion-refuted-{local_name(iri)}"]] = node_shape(form.refuted)
    return named


def _left_out(knowledge: Knowledge, first: set[str]) -> dict[str, str]:
    """Why rules are left out: they cannot be said, or rest on one that is left out."""
    found = dict.fromkeys(sorted(first), CANNOT)
    needed = dependencies(knowledge)
    while more := dict(_resting_on(found, needed)):
        found |= more
    return found


def _resting_on(left_out: Mapping[str, str], needed: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for iri, others in needed.items():
        missing = next((other for other in others if other in left_out), None)
        if missing is not None and iri not in left_out:
            yield iri, f"it rests on {missing}"
