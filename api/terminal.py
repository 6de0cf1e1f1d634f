"""A decision as a clinician reads it on a terminal: what to do and why, what is missing, where the sources disagree.

On a terminal it has colours and fills the width; elsewhere (files, pipes, tests) it is plain text, 100 columns wide.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from api.terminal_words import NEVER_SHORT, Words, few
from engine import Decision, Knowledge
from engine.model import URGENCIES, DecidedRecommendation, Notice, ShownTension

PLAIN_WIDTH = 100
WIDEST = 120
STYLES = {"emergency": "bold white on red", "urgent": "bold yellow", "routine": "bold green", "ungraded": "bold"}
VERDICT_STYLES = {"conflicting": "bold magenta", "provisional": "yellow", "overridden": "dim", "undetermined": "dim"}
NOTS = {"must": "must not", "should": "should not", "may": "need not"}
FIRST = ("contradictory-input", "out-of-scope", "stale-passage")
"""Notices that stand before everything else; `review-pending` and `inferred-citation` are told at the end."""


def make_console() -> Console:
    """A console for stdout: plain and 100 columns wide unless it is a terminal."""
    if sys.stdout.isatty():
        console = Console(highlight=False, markup=False, emoji=False)
        console.width = min(console.width, WIDEST)
        return console
    return Console(
        file=sys.stdout, width=PLAIN_WIDTH, color_system=None, force_terminal=False, highlight=False, markup=False, emoji=False
    )


def render_decision(
    decision: Decision, knowledge: Knowledge, *, everything: bool = False, title: str = "", narrative: str = ""
) -> RenderableType:
    """A decision, at a glance or with `everything`: all rules, facts, changes and questions."""
    words = Words(decision, knowledge, most=NEVER_SHORT if everything else 4)
    shown = [entry for entry in decision.recommendations if entry.verdict != "undetermined"]
    waiting = [entry for entry in decision.recommendations if entry.verdict == "undetermined"]
    parts: list[RenderableType] = [_header(decision, words, title, narrative)]
    parts += [_notice(notice) for notice in decision.notices if notice.code in FIRST]
    if decision.assessments:
        parts.append(_section("Assessment", _assessments(decision, knowledge, words)))
    if shown:
        parts.append(_section("Recommendations", _recommendations(shown, words, everything)))
    if waiting:
        parts.append(_section(f"Waiting for facts ({len(waiting)})", _waiting(waiting, words, everything)))
    if decision.questions:
        parts.append(_section("Ask next", _questions(decision, everything)))
    if decision.tensions:
        parts.append(_section("Where the sources disagree", _tensions(decision.tensions, everything)))
    gaps = [notice for notice in decision.notices if notice.code == "source-gap"]
    if gaps:
        parts.append(_section("What the sources leave open", Group(*map(_gap, gaps))))
    parts.append(_footer(decision, knowledge))
    return Group(*parts)


def _section(name: str, body: RenderableType) -> RenderableType:
    return Group("", Text(name.upper(), style="bold cyan"), body)


def _grid(*ratios: int | None, padding: int = 1) -> Table:
    """A table without lines; a column without ratio is as wide as its text."""
    grid = Table.grid(padding=(0, padding), expand=any(ratios))
    for ratio in ratios:
        grid.add_column(ratio=ratio, no_wrap=ratio is None)
    return grid


# Head ----------------------------------------------------------------------------------------


def _header(decision: Decision, words: Words, title: str, narrative: str) -> RenderableType:
    case = decision.case
    lines: list[RenderableType] = []
    if title:
        lines.append(Text(title, style="bold"))
    if narrative:
        lines.append(Text(" ".join(narrative.split()), style="italic"))
    urgency = Text.assemble("Urgency  ", (f" {decision.urgency.upper()} ", STYLES.get(decision.urgency, "bold reverse")))
    lines.append(urgency)
    facts = _grid(None, 1)
    for name, text in (
        ("Present", ", ".join(map(words.name, case.present))),
        ("Absent", ", ".join(map(words.name, case.absent))),
        ("Measured", words.quantities()),
    ):
        if text:
            facts.add_row(Text(f"{name:8}", style="dim"), Text(text))
    if not facts.row_count:
        facts.add_row(Text("Recorded", style="dim"), Text("nothing"))
    return Group(*lines, facts)


def _notice(notice: Notice) -> RenderableType:
    return Group("", Text.assemble(("! ", "bold red"), (notice.message, "bold")))


# Body ----------------------------------------------------------------------------------------


def _assessments(decision: Decision, knowledge: Knowledge, words: Words) -> RenderableType:
    """What is suspected and why, the most specific conditions only; then the rest by name."""
    by_verdict: dict[str, list[str]] = {}
    for entry in decision.assessments:
        by_verdict.setdefault(entry.verdict, []).append(entry.iri)
    grid = _grid(None, 1)
    narrower = knowledge.hierarchy.narrower
    specific = {
        entry.iri
        for entry in decision.assessments
        if not any(
            iri != entry.iri and iri in by_verdict[entry.verdict] for iri in narrower.get(entry.iri, ())
        )
    }
    for entry in decision.assessments:
        if entry.verdict in ("suspected", "conflicting") and entry.iri in specific:
            reason = words.reason(entry.explanation)
            grid.add_row(
                Text(entry.verdict, style="bold red" if entry.verdict == "suspected" else "bold magenta"),
                Text.assemble((words.name(entry.condition), "bold"), f" - {reason.text}  ", _sources(reason.passages, (), words)),
            )
    for verdict in ("not-suspected", "undetermined", "out-of-scope"):
        names = [words.name(e.condition) for e in decision.assessments if e.verdict == verdict and e.iri in specific]
        if names:
            grid.add_row(Text(verdict, style="dim"), Text(few(names, max(words.most, 8))))
    return grid


def _recommendations(entries: list[DecidedRecommendation], words: Words, everything: bool) -> RenderableType:
    """By urgency, then as the decision orders them: by verdict, for before against."""
    tree = Tree("", hide_root=True, guide_style="dim")
    for urgency in URGENCIES:
        chosen = [entry for entry in entries if entry.urgency == urgency]
        if chosen:
            branch = tree.add(Text(urgency.upper(), style=STYLES[urgency]))
            for entry in chosen:
                branch.add(_recommendation(entry, words, everything))
    return tree


def _recommendation(entry: DecidedRecommendation, words: Words, everything: bool) -> RenderableType:
    modality = entry.modality if entry.direction == "for" else NOTS[entry.modality]
    settled = entry.verdict == "indicated"
    head = Text.assemble((f"{modality}  ", "bold" if settled else "dim"), (entry.label, "bold" if settled else ""))
    if entry.timing and entry.timing.lower() not in entry.label.lower():
        head.append(f" ({entry.timing})")
    if not settled:
        head.append(f" - {entry.verdict}", style=VERDICT_STYLES.get(entry.verdict, ""))
    head.append("  ")
    head.append_text(_sources(entry.passages, entry.citations, words))
    grid = _grid(None, 1)
    for name, text in _details(entry, words, everything):
        grid.add_row(Text(name, style="dim"), text)
    return Group(head, Padding(Text(entry.text), (0, 0, 0, 2)), Padding(grid, (0, 0, 0, 2)))


def _details(entry: DecidedRecommendation, words: Words, everything: bool) -> Iterator[tuple[str, Text]]:
    reason = words.reason(entry.explanation)
    if reason.text:
        yield "why", Text.assemble(f"{reason.text}  ", _sources(reason.passages, (), words))
    if entry.overridden_by:
        yield "overridden by", Text(few(map(words.rule, entry.overridden_by), words.most))
    if entry.left_open_by:
        yield "left open by", Text(few(map(words.rule, entry.left_open_by), words.most))
    if entry.missing:
        yield "missing", Text(words.names(entry.missing))
    turning = words.turning(entry)
    if turning:
        yield "turns with", Text(few(turning, words.most).replace(", ", ", ") if len(turning) == 1 else " | ".join(turning[: words.most]))
    if everything:
        for correction in words.corrections(entry):
            yield "if wrong", Text(correction)


def _waiting(entries: list[DecidedRecommendation], words: Words, everything: bool) -> RenderableType:
    """The urgent ones by the facts that they wait for; of the others only those facts, unless everything is wanted."""
    pressing = [entry for entry in entries if everything or entry.urgency in ("emergency", "urgent")]
    others = [entry for entry in entries if entry not in pressing]
    tree = Tree("", hide_root=True, guide_style="dim")
    groups: dict[tuple[str, ...], list[DecidedRecommendation]] = {}
    for entry in pressing:
        groups.setdefault(entry.missing, []).append(entry)
    for missing, waiting in groups.items():
        branch = tree.add(Text(words.names(missing), style="bold"))
        for entry in waiting:
            branch.add(
                Text.assemble(
                    (f"{entry.urgency} ", STYLES[entry.urgency] if entry.urgency != "emergency" else "bold red"),
                    f"{entry.label}  ",
                    _sources(entry.passages, entry.citations, words),
                )
            )
    if others:
        waited: dict[str, int] = {}
        for entry in others:
            for code in entry.missing:
                waited[code] = waited.get(code, 0) + 1
        most = sorted(waited, key=lambda code: -waited[code])
        tree.add(Text.assemble((f"{len(others)} routine or ungraded", "bold"), f" - above all {words.names(most)}  (--all lists them)"))
    return tree


def _questions(decision: Decision, everything: bool) -> RenderableType:
    chosen = decision.questions if everything else decision.questions[:5]
    grid = _grid(None, 1)
    for number, question in enumerate(chosen, 1):
        grid.add_row(
            f"{number:2}.",
            Text.assemble((question.question, "bold"), f"  {question.why}  ", (few(question.passages, 3), "dim cyan")),
        )
    if len(decision.questions) > len(chosen):
        grid.add_row("", Text(f"{len(decision.questions) - len(chosen)} more; `spinegraph interview` asks them in turn", style="dim"))
    return grid


def _tensions(tensions: Iterable[ShownTension], everything: bool) -> RenderableType:
    """Each with its positions side by side."""
    parts: list[RenderableType] = []
    for tension in tensions:
        parts.append(Text.assemble((f"{tension.id} {tension.label}", "bold"), f" - {tension.handling}"))
        table = Table(show_header=False, expand=True, padding=(0, 1), pad_edge=False)
        for _ in tension.positions:
            table.add_column(ratio=1)
        table.add_row(
            *(
                Text.assemble(
                    f"{position.label} ",
                    (position.verdict or "not modelled", VERDICT_STYLES.get(position.verdict, "bold")),
                    (f" {' '.join(position.passages)}", "dim cyan"),
                )
                for position in tension.positions
            )
        )
        parts.append(table)
    return Group(*parts)


def _gap(notice: Notice) -> RenderableType:
    return Text.assemble("- ", notice.message, (f"  {' '.join(notice.about[1:])}", "dim cyan"))


def _sources(passages: tuple[str, ...], citations: tuple[int, ...], words: Words) -> Text:
    """Passage ids, and the citation numbers as printed: `000-L033a [1, 4]`."""
    printed = f" [{', '.join(map(str, citations))}]" if citations else ""
    return Text(few(passages, words.most).replace(",", "") + printed, style="dim cyan")


# Foot ----------------------------------------------------------------------------------------


def _footer(decision: Decision, knowledge: Knowledge) -> RenderableType:
    grid = _grid(None, 1)
    pending = {number for notice in decision.notices if notice.code == "review-pending" for number in notice.about}
    for source in knowledge.sources.values():
        if source.number in pending:
            grid.add_row(source.number, Text.assemble(f"{source.title}, review status ", (source.review_status, "bold yellow")))
    inferred = any(notice.code == "inferred-citation" for notice in decision.notices)
    lines: list[RenderableType] = [grid]
    if inferred:
        lines.append(Text("[1] is a citation as printed; which reference it means is inferred.", style="dim"))
    lines.append(Text(decision.disclaimer, style="italic"))
    lines.append(
        Text(f"Knowledge {decision.knowledge.version}, {decision.knowledge.digest[:19]}; decision {decision.id[:12]}", style="dim")
    )
    return Group("", Text("SOURCES", style="bold cyan"), *lines)


__all__ = ["groupby", "make_console", "render_decision"]
