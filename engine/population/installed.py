"""Whether the libraries for tables are there, which come with the extra `population`."""

from __future__ import annotations

from importlib.util import find_spec

from spinegraph.engine.errors import PopulationError

NEEDED = ("numpy", "pyarrow")


def require_libraries() -> None:
    """Raise PopulationError where one is not installed."""
    for name in NEEDED:
        if find_spec(name) is None:
            raise PopulationError(f"{name} is not installed.", mend="Install the extra: pip install 'spinegraph[population]'.")
