"""Two readers of bodies had drifted apart: one had no time limit, so that `POST /v1/decisions` waited for ever.

Now every route with a body, as the OpenAPI document lists them, is held to the same limits.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, load_knowledge

pytestmark = pytest.mark.slow


class Reply(NamedTuple):
    """What an app sends; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The service with small limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPINEGRAPH_HOOKS_FEEDBACK", str(tmp_path_factory.mktemp("hooks") / "feedback.sqlite"))
        for name in ("BODY_SECONDS", "SPARQL_BODY_SECONDS", "VALIDATION_BODY_SECONDS"):
            patch.setenv(f"SPINEGRAPH_{name}", "1")
        for name in ("SPARQL_MAX_QUERY_BYTES", "VALIDATION_MAX_BYTES"):
            patch.setenv(f"SPINEGRAPH_{name}", "1024")
        settings = Settings.from_environment(
            {"SPINEGRAPH_BODY_SECONDS": "1", "SPINEGRAPH_MAX_BODY_BYTES": "1024", "SPINEGRAPH_MAX_RECORD_BYTES": "1024"}
        )
        return create_app(settings, Engine(load_knowledge()))


APPLY = "/fhir/PlanDefinition/{name}/$apply"
APPLY_NAMED = "/fhir/PlanDefinition/$apply"
FORM = "/fhir/Questionnaire/{name}"
HOOK = "/cds-services/{name}"
BATCH = "/v1/decisions/batch"
PATHWAY = "/v1/pathways/{name}.svg"
BODIES = [
    ("/mcp", "application/json"),
    (APPLY, "application/fhir+json"),
    (APPLY, "application/json"),
    (APPLY_NAMED, "application/fhir+json"),
    (APPLY_NAMED, "application/json"),
    (f"{FORM}/$next", "application/fhir+json"),
    (f"{FORM}/$populate", "application/fhir+json"),
    (HOOK, "application/json"),
    (f"{HOOK}/feedback", "application/json"),
    ("/v1/decisions", "application/fhir+json"),
    ("/v1/decisions", "application/fhir+ndjson"),
    ("/v1/decisions", "application/json"),
    ("/v1/decisions", "application/yaml"),
    ("/v1/decisions", "text/turtle"),
    (BATCH, "application/x-ndjson"),
    (PATHWAY, "application/json"),
    (PATHWAY, "application/yaml"),
    (PATHWAY, "text/turtle"),
    ("/sparql", "application/sparql-query"),
    ("/sparql", "application/x-www-form-urlencoded"),
    ("/v1/comparison", "application/json"),
    ("/v1/preview", "application/json"),
    ("/v1/validation", "text/turtle"),
    ("/v1/validation", "application/json"),
    ("/v1/validation", "multipart/form-data"),
]
"""Path and media type of every body that a route takes, as the OpenAPI document lists them: the first test sees to that."""
NAMES = {APPLY: "spinegraph", FORM: "all", HOOK: "patient-view"}
"""What stands for the variable part of a path, where nothing is read for a name that there is not."""
QUICKLY = {("/v1/validation", "text/turtle"): b"only=syntax"}
"""Parameters for bodies that are read to their end: what else is wrong with the knowledge is not asked."""


def posted(app: FastAPI) -> list[tuple[str, str]]:
    """Path and media type of every body in the OpenAPI document."""
    return [
        (path, media_type)
        for path, methods in app.openapi()["paths"].items()
        for operation in methods.values()
        for media_type in operation.get("requestBody", {}).get("content", {})
    ]


