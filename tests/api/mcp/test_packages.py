"""Assistants who ask one package beside another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from mcp.server.mcpserver import MCPServer
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.server import make_mcp_server
from spinegraph.api.mcp_settings import McpSettings
from spinegraph.api.sparql_settings import SparqlSettings, make_query_service
from spinegraph.engine import MAX_BYTES, Engine, load_knowledge, make_codebook
from spinegraph.engine.knowledge.files import SHIPPED, named_paths
from spinegraph.engine.knowledge.installed import shipped_packages

from tests.api.mcp.asking import MRI, RED_FLAG, call

ANKLE = "ankle-and-foot"


@pytest.fixture(scope="module")
def both() -> Iterator[MCPServer]:
    folders = [folder for name in (SHIPPED, ANKLE) for folder in shipped_packages()[name]]
    knowledge = load_knowledge(named_paths(*folders))
    queries = make_query_service(SparqlSettings())
    guidelines = Guidelines(Engine(knowledge), make_codebook(knowledge), queries, McpSettings(), MAX_BYTES)
    yield make_mcp_server(guidelines)
    queries.close()


def asked(server: MCPServer, tool: str, *packages: str, **more: Any) -> dict[str, Any]:
    reply = call(server, tool, case=RED_FLAG, guideline=list(packages), **more)
    assert not reply.refused, reply.text
    data: dict[str, Any] = reply.data
    return data


def test_every_tool_about_a_case_asks_the_packages_that_are_named(both: MCPServer) -> None:
    assert asked(both, "decide", SHIPPED)["brief"]["level"] == "emergency"
    assert asked(both, "decide", ANKLE)["brief"]["level"] == "undetermined"
    assert asked(both, "explain", SHIPPED, recommendation=MRI)["verdict"] == "indicated"
    refused = call(both, "explain", case=RED_FLAG, guideline=[ANKLE], recommendation=MRI)
    assert (refused.refused, refused.data["where"]) == (True, "/recommendation")
    assert asked(both, "tensions", ANKLE)["tensions"] == []
    other = {"present": ["back_pain_left_mid_lower"]}
    changed = [asked(both, "what_if", package, other=other)["verdicts"] for package in (SHIPPED, ANKLE)]
    assert MRI in {one["recommendation"] for one in changed[0]}
    assert changed[1] == []
