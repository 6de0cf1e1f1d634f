"""What every request and every answer has: an id, headers, a line in the log, a place in the metrics, and no patient in them."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from opentelemetry import trace
from prometheus_client import generate_latest
from spinegraph.api.http.app import create_app
from spinegraph.api.http.logs import JsonLines, log_as_json
from spinegraph.api.http.parts import ROUTERS
from spinegraph.api.http.reception import SECURITY
from spinegraph.api.http.service import Service
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient
from tests.patience import HUNG

MARKER = "zqxmarker"
SOUND_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """All that is logged meanwhile, from debug on, as it is written."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonLines().format(record))

    root, keep = logging.getLogger(), Keep()
    before = [(logger, logger.level) for logger in (root, logging.getLogger("spinegraph"))]
    root.addHandler(keep)
    for logger, _ in before:
        logger.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(keep)
    for logger, level in before:
        logger.setLevel(level)


def requests_in(lines: list[str]) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, lines) if line["logger"] == "spinegraph.access"]


def test_a_request_is_one_line(client: httpx.Client, lines: list[str]) -> None:
    reply = client.post("/v1/decisions", json={"present": ["fever"]}, headers={"X-Request-ID": SOUND_ID})
    (line,) = requests_in(lines)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]{12}\+00:00", line.pop("time"))
    assert line.pop("ms") >= 0
    assert line == {
        "level": "info",
        "logger": "spinegraph.access",
        "message": "request",
        "request_id": SOUND_ID,
        "method": "POST",
        "route": "/v1/decisions",
        "status": 200,
        "bytes": int(reply.headers["content-length"]),
    }


def test_an_answer_has_the_id_of_its_request(client: httpx.Client) -> None:
    given = {"X-Request-ID": SOUND_ID}
    assert client.get("/health/live", headers=given).headers["x-request-id"] == SOUND_ID
    problem = client.get("/nowhere", headers=given)
    assert (problem.headers["x-request-id"], problem.json()["request_id"]) == (SOUND_ID, SOUND_ID)


@pytest.mark.parametrize("given", ["", "patient-4711", "1234", "x" * 40, "0" * 65])
def test_what_is_no_id_is_replaced(client: httpx.Client, given: str) -> None:
    made = client.get("/health/live", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert made != given


def test_nothing_that_is_sent_is_logged_or_counted(client: httpx.Client, lines: list[str]) -> None:
    """A mark in every place that a request has: path, query, body of each type, header, method, host, id."""
    requests: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", "/v1/decisions", {"json": {"present": [MARKER]}}),
        ("POST", "/v1/decisions", {"content": f"present: [{MARKER}", "headers": {"Content-Type": "application/yaml"}}),
        ("POST", "/v1/decisions", {"content": MARKER, "headers": {"Content-Type": MARKER}}),
        ("POST", f"/v1/decisions?{MARKER}=1", {"json": {}}),
        ("GET", f"/finding/{MARKER}", {}),
        ("GET", f"/{MARKER}", {}),
        ("GET", f"/sparql?query={MARKER}", {}),
        ("GET", f"/search?q={MARKER}", {}),
        ("POST", "/v1/validation", {"json": {"files": {f"{MARKER}.md": MARKER}}}),
        ("POST", "/mcp", {"json": {"jsonrpc": "2.0", "id": 1, "method": MARKER}}),
        ("GET", "/v1/knowledge", {"headers": {"Accept": MARKER, "X-Request-ID": MARKER, "Authorization": f"Bearer {MARKER}"}}),
        (MARKER.upper(), "/v1/knowledge", {}),
        ("GET", "/v1/knowledge", {"headers": {"Host": f"{MARKER}.example", "Origin": f"https://{MARKER}.example"}}),
    )
    for method, path, given in requests:
        client.request(method, path, **given)
    text = "\n".join(lines) + client.get("/metrics").text
    assert len(requests_in(lines)) >= 13
    assert MARKER not in text.lower()


def test_a_fault_is_logged_without_its_words(engine: Engine, make_client: MakeClient, lines: list[str]) -> None:
    app = create_app(Settings(), engine)

    @app.get("/broken/{name}")
    def broken(name: str) -> None:
        raise ZeroDivisionError(name)

    reply = make_client(app).get(f"/broken/{MARKER}", headers={"X-Request-ID": SOUND_ID})
    assert reply.status_code == 500
    fault = next(line for line in map(json.loads, lines) if line["level"] == "error")
    assert (fault["error"], fault["request_id"], fault["incident"]) == ("ZeroDivisionError", SOUND_ID, reply.json()["instance"])
    assert fault["trace"][-1].endswith(" broken")
    assert MARKER not in "\n".join(lines)
    assert [line["status"] for line in requests_in(lines)] == [500]
    assert reply.headers["content-security-policy"]


