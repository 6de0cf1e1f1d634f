"""Places boxes: columns from left to right, arrows forward, few crossings, no overlap.

Columns are the longest paths; igraph's Sugiyama layout orders each column so that arrows cross little; then each box moves as
near to its neighbours as the others let it (least squares under a fixed order, by pooling adjacent violators). Lengths are
points (1/72 inch), y grows downward.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.errors import DrawingError
from engine.exchange.pathway.model import Edge

GAP, LANE, APART = 16.0, 7.0, 9.5
"""Between two boxes of a column; around an arrow that passes through a column; between ends of arrows to one box."""
GUTTER, GUTTER_PER_EDGE, WIDEST_GUTTER = 46.0, 3.0, 130.0
"""Between two columns: at least, more for each arrow, at most."""
SWEEPS = 24
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


class _Item(NamedTuple):
    """Something that takes room in a column: a box, or an arrow that passes through."""

    layer: int
    height: float
    margin: float


class _Link(NamedTuple):
    """A step of an arrow from one column to the next: the items, and the heights of its ends within them."""

    left: int
    right: int
    out: float
    into: float
    weight: float


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
    forward, backward = _without_circles(names, edges)
    layer = _layers(names, [*forward, *((target, source) for source, target in backward)])
    items = [_Item(layer[name], sizes[name].height, GAP / 2) for name in names]
    number = {name: place for place, name in enumerate(names)}
    sizes = _spread(sizes, edges)
    links: list[_Link] = []
    chains: list[tuple[Edge, list[int]]] = []
    for edge in edges:
        left, right = (edge.source, edge.target) if layer[edge.source] <= layer[edge.target] else (edge.target, edge.source)
        chain = [number[left]]
        for column in range(layer[left] + 1, layer[right]):
            chain.append(len(items))
            items.append(_Item(column, 0.0, LANE / 2))
        chain.append(number[right])
        chains.append((edge, chain))
        links += _links(chain, *_ports(edge, sizes, left == edge.source)) if left != right else []
    columns = _columns(items, links)
    tops = _tops(items, columns, links)
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


def _links(chain: list[int], out: float, into: float) -> Iterable[_Link]:
    last = len(chain) - 2
    for step, (left, right) in enumerate(pairwise(chain)):
        weight = 1.0 if last == 0 else 2.0 if step in (0, last) else 8.0
        yield _Link(left, right, out if step == 0 else 0.0, into if step == last else 0.0, weight)


# Columns -------------------------------------------------------------------------------------


def _without_circles(names: list[str], edges: Iterable[Edge]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The pairs that arrows join, without those from a box to itself: (forward, those that would close a circle)."""
    after: dict[str, dict[str, None]] = {name: {} for name in names}
    for edge in edges:
        if edge.source != edge.target:
            after[edge.source][edge.target] = None
    state: dict[str, int] = {}
    backward: list[tuple[str, str]] = []

    def visit(name: str) -> None:
        state[name] = 1
        for target in after[name]:
            if state.get(target) == 1:
                backward.append((name, target))
            elif target not in state:
                visit(target)
        state[name] = 2

    for name in names:
        if name not in state:
            visit(name)
    closing = set(backward)
    return [(name, target) for name in names for target in after[name] if (name, target) not in closing], backward


def _layers(names: list[str], pairs: list[tuple[str, str]]) -> dict[str, int]:
    """The column of each box: as far left as its arrows let it, but what only leads on stands next to where it leads."""
    before, after = defaultdict(list), defaultdict(list)
    for source, target in dict.fromkeys(pairs):
        before[target].append(source)
        after[source].append(target)
    waiting = {name: len(before[name]) for name in names}
    ready = [name for name in names if not waiting[name]]
    layer = dict.fromkeys(names, 0)
    order: list[str] = []
    while ready:
        name = ready.pop(0)
        order.append(name)
        for target in after[name]:
            layer[target] = max(layer[target], layer[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for name in reversed(order):
        if after[name] and len(after[name]) >= len(before[name]):
            layer[name] = min(layer[target] for target in after[name]) - 1
    return layer


def _columns(items: Sequence[_Item], links: Sequence[_Link]) -> list[list[int]]:
    """The items of each column from top to bottom, as igraph orders them."""
    try:
        import igraph
    except ImportError as error:
        raise DrawingError(
            f"{error.name} is not installed.", mend="Install the extra that draws: pip install 'spinegraph[drawing]'."
        ) from error
    graph = igraph.Graph(n=len(items), edges=[(link.left, link.right) for link in links], directed=True)
    layout = graph.layout_sugiyama(layers=[item.layer for item in items], maxiter=200)
    columns: list[list[int]] = [[] for _ in range(max((item.layer for item in items), default=-1) + 1)]
    for place, item in enumerate(items):
        columns[item.layer].append(place)
    for column in columns:
        column.sort(key=lambda place: (layout[place][0], place))
    return columns


# Heights -------------------------------------------------------------------------------------


def _tops(items: Sequence[_Item], columns: list[list[int]], links: Sequence[_Link]) -> list[float]:
    """The y of the top of each item."""
    tops = [0.0] * len(items)
    for column in columns:
        y = 0.0
        for place in column:
            tops[place] = y + items[place].margin
            y = tops[place] + items[place].height + items[place].margin
    into, out = defaultdict(list), defaultdict(list)
    for link in links:
        into[link.right].append((link.left, link.out - link.into, link.weight))
        out[link.left].append((link.right, link.into - link.out, link.weight))
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        both = sweep >= SWEEPS - 4
        for column in columns if forward else reversed(columns):
            wanted = [(into[place] if forward or both else []) + (out[place] if not forward or both else []) for place in column]
            _settle(items, column, wanted, tops)
    least = min(tops, default=0.0)
    return [top - least for top in tops]


def _settle(items: Sequence[_Item], column: list[int], wanted: list[list[tuple[int, float, float]]], tops: list[float]) -> None:
    """Move the items of a column to where their neighbours want them, in order and without overlap: isotonic least squares."""
    offsets, y = [], 0.0
    for place in column:
        y += items[place].margin
        offsets.append(y)
        y += items[place].height + items[place].margin
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    for place, offset, wishes in zip(column, offsets, wanted, strict=True):
        weight = sum(wish[2] for wish in wishes) or 0.01
        mean = sum((tops[other] + shift) * heft for other, shift, heft in wishes) / weight if wishes else tops[place]
        blocks.append((mean - offset, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (one, first, some), (two, second, more) = blocks[-2:]
            blocks[-2:] = [((one * first + two * second) / (first + second), first + second, some + more)]
    levels = [mean for mean, _, count in blocks for _ in range(count)]
    for place, offset, level in zip(column, offsets, levels, strict=True):
        tops[place] = offset + level


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
    items: Sequence[_Item],
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
