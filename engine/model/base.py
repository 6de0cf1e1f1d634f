"""What all nouns have in common: frozen structs with described members, four truth values, grades of urgency."""

from __future__ import annotations

from typing import Literal

import msgspec

Truth = Literal["unknown", "true", "false", "conflicting"]
TRUTHS: tuple[Truth, ...] = ("unknown", "true", "false", "conflicting")
"""Index = holds + 2 * refuted (Belnap's four values as a pair of bits)."""

Urgency = Literal["emergency", "urgent", "routine", "ungraded"]
URGENCIES: tuple[Urgency, ...] = ("emergency", "urgent", "routine", "ungraded")

Direction = Literal["for", "against"]
Modality = Literal["must", "should", "may"]


class Frozen(msgspec.Struct, frozen=True):
    """Base of all data: immutable, compared by value, fast to make and to encode."""


def doc(text: str) -> msgspec.Meta:
    """The description of a member, as interfaces publish it: `code: Annotated[str, doc("…")]`."""
    return msgspec.Meta(description=text)
