"""OWL axioms as sets of triples, and those of them that can bear on a question.

One axiom is one statement of an author with the blank nodes below it: a subclass relation, a definition, a
disjointness, a property's domain, statements about an individual. Annotations are no axioms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.knowledge.owl.hermit import Triple
from spinegraph.engine.knowledge.turtle.terms import FIRST, NIL, PREFIXES, RDF_TYPE, REST, Term, Text, expand

NOTHING = expand("owl:Nothing")
SUBCLASS, EQUIVALENT, DISJOINT = map(expand, ("rdfs:subClassOf", "owl:equivalentClass", "owl:disjointWith"))
CLASS_RELATIONS = (SUBCLASS, EQUIVALENT, DISJOINT)
BOOLEANS = tuple(map(expand, ("owl:intersectionOf", "owl:unionOf", "owl:complementOf", "owl:oneOf", "owl:disjointUnionOf")))
PROPERTY_RELATIONS = tuple(
    expand(name)
    for name in (
        "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range", "owl:inverseOf", "owl:equivalentProperty",
        "owl:propertyDisjointWith", "owl:propertyChainAxiom",
    )
)  # fmt: skip
IDENTITIES = tuple(map(expand, ("owl:sameAs", "owl:differentFrom")))
RELATIONS = frozenset((*CLASS_RELATIONS, *BOOLEANS, *PROPERTY_RELATIONS, *IDENTITIES, expand("owl:hasKey")))
CHARACTERISTICS = frozenset(
    expand(f"owl:{name}Property")
    for name in (
        "Functional", "InverseFunctional", "Transitive", "Symmetric", "Asymmetric", "Reflexive", "Irreflexive",
    )
)  # fmt: skip
GROUPS = frozenset(
    map(expand, ("owl:AllDisjointClasses", "owl:AllDisjointProperties", "owl:AllDifferent", "owl:NegativePropertyAssertion"))
)
MEMBERS = tuple(map(expand, ("owl:members", "owl:distinctMembers")))
DECLARING = frozenset(
    map(
        expand,
        (
            "owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "owl:NamedIndividual",
            "rdfs:Datatype", "rdfs:Class",
        ),
    )
)  # fmt: skip
UNASSERTED = DECLARING | set(map(expand, ("owl:Restriction", "owl:Axiom", "owl:Ontology", "rdf:List")))
BUILT_IN = tuple(PREFIXES[name] for name in ("owl", "rdf", "rdfs", "xsd"))


DEEPEST = 50
LARGEST = 2_000
"""Expressions that are nested deeper, or have more triples, are not looked into: they count as what can bear on anything."""


class Axiom(NamedTuple):
    """One axiom: the statement itself first, then what its blank nodes consist of."""

    triples: tuple[Triple, ...]

    @property
    def main(self) -> Triple:
        """The statement; its place is the axiom's place."""
        return self.triples[0]

    @property
    def signature(self) -> frozenset[str]:
        """The classes, properties and individuals that it speaks of."""
        terms = (term for triple in self.triples for term in triple if isinstance(term, str) and not term.startswith("_:"))
        return frozenset(term for term in terms if not term.startswith(BUILT_IN))


class Axioms(NamedTuple):
    """The axioms of an ontology in the order of its files, and what its names are declared to be."""

    axioms: tuple[Axiom, ...]
    declarations: Mapping[str, tuple[Triple, ...]]

    def document(self, chosen: Collection[Axiom]) -> Iterator[Triple]:
        """Some of the axioms as an ontology of their own."""
        names = {name for axiom in chosen for name in axiom.signature}
        for name in sorted(names):
            yield from self.declarations.get(name, ())
        for axiom in chosen:
            yield from axiom.triples


def logical(triples: Iterable[Triple]) -> list[Triple]:
    """What a reasoner has to know: no annotations, headers, imports."""
    known = list(triples)
    properties = _properties(known)
    headers = {subject for subject, predicate, value in known if predicate == RDF_TYPE and value == expand("owl:Ontology")}
    structural = tuple(PREFIXES[name] for name in ("owl", "rdf", "xsd"))  # xsd: facets of datatypes
    return [
        (subject, predicate, value)
        for subject, predicate, value in known
        if subject not in headers
        and predicate != expand("owl:imports")
        and (predicate in RELATIONS or predicate in properties or predicate.startswith(structural))
    ]


def read_axioms(triples: Iterable[Triple]) -> Axioms:
    """Take an ontology apart."""
    known = logical(triples)
    about: dict[str, list[Triple]] = {}
    for triple in known:
        about.setdefault(triple[0], []).append(triple)
    properties = _properties(known)
    declarations: dict[str, list[Triple]] = {}
    for subject, predicate, value in known:
        if predicate == RDF_TYPE and value in DECLARING and not subject.startswith("_:"):
            declarations.setdefault(subject, []).append((subject, predicate, value))
    axioms = dict.fromkeys(
        Axiom((triple, *_parts(triple, about)))
        for triple in known
        if _is_axiom(triple, properties) and not _is_annotated(triple[0], about)
    )
    return Axioms(tuple(axioms), {name: tuple(declaring) for name, declaring in declarations.items()})


def _properties(triples: Iterable[Triple]) -> frozenset[str]:
    """Properties of individuals, which assertions are made with."""
    kinds = (expand("owl:ObjectProperty"), expand("owl:DatatypeProperty"))
    return frozenset(subject for subject, predicate, value in triples if predicate == RDF_TYPE and value in kinds)


