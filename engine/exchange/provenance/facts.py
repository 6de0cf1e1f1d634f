"""The facts of a case as entities of its provenance: what was recorded, what was measured, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import pyoxigraph as ox
from spinegraph.engine.decide.case_text import SIDES as STATED
from spinegraph.engine.decide.timeline import asked_about
from spinegraph.engine.exchange.rdf import Triple, decimal, iri, text
from spinegraph.engine.model import (
    Case,
    Criterion,
    DatedEntry,
    DerivedFinding,
    Fact,
    Knowledge,
)

Name = tuple[str, str]
"""("present", "fever"), ("absent", "fever"), ("measurement", "age_years"), ("coded", "sex"), ("derived", "age_over_50")."""
ACTS: Mapping[str, str] = {member: f"core:{name}" for member, name in STATED.items() if member not in ("present", "absent")}
"""Member of a case → the property by which a case graph says that something is done or taken, or not."""
SIDES: Mapping[str, Sequence[Literal["present", "absent"]]] = {
    "present": ("present",),
    "absent": ("absent",),
    "contradictory": ("present", "absent"),
}


class CaseFacts:
    """Which recorded facts a proof's fact rests on. Remembers what followed from others, for `triples` to state."""

    def __init__(self, knowledge: Knowledge, case: Case) -> None:
        self._knowledge = knowledge
        self._case = case
        self._given = {"present": frozenset(case.present), "absent": frozenset(case.absent)}
        self._findings = {finding.code: finding for finding in knowledge.findings.values()}
        self._measurements = {one.code: one for one in knowledge.measurements.values()}
        self._coded = {one.code: one for one in knowledge.coded.values()}
        self._rules = {rule.id: rule for rule in knowledge.rules.values() if isinstance(rule, DerivedFinding)}
        self._deriving = {rule.finding: rule for rule in self._rules.values()}
        self._derived: dict[str, tuple[str, dict[Name, None], dict[str, None]]] = {}

    def entities(self, fact: Fact) -> list[Name]:
        """The entities that carry a fact: the recorded ones if it was given, else the one that follows, which is noted.

        A fact that nobody recorded has none.
        """
        if fact.code in self._measurements:
            used = dict.fromkeys((fact.code, *fact.through))
            return [("measurement", code) for code in used if code in self._case.measurements]
        if fact.code in self._coded:
            return [("coded", fact.code)] if fact.code in self._case.coded else []
        if fact.state not in SIDES:
            return []
        if fact.basis == "given":
            return [(side, fact.code) for side in SIDES[fact.state] if fact.code in self._given[side]]
        origins: dict[Name, None] = {}
        rules: dict[str, None] = {}
        for name in fact.through:
            if name in self._rules:
                rules[self._rules[name].iri] = None
                rule = self._rules[name]
                for criterion in filter(None, (rule.scope, rule.criterion)):
                    origins |= dict.fromkeys(self._behind(criterion))
            else:
                origins |= {(side, name): None for side in SIDES[fact.state] if name in self._given[side]}
        self._derived[fact.code] = (fact.state, origins, rules)
        return [("derived", fact.code), *origins]

    def rules_used(self) -> list[str]:
        """IRIs of the rules by which facts followed."""
        return list(dict.fromkeys(rule for _, _, rules in self._derived.values() for rule in rules))

    def triples(self, run: str, case: ox.NamedNode, activity: ox.NamedNode) -> Iterator[Triple]:
        """Everything recorded of the case, as its own properties and as entities that the run used, and what followed."""
        for side in ("present", "absent"):
            for code in sorted(self._given[side]):
                finding = self._findings[code]
                about = ox.NamedNode(f"{run}:{side}:{code}")
                yield case, *self._stated(side, finding.iri)
                yield from self._entity(about, "core:RecordedFinding", finding.iri, f"{finding.label}: {side}")
                yield about, iri("core:state"), text(side)
                yield from self._used(about, case, activity)
        yield from self._acts(case)
        yield from self._dated_entries(run, case)
        for code, value in sorted(self._case.measurements.items()):
            measurement = self._measurements[code]
            about = ox.NamedNode(f"{run}:measurement:{code}")
            yield case, ox.NamedNode(measurement.iri), decimal(value)
            yield from self._entity(
                about, "core:RecordedMeasurement", measurement.iri, f"{measurement.label}: {value:g} {measurement.unit}"
            )
            yield about, iri("rdf:value"), decimal(value)
            yield about, iri("core:unit"), text(measurement.unit)
            yield from self._used(about, case, activity)
        yield from self._coded_values(run, case, activity)
        for code, (state, origins, rules) in sorted(self._derived.items()):
            finding = self._findings[code]
            about = ox.NamedNode(f"{run}:derived:{code}")
            yield from self._entity(about, "core:DerivedFact", finding.iri, f"{finding.label}: {state}")
            yield about, iri("core:state"), text(state)
            yield about, iri("prov:wasGeneratedBy"), activity
            for name in origins:
                yield about, iri("prov:wasDerivedFrom"), ox.NamedNode(":".join((run, *name)))
            for rule in rules:
                yield about, iri("prov:wasDerivedFrom"), ox.NamedNode(rule)

    def _acts(self, case: ox.NamedNode) -> Iterator[Triple]:
        for member, predicate in ACTS.items():
            for one in self._knowledge.interventions.values():
                if one.code in getattr(self._case, member):
                    yield case, iri(predicate), ox.NamedNode(one.iri)

    def _dated_entries(self, run: str, case: ox.NamedNode) -> Iterator[Triple]:
        """The entries of which rules ask about the date, each as the case has it."""
        interventions = {one.code: one.iri for one in self._knowledge.interventions.values()}
        for member, code in sorted(asked_about(self._knowledge)):
            current = self._case.dates.get(member, {}).get(code)
            dated = [DatedEntry(at=current, value=self._case.measurements.get(code))] if current else []
            for number, entry in enumerate((*dated, *self._case.earlier.get(member, {}).get(code, ())), 1):
                about = ox.NamedNode(f"{run}:entry:{member}:{code}:{number}")
                yield case, iri("core:entry"), about
                if member in ACTS:
                    yield about, iri(ACTS[member]), ox.NamedNode(interventions[code])
                elif member == "measurements":
                    yield about, ox.NamedNode(self._measurements[code].iri), decimal(entry.value or 0.0)
                else:
                    yield about, *self._stated(member, self._findings[code].iri)  # "present" or "absent"
                yield about, iri("core:at"), text(entry.at)

    def _coded_values(self, run: str, case: ox.NamedNode, activity: ox.NamedNode) -> Iterator[Triple]:
        for property_, code in sorted(self._case.coded.items()):
            thing = self._coded[property_]
            about = ox.NamedNode(f"{run}:coded:{property_}")
            yield case, ox.NamedNode(thing.iri), text(code)
            yield from self._entity(about, "core:RecordedCodedValue", thing.iri, f"{thing.label}: {thing.label_of(code)}")
            yield about, iri("rdf:value"), text(code)
            yield from self._used(about, case, activity)

    def _stated(self, side: str, finding: str) -> tuple[ox.NamedNode, ox.NamedNode]:
        """How a case says that a finding is present or absent, or an act done or taken, or not."""
        act = self._knowledge.acts.get(finding)
        if act is None:
            return iri(f"core:{side}"), ox.NamedNode(finding)
        return iri(ACTS[act.kind if side == "present" else f"not_{act.kind}"]), ox.NamedNode(act.intervention)

    @staticmethod
    def _entity(about: ox.NamedNode, kind: str, of: str, label: str) -> Iterator[Triple]:
        for name in ("prov:Entity", kind):
            yield about, iri("rdf:type"), iri(name)
        yield about, iri("rdfs:label"), text(label, "en")
        yield about, iri("core:about"), ox.NamedNode(of)

    @staticmethod
    def _used(about: ox.NamedNode, case: ox.NamedNode, activity: ox.NamedNode) -> Iterator[Triple]:
        yield about, iri("prov:wasDerivedFrom"), case
        yield activity, iri("prov:used"), about

    def _behind(self, criterion: Criterion) -> Iterator[Name]:
        """Recorded facts that bear on a criterion, with those behind findings that follow from others."""
        hierarchy = self._knowledge.hierarchy
        for leaf in (node for node in criterion.walk() if not node.parts):
            for measurement in filter(None, map(self._knowledge.measurements.get, leaf.mentions)):
                if measurement.code in self._case.measurements:
                    yield "measurement", measurement.code
            coded = self._knowledge.coded.get(leaf.subject)
            if coded and coded.code in self._case.coded:
                yield "coded", coded.code
            if leaf.subject not in self._knowledge.findings:
                continue
            for iris, side in ((hierarchy.narrower, "present"), (hierarchy.broader, "absent")):
                for found in iris.get(leaf.subject, ()):
                    concept = self._knowledge.findings.get(found)
                    if concept and concept.code in self._given[side]:
                        yield side, concept.code
                    rule = self._deriving.get(found)
                    if rule and rule.criterion and side == "present":
                        yield from self._behind(rule.criterion)
