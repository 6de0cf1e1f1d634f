"""Clients who ask at random, and judge each answer by what it has to be."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import httpx

from tests.load.asks import SECONDS, Ask, Expected, expected_of
from tests.load.cluster import Member, living

SHOWN = 20
REFUSED = (429, 503)
"""Statuses with which the service says, as documented, that it cannot answer now: with Retry-After, or the limit that was met."""
SIGNS = (b'"limit"', b'"not ready"')
"""What such an answer says otherwise: which limit was met, or which part is not ready."""


class Row:
    """What became of the requests of one route."""

    def __init__(self) -> None:
        self.requests = self.wrong = self.faults = self.repeated = 0
        self.refused: Counter[str] = Counter()
        self.seconds: list[float] = []

    def percentile(self, share: float) -> float:
        """Seconds that so large a share of the answers took at most."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Results:
    """Rows by route, and the first things that were wrong, in words."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, Row] = defaultdict(Row)
        self.told: list[str] = []

    def tell(self, what: str) -> None:
        """Keep what was wrong, if not too much was already."""
        if len(self.told) < SHOWN:
            self.told.append(what)

    @property
    def sound(self) -> bool:
        """Whether no answer was wrong, and none a fault."""
        return not any(row.wrong or row.faults for row in self.rows.values())


class Clients:
    """`count` clients of a service; `answers`: digest of a state of the knowledge → what each ask is answered with it;
    `pause`: seconds on average that a client thinks between two requests."""

    def __init__(
        self,
        count: int,
        members: Sequence[Member],
        asks: Sequence[Ask],
        answers: Mapping[str, Sequence[Expected]],
        seed: int,
        pause: float,
    ) -> None:
        self.results = Results()
        self._count, self._members, self._seed = count, members, seed
        self._asks, self._answers, self._pause = asks, answers, pause
        self._weights = list(itertools.accumulate(ask.weight for ask in asks))

    async def run(self, until: float) -> None:
        """Ask until a moment (of time.monotonic)."""
        limits = httpx.Limits(max_connections=self._count, max_keepalive_connections=self._count)
        async with httpx.AsyncClient(timeout=SECONDS, limits=limits) as client:
            await asyncio.gather(*(self._ask_on(client, number, until) for number in range(self._count)))

    async def _ask_on(self, client: httpx.AsyncClient, number: int, until: float) -> None:
        chance = random.Random(f"{self._seed} {number}")  # noqa: S311
        while time.monotonic() < until:
            (which,) = chance.choices(range(len(self._asks)), cum_weights=self._weights)
            await self._ask(client, which, chance)
            await asyncio.sleep(chance.expovariate(1 / self._pause))

    async def _ask(self, client: httpx.AsyncClient, which: int, chance: random.Random) -> None:
        """Ask once, and of another process where one ends meanwhile, as a balancer would."""
        ask = self._asks[which]
        row = self.results.rows[ask.route]
        row.requests += 1
        while True:
            there = living(self._members)
            if not there:
                await asyncio.sleep(self._pause)
                continue
            member = chance.choice(there)
            begun = time.monotonic()
            try:
                reply = await client.request(ask.method, f"{member.url}{ask.target}", headers=dict(ask.headers), content=ask.body)
            except httpx.HTTPError as error:
                if not member.was_killed_since(begun - 1) and member in living(self._members):
                    row.faults += 1
                    self.results.tell(f"{ask.route}: no answer after {time.monotonic() - begun:.1f} s ({error!r})")
                    return
                row.repeated += 1
                continue
            ended = time.monotonic()
            self._judge(which, row, reply, member.digests_between(begun, ended))
            row.seconds.append(ended - begun)
            return

    def _judge(self, which: int, row: Row, reply: httpx.Response, digests: frozenset[str]) -> None:
        ask, found = self._asks[which], expected_of(reply)
        if reply.status_code in REFUSED and ("retry-after" in reply.headers or any(sign in reply.content for sign in SIGNS)):
            row.refused[f"{reply.status_code} {reply.json().get('detail', '')[:60]}"] += 1
        elif ask.route.startswith("POST /v1/validation") and b'"complete": false' in reply.content:
            row.refused[f"{reply.status_code} the report says which check was not run"] += 1
        elif reply.status_code >= 500:
            row.faults += 1
            self.results.tell(f"{ask.route}: {reply.status_code} {reply.text[:300]}")
        elif ask.exact and not any(self._answers[digest][which] == found for digest in digests):
            row.wrong += 1
            right = [self._answers[digest][which] for digest in digests]
            self.results.tell(f"{ask.route} {ask.target}: {found.status} {_difference(found.body, [one.body for one in right])}")


def _difference(found: bytes, right: Sequence[bytes]) -> str:
    """Where an answer begins to differ from the right one that is most like it."""
    common = max((_common(found, one), one) for one in right)
    at = max(0, common[0] - 40)
    return f"at byte {common[0]}: {found[at : at + 120]!r} instead of {common[1][at : at + 120]!r}"


def _common(one: bytes, other: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
