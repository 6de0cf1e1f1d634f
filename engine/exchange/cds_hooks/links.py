"""Where a card leads: the console with the case in the fragment of the URL, which browsers keep to themselves; a SMART app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

import msgspec
from spinegraph.engine.exchange.cds_hooks.messages import CardLink
from spinegraph.engine.knowledge.numbers import written_decimal
from spinegraph.engine.messages import Messages
from spinegraph.engine.model import Case, Knowledge

SMART = "smart/launch"
"""The path at which the SMART app is launched."""
_KEPT = "!'()*-._~"
"""What `encodeURIComponent` leaves as it is, so that the console's own links are the same."""


class LinkOptions(NamedTuple):
    """Where the service is reached (its root, with a slash at its end), and whether its SMART app is there."""

    root: str
    smart: bool = False


def case_fragment(case: Case, units: Mapping[str, str], why: str = "") -> str:
    """A case as the console keeps it in the fragment of its URL (web/src/fragment.ts); `why`: a recommendation to explain.

    `units`: of each measurement. What was done or taken stands there as far as rules ask for it.
    """
    present, absent = {*case.present}, {*case.absent}
    lists = {"y": present - absent, "n": absent - present, "c": present & absent}
    parts = [f"{key}={'.'.join(sorted(codes))}" for key, codes in lists.items() if codes]
    if case.measurements:
        numbers = (
            f"{code}~{written_decimal(round(value, 6))}~{quote(units[code], safe=_KEPT)}"
            for code, value in sorted(case.measurements.items())
        )
        parts.append(f"m={'*'.join(numbers)}")
    if case.coded:
        parts.append(f"s={'*'.join(f'{code}~{quote(choice, safe=_KEPT)}' for code, choice in sorted(case.coded.items()))}")
    if why:
        parts.append(f"why={quote(why, safe=_KEPT)}")
    return "#" + "&".join(parts)


class Links:
    """The links of cards, in one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._units = {one.code: one.unit for one in knowledge.measurements.values()}

    def of(self, case: Case, options: LinkOptions, say: Messages, card: str, why: str = "") -> tuple[CardLink, ...]:
        """The links of a card (its uuid): the explanation, and the SMART app where there is one."""
        label = say("Why, with the sources") if why else say("Answer the questions here")
        address = options.root + case_fragment(case, self._units, why)
        found = [CardLink(label=label, url=address, type="absolute")]
        if options.smart:
            told = {"card": card, **({"explain": why} if why else {})}
            launch = CardLink(
                label=say("Open with this patient"),
                url=options.root + SMART,
                type="smart",
                app_context=msgspec.json.encode(told).decode(),
            )
            found.append(launch)
        return tuple(found)
