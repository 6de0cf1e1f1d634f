"""Requests per second of POST /v1/decisions against an empty route on the same server, in the same run, on loopback."""

from __future__ import annotations

import http.client
import itertools
import time
from collections.abc import Iterable, Sequence

import msgspec
from fastapi import FastAPI, Response
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine
from spinegraph.engine.model import Case

from tests.serving import serving

SECONDS = 3.0
ROUNDS = 3


def requests_per_second(engine: Engine, repeated: Sequence[Case], varied: Sequence[Case]) -> tuple[float, float, float]:
    """(empty route, repeated cases, varied cases): one keep-alive client, best of alternating rounds."""
    app: FastAPI = create_app(Settings(), engine)

    @app.post("/empty")
    async def empty() -> Response:
        return Response(b"{}", media_type="application/json")

    again = [msgspec.json.encode(_request(case)) for case in repeated]
    anew = (msgspec.json.encode(_request(_moved(case, number))) for number in itertools.count() for case in varied)
    with serving(app) as port:
        best = [0.0, 0.0, 0.0]
        for _ in range(ROUNDS):
            rates = (
                _rate(port, "/empty", itertools.repeat(b"{}")),
                _rate(port, "/v1/decisions", itertools.cycle(again)),
                _rate(port, "/v1/decisions", anew),
            )
            best = [max(pair) for pair in zip(best, rates, strict=True)]
    return best[0], best[1], best[2]


def _request(case: Case) -> dict[str, object]:
    return {"present": case.present, "absent": case.absent, "measurements": case.measurements}


def _moved(case: Case, number: int) -> Case:
    """The same case with another temperature, so that no two requests are alike."""
    return Case(present=case.present, absent=case.absent, measurements={**case.measurements, "temperature_c": 36 + number / 1e4})


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
