"""Compare: two cases side by side, two versions of the knowledge; by what a person does there, for everybody."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from spinegraph.api.http.app import create_app
from spinegraph.api.http.server import limits_for
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine
from spinegraph.engine.knowledge.files import shipped_folder

from tests.serving import serving
from tests.web.check_console import MEASURE, QUIET, SMALL
from tests.web.check_tabs import at, turn_to
from tests.web.console import Person, cases
from tests.web.pages import SIZES, opened, take_picture, too_wide, violations

RULES = "shapes/rules/left-back-pain-with-spasm.ttl"
PATIENCE = 60_000
"""Milliseconds that a comparison may take on a busy machine."""


@pytest.fixture(scope="session")
def fragments(address: str) -> dict[str, str]:
    return cases(address)


@pytest.fixture(scope="session")
def told(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that is compared with a version in which age counts from 51 years."""
    old = tmp_path_factory.mktemp("before")
    for name in ("ontology", "shapes"):
        shutil.copytree(shipped_folder(name), old / name, ignore=shutil.ignore_patterns("*.py*", "__pycache__"))
    text = (old / RULES).read_text(encoding="utf-8")
    assert "sh:minExclusive 50" in text
    (old / RULES).write_text(text.replace("sh:minExclusive 50", "sh:minExclusive 51", 1), encoding="utf-8")
    settings = Settings(compare=str(old))
    with serving(create_app(settings, engine), limits_for(settings.max_body_bytes)) as port:
        yield f"http://127.0.0.1:{port}"


def two(here: str, there: str) -> str:
    """The path of the tab with two cases."""
    second = re.sub(r"(?<=[#&])([ynmc])=", r"\g<1>2=", there).removeprefix("#")
    return f"{at(here, 'compare')}&{second}"


def part(page: Page, name: str) -> Locator:
    return page.locator(f"section[aria-labelledby=cmp-{name}]")


# Two cases -----------------------------------------------------------------------------------


def test_a_case_is_kept_changed_and_compared(browser: Browser, address: str, fragments: dict[str, str]) -> None:
    with opened(browser, address, f"/{fragments['ordinary']}", "desk") as (page, heard):
        person = Person(page)
        turn_to(page, "Compare")
        page.get_by_role("button", name="Keep and change").click()
        person.press(person.chip("Low back"))
        turn_to(page, "Compare")
        facts = part(page, "facts").locator("tr[data-differs]")
        expect(facts).to_have_count(1)
        expect(facts.locator("td").nth(0)).to_have_text("no")
        expect(facts.locator("td").nth(1)).to_have_text("yes")
        sides = page.locator(".cmp-side")
        expect(sides.nth(0)).not_to_contain_text("Routine")
        expect(sides.nth(1)).to_contain_text("Routine")
        assert "y2=" in page.url
        take_picture(page, "compare-kept-desk")
        page.reload()
        expect(part(page, "facts").locator("tr[data-differs]")).to_have_count(1)
        assert heard == QUIET


def test_each_side_of_a_line_opens_its_why(browser: Browser, address: str, fragments: dict[str, str]) -> None:
    with opened(browser, address, two(fragments["cauda"], fragments["ordinary"]), "desk") as (page, heard):
        row = part(page, "verdicts").locator("tr[data-differs]").first
        name = row.locator("th").inner_text()
        here = row.get_by_role("button")
        here.press("Enter")
        expect(page.locator("#why .hit")).to_be_visible()
        expect(page.locator("#why-t")).to_have_text(name)
        page.keyboard.press("Escape")
        expect(here).to_be_focused()
        row.get_by_role("link").click()
        expect(page.locator("#why-t")).to_have_text(name)
        assert "#y=low_back_pain&n=" in page.url  # the second case, by itself
        assert "2=" not in page.url
        page.keyboard.press("Escape")
        page.go_back()
        expect(part(page, "verdicts").locator("tr[data-differs]").first).to_be_visible()
        assert heard == QUIET


def test_a_link_and_a_prepared_patient_can_be_the_second_case(browser: Browser, address: str, fragments: dict[str, str]) -> None:
    with opened(browser, address, at(fragments["ordinary"], "compare"), "desk") as (page, heard):
        link = page.get_by_label("Link of a case")
        link.fill("nothing")
        link.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="no case")).to_be_visible()
        link.fill(f"{address}/{fragments['cauda']}.no_such_sign")
        link.press("Enter")
        expect(page.locator(".cmp-side").nth(1)).to_contain_text("Emergency")
        page.get_by_role("button", name="Exchange the two").click()
        expect(page.locator(".cmp-side").nth(0)).to_contain_text("Emergency")
        expect(page.locator(".cmp-side").nth(1)).to_contain_text("Routine")
        page.get_by_role("button", name="Compare with another case").click()
        assert "2=" not in page.url
        page.get_by_label("Patient", exact=True).select_option(index=2)
        page.get_by_role("region", name="A prepared patient").get_by_role("button").click()
        expect(part(page, "facts")).to_be_visible()
        assert heard == QUIET


