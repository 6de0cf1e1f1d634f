"""How a pathway looks. Every difference is shown twice, never by colour alone: by words or a mark, and by a kind of line.

Colours are those of Okabe and Ito, darkened until text on them has a contrast of 4.5 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spinegraph.engine.exchange.pathway.model import EdgeKind, NodeKind, Status

INK, GREY = "#1B2430", "#5A6470"


class BoxStyle(NamedTuple):
    """Fill, border and form of a box, the characters after which its text is wrapped, and its words in the legend."""

    fill: str
    border: str
    form: str = "solid"
    wrap: int = 40
    legend: str = ""


_RULE = BoxStyle("#FFFFFF", INK, "solid", 44, "recommendation")
_GAP = BoxStyle("#FFF8DF", "#7A6000", "dashed", 42, "question left open")
_EXCLUDED = BoxStyle("#F1F1F1", "#555555", "dotted", 40, "patients not covered")
BOXES: Mapping[NodeKind, BoxStyle] = {
    "leaf": BoxStyle("#F8FAFC", "#50657A", legend="finding or measurement"),
    "criterion": BoxStyle("#E7EEF5", "#50657A", legend="criterion with parts"),
    "finding": BoxStyle("#EDF6EC", "#2F6B38", legend="finding"),
    "derived-finding": BoxStyle("#EDF6EC", "#2F6B38", "rounded", legend="finding derived from others"),
    "assessment": BoxStyle("#F5F0FB", "#62438C", "rounded", legend="assessment: raises a suspicion"),
    "condition": BoxStyle("#E6DAF5", "#62438C", "rounded", legend="suspicion of a condition"),
    "recommendation": _RULE,
    "recommendations": _RULE._replace(wrap=54),
    "gap": _GAP,
    "gaps": _GAP,
    "tension": BoxStyle("#FDF0E7", "#94440F", "dashed", 44, "the sources disagree"),
    "exclusion": _EXCLUDED,
    "exclusions": _EXCLUDED,
}


class EdgeStyle(NamedTuple):
    """Colour, width, dashes and head of an arrow, and its words in the legend."""

    colour: str
    width: float
    dashes: str
    head: str
    legend: str


_SUSPICION = EdgeStyle("#62438C", 1.5, "solid", "normal", "suspicion")
EDGES: Mapping[EdgeKind, EdgeStyle] = {
    "criterion-of": EdgeStyle("#50657A", 1.1, "solid", "normal", "part of the criterion"),
    "scope": EdgeStyle("#50657A", 1.1, "dotted", "normal", "whom it is about"),
    "suspects": _SUSPICION,
    "suspicion": _SUSPICION,
    "derives": EdgeStyle("#2F6B38", 1.3, "solid", "normal", "derives"),
    "overrides": EdgeStyle("#B23A00", 2.2, "solid", "normal", "overrides"),
    "overrides-if-known": EdgeStyle("#B23A00", 1.6, "dashed", "normal", "overrides, if known to apply"),
    "leaves-open": EdgeStyle("#7A6000", 1.3, "dashed", "odot", "leaves open (provisional)"),
    "position": EdgeStyle("#94440F", 1.3, "dashed", "normal", "has as one of its sides"),
    "excludes": EdgeStyle("#555555", 1.3, "dotted", "tee", "excludes patients"),
}


class ChipStyle(NamedTuple):
    """A word in a frame: its text with a mark, fill, ink and border."""

    text: str
    fill: str
    ink: str
    border: str


_PLAIN = ("#FFFFFF", INK, "#9AA5B1")
CHIPS: Mapping[str, ChipStyle] = {
    "for": ChipStyle("FOR", "#FFFFFF", INK, INK),
    "against": ChipStyle("AGAINST", INK, "#FFFFFF", INK),
    "must": ChipStyle("MUST", *_PLAIN),
    "should": ChipStyle("SHOULD", *_PLAIN),
    "may": ChipStyle("MAY", *_PLAIN),
    "emergency": ChipStyle("▲ EMERGENCY", "#A62B00", "#FFFFFF", "#A62B00"),
    "urgent": ChipStyle("■ URGENT", "#F0B429", INK, "#B07D00"),
    "routine": ChipStyle("● ROUTINE", "#00588F", "#FFFFFF", "#00588F"),
    "ungraded": ChipStyle("○ NO URGENCY STATED", "#FFFFFF", GREY, "#9AA5B1"),
}
"""Words of direction, modality and urgency."""


class StatusStyle(NamedTuple):
    """How a case shows: the mark before a line, ink, fill of a box (none: its own), width and form of its border, words.

    `word` is what a box says of itself that has no verdict.
    """

    mark: str
    ink: str
    fill: str
    width: float
    form: str
    legend: str
    word: str


STATUSES: Mapping[Status, StatusStyle] = {
    "holds": StatusStyle("●", "#1E6B2B", "#E2F3E1", 3.0, "", "holds in this case", "holds"),
    "refuted": StatusStyle("×", "#6A6A6A", "#F2F2F2", 1.0, "", "does not", "does not hold"),
    "unknown": StatusStyle("?", "#7A5A00", "#FFFFFF", 1.6, "dashed", "not known yet", "not known"),
    "conflicting": StatusStyle("!", "#A62B00", "#FCE9E2", 3.0, "dashed", "the record contradicts itself", "yes and no"),
    "overridden": StatusStyle("⊗", "#6A6A6A", "#F2F2F2", 1.6, "dotted", "gives way to another", "gives way"),
}
