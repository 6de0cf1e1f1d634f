"""What a population comes to, on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.exchange.fhir.bulk.totals import Accounts
from spinegraph.engine.model import Knowledge
from spinegraph.engine.population.report import fact_lines, part, practice_lines, rule_lines
from spinegraph.engine.population.totals import Totals

MOST_FACTS = 12
COLUMNS = ("indicated", "provisional", "done", "conflicting", "overridden", "undetermined")


def render_totals(totals: Totals, knowledge: Knowledge) -> RenderableType:
    """Levels, verdicts by rule, what is not asked, and what was done against advice, or advised and not done."""
    return Group(*_parts(totals, knowledge))


def _parts(totals: Totals, knowledge: Knowledge) -> Iterator[RenderableType]:
    levels = ", ".join(f"{name} {totals.level[name]:,} ({part(totals.level[name], totals.rows)})" for name in LEVELS)
    yield Text(f"{totals.rows:,} patients: {levels}", "bold")
    yield Text()
    yield _verdicts(totals)
    sides = (("Done although advised against", "against", "performed"), ("Advised and not done", "for", "not performed"))
    for title, direction, wrong_side in sides:
        if lines := practice_lines(totals, direction):
            table = _table(title, wrong_side, "of recorded", "not recorded")
            for line in lines:
                wrong = line.found.not_done if direction == "for" else line.found.done
                table.add_row(line.id, f"{wrong:,}", part(wrong, line.found.recorded), f"{line.found.unrecorded:,}")
            yield from (Text(), table)
    if facts := fact_lines(totals, knowledge)[:MOST_FACTS]:
        table = _table("Not asked", "unknown of", "share", "undetermined verdicts")
        for fact in facts:
            table.add_row(fact.code, f"{fact.unknown:,}", part(fact.unknown, totals.rows), f"{fact.open:,}")
        yield from (Text(), table)


def render_accounts(accounts: Accounts) -> RenderableType:
    """What became of the resources of an export: by type how many there are, how many gave a fact, and why others did not."""
    table = _table("Resources", "sent", "used")
    table.add_column("notes", overflow="fold")
    for kind, sent in accounts.resources.most_common():
        notes = Counter({name: number for (of, name), number in accounts.notes.items() if of == kind})
        told = ", ".join(f"{name} {number:,}" for name, number in notes.most_common())
        table.add_row(kind, f"{sent:,}", f"{accounts.used[kind]:,}", told)
    facts: Counter[str] = Counter()
    for (_, member, code), number in accounts.facts.items():
        facts[f"{member}: {code}"] += number
    given = _table("Facts", "resources")
    for name, number in facts.most_common(MOST_FACTS):
        given.add_row(name, f"{number:,}")
    if len(facts) > MOST_FACTS:
        given.add_row(f"{len(facts) - MOST_FACTS:,} more")
    return Group(Text(), table, Text(), given)


def _verdicts(totals: Totals) -> Table:
    table = _table("Verdicts", *COLUMNS)
    lines = [
        line for line in rule_lines(totals) if any(line.verdicts[verdict] for verdict in COLUMNS if verdict != "undetermined")
    ]
    for line in lines:
        table.add_row(line.id, *(f"{line.verdicts[verdict]:,}" if line.verdicts[verdict] else "" for verdict in COLUMNS))
    if quiet := len(totals.rules) - len(lines):
        table.add_row(f"{quiet} more: for nobody, or undetermined")
    return table


def _table(title: str, *numbers: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(title, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table
