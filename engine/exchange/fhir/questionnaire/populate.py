"""What is known of a patient, as the answers to a form: `Questionnaire/$populate` (HL7 SDC, populating forms)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.decide.case_file import CaseFile
from spinegraph.engine.exchange.fhir.questionnaire.response import Responder
from spinegraph.engine.exchange.fhir.writing.codings import Json
from spinegraph.engine.exchange.fhir.writing.outcomes import issue, outcome
from spinegraph.engine.messages import Messages, messages_of

IN_PROGRESS = "in-progress"
"""The status of a form that nobody has finished."""


def populate(file: CaseFile, questionnaire: Json, responder: Responder, subject: str = "") -> Json:
    """The Parameters that the operation answers: `response`, and where something could not be used or placed, `issues`.

    Nothing is guessed: what is not recorded has no answer.
    """
    written = responder.fill_in(file.case, questionnaire, subject)
    parameters = [{"name": "response", "resource": {**written.resource, "status": IN_PROGRESS}}]
    if issues := [*_issues(file, written.left_out, messages_of(file.case.language))]:
        parameters.append({"name": "issues", "resource": outcome(issues)})
    return {"resourceType": "Parameters", "parameter": parameters}


def _issues(file: CaseFile, left_out: tuple[str, ...], say: Messages) -> Iterator[Json]:
    """What a clinician has to know of the record, and what of the patient the form has no place for."""
    for note in file.account.attention if file.account else ():
        place = f" ({note.resource})" if note.resource else ""
        yield issue("warning", "incomplete", note.kind, f"{note.text}{place}")
    for name in left_out:
        yield issue("information", "informational", "not-asked", say("The form does not ask for it: {name}.", name=name))