def test_no_trace_of_a_request_goes_to_opentelemetry(
    engine: Engine, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The framework would send paths and queries to whatever is configured."""
    spans: list[str] = []

    class Tracers(trace.NoOpTracerProvider):
        def get_tracer(self, *given: Any, **named: Any) -> trace.Tracer:
            spans.append("asked")
            return super().get_tracer(*given, **named)

    monkeypatch.setattr(trace, "_TRACER_PROVIDER", Tracers())
    client = make_client(create_app(Settings(), engine))
    assert client.get(f"/finding/{MARKER}?{MARKER}").status_code == 404
    assert spans == []


def test_of_other_libraries_the_place_is_logged(lines: list[str]) -> None:
    logging.getLogger("some.library").warning("patient %s", MARKER)
    (line,) = map(json.loads, lines)
    assert line["message"].startswith("test_reception:")


def test_the_log_is_lines_of_json_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("", "spinegraph", "uvicorn")
    before = [(logger, logger.level, logger.handlers[:], logger.propagate) for logger in map(logging.getLogger, names)]
    try:
        log_as_json("info")
        logging.getLogger("spinegraph.test").info("here")
        logging.getLogger("spinegraph.test").debug("not here")
        logging.getLogger("library").info("not here either")
    finally:
        for logger, level, handlers, propagate in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers
            logger.propagate = propagate
    out, err = capsys.readouterr()
    assert (out, [json.loads(line)["message"] for line in err.splitlines()]) == ("", ["here"])


def test_every_route_has_the_headers_of_security(app: Service, client: httpx.Client) -> None:
    """Each path and method, as it is asked without anything, whatever is answered; and what no route answers."""
    routes = [route for row in ROUTERS for route in row.make(app.served).routes if isinstance(route, APIRoute)]
    asked = [(method, re.sub(r"\{[^}]*\}", "x", route.path)) for route in routes for method in sorted(route.methods or ())]
    for method, path in [*asked, ("GET", "/openapi.json"), ("GET", "/metrics"), ("GET", "/nowhere"), ("PUT", "/docs")]:
        reply = client.request(method, path, follow_redirects=False)
        assert {name for name in SECURITY if name not in reply.headers} == set(), (method, path)
        assert "default-src 'none'" in reply.headers["content-security-policy"], (method, path)
    assert len(asked) > 60


def test_metrics_count_answers_by_route_and_status(engine: Engine, make_client: MakeClient) -> None:
    client = make_client(create_app(Settings(), engine))
    client.post("/v1/decisions", json={"present": ["fever"]})
    client.get("/finding/fever")
    client.get("/nowhere")
    reply = client.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in (
        'spinegraph_answers_total{method="POST",route="/v1/decisions",status="200"} 1.0',
        'spinegraph_answers_total{method="GET",route="none",status="404"} 1.0',
        'spinegraph_answer_seconds_count{route="/v1/decisions"} 1.0',
        "spinegraph_requests_in_progress 1.0",
        'spinegraph_workers{pool="sparql"} 0.0',
        'spinegraph_pool_failed{pool="validation"} 0.0',
        f'spinegraph_knowledge{{digest="{engine.knowledge.digest}",version="{engine.knowledge.version}"}} 1.0',
    ):
        assert line in reply.text


def test_what_is_too_much_at_a_time_is_turned_away_but_what_is_half_sent_takes_no_place(engine: Engine) -> None:
    app = create_app(Settings(), engine, environment={"SPINEGRAPH_CONCURRENCY": "1"})

    async def session() -> None:
        go, begun = asyncio.Event(), asyncio.Event()

        @app.get("/slow")
        async def slow() -> str:
            begun.set()
            await go.wait()
            return "done"

        async def half_sent() -> AsyncIterator[bytes]:
            yield b'{"present": '
            begun.set()
            await go.wait()
            yield b'["fever"]}'

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as client:
            json_body = {"Content-Type": "application/json"}
            half = asyncio.create_task(client.post("/v1/decisions", content=half_sent(), headers=json_body))
            await begun.wait()
            begun.clear()
            assert (await client.get("/v1/knowledge")).status_code == 200
            asked = asyncio.create_task(client.get("/slow"))
            await begun.wait()
            refused = await client.post("/v1/decisions", json={})
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            assert refused.json()["type"].endswith("/overloaded")
            assert (await client.get("/health/live")).status_code == 200
            assert "spinegraph_overloaded_total 1.0" in generate_latest(app.reception.metrics.registry).decode()
            go.set()
            assert (await asked).json() == "done"
            assert (await half).status_code == 200
            assert (await client.post("/v1/decisions", json={})).status_code == 200

    asyncio.run(asyncio.wait_for(session(), HUNG))
