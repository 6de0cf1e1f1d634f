"""Draws a pathway as SVG or PNG with matplotlib: the same pathway gives the same bytes. Lengths are points, y grows downward."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

from engine.exchange.pathway.boxes import (
    CHIP,
    CHIP_HEIGHT,
    CHIP_PAD,
    STRIPE,
    Box,
    Face,
    Stripe,
    chip_width,
    font,
    set_box,
    width_of,
    wrap,
)
from engine.exchange.pathway.layout import Placed, Route, place
from engine.exchange.pathway.model import Node, Panel, Pathway, outline
from engine.exchange.pathway.style import (
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
    from matplotlib.axes import Axes
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
        _frame(axes, x, y, wide, high, BoxStyle(colour, colour), 0.0)
    for route, x, y in pen.routes:
        _draw_route(axes, route, x, y)
    for box, x, y in boxes:
        _draw_box(axes, box, x, y)
    for style, x, y in pen.swatches:
        _frame(axes, x, y, 18.0, 9.0, style, 1.1)
    for edge, x, y in pen.strokes:
        _draw_line(axes, edge, [(x, y), (x + 24, y)])
        _draw_end(axes, edge, x + 24, y, 1)
    for chip, x, y in pen.chips:
        _draw_chip(axes, chip, x, y)
    for text, face, x, y in pen.texts:
        _write(axes, text, face, x, y)
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


# Strokes -------------------------------------------------------------------------------------


def _write(axes: Axes, text: str, face: Face, x: float, y: float) -> None:
    properties = font(face.bold).copy()
    properties.set_size(face.size)
    axes.text(x, y, text, fontproperties=properties, color=face.ink, va="baseline", ha="left", parse_math=False, zorder=5)


def _frame(axes: Axes, x: float, y: float, wide: float, high: float, style: BoxStyle, line: float, gid: str = "") -> None:
    from matplotlib.patches import FancyBboxPatch

    rounding = min(style.rounding, high / 2)
    dashes: Any = (0, tuple(length / line for length in style.dashes)) if style.dashes and line else "solid"
    patch = FancyBboxPatch(
        (x, y), wide, high, boxstyle=f"round,pad=0,rounding_size={rounding}", facecolor=style.fill, edgecolor=style.border,
        linewidth=line, linestyle=dashes, zorder=3,
    )  # fmt: skip
    if gid:
        patch.set_gid(gid)
    axes.add_patch(patch)


def _draw_box(axes: Axes, box: Box, x: float, y: float) -> None:
    node, size = box.node, box.size
    _frame(axes, x, y, size.width, size.height, BOXES[node.kind], 2.6 if node.focus else 1.1, _gid(node))
    for stripe in box.stripes:
        _draw_stripe(axes, stripe, x, y)
    for chip in box.chips:
        _draw_chip(axes, chip.style, x + chip.x, y + chip.y)
    for run in box.runs:
        _write(axes, run.text, run.face, x + run.x, y + run.y)


def _draw_stripe(axes: Axes, stripe: Stripe, x: float, y: float) -> None:
    """The colour of the urgency; hatched where the recommendation is against something."""
    from matplotlib.patches import Rectangle

    against = stripe.action.direction == "against"
    colour = CHIPS[stripe.action.urgency].border
    patch = Rectangle(
        (x + stripe.x, y + stripe.y), STRIPE, stripe.height, facecolor=PAPER if against else colour, edgecolor=colour,
        linewidth=0.8, zorder=4,
    )  # fmt: skip
    if against:
        patch.set_hatch("//////")
    axes.add_patch(patch)


def _draw_chip(axes: Axes, style: ChipStyle, x: float, y: float) -> None:
    _frame(axes, x, y, chip_width(style), CHIP_HEIGHT, BoxStyle(style.fill, style.border, rounding=2.0), 0.7)
    _write(axes, style.text, CHIP._replace(ink=style.ink), x + CHIP_PAD, y + CHIP_HEIGHT * 0.72)


def _draw_route(axes: Axes, route: Route, x: float, y: float) -> None:
    style = EDGES[route.edge.kind]
    points = [(x + across, y + down) for across, down in route.points]
    (first, _), (last, height) = points[0], points[-1]
    way = -1 if route.loop or last < first else 1
    _draw_line(axes, style, points, loop=route.loop)
    _draw_end(axes, style, last, height, way)


def _draw_line(axes: Axes, style: EdgeStyle, points: list[tuple[float, float]], loop: bool = False) -> None:
    """Level where it passes a column, a smooth curve between columns, a bow where it returns to its box."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    vertices, codes = [points[0]], [Path.MOVETO]
    for (x, y), (across, down) in pairwise(points):
        if abs(y - down) < 0.01 and not loop:
            vertices.append((across, down))
            codes.append(Path.LINETO)
            continue
        bend = 22.0 if loop else (across - x) / 2
        vertices += [(x + bend, y), (across + bend if loop else across - bend, down), (across, down)]
        codes += [Path.CURVE4] * 3
    dashes: Any = (0, tuple(length / style.width * 1.3 for length in style.dashes)) if style.dashes else "solid"
    patch = PathPatch(
        Path(vertices, codes), facecolor="none", edgecolor=style.colour, linewidth=style.width, linestyle=dashes, zorder=2
    )
    axes.add_patch(patch)


def _draw_end(axes: Axes, style: EdgeStyle, x: float, y: float, way: int) -> None:
    """The end of an arrow that comes from the left (`way` 1) or the right (-1): head, ring or bar."""
    from matplotlib.patches import Circle, Polygon

    if style.end == "ring":
        axes.add_patch(Circle((x - 3.2 * way, y), 2.8, facecolor=PAPER, edgecolor=style.colour, linewidth=style.width, zorder=4))
    elif style.end == "bar":
        corners = [(x - 4 * way, y - 4.5), (x - 2 * way, y - 4.5), (x - 2 * way, y + 4.5), (x - 4 * way, y + 4.5)]
        axes.add_patch(Polygon(corners, closed=True, facecolor=style.colour, edgecolor="none", zorder=4))
    else:
        long, half = 4.6 + style.width, 1.9 + style.width * 0.75
        corners = [(x, y), (x - long * way, y - half), (x - long * way, y + half)]
        axes.add_patch(Polygon(corners, closed=True, facecolor=style.colour, edgecolor="none", zorder=4))


# SVG -----------------------------------------------------------------------------------------


def _gid(node: Node) -> str:
    return "node-" + re.sub(r"[^A-Za-z0-9_-]+", "-", node.id)


def _told(svg: str, pathway: Pathway, drawn: Drawn) -> str:
    """The SVG with a title, the whole content as its description, and the words of each box where one points at it."""
    head = f'<title id="title">{escape(pathway.title)}</title>\n <desc id="desc">{escape(outline(pathway))}</desc>\n'
    opened = re.sub(r"(<svg\b)([^>]*>)\s*", rf'\1 role="img" aria-labelledby="title desc"\2\n {_literal(head)} ', svg, count=1)
    titles = {_gid(box.node): f"{box.node.caption}: {box.node.title}" for box, _, _ in drawn.boxes}
    return re.sub(
        r'<g id="(node-[^"]+)">',
        lambda found: f"{found[0]}<title>{escape(titles[found[1]])}</title>" if found[1] in titles else found[0],
        opened,
    )


def _literal(text: str) -> str:
    return text.replace("\\", r"\\")
