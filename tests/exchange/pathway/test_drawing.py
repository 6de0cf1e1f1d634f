"""Pictures of pathways: text inside its box, boxes apart, arrows round boxes, the same bytes each time, told in words too."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from spinegraph.engine import DISCLAIMER, Engine, Knowledge, load_knowledge
from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.pathway.boxes import BODY, CHIP_HEIGHT, Box, font, set_box, width_of, wrap
from spinegraph.engine.exchange.pathway.drawing import DPI, SETTINGS, draw, render_pathway
from spinegraph.engine.exchange.pathway.layout import Placed, Route, Size, place
from spinegraph.engine.exchange.pathway.model import Action, Edge, Line, Node, Pathway, outline
from spinegraph.engine.exchange.pathway.style import BOXES, CHIPS, EDGES
from spinegraph.engine.exchange.pathway.views import find_pathway

from tests.small import write_small

SVG = "{http://www.w3.org/2000/svg}"
PICTURE = Path(__file__).parents[3] / "docs" / "pictures" / "cauda-equina-syndrome.svg"
SHIPPED = ("cauda_equina_syndrome", "spinal_infection", "lumbar-mri-in-suspected-cauda-equina", "C05", "")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return load_knowledge(write_small(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def pathways(engine: Engine, small: Knowledge) -> list[Pathway]:
    """A few large ones, and everything there is of the small guideline."""
    names = ["", *(rule.id for rule in small.rules.values()), *(condition.code for condition in small.conditions.values())]
    return [find_pathway(engine.knowledge, name) for name in SHIPPED] + [find_pathway(small, name) for name in names]


@pytest.fixture(scope="module")
def laid(pathways: list[Pathway]) -> list[tuple[list[Box], Placed]]:
    found = []
    for panel in (panel for pathway in pathways for panel in pathway.panels):
        boxes = [set_box(node) for node in panel.nodes]
        found.append((boxes, place({box.node.id: box.size for box in boxes}, panel.edges)))
    return found


# Text ----------------------------------------------------------------------------------------


def test_text_stays_inside_its_box(laid: list[tuple[list[Box], Placed]]) -> None:
    for box in (box for boxes, _ in laid for box in boxes):
        assert box.runs
        for run in box.runs:
            assert run.x >= 4, (box.node.title, run.text)
            assert run.x + width_of(run.text, run.face) <= box.size.width - 4, (box.node.title, run.text)
            assert run.y - run.face.size >= 0, (box.node.title, run.text)
            assert run.y + 0.3 * run.face.size <= box.size.height, (box.node.title, run.text)
        for chip in box.chips:
            assert chip.x + chip.width <= box.size.width
            assert chip.y + CHIP_HEIGHT <= box.size.height


def test_texts_of_a_box_do_not_cover_each_other(laid: list[tuple[list[Box], Placed]]) -> None:
    for box in (box for boxes, _ in laid for box in boxes):
        for one, other in combinations(box.runs, 2):
            apart = one.x + one.width <= other.x + 0.1 or other.x + other.width <= one.x + 0.1
            assert apart or abs(one.y - other.y) >= min(one.face.size, other.face.size) * 0.9, (one.text, other.text)


def test_what_is_drawn_is_as_wide_as_what_was_measured(small: Knowledge) -> None:
    """The real extents of every text, as matplotlib draws it."""
    import matplotlib.style
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    seen = 0
    with matplotlib.style.context(["default", SETTINGS], after_reset=True):
        drawn = draw(find_pathway(small, "give-penicillin"))
        drawn.figure.set_dpi(DPI)
        renderer = FigureCanvasAgg(drawn.figure).get_renderer()  # type: ignore[no-untyped-call]
        texts = {(text.get_text(), *text.get_position()): text for text in drawn.figure.axes[0].texts}
        for box, x, y in drawn.boxes:
            for run in box.runs:
                text = texts[run.text, x + run.x, y + run.y]
                assert abs(text.get_window_extent(renderer).width * 72 / DPI - run.width) < 1.5, run.text
                seen += 1
    assert seen > 30


def test_every_word_of_a_node_is_in_its_box(pathways: list[Pathway]) -> None:
    for node in pathways[0].panels[0].nodes:
        words = " ".join(run.text for run in set_box(node).runs)
        for text in (node.title, node.caption.upper(), *(line.text for line in node.lines)):
            assert text in words


def test_long_words_are_broken_and_none_is_lost() -> None:
    text = "a " + "pneumonoultramicroscopicsilicovolcanoconiosis" * 3 + " b"
    rows = wrap(text, BODY, 90.0)
    assert max(width_of(row, BODY) for row in rows) <= 90.0
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")


def test_a_formula_in_a_label_is_drawn_as_it_is_written() -> None:
    node = Node(id="n", kind="leaf", caption="finding", title="costs $5 or $6, 2 < 3 & \\alpha", lines=())
    pathway = _pathway(node)
    svg = render_pathway(pathway, "svg").decode()
    assert ElementTree.fromstring(svg).findtext(f"{SVG}title") == pathway.title  # noqa: S314
    assert "$5 or $6, 2 &lt; 3 &amp; \\alpha" in svg


def _pathway(*nodes: Node, edges: tuple[Edge, ...] = ()) -> Pathway:
    from spinegraph.engine.exchange.pathway.model import Panel

    return Pathway(
        title="A title with <angles> & \\1 more",
        subtitle="",
        panels=(Panel(title="", note="", nodes=nodes, edges=edges),),
        sources=("900, Sore throat: review status pending.",),
        knowledge="Knowledge 1",
        disclaimer=DISCLAIMER,
    )


# Layout --------------------------------------------------------------------------------------


def test_boxes_do_not_overlap(laid: list[tuple[list[Box], Placed]]) -> None:
    for boxes, placed in laid:
        rectangles = [(*placed.corners[box.node.id], box.size) for box in boxes]
        for (x, y, size), (across, down, other) in combinations(rectangles, 2):
            beside = x + size.width <= across + 0.01 or across + other.width <= x + 0.01
            assert beside or y + size.height <= down + 0.01 or down + other.height <= y + 0.01
        for x, y, size in rectangles:
            assert 0 <= x <= x + size.width <= placed.width + 0.01
            assert -0.01 <= y <= y + size.height <= placed.height + 0.01


def course(route: Route) -> Iterator[tuple[float, float]]:
    """Points along an arrow, as it is drawn: level, or a curve that begins and ends level."""
    for (x, y), (across, down) in pairwise(route.points):
        for step in range(41):
            t = step / 40
            forth = 1.5 * t * (1 - t) ** 2 + 1.5 * t**2 * (1 - t) + t**3  # both handles half way across
            yield x + (across - x) * forth, y + (down - y) * t * t * (3 - 2 * t)


def test_arrows_pass_beside_boxes(laid: list[tuple[list[Box], Placed]]) -> None:
    for boxes, placed in laid:
        for route in placed.routes:
            ends = {route.edge.source, route.edge.target}
            if route.loop:
                continue
            for x, y in course(route):
                for box in boxes:
                    left, top = placed.corners[box.node.id]
                    inside = left + 0.5 < x < left + box.size.width - 0.5 and top + 0.5 < y < top + box.size.height - 0.5
                    assert not inside or box.node.id in ends, (route.edge, box.node.id)


def test_arrows_begin_and_end_at_the_borders_of_their_boxes(laid: list[tuple[list[Box], Placed]]) -> None:
    for boxes, placed in laid:
        sizes = {box.node.id: box.size for box in boxes}
        assert len(placed.routes) > 0 or len(boxes) <= 40
        for route in placed.routes:
            for name, (x, y) in ((route.edge.source, route.points[0]), (route.edge.target, route.points[-1])):
                left, top = placed.corners[name]
                assert min(abs(x - left), abs(x - left - sizes[name].width)) < 0.01
                assert top <= y <= top + sizes[name].height


def test_arrows_in_a_circle_and_to_the_same_box_are_drawn() -> None:
    sizes = {name: Size(100, 40, {None: 20, 0: 10, 1: 30}, 20) for name in "abc"}
    pairs = (("a", "b", None), ("b", "c", None), ("c", "a", None), ("a", "a", 1))
    edges = [Edge(source=source, target=target, kind="overrides", target_line=line) for source, target, line in pairs]
    placed = place(sizes, edges)
    assert len(placed.routes) == 4
    assert len({x for x, _ in placed.corners.values()}) == 3
    assert [route.loop for route in placed.routes] == [False, False, False, True]
    back = placed.routes[2].points
    assert back[0][0] > back[-1][0]


def test_boxes_without_arrows_fill_rows_below_the_others() -> None:
    sizes = {str(number): Size(100, 40 + number, {None: 20}, 20) for number in range(11)}
    placed = place(sizes, [Edge(source="0", target="1", kind="derives")])
    assert {placed.corners[str(number)][1] > placed.corners["0"][1] for number in range(2, 11)} == {True}
    assert len({x for name, (x, _) in placed.corners.items() if name not in "01"}) == 4
    assert place({}, []).corners == {}


# Pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_pathway_gives_the_same_bytes(small: Knowledge, tmp_path: Path, form: str) -> None:
    again = load_knowledge(write_small(tmp_path))
    one, other = (render_pathway(find_pathway(knowledge, "strep_throat"), form) for knowledge in (small, again))
    assert one == other
    assert b"Matplotlib" not in one
    assert not re.search(rb"\d{4}-\d\d-\d\dT", one)


def test_an_svg_says_in_words_what_it_shows(small: Knowledge) -> None:
    pathway = find_pathway(small, "give-penicillin")
    root = ElementTree.fromstring(render_pathway(pathway, "svg"))  # noqa: S314
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}desc") == outline(pathway)
    for words in ("review status pending", DISCLAIMER, "for · should · routine"):
        assert words in (root.findtext(f"{SVG}desc") or "")
    titles = {group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g") if (group.get("id") or "").startswith("node-")}
    assert titles == {f"{node.caption}: {node.title}" for node in pathway.panels[0].nodes}


def test_every_rendering_shows_legend_review_status_and_disclaimer(small: Knowledge) -> None:
    texts = [text.get_text() for text in draw(find_pathway(small, "give-penicillin")).figure.axes[0].texts]
    shown = " ".join(texts)
    for words in (
        "review status pending",
        DISCLAIMER,
        "overrides, if known to apply",
        "leaves open (provisional)",
        "recommendation",
    ):
        assert words in shown
    assert {"✓ FOR", "▲ EMERGENCY", "● ROUTINE", "MUST", "SHOULD"} <= set(texts)


def test_a_png_is_one(small: Knowledge) -> None:
    png = render_pathway(find_pathway(small, "gargle"), "png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert b"Recommendation: Gargle" in png


def test_another_form_is_refused(small: Knowledge) -> None:
    with pytest.raises(ValueError, match="svg or png, not gif"):
        render_pathway(find_pathway(small, "gargle"), "gif")


@pytest.mark.parametrize("library", ["matplotlib", "igraph"])
def test_a_missing_library_names_the_extra(small: Knowledge, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    font.cache_clear()
    with pytest.raises(DrawingError) as caught:
        render_pathway(find_pathway(small, "give-penicillin"), "svg")
    assert str(caught.value) == f"{library} is not installed.\n  Install the extra that draws: pip install 'spinegraph[drawing]'."


def test_every_kind_of_box_arrow_and_word_has_a_look() -> None:
    from typing import get_args, get_type_hints

    from spinegraph.engine.exchange.pathway import model

    assert set(get_args(model.NodeKind)) == set(BOXES)
    assert set(get_args(model.EdgeKind)) == set(EDGES) == set(model.EDGE_WORDS)
    hints = get_type_hints(Action)
    assert {word for name in ("direction", "modality", "urgency") for word in get_args(hints[name])} == set(CHIPS)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_from_its_ground() -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    pairs = [(chip.ink, chip.fill) for chip in CHIPS.values()] + [(style.border, style.fill) for style in BOXES.values()]
    for one, other in pairs:
        low, high = sorted(map(_luminance, (one, other)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (one, other)


def test_urgency_is_told_by_a_mark_and_a_word_of_its_own() -> None:
    urgencies = ("emergency", "urgent", "routine", "ungraded")
    assert len({CHIPS[word].text[0] for word in urgencies}) == len(urgencies)
    line = Line(text="A", action=Action(direction="against", modality="must", urgency="emergency"))
    box = set_box(Node(id="n", kind="recommendations", caption="c", title="t", lines=(line,)))
    assert [chip.style.text for chip in box.chips] == ["✗ AGAINST", "MUST", "▲ EMERGENCY"]


def test_the_picture_in_the_documents_is_what_the_command_draws(engine: Engine) -> None:
    """By content, not by bytes: another release of matplotlib may set a glyph differently."""
    pathway = find_pathway(engine.knowledge, "cauda_equina_syndrome")
    shown = ElementTree.parse(PICTURE).getroot().findtext(f"{SVG}desc") or ""  # noqa: S314
    digest = re.compile(r"sha256:[0-9a-f]+")  # any change of the content changes it, not every one this picture
    assert digest.sub("", shown) == digest.sub("", outline(pathway)), (
        "Draw it again: spinegraph graph cauda_equina_syndrome --output docs/pictures/cauda-equina-syndrome.svg"
    )
