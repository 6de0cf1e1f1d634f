"""What a client says became of cards (CDS Hooks 2.0, "Feedback"), checked; nothing of it names a patient."""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Literal

from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.cds_hooks.bodies import decoded
from spinegraph.engine.exchange.cds_hooks.errors import MalformedHookError
from spinegraph.engine.model import Frozen, doc

MOST = 100
"""So many items of feedback one request may have."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
Outcome = Literal["accepted", "overridden"]


class AcceptedSuggestion(Frozen, frozen=True, kw_only=True):
    """A suggestion that was followed."""

    id: Annotated[str, doc("Its uuid.")]


class ReasonCoding(Frozen, frozen=True, kw_only=True):
    """The reason that was chosen."""

    code: Annotated[str, doc("Its code.")]
    system: Annotated[str, doc("The code system.")] = ""
    display: Annotated[str | None, doc("The reason in words.")] = None


class GivenReason(Frozen, frozen=True, kw_only=True, rename="camel"):
    """Why a card was set aside."""

    reason: Annotated[ReasonCoding | None, doc("One of the reasons of the card.")] = None
    user_comment: Annotated[str | None, doc("Words of the clinician: never kept, for they may name the patient.")] = None


class CardFeedback(Frozen, frozen=True, kw_only=True, rename="camel"):
    """What became of one card."""

    card: Annotated[str, doc("Its uuid.")]
    outcome: Annotated[Outcome, doc("Whether a suggestion of it was followed, or it was set aside.")]
    outcome_timestamp: Annotated[str, doc("When: ISO 8601 with a time zone.")]
    accepted_suggestions: Annotated[tuple[AcceptedSuggestion, ...], doc("What was followed.")] = ()
    override_reason: Annotated[GivenReason | None, doc("Why it was set aside.")] = None


class HookFeedback(Frozen, frozen=True, kw_only=True):
    """What became of cards."""

    feedback: Annotated[tuple[CardFeedback, ...], doc("One item for each card.")]


def parse_feedback(body: bytes) -> tuple[CardFeedback, ...]:
    """The body of a feedback request. Members that are not known are left alone. Raises MalformedHookError."""
    given = decoded(body, HookFeedback, "This is no feedback of CDS Hooks", "", _MEND).feedback
    if not 1 <= len(given) <= MOST:
        raise MalformedHookError(f"There are {len(given)} items.", where="/feedback", mend=f"Send 1 to {MOST} items.")
    for number, one in enumerate(given):
        _check(one, f"/feedback/{number}")
    return given


_MEND = 'Send {"feedback": [{"card": UUID, "outcome": "accepted" or "overridden", "outcomeTimestamp": INSTANT}]}.'


def _check(one: CardFeedback, where: str) -> None:
    for name, text in (("card", one.card), *(("acceptedSuggestions", told.id) for told in one.accepted_suggestions)):
        try:
            uuid.UUID(text)
        except ValueError as error:
            raise MalformedHookError(f"{shortened(text)} is no UUID.", where=f"{where}/{name}", mend=_MEND) from error
    if not _INSTANT.fullmatch(one.outcome_timestamp):
        raise MalformedHookError(
            f"{shortened(one.outcome_timestamp)} is no instant.",
            where=f"{where}/outcomeTimestamp",
            mend='Write it with a time zone, as "2026-03-03T10:15:00Z".',
        )
    if one.outcome == "accepted" and not one.accepted_suggestions:
        raise MalformedHookError(
            "It was accepted, and no suggestion is named.",
            where=f"{where}/acceptedSuggestions",
            mend="Name the uuid of each suggestion that was followed; a card that was set aside is `overridden`.",
        )
