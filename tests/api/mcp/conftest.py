"""An MCP server on the shipped knowledge, in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mcp.server.mcpserver import MCPServer
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.server import make_mcp_server
from spinegraph.api.mcp_settings import McpSettings
from spinegraph.api.sparql_settings import SparqlSettings, make_query_service
from spinegraph.engine import MAX_BYTES, Codebook, Engine
from spinegraph.engine.query.limits import QueryLimits

LIMITS = QueryLimits(timeout_seconds=10, cpu_seconds=1, workers=1)


@pytest.fixture(scope="package")
def guidelines(engine: Engine, codebook: Codebook) -> Iterator[Guidelines]:
    """No process is started before the first query."""
    queries = make_query_service(SparqlSettings(limits=LIMITS))
    yield Guidelines(engine, codebook, queries, McpSettings(), MAX_BYTES)
    queries.close()


@pytest.fixture(scope="package")
def server(guidelines: Guidelines) -> MCPServer:
    return make_mcp_server(guidelines)
