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
OF_PROGRAMS = {"knowledge", "case", "sources", "finding", "settles", "intervention", "missing", "through", "overrides", "about"}
"""Those that the views of programs have besides."""
WORDS = re.compile(r"\bC\d\d\b|\bconflict|\bred flag|\bguideline says|\bapproved\b", re.IGNORECASE)


@cache
def clinical_labels(engine: Engine) -> re.Pattern[str]:
    """Names that no patient should read: those that differ from what patients call it, and are no part of any such name."""
    concepts = [
        concept
        for things in (engine.knowledge.findings, engine.knowledge.conditions, engine.knowledge.interventions)
        for concept in things.values()
    ]
    plain = " | ".join(concept.patient_label.lower() for concept in concepts)
    labels = sorted({concept.label for concept in concepts if concept.label.lower() not in plain}, key=len, reverse=True)
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
