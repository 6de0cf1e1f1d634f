"""What every answer says of itself: no device, and how far its sources have been reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from spinegraph.engine.model import Audience, Source

NO_DEVICE = "Decision support for clinicians, not a medical device and no substitute for clinical judgement."
DISCLAIMER = f"{NO_DEVICE} Check every statement before use."
"""Where no source is spoken for."""
REVIEWED = "reviewed"
"""The review status that can be relied upon; every other says that it is open, or says nothing."""

Reviewed = Literal["all", "some", "none"]


def reviewed_of(statuses: Iterable[str]) -> Reviewed:
    """How many sources have been reviewed, by their review status."""
    found = {status == REVIEWED for status in statuses}
    return "none" if True not in found else "some" if False in found else "all"


def disclaimer_of(sources: Iterable[Source]) -> str:
    """The disclaimer of what rests on these sources."""
    sources = sorted(sources, key=lambda source: source.number)
    match reviewed_of(source.review_status for source in sources):
        case "all":
            state = "The sources say that they have been reviewed"
        case "some":
            open_ = [source.number for source in sources if source.review_status != REVIEWED]
            state = f"Not confirmed as reviewed: {', '.join(open_)}"
        case _:
            state = "The sources have not been confirmed as reviewed"
    return f"{NO_DEVICE} {state}; check every statement before use."


NO_DEVICE_FOR_PATIENTS = "This does not replace a doctor."


def disclaimer_for(audience: Audience, sources: Iterable[Source]) -> str:
    """The short disclaimer of a brief, in the words of an audience."""
    reviewed = reviewed_of(source.review_status for source in sources) == "all"
    if audience == "patient":
        return (
            NO_DEVICE_FOR_PATIENTS if reviewed else f"{NO_DEVICE_FOR_PATIENTS} The texts behind it have not been fully checked."
        )
    shown = "The sources say that they are reviewed" if reviewed else "The sources are not shown as approved"
    return f"Decision support, not a device. {shown}; verify before use."
