"""One engine in a process of its own, which ends at its limit with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from rdflib import Graph

TOLD = 800
"""So many characters at the end of what a failed engine says are shown."""


class Failure(Exception):  # noqa: N818 (it is not ours)
    """An engine ended without an answer."""


def answer_of(engine: str, data: Path, shapes: Path, limit: float) -> Graph:
    """What an engine of `ENGINES` concludes within so many seconds. Raises subprocess.TimeoutExpired, and Failure with what it
    said."""
    answer, said = data.with_name("answer.nt"), data.with_name("said.txt")
    command = [sys.executable, "-m", "tests.portable.limited", engine, str(data), str(shapes), str(answer)]
    with said.open("wb") as noted:
        process = subprocess.Popen(command, stdout=noted, stderr=noted, start_new_session=True)
        try:
            code = process.wait(max(limit, 0))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    if code:
        raise Failure(said.read_text(encoding="utf-8", errors="replace").strip()[-TOLD:] or f"it ended with {code}")
    return Graph().parse(answer, format="nt")


def main() -> None:
    from tests.portable.engines import ENGINES

    engine, *places = sys.argv[1:]
    data, shapes, answer = map(Path, places)
    ENGINES[engine](data, shapes).serialize(answer, format="nt", encoding="utf-8")


if __name__ == "__main__":
    main()
