"""The derived graph says what the Turtle says through lists and nested shapes, and what the compiled rules compute."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
from spinegraph.engine import load_knowledge
from spinegraph.engine.criteria import KINDS
from spinegraph.engine.exchange.derived.graph import derived_triples
from spinegraph.engine.exchange.derived.reads import ROLES
from spinegraph.engine.knowledge.files import knowledge_paths, shipped_paths
from spinegraph.engine.knowledge.turtle.graph import Graph, read_graph
from spinegraph.engine.knowledge.turtle.terms import expand, shorten
from spinegraph.engine.model import And, Or
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Program

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = {"back-pain": shipped_paths()} | {
    manifest.parent.name: knowledge_paths(manifest.parent) for manifest in sorted(ROOT.glob("guidelines/*/guideline.toml"))
}
ASKING = tuple(map(expand, (
    "core:present", "core:absent", "core:unassessed", "core:suspected", "core:notSuspected", "core:performed", "core:taking",
    "core:notPerformed", "core:notTaking", "core:of", "core:score", "core:difference", "core:ratio", "core:to", "core:since",
    "core:repeated", "core:latest", "core:change", "core:changeRatio", "sh:path",
)))  # fmt: skip
"""By what a shape asks for something."""
LEADING = tuple(
    map(expand, ("sh:and", "sh:or", "sh:node", "sh:property", "rdf:rest", "rdf:first", "core:item", "core:criterion"))
)
"""By what a shape leads to what it is made of."""


class Package:
    """One guideline: its Turtle, its program, and what the derived graph says of each rule."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.graph: Graph = read_graph(paths)
        self.program: Program = compile_program(load_knowledge(paths))
        self.triples = derived_triples(self.program)

    def said(self, name: str) -> Mapping[str, set[str]]:
        """Rule → what a property of core leads to."""
        found: dict[str, set[str]] = {}
        for triple in self.triples:
            if triple.predicate.value == expand(f"core:{name}"):
                found.setdefault(_value(triple.subject), set()).add(_value(triple.object))
        return found


def _value(term: object) -> str:
    assert isinstance(term, ox.NamedNode | ox.Literal)
    return term.value


@pytest.fixture(scope="module", params=PACKAGES, ids=str)
def package(request: pytest.FixtureRequest) -> Package:
    return Package(PACKAGES[request.param])


def _asked(graph: Graph, shape: str) -> set[str]:
    """What a shape asks for, by a walk over its Turtle: lists, nested shapes, scores; of a count also its members."""
    found: set[str] = set()
    waiting, seen = [shape], {shape}
    while waiting:
        stated = graph.predicates(waiting.pop())
        for predicate, values in stated.items():
            nodes = [value for value in values if isinstance(value, str)]
            if predicate in ASKING:
                found.update(nodes)
            if predicate == expand("core:of"):
                found.update(child for node in nodes for child in graph.subjects("rdfs:subClassOf", node))
            if predicate in LEADING or predicate == expand("core:score"):
                waiting += [node for node in nodes if node not in seen]
                seen.update(nodes)
    return {iri for iri in found if not iri.startswith("_:")}


def test_what_a_rule_reads_is_what_its_turtle_asks_for(package: Package) -> None:
    reads = package.said("reads")
    for iri in package.program.rules:
        conditions = _conditions(package.graph, iri)
        assert reads.get(iri, set()) == {thing for shape in conditions for thing in _asked(package.graph, shape)}, iri


def _conditions(graph: Graph, rule: str) -> set[str]:
    """The scope and the conditions of a rule, in the long form and in the short one."""
    return {*graph.iris(rule, "sh:condition"), *graph.iris(rule, "core:scope")}


def test_reads_is_what_it_reads_in_one_sense_or_another(package: Package) -> None:
    senses = [package.said(name) for name in ("readsInScope", *dict.fromkeys(ROLES.values()))]
    for iri, things in package.said("reads").items():
        assert things == {thing for sense in senses for thing in sense.get(iri, ())}
        assert package.said("requires").get(iri, set()) <= things


def test_what_a_rule_depends_on_is_what_a_walk_over_rules_and_classes_finds(package: Package) -> None:
    """No program: from what a rule reads to the rules that conclude it, or something narrower or wider, and on."""
    said = package.said("dependsOn")
    reads, knowledge = package.said("reads"), package.program.knowledge
    for iri in package.program.rules:
        walked = set(_walked(package, iri, reads))
        recorded = {thing for thing in said.get(iri, set()) if thing in knowledge.findings or thing in knowledge.valued}
        assert recorded <= walked, iri
        assert said.get(iri, set()) >= {thing for thing in reads.get(iri, ()) if _is_leaf(thing, knowledge)}, iri


