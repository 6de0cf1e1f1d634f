"""What is refused: in the words of the HTTP service, with what is wrong, where, and how to mend it; nothing is decided."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult
from spinegraph.api.mcp import deciding
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.server import make_mcp_server
from spinegraph.api.problems import TYPE_BASE, members_of
from spinegraph.engine import MAX_BYTES
from spinegraph.engine.errors import QueryError
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.results import MediaTypes

from tests.api.http.hostile_queries import DEEP, EXPENSIVE, FEDERATED, UPDATES
from tests.api.http.test_errors import BAD
from tests.api.mcp.asking import RED_FLAG, Reply, call, reply_of, talk

CASES = {name: body for name, (status, body, kind) in BAD.items() if kind == "application/json" and status == 422}
QUERIES = {
    "service": FEDERATED["service"],
    "service nested": FEDERATED["service nested"],
    "service escaped": FEDERATED["service escaped"],
    "load of a file": UPDATES["load of a file"],
    "insert": UPDATES["insert"],
    "update behind a query": UPDATES["update behind a query"],
    "no query": "fever?",
    "nothing": "",
    "half a character": "ASK { ?s ?p '\ud800' }",
    "a character that none may have": "ASK { ?s ?p \x00 }",
    "too long": "#" * (1 << 19),
    "too deep": DEEP["braces"],
}


def as_called(server: MCPServer, tool: str, arguments: dict[str, Any]) -> Reply:
    """A call as it comes, even with what no client of the SDK can send."""
    result = asyncio.run(server.call_tool(tool, arguments))
    assert isinstance(result, CallToolResult)
    result.model_dump_json()
    return reply_of(result)


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_refused_as_over_http(server: MCPServer, client: httpx.Client, name: str) -> None:
    over_http = client.post("/v1/decisions", content=CASES[name], headers={"Content-Type": "application/json"}).json()
    reply = as_called(server, "decide", {"case": json.loads(CASES[name])})
    assert reply.refused
    same = {member: value for member, value in over_http.items() if member not in ("status", "instance", "where", "request_id")}
    where = f"case, {over_http['where']}" if "where" in over_http else "case"
    assert reply.data == {**same, "where": where}


@pytest.mark.parametrize("tool", ["decide", "next_screen", "explain", "what_if", "tensions"])
def test_every_tool_refuses_a_case_that_cannot_be(server: MCPServer, tool: str) -> None:
    needed: dict[str, dict[str, Any]] = {"explain": {"recommendation": "stay-active"}, "what_if": {"other": {}}}
    reply = call(server, tool, case={"present": ["feverr"]}, **needed.get(tool, {}))
    assert (reply.refused, reply.data["type"]) == (True, TYPE_BASE + "unknown-code")
    assert reply.data["unknown"] == [{"code": "feverr", "at": "/present/0", "nearest": ["fever"]}]


def test_the_second_case_is_named(server: MCPServer) -> None:
    reply = call(server, "what_if", case={}, other={"presnt": []})
    assert (reply.refused, reply.data["where"]) == (True, "other, /presnt")


@pytest.mark.parametrize(
    ("tool", "arguments", "where"),
    [
        ("decide", {}, "/case"),
        ("decide", {"csae": {}}, "/csae"),
        ("decide", {"case": {}, "view": "full"}, "/view"),
        ("decide", {"case": {}, "view": 7}, "/view"),
        ("decide", {"case": None}, "case, /"),
        ("decide", {"case": []}, "case, /"),
        ("decide", {"case": "not JSON"}, "case, line 1, column 1"),
        ("decide", {"case": '{"present": [], "present": []}'}, "case, line 1, column 17"),
        ("what_if", {"case": {}}, "/other"),
        ("explain", {"case": {}}, "/"),
        ("explain", {"case": {}, "recommendation": 7}, "/recommendation"),
        ("explain", {"case": {}, "recommendation": "stay-activ"}, "/recommendation"),
        ("explain", {"case": {}, "recommendation": "\ud800\x1b[2J"}, "/recommendation"),
        ("find_codes", {"text": ["fever"]}, "/text"),
        ("find_codes", {"text": "fever\x07"}, "/text"),
        ("find_codes", {"text": "\udfff"}, "/text"),
        ("find_codes", {"text": "a" * 201}, "/text"),
        ("find_codes", {"text": "a", "kind": "patient"}, "/kind"),
        ("find_codes", {"text": "a", "limit": "10"}, "/limit"),
        ("find_codes", {"text": "a", "limit": 0}, "/limit"),
        ("query", {"query": ["ASK {}"]}, "/query"),
        ("query", {"sparql": "ASK {}"}, "/sparql"),
    ],
)
def test_an_argument_that_cannot_be_is_refused(server: MCPServer, tool: str, arguments: dict[str, Any], where: str) -> None:
    reply = as_called(server, tool, arguments)
    assert (reply.refused, reply.data["where"]) == (True, where), reply.text
    assert reply.data["detail"]
    assert reply.data["mend"]


OF_CASES: dict[str, dict[str, Any]] = {
    "decide": {}, "next_screen": {}, "tensions": {}, "what_if": {"other": RED_FLAG}, "explain": {"recommendation": "stay-active"},
}  # fmt: skip


@pytest.mark.parametrize("tool", OF_CASES)
def test_a_package_that_is_not_there_is_refused_and_one_that_is_asked(server: MCPServer, tool: str) -> None:
    arguments = {"case": RED_FLAG, **OF_CASES[tool]}
    refused = as_called(server, tool, {**arguments, "guideline": ["nose"]})
    assert (refused.refused, refused.data["where"]) == (True, "/guideline")
    assert "There is no package 'nose'" in refused.data["detail"]
    every, none = (as_called(server, tool, {**arguments, **asked}) for asked in ({"guideline": ["all"]}, {}))
    assert (every.refused, every.data) == (False, none.data)


def test_what_is_meant_is_named(server: MCPServer) -> None:
    assert "did you mean 'case'?" in call(server, "decide", csae={}).data["detail"]
    assert "stay-active" in call(server, "explain", case={}, recommendation="stay-activ").data["mend"]


@pytest.mark.parametrize(
    "code", ["fever\x00", "\x1b[2Jfever", "fever\ud800", "\udfff" * 300, "fever\u202e", "a" * 100_000], ids=range(6)
)
def test_a_code_that_nobody_can_read_is_refused(server: MCPServer, code: str) -> None:
    reply = as_called(server, "decide", {"case": {"present": [code]}})
    assert (reply.refused, reply.data["type"]) == (True, TYPE_BASE + "unknown-code")
    assert len(reply.text) < 2000
    reply.text.encode()


@pytest.mark.parametrize(
    "case",
    [
        {"present": ["x" * 20] * 100_000},
        {"present": [f"code{number}" for number in range(200_000)]},
        {"narrative": "a" * MAX_BYTES},
    ],
    ids=["repeated", "many", "words"],
)
def test_a_huge_case_is_refused(server: MCPServer, case: dict[str, Any]) -> None:
    reply = as_called(server, "decide", {"case": case})
    assert (reply.refused, reply.data["type"]) == (True, TYPE_BASE + "case-too-large")


def test_a_case_nested_without_end_is_refused(server: MCPServer) -> None:
    deep: Any = "fever"
    for _ in range(100_000):
        deep = [deep]
    try:
        reply = as_called(server, "decide", {"case": {"present": deep}})
        assert (reply.refused, reply.data["detail"]) == (True, "This is nested too deeply.")
    finally:
        while isinstance(deep, list):  # taken apart from the outside: Python would do it recursively
            deep = deep.pop()


def test_many_unknown_codes_are_counted(server: MCPServer) -> None:
    reply = call(server, "decide", case={"present": [f"code{number}" for number in range(5000)]})
    assert (reply.refused, reply.data["type"]) == (True, TYPE_BASE + "unknown-code")
    assert len(reply.data["unknown"]) + reply.data["more"] == 5000
    assert len(reply.text) < 10_000


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_refused_by_the_service_of_the_endpoint(server: MCPServer, guidelines: Guidelines, name: str) -> None:
    query = QUERIES[name].replace("TRAP", "http://127.0.0.1:9/")
    wanted = MediaTypes(select="text/csv", ask="application/json", graph="text/turtle")
    assert guidelines.queries
    with pytest.raises(QueryError) as refused:
        guidelines.queries.answer_now(Question(query=query, wanted=wanted))
    reply = as_called(server, "query", {"query": query})
    assert (reply.refused, reply.data) == (True, members_of(refused.value))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cross join", "paths in paths", "strings that grow"])
def test_a_query_that_takes_too_much_is_stopped_and_the_next_is_answered(server: MCPServer, name: str) -> None:
    reply = call(server, "query", query=EXPENSIVE[name])
    assert (reply.refused, reply.data["type"]) == (True, TYPE_BASE + "query-timeout")
    assert reply.data["limit"]
    assert json.loads(call(server, "query", query="ASK { ?s ?p ?o }").data["answer"])["boolean"] is True


@pytest.mark.slow
def test_an_answer_is_whole_or_refused(server: MCPServer) -> None:
    reply = call(server, "query", query="SELECT * { ?s ?p ?o } LIMIT 5000")
    assert (reply.refused, reply.data["limit"], reply.data["allowed"]) == (True, "max_answer_bytes", 65536)


def test_a_fault_of_the_service_is_logged_and_not_told(
    guidelines: Guidelines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(deciding, "_outcome", broken)
    with caplog.at_level(logging.ERROR, "spinegraph"):
        reply = call(make_mcp_server(guidelines), "what_if", case=RED_FLAG, other=RED_FLAG)
    assert reply.refused
    assert "secret" not in reply.text
    assert reply.data["instance"] in caplog.text
    assert "a secret of the inside" in caplog.text


def test_a_tool_that_there_is_not_is_refused(server: MCPServer) -> None:
    async def prescribe(client: Client) -> CallToolResult:
        return await client.call_tool("prescribe", {})

    result = talk(server, prescribe)
    assert result.is_error
    assert "Unknown tool: prescribe" in str(result.content)
