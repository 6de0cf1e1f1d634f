"""The tab Browse, by what a person does there: find a passage and what rests on it, walk trees, share a link, open a patient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from spinegraph.api.http.app import create_app
from spinegraph.api.http.server import limits_for
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import knowledge_paths

from tests.authoring.guideline import write_good
from tests.serving import serving
from tests.web.check_console import MEASURE, QUIET, SMALL
from tests.web.check_tabs import turn_to
from tests.web.console import Person, cases
from tests.web.pages import SIZES, opened, take_picture, too_wide, violations

ENTRIES = {
    "lists": "",
    "rule": "rule/lumbar-mri-in-suspected-cauda-equina",
    "passage": "passage/000-L033a",
    "finding": "finding/Fever",
    "disagreement": "tension/C04",
    "coverage": "coverage",
}
CLICKS = 3
"""So many are enough to find a passage and to open what rests on it."""


def at(entry: str) -> str:
    return "/#tab=browse" + (f"&entry={entry}" if entry else "")


def title(page: Page) -> Locator:
    return page.locator("#entry-t")


def search(page: Page, words: str) -> Locator:
    """What a search finds, as links."""
    page.get_by_label("Find a concept, rule, passage or disagreement").fill(words)
    expect(page.locator(".found-all")).to_contain_text(re.compile(r"\d+ found"))
    return page.locator(".hit-a")


def test_find_the_passage_its_neighbours_and_what_rests_on_it(browser: Browser, address: str) -> None:
    with opened(browser, address, "/", "desk") as (page, heard):
        clicks = 0
        Person(page)
        turn_to(page, "Browse")
        clicks += 1
        hits = search(page, "late disability permanent")
        take_picture(page, "browse-found-desk")
        hits.filter(has_text="000-L033b").click()
        clicks += 1
        expect(title(page)).to_have_text("000-L033b")
        around = [passage["id"] for passage in httpx.get(f"{address}/v1/passages?id=000-L033b&around=2").json()["passages"]]
        expect(page.locator(".pass .pid")).to_have_text(around)
        expect(page.locator(".entry .use")).to_contain_text(re.compile(r"Used by \d+"))
        assert "entry=passage/000-L033b" in page.url
        take_picture(page, "browse-passage-found-desk")
        page.locator(".entry .links a").first.click()
        clicks += 1
        expect(title(page)).not_to_have_text("000-L033b")
        assert clicks <= CLICKS
        page.go_back()
        expect(title(page)).to_have_text("000-L033b")
        page.go_forward()
        expect(title(page)).not_to_have_text("000-L033b")
        assert heard == QUIET


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("pyrexia", "finding/Fever"),
        ("386661006", "finding/Fever"),
        ("urinary_retention", "finding/UrinaryRetention"),
        ("C04", "tension/C04"),
        ("no-routine-imaging", "rule/no-routine-imaging"),
        ("000-L033a", "passage/000-L033a"),
    ],
)
def test_other_names_and_codes_lead_there(browser: Browser, address: str, words: str, path: str) -> None:
    with opened(browser, address, at(""), "desk") as (page, heard):
        search(page, words)
        page.locator(f'.hit-a[href$="entry={path}"]').click()
        expect(page.locator(f'.entry a[href="./{path}"]')).to_be_visible()
        assert heard == QUIET


def test_the_words_of_patients_find_concepts(browser: Browser, address: str) -> None:
    listed = httpx.get(f"{address}/v1/conditions?limit=500").json()["items"]
    one = next(item for item in listed if item.get("patient_label") and item["patient_label"] not in item["label"])
    with opened(browser, address, at(""), "desk") as (page, _):
        hit = search(page, one["patient_label"]).filter(has_text=re.compile(re.escape(one["label"]), re.IGNORECASE)).first
        expect(hit).to_contain_text(one["patient_label"])
        page.get_by_label("Find a concept").fill("xyzzy qwertz")
        expect(page.locator(".found-all")).to_contain_text("Try others")
        page.keyboard.press("Escape")
        expect(page.locator(".tree")).to_be_visible()


def test_slips_are_forgiven_and_said(browser: Browser, address: str) -> None:
    with opened(browser, address, at(""), "desk") as (page, heard):
        expect(search(page, "feverr").filter(has_text=re.compile(r"^\s*Fever\s*$"))).to_be_visible()
        take_picture(page, "browse-found-other-desk")
        expect(page.locator(".found-all")).to_contain_text("“feverr” occurs nowhere; read as fever.")
        search(page, "fever zebra")
        expect(page.locator(".found-all")).to_contain_text("Nothing has all of the words")
        assert heard == QUIET


def test_a_tree_needs_no_mouse(browser: Browser, address: str) -> None:
    with opened(browser, address, at("conditions"), "desk") as (page, heard):
        tree = page.get_by_role("tree", name="Conditions")
        assert tree.locator("[tabindex='0']").count() == 1
        inside = tree.locator("[aria-expanded]").first
        inside.focus()
        name = inside.inner_text()
        page.keyboard.press("ArrowRight")
        expect(inside).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("ArrowRight")
        below = page.locator(":focus")
        assert below.inner_text() != name
        page.keyboard.press("Enter")
        expect(title(page)).to_have_text(below.inner_text().split("\n")[0])
        expect(below).to_be_focused()
        expect(page.locator("#live")).to_have_text(re.compile(title(page).inner_text(), re.IGNORECASE))
        page.keyboard.press("ArrowLeft")
        expect(inside).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(inside).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("End")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Home")
        assert tree.locator("[tabindex='0']").count() == 1
        assert heard == QUIET


def test_every_concept_stands_below_what_is_wider(browser: Browser, address: str) -> None:
    with opened(browser, address, at("condition/EpiduralAbscess"), "desk") as (page, _):
        wider = (
            page.locator(".entry section")
            .filter(has=page.get_by_role("heading", name="Wider", exact=True))
            .locator("a")
            .all_inner_texts()
        )
        assert len(wider) > 0
        current = page.locator(".tree [aria-current]")
        assert current.count() >= len(wider)
        above = page.locator(".tree [aria-expanded='true']").all_inner_texts()
        assert all(any(name.lower() in text.lower() for text in above) for name in wider)


def test_a_rule_says_how_it_reads_what_it_sets_aside_and_where_it_stands(browser: Browser, address: str) -> None:
    with opened(browser, address, at("rule/imaging-in-surgical-candidate"), "desk") as (page, heard):
        entry = page.locator(".entry")
        expect(entry.get_by_role("heading", name="When it holds")).to_be_visible()
        assert entry.locator(".crit a").count() > 1
        expect(entry.locator(".stated")).to_contain_text("No routine imaging")
        expect(entry.locator(".pass .hit")).to_be_visible()
        expect(entry).to_contain_text("review pending")
        expect(entry.get_by_role("link", name="Decision table")).to_be_visible()
        entry.locator(".crit a").first.click()
        expect(page.locator(".kick").first).to_have_text("Criterion")
        assert heard == QUIET


@pytest.mark.parametrize(("path", "level"), [(ENTRIES["rule"], "Emergency"), ("rule/no-routine-imaging", "Routine")])
def test_a_patient_for_whom_it_holds_opens_as_a_case(browser: Browser, address: str, path: str, level: str) -> None:
    with opened(browser, address, at(path), "desk") as (page, heard):
        page.get_by_role("button", name="Open in Case").click()
        expect(page.locator("#why .hit")).to_be_visible()
        expect(page.locator("#why .wv b")).to_have_text(re.compile("^[Dd]o"))
        page.keyboard.press("Escape")
        expect(page.locator(".band strong")).to_have_text(level)
        page.go_back()
        expect(title(page)).to_be_visible()
        assert heard == QUIET


def test_a_case_stays_while_somebody_browses(browser: Browser, address: str) -> None:
    with opened(browser, address, f"/{cases(address)['foot']}", "desk") as (page, _):
        person = Person(page)
        headline = person.headline
        turn_to(page, "Browse")
        page.locator(".browse-s a").filter(has_text="Disagreements").click()
        page.locator(".tree a").filter(has_text="C04").click()
        expect(page.locator(".sides > li").first).to_be_visible()
        assert page.locator(".sides > li").count() > 1
        assert "&y=" in page.url
        turn_to(page, "Case")
        person.answered()
        assert person.headline == headline


def test_what_is_not_used_says_why(browser: Browser, address: str) -> None:
    statements = httpx.get(f"{address}/coverage", headers={"Accept": "application/json"}).json()["statements"]
    left = [one for one in statements if not one["used_by"]]
    with opened(browser, address, at("coverage"), "desk") as (page, heard):
        expect(title(page)).to_have_text(f"{len(statements) - len(left)} of {len(statements)} statements are used")
        page.locator(".entry details summary").first.click()
        page.locator(".entry details a").first.click()
        expect(page.locator(".entry .use")).to_contain_text("Not modelled: ")
        expect(page.locator(".tree [aria-current]")).to_contain_text("not modelled")
        assert heard == QUIET


def test_an_unknown_entry_is_named_with_what_is_near(browser: Browser, address: str) -> None:
    with opened(browser, address, at("finding/Feverr"), "desk") as (page, _):
        expect(page.locator(".note")).to_contain_text("/finding/Fever")
    with opened(browser, address, "/#tab=browse&entry=<img src=x onerror=alert(1)>", "desk") as (page, heard):
        expect(page.locator(".note")).to_contain_text("left out of this link")
        assert heard == QUIET


@pytest.fixture(scope="module")
def with_documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small guideline, served with its documents, of which one has changed."""
    folder: Path = tmp_path_factory.mktemp("guideline")
    write_good(folder)
    changed = folder / "documents" / "901.txt"
    changed.write_text(changed.read_text(encoding="utf-8").swapcase(), encoding="utf-8")
    settings = Settings(knowledge=(folder,), sources=folder / "documents")
    app = create_app(settings, Engine(load_knowledge(knowledge_paths(folder))))
    with serving(app, limits_for(settings.max_body_bytes)) as port:
        yield f"http://127.0.0.1:{port}"


