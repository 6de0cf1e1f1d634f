"""A pathway as an SVG to be read in a browser: linked, lit by shape and word, light and dark, with its content in words.

The ids of the boxes are those of rules, shapes, conditions and findings, and stay.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.pathway.dot import write_dot
from spinegraph.engine.exchange.pathway.drawing import draw
from spinegraph.engine.exchange.pathway.model import Pathway, outline
from spinegraph.engine.exchange.pathway.themes import style_sheet
from spinegraph.engine.knowledge.turtle.terms import BASE

MOST_BOXES = 150
"""A pathway with more boxes is not drawn for a browser: nobody could read it there."""
SECONDS = 20.0
"""After which the program that draws is stopped."""


def render_linked(pathway: Pathway, root: str = BASE, seconds: float = SECONDS) -> bytes:
    """The SVG, UTF-8. `root` precedes what stands behind the project's IRIs in links.

    Raises DrawingNotInstalledError where no program draws, DrawingError where there is too much to draw or it fails.
    """
    boxes = sum(len(panel.nodes) for panel in pathway.panels)
    if boxes > MOST_BOXES:
        raise DrawingError(
            f"The pathway has {boxes} boxes, more than the {MOST_BOXES} that are drawn here.",
            mend="Ask for a part of it, or draw it with `spinegraph graph`.",
        )

    def href(target: str) -> str:
        return f"{root}{target.removeprefix(BASE)}" if target.startswith(BASE) else f"{root}passage/{target}"

    drawn = draw(write_dot(pathway, href), "svg", seconds=seconds).decode()
    return _finished(drawn, pathway).encode()


def _finished(svg: str, pathway: Pathway) -> str:
    """The drawing without what only names its program, with words and a style sheet."""
    svg = svg[svg.index("<svg") :]
    words = f'<title id="title">{escape(pathway.title)}</title>\n<desc id="desc">{escape(outline(pathway))}</desc>\n'
    attributes = 'class="pathway" role="group" aria-labelledby="title"'
    opening = re.compile(r"<svg\b([^>]*)>\s*")
    head = f"<style>{escape(style_sheet())}</style>\n"
    svg = opening.sub(lambda found: f"<svg {attributes}{found[1]}>\n{words}{head}", svg, count=1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)}'