def _is_axiom(triple: Triple, properties: Collection[str]) -> bool:
    subject, predicate, value = triple
    if predicate == RDF_TYPE:
        return value not in UNASSERTED
    if subject.startswith("_:"):  # otherwise part of an expression
        return predicate in CLASS_RELATIONS or predicate in properties
    return predicate in RELATIONS or predicate in properties


def _is_annotated(subject: str, about: Mapping[str, list[Triple]]) -> bool:
    return any(value == expand("owl:Axiom") for _, predicate, value in about[subject] if predicate == RDF_TYPE)


def _parts(triple: Triple, about: Mapping[str, list[Triple]]) -> Iterator[Triple]:
    """The triples of the blank nodes that a statement is made of."""
    subject, _, value = triple
    queue = [term for term in (subject, value) if isinstance(term, str) and term.startswith("_:")]
    seen: set[str] = set()
    while queue:
        node = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        for part in about.get(node, ()):
            if part != triple and part[1] not in CLASS_RELATIONS:  # these are axioms about an expression, not parts of it
                yield part
                if isinstance(part[2], str) and part[2].startswith("_:"):
                    queue.append(part[2])


def module(axioms: Axioms, seed: str = "") -> tuple[Axiom, ...]:
    """Axioms that can bear on whether a class has members, or (without one) on whether the whole is consistent.

    A bottom-locality module (Cuenca Grau et al., 2008): an axiom stays out while it holds whatever the names that
    nobody has asked about mean. Nearest axioms come first.
    """
    using: dict[str, list[Axiom]] = {}
    for axiom in axioms.axioms:
        for name in axiom.signature:
            using.setdefault(name, []).append(axiom)
    names: set[str] = {seed} if seed else set()
    chosen: dict[Axiom, None] = {}
    queue: list[Axiom] = list(using.get(seed, ())) if seed else []
    queue += axioms.axioms  # what is never local, such as statements about individuals
    position = 0
    while position < len(queue):
        axiom = queue[position]
        position += 1
        if axiom not in chosen and not _is_local(axiom, names):
            chosen[axiom] = None
            for name in axiom.signature - names:
                names.add(name)
                queue += using[name]
    return tuple(chosen)


def _is_local(axiom: Axiom, names: Collection[str]) -> bool:
    """Whether the axiom holds where every other name is empty; False where that is not seen at once."""
    subject, predicate, value = axiom.main
    if predicate == RDF_TYPE:
        if value in CHARACTERISTICS:
            return subject not in names
        if value == expand("owl:AllDisjointClasses"):
            return sum(not is_empty(axiom, member, names) for member in members(axiom)) < 2
        return False
    if predicate == SUBCLASS:
        return is_empty(axiom, subject, names)
    if predicate == EQUIVALENT:
        return is_empty(axiom, subject, names) and is_empty(axiom, value, names)
    if predicate == DISJOINT:
        return is_empty(axiom, subject, names) or is_empty(axiom, value, names)
    if predicate in (expand("rdfs:domain"), expand("rdfs:range"), expand("rdfs:subPropertyOf")):
        return subject not in names
    return False


def is_empty(axiom: Axiom, expression: Term, names: Collection[str], depth: int = 0) -> bool:
    """Whether a class expression has no members where all names but these are empty; False where that is not seen."""
    if isinstance(expression, Text) or depth > DEEPEST or len(axiom.triples) > LARGEST:
        return False
    if not expression.startswith("_:"):
        return expression == NOTHING or not (expression in names or expression.startswith(BUILT_IN))
    by_predicate = statements(axiom, expression)
    if parts := by_predicate.get(expand("owl:intersectionOf")):
        return any(is_empty(axiom, part, names, depth + 1) for part in items(axiom, parts[0]))
    if parts := by_predicate.get(expand("owl:unionOf")):
        return all(is_empty(axiom, part, names, depth + 1) for part in items(axiom, parts[0]))
    some, exact = (by_predicate.get(expand(name), ()) for name in ("owl:someValuesFrom", "owl:hasValue"))
    unused = all(
        isinstance(it, str) and it not in names and it[:2] != "_:" for it in by_predicate.get(expand("owl:onProperty"), ("_:",))
    )
    return bool(unused and (some or exact)) or any(is_empty(axiom, part, names, depth + 1) for part in some)


def statements(axiom: Axiom, node: Term) -> Mapping[str, list[Term]]:
    """The statements of an axiom about one of its blank nodes, by predicate."""
    by_predicate: dict[str, list[Term]] = {}
    for subject, predicate, value in axiom.triples:
        if subject == node:
            by_predicate.setdefault(predicate, []).append(value)
    return by_predicate


def items(axiom: Axiom, head: Term) -> tuple[Term, ...]:
    """Members of a list within an axiom."""
    found: list[Term] = []
    cells = {(subject, predicate): value for subject, predicate, value in axiom.triples if predicate in (FIRST, REST)}
    seen: set[Term] = set()
    while isinstance(head, str) and head != NIL and head not in seen and (head, FIRST) in cells:
        seen.add(head)
        found.append(cells[head, FIRST])
        head = cells.get((head, REST), NIL)
    return tuple(found)


def members(axiom: Axiom) -> tuple[Term, ...]:
    """What a disjointness or difference of many is about; empty for any other axiom."""
    heads = [value for subject, predicate, value in axiom.triples if subject == axiom.main[0] and predicate in MEMBERS]
    return items(axiom, heads[0]) if heads and axiom.main[2] in GROUPS else ()
