"""Prepared cases: what the pages for people let one try, and the examples of the OpenAPI document.

They stand in `prepared.yaml`; one that uses codes of another knowledge is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec
from spinegraph.engine import CaseError, Codebook, Engine, make_case, parse_yaml
from spinegraph.engine.model import Answer, Frozen

ABRIDGED = "red-flag"
"""The case whose answer the OpenAPI document shows, cut short."""


class PreparedCase(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case to try: what it is called, the story in a sentence, and what is sent.

    `shows`: what a newcomer can see in its answer; `vignette`: the story at length, with every fact that is sent.
    """

    title: str
    story: str
    shows: str = ""
    vignette: str = ""
    case: Mapping[str, Any]


def read_prepared() -> dict[str, PreparedCase]:
    """Name → every prepared case."""
    text = (files("spinegraph.api.http") / "prepared.yaml").read_bytes()
    return msgspec.convert(parse_yaml(text), dict[str, PreparedCase])


CASES: Mapping[str, PreparedCase] = read_prepared()


def understood(codebook: Codebook) -> dict[str, PreparedCase]:
    """The prepared cases that a knowledge understands."""
    found = {}
    for name, prepared in CASES.items():
        try:
            make_case(prepared.case, codebook)
        except CaseError:
            continue
        found[name] = prepared
    return found


def request_examples(codebook: Codebook) -> dict[str, Any]:
    """The requests that a knowledge understands, as OpenAPI writes examples."""
    return {name: {"summary": prepared.title, "value": prepared.case} for name, prepared in understood(codebook).items()}


def answer_examples(engine: Engine, codebook: Codebook) -> dict[str, Any]:
    """What one of these requests is answered, cut short."""
    prepared = understood(codebook).get(ABRIDGED)
    if prepared is None:
        return {}
    answer = msgspec.to_builtins(abridge(engine.answer(make_case(prepared.case, codebook))))
    return {"abridged": {"summary": f"{prepared.title} (cut short)", "value": answer}}


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
