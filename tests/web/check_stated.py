"""What a recommendation states besides for whom it is, in the console of a guideline that states it."""

from __future__ import annotations

from playwright.sync_api import Browser, expect
from spinegraph.api.http.app import create_app
from spinegraph.api.http.server import limits_for
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages

from tests.serving import serving
from tests.web.check_console import QUIET
from tests.web.pages import opened, take_picture, too_wide, violations


def test_why_shows_the_dose_with_its_inputs(browser: Browser) -> None:
    folder = shipped_packages()["sore-throat"][0]
    app = create_app(Settings(knowledge=(folder,)), Engine(load_knowledge(named_paths(folder))))
    facts = "y=sore_throat.group_a_strep_test_positive.mild_penicillin_reaction&n=severe_penicillin_reaction"
    with serving(app, limits_for(Settings().max_body_bytes)) as port:
        path = f"/#{facts}&m=age_years~8~a*weight_kg~31~kg&why=cefalexin-after-a-mild-reaction"
        with opened(browser, f"http://127.0.0.1:{port}", path, "phone") as (page, heard):
            dose = page.locator("#why .dose")
            expect(dose).to_contain_text("20 mg/kg twice a day for 10 days, at most 500 mg each")
            expect(dose).to_contain_text("20 mg/kg × 31 kg = 620 mg, at most 500 mg")
            assert "taking:simvastatin" not in page.locator("#app").inner_text()
            assert too_wide(page) == 0
            assert violations(page) == []
            take_picture(page, "why-dose-phone")
            assert heard == QUIET
