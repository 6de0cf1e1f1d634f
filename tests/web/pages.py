"""What the tests of pages share: the service, a browser, a page in a window of its own, and what is asked of every page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from spinegraph.api.http.app import create_app
from spinegraph.api.http.server import limits_for
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.serving import serving
from tests.web.browser import ARGUMENTS, find_chromium

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
TALLEST = 4_000
"""Pixels of a page that its picture shows at most."""
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
SCHEMES: dict[Literal["light", "dark"], tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}
"""What axe is asked in each: in the dark only the colours are others."""


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


class Heard(NamedTuple):
    """What a page said that it should not have said: errors, and requests to others."""

    errors: list[str]
    foreign: list[str]


@contextmanager
def opened(
    browser: Browser, address: str, path: str, size: str, others: tuple[str, ...] = (), **more: Any
) -> Iterator[tuple[Page, Heard]]:
    """A page in a window of its own. What it asks of hosts that are not among `others` is noted and not answered."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    heard = Heard([], [])
    context.route(lambda url: not url.startswith((address, *others, "data:")), lambda route: route.abort())
    page = context.new_page()
    page.on("console", lambda message: heard.errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.errors.append(str(error)))
    known = (address, *others)
    page.on("request", lambda request: None if request.url.startswith(known) else heard.foreign.append(request.url))
    try:
        reply = page.goto(f"{address}{path}", wait_until="networkidle")
        assert reply is not None
        assert reply.status == 200
        yield page, heard
    finally:
        context.close()


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds, of all rules or of some, each with the elements that it is found at."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes'][:5]]}" for one in found]


def too_wide(page: Page) -> int:
    """Pixels by which a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def take_picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    height = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": min(height, TALLEST)}  # type: ignore[index]
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]
