"""Whether the SDK of the Model Context Protocol is there, which comes with the extra `mcp`."""

from __future__ import annotations

from importlib.util import find_spec

from spinegraph.engine import SpinegraphError


class AssistantsNotInstalledError(SpinegraphError):
    """The door for assistants needs a library that is not installed here."""

    title = "The door for assistants is not installed"


def require_sdk() -> None:
    """Raise AssistantsNotInstalledError where the SDK is not installed."""
    if find_spec("mcp") is None:
        raise AssistantsNotInstalledError(
            "The SDK of the Model Context Protocol is not installed.",
            where="mcp",
            mend="Install the extra: pip install 'spinegraph[mcp]'.",
        )
