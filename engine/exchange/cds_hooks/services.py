"""What discovery tells: three services, and the searches of the record that each wants to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spinegraph.engine.exchange.cds_hooks.messages import HookService, HookServices
from spinegraph.engine.exchange.cds_hooks.request import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from spinegraph.engine.model import Knowledge

OF_PATIENT = "patient={{context.patientId}}"
SEARCHES: Mapping[str, str] = {
    "patient": "Patient/{{context.patientId}}",
    "conditions": f"Condition?{OF_PATIENT}",
    "procedures": f"Procedure?{OF_PATIENT}",
    "medicationStatements": f"MedicationStatement?{OF_PATIENT}",
    "medicationRequests": f"MedicationRequest?{OF_PATIENT}",
    "allergies": f"AllergyIntolerance?{OF_PATIENT}",
    "serviceRequests": f"ServiceRequest?{OF_PATIENT}&status=completed",
    "imagingStudies": f"ImagingStudy?{OF_PATIENT}",
    "reports": f"DiagnosticReport?{OF_PATIENT}&status=final,amended,corrected,appended",
    "answers": f"QuestionnaireResponse?{OF_PATIENT}&status=completed,amended",
}
"""Key of the prefetch → a search with what version 2.0 recommends to servers. Keys stay: clients keep what they fetch by them."""
OBSERVATIONS = "observations"
OBSERVED = ("loinc", "snomedct")
"""Code systems by which observations are searched for."""
PANELS: Mapping[str, tuple[str, ...]] = {"85354-9": ("8480-6", "8462-4")}
"""Code of a panel of LOINC → those that records keep as its components: a search by `code` finds only the panel."""
MOST_CODES, MOST_OBSERVATIONS = 150, 500
"""So many codes stand in a search; where there are more, so many of the latest observations are asked for instead."""

TEXTS: Mapping[str, tuple[str, str]] = {
    PATIENT_VIEW: (
        "What the guidelines say of this patient",
        "What to do and what to leave, how urgent it is, what to ask next, and what in the record contradicts itself: "
        "at most three cards, none where no guideline speaks of the patient.",
    ),
    ORDER_SELECT: (
        "An order that was just chosen, against the guidelines",
        "Warns of a chosen draft that a recommendation for this patient advises against, with the reason, its source and what is "
        "advised instead.",
    ),
    ORDER_SIGN: (
        "Orders about to be signed, against the guidelines",
        "Warns of each draft that a recommendation for this patient advises against, with the reason, its source and what is "
        "advised instead.",
    ),
}
"""Hook, which is the id of its service as well → title and description."""
REQUIREMENTS = (
    "FHIR R4 (4.0.1). Send the prefetch: it suffices. Without the patient's own resource the answer is 412; of the rest, what is "
    "not sent is not known, and the answer names it. Support for clinicians, not a device."
)


def hook_services(knowledge: Knowledge) -> HookServices:
    """The services, as `GET /cds-services` lists them."""
    prefetch = prefetch_templates(knowledge)
    return HookServices(
        services=tuple(
            HookService(
                hook=hook, id=hook, title=title, description=description, prefetch=prefetch, usage_requirements=REQUIREMENTS
            )
            for hook, (title, description) in TEXTS.items()
        )
    )


def prefetch_templates(knowledge: Knowledge) -> dict[str, str]:
    """Key → search: what of a record this knowledge can use. Also for a SMART app, which asks for the same."""
    asked = {*_observed(knowledge)}
    codes = sorted(asked.union(panel for panel, parts in PANELS.items() if asked.intersection(parts)))
    found = f"code={','.join(codes)}" if 0 < len(codes) <= MOST_CODES else f"_sort=-date&_count={MOST_OBSERVATIONS}"
    return {**SEARCHES, OBSERVATIONS: f"Observation?{OF_PATIENT}&{found}"}


def _observed(knowledge: Knowledge) -> Iterator[str]:
    """The codes, without their systems, of what an observation can say: findings and values, and what is narrower."""
    wanted = {*knowledge.findings, *knowledge.measurements, *knowledge.coded, *knowledge.idle_coded}
    exact: Iterable[tuple[str, tuple[str, ...]]] = ((code, (iri,)) for code, iri in knowledge.external_codes.items())
    for code, iris in (*exact, *knowledge.narrower_codes.items()):
        system, _, name = code.partition(":")
        if system in OBSERVED and wanted & {*iris}:
            yield name.upper()
