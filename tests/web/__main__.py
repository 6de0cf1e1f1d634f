"""`python -m tests.web`: opens the pages in a browser, or says plainly why it cannot; `--required` makes that a failure."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.web.browser import VARIABLE, find_chromium, install_chromium

CHECKS = sorted(Path(__file__).parent.glob("check_*.py"))
PACKAGES = ("playwright", "axe_playwright_python")


def main() -> int:
    """0 if all is well or nothing could be tried, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.web", description=__doc__)
    parser.add_argument("--required", action="store_true", help="fail where there is no browser")
    required = parser.parse_args().required
    missing = [name for name in PACKAGES if find_spec(name) is None]
    chromium = None if missing else find_chromium() or install_chromium()
    if chromium is None:
        why = f"the packages of the extra `web` are not there ({', '.join(missing)})" if missing else "there is no Chromium"
        print(f"web-test: SKIPPED, no page was opened: {why}. Name one in {VARIABLE}, or install it.", flush=True)
        return int(required)
    os.environ[VARIABLE] = chromium
    return int(pytest.main([*map(str, CHECKS), "-p", "tests.web.pages", "-p", "no:cacheprovider", "--durations=5"]))


if __name__ == "__main__":
    sys.exit(main())
