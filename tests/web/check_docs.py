"""`/docs` in a browser: the interface is described and tried without another host, also when the network is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.web.pages import SIZES, Heard, opened, take_picture, too_wide, violations

PATIENCE = 30_000
"""Milliseconds that Swagger UI may take: it reads the whole description."""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_interface_is_described_and_tried(browser: Browser, address: str, size: str, theme: str) -> None:
    with opened(browser, address, "/docs", size, color_scheme=theme) as (page, heard):
        expect(page.get_by_role("heading", name="Spinegraph")).to_be_visible()
        expect(page.locator(".opblock").first).to_be_visible(timeout=PATIENCE)
        assert page.locator(".opblock").count() > 20
        take_picture(page, f"docs-{size}-{theme}")
        block = page.locator(".opblock", has=page.locator("[data-path='/health/live']"))
        block.locator("button").first.click()
        block.get_by_role("button", name="Execute").click()
        expect(block.locator(".live-responses-table .response-col_status").last).to_contain_text("200", timeout=PATIENCE)
        take_picture(page, f"docs-tried-{size}-{theme}")
        assert too_wide(page) <= 0
        found = violations(page)
        print("\n".join(f"Swagger UI: {one}" for one in found))
        assert heard == Heard([], [])


def test_it_says_where_the_description_is_without_scripts(browser: Browser, address: str) -> None:
    with opened(browser, address, "/docs", "desk", java_script_enabled=False) as (page, heard):
        page.locator("noscript").get_by_role("link", name="/browse").click()
        assert page.url == f"{address}/browse"
        assert heard == Heard([], [])
