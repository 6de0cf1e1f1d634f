"""`make fuzz`: schemathesis sends what the OpenAPI document allows and forbids to a live service, and judges the answers.

It needs the extra `fuzz`. Nothing may be a 5xx that the document does not name; media types, statuses and schemas are those of
the document. Exit 1 if anything is found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from spinegraph.api.http.app import create_app

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
    asked = parser.parse_args()
    with serving(create_app()) as port:
        command = [
            str(SCHEMATHESIS), "--config-file", str(HERE / "schemathesis.toml"), "run", f"http://127.0.0.1:{port}/openapi.json",
            "--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", str(asked.cases),
            "--seed", str(asked.seed), "--request-timeout", str(REQUEST_SECONDS),
            *(["--include-path-regex", asked.paths] if asked.paths else []),
        ]  # fmt: skip
        return subprocess.run(command, env={**os.environ, **HOOKS}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
