"""Places boxes: columns from left to right, arrows forward, few crossings, no overlap. `columns` orders them; here they get
their widths, and arrows their points. Lengths are points (1/72 inch), y grows downward.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from spinegraph.engine.exchange.pathway.columns import Item, Link, assign_layers, order_columns, settle_heights, without_circles
from spinegraph.engine.exchange.pathway.model import Edge

GAP, LANE, APART = 16.0, 7.0, 9.5
"""Between two boxes of a column; around an arrow that passes through a column; between ends of arrows to one box."""
GUTTER, GUTTER_PER_EDGE, WIDEST_GUTTER = 46.0, 3.0, 130.0
"""Between two columns: at least, more for each arrow, at most."""
ABREAST = 4
"""So many columns at least for boxes without arrows."""


Port = int | str | None
"""Where an arrow meets a box: at a line, at the whole of it (None), or at the whole of it with others of its kind (the kind)."""


class Size(NamedTuple):
    """A box before it is placed: width, height, how far below its top arrows meet each line (None: leave the whole), and
    where arrows to the whole of it arrive."""

    width: float
    height: float
    ports: Mapping[Port, float]
    arrival: float


class Route(NamedTuple):
    """An arrow: the points that it passes, and whether it returns to the side of the box that it left."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    loop: bool = False


class Placed(NamedTuple):
    """A finished layout: the left upper corner of each box, the arrows, width and height of the whole."""

    corners: Mapping[str, tuple[float, float]]
    routes: tuple[Route, ...]
    width: float
    height: float


def place(sizes: Mapping[str, Size], edges: Sequence[Edge]) -> Placed:
    """Lay out boxes of these sizes with these arrows; boxes without any stand in rows of equal columns below the others.

    Raises DrawingError where igraph is not installed.
    """
    joined = {name for edge in edges for name in (edge.source, edge.target)}
    upper = _place({name: size for name, size in sizes.items() if name in joined}, edges)
    apart = {name: size for name, size in sizes.items() if name not in joined}
    if not apart:
        return upper
    top = upper.height + 2 * GAP if joined else 0.0
    corners, width, height = _stack(apart, upper.width)
    lower = {name: (x, top + y) for name, (x, y) in corners.items()}
    return Placed({**upper.corners, **lower}, upper.routes, max(width, upper.width), top + height)