async def _post(app: FastAPI, path: str, headers: dict[str, str], chunks: list[bytes], ends: bool) -> Reply:
    """A request whose body comes in chunks and, unless it ends, is not gone on with."""
    start = next((one for one in NAMES if path.startswith(one.partition("{")[0])), "")
    target = path.replace("{name}", NAMES[start]) if start else path
    left = list(chunks)
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        if left:
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or not ends}
        await asyncio.Event().wait()
        raise AssertionError("nothing more is sent")

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "root_path": "",
        "path": target, "raw_path": target.encode(),
        "query_string": QUICKLY.get((path, headers["content-type"]), b""), "server": ("test", 80), "client": ("test", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    return Reply(messages[0]["status"], answered, b"".join(message.get("body", b"") for message in messages[1:]))


def post(
    app: FastAPI, path: str, media_type: str, *chunks: bytes, ends: bool = True, headers: dict[str, str] | None = None
) -> Reply:
    return asyncio.run(_post(app, path, {"host": "localhost", "content-type": media_type, **(headers or {})}, list(chunks), ends))


def is_problem(reply: Reply, status: int) -> None:
    """A reply is a problem, or an outcome of FHIR; of a batch, whose other lines are answered all the same, a line is."""
    if reply.headers["content-type"] == "application/fhir+json":
        assert (reply.status, json.loads(reply.body)["resourceType"]) == (status, "OperationOutcome")
    elif reply.headers["content-type"] == "application/x-ndjson":
        lines = [json.loads(line) for line in reply.body.splitlines()]
        assert status in [line["problem"]["status"] for line in lines]
    else:
        assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")


def is_given_up(reply: Reply, status: int) -> None:
    """What remains of the body is not waited for."""
    is_problem(reply, status)
    assert reply.headers.get("connection") == "close" or reply.status == 200


def test_every_body_is_tried(hasty: FastAPI) -> None:
    assert sorted(posted(hasty)) == sorted(BODIES)
    forms = {f"{FORM}/$next", f"{FORM}/$populate", HOOK, f"{HOOK}/feedback"}
    routes = {
        "/mcp",
        APPLY,
        APPLY_NAMED,
        *forms,
        BATCH,
        "/v1/comparison",
        "/v1/decisions",
        "/v1/preview",
        "/v1/validation",
        "/sparql",
        PATHWAY,
    }
    assert {path for path, _ in BODIES} == routes


@pytest.mark.parametrize(("path", "media_type"), BODIES)
def test_a_body_that_is_not_sent_to_its_end_is_not_waited_for(hasty: FastAPI, path: str, media_type: str) -> None:
    reply = post(hasty, path, media_type, b"{", ends=False)
    is_given_up(reply, 408)


@pytest.mark.parametrize(("path", "media_type"), BODIES)
def test_no_more_than_the_limit_is_read(hasty: FastAPI, path: str, media_type: str) -> None:
    sizes: tuple[dict[str, str], ...] = ({}, {"content-length": "999999999"})
    for declared in sizes:
        reply = post(hasty, path, media_type, *([b" " * 4096] * 256), ends=False, headers=declared)
        is_given_up(reply, 413)


@pytest.mark.parametrize(("path", "media_type"), BODIES)
@pytest.mark.parametrize("wrong", ["text/plain", "", "{}; charset=utf-16"])
def test_another_media_type_is_refused(hasty: FastAPI, path: str, media_type: str, wrong: str) -> None:
    is_problem(post(hasty, path, wrong.format(media_type) if "{}" in wrong else wrong, b"{}"), 415)


@pytest.mark.parametrize(("path", "media_type"), BODIES)
def test_a_compressed_body_is_refused(hasty: FastAPI, path: str, media_type: str) -> None:
    is_problem(post(hasty, path, media_type, b"{}", headers={"content-encoding": "gzip"}), 415)


@pytest.mark.parametrize(("path", "media_type"), BODIES)
@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b'{"present": [', b"\x00"])
def test_a_broken_body_is_a_fault_of_its_sender(hasty: FastAPI, path: str, media_type: str, body: bytes) -> None:
    reply = post(hasty, path, media_type, body)
    if (path, media_type) == ("/v1/validation", "text/turtle"):
        assert reply.status == 200  # the mistake is the report
        assert b'"SG' in reply.body
    elif path == BATCH:
        is_problem(reply, 400)
    else:
        assert reply.status in (400, 422)
        is_problem(reply, reply.status)


@pytest.mark.parametrize(("path", "media_type"), BODIES)
def test_an_empty_body_is_answered(hasty: FastAPI, path: str, media_type: str) -> None:
    reply = post(hasty, path, media_type, b"")
    assert reply.status in (200, 400, 422)
