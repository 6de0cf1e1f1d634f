"""The app of docs/integrate.md in JavaScript, run by Node against a service: it prints what the page shows.

`make foreign`, or `python -m tests.foreign.guide`.
"""

from __future__ import annotations

import subprocess
import sys

from spinegraph.api.http.app import create_app

from tests.console import SERVICE
from tests.pages import TEN_LINES, programs
from tests.patience import HUNG
from tests.serving import serving


def main() -> int:
    """0 if the program prints what is shown."""
    (app,) = programs("js")
    with serving(create_app()) as port:
        command = ["node", "--input-type=module", "--eval", app.replace(SERVICE, f"http://127.0.0.1:{port}")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HUNG)
    if (ran.returncode, ran.stdout) == (0, TEN_LINES):
        print(f"docs/integrate.md: {len(app.splitlines())} lines of JavaScript print what the page shows")
        return 0
    print(f"docs/integrate.md: JavaScript ends with {ran.returncode} and prints\n{ran.stdout}{ran.stderr}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
