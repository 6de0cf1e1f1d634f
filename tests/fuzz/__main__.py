"""`make fuzz`: made-up requests, to a live service by schemathesis, and at every door in process by hypothesis.

Schemathesis, of the extra `fuzz`, sends what the OpenAPI document allows and forbids, and judges the answers: nothing may be
a 5xx that the document does not name; media types, statuses and schemas are those of the document. Exit 1 if anything is found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from spinegraph.api.http.app import create_app

from tests.fuzz.library import fuzz_library
from tests.fuzz.serving import with_feedback
from tests.serving import serving

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
HOOKS = {"SCHEMATHESIS_HOOKS": "tests.fuzz.lines", "PYTHONPATH": str(HERE.parent.parent)}
REQUEST_SECONDS = 60


def main() -> int:
    """Run it; what schemathesis says goes to the terminal."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Send made-up requests to every operation.")
    parser.add_argument("--cases", type=int, default=30, help="made-up requests for each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--paths", default="", help="a regular expression: only these paths")
    parser.add_argument(
        "--library", type=int, default=0, metavar="N", help="instead, put so many inputs at each door, in process"
    )
    parser.add_argument("--doors", default="", help="of these a regular expression: only these doors")
    asked = parser.parse_args()
    if asked.library:
        return 1 if fuzz_library(asked.library, asked.seed, asked.doors) else 0
    with tempfile.TemporaryDirectory() as folder, with_feedback(Path(folder)), serving(create_app()) as port:
        command = [
            str(SCHEMATHESIS), "--config-file", str(HERE / "schemathesis.toml"), "run", f"http://127.0.0.1:{port}/openapi.json",
            "--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", str(asked.cases),
            "--seed", str(asked.seed), "--request-timeout", str(REQUEST_SECONDS), "--max-response-time", str(REQUEST_SECONDS),
            *(["--include-path-regex", asked.paths] if asked.paths else []),
        ]  # fmt: skip
        return subprocess.run(command, env={**os.environ, **HOOKS}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
