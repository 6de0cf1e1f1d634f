"""`spinegraph mcp`: the door for assistants over standard input and output."""

from __future__ import annotations

from spinegraph.api.cli.cases import GuidelineOption, KnowledgeOption
from spinegraph.api.mcp.installed import require_sdk
from spinegraph.api.settings import Settings, load_engine


def mcp_command(guideline: GuidelineOption = None, knowledge: KnowledgeOption = None) -> None:
    """Serve the guidelines to an assistant that starts this command (Model Context Protocol)."""
    require_sdk()
    from spinegraph.api.mcp.guidelines import Guidelines
    from spinegraph.api.mcp.server import make_mcp_server
    from spinegraph.api.mcp_settings import McpSettings
    from spinegraph.api.sparql_settings import SparqlSettings, make_query_service
    from spinegraph.engine import make_codebook

    settings = Settings.from_environment()
    folders = tuple(knowledge or settings.knowledge)
    engine = load_engine(folders).of_packages(guideline or settings.guideline)
    queries = make_query_service(SparqlSettings.from_environment(), folders)
    assistants = McpSettings.from_environment()
    guidelines = Guidelines(engine, make_codebook(engine.knowledge), queries, assistants, settings.max_body_bytes)
    try:
        make_mcp_server(guidelines).run("stdio")
    finally:
        queries.close()
