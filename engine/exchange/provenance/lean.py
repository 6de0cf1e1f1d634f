"""The lean form of a decision's provenance, for archives: what is to be done or suspected, and the evidence for that.

It states nothing that the full form does not: verdicts that are `KEPT`, the criteria with a name on the way to the recorded
facts and passages of their proofs; the case; and who decided with which knowledge. Left out are all other verdicts that nothing
of this rests on, shortcuts past a criterion, labels and texts, and what the knowledge says itself under the same IRIs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from spinegraph.engine.exchange.provenance.facts import CaseFacts
from spinegraph.engine.exchange.provenance.publication import (
    AGENT,
    ASSERTION,
    PROVENANCE,
    PUBINFO,
    knowledge_iri,
    publication_triples,
    run_iri,
)
from spinegraph.engine.exchange.provenance.wanted import PLAIN, Wanted
from spinegraph.engine.exchange.rdf import Triple, iri, text
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import AssessedCondition, DecidedRecommendation, Decision, Knowledge, Proof

Verdict = DecidedRecommendation | AssessedCondition
KEPT = frozenset(("indicated", "provisional", "suspected"))
"""Verdicts that somebody acts on."""
_OF_FACTS = frozenset(map(expand, ("core:about", "core:state", "rdf:value", "core:unit", "prov:wasDerivedFrom")))
"""What is said of a recorded or derived fact."""
_TYPE, _ENTITY = iri("rdf:type"), iri("prov:Entity")


def lean_graph(knowledge: Knowledge, decision: Decision, wanted: Wanted = PLAIN) -> list[ox.Quad]:
    """The quads of the lean form, in the graphs of the full one. The same decision gives the same quads in the same order."""
    run = run_iri(decision)
    evidence = _Evidence(knowledge, decision)
    verdicts: Iterable[Verdict] = (*decision.recommendations, *decision.assessments)
    for entry in verdicts:
        if entry.verdict in KEPT:
            evidence.verdict(entry)
    parts = {
        ASSERTION: (*_decided(decision, run), *evidence.asserted),
        PROVENANCE: (*_run(decision, run), *evidence.recorded(), *evidence.derived),
        PUBINFO: publication_triples(decision, wanted),
    }
    quads = (ox.Quad(*triple, ox.NamedNode(f"{run}:{part}")) for part, triples in parts.items() for triple in triples)
    return list(dict.fromkeys(quads))


class _Evidence:
    """Collects verdicts and what they rest on: criteria with a name once, however many verdicts share them."""

    def __init__(self, knowledge: Knowledge, decision: Decision) -> None:
        self._run = run_iri(decision)
        self._facts = CaseFacts(knowledge, decision.case)
        self._passages = {passage.id: ox.NamedNode(passage.iri) for passage in knowledge.passages.values()}
        self._assessed = {entry.iri: entry for entry in decision.assessments}
        self._known: set[ox.NamedNode] = set()
        self._used: dict[ox.NamedNode, None] = {}
        self.asserted: list[Triple] = []
        self.derived: list[Triple] = []

    def verdict(self, entry: Verdict) -> ox.NamedNode:
        """State a verdict and derive it, once; its name."""
        if isinstance(entry, DecidedRecommendation):
            about, kind, source = self._name("recommendation", entry.id), "core:DecidedRecommendation", "prov:hadPrimarySource"
            more: tuple[Triple, ...] = ((about, iri("core:urgency"), iri(f"core:{entry.urgency}")),)
        else:
            about, kind, source = self._name("condition", entry.condition), "core:AssessedCondition", "prov:wasDerivedFrom"
            more = ()
        if about not in self._known:
            self._known.add(about)
            self._say(about, kind, entry.iri)
            self.asserted += ((about, iri("core:verdict"), text(entry.verdict)), *more)
            self.asserted.append((self._name(ASSERTION), iri("prov:hadMember"), about))
            self.derived += ((about, iri(source), self._passages[number]) for number in entry.passages)
            self._rest(about, entry.explanation)
        return about

    def recorded(self) -> Iterator[Triple]:
        """The whole case by its own properties, and the facts that are evidence."""
        case = self._name("case")
        for triple in self._facts.triples(self._run, case, ox.NamedNode(self._run)):
            subject, predicate, value = triple
            of_fact = predicate.value in _OF_FACTS or (predicate == _TYPE and value != _ENTITY)
            dated = subject.value.startswith(f"{self._run}:entry:")
            if subject == case or dated or (subject in self._used and of_fact and value != case):
                yield triple

    def _rest(self, about: ox.NamedNode, proof: Proof) -> None:
        """Derive `about` from what a node of its proof names, and from the named nodes below."""
        origins = [self._passages[number] for number in proof.passages]
        if proof.fact:
            names = [self._name(*name) for name in self._facts.entities(proof.fact)]
            self._used.update(dict.fromkeys(names))
            origins += names
        self.derived += ((about, iri("prov:wasDerivedFrom"), origin) for origin in origins)
        for child in proof.children:
            if child.iri:
                self.derived.append((about, iri("prov:wasDerivedFrom"), self._criterion(child)))
            else:
                self._rest(about, child)

    def _criterion(self, proof: Proof) -> ox.NamedNode:
        """The name of a named node, which is stated and derived once; a condition's verdict where the decision has one."""
        if proof.iri in self._assessed:
            return self.verdict(self._assessed[proof.iri])
        about = self._name(*proof.iri.rsplit("/", 2)[-2:])
        if about not in self._known:
            self._known.add(about)
            self._say(about, "core:EvaluatedCriterion", proof.iri)
            self.asserted.append((about, iri("core:truth"), text(proof.truth)))
            self._rest(about, proof)
        return about

    def _name(self, *parts: str) -> ox.NamedNode:
        return ox.NamedNode(":".join((self._run, *parts)))

    def _say(self, about: ox.NamedNode, kind: str, of: str) -> None:
        self.asserted.append((about, _TYPE, iri(kind)))
        self.asserted.append((about, iri("core:about"), ox.NamedNode(of)))


def _decided(decision: Decision, run: str) -> Iterator[Triple]:
    result = ox.NamedNode(f"{run}:{ASSERTION}")
    yield result, iri("dcterms:identifier"), text(decision.id)
    yield result, iri("core:decidedUrgency"), text(decision.brief.level)


def _run(decision: Decision, run: str) -> Iterator[Triple]:
    activity, result, case = ox.NamedNode(run), ox.NamedNode(f"{run}:{ASSERTION}"), ox.NamedNode(f"{run}:case")
    yield result, iri("rdf:type"), iri("core:Decision")
    yield result, iri("prov:wasGeneratedBy"), activity
    yield activity, iri("rdf:type"), iri("prov:Activity")
    yield activity, iri("prov:wasAssociatedWith"), AGENT
    yield activity, iri("prov:used"), knowledge_iri(decision)
    yield activity, iri("prov:used"), case
    yield case, iri("rdf:type"), iri("core:Case")
    yield case, iri("core:audience"), text(decision.case.audience)
