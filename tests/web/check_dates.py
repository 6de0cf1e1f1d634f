"""The console asks for dates, once there is something to date, and sends them where they belong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from spinegraph.api.http.app import create_app
from spinegraph.api.http.server import limits_for
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, load_knowledge

from tests.in_time import write_in_time
from tests.serving import serving
from tests.small import Edit
from tests.web.console import SETTLED
from tests.web.pages import Heard, opened, too_wide, violations


@pytest.fixture(scope="module")
def dated_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings()
    asked = "[ core:asks finding:SoreThroat ]"
    edit = Edit("shapes/rules/time.ttl", asked, f"{asked} [ core:performed intervention:ThroatExamination ]")
    engine = Engine(load_knowledge(write_in_time(tmp_path_factory.mktemp("dates"), edit)))
    with serving(create_app(settings, engine), limits_for(settings.max_body_bytes)) as port:
        yield f"http://127.0.0.1:{port}"


def enter(page: Page, label: str, date: str) -> None:
    field = page.locator(".next").get_by_label(label)
    field.fill(date)
    field.press("Enter")


def test_dates_are_asked_and_change_the_level(browser: Browser, dated_address: str) -> None:
    with opened(browser, dated_address, "/#y=drooling.performed:throat_examination&n=sore_throat", "desk") as (page, heard):
        expect(page.locator(SETTLED)).to_be_visible()
        assert page.locator(".next").get_by_label("Date of sore throat").count() == 0
        enter(page, "Date of drooling", "2026-02-30")
        expect(page.locator(".next .num[data-wrong]")).to_be_visible()
        assert "d=" not in page.url
        enter(page, "Date of drooling", "2026-03-02")
        enter(page, "Date of done: throat examination", "2026-03")
        expect(page.locator(SETTLED)).to_be_visible()
        assert page.locator(".band strong").inner_text() != "Emergency"
        enter(page, "Date of done: throat examination", "2026-03-01")
        expect(page.locator(".band strong")).to_have_text("Emergency")
        assert "d=at:drooling~2026-03-02*at:performed:throat_examination~2026-03-01" in page.url
        assert (violations(page), too_wide(page)) == ([], 0)
        page.reload()
        expect(page.locator(".band strong")).to_have_text("Emergency")
        page.locator(".facts .grp h3 button").filter(has_text="When").click()
        page.locator(".facts .chip").filter(has_text="Drooling").click()
        expect(page.locator(".band strong")).not_to_have_text("Emergency")
        assert "at:drooling" not in page.url
        assert heard == Heard([], [])
