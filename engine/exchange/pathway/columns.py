"""What stands in which column, in which order, how high: boxes, and arrows that pass through, as items without width.

Columns are the longest paths; igraph's Sugiyama layout orders each column so that arrows cross little; then each item moves as
near to its neighbours as the others let it (least squares under a fixed order, by pooling adjacent violators).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.pathway.model import Edge

SWEEPS = 24


class Item(NamedTuple):
    """Something that takes room in a column: a box, or an arrow that passes through."""

    layer: int
    height: float
    margin: float


class Link(NamedTuple):
    """A step of an arrow from one column to the next: the items, and the heights of its ends within them."""

    left: int
    right: int
    out: float
    into: float
    weight: float


def without_circles(names: list[str], edges: Iterable[Edge]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
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


def assign_layers(names: list[str], pairs: list[tuple[str, str]]) -> dict[str, int]:
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


def order_columns(items: Sequence[Item], links: Sequence[Link]) -> list[list[int]]:
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


def settle_heights(items: Sequence[Item], columns: list[list[int]], links: Sequence[Link]) -> list[float]:
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


def _settle(items: Sequence[Item], column: list[int], wanted: list[list[tuple[int, float, float]]], tops: list[float]) -> None:
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