def test_the_same_case_twice_differs_in_nothing(browser: Browser, address: str, fragments: dict[str, str]) -> None:
    with opened(browser, address, two(fragments["foot"], fragments["foot"]), "desk") as (page, _):
        for name in ("facts", "brief", "verdicts"):
            expect(part(page, name)).to_contain_text("Nothing differs.")
        part(page, "verdicts").locator("summary").click()
        expect(part(page, "verdicts").get_by_role("button").first).to_be_visible()


def test_a_hostile_second_case_is_named_and_left_out(browser: Browser, address: str, fragments: dict[str, str]) -> None:
    with opened(browser, address, two(fragments["ordinary"], fragments["hostile"]), "desk") as (page, heard):
        expect(page.locator(".notes")).to_contain_text("foo_sign")
        expect(part(page, "facts")).to_be_visible()
        assert heard == QUIET


# Two versions --------------------------------------------------------------------------------


def test_a_changed_recommendation_leads_to_its_patient_and_its_statement(browser: Browser, told: str) -> None:
    with opened(browser, told, "/#tab=compare&of=versions", "desk") as (page, heard):
        rule = page.locator("[data-rule=prompt-imaging-for-age-alone]").first
        expect(rule).to_be_visible(timeout=PATIENCE)
        expect(rule).to_contain_text("does not hold → waiting")
        expect(rule).to_contain_text("age: 51 years")
        expect(rule).to_contain_text(f"Older than 50 from the age ({RULES}:")
        expect(page.locator(".dif-s")).to_contain_text("what is served")
        stated = page.locator(".dif-r > li").filter(has_text="core:ageYears > 51")
        expect(stated.first.locator("[data-sign='+']").first).to_contain_text("core:ageYears > 50")
        take_picture(page, "compare-versions-desk")
        rule.get_by_role("link", name="Open this patient as a case").first.click()
        person = Person(page)
        expect(page.locator(".facts").get_by_label("Age")).to_have_value("51")
        assert person.level
        page.go_back()
        expect(page.locator(".dif-s")).to_be_visible()
        assert heard == QUIET


def test_a_service_that_was_told_nothing_says_how_to_start_it(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=compare", "desk") as (page, heard):
        page.get_by_role("button", name="Two versions").press("Enter")
        expect(page.locator(".cmp-none")).to_contain_text("spinegraph serve --compare")
        assert page.url.endswith("of=versions")
        take_picture(page, "compare-nothing-desk")
        assert violations(page) == []
        assert heard.foreign == []
        assert all("404" in error for error in heard.errors)


# For everybody -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("what", ["ways", "cases", "versions"])
def test_it_is_for_everybody(browser: Browser, told: str, fragments: dict[str, str], what: str, scheme: Any, size: str) -> None:
    paths = {
        "ways": at(fragments["ordinary"], "compare"),
        "cases": two(fragments["foot"], fragments["ordinary"]),
        "versions": "/#tab=compare&of=versions",
    }
    with opened(browser, told, paths[what], size, has_touch=size == "phone", color_scheme=scheme) as (page, heard):
        expect(page.locator(".cmp-ways, .cmp-two, .dif").first).to_be_visible(timeout=PATIENCE)
        take_picture(page, f"compare-{what}-{size}-{scheme}")
        assert violations(page) == []
        page.evaluate("for (const one of document.querySelectorAll('details.cmp-same')) one.open = true")
        assert violations(page) == []
        assert too_wide(page) <= 0
        if size == "phone":
            assert [name for name in page.evaluate(MEASURE, SMALL) if "-L" not in name] == []
        assert heard == QUIET


@pytest.mark.parametrize("what", ["cases", "versions"])
def test_it_speaks_german_and_fits_a_narrow_screen(browser: Browser, told: str, fragments: dict[str, str], what: str) -> None:
    path = two(fragments["cauda"], fragments["ordinary"]) if what == "cases" else "/#tab=compare&of=versions"
    with opened(browser, told, path, "phone", locale="de-DE") as (page, _):
        page.set_viewport_size({"width": 320, "height": 720})
        expect(page.locator(".cmp-two, .dif").first).to_be_visible(timeout=PATIENCE)
        take_picture(page, f"compare-{what}-german-narrow")
        assert too_wide(page) <= 0
