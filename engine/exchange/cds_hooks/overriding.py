"""Reasons for which a clinician may set a warning aside: few, and of no guideline in particular."""

from __future__ import annotations

from collections.abc import Mapping

from spinegraph.engine.exchange.cds_hooks.messages import OverrideReason
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.messages import Messages, noted

SYSTEM = f"{BASE}override-reason"
"""Our code system of these reasons."""
REASONS: Mapping[str, str] = {
    "record-is-wrong": noted("The record is wrong or out of date"),
    "not-this-patient": noted("It does not fit this patient"),
    "already-weighed": noted("It was weighed already"),
    "patient-prefers": noted("The patient prefers it so"),
    "local-rule": noted("A rule of this institution says otherwise"),
    "other": noted("Another reason"),
}
"""Code → the reason in words."""


def override_reasons(say: Messages) -> tuple[OverrideReason, ...]:
    """All of them, in the words of a language."""
    return tuple(OverrideReason(code=code, system=SYSTEM, display=say(text)) for code, text in REASONS.items())
