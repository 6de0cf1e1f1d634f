"""Hooks made up for these tests, and what is answered to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
from spinegraph.engine.exchange.cds_hooks.answering import HookAnswering
from spinegraph.engine.exchange.cds_hooks.gathering import Gathered, gather
from spinegraph.engine.exchange.cds_hooks.links import LinkOptions
from spinegraph.engine.exchange.cds_hooks.messages import EXTENSION
from spinegraph.engine.exchange.cds_hooks.request import Hook, parse_hook
from spinegraph.engine.exchange.cds_hooks.services import SEARCHES

from tests.exchange.fhir.reading.making import SNOMED, bundle, concept, condition, observation, patient

Json = dict[str, Any]
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
AS_OF = "2026-03-03"
ROOT = "https://guidelines.example/"
CPT = "http://www.ama-assn.org/go/cpt"
LOW_BACK_PAIN, MRI_WITHOUT_CONTRAST = (SNOMED, "279039007"), (CPT, "72148")
OURS = "https://w3id.org/spinegraph"
RECORD = (patient(birthDate="1980-01-01"), condition(LOW_BACK_PAIN))


def example(hook: str) -> Json:
    """The request that the documentation shows."""
    found: Json = json.loads((EXAMPLES / f"hook-{hook}.json").read_text(encoding="utf-8"))
    return found


def request(hook: str = "patient-view", *record: Json, context: Json | None = None, **more: Any) -> Json:
    """A request about Anna, whose record stands under one key of the prefetch, besides the others, which have nothing."""
    first, *rest = record or RECORD
    prefetch = {**dict.fromkeys(SEARCHES), "patient": first, "conditions": bundle(*rest), "observations": None}
    said = {"userId": "Practitioner/who", "patientId": "anna", **(context or {})}
    return {"hook": hook, "hookInstance": INSTANCE, "context": said, "prefetch": prefetch, **more}


def order(code: tuple[str, str] = MRI_WITHOUT_CONTRAST, id_: str = "mri", kind: str = "ServiceRequest", **more: Any) -> Json:
    """A draft of an order for Anna."""
    coded = {"code": concept(code)} if kind == "ServiceRequest" else {"medicationCodeableConcept": concept(code)}
    subject = {"reference": "Patient/anna"}
    return {"resourceType": kind, "id": id_, "status": "draft", "intent": "order", "subject": subject, **coded, **more}


def ordering(*drafts: Json, select: tuple[str, ...] | None = None) -> Json:
    """The context of a hook about orders; `select`: those that were just chosen, for order-select."""
    return {"draftOrders": bundle(*drafts), **({"selections": list(select)} if select is not None else {})}


def parsed(given: Json) -> Hook:
    return parse_hook(json.dumps(given).encode(), given["hook"])


def gathered(hook: Hook) -> Gathered:
    return gather(hook, {**SEARCHES, "observations": ""}, {}, {})


def answered(answering: HookAnswering, given: Json, language: str = "", smart: bool = False, as_of: str = AS_OF) -> Json:
    """The answer to a request, as JSON has it."""
    hook = parsed(given)
    known = gathered(hook)
    found = answering.answer(hook, known, answering.read(hook, known, as_of, language), LinkOptions(ROOT, smart))
    decoded: Json = msgspec.json.decode(msgspec.json.encode(found))
    return decoded


def ours(part: Json) -> Json:
    """What is ours in an answer, or in a card of it."""
    found: Json = part["extension"][EXTENSION]
    return found


def said(code: str, value: bool) -> Json:
    """An observation that says one of our codes to be there or not."""
    return observation((OURS, code), id=code.replace("_", "-"), valueBoolean=value)
