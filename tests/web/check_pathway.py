"""The pathway in the console: what is suspected first, lit by the case, changing with it; a press leads to why and passage."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.console import cases
from tests.web.pages import SIZES, Heard, opened, take_picture, too_wide, violations

QUIET = Heard([], [])


@pytest.fixture(scope="session")
def fragments(address: str) -> dict[str, str]:
    return cases(address)


def drawn(page: Page) -> None:
    """Wait until the picture is that of the facts."""
    expect(page.locator(".pathway-frame:not([data-old]) svg.pathway")).to_be_visible()


def test_it_is_loaded_when_it_is_looked_at_and_follows_the_answers(
    browser: Browser, address: str, fragments: dict[str, str]
) -> None:
    with opened(browser, address, f"/{fragments['cauda']}", "desk") as (page, heard):
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))
        assert not page.evaluate("performance.getEntries().some((one) => /\\/console\\/Pathway-\\w+\\.js$/.test(one.name))")
        page.get_by_role("link", name="Pathway").click()
        drawn(page)
        assert any(re.search(r"/console/Pathway-\w+\.js$", url) for url in loaded)
        assert "tab=pathway" in page.url
        chosen = page.locator(".pathway-pick option:checked")
        expect(chosen).to_contain_text("suspected")
        picture = page.locator("svg.pathway")
        expect(picture).to_contain_text("INDICATED")
        page.locator(".facts .grp h3 button").filter(has_text="Cauda equina").click()
        for name in ("Urine retention", "Numb saddle"):
            chip = page.locator(".facts .chip").filter(has_text=name)
            if chip.count():
                chip.first.click()
        drawn(page)
        page.get_by_role("link", name="Case").click()
        expect(page.locator(".band")).to_be_visible()
        assert "view=" not in page.url
        assert heard == QUIET


def test_a_press_leads_to_why_to_the_passage_and_to_the_table(browser: Browser, address: str, fragments: dict[str, str]) -> None:
    with opened(browser, address, f"/{fragments['cauda']}&tab=pathway", "desk") as (page, heard):
        drawn(page)
        link = page.locator("svg.pathway a[*|href^='./rule/lumbar-mri']").first
        link.focus()
        page.keyboard.press("Enter")
        why = page.locator("#why")
        expect(why.locator(".hit")).to_contain_text("000-L033a")
        table = why.get_by_role("link", name="Decision table")
        expect(table).to_have_attribute("href", "./v1/recommendations/lumbar-mri-in-suspected-cauda-equina/table")
        page.keyboard.press("Escape")
        expect(why).to_have_count(0)
        page.locator("svg.pathway a[*|href^='./shape/']").first.click()
        expect(why.locator(".pass .hit")).to_be_visible()
        assert violations(page) == []
        take_picture(page, "pathway-passage")
        page.keyboard.press("Escape")
        page.get_by_text("Recommendations in this picture").click()
        expect(page.locator(".pathway-rules a").first).to_be_visible()
        page.get_by_text("The same in words").click()
        expect(page.locator(".pathway-words")).to_contain_text("indicated")
        assert heard == QUIET


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["empty", "ordinary", "cauda"])
def test_it_is_for_everybody(
    browser: Browser, address: str, fragments: dict[str, str], name: str, scheme: Any, size: str
) -> None:
    fragment = f"{fragments[name]}&tab=pathway" if fragments[name] else "#tab=pathway"
    with opened(browser, address, f"/{fragment}", size, color_scheme=scheme) as (page, heard):
        drawn(page)
        take_picture(page, f"pathway-{name}-{size}-{scheme}")
        assert violations(page) == []
        assert too_wide(page) <= 0
        page.get_by_role("button", name="Whole").click()
        frame = page.locator(".pathway-frame")
        assert frame.evaluate("one => one.scrollWidth <= one.clientWidth + 1") or size == "phone"
        take_picture(page, f"pathway-{name}-{size}-{scheme}-whole")
        assert heard == QUIET
