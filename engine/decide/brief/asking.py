"""The open screens of a case in the words of an audience, with why they are asked and what they settle."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs
from spinegraph.engine.decide.brief.briefing import MOST_ASKED, BriefBasis
from spinegraph.engine.decide.brief.outlook import Reaching
from spinegraph.engine.decide.brief.places import Places
from spinegraph.engine.decide.brief.screens import OpenScreen
from spinegraph.engine.knowledge.dates import only_first, screens_with_dates, timed_criteria
from spinegraph.engine.knowledge.showing import show_screen
from spinegraph.engine.messages import messages_of, noted
from spinegraph.engine.model import Audience, Knowledge
from spinegraph.engine.model.knowledge import Tier
from spinegraph.engine.model.shown import ShownScreen

MOST_SETTLED, MOST_CITED = 2, 2
WHY: Mapping[Audience, Mapping[Tier, str]] = {
    "clinician": {
        "scope": noted("decides what applies to this patient"),
        "safety": noted("can change how urgent it is"),
        "management": noted("can change what to do or to avoid"),
        "detail": noted("can change further advice only"),
    },
    "patient": {
        "scope": noted("shows which advice is meant for you"),
        "safety": noted("shows how soon you have to be seen"),
        "management": noted("can change what helps you"),
        "detail": noted("adds to the advice"),
    },
}


class Asking:
    """The screens of one knowledge, written once for each audience."""

    def __init__(self, knowledge: Knowledge, places: Places) -> None:
        self._places = places
        self._say = messages_of(knowledge.language)
        screens, first = screens_with_dates(knowledge).items(), only_first(timed_criteria(knowledge))
        self._shown = {
            audience: {
                iri: show_screen(screen, knowledge, for_patient=audience == "patient", first=first) for iri, screen in screens
            }
            for audience in WHY
        }
        self._asks = {iri: [item.asks for item in screen.items] for iri, screen in screens}

    def shown(
        self, found: BriefBasis, reaching: Reaching, audience: Audience, *, in_short: bool = False
    ) -> tuple[ShownScreen, ...]:
        """The open screens of a case, the most dangerous first.

        In short, those that can change the brief; those to ask next come with their items, the others wait for their turn.
        """
        if not in_short:
            return tuple([self._screen(open_, reaching, audience) for open_ in found.screens])
        pressing = [open_ for open_ in found.screens if open_.tier != "detail"]
        first = [self._screen(open_, reaching, audience) for open_ in pressing[:MOST_ASKED]]
        return (*map(_in_short, first), *(self._mention(open_, audience) for open_ in pressing[MOST_ASKED:]))

    def _mention(self, open_: OpenScreen, audience: Audience) -> ShownScreen:
        """A screen whose turn comes later, without what it asks."""
        whole = self._shown[audience][open_.screen.iri]
        return structs.replace(whole, tier=open_.tier, none_of_these="", passages=(), items=())

    def _screen(self, open_: OpenScreen, reaching: Reaching, audience: Audience) -> ShownScreen:
        whole = self._shown[audience][open_.screen.iri]
        asked = {item.asks for item in open_.items}
        shown = zip(self._asks[open_.screen.iri], whole.items, strict=True)
        changed = reaching.changed([item.asks for item in open_.items])
        return structs.replace(
            whole,
            tier=open_.tier,
            why=self._say(WHY[audience][open_.tier]),
            settles=self._places.among(changed)[:MOST_SETTLED],
            items=tuple([item for asks, item in shown if asks in asked]),
        )


def _in_short(screen: ShownScreen) -> ShownScreen:
    """A screen that is answered as a whole: its question, and what can be ticked."""
    ticked = tuple([structs.replace(item, question="") if item.kind == "finding" else item for item in screen.items])
    return structs.replace(screen, passages=screen.passages[:MOST_CITED], items=ticked)
