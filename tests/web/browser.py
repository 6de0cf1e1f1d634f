"""Which Chromium opens the pages: one that is named or there, else one that the machine's own means can install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "SPINEGRAPH_CHROMIUM"
"""Names the program to use."""
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
"""So that the browser asks nobody anything of its own accord."""
PATIENCE = 600
"""Seconds that an installation may take."""


def find_chromium() -> str | None:
    """The path of a Chromium that is there."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return found or _of_playwright()


def install_chromium() -> str | None:
    """The path of a Chromium after an attempt to install it; None where the machine cannot."""
    for command in _ways():
        print(f"web-test: {' '.join(command)}", flush=True)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"web-test: {error}", flush=True)
            continue
        if done.returncode:
            print("\n".join(f"web-test: {line}" for line in done.stderr.strip().splitlines()[-3:]), flush=True)
    return find_chromium()


def _ways() -> Iterator[tuple[str, ...]]:
    """Commands that bring one, as far as this user may use them here."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        yield ("apt-get", "update", "--quiet")
        yield ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium")
        if find_chromium():
            return
    yield (sys.executable, "-m", "playwright", "install", "chromium")


def _of_playwright() -> str | None:
    """The one that Playwright brought, if it did."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None
