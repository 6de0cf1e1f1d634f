"""Facts that are missing → the data that is asked for (FHIR R4, `DataRequirement`): of the types from which we read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinegraph.engine.exchange.fhir.writing.codings import Codings, Json
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import DecidedRecommendation, Decision, Knowledge

BORN = {expand("core:ageYears"): "birthDate", expand("core:sex"): "gender"}
"""What follows from the resource of the patient → the member that says it."""
WAITING = ("undetermined", "conflicting")
"""Verdicts that wait for what is missing, or for what is recorded both ways to be put right."""


def open_facts(decision: Decision, asked: Iterable[DecidedRecommendation]) -> tuple[str, ...]:
    """Codes of the facts on which these verdicts wait: what is recorded both ways first, then in the order of the questions."""
    clashing = dict.fromkeys(code for code in decision.case.present if code in decision.case.absent)
    waiting = [one for one in asked if one.verdict in WAITING]
    missing = dict.fromkeys(code for one in waiting for code in one.missing)
    ranked = [question.finding for question in decision.questions if question.finding in missing]
    contradicted = clashing if any(one.verdict == "conflicting" for one in waiting) else {}
    return tuple(dict.fromkeys((*contradicted, *ranked, *missing)))


def data_requirements(codes: Iterable[str], knowledge: Knowledge, codings: Codings) -> Iterator[Json]:
    """What is asked for, a fact each. Raises KeyError where a code is none of a fact."""
    for code in codes:
        iri = codings.recorded(code)
        if iri in BORN:
            yield {"type": "Patient", "mustSupport": [BORN[iri]]}
            continue
        act = knowledge.acts.get(iri)
        kind, path = ("Observation", "code") if act is None else OF_ACT[act.kind]
        yield {"type": kind, "codeFilter": [{"path": path, "code": codings.of(iri)["coding"]}]}


OF_ACT = {"performed": ("Procedure", "code"), "taking": ("MedicationStatement", "medication")}
"""What is done or taken → the type that says it, and where in it the code stands."""
