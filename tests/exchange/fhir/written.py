"""What the validators of others do not see in what we write: the types of values in extensions, and where references lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spinegraph.engine.exchange.fhir.questionnaire.items import ASKED_OF
from spinegraph.engine.exchange.fhir.writing.grading import DIGEST, VERDICT

from tests.foreign.panel import Json, with_inner

HL7 = "http://hl7.org/fhir/StructureDefinition/"
CPG = "http://hl7.org/fhir/uv/cpg/StructureDefinition/"
PAMA = "http://fhir.org/argonaut/Extension/pama-rating"
EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    f"{HL7}cqf-strengthOfRecommendation": ("CodeableConcept",),
    f"{HL7}cqf-qualityOfEvidence": ("CodeableConcept",),
    f"{HL7}questionnaire-unit": ("Coding",),
    f"{HL7}questionnaire-supportLink": ("uri",),
    f"{HL7}minValue": ("date", "dateTime", "time", "decimal", "integer"),
    f"{HL7}maxValue": ("date", "dateTime", "time", "instant", "decimal", "integer"),
    f"{HL7}questionnaire-itemControl": ("CodeableConcept",),
    f"{HL7}designNote": ("markdown",),
    ASKED_OF: ("code",),
    VERDICT: ("code",),
    DIGEST: ("string",),
    PAMA: ("CodeableConcept",),
    f"{PAMA}-qcdsm-consulted": ("string",),
    f"{PAMA}-consult-id": ("uri",),
    f"{PAMA}-auc-applied": ("uri",),
    f"{CPG}cpg-directionOfRecommendation": ("CodeableConcept",),
    f"{CPG}cpg-rationale": ("markdown",),
}
"""URL of an extension that we write → the types that its value may have.

By the StructureDefinitions of R4 4.0.1 and CPG 2.0.0, and by the guide of the Argonaut project for PAMA.
"""


def faults(resource: Json) -> Iterator[str]:
    """Place and fault, of a resource and of those inside it."""
    for name, one in with_inner(resource):
        for place, value in _objects(one, name):
            yield from _in_extensions(place, value)
            yield from _in_reference(place, value, one)
        if one["resourceType"] == "Questionnaire":
            yield from _in_items(name, one)
    if resource["resourceType"] == "Bundle":
        yield from _in_bundle(resource)


def _objects(value: Any, place: str) -> Iterator[tuple[str, Json]]:
    """Each object below a resource, but for other resources, with its place."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _objects(one, f"{place}[{number}]")
    elif isinstance(value, dict):
        yield place, value
        for name, one in value.items():
            if not (isinstance(one, dict) and "resourceType" in one) and name != "contained":
                yield from _objects(one, f"{place}.{name}")


def _in_extensions(place: str, value: Json) -> Iterator[str]:
    for extension in (*value.get("extension", ()), *value.get("modifierExtension", ())):
        url = extension.get("url", "")
        types = [name.removeprefix("value") for name in extension if name.startswith("value")]
        if url not in EXTENSIONS:
            yield f"{place}: there is no extension {url}"
        elif len(types) != 1 or types[0] not in {kind[0].upper() + kind[1:] for kind in EXTENSIONS[url]}:
            yield f"{place}: {url} has the value types {types}, not one of {EXTENSIONS[url]}"


def _in_reference(place: str, value: Json, resource: Json) -> Iterator[str]:
    """ref-1: what is referred to by `#` is contained."""
    target = value.get("reference")
    if not isinstance(target, str) or not target.startswith("#"):
        return
    contained = {one.get("id") for one in resource.get("contained", ())}
    if target != "#" and target[1:] not in contained:
        yield f"{place}: {target} is not contained"


def _in_items(place: str, questionnaire: Json) -> Iterator[str]:
    """que-2: a linkId is there once. And what a condition asks is a question."""
    items = [one for _, one in _objects(questionnaire.get("item", []), place) if "linkId" in one]
    ids = [one["linkId"] for one in items]
    yield from (f"{place}: two items have the linkId {one}" for one in sorted({one for one in ids if ids.count(one) > 1}))
    asked = {one["question"] for item in items for one in item.get("enableWhen", ())}
    yield from (f"{place}: there is no item {one}" for one in sorted(asked.difference(ids)))


def _in_bundle(bundle: Json) -> Iterator[str]:
    """What is named by `urn:uuid:` stands in the same Bundle (section 2.36.4.1)."""
    known = {entry.get("fullUrl") for entry in bundle.get("entry", ())}
    for place, value in _objects([entry.get("resource", {}) for entry in bundle.get("entry", ())], "Bundle.entry"):
        target = value.get("reference")
        if isinstance(target, str) and target.startswith("urn:") and target not in known:
            yield f"{place}: {target} is not in the Bundle"
