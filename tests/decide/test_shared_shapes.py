"""Shapes that stand in several others: each is written once, under a name that follows from content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rdflib import RDF, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node
from spinegraph.engine import Engine
from spinegraph.engine.criteria.shapes import Iri, ShapeData, Value, conforms_to_all, node_shape, property_value
from spinegraph.engine.decide.portable_rules import IN_CORE, LISTS, NESTED, core_rules, read_authored
from spinegraph.engine.decide.shared_shapes import SharedShapes

BASE = "urn:part-"


def leaf(value: str) -> ShapeData:
    return node_shape(property_value(Iri("urn:path"), value))


def members(shape: ShapeData) -> Value:
    return shape["sh:and"]


def test_what_stands_twice_has_a_name_and_what_stands_once_has_none() -> None:
    first, second = conforms_to_all([leaf("a"), leaf("b")]), conforms_to_all([leaf("b"), leaf("c")])
    shared = SharedShapes([first, second], {}, BASE)
    ((name, part),) = shared.parts().items()
    assert name.startswith(BASE)
    assert part == leaf("b")
    assert members(shared.referring(first)) == [leaf("a"), Iri(name)]
    assert members(shared.referring(second)) == [Iri(name), leaf("c")]


def test_what_stands_inside_a_shared_shape_is_counted_once() -> None:
    twice = node_shape(conforms_to_all([leaf("a"), leaf("b")]))
    shared = SharedShapes([conforms_to_all([twice]), conforms_to_all([twice, leaf("c")])], {}, BASE)
    assert list(shared.parts().values()) == [twice]


def test_a_shape_that_is_named_has_its_name_wherever_it_stands() -> None:
    outer = conforms_to_all([leaf("a"), leaf("b")])
    shared = SharedShapes([outer], {"urn:known": leaf("b"), "urn:later": leaf("b"), "urn:unused": leaf("c")}, BASE)
    assert shared.parts() == {"urn:known": leaf("b")}
    assert members(shared.referring(outer)) == [leaf("a"), Iri("urn:known")]


def test_names_follow_from_what_is_said_and_not_from_the_rest() -> None:
    (alone,) = SharedShapes([conforms_to_all([leaf("a"), leaf("a")])], {}, BASE).parts()
    beside = SharedShapes([conforms_to_all([leaf("z"), leaf("a")]), conforms_to_all([leaf("a"), leaf("z")])], {}, BASE).parts()
    assert alone in beside
    assert len(beside) == 2


def referred(graph: Graph, shape: Node) -> Iterator[Node]:
    """The shapes that a shape refers to."""
    for predicate in NESTED:
        yield from graph.objects(shape, predicate)
    for word in LISTS:
        for head in graph.objects(shape, word):
            yield from Collection(graph, head)


def test_no_shape_of_the_core_form_rests_on_itself(small: Engine, small_paths: tuple[Path, ...]) -> None:
    graph = core_rules(small.knowledge, read_authored(small_paths)).graph
    finished: set[Node] = set()

    def follow(shape: Node, above: tuple[Node, ...]) -> None:
        assert shape not in above
        if shape not in finished:
            for part in referred(graph, shape):
                follow(part, (*above, shape))
            finished.add(shape)

    conditions = set(graph.objects(None, SH.condition))
    for condition in conditions:
        follow(condition, ())
    inside = {str(node) for node in finished - conditions if isinstance(node, URIRef)}
    assert any(name.startswith(IN_CORE["criterion-holds-"]) for name in inside)
    assert any(name.startswith(IN_CORE["part-"]) for name in inside)


def test_the_core_form_looks_a_thing_up_in_one_place(small: Engine, small_paths: tuple[Path, ...]) -> None:
    graph = core_rules(small.knowledge, read_authored(small_paths)).graph
    places = Counter(
        (value, path.n3() if isinstance(path, URIRef) else " ".join(map(str, _steps(graph, path))))
        for shape, value in graph.subject_objects(SH.hasValue)
        for path in graph.objects(shape, SH.path)
    )
    assert len(places) > 10
    assert set(places.values()) == {1}


def _steps(graph: Graph, path: Node) -> Iterator[Node]:
    """The predicates of a path that is no single one, in their order."""
    for predicate in (RDF.first, SH.zeroOrMorePath, SH.inversePath, RDF.rest):
        for value in graph.objects(path, predicate):
            yield from (predicate, value) if isinstance(value, URIRef) else (predicate, *_steps(graph, value))
