"""LHC-Forms (the National Library of Medicine's renderer) draws our forms in Chromium, without a network; what is answered
there by clicking decides like the same case in JSON.

`make foreign`, or `python -m tests.foreign.forms`. The pictures of the drawn forms are in `build/pictures/`. It ends with 1 where
anything is wrong; where no Chromium can be had it says so and passes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from spinegraph.api.http.app import create_app
from spinegraph.api.http.fhir.questionnaires import PATH
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import knowledge_paths
from spinegraph.engine.knowledge.installed import folders_named

from tests.serving import send, serving
from tests.web.browser import ARGUMENTS, VARIABLE, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

RENDERER = Path(__file__).parent / "node_modules" / "lforms" / "dist" / "lforms"
PICTURES = Path(__file__).parents[2] / "build" / "pictures"
HOST = "http://forms.test/"
"""Where the page and the renderer's files are: a host that is none, whose requests are answered from this machine."""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>form</title>
<link rel="stylesheet" href="/webcomponent/styles.css"></head><body><div id="form"></div>
<script src="/webcomponent/assets/lib/zone.min.js"></script><script src="/webcomponent/lhc-forms.js"></script>
<script src="/fhir/R4/lformsFHIR.min.js"></script></body></html>"""
DRAW = "form => LForms.Util.addFormToPage(LForms.Util.convertFHIRQuestionnaireToLForms(form, 'R4'), 'form')"
ANSWERS = "() => LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4')"
FHIR = {"Content-Type": "application/fhir+json"}
YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0136"


class Filled(NamedTuple):
    """A form with what is clicked in it: `Y`, `N`, true, a number as text; the same as a case; and what the form then hides."""

    package: str
    form: str
    clicked: Mapping[str, str]
    case: Mapping[str, Any]
    hidden: tuple[str, ...] = ()


FORMS = (
    Filled(
        "",
        "all",
        {
            "age_years": "54", "duration_weeks": "2", "back_pain": "Y", "low_back_pain": "Y", "results_so_far": "N",
            "saddle_anesthesia": "Y", "none:cauda-equina": "true", "fever": "N", "muscle_spasm": "Y",
        },
        {
            "present": ["back_pain", "low_back_pain", "saddle_anesthesia", "muscle_spasm"],
            "absent": [
                "results_so_far", "urinary_retention", "fecal_incontinence", "bowel_bladder_dysfunction",
                "bilateral_leg_weakness", "multilevel_motor_deficit", "fever",
            ],
            "measurements": {"age_years": 54, "duration_weeks": 2},
        },
        ("screen:results/1", "screen:earlier-care/1"),
    ),
    Filled(
        "sore-throat",
        "all.patient",
        {"sore_throat": "Y", "age_years": "8", "days_of_sore_throat": "3", "temperature_c": "38.6", "none:airway": "true"},
        {
            "present": ["sore_throat"],
            "absent": ["stridor", "drooling", "trismus"],
            "measurements": {"age_years": 8, "days_of_sore_throat": 3, "temperature_c": 38.6},
        },
    ),
    Filled(
        "blood-pressure",
        "all",
        {"systolic_mmhg": "162", "diastolic_mmhg": "101", "age_years": "61", "diabetes": "Y", "gout": "N"},
        {
            "present": ["diabetes"],
            "absent": ["gout"],
            "measurements": {"systolic_mmhg": 162, "diastolic_mmhg": 101, "age_years": 61},
        },
    ),
)  # fmt: skip


def main() -> int:
    """0 if every form is drawn, and decides as the same case does."""
    chromium = find_chromium()
    if chromium is None:
        print(f"forms: SKIPPED, no form was drawn: there is no Chromium. Name one in {VARIABLE}.", flush=True)
        return 0
    faults = [f"{filled.package or 'back pain'}: {fault}" for filled in FORMS for fault in _faults(filled, chromium)]
    print("\n".join(faults) or f"{len(FORMS)} forms are drawn by LHC-Forms, and decide as the same cases do")
    return bool(faults)


def _faults(filled: Filled, chromium: str) -> Iterator[str]:
    """What is wrong with a form."""
    paths = knowledge_paths(*folders_named([Path(filled.package)])) if filled.package else None
    engine = Engine(load_knowledge(paths))
    with serving(create_app(engine=engine)) as port:
        form = send(port, "GET", f"{PATH}/{filled.form}").data
        response, heard = _answered(filled, form, chromium)
        yield from heard
        given = _verdicts(port, json.dumps(response).encode(), FHIR)
        wanted = _verdicts(port, json.dumps(filled.case).encode(), {"Content-Type": "application/json"})
    yield from (f"{rule} is {given.get(rule)}, not {verdict}" for rule, verdict in wanted.items() if given.get(rule) != verdict)


def _verdicts(port: int, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    """Recommendation → verdict, and the level."""
    decision = send(port, "POST", "/v1/decisions?view=full", body, headers).data
    found = {one["id"]: one["verdict"] for one in decision["recommendations"]}
    return found | {"level": decision["brief"]["level"]}


def _answered(filled: Filled, form: Mapping[str, Any], chromium: str) -> tuple[Any, list[str]]:
    """The response to a form after what is clicked, and what the page said that it should not have."""
    from playwright.sync_api import sync_playwright

    heard: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS), chromium_sandbox=os.geteuid() != 0)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.route("**/*", lambda route: _serve(route, heard))
        page.on("pageerror", lambda error: heard.append(f"the page fails: {error}"))
        page.goto(HOST)
        page.evaluate(DRAW, form)
        page.locator("lhc-item").first.wait_for()
        for link, answer in filled.clicked.items():
            _click(page, link, answer)
        heard += [f"{link} is shown" for link in filled.hidden if page.locator(f'[id="item-{link}"]').is_visible()]
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"form-{filled.package or 'back-pain'}.png", full_page=True)
        response = page.evaluate(ANSWERS)
        browser.close()
    return response, heard


def _click(page: Page, link: str, answer: str) -> None:
    """Give one answer as a person does."""
    name = f"{link}/1/1"
    if answer in ("Y", "N"):
        page.locator(f'[id="{name}|{YES_NO}|{answer}"]').click()
    elif answer == "true":
        page.locator(f'[id="{name}|true"]').click()
    else:
        page.locator(f'[id="{name}"]').fill(answer)
        page.locator(f'[id="{name}"]').blur()


def _serve(route: Route, heard: list[str]) -> None:
    """Answer a request from this machine; any to others is noted, and not answered."""
    url = route.request.url
    path = url.removeprefix(HOST).partition("?")[0]
    if url.startswith("data:"):
        route.continue_()
    elif not url.startswith(HOST):
        heard.append(f"the page asks another host: {url}")
        route.abort()
    elif not path:
        route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")
    elif (RENDERER / path).is_file():
        route.fulfill(path=RENDERER / path)
    else:
        route.fulfill(status=404, body="")


if __name__ == "__main__":
    sys.exit(main())
