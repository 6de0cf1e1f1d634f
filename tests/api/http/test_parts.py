"""Parts of the service that are switched off: they say so, are not described, and start nothing."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from spinegraph.api.http.app import create_app
from spinegraph.api.http.parts import ROUTERS
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import PARTS, Part, Settings, read_part
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient

REQUESTS: dict[Part, tuple[str, str]] = {
    "decisions": ("POST", "/v1/decisions"),
    "sparql": ("GET", "/sparql"),
    "validation": ("POST", "/v1/validation"),
    "pages": ("GET", "/docs"),
    "hooks": ("POST", "/cds-services/patient-view"),
    "mcp": ("POST", "/mcp"),
}
"""Part → a request to it."""
ALWAYS = {"/health/live", "/health/ready", "/v1/knowledge", "/v1/search", "/v1/passages"}


def without(engine: Engine, *parts: Part) -> FastAPI:
    return create_app(Settings(off=frozenset(parts)), engine)


@pytest.fixture(scope="module")
def closed(engine: Engine) -> FastAPI:
    """The service with nothing but what is always there."""
    return without(engine, *PARTS)


@pytest.mark.parametrize(("part", "request_"), REQUESTS.items())
def test_a_part_that_is_off_says_so(closed: FastAPI, make_client: MakeClient, part: Part, request_: tuple[str, str]) -> None:
    reply = make_client(closed).request(*request_, content=b"{}", headers={"Content-Type": "application/json"})
    problem = reply.json()
    assert (reply.status_code, problem["type"].rpartition("/")[2]) == (404, "part-off")
    assert repr(part) in problem["detail"]
    assert "SPINEGRAPH_OFF" in problem["mend"]


def test_what_is_off_is_not_described(closed: FastAPI, app: FastAPI) -> None:
    described = set(closed.openapi()["paths"])
    assert described >= ALWAYS
    assert described < set(app.openapi()["paths"])
    assert described.isdisjoint(path for _, path in REQUESTS.values())


def test_what_is_off_starts_no_process(closed: FastAPI, make_client: MakeClient) -> None:
    with make_client(closed) as client:
        assert client.get("/health/ready").json()["workers"] == {"sparql": 0, "validation": 0}


def test_where_pages_are_off_the_root_lists_paths_for_programs(closed: FastAPI, make_client: MakeClient) -> None:
    client = make_client(closed)
    assert client.get("/").json()["endpoints"]
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 406


def test_a_page_that_decides_needs_both_of_its_parts(engine: Engine, make_client: MakeClient) -> None:
    client = make_client(without(engine, "decisions"))
    assert client.get("/try").status_code == 404
    assert client.get("/docs").status_code == 200


def test_without_fhir_cases_are_decided_and_records_are_not(engine: Engine, make_client: MakeClient) -> None:
    client = make_client(without(engine, "fhir"))
    assert client.post("/v1/decisions", json={"present": ["fever"]}).status_code == 200
    record = client.post("/v1/decisions", content=b"{}", headers={"Content-Type": "application/fhir+json"})
    assert (record.status_code, "fhir" in record.json()["mend"]) == (415, False)


def test_without_sparql_assistants_have_no_tool_that_asks_it(engine: Engine, make_client: MakeClient) -> None:
    def tools(*off: Part) -> set[str]:
        with make_client(without(engine, *off)) as client:
            listed = client.post(
                "http://localhost/mcp",
                json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
                headers={"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"},
            )
        return {tool["name"] for tool in listed.json()["result"]["tools"]}

    assert tools("validation") - tools("sparql", "validation") == {"query"}


def test_every_router_is_of_parts_that_exist() -> None:
    assert {part for row in ROUTERS for part in row.parts} <= set(PARTS)


def test_parts_are_named_with_commas() -> None:
    assert Settings.from_environment({"SPINEGRAPH_OFF": "sparql, validation,"}).off == {"sparql", "validation"}


def test_a_part_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingsError) as caught:
        read_part("sparkl")
    assert (caught.value.where, caught.value.what) == ("SPINEGRAPH_OFF", "There is no part 'sparkl'. Nearest: sparql.")


def test_the_client_that_all_share_has_every_part(client: httpx.Client) -> None:
    for part, (method, path) in REQUESTS.items():
        assert client.request(method, path).status_code != 404, part
