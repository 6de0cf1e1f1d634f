"""Strokes of a drawing: boxes, chips, arrows, words on the axes of matplotlib. Lengths are points, y grows downward."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from spinegraph.engine.exchange.pathway.boxes import (
    CHIP,
    CHIP_HEIGHT,
    CHIP_PAD,
    STRIPE,
    Box,
    Face,
    Stripe,
    chip_width,
    font,
)
from spinegraph.engine.exchange.pathway.layout import Route
from spinegraph.engine.exchange.pathway.model import Node
from spinegraph.engine.exchange.pathway.style import (
    BOXES,
    CHIPS,
    EDGES,
    PAPER,
    BoxStyle,
    ChipStyle,
    EdgeStyle,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def box_id(node: Node) -> str:
    """What a box is called in an SVG."""
    return "node-" + re.sub(r"[^A-Za-z0-9_-]+", "-", node.id)


def write(axes: Axes, text: str, face: Face, x: float, y: float) -> None:
    """A run of text, its base line at `y`."""
    properties = font(face.bold).copy()
    properties.set_size(face.size)
    axes.text(x, y, text, fontproperties=properties, color=face.ink, va="baseline", ha="left", parse_math=False, zorder=5)


def frame(axes: Axes, x: float, y: float, wide: float, high: float, style: BoxStyle, line: float, gid: str = "") -> None:
    """A box with rounded corners; `line` is the width of its border, 0 for none."""
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


def draw_box(axes: Axes, box: Box, x: float, y: float) -> None:
    """A box with its left upper corner at (x, y): frame, stripes, chips and words."""
    node, size = box.node, box.size
    frame(axes, x, y, size.width, size.height, BOXES[node.kind], 2.6 if node.focus else 1.1, box_id(node))
    for stripe in box.stripes:
        _draw_stripe(axes, stripe, x, y)
    for chip in box.chips:
        draw_chip(axes, chip.style, x + chip.x, y + chip.y)
    for run in box.runs:
        write(axes, run.text, run.face, x + run.x, y + run.y)


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


def draw_chip(axes: Axes, style: ChipStyle, x: float, y: float) -> None:
    """A word in a frame of its own."""
    frame(axes, x, y, chip_width(style), CHIP_HEIGHT, BoxStyle(style.fill, style.border, rounding=2.0), 0.7)
    write(axes, style.text, CHIP._replace(ink=style.ink), x + CHIP_PAD, y + CHIP_HEIGHT * 0.72)


def draw_route(axes: Axes, route: Route, x: float, y: float) -> None:
    """An arrow; (x, y) is where its layout begins."""
    style = EDGES[route.edge.kind]
    points = [(x + across, y + down) for across, down in route.points]
    (first, _), (last, height) = points[0], points[-1]
    way = -1 if route.loop or last < first else 1
    draw_line(axes, style, points, loop=route.loop)
    draw_end(axes, style, last, height, way)


def draw_line(axes: Axes, style: EdgeStyle, points: list[tuple[float, float]], loop: bool = False) -> None:
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


def draw_end(axes: Axes, style: EdgeStyle, x: float, y: float, way: int) -> None:
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
