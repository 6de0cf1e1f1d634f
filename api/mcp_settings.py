"""What can be set about the door for assistants (Model Context Protocol)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from spinegraph.api.settings import SettingsError, limits_from
from spinegraph.engine.errors import shortened

HOSTS = "SPINEGRAPH_MCP_HOSTS"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True)
class McpSettings:
    """Settings of the door; `from_environment` reads them from variables.

    | field              | variable                          | meaning                                                          |
    |--------------------|-----------------------------------|------------------------------------------------------------------|
    | `hosts`            | `SPINEGRAPH_MCP_HOSTS`            | names, with commas, under which /mcp may be asked; local if none |
    | `max_answer_bytes` | `SPINEGRAPH_MCP_MAX_ANSWER_BYTES` | bytes of an answer to `query`, 1024 to 16777215; default 65536  |
    """

    hosts: tuple[str, ...] = LOCAL_HOSTS
    max_answer_bytes: int = 1 << 16

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> McpSettings:
        """Settings from SPINEGRAPH_MCP_* variables. Raises SettingsError, which names the variable."""
        named = tuple(filter(None, (name.strip() for name in environment.get(HOSTS, "").split(","))))
        for name in named:
            if not _HOST.fullmatch(name):
                raise SettingsError(
                    f"{shortened(name)} is no name of a host.", where=HOSTS, mend="Give names or addresses, without ports."
                )
        limits = limits_from(environment, {"max_answer_bytes": ("SPINEGRAPH_MCP_MAX_ANSWER_BYTES", range(1024, 1 << 24))})
        return cls(hosts=tuple(dict.fromkeys((*LOCAL_HOSTS, *(name.lower() for name in named)))), **limits)
