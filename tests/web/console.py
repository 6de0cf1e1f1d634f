"""A person at the console, who counts: a click is one, typing a number is one. And cases as fragments of an address."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Locator, Page, expect

SETTLED = "#app .brief:not([data-old])"
"""The answer, where it stands for the facts that are shown."""


class Person:
    """Somebody who uses a page with a mouse and a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0
        self.answered()

    def answered(self) -> None:
        """Wait until the answer is about the facts that are shown."""
        expect(self.page.locator(SETTLED)).to_be_visible()

    def press(self, where: Locator) -> None:
        """One click, and its answer."""
        self.actions += 1
        where.click()
        self.answered()

    def enter(self, label: str, value: float) -> None:
        """One number, typed into the facts."""
        self.actions += 1
        field = self.page.locator(".facts").get_by_label(label)
        field.fill(str(value))
        field.press("Enter")
        self.answered()

    def chip(self, name: str) -> Locator:
        """A chip of the facts."""
        return self.page.locator(".facts .chip").filter(has_text=re.compile(rf"^{re.escape(name)}"))

    def group(self, name: str) -> Locator:
        """The heading of a group of chips."""
        return self.page.locator(".facts .grp h3 button").filter(has_text=name)

    @property
    def level(self) -> str:
        return str(self.page.locator(".band strong").inner_text())

    @property
    def headline(self) -> str:
        return str(self.page.locator("#brief-t").inner_text())

    def deny_screen(self) -> None:
        """None of what is asked now."""
        self.press(self.page.locator(".next .primary"))


def cases(address: str) -> dict[str, str]:
    """Cases as fragments, made of the screens that the service has."""
    screens = {screen["id"]: screen for screen in httpx.get(f"{address}/v1/screens").json()["screens"]}

    def denied(*ids: str, but: tuple[str, ...] = ()) -> str:
        items = [item for id_ in ids for item in screens[id_]["items"] if item["kind"] == "finding"]
        return ".".join(dict.fromkeys(item["code"] for item in items if item["code"] not in but))

    clean = denied("who-and-where", "cauda-equina", "legs", "infection", "cancer", "fracture", but=("back_pain", "low_back_pain"))
    scope = "pregnancy.thoracic_pain.palpable_knots"
    return {
        "empty": "",
        "ordinary": f"#y=low_back_pain&n={clean}&m=age_years~55~a*duration_weeks~2~wk",
        "cauda": "#y=low_back_pain.urinary_retention.saddle_anesthesia&n=pregnancy.thoracic_pain&m=age_years~48~a",
        "foot": f"#y=low_back_pain.foot_dorsiflexion_weak.muscle_spasm&n={denied('cauda-equina')}.{scope}&m=age_years~44~a",
        "contradiction": "#y=low_back_pain&c=night_pain&m=age_years~60~a",
        "child": "#y=low_back_pain.saddle_anesthesia&m=age_years~9~a",
        "hostile": "#y=low_back_pain.foo_sign&n=<img src=x onerror=alert(1)>.__proto__&m=age_years~-4~a*constructor~1~a&q=1",
    }
