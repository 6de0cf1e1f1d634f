"""Plots of what was measured, as SVG: a bar for each ratio, or a curve where the rows of one kind stand at several sizes.

Both have a line at 1, where what is measured comes to as much as what it is compared with, and a logarithmic axis of sizes or of
ratios.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.measured import Measured, TopicResults, significant

STYLE = Path(__file__).parent / "templates" / "performance.mplstyle"
LINE = "#8a97a8"
WIDE = 20
"""Ratios that are further apart than this have a logarithmic axis on curves, too."""
LABEL = 58
"""Letters of a label in one line."""


def plot(found: TopicResults) -> bytes:
    """The picture of a topic, in UTF-8. Rows without a ratio have no place in it."""
    rows = [row for row in found.rows if row.ratio is not None]
    curves = [row for row in rows if row.at is not None]
    with mpl.rc_context(fname=STYLE):
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        if curves:
            figure.set_size_inches(8, 4)
            _draw_curves(axes, curves, found.topic)
        else:
            figure.set_size_inches(8, 0.8 + 0.42 * len(rows))
            _draw_bars(axes, rows)
        written = io.BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()


def _draw_bars(axes: Axes, rows: Sequence[Measured]) -> None:
    ratios = [row.ratio or 0.0 for row in rows]
    labels = [textwrap.fill(f"{row.what} ({row.unit} of {row.against})", LABEL) for row in rows]
    places = range(len(rows))
    axes.set_xscale("log")
    bars = axes.barh(places, [ratio - 1 for ratio in ratios], left=1, height=0.6)
    axes.bar_label(bars, [significant(ratio) for ratio in ratios], padding=3)
    axes.set_yticks(places, labels, fontsize=7.5)
    axes.invert_yaxis()
    axes.axvline(1, color=LINE, linewidth=1)
    axes.margins(x=0.12)


def _draw_curves(axes: Axes, rows: Sequence[Measured], topic: str) -> None:
    for kind in dict.fromkeys((row.what, row.unit, row.against) for row in rows):
        points = sorted((row.at or 0, row.ratio) for row in rows if (row.what, row.unit, row.against) == kind)
        what, unit, against = kind
        axes.plot(*zip(*points, strict=True), marker="o", markersize=4, label=f"{what} ({unit} of {against})")
    axes.set_xscale("log")
    axes.axhline(1, color=LINE, linewidth=1)
    ratios = [row.ratio or 1.0 for row in rows]
    if max(ratios) > WIDE * min(ratios):
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_xlabel(topic.rpartition(" ")[2])
    axes.legend(fontsize=7.5, frameon=False)
