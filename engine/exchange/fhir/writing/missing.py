"""Facts that are missing → the data that is asked for (FHIR R4, `DataRequirement`): of the types from which we read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinegraph.engine.criteria.facts import AS_OF, date_of
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
    """What is asked for, a fact or its date each. The moment of the case (`as_of`) is no data of a record, and so not among them.

    Raises KeyError where a code is none of a fact.
    """
    for code in codes:
        if code == AS_OF:
            continue
        fact = code.removeprefix(date_of(""))
        iri = codings.recorded(fact)
        if iri in BORN:
            yield {"type": "Patient", "mustSupport": [BORN[iri]]}
            continue
        act = knowledge.acts.get(iri)
        kind, path, dated = ASKED[act.kind if act else ""]
        yield {
            "type": kind,
            **({"mustSupport": [dated]} if fact != code else {}),
            "codeFilter": [{"path": path, "code": codings.of(iri)["coding"]}],
        }


ASKED = {
    "performed": ("Procedure", "code", "performed"),
    "taking": ("MedicationStatement", "medication", "effective"),
    "": ("Observation", "code", "effective"),
}
"""What is done or taken, or anything else → the type that says it, and where in it code and date stand."""
