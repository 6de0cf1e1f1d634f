"""What can be set about the door for assistants."""

from __future__ import annotations

import logging

import pytest
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.server import make_mcp_server
from spinegraph.api.mcp_settings import McpSettings
from spinegraph.api.setting import SettingsError


def test_answers_have_a_limit_that_can_be_set() -> None:
    assert McpSettings.from_environment({}) == McpSettings(max_answer_bytes=65536)
    assert McpSettings.from_environment({"SPINEGRAPH_MCP_MAX_ANSWER_BYTES": "2048"}) == McpSettings(max_answer_bytes=2048)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SPINEGRAPH_MCP_MAX_ANSWER_BYTES", "1"),
        ("SPINEGRAPH_MCP_MAX_ANSWER_BYTES", "many"),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        McpSettings.from_environment({name: value})
    assert refused.value.where == name


def test_a_server_leaves_the_log_of_the_process_alone(guidelines: Guidelines, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    make_mcp_server(guidelines)
    assert (root.handlers, root.level) == ([], level)