def test_printed_words_stand_beside_ours_while_the_document_is_as_it_was_read(browser: Browser, with_documents: str) -> None:
    shown = httpx.get(f"{with_documents}/v1/passages").json()["passages"]
    read = next(one for one in shown if one["source"] == "900")
    changed = next(one for one in shown if one["source"] == "901")
    with opened(browser, with_documents, at(f"passage/{read['id']}"), "desk") as (page, heard):
        expect(page.locator(".pass .hit q")).to_have_text(" ".join(read["printed"].split()))
        expect(page.locator(".entry-p")).to_contain_text("in quotes the printed words")
        take_picture(page, "browse-printed-desk")
        assert violations(page) == []
        page.goto(f"{with_documents}{at('passage/' + changed['id'])}")
        expect(page.locator(".entry-p")).to_contain_text("the document has changed here")
        assert page.locator(".pass .hit q").count() == 0
        assert heard == QUIET


def test_printed_words_stand_in_the_why_of_a_case(browser: Browser, with_documents: str) -> None:
    rules = httpx.get(f"{with_documents}/v1/rules?limit=500").json()["items"]
    rule = next(one for one in rules if one["kind"] == "recommendation" and one["source"] == "900")
    (passage,) = httpx.get(f"{with_documents}/v1/passages?id={rule['passages'][0]}").json()["passages"]
    with opened(browser, with_documents, f"/#y=sore_throat&why={rule['code']}", "desk") as (page, heard):
        expect(page.locator("#why .hit q")).to_have_text(" ".join(passage["printed"].split()))
        take_picture(page, "why-printed-desk")
        assert violations(page) == []
        assert heard == QUIET


