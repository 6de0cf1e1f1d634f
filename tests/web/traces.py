"""The browser's own trace: how long it takes from a click to the paint of the answer to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Page

CATEGORIES = ["devtools.timeline"]
ANSWER = "/v1/decisions"


def repaints(page: Page, act: Callable[[], None], times: int) -> list[float]:
    """Milliseconds from each click to the first paint after the answer that it asked for had arrived."""
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=CATEGORIES)
    for _ in range(times):
        act()
        page.wait_for_timeout(250)  # so that each click has the page to itself
    events = json.loads(browser.stop_tracing())["traceEvents"]
    return [*_durations(sorted(events, key=lambda event: event.get("ts", 0)))]


def _durations(events: list[dict[str, Any]]) -> Iterator[float]:
    asked: set[str] = set()
    clicked: float | None = None
    arrived = False
    for event in events:
        data = event.get("args", {}).get("data", {})
        match event["name"]:
            case "EventDispatch" if data.get("type") == "click":
                clicked, arrived = event["ts"], False
            case "ResourceSendRequest" if ANSWER in data.get("url", ""):
                asked.add(data["requestId"])
            case "ResourceFinish" if data.get("requestId") in asked:
                arrived = True
            case "Paint" | "Commit" if arrived and clicked is not None:
                yield (event["ts"] + event.get("dur", 0) - clicked) / 1000
                clicked = None
            case _:
                pass
