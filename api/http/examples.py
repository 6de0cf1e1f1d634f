"""Examples of the OpenAPI document: requests that the knowledge understands, and what the engine decides of the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from spinegraph.engine import CaseError, Codebook, Engine, make_case
from spinegraph.engine.model import Answer

CASES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "red-flag": (
        "Left back pain with spasm, urinary retention and saddle numbness",
        {
            "present": ["back_pain_left_mid_lower", "muscle_spasm", "urinary_retention", "saddle_anesthesia"],
            "absent": ["fever", "palpable_knots"],
            "measurements": {"age_years": 54, "duration_weeks": 1},
        },
    ),
    "record": (
        "From a record: external codes, dates, and what was done",
        {
            "present": ["back_pain", {"code": "icd10cm:Z85.3", "at": "2019-06"}],
            "measurements": {"duration_weeks": 3, "esr_mm_h": [{"value": 42, "at": "2026-03-02"}]},
            "performed": [{"code": "plain_radiograph", "at": "2026-03-02"}],
            "birth_date": "1972-05-01",
            "as_of": "2026-03-03",
        },
    ),
    "nothing-assessed": (
        "Left back pain with spasm, nothing else assessed",
        {"present": ["back_pain_left_mid_lower", "muscle_spasm"]},
    ),
}
"""Requests to show, each with a summary; one that uses codes of another knowledge is left out."""


def request_examples(codebook: Codebook) -> dict[str, Any]:
    """The requests that a knowledge understands, as OpenAPI writes examples."""
    understood = {}
    for name, (summary, case) in CASES.items():
        try:
            make_case(case, codebook)
        except CaseError:
            continue
        understood[name] = {"summary": summary, "value": case}
    return understood


def answer_examples(engine: Engine, codebook: Codebook) -> dict[str, Any]:
    """What the first of these requests is answered, cut short."""
    for example in list(request_examples(codebook).values())[:1]:
        answer = msgspec.to_builtins(abridge(engine.answer(make_case(example["value"], codebook))))
        return {"abridged": {"summary": f"{example['summary']} (cut short)", "value": answer}}
    return {}


def abridge(answer: Answer, most: int = 2) -> Answer:
    """The first `most` entries of every list of an answer: an example, no answer."""
    return msgspec.structs.replace(
        answer,
        screens=answer.screens[:1],
        assessments=answer.assessments[:most],
        recommendations=answer.recommendations[:most],
        tensions=answer.tensions[:1],
        notices=answer.notices[:most],
        passages=dict(list(answer.passages.items())[:most]),
    )
