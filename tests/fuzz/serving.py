"""The service with all that it can do, for those that put made-up requests to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock


@contextmanager
def with_feedback(folder: Path) -> Iterator[None]:
    """The environment in which a service that is made keeps the feedback on cards, in a folder."""
    with mock.patch.dict(os.environ, {"SPINEGRAPH_HOOKS_FEEDBACK": str(folder / "feedback.sqlite")}):
        yield
