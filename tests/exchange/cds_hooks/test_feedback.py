"""Feedback is of the form that the specification has, or is refused with the place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spinegraph.engine.exchange.cds_hooks.errors import MalformedHookError
from spinegraph.engine.exchange.cds_hooks.feedback import MOST, parse_feedback

CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
AT = "2026-03-03T10:15:00Z"
OVERRIDDEN = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": AT}
ACCEPTED = {**OVERRIDDEN, "outcome": "accepted", "acceptedSuggestions": [{"id": CARD}]}


def test_feedback_is_read() -> None:
    reason = {"reason": {"code": "other", "system": "https://x.example", "display": "x"}, "userComment": "Mrs A."}
    first, second = parse_feedback(
        json.dumps({"feedback": [ACCEPTED, {**OVERRIDDEN, "overrideReason": reason, "more": 1}]}).encode()
    )
    assert (first.outcome, first.accepted_suggestions[0].id) == ("accepted", CARD)
    assert second.override_reason is not None
    assert second.override_reason.user_comment == "Mrs A."


@pytest.mark.parametrize(
    ("feedback", "where"),
    [
        ({}, "/"),
        ({"feedback": []}, "/feedback"),
        ({"feedback": [OVERRIDDEN] * (MOST + 1)}, "/feedback"),
        ({"feedback": [{**OVERRIDDEN, "card": "1"}]}, "/feedback/0/card"),
        ({"feedback": [OVERRIDDEN, {**OVERRIDDEN, "outcome": "ignored"}]}, "/feedback/1/outcome"),
        ({"feedback": [{**OVERRIDDEN, "outcomeTimestamp": "yesterday"}]}, "/feedback/0/outcomeTimestamp"),
        ({"feedback": [{**OVERRIDDEN, "outcome": "accepted"}]}, "/feedback/0/acceptedSuggestions"),
        ({"feedback": [{**ACCEPTED, "acceptedSuggestions": [{"id": "1"}]}]}, "/feedback/0/acceptedSuggestions"),
    ],
)
def test_what_is_no_feedback_is_refused(feedback: Any, where: str) -> None:
    with pytest.raises(MalformedHookError) as refused:
        parse_feedback(json.dumps(feedback).encode())
    assert refused.value.where == where
    assert refused.value.mend