def test_without_documents_that_is_said(browser: Browser, address: str) -> None:
    with opened(browser, address, at(ENTRIES["passage"]), "desk") as (page, _):
        expect(page.locator(".entry-p")).to_contain_text("no document whose printed words")
        assert page.locator("q").count() == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ENTRIES)
def test_browse_is_for_everybody(browser: Browser, address: str, name: str, scheme: Any, size: str) -> None:
    touch = {"has_touch": size == "phone", "color_scheme": scheme}
    with opened(browser, address, at(ENTRIES[name]), size, **touch) as (page, heard):
        expect(title(page) if ENTRIES[name] else page.locator(".tree")).to_be_visible()
        take_picture(page, f"browse-{name}-{size}-{scheme}")
        page.evaluate("for (const one of document.querySelectorAll('.entry details')) one.open = true")
        assert violations(page) == []
        assert too_wide(page) <= 0
        if size == "phone":
            small = page.evaluate(MEASURE, SMALL)  # ids of passages stand in the line of what they state
            assert [name for name in small if "-L" not in name] == []
        assert heard == QUIET


@pytest.mark.parametrize("entry", ["passages", "rule/no-routine-imaging", "tension/C04", "coverage"])
def test_browse_speaks_german_and_fits_a_narrow_screen(browser: Browser, address: str, entry: str) -> None:
    with opened(browser, address, at(entry), "phone", locale="de-DE") as (page, _):
        page.set_viewport_size({"width": 320, "height": 720})
        expect(page.locator(".browse")).to_be_visible()
        take_picture(page, f"browse-german-narrow-{entry.partition('/')[0]}")
        assert too_wide(page) <= 0


def test_on_a_phone_the_way_back_leads_to_what_was_found(browser: Browser, address: str) -> None:
    with opened(browser, address, at(""), "phone", has_touch=True) as (page, heard):
        search(page, "fever").first.tap()
        expect(title(page)).to_be_focused()
        assert not page.locator(".browse-l").is_visible()
        page.locator(".browse-back").tap()
        expect(page.locator(".hit-a").first).to_be_visible()
        assert heard == QUIET
