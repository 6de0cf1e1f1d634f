"""The SMART app, launched by a server of tests: what it shows of a record, and what it says where it cannot have all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, Request, expect
from spinegraph.api.http.app import create_app
from spinegraph.api.http.server import limits_for
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.serving import serving
from tests.web.check_console import MEASURE, QUIET, SMALL
from tests.web.pages import SIZES, Heard, opened, take_picture, too_wide, violations
from tests.web.smart_server import CLIENT, RESOURCES, Behaviour, smart_server

SLOW = 20_000
"""Milliseconds that a whole launch may take on a busy machine."""


class Stage(NamedTuple):
    """The service with its app, and the server that launches it."""

    app: str
    server: str
    behaviour: Behaviour

    @property
    def launch(self) -> str:
        return f"/smart/launch?iss={self.server}/fhir&launch=ehr-1"

    def opened(
        self, browser: Browser, path: str = "", size: str = "desk", **more: Any
    ) -> AbstractContextManager[tuple[Page, Heard]]:
        return opened(browser, self.app, path or self.launch, size, others=(self.server,), **more)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Behaviour]]:
    behaviour = Behaviour()
    with serving(smart_server(behaviour)) as port:
        yield f"http://127.0.0.1:{port}", behaviour


@pytest.fixture(scope="module")
def served(engine: Engine, server: tuple[str, Behaviour]) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPINEGRAPH_SMART_CLIENT_ID", CLIENT)
        patched.setenv("SPINEGRAPH_SMART_ISSUERS", f"{server[0]}/fhir")
        settings = Settings()
        app = create_app(settings, engine)
    with serving(app, limits_for(settings.max_body_bytes)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def stage(server: tuple[str, Behaviour], served: str) -> Stage:
    address, behaviour = server
    behaviour.__init__()  # type: ignore[misc]  # as at the start
    return Stage(served, address, behaviour)


def answered(page: Page) -> None:
    expect(page.locator(".brief")).to_be_visible(timeout=SLOW)


def stopped(page: Page) -> str:
    expect(page.get_by_role("heading", name="There is no answer")).to_be_visible(timeout=SLOW)
    return str(page.locator("main").inner_text())


def rule_of(page: Page) -> str:
    return str(page.locator(".why .rid").inner_text())


def test_a_card_opens_its_explanation(browser: Browser, stage: Stage) -> None:
    rule = "no-reliance-on-radiograph-alone"
    stage.behaviour.app_context = json.dumps({"card": "1", "explain": rule})
    with stage.opened(browser) as (page, heard):
        answered(page)
        assert rule_of(page) == rule
        expect(page.locator("#brief-t")).to_contain_text("Emergency")
        expect(page.locator(".pass .hit")).to_be_visible()
        expect(page.locator("main")).to_contain_text("not a medical device")
        expect(page.locator("main")).to_contain_text("review pending")
        expect(page.locator(".who")).to_contain_text("born 1972-05-01")
        count = sum(one["resourceType"] != "Encounter" for one in RESOURCES)  # it is not searched for: it says nothing
        expect(page.locator("main")).to_contain_text(f"of {count} resources were used")
        assert heard == QUIET


def test_the_token_stays_in_the_browser(browser: Browser, stage: Stage) -> None:
    sent: list[Request] = []
    with stage.opened(browser, "/smart") as (page, _):
        page.on("request", lambda request: sent.append(request) if request.url.startswith(stage.app) else None)
        page.get_by_role("link", name=stage.server).click()
        answered(page)
        token = page.evaluate("JSON.parse(sessionStorage[JSON.parse(sessionStorage.SMART_KEY)]).tokenResponse.access_token")
        assert token.startswith("token-")
        assert [one.url for one in sent if token in json.dumps([one.url, one.headers, one.post_data])] == []
        assert any("/v1/decisions" in one.url for one in sent)
        assert any(scope.startswith("launch/patient ") and "patient/Condition.rs" in scope for scope in stage.behaviour.heard)


def test_a_server_of_version_1_launches_it(browser: Browser, stage: Stage) -> None:
    stage.behaviour.version = 1
    with stage.opened(browser) as (page, _):
        answered(page)
        assert any(scope.startswith("launch ") and "patient/Condition.read" in scope for scope in stage.behaviour.heard)


def test_another_line_shows_its_own_proof_of_the_same_record(browser: Browser, stage: Stage) -> None:
    with stage.opened(browser) as (page, heard):
        answered(page)
        before = rule_of(page)
        page.locator(".avoid .line").first.click()
        expect(page.locator("#why-t")).to_be_focused()
        assert rule_of(page) != before
        assert heard == QUIET


def test_the_console_has_the_facts(browser: Browser, stage: Stage) -> None:
    with stage.opened(browser) as (page, _):
        answered(page)
        with page.expect_popup() as popup:
            page.get_by_role("link", name="Open in the console").click()
        console = popup.value
        expect(console.locator(".band strong")).to_have_text("Emergency", timeout=SLOW)
        expect(console.locator(".because")).to_contain_text("urinary retention")
        expect(console.locator("#why .hit")).to_be_visible()


def test_what_could_not_be_read_is_said_and_the_rest_counts(browser: Browser, stage: Stage) -> None:
    stage.behaviour.failing = {"Observation": 500, "Procedure": 403}
    with stage.opened(browser) as (page, _):
        answered(page)
        note = page.locator("main > .note")
        expect(note).to_contain_text("Observation")
        expect(note).to_contain_text("Procedure")
        expect(page.locator("#brief-t")).to_contain_text("Emergency")
        assert violations(page) == []
        take_picture(page, "smart-partial-desk")


def test_without_parameters_it_says_where_it_is_opened_from(browser: Browser, stage: Stage) -> None:
    with stage.opened(browser, "/smart") as (page, heard):
        expect(page.get_by_role("heading", name="opened from a record")).to_be_visible()
        assert violations(page) == []
        assert heard == QUIET


def test_a_server_that_is_not_allowed_is_not_even_asked(browser: Browser, stage: Stage) -> None:
    with stage.opened(browser, f"/smart/launch?iss={stage.server}/other&launch=1") as (page, heard):
        assert "may not launch" in stopped(page)
        assert stage.behaviour.heard == []
        assert heard == QUIET


def test_a_refusal_is_told_in_the_words_of_the_server(browser: Browser, stage: Stage) -> None:
    stage.behaviour.refuses = "Not for this <b>user</b>"
    with stage.opened(browser) as (page, _):
        assert "Not for this <b>user</b>" in stopped(page)


@pytest.mark.parametrize(
    ("failing", "said"),
    [({"Patient": 401}, "session has ended"), ({"Condition": 401}, "session has ended"), ({"Patient": 500}, "record refused")],
)
def test_without_leave_or_patient_there_is_no_answer(browser: Browser, stage: Stage, failing: dict[str, int], said: str) -> None:
    stage.behaviour.failing = failing
    with stage.opened(browser) as (page, _):
        assert said in stopped(page)


def test_a_record_of_somebody_else_is_no_answer(browser: Browser, stage: Stage) -> None:
    stage.behaviour.patient = "p2"
    with stage.opened(browser) as (page, _):
        assert "another patient" in stopped(page)


def test_the_answer_is_taken_away_when_the_patient_changes(browser: Browser, stage: Stage) -> None:
    with stage.opened(browser) as (page, _):
        answered(page)
        page.evaluate(
            """() => {
              const key = JSON.parse(sessionStorage.SMART_KEY), state = JSON.parse(sessionStorage[key]);
              state.tokenResponse.patient = 'p2';
              sessionStorage[key] = JSON.stringify(state);
              dispatchEvent(new Event('focus'));
            }"""
        )
        assert "another patient" in stopped(page)
        assert page.locator(".brief").count() == 0


def test_a_slow_server_is_waited_for_and_said(browser: Browser, stage: Stage) -> None:
    stage.behaviour.delay = 5
    with stage.opened(browser) as (page, _):
        stage.behaviour.delay = 0
        answered(page)
    stage.behaviour.delay = 6
    with stage.opened(browser, "/smart") as (page, _):
        page.get_by_role("link", name=stage.server).click()
        expect(page.get_by_text("The server takes its time")).to_be_visible(timeout=SLOW)
        assert violations(page) == []
        stage.behaviour.delay = 0
        answered(page)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody(browser: Browser, stage: Stage, size: str, scheme: Any) -> None:
    with stage.opened(browser, size=size, color_scheme=scheme, has_touch=size == "phone") as (page, heard):
        answered(page)
        expect(page.locator(".pass .hit")).to_be_visible()
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        take_picture(page, f"smart-{size}-{scheme}")
        assert violations(page) == []
        assert too_wide(page) <= 0
        if size == "phone":
            assert page.evaluate(MEASURE, SMALL) == []
        assert heard == QUIET


def test_it_speaks_german_and_fits_a_narrow_screen(browser: Browser, stage: Stage) -> None:
    with stage.opened(browser, size="phone", locale="de-DE") as (page, _):
        page.set_viewport_size({"width": 320, "height": 720})
        answered(page)
        expect(page.get_by_role("heading", name="Was von der Akte gelesen wurde")).to_be_visible()
        take_picture(page, "smart-german-narrow")
        assert too_wide(page) <= 0