def _walked(package: Package, rule: str, reads: Mapping[str, set[str]]) -> Iterator[str]:
    hierarchy = package.program.knowledge.hierarchy
    waiting, seen = [rule], {rule}
    while waiting:
        for thing in reads.get(waiting.pop(), ()):
            for near in {thing, *hierarchy.narrower.get(thing, ()), *hierarchy.broader.get(thing, ())}:
                yield near
                concluding = (*package.graph.subjects("core:derives", near), *package.graph.subjects("core:assesses", near))
                waiting += [other for other in concluding if other not in seen]
                seen.update(concluding)


def _is_leaf(thing: str, knowledge: object) -> bool:
    derived_only = {iri for iri, finding in knowledge.findings.items() if finding.derived_only}  # type: ignore[attr-defined]
    return thing in knowledge.findings.keys() - derived_only or thing in knowledge.measurements  # type: ignore[attr-defined]


def test_what_depends_on_a_fact_is_what_the_lines_of_code_compute_from_it(package: Package) -> None:
    """The text of the program, line by line, instead of its run on sets of inputs."""
    program = package.program
    holds, verdicts = package.said("dependsOn"), package.said("verdictDependsOn")
    made = _made_of(program)
    outputs = re.findall(r"\w+", program.code.rsplit("return", 1)[1])
    inputs = [*program.findings, *(one.measurement for one in program.comparisons)]
    names = [f"g{{}}{number}" for number in range(len(program.findings))] + [
        f"c{{}}{number}" for number in range(len(program.comparisons))
    ]
    for thing, name in zip(inputs, names, strict=True):
        planes = {name.format(side) for side in ("pa" if name.startswith("g") else "hr")}
        thing = program.knowledge.acts[thing].intervention if thing in program.knowledge.acts else thing
        for iri, slots in program.rules.items():
            reached = any(planes & made[outputs[slot]] for slot in slots.whole)
            assert not reached or thing in holds[iri], (iri, thing)
        for iri, of_verdicts in program.verdicts.items():
            reached = any(planes & made[outputs[slot]] for slot in of_verdicts)
            assert not reached or thing in holds.get(iri, set()) | verdicts.get(iri, set()), (iri, thing)


def _made_of(program: Program) -> Mapping[str, frozenset[str]]:
    made: dict[str, frozenset[str]] = {}
    for name, written in re.findall(r"^    (\w+) = (.+)$", program.code, re.MULTILINE):
        parts = set(re.findall(r"[a-z]+\d+", written))
        made[name] = frozenset(parts).union(*(made.get(part, frozenset()) for part in parts))
    return {**{name: frozenset({name}) for name in re.findall(r"\w+", program.code.split("= planes", 1)[0])}, **made}


def test_every_kind_of_criterion_has_a_role_that_the_vocabulary_declares() -> None:
    asking = {kind.criterion.operator for kind in KINDS} - {And.operator, Or.operator}
    assert set(ROLES) == asking
    graph = read_graph()
    for name in {*ROLES.values(), "readsInScope", "requires"}:
        assert graph.iris(expand(f"core:{name}"), "rdfs:subPropertyOf") == (expand("core:reads"),), name


def test_every_property_of_the_graph_is_declared_with_a_definition(package: Package) -> None:
    graph = package.graph
    for predicate in {triple.predicate.value for triple in package.triples}:
        assert graph.text(predicate, "rdfs:label"), shorten(predicate)
        assert graph.text(predicate, "skos:definition"), shorten(predicate)


def test_every_rule_and_every_named_criterion_is_told_in_words(package: Package) -> None:
    texts = {
        (_value(triple.subject), shorten(triple.predicate.value))
        for triple in package.triples
        if isinstance(triple.object, ox.Literal)
    }
    for iri, rule in package.program.knowledge.rules.items():
        assert ((iri, "core:criterionText") in texts) == (rule.criterion is not None)
        assert ((iri, "core:scopeText") in texts) == (rule.scope is not None)
    assert not [triple for triple in package.triples if isinstance(triple.object, ox.Literal) and "()" in triple.object.value]


def test_a_red_flag_is_one_because_a_passage_of_that_kind_says_so(package: Package) -> None:
    passages = package.program.knowledge.passages.values()
    said = package.said("redFlagOf")
    assert said == {flag: {one.source for one in passages if flag in one.red_flags} for one in passages for flag in one.red_flags}
    assert {one.kind for one in passages if one.red_flags} <= {"red-flag"}


def test_the_same_knowledge_gives_the_same_graph(package: Package) -> None:
    assert derived_triples(package.program) == package.triples
    assert len(set(package.triples)) == len(package.triples)
