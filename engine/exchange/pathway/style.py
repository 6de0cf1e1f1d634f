"""How a pathway looks. Every difference is told twice, never by colour alone: by words, a mark or a hatch, and a kind of line.

Colours are those of Okabe and Ito, darkened until text on them has a contrast of 4.5 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spinegraph.engine.exchange.pathway.model import EdgeKind, NodeKind

INK, GREY, PAPER = "#1B2430", "#5A6470", "#FFFFFF"


class BoxStyle(NamedTuple):
    """Fill, border and its dashes, accent of the caption, how round the corners are, and the least and greatest width."""

    fill: str
    border: str
    dashes: tuple[float, ...] = ()
    rounding: float = 3.0
    narrowest: float = 120.0
    widest: float = 214.0


_RULE = BoxStyle("#FFFFFF", "#1B2430", (), 2.0, 226.0, 226.0)
_GAP = BoxStyle("#FFF8DF", "#7A6000", (5.0, 2.5), 2.0, 210.0, 210.0)
_EXCLUDED = BoxStyle("#F1F1F1", "#555555", (1.5, 2.0), 2.0, 160.0, 210.0)
BOXES: Mapping[NodeKind, BoxStyle] = {
    "recommendation": _RULE,
    "recommendations": _RULE._replace(narrowest=270.0, widest=270.0),
    "assessment": BoxStyle("#F5F0FB", "#62438C", (), 7.0, 210.0, 210.0),
    "condition": BoxStyle("#E6DAF5", "#62438C", (), 14.0, 150.0, 220.0),
    "derived-finding": BoxStyle("#EDF6EC", "#2F6B38", (), 7.0, 190.0, 210.0),
    "finding": BoxStyle("#EDF6EC", "#2F6B38", (), 3.0),
    "criterion": BoxStyle("#EDF2F7", "#50657A"),
    "leaf": BoxStyle("#F8FAFC", "#50657A"),
    "gap": _GAP,
    "gaps": _GAP,
    "tension": _GAP._replace(fill="#FDF0E7", border="#94440F", dashes=(6.0, 2.0, 1.5, 2.0), widest=226.0),
    "exclusion": _EXCLUDED,
    "exclusions": _EXCLUDED,
}

BOX_LEGEND: Mapping[NodeKind, str] = {
    "leaf": "finding or measurement",
    "criterion": "criterion with parts",
    "finding": "finding",
    "derived-finding": "finding derived from others",
    "assessment": "assessment: raises a suspicion",
    "condition": "suspicion of a condition",
    "recommendation": "recommendation",
    "gap": "question left open",
    "tension": "the sources disagree",
    "exclusion": "patients not covered",
}
SINGULAR: Mapping[NodeKind, NodeKind] = {"recommendations": "recommendation", "gaps": "gap", "exclusions": "exclusion"}


class EdgeStyle(NamedTuple):
    """Colour, width and dashes of an arrow, its end (head, bar or ring), and its words in the legend."""

    colour: str
    width: float
    dashes: tuple[float, ...]
    end: str
    legend: str


_SUSPICION = EdgeStyle("#62438C", 1.5, (), "head", "suspicion")
EDGES: Mapping[EdgeKind, EdgeStyle] = {
    "criterion-of": EdgeStyle("#50657A", 1.1, (), "head", "part of the criterion"),
    "scope": EdgeStyle("#50657A", 1.1, (1.2, 1.8), "head", "whom it is about"),
    "suspects": _SUSPICION,
    "suspicion": _SUSPICION,
    "derives": EdgeStyle("#2F6B38", 1.3, (), "head", "derives"),
    "overrides": EdgeStyle("#B23A00", 2.0, (), "head", "overrides"),
    "overrides-if-known": EdgeStyle("#B23A00", 1.5, (4.0, 2.0), "head", "overrides, if known to apply"),
    "leaves-open": EdgeStyle("#7A6000", 1.3, (5.0, 2.0, 1.2, 2.0), "ring", "leaves open (provisional)"),
    "position": EdgeStyle("#94440F", 1.3, (5.0, 2.0, 1.2, 2.0), "head", "has as one of its sides"),
    "excludes": EdgeStyle("#555555", 1.3, (1.5, 2.0), "bar", "excludes patients"),
}


class ChipStyle(NamedTuple):
    """A word in a frame: its text with a mark, fill, ink and border."""

    text: str
    fill: str
    ink: str
    border: str


CHIPS: Mapping[str, ChipStyle] = {
    "for": ChipStyle("✓ FOR", "#FFFFFF", INK, INK),
    "against": ChipStyle("✗ AGAINST", INK, "#FFFFFF", INK),
    "must": ChipStyle("MUST", "#FFFFFF", INK, "#9AA5B1"),
    "should": ChipStyle("SHOULD", "#FFFFFF", INK, "#9AA5B1"),
    "may": ChipStyle("MAY", "#FFFFFF", INK, "#9AA5B1"),
    "emergency": ChipStyle("▲ EMERGENCY", "#A62B00", "#FFFFFF", "#A62B00"),
    "urgent": ChipStyle("◆ URGENT", "#F0B429", INK, "#B07D00"),
    "routine": ChipStyle("● ROUTINE", "#00588F", "#FFFFFF", "#00588F"),
    "ungraded": ChipStyle("○ NO URGENCY STATED", "#FFFFFF", GREY, "#9AA5B1"),
}
"""Words of direction, modality and urgency."""
