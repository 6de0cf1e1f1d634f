"""Rules that other SHACL engines run as they are, shapes that some rule uses, and rules that act on others."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.knowledge.build.rules import BUILDERS
from spinegraph.engine.knowledge.profile import CONSTRAINTS
from spinegraph.engine.knowledge.turtle.terms import FIRST, expand, shorten
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic

ACTING = ("core:overrides", "core:overridesIfKnown", "core:leavesOpen")
USES = frozenset(
    {
        FIRST,
        *map(
            expand,
            (
                "sh:condition",
                "sh:node",
                "sh:property",
                "core:scope",
                "core:gate",
                "core:subject",
                "core:criterion",
                "sh:qualifiedValueShape",
            ),
        ),
    }
)


def check_rules(content: Content) -> Iterator[Diagnostic]:
    """Unattached rules, unused shapes, rules that act on themselves. (The form of one rule is that of shapes/authoring.)"""
    graph = content.graph
    for kind in BUILDERS:
        for iri in graph.of_class(kind):
            yield from _acts_on_itself(content, iri)
            if graph.terms(iri, "sh:condition"):
                yield from _attachment(content, iri)
    yield from _unused_shapes(content)


def _acts_on_itself(content: Content, iri: str) -> Iterator[Diagnostic]:
    for predicate in ACTING:
        if iri in content.graph.iris(iri, predicate):
            yield content.diagnose("override-of-nothing", "itself", iri, predicate, iri)


def _attachment(content: Content, iri: str) -> Iterator[Diagnostic]:
    graph = content.graph
    order = graph.text(iri, "sh:order")
    shapes = graph.subjects("sh:rule", iri)  # that their target is another one is reported of them
    if order and not shapes:
        yield content.diagnose("unattached-rule", "nowhere", iri, rule=shorten(iri), order=order)
    for shape in shapes:
        held = graph.text(shape, "sh:order")
        if order.isdecimal() and held != order:
            orders = {"rule": shorten(iri), "order": order, "shape": shorten(shape), "held": held}
            yield content.diagnose("unattached-rule", "other-order", shape, "sh:rule", iri, terms=orders)


def _unused_shapes(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    used = {value for triples in content.triples.values() for _, predicate, value in triples if predicate in USES}
    constraints = frozenset(map(expand, CONSTRAINTS))
    for iri in graph.of_class("sh:NodeShape"):
        standing = graph.terms(iri, "sh:targetClass") or iri.startswith("_:")
        if iri not in used and not standing and constraints & graph.predicates(iri).keys():
            yield content.diagnose("unused-shape", "no-use", iri)
