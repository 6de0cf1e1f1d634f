"""The nouns of a decision pathway: boxes with lines of text and arrows between them, before anything is placed or drawn."""

from __future__ import annotations

from typing import Literal

from spinegraph.engine.model import Criterion, Frozen, Urgency

NodeKind = Literal[
    "recommendation", "recommendations", "assessment", "condition", "derived-finding", "finding", "criterion", "leaf",
    "gap", "gaps", "tension", "exclusion", "exclusions",
]  # fmt: skip
"""What a box stands for; a plural stands for several rules, one or more lines each."""

EdgeKind = Literal[
    "criterion-of", "scope", "suspects", "suspicion", "derives", "overrides", "overrides-if-known", "leaves-open", "position",
    "excludes",
]  # fmt: skip
"""What an arrow says of its two ends: the first … the second."""

Status = Literal["holds", "refuted", "unknown", "conflicting", "overridden"]
"""What a case makes of a criterion, a rule or a suspicion."""

EDGE_WORDS: dict[EdgeKind, str] = {
    "criterion-of": "is part of the criterion of",
    "scope": "says whom it is about:",
    "suspects": "raises the suspicion of",
    "suspicion": "is a suspicion that is asked for by",
    "derives": "derives",
    "overrides": "overrides",
    "overrides-if-known": "overrides, if known to apply,",
    "leaves-open": "leaves open",
    "position": "has as one of its sides",
    "excludes": "excludes patients from",
}
"""An arrow in words, between its two ends."""


class Action(Frozen, frozen=True, kw_only=True):
    """What kind of advice a recommendation is."""

    direction: Literal["for", "against"]
    modality: Literal["must", "should", "may"]
    urgency: Urgency


class Line(Frozen, frozen=True, kw_only=True):
    """One statement in a box. `about` is the IRI that it speaks of; `weak` is set for what only helps to read the rest.

    `criterion` is what it states, where that is one. `status` and `verdict` are empty until a case lights the pathway.
    """

    text: str
    about: str = ""
    criterion: Criterion | None = None
    status: Status | None = None
    verdict: str = ""
    passages: tuple[str, ...] = ()
    action: Action | None = None
    indent: int = 0
    bullet: bool = True
    weak: bool = False


class Node(Frozen, frozen=True, kw_only=True):
    """A box. `id` is unique in its panel; `caption` says in a few words what it is; `focus` marks what the picture is about.

    `about` is the IRI of the rule, condition or finding that it stands for, `criterion` the criterion. `status` and
    `verdict` are empty until a case lights the pathway.
    """

    id: str
    kind: NodeKind
    caption: str
    title: str
    action: Action | None = None
    lines: tuple[Line, ...] = ()
    passages: tuple[str, ...] = ()
    focus: bool = False
    about: str = ""
    criterion: Criterion | None = None
    status: Status | None = None
    verdict: str = ""


class Edge(Frozen, frozen=True, kw_only=True):
    """An arrow from box to box; each end is tied to one line of its box, or to the box as a whole (None)."""

    source: str
    target: str
    kind: EdgeKind
    source_line: int | None = None
    target_line: int | None = None
    status: Status | None = None


class Panel(Frozen, frozen=True, kw_only=True):
    """A diagram of its own, with a heading."""

    title: str
    note: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Pathway(Frozen, frozen=True, kw_only=True):
    """Everything that a picture says. `sources` says of each document its number, title and review status.

    `case` names the case that lights it, if one does.
    """

    title: str
    subtitle: str
    case: str = ""
    panels: tuple[Panel, ...]
    sources: tuple[str, ...]
    knowledge: str
    disclaimer: str


def outline(pathway: Pathway) -> str:
    """The same in plain text, for those who cannot see the picture: every box with its lines, then every arrow."""
    rows = [pathway.title, pathway.subtitle, *filter(None, [pathway.case])]
    for panel in pathway.panels:
        titles = {node.id: node.title for node in panel.nodes}
        rows += ["", " ".join(filter(None, (panel.title, panel.note)))]
        for node in panel.nodes:
            head = [node.caption, in_words(node.action) if node.action else "", ", ".join(node.passages), _lit(node)]
            rows.append(f"{node.title} [{'; '.join(filter(None, head))}]")
            rows += [f"{'  ' * (line.indent + 1)}- {_line(line)}" for line in node.lines]
        rows += [
            f"{_end(panel, titles, edge.source, edge.source_line)} {EDGE_WORDS[edge.kind]} "
            f"{_end(panel, titles, edge.target, edge.target_line)}"
            for edge in panel.edges
        ]
    return "\n".join((*rows, "", *pathway.sources, pathway.knowledge, pathway.disclaimer))


def in_words(action: Action) -> str:
    """for · must · emergency."""
    return f"{action.direction} · {action.modality} · {action.urgency}"


def _line(line: Line) -> str:
    lit = f" ({_lit(line)})" if line.status else ""
    return f"{line.text}{f' [{in_words(line.action)}]' if line.action else ''}{' '.join(('', *line.passages))}{lit}"


def _lit(part: Node | Line) -> str:
    """What a case makes of it: the verdict, or whether it holds."""
    return part.verdict.replace("-", " ") or part.status or ""


def _end(panel: Panel, titles: dict[str, str], node: str, number: int | None) -> str:
    if number is None:
        return f"“{titles[node]}”"
    lines = next(box.lines for box in panel.nodes if box.id == node)
    return f"“{titles[node]}”, “{lines[number].text}”"
