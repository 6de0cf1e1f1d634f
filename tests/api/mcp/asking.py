"""Assistants of one's own: clients of the SDK, which check every answer against its schema."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from mcp import Client, MCPError, StdioServerParameters
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, TextContent

from tests.patience import HUNG

T = TypeVar("T")
Target = MCPServer | StdioServerParameters | str
RED_FLAG: dict[str, Any] = {
    "present": ["back_pain_left_mid_lower", "muscle_spasm", "urinary_retention", "saddle_anesthesia"],
    "absent": ["fever"],
    "measurements": {"age_years": 54, "duration_weeks": 1},
}
MRI = "lumbar-mri-in-suspected-cauda-equina"


class Reply(NamedTuple):
    """What a tool replied: its data, or the problem; `text` is what an assistant reads."""

    text: str
    data: Any
    refused: bool


def reply_of(result: CallToolResult) -> Reply:
    """The one text of a result, and what it says as data; of an answer, the structured content has to say the same."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    data = json.loads(content.text)
    assert result.structured_content == (None if result.is_error else data)
    return Reply(content.text, data, bool(result.is_error))


def talk(target: Target, conversation: Callable[[Client], Awaitable[T]], mode: str = "auto") -> T:
    """Hold a conversation with a server: in memory, with a process, or at a URL. Raises the MCPError that it ends with."""

    async def held() -> T | MCPError:
        async with asyncio.timeout(2 * HUNG), Client(target, mode=mode) as client:
            try:
                return await conversation(client)
            except MCPError as error:  # raised in here, it would come wrapped in groups of tasks
                return error

    outcome = asyncio.run(held())
    if isinstance(outcome, MCPError):
        raise outcome
    return outcome


def call(target: Target, tool: str, **arguments: Any) -> Reply:
    """One call of a tool."""

    async def one(client: Client) -> Reply:
        return reply_of(await client.call_tool(tool, arguments))

    return talk(target, one)


async def take_a_history(client: Client) -> list[Reply]:
    """A scripted conversation: find the codes, decide, ask, add the answer, decide again, explain, suppose, look up."""
    replies: list[Reply] = []

    async def say(tool: str, **arguments: Any) -> Any:
        replies.append(reply_of(await client.call_tool(tool, arguments)))
        assert not replies[-1].refused, replies[-1].text
        return replies[-1].data

    found = await say("find_codes", text="low back pain", kind="finding")
    case: dict[str, Any] = {"present": [found["found"][0]["code"]]}
    assert (await say("decide", case=case))["brief"]["level"] == "undetermined"
    first = (await say("next_screen", case=case))["screen"]
    assert first["items"]
    later = {**case, "present": [*case["present"], "urinary_retention", "saddle_anesthesia"], "measurements": {"age_years": 54}}
    brief = (await say("decide", case=later))["brief"]
    assert brief["level"] == "emergency"
    pressing = brief["do"][0]["recommendations"][0]
    proof = await say("explain", case=later, recommendation=pressing)
    assert proof["verdict"] in ("indicated", "provisional")
    supposed = {**later, "present": case["present"], "absent": ["urinary_retention", "saddle_anesthesia"]}
    compared = await say("what_if", case=later, other=supposed)
    assert pressing in [verdict["recommendation"] for verdict in compared["verdicts"]]
    assert (await say("tensions", case=later))["tensions"]
    asked = "PREFIX core: <https://w3id.org/spinegraph/core/> SELECT (COUNT(*) AS ?n) { ?rule a core:Recommendation }"
    assert (await say("query", query=asked))["answer"].startswith("?n\n")
    return replies
