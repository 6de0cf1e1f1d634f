"""The tabs beside the case: disagreements and learning, by what a person does there; for everybody, on every screen."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.check_console import MEASURE, QUIET, SMALL
from tests.web.console import Person, cases
from tests.web.pages import SIZES, opened, take_picture, too_wide, violations


@pytest.fixture(scope="session")
def fragments(address: str) -> dict[str, str]:
    return cases(address)


@pytest.fixture(scope="session")
def patients(address: str) -> list[dict[str, Any]]:
    """The prepared cases that introduce the console."""
    listed = httpx.get(f"{address}/v1/cases").json()["cases"]
    return [one for one in listed if one.get("shows")]


def at(fragment: str, tab: str) -> str:
    """The path of a tab with a case."""
    return f"/#tab={tab}&{fragment.removeprefix('#')}"


def turn_to(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Sections").get_by_role("link", name=name).click()


# Disagreements -------------------------------------------------------------------------------


def test_what_concerns_the_case_stands_first(browser: Browser, address: str, fragments: dict[str, str]) -> None:
    with opened(browser, address, f"/{fragments['ordinary']}", "desk") as (page, heard):
        Person(page)
        turn_to(page, "Disagreements")
        here = page.locator("article.dis")
        expect(here.first).to_contain_text("C04")
        expect(here.first).to_contain_text("left open")
        side = here.first.locator(".sides > li").filter(has_text="age over 50 is a red flag and calls for prompt imaging")
        expect(side).to_contain_text("In this case: holds for now")
        expect(side).to_contain_text("review pending")
        expect(side.locator(".quotes a").first).to_have_attribute("href", "./passage/000-L037d")
        total = httpx.get(f"{address}/v1/tensions").json()["total"]
        assert here.count() + page.locator("details.dis").count() == total
        side.locator("button.leads").click()
        expect(page.locator("#why .hit")).to_be_visible()
        page.keyboard.press("Escape")
        expect(side.locator("button.leads")).to_be_focused()
        page.go_back()
        expect(page.locator(".case")).to_be_visible()
        assert heard == QUIET


def test_without_a_case_all_can_be_read(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=disagreements", "desk") as (page, heard):
        expect(page.locator(".page")).to_contain_text("No case is entered")
        one = page.locator("details.dis").first
        one.locator("summary").click()
        expect(one).to_contain_text("Handled here:")
        assert one.get_by_text("In this case").count() == 0
        take_picture(page, "disagreements-empty-desk")
        assert heard == QUIET


def test_a_turn_of_the_tab_keeps_the_case_and_what_can_be_undone(browser: Browser, address: str) -> None:
    with opened(browser, address, "/", "desk") as (page, heard):
        person = Person(page)
        person.press(person.chip("Low back"))
        turn_to(page, "Disagreements")
        assert "tab=disagreements" in page.url
        page.keyboard.press("u")
        turn_to(page, "Case")
        expect(person.chip("Low back")).to_have_attribute("data-state", "present")
        person.press(page.get_by_role("button", name="Undo"))
        expect(person.chip("Low back")).to_have_attribute("data-state", "unknown")
        assert heard == QUIET


# Learn ---------------------------------------------------------------------------------------


def test_five_patients_tell_the_story(browser: Browser, address: str, patients: list[dict[str, Any]]) -> None:
    with opened(browser, address, "/#tab=learn", "desk") as (page, heard):
        stories = page.locator(".story")
        expect(stories).to_have_count(len(patients))
        levels = ["Routine", "Emergency", "Routine", "Not settled", "Emergency"]
        assert page.locator(".story .mark").all_inner_texts() == levels
        for place, (level, patient) in enumerate(zip(levels, patients, strict=True)):
            expect(stories.nth(place)).to_contain_text(patient["shows"])
            stories.nth(place).get_by_role("link").click()
            person = Person(page)
            assert person.level == level
            assert patient["case"]["present"][-1] in page.url
            page.go_back()
            expect(stories).to_have_count(len(patients))
        assert heard == QUIET


def test_a_quiz_is_compared_with_the_answer_and_opens_its_proof(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=learn", "desk") as (page, heard):
        page.get_by_role("button", name="Take the quiz").click()
        compare = page.get_by_role("button", name="Compare with the answer")
        assert compare.is_disabled()
        take_picture(page, "quiz-asked-desk")
        page.get_by_label("Routine").check()
        page.get_by_label("Get an MRI of the lumbar spine at once").check()
        compare.click()
        yours = page.locator(".yours li")
        expect(yours.nth(0)).to_have_attribute("data-same", "true")
        expect(yours.nth(1)).to_have_attribute("data-same", "false")
        expect(yours.nth(1)).to_contain_text("In this case: does not hold")
        expect(page.locator(".proof .caution").first).to_contain_text("contraindication")
        assert violations(page) == []
        take_picture(page, "quiz-compared-desk")
        page.locator(".proof").first.click()
        expect(page.locator("#why .hit")).to_be_visible()
        assert "why=" in page.url
        assert heard == QUIET


def test_a_quiz_needs_no_mouse(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=learn", "desk") as (page, heard):
        page.get_by_role("button", name="Take the quiz").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        for _ in range(2):
            page.locator("[data-of=level] input").first.press("Space")
            page.locator("[data-of=deed] input").last.press("Space")
            page.get_by_role("button", name="Compare with the answer").press("Enter")
            expect(page.locator("#compared-t")).to_be_focused()
            page.get_by_role("button", name="Next patient").press("Enter")
            expect(page.locator("#quiz-t")).to_be_focused()
        assert heard == QUIET


# Both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tab", ["disagreements", "learn", "quiz"])
def test_every_tab_is_for_everybody(
    browser: Browser, address: str, fragments: dict[str, str], tab: str, scheme: Any, size: str
) -> None:
    path = at(fragments["ordinary"], "learn" if tab == "quiz" else tab)
    touch = {"has_touch": size == "phone", "color_scheme": scheme}
    with opened(browser, address, path, size, **touch) as (page, heard):
        expect(page.locator(".page")).to_be_visible()
        if tab == "quiz":
            page.get_by_role("button", name="Take the quiz").click()
            page.get_by_label("Urgent").check()
            page.get_by_label("None of these").check()
            take_picture(page, f"quiz-chosen-{size}-{scheme}")
            assert violations(page) == []
            page.get_by_role("button", name="Compare with the answer").click()
        take_picture(page, f"{tab}-{size}-{scheme}")
        assert violations(page) == []
        page.evaluate("for (const one of document.querySelectorAll('details.dis')) one.open = true")
        assert violations(page) == []
        assert too_wide(page) <= 0
        if size == "phone" and tab != "learn":  # there the whole card is the target
            assert [name for name in page.evaluate(MEASURE, SMALL) if "-L" not in name] == []
        assert heard == QUIET


@pytest.mark.parametrize("tab", ["disagreements", "learn"])
def test_they_speak_german_and_fit_a_narrow_screen(browser: Browser, address: str, fragments: dict[str, str], tab: str) -> None:
    with opened(browser, address, at(fragments["cauda"], tab), "phone", locale="de-DE") as (page, _):
        page.set_viewport_size({"width": 320, "height": 720})
        expect(page.locator(".page")).to_be_visible()
        take_picture(page, f"{tab}-german-narrow")
        assert too_wide(page) <= 0


def test_a_tab_that_cannot_be_loaded_says_so(browser: Browser, address: str) -> None:
    with opened(browser, address, "/", "desk") as (page, _):
        Person(page)
        page.context.set_offline(True)
        turn_to(page, "Learn")
        expect(page.locator(".note")).to_contain_text("cannot be reached")
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".story").first).to_be_visible()
