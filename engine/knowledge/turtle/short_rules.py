"""Rules in their short form: what every SHACL engine needs, and an author need not write, is derived (ADR 27).

A rule that does not say `a sh:TripleRule` is in its short form: it has a scope or a condition, and everything below that it does
not state itself is read as if it stood there. A rule that says it is as it is written, and has to be whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyoxigraph as ox
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, RDF_TYPE, expand, local_name

ORDERS = {
    expand("core:DerivedFinding"): 10,
    expand("core:Assessment"): 20,
    **dict.fromkeys(map(expand, ("core:Exclusion", "core:Recommendation", "core:SourceGap", "core:Tension")), 30),
}
"""When the rules of a kind are run, where they do not say it: what others rest on comes first."""
TRIPLE_RULE, ORDER, CONDITION, SCOPE = map(expand, ("sh:TripleRule", "sh:order", "sh:condition", "core:scope"))
CONCLUDED = tuple(map(expand, ("sh:subject", "sh:predicate", "sh:object")))
OURS = tuple(PREFIXES[name] for name in ("rule", "tension"))


class Derived(NamedTuple):
    """A statement that a rule in its short form leaves out; a number is an xsd:integer."""

    subject: str
    predicate: str
    value: str | int


def derived_statements(triples: Iterable[tuple[str, str, object]]) -> list[Derived]:
    """What the statements of one file leave out. Values that are no IRI or blank node are never looked at as one.

    >>> scoped = [("urn:g/r", RDF_TYPE, expand("core:Exclusion")), ("urn:g/r", SCOPE, "urn:g/Adult")]
    >>> [local_name(one.predicate) for one in derived_statements(scoped)]
    ['type', 'condition', 'order', 'subject', 'predicate', 'object', 'type', 'targetClass', 'order', 'rule']
    >>> derived_statements([*scoped, ("urn:g/r", RDF_TYPE, TRIPLE_RULE)])
    []
    """
    triples = list(triples)
    kinds: dict[str, list[object]] = {}
    for subject, predicate, value in triples:
        if predicate == RDF_TYPE and (value in ORDERS or value == TRIPLE_RULE):
            kinds.setdefault(subject, []).append(value)
    short = {rule: str(types[0]) for rule, types in kinds.items() if TRIPLE_RULE not in types and not rule.startswith("_:")}
    if not short:
        return []
    stated: dict[str, dict[str, list[object]]] = {subject: {} for subject in short}
    for subject, predicate, value in triples:
        if subject in stated:
            stated[subject].setdefault(predicate, []).append(value)
    found = [one for rule, kind in short.items() for one in _of_rule(rule, kind, stated[rule])]
    return list(dict.fromkeys(found))


def _of_rule(rule: str, kind: str, stated: dict[str, list[object]]) -> Iterator[Derived]:
    """What one rule leaves out; nothing where it has no criterion, as a tension that is always there."""
    scopes = [scope for scope in stated.get(SCOPE, ()) if isinstance(scope, str)]
    if not scopes and CONDITION not in stated:
        return
    yield Derived(rule, RDF_TYPE, TRIPLE_RULE)
    for scope in scopes[:1]:
        if scope not in stated.get(CONDITION, ()):
            yield Derived(rule, CONDITION, scope)
    if ORDER not in stated:
        yield Derived(rule, ORDER, ORDERS[kind])
    for predicate, value in zip(CONCLUDED, (expand("sh:this"), expand("core:holds"), rule), strict=True):
        if predicate not in stated:
            yield Derived(rule, predicate, value)
    order = _order(stated, kind)
    if order is not None:
        home = home_of(rule, order)
        yield Derived(home, RDF_TYPE, expand("sh:NodeShape"))
        yield Derived(home, expand("sh:targetClass"), expand("core:Case"))
        yield Derived(home, ORDER, order)
        yield Derived(home, expand("sh:rule"), rule)


def _order(stated: dict[str, list[object]], kind: str) -> int | None:
    """The order of a rule, derived or as it is written; None where it is no number, which is told elsewhere."""
    if ORDER not in stated:
        return ORDERS[kind]
    written = str(getattr(stated[ORDER][0], "value", stated[ORDER][0]))
    return int(written) if written.isdecimal() else None


def home_of(rule: str, order: int) -> str:
    """The IRI of the shape that attaches the rules of one order to cases, in the namespace of a rule.

    >>> home_of("https://example.org/throat/wait", 30), home_of(expand("rule:wait"), 10)
    ('https://example.org/throat/RulesOfOrder30', 'https://w3id.org/spinegraph/shape/RulesOfOrder10')
    """
    namespace = PREFIXES["shape"] if rule.startswith(OURS) else rule[: len(rule) - len(local_name(rule))]
    return f"{namespace}RulesOfOrder{order}"


def left_out(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """What the statements of one file, as Oxigraph has them, leave out."""
    stated = [(_name(triple.subject), triple.predicate.value, _name(triple.object)) for triple in triples]
    return [
        ox.Triple(_named(subject), ox.NamedNode(predicate), _named(value))  # type: ignore[arg-type]
        for subject, predicate, value in derived_statements(stated)
    ]


def _name(term: Any) -> Any:
    """An IRI or the name of a blank node; a literal as it is."""
    match term:
        case ox.NamedNode():
            return term.value
        case ox.BlankNode():
            return f"_:{term.value}"
        case _:
            return term


def _named(value: str | int) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(value, int):
        return ox.Literal(value)
    return ox.BlankNode(value[2:]) if value.startswith("_:") else ox.NamedNode(value)
