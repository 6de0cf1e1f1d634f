"""What every answer says of itself: no device, and how far its sources have been reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from spinegraph.engine.messages import IN_ENGLISH, Messages, noted
from spinegraph.engine.model import Audience, Source

NO_DEVICE = noted("Decision support for clinicians, not a medical device and no substitute for clinical judgement.")
DISCLAIMER = f"{NO_DEVICE} Check every statement before use."
"""Where no source is spoken for."""
REVIEWED = "reviewed"
"""The review status that can be relied upon; every other says that it is open, or says nothing."""

Reviewed = Literal["all", "some", "none"]


def reviewed_of(statuses: Iterable[str]) -> Reviewed:
    """How many sources have been reviewed, by their review status."""
    found = {status == REVIEWED for status in statuses}
    return "none" if True not in found else "some" if False in found else "all"


def disclaimer_of(sources: Iterable[Source], say: Messages = IN_ENGLISH) -> str:
    """The disclaimer of what rests on these sources."""
    sources = sorted(sources, key=lambda source: source.number)
    match reviewed_of(source.review_status for source in sources):
        case "all":
            state = say("The sources say that they have been reviewed")
        case "some":
            open_ = [source.number for source in sources if source.review_status != REVIEWED]
            state = say("Not confirmed as reviewed: {numbers}", numbers=", ".join(open_))
        case _:
            state = say("The sources have not been confirmed as reviewed")
    return f"{say(NO_DEVICE)} {say('{state}; check every statement before use.', state=state)}"


NO_DEVICE_FOR_PATIENTS = noted("This does not replace a doctor.")


def disclaimer_for(audience: Audience, sources: Iterable[Source], say: Messages = IN_ENGLISH) -> str:
    """The short disclaimer of a brief, in the words of an audience."""
    reviewed = reviewed_of(source.review_status for source in sources) == "all"
    if audience == "patient":
        short = say(NO_DEVICE_FOR_PATIENTS)
        return short if reviewed else f"{short} {say('The texts behind it have not been fully checked.')}"
    if reviewed:
        return say("Decision support, not a device. The sources say that they are reviewed; verify before use.")
    return say("Decision support, not a device. The sources are not shown as approved; verify before use.")
