"""The resources and the prompt."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.server.mcpserver import MCPServer
from mcp_types import TextContent, TextResourceContents
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.words import ONLY_WHAT_WAS_SAID

from tests.api.mcp.asking import MRI, talk


def read(server: MCPServer, path: str) -> Any:
    async def one(client: Client) -> Any:
        (content,) = (await client.read_resource(f"spinegraph://{path}")).contents
        assert isinstance(content, TextResourceContents)
        assert content.mime_type == "application/json"
        return json.loads(content.text)

    return talk(server, one)


def prompt(server: MCPServer, **arguments: str) -> str:
    async def one(client: Client) -> str:
        (message,) = (await client.get_prompt("take_history", arguments)).messages
        assert isinstance(message.content, TextContent)
        return message.content.text

    return talk(server, one)


def test_a_passage_comes_with_its_neighbours(server: MCPServer) -> None:
    content = read(server, "passage/000-L033a")
    assert content["passage"]["review_status"] == "pending"
    assert [one["id"] for one in content["neighbours"]] == ["000-L032g", "000-L033b"]
    assert content["disclaimer"]


def test_a_rule_says_when_it_holds(server: MCPServer) -> None:
    content = read(server, f"rule/{MRI}")
    assert content["rule"]["urgency"] == "emergency"
    assert content["scope"][0].startswith("back pain on any side")
    assert "    urinary retention: present [000-L032b]" in content["criterion"]
    assert set(content["rule"]["passages"]) == set(content["passages"])


def test_every_rule_and_passage_can_be_read(server: MCPServer, guidelines: Guidelines) -> None:
    async def every(client: Client) -> int:
        knowledge = guidelines.engine.knowledge
        for rule in knowledge.rules.values():
            await client.read_resource(f"spinegraph://rule/{rule.id}")
        for passage in list(knowledge.passages.values())[::20]:
            await client.read_resource(f"spinegraph://passage/{passage.id}")
        return len(knowledge.rules)

    assert talk(server, every) > 100


def test_the_documents_are_listed(server: MCPServer) -> None:
    async def listed(client: Client) -> list[str]:
        return sorted(one.uri for one in (await client.list_resources()).resources)

    assert talk(server, listed) == [f"spinegraph://source/{number}" for number in ("000", "001", "002")]
    assert read(server, "source/001")["source"]["review_status"] == "none"


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("rule/stay-activ", "There is no rule 'stay-activ'. Nearest: stay-active"),
        ("passage/000-L999z", "There is no passage '000-L999z'."),
        ("source/999", "There is no source '999'."),
        ("rule/%00", "Unknown resource"),
        ("rule/..%2f..%2fetc", "Unknown resource"),
        ("patient/1", "Unknown resource"),
    ],
)
def test_what_there_is_not_is_refused(server: MCPServer, path: str, what: str) -> None:
    with pytest.raises(MCPError, match=what.replace(".", r"\.")):
        read(server, path)


def test_the_prompt_keeps_to_what_was_said(server: MCPServer) -> None:
    for audience, who in (("clinician", "me, a clinician"), ("patient", "I am the patient")):
        told = prompt(server, audience=audience, story="My back\n hurts.")
        assert who in told
        assert "So far: My back hurts." in told
        assert ONLY_WHAT_WAS_SAID in told
        assert f"`{audience}`" in told
    assert "I have told you nothing yet" in prompt(server)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"audience": "lawyer"}, "There is no audience 'lawyer'"),
        ({"story": "a\x1b[2J"}, r"U\+001B at character 2"),
        ({"story": "a" * 20_001}, "more than 20,000 characters"),
    ],
)
def test_a_prompt_that_cannot_be_is_refused(server: MCPServer, arguments: dict[str, str], what: str) -> None:
    with pytest.raises(MCPError, match=what):
        prompt(server, **arguments)


def test_the_server_says_how_it_is_to_be_used(server: MCPServer) -> None:
    async def instructions(client: Client) -> str:
        return client.instructions or ""

    assert ONLY_WHAT_WAS_SAID in talk(server, instructions)
