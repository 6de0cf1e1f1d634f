"""The MCP server: tools, resources and the prompt on one knowledge, whichever way assistants reach it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS
from pydantic import Field
from spinegraph.api.arguments import require_known
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.resources import add_resources
from spinegraph.api.mcp.tools import make_tools
from spinegraph.api.mcp.words import HISTORY, INSTRUCTIONS, history
from spinegraph.api.problems import ParameterError, members_of
from spinegraph.engine.knowledge.words import unshown_character

LONGEST_STORY = 20_000
"""Characters of what the prompt repeats."""


def make_mcp_server(guidelines: Guidelines) -> MCPServer:
    """A server, not yet connected. It keeps nothing between calls, so that one serves any number of clients."""
    with _own_logging():
        server = MCPServer(
            "spinegraph",
            title="Spinegraph",
            description="Computable clinical guidelines: a verdict for each recommendation, with its proof.",
            instructions=INSTRUCTIONS,
            version=_version(),
            tools=make_tools(guidelines),
            subscriptions=False,
        )
    add_resources(server, guidelines)

    @server.prompt(title="Take a history", description="Take a patient's history, screen by screen, and say what follows.")
    def take_history(
        audience: Annotated[str, Field(description="`clinician` or `patient`: who answers.")] = "clinician",
        story: Annotated[str, Field(description="What the user has told so far, in words.")] = "",
    ) -> str:
        try:
            return _history(audience, story)
        except ParameterError as error:
            raise MCPError(code=INVALID_PARAMS, message=f"{error.what} {error.mend}", data=members_of(error)) from error

    return server


def _history(audience: str, story: str) -> str:
    """The prompt. Raises ParameterError."""
    require_known(audience, HISTORY, "audience", "/audience")
    if unshown := unshown_character(story):
        raise ParameterError(f"'story' has a character that nobody can read: {unshown}.", where="/story", mend="Take it out.")
    if len(story) > LONGEST_STORY:
        raise ParameterError(f"'story' has more than {LONGEST_STORY:,} characters.", where="/story", mend="Shorten it.")
    return history("patient" if audience == "patient" else "clinician", " ".join(story.split()))


@contextmanager
def _own_logging() -> Iterator[None]:
    """The SDK gives the root logger a handler of its own where it has none; how we log is for us to say."""
    root, placeholder = logging.getLogger(), logging.NullHandler()
    root.addHandler(placeholder)
    try:
        yield
    finally:
        root.removeHandler(placeholder)


def _version() -> str:
    try:
        return version("spinegraph")
    except PackageNotFoundError:
        return "0+uninstalled"
