"""Draws a pathway as SVG or PNG with matplotlib: the same pathway gives the same bytes. Lengths are points, y grows downward."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from spinegraph.engine.exchange.pathway.boxes import (
    Box,
    Face,
    chip_width,
    font,
    set_box,
    width_of,
    wrap,
)
from spinegraph.engine.exchange.pathway.layout import Placed, Route, place
from spinegraph.engine.exchange.pathway.model import Panel, Pathway, outline
from spinegraph.engine.exchange.pathway.strokes import box_id, draw_box, draw_chip, draw_end, draw_line, draw_route, frame, write
from spinegraph.engine.exchange.pathway.style import (
    BOX_LEGEND,
    BOXES,
    CHIPS,
    EDGES,
    GREY,
    PAPER,
    SINGULAR,
    BoxStyle,
    ChipStyle,
    EdgeStyle,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png")
MARGIN, NARROWEST = 26.0, 640.0
DPI, MOST_PIXELS = 150.0, 16_000
"""Resolution of a PNG, lowered where a side would have more pixels than that."""
HEADING, SUBTITLE, PANEL, FOOT, FOOT_BOLD = Face(15, True), Face(8, False, GREY), Face(11.5, True), Face(7), Face(7, True)
SETTINGS = {
    "svg.hashsalt": "spinegraph",
    "svg.fonttype": "path",
    "text.usetex": False,
    "text.hinting": "no_hinting",
    "path.simplify": False,
    "hatch.linewidth": 1.1,
}


class Drawn(NamedTuple):
    """A picture: the figure, and its boxes with the left upper corner of each."""

    figure: Figure
    boxes: tuple[tuple[Box, float, float], ...]


def render_pathway(pathway: Pathway, form: str) -> bytes:
    """A pathway as "svg" or "png". Raises DrawingError where the `drawing` extra is missing, ValueError for another form."""
    if form not in FORMATS:
        raise ValueError(f"A pathway is drawn as {' or '.join(FORMATS)}, not {form}.")
    font(False)  # says what is missing before anything else does
    import matplotlib.style

    with matplotlib.style.context(["default", SETTINGS], after_reset=True):
        drawn = draw(pathway)
        written = io.BytesIO()
        if form == "png":
            told = {"Software": "Spinegraph", "Title": pathway.title, "Description": outline(pathway)}
            dpi = min(DPI, MOST_PIXELS / max(drawn.figure.get_size_inches()))
            drawn.figure.savefig(written, format="png", dpi=dpi, metadata=told)
            return written.getvalue()
        drawn.figure.savefig(written, format="svg", metadata={"Date": None, "Creator": "Spinegraph", "Title": pathway.title})
    return _told(written.getvalue().decode(), pathway, drawn).encode()


def draw(pathway: Pathway) -> Drawn:
    """The figure of a pathway: heading, panels below each other, legend, sources with their review status, disclaimer."""
    from matplotlib.figure import Figure

    laid = [_lay(panel) for panel in pathway.panels]
    width = max(NARROWEST, *(placed.width + 2 * MARGIN for _, placed in laid))
    pen = _Pen(width)
    pen.write(pathway.title, HEADING)
    pen.write(pathway.subtitle, SUBTITLE)
    boxes: list[tuple[Box, float, float]] = []
    for panel, (set_boxes, placed) in zip(pathway.panels, laid, strict=True):
        pen.y += 12
        if panel.title:
            pen.band(panel)
        boxes += [(box, MARGIN + x, pen.y + y) for box in set_boxes for x, y in [placed.corners[box.node.id]]]
        pen.routes += [(route, MARGIN, pen.y) for route in placed.routes]
        pen.y += placed.height + 10
    pen.legend(pathway)
    pen.foot(pathway)
    height = pen.y + MARGIN - 8
    figure = Figure(figsize=(width / 72, height / 72), facecolor=PAPER)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    for x, y, wide, high, colour in pen.bands:
        frame(axes, x, y, wide, high, BoxStyle(colour, colour), 0.0)
    for route, x, y in pen.routes:
        draw_route(axes, route, x, y)
    for box, x, y in boxes:
        draw_box(axes, box, x, y)
    for style, x, y in pen.swatches:
        frame(axes, x, y, 18.0, 9.0, style, 1.1)
    for edge, x, y in pen.strokes:
        draw_line(axes, edge, [(x, y), (x + 24, y)])
        draw_end(axes, edge, x + 24, y, 1)
    for chip, x, y in pen.chips:
        draw_chip(axes, chip, x, y)
    for text, face, x, y in pen.texts:
        write(axes, text, face, x, y)
    return Drawn(figure, tuple(boxes))


def _lay(panel: Panel) -> tuple[list[Box], Placed]:
    boxes = [set_box(node) for node in panel.nodes]
    return boxes, place({box.node.id: box.size for box in boxes}, panel.edges)


class _Pen:
    """What stands around the panels, from top to bottom; `y` is where the next row begins."""

    def __init__(self, width: float) -> None:
        self.width, self.y = width, MARGIN - 4
        self.texts: list[tuple[str, Face, float, float]] = []
        self.bands: list[tuple[float, float, float, float, str]] = []
        self.routes: list[tuple[Route, float, float]] = []
        self.swatches: list[tuple[BoxStyle, float, float]] = []
        self.strokes: list[tuple[EdgeStyle, float, float]] = []
        self.chips: list[tuple[ChipStyle, float, float]] = []

    def write(self, text: str, face: Face) -> None:
        """A text over the whole width."""
        for row in wrap(text, face, self.width - 2 * MARGIN) if text else ():
            self.y += face.size * 1.3
            self.texts.append((row, face, MARGIN, self.y - face.size * 0.28))

    def band(self, panel: Panel) -> None:
        """The heading of a panel."""
        self.bands.append((MARGIN - 8, self.y, self.width - 2 * MARGIN + 16, 21.0, "#E3E8EE"))
        self.texts.append((panel.title, PANEL, MARGIN, self.y + 14.5))
        if panel.note:
            x = MARGIN + width_of(panel.title, PANEL) + 14
            self.texts.append((panel.note, FOOT_BOLD._replace(ink=GREY), x, self.y + 14))
        self.y += 32

    def legend(self, pathway: Pathway) -> None:
        """What the boxes, arrows and words of this picture mean, in rows."""
        self.y += 8
        self.bands.append((MARGIN - 8, self.y, self.width - 2 * MARGIN + 16, 0.8, "#9AA5B1"))
        self.y += 7
        x = MARGIN
        for symbol, wide, words in _entries(pathway):
            room = wide + (width_of(words, FOOT) + 5 if words else 0.0)
            if x > MARGIN and x + room > self.width - MARGIN:
                x, self.y = MARGIN, self.y + 15
            match symbol:
                case BoxStyle():
                    self.swatches.append((symbol, x, self.y + 1))
                case EdgeStyle():
                    self.strokes.append((symbol, x, self.y + 5.5))
                case ChipStyle():
                    self.chips.append((symbol, x, self.y + 0.7))
            if words:
                self.texts.append((words, FOOT, x + wide + 5, self.y + 8))
            x += room + 15
        self.y += 22

    def foot(self, pathway: Pathway) -> None:
        """The sources with their review status, the disclaimer, and which knowledge was drawn."""
        for source in pathway.sources:
            self.write(source, FOOT)
        self.y += 3
        self.write(pathway.disclaimer, FOOT_BOLD)
        self.write(pathway.knowledge, FOOT._replace(ink=GREY))


def _entries(pathway: Pathway) -> Iterator[tuple[BoxStyle | EdgeStyle | ChipStyle, float, str]]:
    """What the legend explains: symbol, its width, words. Only what the picture has."""
    nodes = [node for panel in pathway.panels for node in panel.nodes]
    kinds = {SINGULAR.get(node.kind, node.kind) for node in nodes}
    yield from ((BOXES[kind], 18.0, words) for kind, words in BOX_LEGEND.items() if kind in kinds)
    drawn = {edge.kind for panel in pathway.panels for edge in panel.edges}
    styles = dict.fromkeys(style for kind, style in EDGES.items() if kind in drawn)
    yield from ((style, 28.0, style.legend) for style in styles)
    actions = [part for node in nodes for part in (node.action, *(line.action for line in node.lines)) if part]
    said = {word for action in actions for word in (action.direction, action.modality, action.urgency)}
    yield from ((chip, chip_width(chip), "") for word, chip in CHIPS.items() if word in said)


# SVG -----------------------------------------------------------------------------------------


def _told(svg: str, pathway: Pathway, drawn: Drawn) -> str:
    """The SVG with a title, the whole content as its description, and the words of each box where one points at it."""
    head = f'<title id="title">{escape(pathway.title)}</title>\n <desc id="desc">{escape(outline(pathway))}</desc>\n'
    opened = re.sub(r"(<svg\b)([^>]*>)\s*", rf'\1 role="img" aria-labelledby="title desc"\2\n {_literal(head)} ', svg, count=1)
    titles = {box_id(box.node): f"{box.node.caption}: {box.node.title}" for box, _, _ in drawn.boxes}
    return re.sub(
        r'<g id="(node-[^"]+)">',
        lambda found: f"{found[0]}<title>{escape(titles[found[1]])}</title>" if found[1] in titles else found[0],
        opened,
    )


def _literal(text: str) -> str:
    return text.replace("\\", r"\\")
