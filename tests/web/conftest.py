"""A browser, and the service that it opens: the real one, on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from spinegraph.api.http.app import create_app
from spinegraph.api.http.server import limits_for
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.serving import serving
from tests.web.browser import ARGUMENTS, find_chromium


@pytest.fixture(scope="session")
def address(engine: Engine) -> Iterator[str]:
    settings = Settings()
    with serving(create_app(settings, engine), limits_for(settings.max_body_bytes)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    with sync_playwright() as playwright:
        sandboxed = os.geteuid() != 0  # as root Chromium starts only without its sandbox
        yield playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS), chromium_sandbox=sandboxed)
