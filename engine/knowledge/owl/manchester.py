"""Axioms as people read them, after the Manchester syntax of OWL 2: `finding:Fever SubClassOf finding:Sign`."""

from __future__ import annotations

from collections.abc import Callable

from spinegraph.engine.knowledge.owl.axioms import CHARACTERISTICS, Axiom, items, members, statements
from spinegraph.engine.knowledge.turtle.terms import RDF_TYPE, Term, Text, expand, local_name, shorten

Naming = Callable[[str], str]
"""An IRI → how it is called in the text."""

DEEPEST = 12
"""Expressions nested deeper are cut short with …."""
LONGEST = 12
"""Lists longer than this are cut short with …."""

RELATIONS = {
    expand(curie): words
    for curie, words in {
        "rdfs:subClassOf": "SubClassOf",
        "owl:equivalentClass": "EquivalentTo",
        "owl:disjointWith": "DisjointWith",
        "owl:disjointUnionOf": "DisjointUnionOf",
        "rdfs:subPropertyOf": "SubPropertyOf",
        "owl:equivalentProperty": "EquivalentTo",
        "owl:propertyDisjointWith": "DisjointWith",
        "owl:inverseOf": "InverseOf",
        "rdfs:domain": "Domain",
        "rdfs:range": "Range",
        "owl:propertyChainAxiom": "SubPropertyChain",
        "owl:hasKey": "HasKey",
        "owl:sameAs": "SameAs",
        "owl:differentFrom": "DifferentFrom",
        "owl:unionOf": "EquivalentTo (or)",
        "owl:intersectionOf": "EquivalentTo (and)",
        "owl:complementOf": "EquivalentTo not",
        "owl:oneOf": "EquivalentTo (one of)",
    }.items()
}
GROUPS = {
    expand(f"owl:{name}"): words
    for name, words in {
        "AllDisjointClasses": "DisjointClasses",
        "AllDisjointProperties": "DisjointProperties",
        "AllDifferent": "DifferentIndividuals",
    }.items()
}
QUANTIFIERS = {expand("owl:someValuesFrom"): "some", expand("owl:allValuesFrom"): "only", expand("owl:hasValue"): "value"}
COUNTS = {
    expand(f"owl:{name}"): word
    for word in ("min", "max", "exactly")
    for name in {
        "min": ("minCardinality", "minQualifiedCardinality"),
        "max": ("maxCardinality", "maxQualifiedCardinality"),
        "exactly": ("cardinality", "qualifiedCardinality"),
    }[word]
}
FACETS = {"minInclusive": ">=", "maxInclusive": "<=", "minExclusive": ">", "maxExclusive": "<"}


def manchester(axiom: Axiom, name: Naming = shorten) -> str:
    """One line of text for an axiom."""
    subject, predicate, value = axiom.main
    writer = _Writer(axiom, name)
    if predicate == RDF_TYPE and value in GROUPS:
        return f"{GROUPS[str(value)]}: {writer.listed(members(axiom), ', ')}"
    if predicate == RDF_TYPE and value in CHARACTERISTICS:
        return f"{name(subject)} is {local_name(str(value)).removesuffix('Property').lower()}"
    if predicate == RDF_TYPE and value == expand("owl:NegativePropertyAssertion"):
        by_predicate = {key: values[0] for key, values in statements(axiom, subject).items()}
        who, what = (by_predicate.get(expand(f"owl:{key}"), "") for key in ("sourceIndividual", "assertionProperty"))
        whom = by_predicate.get(expand("owl:targetIndividual"), by_predicate.get(expand("owl:targetValue"), ""))
        return f"not ({writer.term(who)} {writer.term(what)} {writer.term(whom)})"
    relation = "Type" if predicate == RDF_TYPE else RELATIONS.get(predicate, name(predicate))
    return f"{writer.term(subject)} {relation} {writer.term(value)}"


class _Writer:
    """Writes the expressions of one axiom."""

    def __init__(self, axiom: Axiom, name: Naming) -> None:
        self._axiom = axiom
        self._name = name

    def term(self, term: Term, depth: int = 0, *, inner: bool = False) -> str:
        """A name, a literal, or an expression; in brackets where it stands within another."""
        if isinstance(term, Text):
            return term.value if term.datatype.endswith(("integer", "decimal", "boolean")) else f'"{term.value}"'
        if not term.startswith("_:"):
            return self._name(term)
        if depth > DEEPEST:
            return "…"
        text = self._expression(term, depth + 1)
        return f"({text})" if inner and " " in text else text

    def listed(self, terms: tuple[Term, ...], joint: str, depth: int = 0) -> str:
        texts = [self.term(term, depth, inner=True) for term in terms[:LONGEST]]
        return joint.join([*texts, *(["…"] if len(terms) > LONGEST else [])])

    def _expression(self, node: str, depth: int) -> str:
        by_predicate = statements(self._axiom, node)
        for key, joint in (("owl:intersectionOf", " and "), ("owl:unionOf", " or ")):
            if heads := by_predicate.get(expand(key)):
                return self.listed(items(self._axiom, heads[0]), joint, depth)
        if values := by_predicate.get(expand("owl:complementOf"), by_predicate.get(expand("owl:datatypeComplementOf"))):
            return f"not {self.term(values[0], depth, inner=True)}"
        if heads := by_predicate.get(expand("owl:oneOf")):
            return "{" + self.listed(items(self._axiom, heads[0]), ", ", depth) + "}"
        if expand("owl:onProperty") in by_predicate:
            return self._restriction(node, depth)
        if kinds := by_predicate.get(expand("owl:onDatatype")):
            return self._facets(kinds[0], by_predicate.get(expand("owl:withRestrictions"), [""])[0])
        if values := by_predicate.get(expand("owl:inverseOf")):
            return f"inverse {self.term(values[0], depth)}"
        if expand("rdf:first") in by_predicate:
            return self.listed(items(self._axiom, node), ", ", depth)
        return "something unnamed"

    def _restriction(self, node: str, depth: int) -> str:
        by_predicate = statements(self._axiom, node)
        property_ = self.term(by_predicate[expand("owl:onProperty")][0], depth, inner=True)
        for key, word in QUANTIFIERS.items():
            if values := by_predicate.get(key):
                return f"{property_} {word} {self.term(values[0], depth, inner=True)}"
        for key, word in COUNTS.items():
            if values := by_predicate.get(key):
                filler = [*by_predicate.get(expand("owl:onClass"), ()), *by_predicate.get(expand("owl:onDataRange"), ())]
                of = f" {self.term(filler[0], depth, inner=True)}" if filler else ""
                return f"{property_} {word} {self.term(values[0])}{of}"
        return f"{property_} Self" if expand("owl:hasSelf") in by_predicate else f"something of {property_}"

    def _facets(self, kind: Term, head: Term) -> str:
        limits = [
            f"{FACETS.get(local_name(key), local_name(key))} {self.term(value)}"
            for facet in items(self._axiom, head)
            for key, values in statements(self._axiom, facet).items()
            for value in values
        ]
        return f"{self.term(kind)}[{', '.join(limits)}]"
