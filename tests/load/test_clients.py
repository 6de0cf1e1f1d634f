"""The load test can fail: what is wrong is seen, and told apart from what is documented."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.load.asks import Ask, Expected
from tests.load.clients import Clients
from tests.load.cluster import Change, Member

ASK = Ask("GET /", 1, "GET", "/")
ANSWERS = {"old": [Expected(200, "text/plain", b"old")], "new": [Expected(200, "text/plain", b"new")]}


def judged(digests: frozenset[str], status: int, text: str, headers: dict[str, str] | None = None) -> tuple[int, int, int]:
    """How many answers were wrong, faults, and refused as documented, after this one."""
    clients = Clients(1, [], [ASK], ANSWERS, 1, 1.0)
    row = clients.results.rows[ASK.route]
    reply = httpx.Response(status, headers={"content-type": "text/plain", **(headers or {})}, content=text.encode())
    clients._judge(0, row, reply, digests)
    assert clients.results.sound == (not row.wrong and not row.faults)
    assert bool(clients.results.told) != clients.results.sound
    return row.wrong, row.faults, sum(row.refused.values())


BOTH = frozenset(("old", "new"))


@pytest.mark.parametrize(
    ("digests", "status", "text", "headers", "expected"),
    [
        (frozenset(("old",)), 200, "old", {}, (0, 0, 0)),
        (frozenset(("old",)), 200, "new", {}, (1, 0, 0)),
        (BOTH, 200, "new", {}, (0, 0, 0)),
        (BOTH, 200, "newer", {}, (1, 0, 0)),
        (BOTH, 200, "ol", {}, (1, 0, 0)),
        (BOTH, 404, "old", {}, (1, 0, 0)),
        (BOTH, 500, "old", {}, (0, 1, 0)),
        (BOTH, 503, "{}", {}, (0, 1, 0)),
        (BOTH, 503, '{"detail": "full"}', {"retry-after": "1"}, (0, 0, 1)),
        (BOTH, 503, '{"detail": "stopped", "limit": "cpu_seconds"}', {}, (0, 0, 1)),
    ],
)
def test_an_answer_is_judged(
    digests: frozenset[str], status: int, text: str, headers: dict[str, str], expected: tuple[int, int, int]
) -> None:
    assert judged(digests, status, text, headers) == expected


def test_a_process_may_answer_with_what_was_valid_at_some_moment_of_the_request() -> None:
    member = Member(0, {}, Path())
    member.changes = [Change(1, frozenset(("old",))), Change(2, BOTH), Change(3, frozenset(("new",)))]
    assert member.digests_between(1.2, 1.8) == {"old"}
    assert member.digests_between(1.2, 2.2) == BOTH
    assert member.digests_between(2.5, 3.5) == BOTH
    assert member.digests_between(3.1, 4) == {"new"}
