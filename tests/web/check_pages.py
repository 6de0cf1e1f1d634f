"""Every page that people see, on a desk and on a phone, light and dark: readable by all, whole, silent, and at home.

`make web-test` runs it; pictures of what was opened are in `build/pictures/`.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.web.pages import SCHEMES, SIZES, Heard, opened, take_picture, too_wide, violations

ARTICLES = {
    f"article-{case}-{audience}": f"/try?case={case}&audience={audience}"
    for case in ("ordinary-visit", "red-flag", "knots")
    for audience in ("clinician", "patient")
}
PAGES = {
    "console": "/",
    "browse": "/browse",
    "classes": "/browse/classes",
    "alphabet": "/browse/alphabet",
    "red-flags": "/browse/red-flags",
    "documents": "/browse/documents",
    "dataset": "/dataset",
    "graphs": "/graph/",
    "search": "/search?q=fever",
    "search-other": "/search?q=feverr",
    "search-nothing": "/search?q=zzzz",
    "search-partly": "/search?q=fever+zebra",
    "coverage": "/coverage",
    "finding": "/finding/Fever",
    "rule": "/rule/no-routine-imaging",
    "passage": "/passage/000-L033a",
    "table": "/v1/recommendations/lumbar-mri-in-suspected-cauda-equina/table",
    "table-wide": "/v1/recommendations/no-routine-imaging/table",
    "problems": "/problem",
    "sparql": "/sparql",
    **ARTICLES,
}
CONTROLS = "button, input:not([type=hidden]), select, summary"
LEAST_TARGET = 44
"""Pixels of what is to be hit with a thumb, on the pages that are made for it."""


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


@pytest.mark.parametrize("path", ["/finding/Fever", "/coverage", "/sparql", "/problem"])
def test_the_search_is_on_every_page(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address, path, "phone", java_script_enabled=False) as (page, heard):
        form = page.get_by_role("search", name="Everything")
        form.get_by_role("textbox").fill("saddle")
        form.get_by_role("button").click()
        assert page.url == f"{address}/search?q=saddle"
        assert page.get_by_role("link", name="saddle anesthesia", exact=True).is_visible()
        assert heard == Heard([], [])


@pytest.mark.parametrize("name", ["browse", "search", "coverage"])
def test_what_is_to_be_hit_is_large_enough(browser: Browser, address: str, name: str) -> None:
    with opened(browser, address, PAGES[name], "phone") as (page, _):
        boxes = [(one.inner_text(), one.bounding_box()) for one in page.locator(CONTROLS).all() if one.is_visible()]
        assert boxes
        assert [text for text, box in boxes if box and min(box["height"], box["width"]) < LEAST_TARGET] == []


def test_everything_is_reached_without_scripts(browser: Browser, address: str) -> None:
    with opened(browser, address, "/", "phone", java_script_enabled=False) as (page, heard):
        page.get_by_role("link", name="Search, prepared cases").click()
        page.get_by_role("searchbox").fill("saddle")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="saddle anesthesia", exact=True).click()
        assert page.url == f"{address}/finding/SaddleAnesthesia"
        page.goto(f"{address}/browse")
        page.get_by_role("button", name="For the patient: An ordinary visit").click()
        assert page.url == f"{address}/try?case=ordinary-visit&audience=patient"
        assert page.get_by_role("heading", level=1).is_visible()
        assert heard == Heard([], [])


def test_the_coverage_is_narrowed_down(browser: Browser, address: str) -> None:
    with opened(browser, address, "/coverage", "phone") as (page, heard):
        shown = page.get_by_role("status")
        rows = page.locator("tr[data-state]:visible")
        expect(shown).to_have_text(re.compile(r"^(\d+) of \1 statements shown$"))
        total = rows.count()
        page.locator("select[name=state]").select_option("not modelled")
        expect(shown).not_to_have_text(re.compile(rf"^{total} of"))
        left = rows.count()
        assert 0 < left < total
        expect(shown).to_have_text(f"{left} of {total} statements shown")
        page.locator("select[name=section]").select_option("001")
        expect(shown).not_to_have_text(re.compile(rf"^{left} of"))
        assert {row.get_attribute("id")[:3] for row in rows.all()} == {"001"}  # type: ignore[index]
        page.get_by_role("searchbox").fill("no such words")
        expect(rows).to_have_count(0)
        assert violations(page) == []
        page.get_by_role("button", name="Show all").click()
        expect(rows).to_have_count(total)
        assert heard == Heard([], [])
