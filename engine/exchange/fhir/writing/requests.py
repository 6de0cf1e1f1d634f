"""A recommendation → the order that it proposes, as a draft: of which resource, the content says (core:orderedAs).

Nothing is added to what the source states: a dose is its words, a reason is a fact that the verdict rests on, and where no kind
of order is declared it is a task. What is to be told to somebody is a CommunicationRequest, also where it advises against
something: `doNotPerform` would mean that nobody is told (R4, 12.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.exchange.fhir.writing.codings import TERMINOLOGY, Codings, Json, canonical, concept_of
from spinegraph.engine.model import DecidedRecommendation, Fact, Knowledge, OrderKind, Proof, Recommendation, Urgency
from spinegraph.engine.model.statements import ShownDose
from spinegraph.engine.model.units import quantity

SNOMED = "http://snomed.info/sct"
SERVICE, MEDICATION, COMMUNICATION, TASK = "ServiceRequest", "MedicationRequest", "CommunicationRequest", "Task"

RESOURCES: Mapping[OrderKind, str] = {
    "imaging": SERVICE,
    "laboratory": SERVICE,
    "examination": SERVICE,
    "procedure": SERVICE,
    "surgery": SERVICE,
    "therapy": SERVICE,
    "referral": SERVICE,
    "medication": MEDICATION,
    "advice": COMMUNICATION,
    "task": TASK,
}
"""Kind of order → the resource that asks for it."""
CATEGORIES: Mapping[str, Json] = {
    "imaging": concept_of(SNOMED, "363679005", "Imaging"),
    "laboratory": concept_of(SNOMED, "108252007", "Laboratory procedure"),
    "surgery": concept_of(SNOMED, "387713003", "Surgical procedure"),
    "referral": concept_of(SNOMED, "3457005", "Patient referral"),
    **{kind: {"text": kind} for kind in ("examination", "procedure", "therapy")},
}
"""Category of a ServiceRequest, by the codes of R4's own list (`servicerequest-category`) as far as it has one."""
PRIORITIES: Mapping[Urgency, str] = {"emergency": "stat", "urgent": "urgent", "routine": "routine"}
"""Urgency → the priority of a request; what no source grades has none."""
NO_PATIENT = "the patient of this case"


class Order(NamedTuple):
    """What a draft says of one patient: whose it is (a reference, "" where the case names nobody), codings of its reasons, the
    doses as they are shown, the moment at which it was made, or "", and the words of the recommendation, where they are others
    than for clinicians."""

    subject: str = ""
    reasons: tuple[Json, ...] = ()
    doses: tuple[ShownDose, ...] = ()
    authored: str = ""
    text: str = ""


def resource_of(rule: Recommendation, knowledge: Knowledge) -> str:
    """The type of resource that a recommendation proposes."""
    kind = RESOURCES[knowledge.interventions[rule.intervention].ordered_as or "task"]
    return COMMUNICATION if kind == TASK and rule.direction == "against" else kind


def refuses(rule: Recommendation, knowledge: Knowledge) -> bool:
    """Whether its order asks that something is not done."""
    return rule.direction == "against" and resource_of(rule, knowledge) in (SERVICE, MEDICATION)


def draft_request(rule: Recommendation, knowledge: Knowledge, codings: Codings, order: Order) -> Json:
    """The order that a recommendation proposes: a resource in `draft`, which nobody has placed.

    `codings` are those of the same knowledge. The intervention of a single stated dose is the medicine that it names.
    """
    kind = resource_of(rule, knowledge)
    common = {
        "resourceType": kind,
        "status": "draft",
        **({"priority": PRIORITIES[rule.urgency]} if rule.urgency in PRIORITIES else {}),
        **({"authoredOn": order.authored} if order.authored else {}),
    }
    return {**common, **_OF[kind](rule, knowledge, codings, order), "note": [{"text": order.text or rule.text}]}


def request_of(
    decided: DecidedRecommendation, knowledge: Knowledge, codings: Codings, subject: str = "", authored: str = ""
) -> Json:
    """The same of a recommendation as it was decided: with the facts that its verdict rests on as reasons, and its doses."""
    rule = knowledge.rules[decided.iri]
    assert isinstance(rule, Recommendation)  # noqa: S101 (a decision lists nothing else here)
    facts = {fact.code: fact for fact in _facts(decided.explanation)}
    reasons = tuple(_reason(fact, knowledge, codings) for fact in facts.values())
    doses = decided.dose if isinstance(decided.dose, tuple) else ()
    return draft_request(rule, knowledge, codings, Order(subject, reasons, doses, authored, decided.text))


