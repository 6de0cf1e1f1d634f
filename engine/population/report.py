"""What a population comes to, as a web page that stands alone: verdicts by rule, what is not known, what is done and what is not.

The plots are drawn by the template as SVG; nothing is loaded, and no script runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.knowledge.words import shown
from spinegraph.engine.model import VERDICTS, Knowledge
from spinegraph.engine.population.totals import Practice, Totals
from spinegraph.engine.templates import make_environment

MOST_FACTS = 30
"""So many facts that are not known are shown."""
MOST_NAMED = 3
"""So many facts that are missing are named for a rule."""
SHOWN = ("indicated", "provisional", "conflicting", "undetermined", "done", "overridden")
"""The verdicts that have a place in a plot; the others are left blank."""

_ENVIRONMENT = make_environment("spinegraph.engine.population")


class RuleLine(NamedTuple):
    """A rule with its verdicts, and the facts that were missing most often where it is undetermined."""

    id: str
    label: str
    verdicts: Mapping[str, int]
    missing: tuple[tuple[str, int], ...]


class FactLine(NamedTuple):
    """A fact with how many patients it is unknown of, and how many verdicts are undetermined where it is."""

    code: str
    label: str
    unknown: int
    open: int


class PracticeLine(NamedTuple):
    """A recommendation for or against something, with what was done of it: in all, and by group."""

    id: str
    label: str
    found: Practice
    groups: tuple[tuple[str, Practice], ...]


class GroupLine(NamedTuple):
    """A group of patients with their levels."""

    name: str
    rows: int
    levels: Mapping[str, int]


def rule_lines(totals: Totals) -> Iterator[RuleLine]:
    """The rules with a verdict that is not quiet in somebody, most patients indicated first."""
    order = sorted(totals.rules, key=lambda id_: [-totals.verdicts[id_][verdict] for verdict in SHOWN])
    for id_ in order:
        found = totals.verdicts[id_]
        if any(found[verdict] for verdict in SHOWN):
            missing = tuple((code, number) for code, number in totals.missing[id_].most_common(MOST_NAMED) if number)
            yield RuleLine(id_, totals.rules[id_].label, found, missing)


def fact_lines(totals: Totals, knowledge: Knowledge) -> list[FactLine]:
    """The facts that rules read and that are not known of some patients: first those with the most undetermined verdicts."""
    labels = {one.code: one.label for one in (*knowledge.findings.values(), *knowledge.valued.values())}
    read = dict.fromkeys(code for codes in totals.reads.values() for code in codes)
    found = (
        FactLine(code, labels[code], totals.rows - totals.known[code], sum(missing[code] for missing in totals.missing.values()))
        for code in read
    )
    return sorted((line for line in found if line.unknown), key=lambda line: (-line.open, -line.unknown, line.code))


def practice_lines(totals: Totals, direction: str) -> list[PracticeLine]:
    """What was done of what is advised ("for"), or although it is advised against ("against"); most such patients first."""

    def wrong(found: Practice) -> int:
        return found.not_done if direction == "for" else found.done

    chosen = (
        (id_, found) for id_, found in totals.practice.items() if totals.rules[id_].direction == direction and found.recorded
    )
    return [
        PracticeLine(
            id_,
            totals.rules[id_].label,
            found,
            tuple((_named(group), totals.practice_of_group(group, id_)) for group in totals.groups),
        )
        for id_, found in sorted(chosen, key=lambda one: (-wrong(one[1]), one[0]))
    ]


def group_lines(totals: Totals) -> list[GroupLine]:
    """The groups with their levels."""
    found = ((name, totals.level_of_group(name)) for name in totals.groups)
    return [GroupLine(_named(name), sum(levels.values()), levels) for name, levels in found]


def _named(group: str) -> str:
    """A group as the page shows it: "" where nothing is given, and nothing that a reader could not see."""
    return shown(group) if group else ""


def render_report(totals: Totals, knowledge: Knowledge, title: str, disclaimer: str) -> bytes:
    """The page, in UTF-8. `title`: what the patients are called."""
    facts = fact_lines(totals, knowledge)
    page = _ENVIRONMENT.get_template("population.html.j2").render(
        title=title,
        totals=totals,
        levels=LEVELS,
        verdicts=VERDICTS,
        shown=SHOWN,
        rules=list(rule_lines(totals)),
        quiet=len(totals.rules) - len(list(rule_lines(totals))),
        facts=facts[:MOST_FACTS],
        more_facts=len(facts[MOST_FACTS:]),
        against=practice_lines(totals, "against"),
        advised=practice_lines(totals, "for"),
        groups=group_lines(totals),
        tensions=[(id_, number) for id_, number in totals.tensions.most_common() if number],
        share=_share(totals.rows),
        part=part,
        digest=knowledge.digest,
        disclaimer=disclaimer,
    )
    return page.encode()


def _share(rows: int) -> Callable[[int], str]:
    return lambda number: part(number, rows)


def part(number: int, of: int) -> str:
    """A number in percent of another one.

    >>> part(1, 8), part(0, 0)
    ('12.5 %', '–')
    """
    return f"{100 * number / of:.1f} %" if of else "–"
