"""Requests per second of POST /v1/decisions against an empty route on the same server, in the same run, on loopback."""

from __future__ import annotations

import http.client
import itertools
import time
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from fastapi import FastAPI, Response
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine
from spinegraph.engine.model import Case

from bench.measured import Measured
from bench.subjects import clinical_cases, shipped_cases, shipped_engine
from tests.serving import serving

TOPIC = "HTTP"
SECONDS = 3.0
ROUNDS = 3


def http_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic."""
    rates = requests_per_second(shipped_engine(), shipped_cases(), clinical_cases(quick))
    empty = rates.pop("empty")
    for what, rate in rates.items():
        note = f"{rate:,.0f} requests a second against {empty:,.0f}"
        yield Measured(TOPIC, f"POST /v1/decisions: {what}", empty / rate, "× the time", "an empty route", note)


def requests_per_second(engine: Engine, repeated: Sequence[Case], varied: Sequence[Case]) -> dict[str, float]:
    """What was asked → requests per second: one keep-alive client, best of alternating rounds. "empty" is an empty route."""
    app: FastAPI = create_app(Settings(), engine)

    @app.post("/empty")
    async def empty() -> Response:
        return Response(b"{}", media_type="application/json")

    again = itertools.cycle([msgspec.json.encode(_request(case)) for case in repeated])
    numbers = itertools.count()
    asked: dict[str, tuple[str, Iterable[bytes]]] = {
        "empty": ("/empty", itertools.repeat(b"{}")),
        "shipped examples in turn": ("/v1/decisions", again),
        "clinical cases, never the same twice": ("/v1/decisions", _anew(varied, numbers)),
        "the same, view=brief": ("/v1/decisions?view=brief", _anew(varied, numbers)),
    }
    best = dict.fromkeys(asked, 0.0)
    with serving(app) as port:
        for _ in range(ROUNDS):
            for what, (path, bodies) in asked.items():
                best[what] = max(best[what], _rate(port, path, bodies))
    return best


def _anew(cases: Sequence[Case], numbers: Iterator[int]) -> Iterator[bytes]:
    """The cases over and over, each time with another temperature."""
    for case in itertools.cycle(cases):
        yield msgspec.json.encode(_request(_moved(case, next(numbers))))


def _request(case: Case) -> dict[str, object]:
    return {"present": case.present, "absent": case.absent, "measurements": case.measurements}


def _moved(case: Case, number: int) -> Case:
    """The same case with another temperature, so that no two requests are alike."""
    return Case(present=case.present, absent=case.absent, measurements={**case.measurements, "temperature_c": 36 + number / 1e6})


def _rate(port: int, path: str, bodies: Iterable[bytes]) -> float:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    count = 0
    start = time.perf_counter()
    for body in bodies:
        client.request("POST", path, body, {"Content-Type": "application/json"})
        reply = client.getresponse()
        reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{path} answered {reply.status}")
        count += 1
        if time.perf_counter() - start > SECONDS:
            break
    client.close()
    return count / (time.perf_counter() - start)
