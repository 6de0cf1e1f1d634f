"""Every page that people see, on a desk and on a phone, light and dark: readable by all, whole, silent, and at home.

`make web-test` runs it; pictures of what was opened are in `build/pictures/`.
"""

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
ARTICLES = {
    f"article-{case}-{audience}": f"/try?case={case}&audience={audience}"
    for case in ("ordinary-visit", "red-flag", "knots")
    for audience in ("clinician", "patient")
}
PAGES = {
    "index": "/",
    "search": "/search?q=fever",
    "search-nothing": "/search?q=feverr",
    "coverage": "/coverage",
    "finding": "/finding/Fever",
    "rule": "/rule/no-routine-imaging",
    "passage": "/passage/000-L033a",
    "problems": "/problem",
    "sparql": "/sparql",
    **ARTICLES,
}
CONTROLS = "button, input:not([type=hidden]), select, summary"
LEAST_TARGET = 44
"""Pixels of what is to be hit with a thumb, on the pages that are made for it."""


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
def opened(browser: Browser, address: str, path: str, size: str, **more: Any) -> Iterator[tuple[Page, Heard]]:
    """A page in a window of its own. What it asks of other hosts is noted and not answered."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    heard = Heard([], [])
    context.route(lambda url: not url.startswith((address, "data:")), lambda route: route.abort())
    page = context.new_page()
    page.on("console", lambda message: heard.errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.errors.append(str(error)))
    page.on("request", lambda request: heard.foreign.append(request.url) if not request.url.startswith(address) else None)
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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(browser: Browser, address: str, name: str, size: str) -> None:
    with opened(browser, address, PAGES[name], size) as (page, heard):
        for scheme, rules in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            take_picture(page, f"{name}-{size}-{scheme}")
            assert violations(page, *rules) == []
        assert too_wide(page) <= 0
        assert heard == Heard([], [])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ARTICLES)
def test_what_is_folded_is_for_everybody_too(browser: Browser, address: str, name: str, size: str) -> None:
    with opened(browser, address, PAGES[name], size) as (page, heard):
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        take_picture(page, f"{name}-{size}-unfolded")
        assert too_wide(page) <= 0
        assert violations(page) == []
        assert heard == Heard([], [])


@pytest.mark.parametrize("name", ["index", "search", "coverage"])
def test_what_is_to_be_hit_is_large_enough(browser: Browser, address: str, name: str) -> None:
    with opened(browser, address, PAGES[name], "phone") as (page, _):
        boxes = [(one.inner_text(), one.bounding_box()) for one in page.locator(CONTROLS).all() if one.is_visible()]
        assert boxes
        assert [text for text, box in boxes if box and min(box["height"], box["width"]) < LEAST_TARGET] == []


def test_the_index_works_without_scripts(browser: Browser, address: str) -> None:
    with opened(browser, address, "/", "phone", java_script_enabled=False) as (page, heard):
        page.get_by_role("searchbox").fill("saddle")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="saddle anesthesia", exact=True).click()
        assert page.url == f"{address}/finding/SaddleAnesthesia"
        page.goto(f"{address}/")
        page.get_by_role("button", name="For the patient: An ordinary visit").click()
        assert page.url == f"{address}/try?case=ordinary-visit&audience=patient"
        assert page.get_by_role("heading", level=1).is_visible()
        assert heard == Heard([], [])


def test_the_coverage_is_narrowed_down(browser: Browser, address: str) -> None:
    with opened(browser, address, "/coverage", "phone") as (page, heard):
        shown = page.get_by_role("status")
        rows = page.locator("tr[data-state]:visible")
        total = rows.count()
        assert shown.inner_text() == f"{total} of {total} statements shown"
        page.locator("select[name=state]").select_option("not modelled")
        left = rows.count()
        assert 0 < left < total
        assert shown.inner_text() == f"{left} of {total} statements shown"
        page.locator("select[name=section]").select_option("001")
        assert {row.get_attribute("id")[:3] for row in rows.all()} == {"001"}  # type: ignore[index]
        page.get_by_role("searchbox").fill("no such words")
        assert rows.count() == 0
        assert violations(page) == []
        page.get_by_role("button", name="Show all").click()
        assert rows.count() == total
        assert heard == Heard([], [])
