"""Rules that other SHACL engines run as they are, shapes that some rule uses, and rules that act on others."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.knowledge.build.rules import BUILDERS
from spinegraph.engine.knowledge.profile import CONSTRAINTS
from spinegraph.engine.knowledge.turtle.terms import FIRST, Term, Text, expand, shorten
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic

ACTING = ("core:overrides", "core:overridesIfKnown", "core:leavesOpen")
USES = frozenset({FIRST, *map(expand, ("sh:condition", "sh:node", "sh:property", "core:scope", "sh:qualifiedValueShape"))})


def check_rules(content: Content) -> Iterator[Diagnostic]:
    """Unattached rules, conclusions that differ from what the engine concludes, unused shapes, rules that act on themselves."""
    graph = content.graph
    for kind in BUILDERS:
        for iri in graph.of_class(kind):
            yield from _acts_on_itself(content, iri)
            if graph.terms(iri, "sh:condition"):
                yield from _conclusion(content, iri, kind)
                yield from _attachment(content, iri)
    yield from _unused_shapes(content)


def _acts_on_itself(content: Content, iri: str) -> Iterator[Diagnostic]:
    for predicate in ACTING:
        if iri in content.graph.iris(iri, predicate):
            yield content.diagnose("override-of-nothing", "itself", iri, predicate, iri)


def _conclusion(content: Content, iri: str, kind: str) -> Iterator[Diagnostic]:
    """What a SHACL engine adds to the case has to be what this engine concludes."""
    graph = content.graph
    derives = graph.iri(iri, "core:derives")
    concluded = {"sh:subject": expand("sh:this"), "sh:predicate": expand("core:holds"), "sh:object": iri}
    if kind == "core:DerivedFinding":
        concluded |= {"sh:predicate": expand("core:present"), "sh:object": derives}
    if expand("sh:TripleRule") not in graph.iris(iri, "rdf:type"):
        yield content.diagnose("incomplete-rule", "no-triple-rule", iri, lacks=("sh:TripleRule",))
    for predicate, wanted in concluded.items():
        found: list[Term] = graph.terms(iri, predicate)
        if wanted and wanted not in found:
            given = tuple(term.value if isinstance(term, Text) else shorten(term) for term in found)
            yield content.diagnose("incomplete-rule", "other-conclusion", iri, predicate, given=given, wanted=shorten(wanted))


def _attachment(content: Content, iri: str) -> Iterator[Diagnostic]:
    graph = content.graph
    order = graph.text(iri, "sh:order")
    shapes = graph.subjects("sh:rule", iri)  # that their target is another one is reported of them
    if not order:
        yield content.diagnose("incomplete-rule", "no-order", iri, lacks=("sh:order",))
    elif not shapes:
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
