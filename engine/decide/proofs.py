"""What of a proof carries its truth: the parts that a reader has to see."""

from __future__ import annotations

from collections.abc import Mapping

from spinegraph.engine.criteria.presence import DENIED
from spinegraph.engine.model import TRUTHS, Proof, Truth

CARRYING: Mapping[Truth, tuple[Truth, ...]] = {
    "true": ("true", "conflicting"),
    "false": ("false", "conflicting"),
    "conflicting": ("conflicting",),
    "unknown": ("unknown",),
}
"""Truth of a node → truths of the parts that make it so."""
MIRRORED: Mapping[Truth, Truth] = {"true": "false", "false": "true", "unknown": "unknown", "conflicting": "conflicting"}


MIRRORING = (*DENIED, "not-suspected", "at-most")
"""Operators that hold where what is below them is refuted."""


def carrying(proof: Proof) -> tuple[Truth, ...]:
    """Truths of the parts that make a node's truth what it is: of a score all of them, for each has a place in the sum."""
    if proof.tally is not None:
        return TRUTHS
    return CARRYING[MIRRORED[proof.truth] if proof.operator in MIRRORING else proof.truth]


def reasons(proof: Proof) -> tuple[Truth, ...]:
    """Truths of the parts that are named as the reason in one line: of a score what gives points, or is open."""
    if proof.tally is None:
        return carrying(proof)
    return CARRYING["unknown" if proof.truth == "unknown" else "true"]
