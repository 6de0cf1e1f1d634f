"""A decision in full on a terminal: every verdict with its reason, what is missing, where the sources disagree; and one proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree
from spinegraph.api.cli.terminal_brief import STYLES, whole_brief
from spinegraph.api.cli.terminal_page import passage_ids, two_columns
from spinegraph.api.cli.terminal_words import Turned, Words, turning_all
from spinegraph.engine import Case, Decision, Knowledge, Proof
from spinegraph.engine.decide.proofs import carrying
from spinegraph.engine.model import URGENCIES, AssessedCondition, DecidedRecommendation, ShownPosition, ShownRecommendation

VERDICT_STYLES = {
    "suspected": "bold red",
    "indicated": "bold",
    "conflicting": "bold magenta",
    "provisional": "yellow",
}
QUIET = ("out-of-scope", "not-indicated", "")
TRUTHS = {"true": "", "false": " - no", "unknown": " - not known", "conflicting": " - yes and no"}


def render_decision(decision: Decision, knowledge: Knowledge, *, title: str = "", narrative: str = "") -> RenderableType:
    """The whole brief, then all verdicts, reasons, changes, questions and positions; to patients, what else is advised."""
    brief = Group(*whole_brief(decision))
    if decision.case.audience == "patient":
        return Group(brief, *_for_patients(decision))
    words = Words(decision.case, knowledge, turning_all(decision))
    decided = [entry for entry in decision.recommendations if entry.verdict != "undetermined"]
    waiting = [entry for entry in decision.recommendations if entry.verdict == "undetermined"]
    questions = ((str(number), one) for number, one in enumerate(decision.questions, 1))
    sections = {
        "Assessment": two_columns(_assessments(decision, knowledge, words)),
        "Recommendations": _recommendations(decided, words) if decided else None,
        f"Waiting for facts ({len(waiting)})": _waiting(waiting, words) if waiting else None,
        "Ask next": two_columns(
            (f"{n:>3}", Text.assemble((one.question, "bold"), passage_ids(one.passages))) for n, one in questions
        )
        if decision.questions
        else None,
        "Where the sources disagree": _tensions(decision) if decision.tensions else None,
        "Notices": two_columns(("-", notice.message) for notice in decision.notices),
        "Knowledge": Text(f"{decision.knowledge.version} {decision.knowledge.digest[:19]}, decision {decision.id[:12]}"),
    }
    parts = [_section(name, body) for name, body in sections.items() if body is not None]
    return Group(_head(decision.case, words, title, narrative), "", brief, *parts, Text(decision.disclaimer, style="italic"))


def _section(name: str, body: RenderableType) -> RenderableType:
    return Group("", Text(name.upper(), style="bold cyan"), body)


def _for_patients(decision: Decision) -> Iterator[RenderableType]:
    standing = {rule for line in (*decision.brief.do, *decision.brief.avoid) for rule in line.recommendations}
    more = [entry for entry in decision.recommendations if entry.verdict == "indicated" and entry.id not in standing]
    for name, texts in (
        ("What else is advised", (entry.text for entry in more)),
        ("What we would still like to know", (question.question for question in decision.questions)),
    ):
        rows = [("-", text) for text in dict.fromkeys(texts)]
        if rows:
            yield _section(name, two_columns(rows))


# Case and assessment -------------------------------------------------------------------------


def _head(case: Case, words: Words, title: str, narrative: str) -> RenderableType:
    lines = [Text(title, style="bold"), Text(" ".join(narrative.split()), style="italic")]
    facts = [
        ("present", words.names(case.present)),
        ("absent", words.names(case.absent)),
        ("measured", ", ".join(words.quantity(code, value) for code, value in case.values.items())),
    ]
    rows = [(name, text) for name, text in facts if text]
    return Group(*filter(None, lines), two_columns(rows or [("recorded", "nothing")]))


def _assessments(decision: Decision, knowledge: Knowledge, words: Words) -> Iterator[tuple[Text, Text]]:
    """What is suspected and why, most specific conditions only; then the rest by name."""
    specific = [entry for entry in decision.assessments if not _is_implied(entry, decision, knowledge)]
    for entry in specific:
        if entry.verdict in ("suspected", "conflicting"):
            reason = words.reason(entry.explanation)
            name = (words.name(entry.condition), "bold")
            yield (
                Text(entry.verdict, style=VERDICT_STYLES[entry.verdict]),
                Text.assemble(name, f" - {reason.text}", passage_ids(reason.passages)),
            )
    for verdict in ("not-suspected", "undetermined", "out-of-scope"):
        names = [words.name(entry.condition) for entry in specific if entry.verdict == verdict]
        if names:
            yield Text(verdict, style="dim"), Text(", ".join(names))


def _is_implied(entry: AssessedCondition, decision: Decision, knowledge: Knowledge) -> bool:
    """Whether a narrower condition has the same verdict, so that this one adds nothing."""
    narrower = knowledge.hierarchy.narrower.get(entry.iri, ())
    return any(o.iri in narrower and o.iri != entry.iri and o.verdict == entry.verdict for o in decision.assessments)


# Recommendations -----------------------------------------------------------------------------


def _recommendations(entries: list[DecidedRecommendation], words: Words) -> RenderableType:
    """By urgency, each with its reason and what would change it."""
    tree = Tree("", hide_root=True, guide_style="dim")
    for urgency in URGENCIES:
        chosen = [entry for entry in entries if entry.urgency == urgency]
        if chosen:
            branch = tree.add(Text(urgency.upper(), style=STYLES.get(urgency, "bold")))
            for entry in chosen:
                branch.add(Group(_line(entry), Padding(two_columns(_details(entry, words)), (0, 0, 0, 2))))
    turning = words.everywhere()
    return Group(tree, Text(f"All of this changes if {' | '.join(turning)}.", style="dim")) if turning else tree


def _line(entry: Turned) -> Text:
    """`must  Lumbar MRI without contrast, at once  000-L033a [1, 4]`."""
    style = VERDICT_STYLES.get(str(entry.verdict), "dim")
    line = Text(f"{entry.modality}  {entry.label}", style=style)  # the label of a bar says "do not" itself
    if entry.timing and entry.timing.lower() not in f"{entry.label} {entry.urgency}ly".lower():
        line.append(f" ({entry.timing})")
    if entry.verdict != "indicated":
        line.append(f" - {entry.verdict}", style=style)
    return line.append_text(passage_ids(entry.passages, entry.citations))


def _details(entry: DecidedRecommendation, words: Words) -> Iterator[tuple[str, str | Text]]:
    reason = words.reason(entry.explanation)
    if entry.verdict not in QUIET:
        yield "what", entry.text
    if reason.text:
        yield "why", Text.assemble(reason.text, passage_ids(reason.passages))
    yield from _stated(entry, words)
    yield from _turning(entry, words)
    if corrected := words.corrections(entry):
        yield "if corrected", " | ".join(corrected)


def _stated(entry: Turned, words: Words) -> Iterator[tuple[str, str]]:
    """The grade, the doses, when it is due again, and what the patient weighs."""
    if entry.strength:
        yield "grade", f"strength {entry.strength}, certainty {entry.certainty}"
    for dose in entry.dose or ():
        missing = f"{words.names(dose.missing)} is not known" if dose.missing else ""
        yield "dose", "; ".join(filter(None, (dose.text, dose.calculation, missing)))
    if entry.if_chosen:
        yield "within", words.rules(entry.if_chosen)
    if entry.due:
        yield "again", entry.due.text
    if entry.preference:
        yield "to choose", entry.preference


def _turning(entry: Turned, words: Words) -> Iterator[tuple[str, str | Text]]:
    """What displaces a recommendation or leaves it open, what it waits for, and what would change it."""
    details = {
        "overridden by": words.rules(entry.overridden_by),
        "left open by": words.rules(entry.left_open_by),
        "missing": words.names(entry.missing),
        "changes if": " | ".join(words.turning(entry)),
    }
    yield from ((name, text) for name, text in details.items() if text)


def _waiting(entries: list[DecidedRecommendation], words: Words) -> RenderableType:
    """By urgency and the facts that they wait for."""
    tree = Tree("", hide_root=True, guide_style="dim")
    groups: dict[tuple[str, tuple[str, ...]], list[DecidedRecommendation]] = {}
    for entry in entries:
        groups.setdefault((entry.urgency, entry.missing), []).append(entry)
    for (urgency, missing), same in groups.items():
        facts = words.names(missing) if missing else "nothing that is left to ask"
        branch = tree.add(Text.assemble((f"{urgency}  ", STYLES.get(urgency, "bold")), (facts, "bold")))
        for entry in same:
            branch.add(_line(entry))
    return tree


# Tensions ------------------------------------------------------------------------------------


def _tensions(decision: Decision) -> RenderableType:
    """Positions side by side."""
    parts: list[RenderableType] = []
    for tension in decision.tensions:
        parts.append(Text.assemble((f"{tension.id} {tension.label}", "bold"), f" - {tension.handling}"))
        parts.append(Padding(_positions(tension.positions), (0, 0, 0, 4)))
    return Group(*parts)


def _positions(positions: Sequence[ShownPosition]) -> Table:
    grid = Table.grid(padding=(0, 3))
    columns = min(len(positions), 3)
    for _ in range(columns):
        grid.add_column(ratio=1)
    cells = []
    for position in positions:
        verdict = position.verdict or "not modelled"
        style = VERDICT_STYLES.get(verdict, "dim")
        cells.append(Text.assemble((f"{verdict}: ", style), position.label, passage_ids(position.passages)))
    for start in range(0, len(cells), columns):
        grid.add_row(*cells[start : start + columns])
    return grid


# One proof -----------------------------------------------------------------------------------


def render_proof(entry: ShownRecommendation, case: Case, knowledge: Knowledge) -> RenderableType:
    """Why one recommendation came out as it did: criteria, facts, and what the passages state; then what would change it."""
    words = Words(case, knowledge)
    proof = entry.explanation
    if not isinstance(proof, Proof):
        raise TypeError(f"{entry.id} has no proof.")  # only what `explain` names has one
    tree = Tree(_line(entry), guide_style="dim")
    for child in proof.children:
        _grow(tree, child, carrying(proof), words)
    cited = {passage.id: passage for passage in knowledge.passages.values()}
    stated = [(id_, cited[id_].paraphrase) for id_ in entry.passages if id_ in cited]
    return Group(tree, two_columns([*stated, *_stated(entry, words), *_turning(entry, words)]))


def _grow(tree: Tree, node: Proof, shown: Iterable[str], words: Words) -> None:
    """The part of a proof that makes its truth what it is; a passage stands at the innermost criterion that it states."""
    if node.truth not in shown:
        return
    fact = node.fact
    derived = fact is not None and fact.basis == "derived" and fact.code not in fact.through and not node.children
    through = f" (from {words.rules(fact.through)})" if fact and derived else ""
    within = {passage for child in node.children for passage in child.passages}
    own = tuple(passage for passage in node.passages if passage not in within)
    branch = tree.add(Text.assemble(f"{node.label}{TRUTHS[node.truth]}{through}", passage_ids(own)))
    for child in node.children:
        if fact is None:
            _grow(branch, child, carrying(node), words)
        elif child.truth in carrying(node):  # the rule by which it follows: what that asks for stands below the finding
            for part in words.criteria(child):
                _grow(branch, part, carrying(child), words)
