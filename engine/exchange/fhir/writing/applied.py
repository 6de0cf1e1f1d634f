"""A decision as what applying a plan comes to: a Bundle of CarePlan, RequestGroup, drafts of orders, and GuidanceResponse.

Nothing in it is done. What waits is no action but a `dataRequirement`, what is recorded both ways an issue of the
OperationOutcome; what applies has an action with its draft. The same decision is the same Bundle: ids are UUIDs of version 5 from
its id, and no clock is read.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import NamedTuple

from spinegraph.engine.criteria.facts import AS_OF
from spinegraph.engine.exchange.fhir.writing.codings import OWN_MODULE, Codings, Json, moment_of
from spinegraph.engine.exchange.fhir.writing.grading import VERDICT, citations_of, extensions_of
from spinegraph.engine.exchange.fhir.writing.missing import data_requirements, open_facts
from spinegraph.engine.exchange.fhir.writing.outcomes import issue, outcome
from spinegraph.engine.exchange.fhir.writing.requests import PRIORITIES, request_of, subject_reference
from spinegraph.engine.exchange.fhir.writing.trail import provenance_of
from spinegraph.engine.exchange.provenance.wanted import PLAIN, Wanted
from spinegraph.engine.model import DecidedRecommendation, Decision, InputAccount, Knowledge, Recommendation, Verdict

SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/spinegraph/decision")
SHOWN: tuple[Verdict, ...] = ("indicated", "provisional")
"""Verdicts with which something is proposed."""
CODES = {
    "contradictory-input": ("warning", "conflict"),
    "ignored-input": ("warning", "incomplete"),
    "record-in-part": ("warning", "incomplete"),
    "deprecated-code": ("information", "code-invalid"),
}
"""Notice of a decision → severity and kind of the issue; every other is information."""


NO_MOMENT = "Verdicts wait for the moment of the case, and no clock is read: send as_of ($apply: asOf)."
NO_INSTANT = "A Provenance has to say when it was recorded, and no clock is read: send made_at ($apply: madeAt) to have one."


class Applied(NamedTuple):
    """What was applied: the plan (its URL; "" where a decision asked for none), of one recommendation alone its id, how
    provenance is wanted, and what of the request was left aside."""

    plan: str = ""
    recommendation: str = ""
    provenance: Wanted = PLAIN
    aside: tuple[str, ...] = ()


class Named:
    """The URLs that the parts of one Bundle go by."""

    def __init__(self, decision: Decision, applied: Applied) -> None:
        self._space = uuid.uuid5(SPACE, f"{decision.id} {applied.plan}")

    def id(self, part: str) -> str:
        """The id of a part, which the same decision always has."""
        return str(uuid.uuid5(self._space, part))

    def reference(self, part: str) -> Json:
        """A reference to a part."""
        return {"reference": f"urn:uuid:{self.id(part)}"}

    def entry(self, part: str, resource: Json) -> Json:
        """A part as an entry of the Bundle."""
        return {
            "fullUrl": f"urn:uuid:{self.id(part)}",
            "resource": {"resourceType": resource["resourceType"], "id": self.id(part), **resource},
        }


def applied_bundle(decision: Decision, knowledge: Knowledge, applied: Applied | None = None) -> Json:
    """The Bundle. `knowledge`: the one that was decided with, in the language of the decision."""
    applied = applied or Applied()
    named, codings = Named(decision, applied), Codings(knowledge)
    asked = [one for one in decision.recommendations if applied.recommendation in ("", one.id)]
    proposed = [one for one in asked if one.verdict in SHOWN]
    subject = subject_reference(_patient(decision))
    authored, for_patient = moment_of(decision.case.as_of), decision.case.audience == "patient"
    parts = {
        "guidance": _guidance(decision, knowledge, codings, applied, named, subject),
        "plan": _care_plan(applied, named, subject, authored),
        "group": _group(proposed, knowledge, applied, named, subject, authored, for_patient=for_patient),
        **{one.id: request_of(one, knowledge, codings, _patient(decision), authored) for one in proposed},
        "outcome": outcome(_issues(decision, asked, applied)),
    }
    if applied.provenance.made_at:
        targets = [named.reference(part) for part in ("guidance", "group")]
        parts["provenance"] = provenance_of(decision, knowledge, proposed, targets, applied.provenance)
    return {
        "resourceType": "Bundle",
        "id": named.id("bundle"),
        "type": "collection",
        "entry": [named.entry(part, resource) for part, resource in parts.items()],
    }


def _patient(decision: Decision) -> str:
    """Whose record was read, as a reference, or ""."""
    return decision.input.patient if decision.input else ""


def _guidance(decision: Decision, knowledge: Knowledge, codings: Codings, applied: Applied, named: Named, subject: Json) -> Json:
    asked = [one for one in decision.recommendations if applied.recommendation in ("", one.id)]
    codes = open_facts(decision, asked)
    needed = [*data_requirements(codes, knowledge, codings)]
    return {
        "resourceType": "GuidanceResponse",
        "identifier": [{"system": f"{OWN_MODULE}decision", "value": decision.id}],
        **({"moduleCanonical": applied.plan} if applied.plan else {"moduleUri": OWN_MODULE}),
        "status": "data-required" if codes else "success",
        "subject": subject,
        **({"occurrenceDateTime": moment_of(decision.case.as_of)} if decision.case.as_of else {}),
        "note": [{"text": decision.disclaimer}],
        "evaluationMessage": [named.reference("outcome")],
        "result": named.reference("plan"),
        **({"dataRequirement": needed} if needed else {}),
    }


def _care_plan(applied: Applied, named: Named, subject: Json, authored: str) -> Json:
    return {
        "resourceType": "CarePlan",
        **({"instantiatesCanonical": [applied.plan]} if applied.plan else {}),
        "status": "draft",
        "intent": "proposal",
        "subject": subject,
        **({"created": authored} if authored else {}),
        "activity": [{"reference": named.reference("group")}],
    }


def _group(
    proposed: list[DecidedRecommendation],
    knowledge: Knowledge,
    applied: Applied,
    named: Named,
    subject: Json,
    authored: str,
    *,
    for_patient: bool,
) -> Json:
    actions = [_action(one, knowledge, named, for_patient=for_patient) for one in proposed]
    return {
        "resourceType": "RequestGroup",
        **({"instantiatesCanonical": [applied.plan]} if applied.plan else {}),
        "status": "draft",
        "intent": "proposal",
        "subject": subject,
        **({"authoredOn": authored} if authored else {}),
        **({"action": actions} if actions else {}),
    }


def _action(decided: DecidedRecommendation, knowledge: Knowledge, named: Named, *, for_patient: bool) -> Json:
    rule = knowledge.rules[decided.iri]
    assert isinstance(rule, Recommendation)  # noqa: S101 (a decision lists nothing else here)
    citations = [] if for_patient else citations_of(decided.passages, knowledge)
    left_open = ", ".join(decided.left_open_by)
    waits = f" Provisional: left open by {left_open}." if decided.verdict == "provisional" and left_open else ""
    return {
        "id": decided.id,
        "extension": [*extensions_of(rule, knowledge, for_patient=for_patient), {"url": VERDICT, "valueCode": decided.verdict}],
        "title": decided.label,
        "description": f"{decided.text}{waits}",
        **({"priority": PRIORITIES[decided.urgency]} if decided.urgency in PRIORITIES else {}),
        **({"documentation": citations} if citations else {}),
        "resource": named.reference(decided.id),
    }


def _account(account: InputAccount) -> str:
    """How many resources were used, and how many have a note of which kind; POST /v1/decisions has each of them."""
    kinds = ", ".join(f"{kind} ({count})" for kind, count in account.kinds.items())
    return f"{account.resources} resources, {account.used} used." + (f" Notes: {kinds}." if kinds else "")


def _issues(decision: Decision, asked: list[DecidedRecommendation], applied: Applied) -> Iterator[Json]:
    """What to know besides: the disclaimer, notices, contradictions, what of the request was left aside, and other verdicts."""
    yield issue("information", "informational", "What this is not", decision.disclaimer)
    if decision.input:
        yield issue("information", "informational", "What became of the record", _account(decision.input))
    if not applied.provenance.made_at:
        yield issue("information", "informational", "No Provenance", NO_INSTANT)
    if AS_OF in open_facts(decision, asked):
        yield issue("warning", "incomplete", "The moment of the case is not known", NO_MOMENT)
    for text in applied.aside:
        yield issue("information", "not-supported", "Left aside", text)
    for notice in decision.notices:
        severity, code = CODES.get(notice.code, ("information", "informational"))
        yield issue(severity, code, notice.code, notice.message)
    for one in asked:
        if one.verdict == "conflicting":
            said = "The record says it both ways, so nothing is proposed."
            yield issue("warning", "conflict", f"{one.id}: conflicting", f"{one.label}. {said}")
        elif one.verdict not in SHOWN and (one.verdict != "undetermined" or applied.recommendation):
            yield issue("information", "informational", f"{one.id}: {one.verdict}", one.label)
    for ignored in decision.case.ignored:
        yield issue("warning", "incomplete", f"Ignored: {ignored.reason}", f"{ignored.member}: {ignored.code}")
