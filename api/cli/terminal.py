"""A decision as a clinician reads it on a terminal: what to do and why, what is missing, where the sources disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree
from spinegraph.api.cli.terminal_page import passage_ids, two_columns
from spinegraph.api.cli.terminal_words import Reason, Words, few
from spinegraph.engine import Decision, Knowledge
from spinegraph.engine.model import URGENCIES, AssessedCondition, DecidedRecommendation, ShownPosition, ShownTension

GLANCE, ALL = 4, 10_000
"""How many items a list shows."""
STYLES = {"emergency": "bold red", "urgent": "bold yellow", "routine": "bold green", "ungraded": "bold"}
VERDICT_STYLES = {
    "suspected": "bold red",
    "indicated": "bold",
    "conflicting": "bold magenta",
    "provisional": "yellow",
}
PRESSING = ("emergency", "urgent")
STANDING = ("indicated", "provisional", "conflicting")
QUIET = ("out-of-scope", "not-indicated", "")
ALARMS = ("contradictory-input", "out-of-scope", "stale-passage")
"""Notices that stand before everything else; `review-pending` and `inferred-citation` stand with the sources."""


def render_decision(
    decision: Decision, knowledge: Knowledge, *, everything: bool = False, title: str = "", narrative: str = ""
) -> RenderableType:
    """A decision at a glance, or with `everything`: all reasons, changes, questions and positions."""
    words = Words(decision, knowledge, ALL if everything else GLANCE)
    settled = [entry for entry in decision.recommendations if entry.verdict != "undetermined"]
    waiting = [entry for entry in decision.recommendations if entry.verdict == "undetermined"]
    gaps = [notice for notice in decision.notices if notice.code == "source-gap"]
    parts: list[RenderableType] = [_head(decision, words, title, narrative)]
    parts += [Group("", Text(f"! {n.message}", style="bold magenta")) for n in decision.notices if n.code in ALARMS]
    if decision.assessments:
        parts.append(_section("Assessment", _assessments(decision, knowledge, words)))
    if settled:
        parts.append(_section("Recommendations", _recommendations(settled, words, everything)))
    if waiting:
        parts.append(_section(f"Waiting for facts ({len(waiting)})", _waiting(waiting, words, everything)))
    if decision.questions:
        parts.append(_section("Ask next", _questions(decision, everything)))
    if decision.tensions:
        parts.append(_section("Where the sources disagree", _tensions(decision.tensions, everything)))
    if gaps:
        texts = (Text.assemble(gap.message, passage_ids(gap.about[1:], words.most)) for gap in gaps)
        parts.append(_section("What the sources leave open", two_columns(("-", text) for text in texts)))
    parts.append(_section("Sources", _foot(decision, knowledge)))
    return Group(*parts)


def _section(name: str, body: RenderableType) -> RenderableType:
    return Group("", Text(name.upper(), style="bold cyan"), body)


# Head and assessment -------------------------------------------------------------------------


def _head(decision: Decision, words: Words, title: str, narrative: str) -> RenderableType:
    case = decision.case
    lines: list[RenderableType] = []
    if title:
        lines.append(Text(title, style="bold"))
    if narrative:
        lines.append(Text(" ".join(narrative.split()), style="italic"))
    facts = [
        ("present", words.all_names(case.present)),
        ("absent", words.all_names(case.absent)),
        ("measured", ", ".join(words.quantity(code, value) for code, value in case.measurements.items())),
    ]
    rows: list[tuple[str | Text, str | Text]] = [(name, text) for name, text in facts if text]
    urgency = Text(decision.brief.level.upper(), style=STYLES.get(decision.brief.level, "bold"))
    return Group(*lines, two_columns([("urgency", urgency), *(rows or [("recorded", "nothing")])]))


def _assessments(decision: Decision, knowledge: Knowledge, words: Words) -> RenderableType:
    """What is suspected and why, most specific conditions only; then the rest by name."""
    specific = [entry for entry in decision.assessments if not _is_implied(entry, decision, knowledge)]
    grid = two_columns(())
    for entry in specific:
        if entry.verdict in ("suspected", "conflicting"):
            reason = words.reason(entry.explanation)
            text = Text.assemble(
                (words.name(entry.condition), "bold"), f" - {reason.text}", passage_ids(reason.passages, words.most)
            )
            grid.add_row(Text(entry.verdict, style=VERDICT_STYLES[entry.verdict]), text)
    for verdict in ("not-suspected", "undetermined", "out-of-scope"):
        names = [words.name(entry.condition) for entry in specific if entry.verdict == verdict]
        if names:
            grid.add_row(Text(verdict, style="dim"), few(names, 2 * words.most, words.comma))
    return grid


def _is_implied(entry: AssessedCondition, decision: Decision, knowledge: Knowledge) -> bool:
    """Whether a narrower condition has the same verdict, so that this one adds nothing."""
    narrower = knowledge.hierarchy.narrower.get(entry.iri, ())
    return any(o.iri in narrower and o.iri != entry.iri and o.verdict == entry.verdict for o in decision.assessments)


# Recommendations -----------------------------------------------------------------------------


def _recommendations(entries: list[DecidedRecommendation], words: Words, everything: bool) -> RenderableType:
    """By urgency. What presses or is not plain stands with its details, the rest below its common reason."""
    tree = Tree("", hide_root=True, guide_style="dim")
    for urgency in URGENCIES:
        chosen = [entry for entry in entries if entry.urgency == urgency]
        if not chosen:
            continue
        branch = tree.add(Text(urgency.upper(), style=STYLES[urgency]))
        detailed = [e for e in chosen if everything or urgency in PRESSING or e.verdict != "indicated"]
        grouped: dict[Reason, list[DecidedRecommendation]] = {}
        for entry in chosen:
            if entry not in detailed:
                grouped.setdefault(words.reason(entry.explanation), []).append(entry)
        for reason, same in grouped.items():
            common = branch.add(Text.assemble(("because ", "dim"), reason.text, passage_ids(reason.passages, 2)))
            for entry in same:
                common.add(_line(entry, words, 2))
        for entry in detailed:
            details = Padding(two_columns(_details(entry, words, everything)), (0, 0, 0, 2))
            branch.add(Group(_line(entry, words, words.most), details))
    turning = words.everywhere()
    return Group(tree, Text(f"All of this changes if {' | '.join(turning)}.", style="dim")) if turning else tree


def _line(entry: DecidedRecommendation, words: Words, most: int) -> Text:
    """`must  Lumbar MRI without contrast, at once  000-L033a [1, 4]`; for a patient, what the recommendation says."""
    style = VERDICT_STYLES.get(entry.verdict, "dim")
    if words.for_patient:
        line = Text(entry.text, style=style)
    else:
        line = Text(f"{entry.modality}  {entry.label}", style=style)  # the label of a bar says "do not" itself
        if entry.timing and entry.timing.lower() not in f"{entry.label} {entry.urgency}ly".lower():
            line.append(f" ({entry.timing})")
    if entry.verdict != "indicated":
        line.append(f" - {entry.verdict}", style=style)
    line.append_text(passage_ids(entry.passages, most, entry.citations))
    return line


def _details(entry: DecidedRecommendation, words: Words, everything: bool) -> Iterator[tuple[str, str | Text]]:
    reason = words.reason(entry.explanation)
    if not words.for_patient and entry.verdict not in QUIET:
        yield "what", entry.text
    if reason.text:
        yield "why", Text.assemble(reason.text, passage_ids(reason.passages, words.most))
    if entry.overridden_by:
        yield "overridden by", words.rules(entry.overridden_by)
    if entry.left_open_by:
        yield "left open by", words.rules(entry.left_open_by)
    if entry.missing:
        yield "missing", words.names(entry.missing)
    turning = words.turning(entry)
    if turning:
        yield "changes if", few(turning, words.most, " | ")
    if everything:
        for correction in words.corrections(entry):
            yield "if corrected", correction


def _waiting(entries: list[DecidedRecommendation], words: Words, everything: bool) -> RenderableType:
    """What presses, by the facts that it waits for; of the others only those facts, unless everything is wanted."""
    tree = Tree("", hide_root=True, guide_style="dim")
    groups: dict[tuple[str, tuple[str, ...]], list[DecidedRecommendation]] = {}
    others: list[DecidedRecommendation] = []
    for entry in entries:
        if everything or entry.urgency in PRESSING:
            groups.setdefault((entry.urgency, entry.missing), []).append(entry)
        else:
            others.append(entry)
    for (urgency, missing), same in groups.items():
        facts = words.names(missing) if missing else "nothing that is left to ask"
        branch = tree.add(Text.assemble((f"{urgency}  ", STYLES[urgency]), (facts, "bold")))
        if everything:
            for entry in same:
                branch.add(_line(entry, words, words.most))
        else:
            labels = [f"{entry.label} ({few(entry.passages, 1, ' ')})" for entry in same]
            branch.add(few(labels, words.most, "; "))
    if others:
        waited: dict[str, int] = {}
        for code in (code for entry in others for code in entry.missing):
            waited[code] = waited.get(code, 0) + 1
        most = few(map(words.name, sorted(waited, key=lambda code: -waited[code])), words.most)
        tree.add(Text.assemble((f"{len(others)} routine or ungraded  ", "bold"), f"{most}; --all lists them"))
    return tree


# Questions, tensions, sources ----------------------------------------------------------------


def _questions(decision: Decision, everything: bool) -> RenderableType:
    """The first questions, each group of them below what it can change."""
    chosen = decision.questions if everything else decision.questions[:5]
    grid = two_columns(())
    why = ""
    for number, question in enumerate(chosen, 1):
        if question.why != why:
            why = question.why
            grid.add_row("", Text(f"{why}:", style="dim"))
        passages = passage_ids(question.passages, ALL if everything else 3)
        grid.add_row(f"{number:>3}", Text.assemble((question.question, "bold"), passages))
    left = len(decision.questions) - len(chosen)
    if left:
        grid.add_row("", Text(f"{left} more; `spinegraph interview` asks them in turn", style="dim"))
    return grid


def _tensions(tensions: Iterable[ShownTension], everything: bool) -> RenderableType:
    """Positions side by side; at a glance only where one is settled and another still speaks."""
    parts: list[RenderableType] = []
    named: list[str] = []
    for tension in tensions:
        live = [position for position in tension.positions if position.verdict not in QUIET]
        if everything or (len(live) > 1 and any(position.verdict in STANDING for position in live)):
            parts.append(Text.assemble((f"{tension.id} {tension.label}", "bold"), f" - {tension.handling}"))
            parts.append(Padding(_positions(tension.positions if everything else live), (0, 0, 0, 4)))
        else:
            named.append(tension.id)
    if named:
        parts.append(Text(f"{'also' if parts else 'touched'}: {', '.join(named)}; --all shows the positions", style="dim"))
    return Group(*parts)


def _positions(positions: Sequence[ShownPosition]) -> Table:
    grid = Table.grid(padding=(0, 3))
    cells = []
    columns = min(len(positions), 3)
    for _ in range(columns):
        grid.add_column(ratio=1)
    for position in positions:
        verdict = position.verdict or "not modelled"
        cells.append(
            Text.assemble(
                (f"{verdict}: ", VERDICT_STYLES.get(verdict, "dim")), position.label, passage_ids(position.passages, ALL)
            )
        )
    for start in range(0, len(cells), columns):
        grid.add_row(*cells[start : start + columns])
    return grid


def _foot(decision: Decision, knowledge: Knowledge) -> RenderableType:
    """Review status of the sources that were used, or of all if none was; disclaimer; versions."""
    used = {number for notice in decision.notices if notice.code == "review-pending" for number in notice.about}
    rows = [
        (source.number, f"{source.title} - review status: {source.review_status}")
        for source in sorted(knowledge.sources.values(), key=lambda source: source.number)
        if source.number in used or not used
    ]
    lines: list[RenderableType] = [two_columns(rows)]
    if any(notice.code == "inferred-citation" for notice in decision.notices):
        lines.append(Text("[1] is a citation as printed; which reference it means is inferred."))
    lines.append(Text(decision.disclaimer, style="italic"))
    version = decision.knowledge
    lines.append(Text(f"knowledge {version.version} {version.digest[:19]}, decision {decision.id[:12]}", style="dim"))
    return Group(*lines)
