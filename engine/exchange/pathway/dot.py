"""Writes a pathway in the DOT language: a box is an HTML-like table with a port for each line, an arrow ends at a port.

https://graphviz.org/doc/info/lang.html and https://graphviz.org/doc/info/shapes.html#html. The text is one graph, so that
any `dot` draws it; boxes keep the ids of rules, shapes and conditions.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from textwrap import wrap

from spinegraph.engine.exchange.article.rendering import marks
from spinegraph.engine.exchange.pathway.model import Action, Edge, Line, Node, Panel, Pathway, Status
from spinegraph.engine.exchange.pathway.style import BOXES, CHIPS, EDGES, GREY, INK, STATUSES, ChipStyle, EdgeStyle

FONT = "Helvetica"
TITLE_WRAP, FOOT_WRAP = 90, 150
LONE_IN_A_ROW = 4
"""Boxes without arrows stand in rows of so many."""
LEGEND_IN_A_ROW = 6
PASSAGES_IN_A_ROW = 4
_LEFT = '<BR ALIGN="LEFT"/>'
Href = Callable[[str], str]


def unlinked(_: str) -> str:
    """Nothing leads anywhere."""
    return ""


def write_dot(pathway: Pathway, href: Href = unlinked) -> str:
    """A pathway as DOT. Same pathway, same text.

    `href`: where an IRI or the id of a passage leads; titles, lines and passages become links to there.
    """
    several = len(pathway.panels) > 1
    rows = [
        f"digraph {_quoted(pathway.title)} {{",
        "  graph [rankdir=LR, nodesep=0.22, ranksep=0.7, pad=0.3, bgcolor=white, labelloc=b, labeljust=l,"
        f" outputorder=edgesfirst, fontname={_quoted(FONT)}, fontsize=9, label={_foot(pathway)}]",
        f"  node [shape=plain, fontname={_quoted(FONT)}, fontsize=9, fontcolor={_quoted(INK)}]",
        f"  edge [fontname={_quoted(FONT)}, arrowsize=0.7]",
        "  subgraph cluster_pathway {",
        f"    graph [labelloc=t, labeljust=l, penwidth=0, label={_heading(pathway)}]",
    ]
    for number, panel in reversed([*enumerate(pathway.panels)]):  # dot stacks what is not linked from the bottom
        rows += _panel(panel, number if several else None, href)
    return "\n".join((*rows, "  }", "}", ""))


def _panel(panel: Panel, number: int | None, href: Href) -> Iterator[str]:
    """The boxes and arrows of a panel; with a number in a frame of its own, which keeps its ids apart from those of others."""
    lead = "" if number is None else f"{number} "
    if number is not None:
        title = _text(panel.title, 11, INK, bold=True) + _text(f"   {panel.note}" if panel.note else "", 8, GREY)
        yield f"    subgraph cluster_{number} {{ graph [penwidth=1, color={_quoted('#C5CDD6')}, margin=14, label=<{title}>]"
    for node in panel.nodes:
        yield f"    {_quoted(lead + node.id)} [id={_quoted(lead + node.id)}, label=<{_box(node, href)}>]"
    for edge in panel.edges:
        yield f"    {_arrow(edge, lead)}"
    yield from _rows_of_lone(panel, lead)
    if number is not None:
        yield "    }"


def _rows_of_lone(panel: Panel, lead: str) -> Iterator[str]:
    """Invisible arrows that set boxes without arrows in rows instead of one tall column."""
    linked = {end for edge in panel.edges for end in (edge.source, edge.target)}
    lone = [_quoted(lead + node.id) for node in panel.nodes if node.id not in linked]
    for start in range(0, len(lone), LONE_IN_A_ROW):
        row = lone[start : start + LONE_IN_A_ROW]
        if len(row) > 1:
            yield f"    {' -> '.join(row)} [style=invis]"


def _arrow(edge: Edge, lead: str) -> str:
    style = EDGES[edge.kind]
    within = edge.source == edge.target  # an arrow between lines of one box leaves it and comes back on the same side
    tail = _end(lead + edge.source, edge.source_line, "e")
    head = _end(lead + edge.target, edge.target_line, "e" if within else "w")
    colour, width = style.colour, style.width
    if edge.status and edge.status != "holds":
        colour, width = "#B4BBC3", 0.9
    elif edge.status:
        width += 1.0
    return f'{tail} -> {head} [color="{colour}", penwidth={width:g}, style={style.dashes}, arrowhead={style.head}]'


def _end(node: str, line: int | None, side: str) -> str:
    return _quoted(node) if line is None else f"{_quoted(node)}:l{line}:{side}"


# Boxes ---------------------------------------------------------------------------------------


def _box(node: Node, href: Href) -> str:
    """The table of a box: caption, action, title, lines; a stripe on the left has the colour of the urgency."""
    style = BOXES[node.kind]
    status = node.verdict.replace("-", " ") or (STATUSES[node.status].word if node.status else "")
    caption = " · ".join(filter(None, (node.caption, status))).upper()
    rows = [_row(_text(caption, 6.5, style.border, bold=True), node.action)]
    if node.action:
        rows.append(_row(_chips(node.action), node.action))
    title = _lines(node.title, style.wrap, 10, INK, bold=True)
    title = f"<S>{title}</S>" if node.status == "overridden" else title
    rows.append(_row(title, node.action, link=_link(node, href)))
    for number, line in enumerate(node.lines):
        if line.action:
            rows.append(_row(_chips(line.action), line.action))
        rows.append(_row(_line(line, style.wrap), line.action or node.action, f"l{number}", _link(line, href)))
    if node.passages:
        rows.append(_row(_passages(node.passages, href), node.action))
    width, form, fill = _border(node)
    return (
        f'<TABLE BORDER="{width}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" COLOR="{style.border}" BGCOLOR="{fill}"'
        f"{form}>{''.join(rows)}</TABLE>"
    )


def _border(node: Node) -> tuple[str, str, str]:
    """Width, form and fill of a box: those of its kind, and of what a case makes of it."""
    style = BOXES[node.kind]
    width, form, fill = (2.4 if node.focus else 1.2), style.form, style.fill
    if node.status:
        lit = STATUSES[node.status]
        width, form, fill = lit.width, lit.form or form, lit.fill or fill
    return f"{width:g}", f' STYLE="{form.upper()}"' if form != "solid" else "", fill


def _link(part: Node | Line, href: Href) -> str:
    """Attributes that link a title or a line to what it speaks of, or else to its first passage."""
    iri = part.about or (part.criterion.iri if part.criterion else "")
    target = iri or (part.passages[0] if part.passages else "")
    return _href(href(target), target) if target else ""


def _href(path: str, target: str) -> str:
    name = target.rpartition("/")[2]
    return f' HREF="{escape(path)}" TITLE="{escape(name)}"' if path else ""


def _passages(ids: Sequence[str], href: Href) -> str:
    """The passages of a box; where they are links, each for itself."""
    if not href(ids[0]):
        return _text(_ids(ids), 6.5, GREY)
    cells = [f'<TD ALIGN="LEFT"{_href(href(name), name)}>{_text(name, 6.5, GREY)}</TD>' for name in sorted(ids)]
    rows = (cells[start : start + PASSAGES_IN_A_ROW] for start in range(0, len(cells), PASSAGES_IN_A_ROW))
    body = "".join(f"<TR>{''.join(row)}</TR>" for row in rows)
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{body}</TABLE>'


def _row(content: str, action: Action | None, port: str = "", link: str = "") -> str:
    colour = f' BGCOLOR="{CHIPS[action.urgency].fill}"' if action else ""
    named = f' PORT="{port}"' if port else ""
    return f'<TR><TD WIDTH="6"{colour}></TD><TD{named}{link} ALIGN="LEFT" BALIGN="LEFT">{content}</TD><TD WIDTH="3"></TD></TR>'


def _line(line: Line, characters: int) -> str:
    ink = GREY if line.weak else INK
    mark = "• " if line.bullet and not line.action else ""
    if line.status:
        ink, mark = STATUSES[line.status].ink, f"{STATUSES[line.status].mark} "
    indent = "   " * line.indent + mark
    body = _lines(line.text, characters, 8.5, ink, first=indent, rest=" " * len(indent), bold=line.status == "holds")
    verdict = _text("  " + line.verdict.replace("-", " "), 7.5, ink, bold=True) if line.verdict else ""
    return body + verdict + (_text(f"  {_ids(line.passages)}", 6.5, GREY) if line.passages else "")


def _chips(action: Action) -> str:
    cells = "".join(_chip(CHIPS[word]) for word in (action.direction, action.modality, action.urgency))
    return f'<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="2" CELLPADDING="1"><TR>{cells}</TR></TABLE>'


def _chip(style: ChipStyle) -> str:
    return f'<TD BGCOLOR="{style.fill}" COLOR="{style.border}">{_text(f" {style.text} ", 6.5, style.ink, bold=True)}</TD>'


def _ids(passages: Sequence[str]) -> str:
    return ", ".join(mark.short for mark in marks(passages))


# Around the boxes ----------------------------------------------------------------------------


def _heading(pathway: Pathway) -> str:
    subtitle = " · ".join(filter(None, (pathway.subtitle, pathway.case)))
    rows = (_lines(pathway.title, TITLE_WRAP, 16, INK, bold=True), _lines(subtitle, FOOT_WRAP, 8.5, GREY))
    cells = "".join(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{row}</TD></TR>' for row in rows if row)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{cells}</TABLE>>'


def _foot(pathway: Pathway) -> str:
    """What boxes, arrows and words mean; the sources with their review status; the disclaimer; which knowledge was drawn."""
    cells = [f'<TD ALIGN="LEFT">{cell}</TD>' for cell in _legend(pathway)]
    rows = [cells[start : start + LEGEND_IN_A_ROW] for start in range(0, len(cells), LEGEND_IN_A_ROW)]
    legend = "".join(f"<TR>{''.join(row)}</TR>" for row in rows)
    lines = [_lines(source, FOOT_WRAP, 8, INK) for source in pathway.sources]
    lines += [_lines(pathway.disclaimer, FOOT_WRAP, 8, INK, bold=True), _lines(pathway.knowledge, FOOT_WRAP, 7.5, GREY)]
    foot = "".join(f'<TR><TD COLSPAN="{LEGEND_IN_A_ROW}" ALIGN="LEFT" BALIGN="LEFT">{row}</TD></TR>' for row in lines if row)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="2">{legend}{foot}</TABLE>>'


def _legend(pathway: Pathway) -> Iterator[str]:
    """Only what the picture has; what several kinds have in common once."""
    nodes = [node for panel in pathway.panels for node in panel.nodes]
    edges = [edge for panel in pathway.panels for edge in panel.edges]
    kinds, drawn = {node.kind for node in nodes}, {edge.kind for edge in edges}
    boxes = {style.legend: style for kind, style in BOXES.items() if kind in kinds}
    yield from (_swatch("      ", style.fill, style.border, words) for words, style in boxes.items())
    yield from map(_stroke, dict.fromkeys(style for kind, style in EDGES.items() if kind in drawn))
    yield from (_swatch(STATUSES[status].mark, STATUSES[status].fill, STATUSES[status].ink, STATUSES[status].legend)
                for status in STATUSES if status in statuses_of(nodes))  # fmt: skip


def statuses_of(nodes: Iterable[Node]) -> Counter[Status]:
    """How often each status stands in the boxes and their lines."""
    return Counter(status for node in nodes for status in (node.status, *(line.status for line in node.lines)) if status)


def _swatch(mark: str, fill: str, border: str, words: str) -> str:
    cell = f'<TD BORDER="1" WIDTH="18" HEIGHT="10" BGCOLOR="{fill}" COLOR="{border}">{_text(mark, 7, border, bold=True)}</TD>'
    words = f'<TD ALIGN="LEFT">{_text(words, 7.5, INK)}</TD>'
    return f'<TABLE BORDER="0" CELLSPACING="2" CELLPADDING="1"><TR>{cell}{words}</TR></TABLE>'


def _stroke(style: EdgeStyle) -> str:
    dash = {"solid": "—", "dashed": "– –", "dotted": "· · ·"}[style.dashes]
    head = {"normal": "→", "odot": "○", "tee": "|"}[style.head]
    return _text(f"{dash}{head}  ", 8, style.colour, bold=style.width > 2) + _text(style.legend, 7.5, INK)


# Text ----------------------------------------------------------------------------------------


def _lines(text: str, characters: int, size: float, ink: str, *, first: str = "", rest: str = "", bold: bool = False) -> str:
    """A text wrapped after so many characters, `first` before its first line and `rest` before the others."""
    found = wrap(text, characters, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return _LEFT.join(_text(row, size, ink, bold=bold) for row in found) or _text(first, size, ink)


def _text(text: str, size: float, ink: str, *, bold: bool = False) -> str:
    """A piece of text; spaces at its start are kept."""
    if not text.strip():
        return "&#160;" * len(text)
    kept = "&#160;" * (len(text) - len(text.lstrip())) + escape(text.lstrip())
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{ink}">{f"<B>{kept}</B>" if bold else kept}</FONT>'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
