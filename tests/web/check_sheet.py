"""The patient's sheet where no source says when to come back: what was denied, and nothing that was not asked."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.web.check_console import QUIET
from tests.web.pages import SIZES, opened, take_picture, too_wide, violations

SCREENS = ("cauda-equina", "infection", "cancer", "fracture")


@pytest.fixture(scope="session")
def denied(address: str) -> dict[str, Any]:
    """A case in which most signs are denied and of which no source says when to look again."""
    screens = {screen["id"]: screen for screen in httpx.get(f"{address}/v1/screens").json()["screens"]}
    items = [item for id_ in SCREENS for item in screens[id_]["items"] if item["kind"] == "finding"]
    return {"present": ["low_back_pain"], "absent": list(dict.fromkeys(item["code"] for item in items)), "audience": "patient"}


@pytest.fixture(scope="session")
def signs(address: str, denied: dict[str, Any]) -> list[dict[str, str]]:
    answer = httpx.post(f"{address}/v1/decisions?view=brief&return_signs=true", json=denied).json()
    assert answer["brief"]["review"] is None
    assert {sign["level"] for sign in answer["return_signs"]} == {"emergency", "urgent"}
    return list(answer["return_signs"])


def sheet(denied: dict[str, Any]) -> str:
    return f"/#y={'.'.join(denied['present'])}&n={'.'.join(denied['absent'])}&view=patient"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sheet_names_the_signs_that_were_denied(
    browser: Browser, address: str, denied: dict[str, Any], signs: list[dict[str, str]], scheme: Any, size: str
) -> None:
    with opened(browser, address, sheet(denied), size, color_scheme=scheme) as (page, heard):
        expect(page.locator(".pv-signs li")).to_have_text([sign["label"] for sign in signs])
        expect(page.locator(".pv-signs h3")).to_have_text(["Then it is an emergency", "Then it is urgent"])
        take_picture(page, f"sheet-signs-{size}-{scheme}")
        assert violations(page) == []
        assert too_wide(page) <= 0
        assert heard == QUIET


def test_it_prints_on_one_page(browser: Browser, address: str, denied: dict[str, Any], signs: list[dict[str, str]]) -> None:
    with opened(browser, address, sheet(denied), "desk") as (page, _):
        expect(page.locator(".pv-signs li")).to_have_count(len(signs))
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 1000})
        take_picture(page, "print-signs-patient")


def test_what_the_sources_say_stands_alone(browser: Browser, address: str, denied: dict[str, Any]) -> None:
    with opened(browser, address, sheet(denied) + "&m=age_years~45~a*duration_weeks~2~wk", "desk") as (page, _):
        expect(page.locator(".sheet h1")).to_be_visible()
        answer = httpx.post(
            f"{address}/v1/decisions?view=brief",
            json={**denied, "measurements": {"age_years": 45, "duration_weeks": 2}},
        ).json()
        assert answer["brief"]["review"]
        expect(page.locator(".pv-now li").first).to_be_visible()
        assert page.locator(".pv-signs").count() == 0


def test_where_nothing_was_denied_nothing_is_named(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#y=low_back_pain&view=patient", "desk") as (page, _):
        expect(page.locator(".sheet h1")).to_be_visible()
        assert page.locator(".pv-signs").count() == 0
