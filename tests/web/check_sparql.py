"""`/sparql` in a browser: YASGUI asks this service alone; without scripts the form and its answer stay."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.pages import SIZES, Heard, opened, take_picture, too_wide, violations

QUIET = Heard([], [])
FEVER = """PREFIX finding: <https://w3id.org/spinegraph/finding/>
SELECT ?wider WHERE { finding:Fever <http://www.w3.org/2000/01/rdf-schema#subClassOf> ?wider } ORDER BY ?wider"""


def type_query(page: Page, text: str) -> None:
    page.locator("#editor .CodeMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_an_answer_has_labels_and_curies(browser: Browser, address: str, size: str, theme: str) -> None:
    with opened(browser, address, "/sparql", size, color_scheme=theme) as (page, heard):
        page.get_by_role("button", name="Ask").click()
        row = page.locator("table.labelled tbody tr").first
        expect(row.locator("a").first).to_contain_text("rule:")
        expect(row.locator(".of").first).to_be_visible()
        take_picture(page, f"sparql-answer-{size}-{theme}")
        assert too_wide(page) <= 0
        assert violations(page) == []
        assert heard == QUIET


def test_a_question_of_the_project_is_chosen_and_asked(browser: Browser, address: str) -> None:
    with opened(browser, address, "/sparql", "desk") as (page, heard):
        page.get_by_label("Question").select_option(index=1)
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#results .yasr_results")).not_to_be_empty()
        expect(page.locator("#said")).to_contain_text("Answered")
        assert heard == QUIET


@pytest.mark.parametrize("sign", ["#", "?"])
def test_a_link_asks_as_soon_as_it_is_opened(browser: Browser, address: str, sign: str) -> None:
    with opened(browser, address, f"/sparql{sign}query={quote(FEVER)}", "desk") as (page, heard):
        expect(page.locator("table.labelled")).to_contain_text("finding:InfectionMarker")
        assert heard == QUIET


def test_terms_of_the_endpoint_are_completed(browser: Browser, address: str) -> None:
    with opened(browser, address, "/sparql", "desk") as (page, heard):
        type_query(page, "PREFIX core: <https://w3id.org/spinegraph/core/>\nSELECT * WHERE { ?x a core:Recomm")
        page.keyboard.press("Control+Space")
        expect(page.locator(".CodeMirror-hints")).to_contain_text("core:Recommendation")
        take_picture(page, "sparql-completion")
        assert heard == QUIET


def test_a_mistake_is_told_in_the_words_of_the_service(browser: Browser, address: str) -> None:
    with opened(browser, address, "/sparql", "desk") as (page, _):
        type_query(page, "SELECT * WHERE { ?s ?p")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#said")).to_contain_text("Not answered")
        expect(page.locator(".errorResult")).to_be_visible()
        take_picture(page, "sparql-mistake")


def test_an_answer_is_saved_as_a_file(browser: Browser, address: str) -> None:
    with opened(browser, address, f"/sparql#query={quote(FEVER)}", "desk", accept_downloads=True) as (page, heard):
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Download").click()
        assert waiting.value.suggested_filename == "answer.csv"
        assert waiting.value.path().read_text(encoding="utf-8").startswith("wider")
        assert heard == QUIET


def test_without_scripts_the_form_is_answered(browser: Browser, address: str) -> None:
    with opened(browser, address, "/sparql", "phone", java_script_enabled=False) as (page, heard):
        page.get_by_label("SPARQL 1.1 query").fill(FEVER)
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#answer table")).to_contain_text("finding:InfectionMarker")
        take_picture(page, "sparql-without-scripts")
        assert too_wide(page) <= 0
        page.get_by_label("SPARQL 1.1 query").fill("SELECT * WHERE {")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator(".wrong")).to_be_visible()
        assert heard.foreign == []
