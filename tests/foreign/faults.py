"""Faults planted in resources that are right, five of each of eight kinds: what the panel says of them shows what it can see.

The resources are of the types that we write, made up, and small. A fault changes one place of one of them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

Json = dict[str, Any]
SNOMED = "http://snomed.info/sct"
ANNA: Json = {"reference": "Patient/anna"}
FEVER: Json = {"coding": [{"system": SNOMED, "code": "386661006", "display": "Fever"}], "text": "Fever"}
ACTIVE: Json = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
NARRATIVE: Json = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A rule.</div>'}

GOOD: Mapping[str, Json] = {
    "Patient": {"resourceType": "Patient", "id": "anna", "birthDate": "1972-05-01", "gender": "female"},
    "Condition": {
        "resourceType": "Condition", "id": "fever", "clinicalStatus": ACTIVE, "code": FEVER, "subject": ANNA,
        "onsetDateTime": "2026-02-27",
    },
    "Observation": {
        "resourceType": "Observation", "id": "temperature", "status": "final", "code": {"text": "Temperature"}, "subject": ANNA,
        "effectiveDateTime": "2026-03-01T08:30:00+01:00",
        "valueQuantity": {"value": 38.6, "unit": "Cel", "system": "http://unitsofmeasure.org", "code": "Cel"},
    },
    "ServiceRequest": {
        "resourceType": "ServiceRequest", "id": "mri", "status": "draft", "intent": "proposal", "subject": ANNA,
        "code": {"coding": [{"system": SNOMED, "code": "241648005"}]}, "authoredOn": "2026-03-03",
    },
    "RequestGroup": {
        "resourceType": "RequestGroup", "id": "plan", "status": "draft", "intent": "proposal", "subject": ANNA,
        "authoredOn": "2026-03-03",
        "action": [{"title": "Lumbar MRI", "priority": "urgent", "resource": {"reference": "ServiceRequest/mri"}}],
    },
    "GuidanceResponse": {
        "resourceType": "GuidanceResponse", "id": "answer", "moduleUri": "https://example.org/plan", "status": "data-required",
        "subject": ANNA, "occurrenceDateTime": "2026-03-03",
        "dataRequirement": [{"type": "Observation", "codeFilter": [{"path": "code", "code": FEVER["coding"]}]}],
    },
    "PlanDefinition": {
        "resourceType": "PlanDefinition", "id": "rules", "url": "https://example.org/rules", "name": "Rules", "status": "active",
        "title": "Rules", "date": "2026-03-03", "text": NARRATIVE,
        "action": [{
            "title": "Lumbar MRI",
            "condition": [{"kind": "applicability", "expression": {"language": "text/cql", "expression": "\"fever\""}}],
            "relatedAction": [{"actionId": "rest", "relationship": "before"}],
        }],
    },
    "Questionnaire": {
        "resourceType": "Questionnaire", "id": "screen", "url": "https://example.org/screen", "name": "Screen",
        "status": "active",
        "item": [
            {"linkId": "fever", "text": "Fever?", "type": "choice", "answerOption": [{"valueCoding": {"code": "yes"}}]},
            {"linkId": "at", "text": "Since when?", "type": "date",
             "enableWhen": [{"question": "fever", "operator": "=", "answerCoding": {"code": "yes"}}]},
        ],
    },
    "ValueSet": {
        "resourceType": "ValueSet", "id": "fevers", "url": "https://example.org/fevers", "name": "Fevers", "status": "active",
        "compose": {"include": [{"system": SNOMED, "concept": [{"code": "386661006"}]}]},
    },
    "Provenance": {
        "resourceType": "Provenance", "id": "made", "target": [{"reference": "RequestGroup/plan"}],
        "recorded": "2026-03-03T10:00:00Z", "agent": [{"who": {"display": "The service"}}],
    },
    "OperationOutcome": {
        "resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid", "diagnostics": "No such unit."}],
    },
    "Bundle": {
        "resourceType": "Bundle", "id": "all", "type": "collection", "timestamp": "2026-03-03T10:00:00Z",
        "entry": [
            {"fullUrl": "https://example.org/Patient/anna", "resource": {"resourceType": "Patient", "id": "anna"}},
            {"fullUrl": "https://example.org/Patient/ben", "resource": {"resourceType": "Patient", "id": "ben"}},
        ],
    },
}  # fmt: skip
"""Type → a resource in which nothing is wrong."""


class Gone:
    """Stands for a member that is taken away."""


GONE = Gone()


class Fault(NamedTuple):
    """One place of a good resource, and what stands there instead. `path`: names of members and numbers of items."""

    kind: str
    type: str
    path: tuple[str | int, ...]
    instead: Any

    @property
    def name(self) -> str:
        """Which fault it is."""
        shown = "nothing" if self.instead is GONE else repr(self.instead)
        return f"{self.kind}: {'.'.join(map(str, (self.type, *self.path)))} is {shown[:60]}"

    def planted(self) -> Json:
        """The resource with the fault in it."""
        resource = copy.deepcopy(GOOD[self.type])
        place: Any = resource
        for step in self.path[:-1]:
            place = place[step]
        if self.instead is GONE:
            del place[self.path[-1]]
        else:
            place[self.path[-1]] = copy.deepcopy(self.instead)
        return resource


def _of(kind: str, *places: tuple[str, tuple[str | int, ...], Any]) -> tuple[Fault, ...]:
    return tuple(Fault(kind, *place) for place in places)


FAULTS: tuple[Fault, ...] = (
    *_of(
        "missing required",
        ("Observation", ("status",), GONE),
        ("RequestGroup", ("intent",), GONE),
        ("GuidanceResponse", ("moduleUri",), GONE),
        ("Questionnaire", ("item", 0, "linkId"), GONE),
        ("Provenance", ("agent", 0, "who"), GONE),
    ),
    *_of(
        "wrong type",
        ("Observation", ("valueQuantity", "value"), "38.6"),
        ("Condition", ("code",), "386661006"),
        ("Questionnaire", ("item", 0, "text"), 7),
        ("PlanDefinition", ("action", 0, "condition", 0, "expression"), '"fever"'),
        ("OperationOutcome", ("issue", 0, "diagnostics"), {"text": "No such unit."}),
    ),
    *_of(
        "wrong code",
        ("Observation", ("status",), "live"),
        ("ServiceRequest", ("intent",), "wish"),
        ("GuidanceResponse", ("status",), "waiting"),
        ("PlanDefinition", ("action", 0, "relatedAction", 0, "relationship"), "earlier"),
        ("Questionnaire", ("item", 1, "enableWhen", 0, "operator"), "equals"),
    ),
    *_of(
        "bad reference",
        ("Condition", ("subject",), "Patient/anna"),
        ("Observation", ("subject", "reference"), "#anna"),  # ref-1: nothing is contained
        ("ServiceRequest", ("subject", "reference"), "Medication/anna"),  # a medicine is no subject
        ("GuidanceResponse", ("subject", "reference"), "Organization/clinic"),
        ("RequestGroup", ("action", 0, "resource"), {"uri": "ServiceRequest/mri"}),
    ),
    *_of(
        "bad date",
        ("Patient", ("birthDate",), "01.05.1972"),
        ("Condition", ("onsetDateTime",), "2026-13-40"),
        ("Observation", ("effectiveDateTime",), "2026-03-01 08:30"),
        ("Provenance", ("recorded",), "2026-03-03"),
        ("RequestGroup", ("authoredOn",), "yesterday"),
    ),
    *_of(
        "wrong cardinality",
        ("Observation", ("code",), [{"text": "Temperature"}]),
        ("Provenance", ("target",), []),
        ("OperationOutcome", ("issue",), []),
        ("PlanDefinition", ("action",), {"title": "Lumbar MRI"}),
        ("ValueSet", ("status",), ["active"]),
    ),
    *_of(
        "invariant",
        ("Questionnaire", ("item", 1, "linkId"), "fever"),  # que-2: unique
        ("Questionnaire", ("item", 0, "type"), "display"),  # que-1, que-5: a display has no options
        ("Observation", ("dataAbsentReason",), {"text": "not asked"}),  # obs-6: only where there is no value
        ("ValueSet", ("compose", "include", 0), {"concept": [{"code": "386661006"}]}),  # vsd-1, vsd-2
        ("Bundle", ("entry", 1, "fullUrl"), "https://example.org/Patient/anna"),  # bdl-7: unique
    ),
    *_of(
        "wrong choice type",
        ("Observation", ("valueDecimal",), 38.6),
        ("Condition", ("onsetBoolean",), True),
        ("Patient", ("deceasedString",), "no"),
        ("Questionnaire", ("item", 1, "enableWhen", 0, "answerCode"), "yes"),
        ("GuidanceResponse", ("moduleReference",), {"reference": "PlanDefinition/rules"}),
    ),
)  # fmt: skip
"""All that are planted."""
