"""The tab of authors: a broken rule is pasted, its mistake is found, and so is the patient who shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.pages import SIZES, Heard, opened, take_picture, too_wide, violations

RULES = Path(__file__).parents[2] / "shapes" / "rules" / "left-back-pain-with-spasm.ttl"
QUIET = Heard([], [])
PATIENCE = 60_000
"""Milliseconds that a validation may take here; the service ends it sooner."""
MOST_ACTIONS = 5
MEBIBYTE = 1 << 20


def turned_rule() -> str:
    """A shipped bar on imaging under another name, turned into advice for it: the two contradict each other."""
    text = RULES.read_text(encoding="utf-8")
    prefixes = "".join(line for line in text.splitlines(keepends=True) if line.startswith("PREFIX"))
    blocks: list[str] = re.findall(r"^rule:no-routine-imaging\n.*?^\.\n", text, re.MULTILINE | re.DOTALL)
    (block,) = blocks
    return prefixes + "\n" + block.replace("rule:no-routine-imaging", "rule:imaging-for-all").replace("core:against", "core:for")


def paste(page: Page, text: str) -> None:
    page.get_by_label("Turtle of the rule").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def check(page: Page) -> None:
    with page.expect_response(lambda reply: "/v1/validation" in reply.url, timeout=PATIENCE):
        page.get_by_role("button", name="Check", exact=True).click()


def test_a_broken_rule_finds_its_patient_in_four_actions(browser: Browser, address: str) -> None:
    with opened(browser, address, "/", "desk") as (page, heard):
        actions = 1
        page.get_by_role("link", name="Author").click()
        actions += 1
        paste(page, turned_rule())
        actions += 1
        check(page)
        witness = page.locator(".witness").first
        expect(witness).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".cm-lintRange").first).to_be_visible()
        take_picture(page, "author-found")
        assert violations(page) == []
        actions += 1
        witness.get_by_role("link", name="Open this patient as a case").click()
        expect(page.locator("#app .brief:not([data-old])")).to_be_visible()
        assert re.search(r"#(y|m)=", page.url)
        expect(page.locator(".facts .chip[data-state=present]").first).to_be_visible()
        take_picture(page, "author-patient")
        assert actions < MOST_ACTIONS
        page.go_back()
        expect(page.locator(".witness").first).to_be_visible()
        assert heard == QUIET


def test_a_mistake_is_reached_by_keyboard(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=author", "desk") as (page, heard):
        paste(page, "PREFIX core: <https://w3id.org/spinegraph/core/>\n\ncore:x core:y core:z")
        check(page)
        expect(page.locator(".found li").first).to_contain_text("SG101")
        page.get_by_label("Turtle of the rule").focus()
        page.keyboard.press("F8")
        expect(page.locator("#live")).to_contain_text("SG101")
        page.keyboard.type("u")
        expect(page.locator(".author-r")).to_contain_text("has changed since")
        assert heard == QUIET


def test_what_is_too_large_is_refused_and_the_page_stays(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=author", "desk") as (page, _):
        page.evaluate(PASTE, "#" * 99 + "\n")
        check(page)
        expect(page.locator(".author-r .note")).to_contain_text("Not checked")
        expect(page.locator(".author-r .note")).to_contain_text("bytes")
        take_picture(page, "author-too-large")
        paste(page, "# nothing")
        check(page)
        expect(page.locator(".author-r .note")).to_have_count(0)


# What a draft does ---------------------------------------------------------------------------


def older() -> str:
    """The shipped file with another threshold of age."""
    text = RULES.read_text(encoding="utf-8")
    assert "sh:minExclusive 50" in text
    return text.replace("sh:minExclusive 50", "sh:minExclusive 55", 1)


def try_out(page: Page, name: str, path: str) -> None:
    """Press a button, and wait for what the service says."""
    with page.expect_response(lambda reply: path in reply.url, timeout=PATIENCE):
        page.get_by_role("button", name=name, exact=True).first.click()


def test_a_changed_threshold_shows_whom_it_changes_and_his_article(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=author", "desk") as (page, heard):
        page.get_by_label("File", exact=True).fill("shapes/rules/left-back-pain-with-spasm.ttl")
        paste(page, older())
        try_out(page, "What it changes", "/v1/comparison")
        rule = page.locator("[data-rule=prompt-imaging-for-age-alone]").first
        expect(rule).to_contain_text("waiting → does not hold", timeout=PATIENCE)
        expect(page.locator("#author-difference")).to_be_focused()
        expect(rule).to_contain_text("Older than 50 from the age")
        expect(page.locator(".dif-s")).to_contain_text("your text")
        take_picture(page, "author-changes-desk")
        assert violations(page) == []
        with page.expect_response(lambda reply: "/v1/preview" in reply.url, timeout=PATIENCE):
            rule.get_by_role("button", name="Read the article of this patient").first.click()
        article = page.frame_locator("iframe.author-p")
        expect(article.locator(".headline")).to_be_visible()
        expect(article.locator(".headline")).to_have_css("border-left-width", "8px")
        expect(page.locator("#author-article")).to_be_focused()
        expect(page.locator(".author-w").first).to_contain_text("nobody has released")
        expect(rule).to_be_visible()
        take_picture(page, "author-article-desk")
        assert violations(page) == []
        assert heard == QUIET


def test_the_present_case_is_read_for_patients_as_the_draft_decides_it(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=author&y=low_back_pain&m=age_years~52~a", "phone") as (page, heard):
        page.get_by_label("File", exact=True).fill("shapes/rules/left-back-pain-with-spasm.ttl")
        paste(page, older())
        page.get_by_label("For", exact=True).select_option("patient")
        try_out(page, "Read as an article", "/v1/preview")
        expect(page.frame_locator("iframe.author-p").locator("body.patient")).to_be_visible(timeout=PATIENCE)
        assert page.locator("iframe.author-p").get_attribute("sandbox") == "allow-popups allow-popups-to-escape-sandbox"
        take_picture(page, "author-article-phone")
        assert violations(page) == []
        assert too_wide(page) <= 0
        paste(page, "# another text")
        expect(page.locator(".author-w .note")).to_contain_text("has changed since")
        assert heard == QUIET


def test_a_draft_that_does_not_load_says_why_and_where(browser: Browser, address: str) -> None:
    with opened(browser, address, "/#tab=author", "desk") as (page, _):
        paste(page, "PREFIX core: <https://w3id.org/spinegraph/core/>\n\ncore:x core:y core:z")
        try_out(page, "What it changes", "/v1/comparison")
        expect(page.locator(".author-w .note")).to_contain_text("does not load yet")
        expect(page.locator(".author-w .note")).to_contain_text("shapes/rules/draft.ttl:3")
        take_picture(page, "author-unusable-desk")
        assert violations(page) == []


PASTE = """line => {
    const content = document.querySelector('.author-cm').shadowRoot.querySelector('.cm-content');
    const data = new DataTransfer();
    data.setData('text/plain', line.repeat(50000));
    content.focus();
    content.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""
"""Pastes five megabytes, more than the service takes."""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_is_for_everybody(browser: Browser, address: str, size: str, scheme: str) -> None:
    with opened(browser, address, "/#tab=author", size, color_scheme=scheme) as (page, heard):
        expect(page.get_by_label("Turtle of the rule")).to_be_visible()
        take_picture(page, f"author-{size}-{scheme}")
        assert violations(page) == []
        assert too_wide(page) <= 0
        assert heard == QUIET
