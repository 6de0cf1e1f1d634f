"""The open screens of a case in the words of an audience, with why they are asked and what they settle."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs
from spinegraph.engine.decide.brief.briefing import Finding
from spinegraph.engine.decide.brief.places import Places
from spinegraph.engine.decide.brief.screens import OpenScreen
from spinegraph.engine.knowledge.showing import show_screen
from spinegraph.engine.model import Audience, Knowledge
from spinegraph.engine.model.knowledge import Tier
from spinegraph.engine.model.shown import ShownScreen

MOST_SETTLED = 4
WHY: Mapping[Audience, Mapping[Tier, str]] = {
    "clinician": {
        "scope": "decides what applies to this patient",
        "safety": "can change how urgent it is",
        "management": "can change what to do or to avoid",
        "detail": "can change further advice only",
    },
    "patient": {
        "scope": "shows which advice is meant for you",
        "safety": "shows how soon you have to be seen",
        "management": "can change what helps you",
        "detail": "adds to the advice",
    },
}


class Asking:
    """The screens of one knowledge, written once for each audience."""

    def __init__(self, knowledge: Knowledge, places: Places) -> None:
        self._places = places
        self._code = {iri: thing.code for things in (knowledge.findings, knowledge.measurements) for iri, thing in things.items()}
        self._shown = {
            audience: {screen.iri: show_screen(screen, knowledge, for_patient=audience == "patient") for screen in screens}
            for screens in (knowledge.screens.values(),)
            for audience in WHY
        }

    def shown(self, found: Finding, audience: Audience) -> tuple[ShownScreen, ...]:
        """The open screens of a case, the most dangerous first."""
        return tuple([self._screen(open_, found, audience) for open_ in found.screens])

    def _screen(self, open_: OpenScreen, found: Finding, audience: Audience) -> ShownScreen:
        whole = self._shown[audience][open_.screen.iri]
        asked = {self._code[item.asks] for item in open_.items}
        changed = found.outlook.changed([item.asks for item in open_.items])
        return structs.replace(
            whole,
            tier=open_.tier,
            why=WHY[audience][open_.tier],
            settles=self._places.among(changed)[:MOST_SETTLED],
            items=tuple([item for item in whole.items if item.code in asked]),
        )
