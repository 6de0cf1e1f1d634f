"""Shapes and rules as triples, for other engines: conditions as they are authored, their duals, and what sums up scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

import rdflib
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH, XSD
from spinegraph.engine.criteria import dual_of
from spinegraph.engine.criteria.shapes import Code, Curie, Duration, Iri, ShapeData, Value, node_shape
from spinegraph.engine.knowledge.numbers import written_decimal
from spinegraph.engine.knowledge.turtle.terms import BASE, expand, local_name
from spinegraph.engine.model import Knowledge, Score, Scored
from spinegraph.engine.program.strata import foundations

CORE = Namespace(f"{BASE}core/")
DUAL = Namespace(f"{BASE}shape/dual/")


def add_rule(graph: Graph, name: str, order: Decimal | int, condition: URIRef, predicate: URIRef, value: URIRef) -> None:
    """Add a rule that concludes something of every case that conforms to a named shape."""
    rule = DUAL[f"rule-{name}"]
    graph.add((_home(graph, order), SH.rule, rule))
    for made, target in (
        (RDF.type, SH.TripleRule), (SH.order, Literal(order)), (SH.condition, condition),
        (SH.subject, SH.this), (SH.predicate, predicate), (SH.object, value),
    ):  # fmt: skip
        graph.add((rule, made, target))


def _home(graph: Graph, order: Decimal | int) -> URIRef:
    """The shape that attaches the rules of one order to cases."""
    home = DUAL[f"RulesOfOrder{order}".replace(".", "-")]
    for made, target in ((RDF.type, SH.NodeShape), (SH.targetClass, CORE.Case), (SH.order, Literal(order))):
        graph.add((home, made, target))
    return home


# Scores ------------------------------------------------------------------------------------------


def add_score_rules(graph: Graph, knowledge: Knowledge) -> None:
    """Add to a graph with the authored scores what other engines need to read them: for every item the rules that it holds and
    that it is refuted, and for every score one rule that writes the least and the greatest sum, after all that its items rest on
    and before what reads it."""
    depths: dict[str, int] = {}
    for score in knowledge.scores.values():
        _depth(score, depths)
    for score in knowledge.scores.values():
        base = _last_order(knowledge, score)
        after = [_fraction(base, 2 * depths[score.iri] + late, 2 * max(depths.values()) + 2) for late in (0, 1)]
        items = list(_add_items(graph, score, after[0]))
        rule = DUAL[f"sum-{local_name(score.iri)}"]
        graph.add((_home(graph, after[1]), SH.rule, rule))
        graph.add((rule, RDF.type, SH.SPARQLRule))
        graph.add((rule, SH.order, Literal(after[1])))
        graph.add((rule, SH.prefixes, URIRef(expand("shape:criteria"))))
        graph.add((rule, SH.construct, Literal(_construct(score, items))))


def _depth(score: Score, known: dict[str, int]) -> int:
    """How many scores stand inside each other down to this one."""
    if score.iri not in known:
        nodes = (node for item in score.items for node in item.criterion.walk())
        known[score.iri] = 1 + max((_depth(node.score, known) for node in nodes if isinstance(node, Scored)), default=-1)
    return known[score.iri]


def _last_order(knowledge: Knowledge, score: Score) -> int:
    """The order of the last rule on which its items rest, or one before all."""
    orders = [knowledge.rules[iri].order for iri in foundations(knowledge, score)]
    return max(orders, default=min((rule.order for rule in knowledge.rules.values()), default=0) - 1)


def _fraction(base: int, place: int, places: int) -> Decimal:
    """Of so many places between an order and the next one, one as a decimal."""
    return base + (Decimal(place + 1) / Decimal(places + 1)).quantize(Decimal("0.0001"))


def _add_items(graph: Graph, score: Score, order: Decimal) -> Iterator[tuple[Fraction, URIRef]]:
    """The points of each item, and the name under which it is concluded."""
    authored = Collection(graph, _one(graph, URIRef(score.iri), CORE.item))
    for number, (node, item) in enumerate(zip(authored, score.items, strict=True), start=1):
        name = f"{local_name(score.iri)}-{number}"
        item_iri = DUAL[f"item-{name}"]
        shape = _one(graph, node, CORE.criterion)
        wrapper = SH.property if (shape, SH.path, None) in graph else SH.node
        holding, refuting = DUAL[f"holds-{name}"], DUAL[f"refuted-{name}"]
        graph.add((holding, RDF.type, SH.NodeShape))
        graph.add((holding, wrapper, shape))
        add_shape(graph, refuting, node_shape({"sh:and": [node_shape(dual_of(item.criterion))]}))
        add_rule(graph, f"holds-{name}", order, holding, CORE.holds, item_iri)
        add_rule(graph, f"refuted-{name}", order, refuting, CORE.refuted, item_iri)
        yield Fraction(repr(item.points)), item_iri


def _one(graph: Graph, subject: rdflib.term.Node, predicate: URIRef) -> rdflib.term.Node:
    """What a statement names. Raises LookupError in a graph that is not of the knowledge."""
    for value in graph.objects(subject, predicate):
        return value
    raise LookupError(f"{subject} has no {predicate}.")


def _construct(score: Score, items: list[tuple[Fraction, URIRef]]) -> str:
    """SPARQL that sums the points of the items that hold or are refuted; what is neither counts on the side where it adds."""
    sums = []
    for side in (1, -1):
        terms = [_decimal(sum((points for points, _ in items if points * side < 0), Fraction(0)))]
        for points, item in items:
            state = "holds" if points * side > 0 else "refuted"
            terms.append(f"+ IF(EXISTS {{ $this core:{state} <{item}> }}, {_decimal(side * abs(points))}, 0.0)")
        sums.append(" ".join(terms))
    # A name, and no blank node: some engines run a rule until it says nothing new.
    named = f'IRI(CONCAT(STR($this), "#{score.code}"))'
    return (
        f"CONSTRUCT {{ $this core:scored ?sum . ?sum core:score <{score.iri}> ; core:least ?least ; core:greatest ?greatest }} "
        f"WHERE {{ BIND ({named} AS ?sum) BIND ({sums[0]} AS ?least) BIND ({sums[1]} AS ?greatest) }}"
    )


def _decimal(number: Fraction) -> str:
    """A number as SPARQL writes a decimal.

    >>> _decimal(Fraction(3, 2)), _decimal(Fraction(-1))
    ('1.5', '-1.0')
    """
    written = written_decimal(float(number))
    return written if "." in written else f"{written}.0"


# Shapes ------------------------------------------------------------------------------------------


Written = dict[int, tuple[Value, rdflib.term.Node]]
"""Parts of shapes by identity, and the nodes that they are: a part that stands in many places is written once."""


def add_shape(graph: Graph, node: rdflib.term.Node, shape: ShapeData, written: Written | None = None) -> None:
    """Write a shape as the triples of a node."""
    written = {} if written is None else written
    for predicate, value in shape.items():
        graph.add((node, URIRef(expand(predicate)), _term(graph, value, written)))


def _term(graph: Graph, value: Value, written: Written) -> rdflib.term.Node:
    if isinstance(value, Iri):
        return URIRef(value.iri)
    if isinstance(value, Curie):
        return URIRef(expand(value.name))
    if isinstance(value, Code):
        return Literal(value.text)
    if isinstance(value, Duration):
        return Literal(value.text, datatype=XSD.duration)
    if isinstance(value, int):
        return Literal(value)
    if isinstance(value, float):
        return Literal(written_decimal(value), datatype=XSD.decimal)
    if isinstance(value, Mapping):
        if id(value) not in written:
            node = BNode()
            written[id(value)] = value, node
            add_shape(graph, node, value, written)
        return written[id(value)][1]
    head = BNode() if value else RDF.nil
    if value:
        Collection(graph, head, [_term(graph, item, written) for item in value])
    return head
