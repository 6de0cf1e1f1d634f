"""Loading and compiling grow linearly with what is installed: the calls are counted, nothing is timed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import named_paths

from bench.growth import write_copies

pytestmark = pytest.mark.slow

COPIES = 3
MOST = 1.05
"""More work per copy than this is more than linear."""


def _calls(paths: tuple[Path, ...]) -> int:
    """The calls of Python and C functions while the files are loaded and compiled."""
    counted = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        Engine(load_knowledge(paths))
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("shared_vocabulary", [False, True], ids=["names of their own", "one vocabulary"])
def test_copies_of_the_content_take_as_much_work_each(shared_vocabulary: bool, tmp_path: Path) -> None:
    folders = write_copies(tmp_path, COPIES, shared_vocabulary)
    one, several = (_calls(named_paths(*chosen)) for chosen in (folders[:1], folders))
    assert one > 100_000
    assert several / COPIES / one <= MOST
