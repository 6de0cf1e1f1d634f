"""Whether the SDK of the Model Context Protocol is there, which comes with the extra `mcp`."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from spinegraph.engine import SpinegraphError

LEAST, BELOW = (2, 3), (3, 0)
"""Versions of the SDK that this door is made for, as the extra has them."""
INSTALL = "Install the extra: pip install 'spinegraph[mcp]'."


class AssistantsNotInstalledError(SpinegraphError):
    """The door for assistants needs a library that is not installed here."""

    title = "The door for assistants is not installed"


def require_sdk() -> None:
    """Raise AssistantsNotInstalledError where the SDK is not installed, or in a version that is not understood."""
    try:
        found = version("mcp")
    except PackageNotFoundError as error:
        what = "The SDK of the Model Context Protocol is not installed."
        raise AssistantsNotInstalledError(what, where="mcp", mend=INSTALL) from error
    numbers = re.match(r"(\d+)\.(\d+)", found)
    if not numbers or not LEAST <= (int(numbers[1]), int(numbers[2])) < BELOW:
        raise AssistantsNotInstalledError(
            f"Version {found} of the SDK of the Model Context Protocol is installed, not 2.3 or a later 2.",
            where="mcp",
            mend=INSTALL,
        )
