"""A pathway for a browser: linked, with ids that stay, in both colour schemes, lit by word and border, and nothing foreign."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from spinegraph.engine import Engine, Knowledge, make_case, make_codebook
from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.pathway import style
from spinegraph.engine.exchange.pathway.lighting import light
from spinegraph.engine.exchange.pathway.linked import render_linked
from spinegraph.engine.exchange.pathway.model import Pathway, outline
from spinegraph.engine.exchange.pathway.themes import DARK, style_sheet
from spinegraph.engine.exchange.pathway.views import find_pathway

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
LEAST_CONTRAST = 4.5


def lit(engine: Engine, name: str, **case: object) -> Pathway:
    decision = engine.decide(make_case(case, make_codebook(engine.knowledge)), include_all=True)
    return light(find_pathway(engine.knowledge, name), engine.knowledge, decision)


@pytest.mark.slow
def test_boxes_keep_their_ids_and_lead_to_what_they_show(small_knowledge: Knowledge) -> None:
    pathway = find_pathway(small_knowledge, "give-penicillin")
    root = ElementTree.fromstring(render_linked(pathway, "/"))  # noqa: S314
    assert {group.get("id") for group in root.iter(f"{SVG}g") if group.get("class") == "node"} == {
        node.id for node in pathway.panels[0].nodes
    }
    links = {link.get(LINK) for link in root.iter(f"{SVG}a")}
    assert "/rule/give-penicillin" in links
    assert {f"/passage/{name}" for node in pathway.panels[0].nodes for name in node.passages} <= links
    assert root.get("role") == "group"
    assert root.findtext(f"{SVG}title") == pathway.title
    assert root.findtext(f"{SVG}desc") == outline(pathway)
    assert not re.search(r"<script|<!--|<!DOCTYPE|style=", render_linked(pathway, "/").decode())


@pytest.mark.slow
def test_a_case_shows_in_words_and_borders(engine: Engine) -> None:
    pathway = lit(engine, "cauda_equina_syndrome", present=["back_pain", "urinary_retention"], absent=["saddle_anesthesia"])
    drawn = render_linked(pathway, "/").decode()
    for words in ("INDICATED", "OVERRIDDEN", "ANY OF · HOLDS", "NOT KNOWN", "● urinary retention", "× saddle anesthesia"):
        assert words in drawn.replace("&#160;", " ").replace("\u00a0", " ")
    assert "line-through" in drawn
    assert "stroke-dasharray" in drawn


@pytest.mark.slow
def test_what_is_too_large_or_too_slow_is_refused(small_knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    pathway = find_pathway(small_knowledge, "give-penicillin")
    monkeypatch.setattr("spinegraph.engine.exchange.pathway.linked.MOST_BOXES", 1)
    with pytest.raises(DrawingError, match="more than the 1 that are drawn here"):
        render_linked(pathway)
    monkeypatch.undo()
    with pytest.raises(DrawingError, match="still draws after 0 s"):
        render_linked(pathway, seconds=0)


def colours() -> set[str]:
    """Every colour that a drawing can have."""
    text = " ".join(map(repr, (style.BOXES, style.EDGES, style.CHIPS, style.STATUSES, style.INK, style.GREY)))
    return {found.lower() for found in re.findall(r"#[0-9A-Fa-f]{6}", text)}


def test_every_colour_has_one_for_the_dark() -> None:
    assert colours() <= DARK.keys()
    sheet = style_sheet()
    for colour in colours():
        assert f'[fill="{colour}"]' in sheet
    assert "prefers-color-scheme:dark" in sheet


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_in_both(dark: bool) -> None:
    def seen(colour: str) -> str:
        return DARK[colour.lower()] if dark else colour

    fills = [box.fill for box in style.BOXES.values()] + [one.fill for one in style.STATUSES.values()]
    pairs = [(style.INK, fill) for fill in fills]
    pairs += [(chip.ink, chip.fill) for chip in style.CHIPS.values()]
    pairs += [(one.ink, one.fill) for one in style.STATUSES.values()]
    assert [pair for pair in pairs if contrast(seen(pair[0]), seen(pair[1])) < LEAST_CONTRAST] == []


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light_one, dark_one = sorted(map(luminance, (one, other)), reverse=True)
    return (light_one + 0.05) / (dark_one + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
