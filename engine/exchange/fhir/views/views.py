"""Resources and their statuses → ViewDefinitions (SQL on FHIR 2.0), in the FHIRPath that every runner has to know.

The statuses are those of the reader of records (`reading/statuses.py`): a view has the resources that say something of one kind,
such as what is present, and a column for each code that they can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from spinegraph.engine.exchange.fhir.form.link_ids import NO, YES
from spinegraph.engine.exchange.fhir.reading import statuses
from spinegraph.engine.exchange.fhir.reading.patients import SEX
from spinegraph.engine.exchange.fhir.reading.resources import (
    AllergyIntolerance,
    Condition,
    DiagnosticReport,
    ImagingStudy,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
    Procedure,
    ServiceRequest,
)
from spinegraph.engine.exchange.fhir.reading.values import UCUM
from spinegraph.engine.exchange.fhir.views.columns import Columns, Said, any_of, has, quoted
from spinegraph.engine.exchange.fhir.writing.codings import CANONICAL
from spinegraph.engine.model import Knowledge

Json = dict[str, Any]
PATIENT, AT = "patient", "effective"
"""Columns that are no codes: whose resource it is, and when its value was measured."""
SUBJECT = "subject.getReferenceKey(Patient)"
UNDERSTOOD = ("modifierExtension.empty()", "implicitRules.empty()")
"""A resource with these may mean something else."""


class View(NamedTuple):
    """A view. `resource`: the type of what it shows; `member`: of a case, in which what it says would stand, "" for that of the
    patients; `where`: paths that hold of its resources; `columns`: name → path and type."""

    name: str
    resource: type
    member: str
    where: tuple[str, ...]
    columns: Mapping[str, tuple[str, str]]
    subject: str = SUBJECT

    def definition(self, version: str) -> Json:
        """The resource."""
        key = {"name": "id", "path": "getResourceKey()", "type": "string"}
        whose = [] if self.resource is Patient else [{"name": PATIENT, "path": self.subject, "type": "string"}]
        told = [{"name": name, "path": path, "type": kind} for name, (path, kind) in self.columns.items()]
        return {
            "resourceType": "ViewDefinition",
            "url": f"{CANONICAL}ViewDefinition/{self.name.replace('_', '-')}",
            "version": version,
            "name": self.name,
            "status": "active",
            "fhirVersion": ["4.0.1"],
            "resource": self.resource.__name__,
            "where": [{"path": path} for path in (*UNDERSTOOD, *self.where)],
            "select": [{"column": [key, *whose, *told]}],
        }


def all_views(knowledge: Knowledge, columns: Columns) -> Iterator[View]:
    """The views of a knowledge; of a kind of which it has no code there is none."""
    yield _patients(knowledge)
    yield from (view for view in (*_findings(columns), *_values(columns), *_acts(columns)) if set(view.columns) - {AT})


def _patients(knowledge: Knowledge) -> View:
    told = {"birth_date": ("birthDate", "date")}
    if (sex := {**knowledge.idle_coded, **knowledge.coded}.get(SEX)) is not None:
        told[sex.code] = (f"gender.where({any_of('$this', sex.codes)})", "string")
    return View("patient", Patient, "", (), told)


def _said(concept: str, said: Said) -> dict[str, tuple[str, str]]:
    return {code: (has(concept, codings), "boolean") for code, codings in said.items()}


def _status(table: Mapping[str, str], *meant: str, element: str = "status") -> str:
    """That a status comes to something."""
    return any_of(element, (status for status, member in table.items() if member in meant and status))


def _coded_status(element: str, table: Mapping[str, str], *meant: str) -> str:
    """The same of a status that is a concept."""
    return f"{element}.coding.where({_status(table, *meant, element='code')}).exists()"


# Findings ---------------------------------------------------------------------------------


def _findings(columns: Columns) -> Iterator[View]:
    """What conditions, allergies and observations say of findings."""
    lasting = {code: said for code, said in columns.wider_findings.items() if code in columns.history}
    passing = {code: said for code, said in columns.wider_findings.items() if code not in columns.history}
    certain = f"verificationStatus.empty() or {_coded_status('verificationStatus', statuses.VERIFICATION, statuses.READ)}"
    refuted = _coded_status("verificationStatus", statuses.VERIFICATION, "refuted")
    current = _coded_status("clinicalStatus", statuses.CLINICAL, "current")
    known = f"clinicalStatus.empty() or {_coded_status('clinicalStatus', statuses.CLINICAL, 'current', 'past')}"
    for name, resource, subject, more in (
        ("condition", Condition, SUBJECT, ("abatement.empty()", "bodySite.empty()")),
        ("allergy", AllergyIntolerance, "patient.getReferenceKey(Patient)", ((), ())),
    ):
        ended, site = ((path,) if path else () for path in more)
        yield View(f"{name}_present", resource, "present", (certain, current, *ended), _said("code", passing), subject)
        yield View(f"{name}_history", resource, "present", (certain, known), _said("code", lasting), subject)
        yield View(f"{name}_absent", resource, "absent", (refuted, *site), _said("code", columns.findings), subject)
    counts = (_status(statuses.OBSERVATION, statuses.READ, "preliminary"), "focus.empty()", "dataAbsentReason.empty()")
    yield View("observation_present", Observation, "present", (*counts, _answered(YES)), _said("code", columns.wider_findings))
    no = (*counts, _answered(NO), "bodySite.empty()")
    yield View("observation_absent", Observation, "absent", no, _said("code", columns.findings))


def _answered(answer: str) -> str:
    """That the value of an observation is yes, or no."""
    by_system: dict[str, list[str]] = {}
    for (system, code), meant in statuses.ANSWERS.items():
        if meant == answer:
            by_system.setdefault(system, []).append(code)
    parts = [f"(system = {quoted(system)} and ({any_of('code', codes)}))" for system, codes in by_system.items()]
    plain = any_of("code", (code for code, meant in statuses.PLAIN_ANSWERS.items() if meant == answer))
    truth = "true" if answer == YES else "false"
    coded = f"value.ofType(CodeableConcept).coding.where({' or '.join([*parts, plain])}).exists()"
    return f"value.ofType(boolean).where($this = {truth}).exists() or {coded}"


# Values and acts ----------------------------------------------------------------------------


def _values(columns: Columns) -> Iterator[View]:
    """The values of observations, in the unit of each measurement; coded ones by their codes."""
    counts = (_status(statuses.OBSERVATION, statuses.READ, "preliminary"), "focus.empty()", "dataAbsentReason.empty()")
    told = {AT: ("effective.ofType(dateTime)", "dateTime")}
    for code, codings in columns.measurements.items():
        unit = f"system = {quoted(UCUM)} and code = {quoted(columns.units[code])} and comparator.empty()"
        told[code] = (f"where({has('code', codings)}).value.ofType(Quantity).where({unit}).value", "decimal")
    for code, codings in columns.coded.items():
        listed = any_of("code", columns.choices[code])
        told[code] = (
            f"where({has('code', codings)}).value.ofType(CodeableConcept).coding.where({listed}).code.first()",
            "code",
        )
    yield View("observation_value", Observation, "value", counts, told)


def _acts(columns: Columns) -> Iterator[View]:
    """What was done and is taken, and what was not and is not."""
    ordered = (any_of("intent", sorted(statuses.ORDERS)), "doNotPerform.empty() or doNotPerform = false")
    done, wider = columns.interventions, columns.wider_interventions
    medicine, running = "medication.ofType(CodeableConcept)", ("effective.ofType(Period).end.empty()",)
    rows: Iterable[tuple[str, type, str, Mapping[str, str], str, tuple[str, ...]]] = (
        ("procedure", Procedure, "performed", statuses.PROCEDURE, "code", ()),
        ("procedure", Procedure, "not_performed", statuses.PROCEDURE, "code", ()),
        ("study", ImagingStudy, "performed", statuses.STUDY, "procedureCode", ()),
        ("diagnostic_report", DiagnosticReport, "performed", statuses.REPORT, "code", ()),
        ("service_request", ServiceRequest, "performed", statuses.REQUEST, "code", ordered),
        ("medication_statement", MedicationStatement, "taking", statuses.MEDICATION_STATEMENT, medicine, running),
        ("medication_statement", MedicationStatement, "not_taking", statuses.MEDICATION_STATEMENT, medicine, ()),
        ("medication_request", MedicationRequest, "taking", statuses.MEDICATION_REQUEST, medicine, ordered),
        ("medication_request", MedicationRequest, "not_taking", statuses.MEDICATION_REQUEST, medicine, ordered),
    )  # fmt: skip
    for name, resource, member, table, concept, more in rows:
        said = wider if member == "taking" else done
        yield View(f"{name}_{member}", resource, member, (_status(table, member), *more), _said(concept, said))
