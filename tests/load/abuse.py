"""How long decisions of others take beside clients who behave badly: as ratios to the same decisions alone, in one run.

`python -m tests.load.abuse KIND PORT` is one such crowd, in a process of its own: it says so once it is there, and goes on
until it is ended.
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from spinegraph.engine import load_knowledge

from tests.load.asks import codes_of
from tests.load.cluster import Member
from tests.serving import Answer

ROUNDS, REQUESTS = 5, 100
"""So often each crowd comes, and so many decisions are timed each time."""
MOST = 2.0
"""So many times as long decisions may take at most."""
HALF = 1100
SLOW = 200
HEAD = "POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/{}\r\nContent-Length: {}\r\n\r\n"
READY = "ready"


async def _held(port: int, sent: bytes, then: bytes = b"", every: float = 1.0) -> None:
    """One connection that never sends all of its request; a new one takes its place where it is closed."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            while await _open(reader, every):
                writer.write(then)
            writer.close()
        await asyncio.sleep(every)


async def _open(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Whether nothing comes on a connection for so long."""
    try:
        await asyncio.wait_for(reader.read(1), seconds)
    except TimeoutError:
        return True
    return False


async def _sent(port: int, kind: str, body: bytes) -> None:
    """One client that sends one large body after another."""
    request = HEAD.format(kind, len(body)).encode() + body
    while True:
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            await writer.drain()
            await reader.readuntil(b"\r\n\r\n")
            writer.close()


def _yaml(size: int, item: bytes = b"a,") -> bytes:
    return b"present: [" + item * (size // len(item)) + b"]"


Crowd = Callable[[int], Iterator[Coroutine[Any, Any, None]]]
CROWDS: dict[str, Crowd] = {
    f"{HALF:,} half-sent requests": lambda port: (_held(port, HEAD.format("json", 100).encode() + b"{") for _ in range(HALF)),
    f"{SLOW} slow headers": lambda port: (_held(port, b"GET / HTTP/1.1\r\nX-Slow: ", b"x", 0.5) for _ in range(SLOW)),
    f"{SLOW} slow bodies": lambda port: (_held(port, HEAD.format("json", 9000).encode(), b" ", 0.5) for _ in range(SLOW)),
    "4 x 800 kB of YAML": lambda port: (_sent(port, "yaml", _yaml(800_000)) for _ in range(4)),
    "4 x the most YAML that is read": lambda port: (_sent(port, "yaml", _yaml(250_000, b"fevering, ")) for _ in range(4)),
    "4 x 1 MB of JSON": lambda port: (
        _sent(port, "json", b'{"present": [' + b'"fever",' * 130_000 + b'"fever"]}') for _ in range(4)
    ),
}


async def _behave_badly(kind: str, port: int) -> None:
    tasks = [asyncio.ensure_future(one) for one in CROWDS[kind](port)]
    await asyncio.sleep(1)
    print(READY, flush=True)
    await asyncio.gather(*tasks)


@contextmanager
def _crowd(kind: str, port: int) -> Iterator[None]:
    """A crowd is there while the context lasts; none where `kind` is empty."""
    if not kind:
        yield
        return
    command = [sys.executable, "-m", "tests.load.abuse", kind, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().strip() == READY.encode()
            yield
        finally:
            process.kill()


def _cases() -> Iterator[bytes]:
    """One patient after another, none like one before, so that no answer is remembered."""
    codes = codes_of(load_knowledge())
    chance = random.Random(1)  # noqa: S311
    while True:
        some = chance.sample(codes, 12)
        yield json.dumps({"present": some[:4], "absent": some[4:]}).encode()


def _seconds(client: http.client.HTTPConnection, case: bytes) -> float:
    """How long one decision takes. Raises RuntimeError where there is none."""
    begun = time.perf_counter()
    client.request("POST", "/v1/decisions", case, {"Content-Type": "application/json"})
    reply = client.getresponse()
    answer = Answer(reply.status, {}, reply.read())
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {answer.body[:200]!r}")
    return time.perf_counter() - begun


async def measure_abuse() -> int:
    """Print the ratios; 1 where one is too large."""
    with tempfile.TemporaryDirectory(prefix="load-") as place:
        member = Member(0, {"SPINEGRAPH_OFF": "validation"}, Path(place) / "log")
        member.start(frozenset())
        await member.until_up()
        try:
            taken = await asyncio.to_thread(_measured, int(member.url.rpartition(":")[2]))
        finally:
            await member.stop()
    print(f"{'decisions beside':34} {'median ms':>10} {'p95 ms':>8}   ratios: median, p95")
    worst = 0.0
    for kind in ("", *CROWDS):
        median, p95 = (statistics.median(one[at] for one in taken[kind]) for at in (0, 1))
        ratios = [[one[at] / alone[at] for one, alone in zip(taken[kind], taken[""], strict=True)] for at in (0, 1)]
        of_median, of_p95 = map(statistics.median, ratios)
        worst = max(worst, of_median)
        print(f"{kind or 'nobody':34} {1000 * median:10.2f} {1000 * p95:8.2f}   {of_median:.2f}, {of_p95:.2f}")
    return int(worst > MOST)


def _measured(port: int) -> dict[str, list[tuple[float, float]]]:
    """By crowd, "" for none: median and 95th percentile of each round, in seconds."""
    taken: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cases = _cases()
    for case in islice(cases, REQUESTS):  # so that everything has been done once
        _seconds(client, case)
    for _, kind in itertools.product(range(ROUNDS), ("", *CROWDS)):
        with _crowd(kind, port):
            ordered = sorted(_seconds(client, case) for case in islice(cases, REQUESTS))
        taken[kind].append((statistics.median(ordered), ordered[int(0.95 * REQUESTS)]))
    return taken


if __name__ == "__main__":
    asyncio.run(_behave_badly(sys.argv[1], int(sys.argv[2])))
