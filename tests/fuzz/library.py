"""`python -m tests.fuzz --library N`: so many made-up inputs at every door, in process, where a fault is an exception."""

from __future__ import annotations

import logging
import re
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, load_knowledge, make_codebook
from starlette.testclient import TestClient

from tests.fuzz.doors import Door, doors_of
from tests.fuzz.serving import with_feedback
from tests.fuzz.tables import decide_sheet, sheets
from tests.fuzz.turtle import guidelines, validate_guideline

LONGEST_LINE = 2_000
"""So many characters of each part of a fault are printed: the input may be large."""


@contextmanager
def open_doors(engine: Engine, folder: Path) -> Iterator[list[Door]]:
    """All doors, with the service open behind those that have one; what it keeps lies in the folder."""
    book = make_codebook(engine.knowledge)
    with with_feedback(folder):
        app = create_app(Settings(), engine)
    with TestClient(app) as client:
        yield [
            *doors_of(client),
            Door("tables", sheets(), lambda sheet: decide_sheet(engine, book, sheet), cost=4),
            Door("guidelines", guidelines(), validate_guideline, cost=10),
        ]


def try_door(door: Door, examples: int, number: int | None = None) -> Counter[str]:
    """Put so many made-up inputs at a door, and count what came of them. `number`: other examples than always the same.

    Raises what the door does, with the smallest input that hypothesis finds.
    """
    found: Counter[str] = Counter()
    phases = (Phase.explicit, Phase.generate, Phase.shrink)

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=number is None, phases=phases, print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(door.made)
    def put(one: object) -> None:
        found[door.put(one)] += 1

    (put if number is None else seed(number)(put))()
    return found


def fuzz_library(examples: int, number: int, only: str = "") -> int:
    """Try every door, and print a line for each; how many have a fault."""
    faults = 0
    logging.getLogger("spinegraph").addHandler(logging.NullHandler())  # what is raised is printed here
    logging.getLogger("spinegraph").propagate = False
    with tempfile.TemporaryDirectory() as folder, open_doors(Engine(load_knowledge()), Path(folder)) as doors:
        for door in doors:
            if not re.search(only, door.name):
                continue
            start = time.monotonic()
            try:
                counts = try_door(door, max(examples // door.cost, 1), number)
                came = ", ".join(f"{count:,} {what}" for what, count in counts.most_common())
            except Exception as error:  # noqa: BLE001 (every door is tried, and its fault shown)
                faults += 1
                came = "FAULT\n" + "".join(line[:LONGEST_LINE] for line in traceback.format_exception(error, limit=-6))
            print(f"{door.name:<20} {time.monotonic() - start:6.0f} s  {came}", flush=True)
    return faults