def subject_reference(subject: str) -> Json:
    """Whose it is: a reference, or, where the case names nobody, only words."""
    return {"reference": subject} if subject else {"display": NO_PATIENT}


def _facts(proof: Proof) -> Iterator[Fact]:
    """The findings, present, and the values on which it rests that something holds."""
    if proof.truth == "true":
        if proof.fact is not None and proof.fact.state in ("present", "known"):
            yield proof.fact
        for child in proof.children:
            yield from _facts(child)


def _reason(fact: Fact, knowledge: Knowledge, codings: Codings) -> Json:
    """A fact as a reason: of what has a value, the text has that too."""
    iri = codings.recorded(fact.code)
    concept = codings.of(iri)
    if fact.choice:
        return concept | {"text": f"{concept['text']}: {knowledge.coded[iri].label_of(fact.choice)}"}
    if fact.value is not None:
        return concept | {"text": f"{concept['text']}: {quantity(fact.value, knowledge.measurements[iri].unit)}"}
    return concept


def _service(rule: Recommendation, knowledge: Knowledge, codings: Codings, order: Order) -> Json:
    kind = knowledge.interventions[rule.intervention].ordered_as
    return {
        **_defined(rule),
        "intent": "proposal",
        "category": [CATEGORIES[kind]],
        **_refused(rule),
        "code": codings.of(rule.intervention),
        "subject": subject_reference(order.subject),
        **_reasons(order.reasons),
    }


def _medication(rule: Recommendation, knowledge: Knowledge, codings: Codings, order: Order) -> Json:
    return {
        **_defined(rule),
        "intent": "proposal",
        **_refused(rule),
        "medicationCodeableConcept": codings.of(_medicine(rule, knowledge, order.doses)),
        "subject": subject_reference(order.subject),
        **_reasons(order.reasons),
        **({"dosageInstruction": [{"text": "; or ".join(map(_dose, order.doses))}]} if order.doses else {}),
    }


def _communication(rule: Recommendation, knowledge: Knowledge, codings: Codings, order: Order) -> Json:
    """To the patient where it is advice, and to whoever cares for them where it is a mistake to be kept from."""
    told = knowledge.interventions[rule.intervention].ordered_as == "advice"
    category = concept_of(f"{TERMINOLOGY}communication-category", "instruction" if told else "reminder")
    text = (rule.patient_text or rule.text) if told else rule.text
    return {
        "category": [category],
        "subject": subject_reference(order.subject),
        "payload": [{"contentString": text}],
        **({"recipient": [subject_reference(order.subject)]} if told else {}),
        **_reasons((codings.of(rule.intervention), *order.reasons)),
    }


def _task(rule: Recommendation, knowledge: Knowledge, codings: Codings, order: Order) -> Json:  # noqa: ARG001 (one of several)
    return {
        "instantiatesCanonical": canonical("ActivityDefinition", rule.id),
        "intent": "proposal",
        "code": codings.of(rule.intervention),
        "description": rule.text,
        "for": subject_reference(order.subject),
        **({"reasonCode": _joined(order.reasons)} if order.reasons else {}),
    }


_OF = {SERVICE: _service, MEDICATION: _medication, COMMUNICATION: _communication, TASK: _task}


def _defined(rule: Recommendation) -> Json:
    return {"instantiatesCanonical": [canonical("ActivityDefinition", rule.id)]}


def _refused(rule: Recommendation) -> Json:
    return {"doNotPerform": True} if rule.direction == "against" else {}


def _reasons(reasons: Sequence[Json]) -> Json:
    return {"reasonCode": [*reasons]} if reasons else {}


def _joined(reasons: Sequence[Json]) -> Json:
    """Several reasons where there is room for one: in words, and the codings of the only one."""
    return reasons[0] if len(reasons) == 1 else {"text": "; ".join(reason["text"] for reason in reasons)}


def _medicine(rule: Recommendation, knowledge: Knowledge, doses: Sequence[ShownDose]) -> str:
    """The medicine that all doses name, or else what is recommended."""
    named = {dose.medicine for dose in doses}
    if len(named) == 1 and (code := named.pop()):
        return next(iri for iri, one in knowledge.interventions.items() if one.code == code)
    return rule.intervention


def _dose(dose: ShownDose) -> str:
    """A dose in words, and how much of it is for this patient where that follows from a measurement."""
    return f"{dose.text} ({dose.calculation})" if dose.calculation else dose.text