def _stack(sizes: Mapping[str, Size], room: float) -> tuple[dict[str, tuple[float, float]], float, float]:
    """Boxes in columns, each where least stands so far: left upper corners, width and height of the whole."""
    step = max(size.width for size in sizes.values()) + GAP
    tops = [0.0] * min(len(sizes), max(ABREAST, int((room + GAP) // step)))
    corners = {}
    for name, size in sizes.items():
        column = tops.index(min(tops))
        corners[name] = (column * step, tops[column])
        tops[column] += size.height + GAP
    return corners, len(tops) * step - GAP, max(tops) - GAP


def _place(sizes: Mapping[str, Size], edges: Sequence[Edge]) -> Placed:
    names = list(sizes)
    forward, backward = without_circles(names, edges)
    layer = assign_layers(names, [*forward, *((target, source) for source, target in backward)])
    items = [Item(layer[name], sizes[name].height, GAP / 2) for name in names]
    number = {name: place for place, name in enumerate(names)}
    sizes = _spread(sizes, edges)
    links: list[Link] = []
    chains: list[tuple[Edge, list[int]]] = []
    for edge in edges:
        left, right = (edge.source, edge.target) if layer[edge.source] <= layer[edge.target] else (edge.target, edge.source)
        chain = [number[left]]
        for column in range(layer[left] + 1, layer[right]):
            chain.append(len(items))
            items.append(Item(column, 0.0, LANE / 2))
        chain.append(number[right])
        chains.append((edge, chain))
        links += _links(chain, *_ports(edge, sizes, left == edge.source)) if left != right else []
    columns = order_columns(items, links)
    tops = settle_heights(items, columns, links)
    lefts, widths, total = _lefts(names, sizes, layer, chains)
    corners = {name: (lefts[layer[name]], tops[number[name]]) for name in names}
    routes = tuple(_route(edge, chain, items, tops, lefts, widths, corners, sizes) for edge, chain in chains)
    height = max((corners[name][1] + sizes[name].height for name in names), default=0.0)
    return Placed(corners, routes, total, height)


def _spread(sizes: Mapping[str, Size], edges: Iterable[Edge]) -> dict[str, Size]:
    """The same boxes, with a port for each kind of arrow to the whole of a box, so that their ends do not cover each other."""
    kinds: dict[str, dict[str, None]] = {name: {} for name in sizes}
    for edge in edges:
        if edge.target_line is None:
            kinds[edge.target][edge.kind] = None
    spread = {}
    for name, size in sizes.items():
        first = size.arrival - APART * (len(kinds[name]) - 1) / 2
        ports: dict[Port, float] = {kind: first + APART * place for place, kind in enumerate(kinds[name])}
        spread[name] = size._replace(ports={**size.ports, **ports})
    return spread


def _ports(edge: Edge, sizes: Mapping[str, Size], forward: bool) -> tuple[float, float]:
    source, target = sizes[edge.source].ports[edge.source_line], sizes[edge.target].ports[_arrival(edge)]
    return (source, target) if forward else (target, source)


def _arrival(edge: Edge) -> Port:
    return edge.kind if edge.target_line is None else edge.target_line


def _links(chain: list[int], out: float, into: float) -> Iterable[Link]:
    last = len(chain) - 2
    for step, (left, right) in enumerate(pairwise(chain)):
        weight = 1.0 if last == 0 else 2.0 if step in (0, last) else 8.0
        yield Link(left, right, out if step == 0 else 0.0, into if step == last else 0.0, weight)


# Widths and routes ---------------------------------------------------------------------------


def _lefts(
    names: list[str], sizes: Mapping[str, Size], layer: Mapping[str, int], chains: list[tuple[Edge, list[int]]]
) -> tuple[list[float], list[float], float]:
    """The left border and width of each column, and the width of all."""
    count = max(layer.values(), default=-1) + 1
    widths = [max((sizes[name].width for name in names if layer[name] == column), default=0.0) for column in range(count)]
    crossing = [0] * count
    for edge, _ in chains:
        left, right = sorted((layer[edge.source], layer[edge.target]))
        for column in range(left, max(right, left + 1)):
            crossing[column] += 1
    lefts, x = [], 0.0
    for column in range(count):
        lefts.append(x)
        more = crossing[column] * GUTTER_PER_EDGE
        last = column == count - 1
        x += widths[column] + (more if last else min(GUTTER + more, WIDEST_GUTTER))
    return lefts, widths, x


def _route(
    edge: Edge,
    chain: list[int],
    items: Sequence[Item],
    tops: Sequence[float],
    lefts: Sequence[float],
    widths: Sequence[float],
    corners: Mapping[str, tuple[float, float]],
    sizes: Mapping[str, Size],
) -> Route:
    """The points of an arrow; through each column that it passes it runs level."""

    def end(name: str, line: Port, right: bool) -> tuple[float, float]:
        x, y = corners[name]
        return x + (sizes[name].width if right else 0.0), y + sizes[name].ports[line]

    if edge.source == edge.target:
        return Route(edge, (end(edge.source, edge.source_line, True), end(edge.target, _arrival(edge), True)), True)
    forward = corners[edge.source][0] < corners[edge.target][0]
    between = []
    for place in chain[1:-1]:
        left, y = lefts[items[place].layer], tops[place]
        between += [(left, y), (left + widths[items[place].layer], y)]
    start, stop = end(edge.source, edge.source_line, forward), end(edge.target, _arrival(edge), not forward)
    first = items[chain[0]].layer  # the column on the left: out of it level, past boxes that are wider
    border = (lefts[first] + widths[first], (start if forward else stop)[1])
    points = (start, border, *between, stop) if forward else (start, *between[::-1], border, stop)
    return Route(edge, points)
