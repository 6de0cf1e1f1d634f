"""Pathways as DOT: every word, box and arrow is in the text, nothing in a label breaks it, and its looks differ twice."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from spinegraph.engine import DISCLAIMER, Engine, Knowledge, load_knowledge
from spinegraph.engine.exchange.pathway import model
from spinegraph.engine.exchange.pathway.dot import write_dot
from spinegraph.engine.exchange.pathway.drawing import find_program
from spinegraph.engine.exchange.pathway.model import Action, Edge, Line, Node, Panel, Pathway
from spinegraph.engine.exchange.pathway.style import BOXES, CHIPS, EDGES, STATUSES
from spinegraph.engine.exchange.pathway.views import find_pathway

from tests.small import write_small

SHIPPED = ("cauda_equina_syndrome", "lumbar-mri-in-suspected-cauda-equina", "C01", "000", "")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return load_knowledge(write_small(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def pathways(engine: Engine, small: Knowledge) -> list[Pathway]:
    names = ("give-penicillin", "strep_throat", "T01", "900", "")
    return [find_pathway(engine.knowledge, name) for name in SHIPPED] + [find_pathway(small, name) for name in names]


def words_of(markup: str) -> str:
    """The text of an HTML-like label, without what only breaks or indents it."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).replace("\xa0", " ").split())


def read_by_a_renderer(text: str) -> dict[str, Any]:
    """What a program that draws DOT understands of it; it guesses the width of "·", and warns of that alone."""
    done = subprocess.run([find_program(), "-Tdot_json"], input=text, capture_output=True, text=True, check=True)
    assert all("no value for width" in line for line in done.stderr.splitlines())
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def pathway_of(*nodes: Node, edges: tuple[Edge, ...] = ()) -> Pathway:
    return Pathway(
        title='A title with "quotes", <angles> & \\1 more',
        subtitle="",
        panels=(Panel(title="", note="", nodes=nodes, edges=edges),),
        sources=("900, Sore throat: review status pending.",),
        knowledge="Knowledge 1",
        disclaimer=DISCLAIMER,
    )


def test_every_word_is_written(pathways: list[Pathway]) -> None:
    for pathway in pathways:
        shown = words_of(write_dot(pathway))
        for text in (pathway.title, *pathway.sources, pathway.disclaimer, pathway.knowledge):
            assert " ".join(text.split()) in shown
        for node in (node for panel in pathway.panels for node in panel.nodes):
            for text in (node.title, node.caption.upper(), *(line.text for line in node.lines)):
                assert " ".join(text.split()) in shown, text


def test_a_renderer_reads_every_box_and_arrow(pathways: list[Pathway]) -> None:
    """Ids are those of rules, shapes and conditions, led by the number of the panel where there are several."""
    for pathway in pathways:
        read = read_by_a_renderer(write_dot(pathway))
        boxes = {entry["_gvid"]: entry["name"] for entry in read["objects"] if "nodes" not in entry}
        lead = [f"{number} " if len(pathway.panels) > 1 else "" for number in range(len(pathway.panels))]
        assert set(boxes.values()) == {lead[i] + node.id for i, panel in enumerate(pathway.panels) for node in panel.nodes}
        drawn = Counter(
            (boxes[edge["tail"]], _line(edge, "tailport"), boxes[edge["head"]], _line(edge, "headport"))
            for edge in read["edges"]
            if edge.get("style") != "invis"
        )
        wanted = Counter(
            (lead[i] + edge.source, _port(edge.source_line), lead[i] + edge.target, _port(edge.target_line))
            for i, panel in enumerate(pathway.panels)
            for edge in panel.edges
        )
        assert drawn == wanted


def _line(edge: dict[str, Any], port: str) -> str:
    return str(edge.get(port, "")).split(":")[0]


def _port(line: int | None) -> str:
    return "" if line is None else f"l{line}"


def test_a_formula_or_markup_in_a_label_is_written_as_it_is() -> None:
    line = Line(text='x < 3 & y > "2" \\N', about="")
    node = Node(id='n "1"', kind="leaf", caption="finding", title="costs $5 or <b>6</b>, 2 < 3 & \\alpha", lines=(line,))
    text = write_dot(pathway_of(node, edges=(Edge(source=node.id, target=node.id, kind="overrides", target_line=0),)))
    assert node.title in words_of(text.replace("&lt;", "&amp;lt;")).replace("&lt;", "<")
    read = read_by_a_renderer(text)
    assert {entry["name"].replace("\\", "") for entry in read["objects"] if "nodes" not in entry} == {node.id}


def test_the_same_pathway_gives_the_same_text(small: Knowledge, tmp_path: Path) -> None:
    again = load_knowledge(write_small(tmp_path))
    first, second = (write_dot(find_pathway(knowledge, "strep_throat")) for knowledge in (small, again))
    assert first == second


def test_boxes_without_arrows_stand_in_rows() -> None:
    nodes = tuple(Node(id=str(number), kind="leaf", caption="finding", title="t") for number in range(6))
    text = write_dot(pathway_of(*nodes, edges=(Edge(source="0", target="0", kind="overrides"),)))
    assert '"1" -> "2" -> "3" -> "4" [style=invis]' in text
    assert '"5" ->' not in text


def test_the_legend_explains_what_is_drawn_and_nothing_else(small: Knowledge) -> None:
    shown = words_of(write_dot(find_pathway(small, "give-penicillin")))
    for words in ("overrides, if known to apply", "leaves open (provisional)", "recommendation", "FOR", "▲ EMERGENCY", "MUST"):
        assert words in shown
    assert "holds in this case" not in shown
    assert "the sources disagree" not in words_of(write_dot(pathway_of(Node(id="n", kind="leaf", caption="c", title="t"))))


def test_every_kind_of_box_arrow_word_and_status_has_a_look() -> None:
    assert set(get_args(model.NodeKind)) == set(BOXES)
    assert set(get_args(model.EdgeKind)) == set(EDGES) == set(model.EDGE_WORDS)
    assert set(get_args(model.Status)) == set(STATUSES)
    hints = get_type_hints(Action)
    assert {word for name in ("direction", "modality", "urgency") for word in get_args(hints[name])} == set(CHIPS)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_from_its_ground() -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    pairs = [(chip.ink, chip.fill) for chip in CHIPS.values()] + [(style.border, style.fill) for style in BOXES.values()]
    fills = {style.fill for style in STATUSES.values()}
    pairs += [(style.ink, fill) for style in STATUSES.values() for fill in fills]
    for ink, ground in pairs:
        low, high = sorted(map(_luminance, (ink, ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


def test_urgency_has_a_mark_and_a_word_of_its_own_and_a_status_a_mark() -> None:
    urgencies = ("emergency", "urgent", "routine", "ungraded")
    assert len({CHIPS[word].text[0] for word in urgencies}) == len(urgencies)
    assert len({style.mark for style in STATUSES.values()}) == len(STATUSES)
    line = Line(text="A", action=Action(direction="against", modality="must", urgency="emergency"))
    text = write_dot(pathway_of(Node(id="n", kind="recommendations", caption="c", title="t", lines=(line,))))
    assert "AGAINST MUST ▲ EMERGENCY" in words_of(text)
