"""The resources of FHIR R4 that are read, with the members that are read of them (4.0.1, their pages of the specification)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from msgspec import Raw
from spinegraph.engine.exchange.fhir.elements import (
    Backbone,
    CodeableConcept,
    Coding,
    Element,
    Identifier,
    Meta,
    Period,
    Quantity,
    Reference,
)


class Resource(Backbone, frozen=True, gc=False, tag_field="resourceType"):
    """What every resource may have. One with rules or modifiers that are not understood must not be used (section 2.26)."""

    id: str | None = None
    meta: Meta | None = None
    implicit_rules: str | None = None
    contained: tuple[Raw, ...] | None = None


class Patient(Resource, frozen=True, gc=False, tag="Patient"):
    identifier: tuple[Identifier, ...] | None = None
    birth_date: str | None = None
    gender: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None


class OfPatient(Resource, frozen=True, gc=False):
    """A resource that says about whom it is."""

    subject: Reference | None = None


class Condition(OfPatient, frozen=True, gc=False, tag="Condition"):
    clinical_status: CodeableConcept | str | None = None
    verification_status: CodeableConcept | str | None = None
    code: CodeableConcept | None = None
    body_site: tuple[CodeableConcept, ...] | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    abatement_date_time: str | None = None
    abatement_period: Period | None = None
    recorded_date: str | None = None


class Valued(Backbone, frozen=True, gc=False):
    """A code with its value: an observation, or a component of one."""

    code: CodeableConcept | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_range: Mapping[str, Raw] | None = None
    value_ratio: Mapping[str, Raw] | None = None
    value_sampled_data: Mapping[str, Raw] | None = None
    value_time: str | None = None
    value_date_time: str | None = None
    value_period: Period | None = None
    data_absent_reason: CodeableConcept | None = None


class Observation(Valued, frozen=True, gc=False, tag="Observation", tag_field="resourceType"):
    id: str | None = None
    meta: Meta | None = None
    implicit_rules: str | None = None
    contained: tuple[Raw, ...] | None = None
    subject: Reference | None = None
    status: str | None = None
    focus: tuple[Reference, ...] | None = None
    body_site: CodeableConcept | None = None
    effective_date_time: str | None = None
    effective_instant: str | None = None
    effective_period: Period | None = None
    effective_timing: Mapping[str, Raw] | None = None
    issued: str | None = None
    component: tuple[Valued, ...] | None = None


class Procedure(OfPatient, frozen=True, gc=False, tag="Procedure"):
    status: str | None = None
    code: CodeableConcept | None = None
    performed_date_time: str | None = None
    performed_period: Period | None = None


class ImagingStudy(OfPatient, frozen=True, gc=False, tag="ImagingStudy"):
    status: str | None = None
    procedure_code: tuple[CodeableConcept, ...] | None = None
    started: str | None = None


class DiagnosticReport(OfPatient, frozen=True, gc=False, tag="DiagnosticReport"):
    status: str | None = None
    code: CodeableConcept | None = None
    conclusion_code: tuple[CodeableConcept, ...] | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    issued: str | None = None


class ServiceRequest(OfPatient, frozen=True, gc=False, tag="ServiceRequest"):
    status: str | None = None
    intent: str | None = None
    do_not_perform: bool | None = None
    code: CodeableConcept | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None
    authored_on: str | None = None


class Medicated(OfPatient, frozen=True, gc=False):
    """What names a medicine."""

    status: str | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None


class MedicationStatement(Medicated, frozen=True, gc=False, tag="MedicationStatement"):
    effective_date_time: str | None = None
    effective_period: Period | None = None


class MedicationRequest(Medicated, frozen=True, gc=False, tag="MedicationRequest"):
    intent: str | None = None
    do_not_perform: bool | None = None
    authored_on: str | None = None


class Medication(Resource, frozen=True, gc=False, tag="Medication"):
    code: CodeableConcept | None = None
    status: str | None = None


class AllergyIntolerance(Resource, frozen=True, gc=False, tag="AllergyIntolerance"):
    patient: Reference | None = None
    clinical_status: CodeableConcept | str | None = None
    verification_status: CodeableConcept | str | None = None
    code: CodeableConcept | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    recorded_date: str | None = None


class QuestionAnswer(Backbone, frozen=True, gc=False):
    value_boolean: bool | None = None
    value_decimal: float | None = None
    value_integer: int | None = None
    value_date: str | None = None
    value_date_time: str | None = None
    value_time: str | None = None
    value_string: str | None = None
    value_uri: str | None = None
    value_attachment: Mapping[str, Raw] | None = None
    value_coding: Coding | None = None
    value_quantity: Quantity | None = None
    value_reference: Mapping[str, Raw] | None = None
    item: tuple[QuestionItem, ...] | None = None


class QuestionItem(Backbone, frozen=True, gc=False):
    link_id: str | None = None
    answer: tuple[QuestionAnswer, ...] | None = None
    item: tuple[QuestionItem, ...] | None = None


class QuestionnaireResponse(OfPatient, frozen=True, gc=False, tag="QuestionnaireResponse"):
    questionnaire: str | None = None
    status: str | None = None
    authored: str | None = None
    item: tuple[QuestionItem, ...] | None = None


class OutcomeIssue(Element, frozen=True, gc=False):
    severity: str | None = None
    code: str | None = None
    diagnostics: str | None = None
    details: CodeableConcept | None = None


class OperationOutcome(Resource, frozen=True, gc=False, tag="OperationOutcome"):
    issue: tuple[OutcomeIssue, ...] | None = None


CONTEXT = (
    "Encounter", "EpisodeOfCare", "Practitioner", "PractitionerRole", "Organization", "Location", "RelatedPerson", "CareTeam",
    "Device", "Provenance", "Composition", "Coverage", "Claim", "ExplanationOfBenefit", "Appointment", "Schedule", "Slot",
    "Endpoint", "HealthcareService", "Questionnaire", "Specimen", "Binary", "List",
)  # fmt: skip
"""Types that say who, where and on what grounds, and no fact about the patient that a case has."""


UNREAD = (
    "Account", "ActivityDefinition", "AdverseEvent", "AppointmentResponse", "AuditEvent", "Basic",
    "BiologicallyDerivedProduct", "BodyStructure", "Bundle", "CapabilityStatement", "CarePlan", "CatalogEntry", "ChargeItem",
    "ChargeItemDefinition", "ClaimResponse", "ClinicalImpression", "CodeSystem", "Communication", "CommunicationRequest",
    "CompartmentDefinition", "ConceptMap", "Consent", "Contract", "CoverageEligibilityRequest", "CoverageEligibilityResponse",
    "DetectedIssue", "DeviceDefinition", "DeviceMetric", "DeviceRequest", "DeviceUseStatement", "DocumentManifest",
    "DocumentReference", "EffectEvidenceSynthesis", "EnrollmentRequest", "EnrollmentResponse", "EventDefinition", "Evidence",
    "EvidenceVariable", "ExampleScenario", "FamilyMemberHistory", "Flag", "Goal", "GraphDefinition", "Group",
    "GuidanceResponse", "Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation", "ImplementationGuide",
    "InsurancePlan", "Invoice", "Library", "Linkage", "Measure", "MeasureReport", "Media", "MedicationAdministration",
    "MedicationDispense", "MedicationKnowledge", "MedicinalProduct", "MedicinalProductAuthorization",
    "MedicinalProductContraindication", "MedicinalProductIndication", "MedicinalProductIngredient",
    "MedicinalProductInteraction", "MedicinalProductManufactured", "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical", "MedicinalProductUndesirableEffect", "MessageDefinition", "MessageHeader",
    "MolecularSequence", "NamingSystem", "NutritionOrder", "ObservationDefinition", "OperationDefinition",
    "OrganizationAffiliation", "Parameters", "PaymentNotice", "PaymentReconciliation", "Person", "PlanDefinition",
    "RequestGroup", "ResearchDefinition", "ResearchElementDefinition", "ResearchStudy", "ResearchSubject", "RiskAssessment",
    "RiskEvidenceSynthesis", "SearchParameter", "SpecimenDefinition", "StructureDefinition", "StructureMap", "Subscription",
    "Substance", "SubstanceNucleicAcid", "SubstancePolymer", "SubstanceProtein", "SubstanceReferenceInformation",
    "SubstanceSourceMaterial", "SubstanceSpecification", "SupplyDelivery", "SupplyRequest", "Task", "TerminologyCapabilities",
    "TestReport", "TestScript", "ValueSet", "VerificationResult", "VisionPrescription",
)  # fmt: skip
"""The other types of R4 (section 5.1)."""


class Context(Resource, frozen=True, gc=False):
    """A resource of one of these types: nothing of it is read."""


class Unread(msgspec.Struct, frozen=True, gc=False, tag_field="resourceType"):
    """A resource of another type."""

    id: Any = None


class Head(msgspec.Struct, frozen=True, rename="camel"):
    """What a resource of any type says of itself."""

    resource_type: str
    id: Any = None


READ = (
    Patient, Condition, Observation, Procedure, ImagingStudy, DiagnosticReport, ServiceRequest, MedicationStatement,
    MedicationRequest, Medication, AllergyIntolerance, QuestionnaireResponse, OperationOutcome,
)  # fmt: skip
"""The types that are read."""
CONTEXT_TYPES, _UNREAD = (
    tuple(msgspec.defstruct(name, [], bases=(base,), frozen=True, gc=False, tag=name) for name in names)
    for base, names in ((Context, CONTEXT), (Unread, UNREAD))
)
_ANY: Any = reduce(or_, (*READ, *CONTEXT_TYPES))
OF_R4: Any = reduce(or_, _UNREAD, _ANY)
"""A resource of any type of R4."""
RESOURCE: msgspec.json.Decoder[Resource | Observation] = msgspec.json.Decoder(_ANY)
"""Decodes one resource. Raises msgspec.ValidationError, which names the member, also for a type that is not read."""
HEAD = msgspec.json.Decoder(Head)


def type_of(resource: Resource | Observation) -> str:
    """The name of its type."""
    return type(resource).__name__
