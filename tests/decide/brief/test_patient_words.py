"""What a patient reads has no word of a clinician, in any view, of any case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
import pytest
from spinegraph.engine import Engine

from tests.decide.brief.answering import written_cases

NAMES = {"id", "iri", "code", "condition", "recommendation", "recommendations", "passages", "ask"}
"""Members that hold names for programs."""
OF_PROGRAMS = {
    "verdict",
    "truth",
    "state",
    "basis",
    "operator",
    "knowledge",
    "case",
    "sources",
    "finding",
    "settles",
    "intervention",
    "missing",
    "through",
    "overrides",
    "about",
}
"""Those that the views of programs have besides."""
WORDS = re.compile(r"\bC\d\d\b|\bconflict|\bred flag|\bguideline says|\bapproved\b", re.IGNORECASE)


@cache
def clinical_labels(engine: Engine) -> re.Pattern[str]:
    """Names that no patient should read: those that differ from what patients call it, and stand in no words for patients."""
    knowledge = engine.knowledge
    concepts = [*knowledge.findings.values(), *knowledge.conditions.values()]
    plain = [text for concept in concepts for text in (concept.patient_label, concept.patient_question)]
    plain += [concept.patient_label for concept in knowledge.interventions.values()]
    plain += [topic.patient_label for topic in knowledge.uncovered.values()]
    plain += [str(getattr(rule, "patient_text", "")) for rule in knowledge.rules.values()]
    plain += [item.patient_label for screen in knowledge.screens.values() for item in screen.items]
    words = " | ".join(plain).lower()
    labels = sorted({concept.label for concept in concepts if concept.label.lower() not in words}, key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(map(re.escape, labels)) + r")\b", re.IGNORECASE)


def texts(value: Any, member: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in NAMES | OF_PROGRAMS:
                yield from texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, member)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("view", ["brief", "standard"])
def test_no_answer_to_a_patient_has_a_clinical_word(view: str, engine: Engine) -> None:
    _check(engine, view, step=1)


@pytest.mark.slow
def test_nor_does_a_full_one(engine: Engine) -> None:
    _check(engine, "full", step=12)


def _check(engine: Engine, view: Any, step: int) -> None:
    found: dict[str, str] = {}
    for case in written_cases(engine)[::step]:
        answer = msgspec.json.decode(engine.decide_json(msgspec.structs.replace(case, audience="patient"), view))
        for text in texts(answer):
            for pattern in (clinical_labels(engine), WORDS):
                if hit := pattern.search(text):
                    found.setdefault(hit.group(), text)
    assert found == {}
