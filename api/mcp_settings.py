"""What can be set about the door for assistants (Model Context Protocol)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from spinegraph.api.settings import limits_from


@dataclass(frozen=True)
class McpSettings:
    """Settings of the door; `from_environment` reads them from variables.

    | field              | variable                          | meaning                                                         |
    |--------------------|-----------------------------------|-----------------------------------------------------------------|
    | `max_answer_bytes` | `SPINEGRAPH_MCP_MAX_ANSWER_BYTES` | bytes of an answer to `query`, 1024 to 16777215; default 65536  |
    """

    max_answer_bytes: int = 1 << 16

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> McpSettings:
        """Settings from SPINEGRAPH_MCP_* variables. Raises SettingsError, which names the variable."""
        return cls(**limits_from(environment, {"max_answer_bytes": ("SPINEGRAPH_MCP_MAX_ANSWER_BYTES", range(1024, 1 << 24))}))
