"""A difference as plain text for a terminal, and as Markdown for a review comment: the same words, other marks."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Sequence

from spinegraph.engine.validation.diagnostics import Place
from spinegraph.engine.validation.diff.model import (
    ADVICE,
    CaseChange,
    Difference,
    FieldChange,
    Outcome,
    PatientChange,
    Responsible,
    StatementChange,
)
from spinegraph.engine.validation.reports.words import plural, printable

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
NOT_THERE = "(no such rule)"
WIDTH = 110
"""Columns of plain text."""


def render_text(difference: Difference) -> str:
    """The difference as text without colour, each line ended by a newline."""
    return "".join(f"{line.rstrip()}\n" for line in _text(difference))


def render_markdown(difference: Difference) -> str:
    """The difference as GitHub-flavoured Markdown: a summary, then what decides otherwise, then what is stated otherwise."""
    return "".join(f"{line.rstrip()}\n" for line in _markdown(difference))


def summary(difference: Difference) -> Iterator[str]:
    """What it comes to, one sentence a line."""
    if difference.old.digest == difference.new.digest:
        yield "The two states are the same, byte for byte."
    elif difference.statements:
        yield (
            f"{plural(len(difference.statements), 'statement')} differ."
            if len(difference.statements) > 1
            else "1 statement differs."
        )
    else:
        yield "Nothing is stated differently."
    changed = len(difference.differing)
    proven = f"{plural(difference.compared - changed, 'rule')} proven to decide every patient alike"
    yield f"{proven}; {changed or 'no'} other {'rule decides' if changed == 1 else 'rules decide'} some patient differently."
    if otherwise := difference.advising_otherwise:
        says = "1 rule says" if len(otherwise) == 1 else f"{len(otherwise)} rules say"
        whom = "it holds" if len(otherwise) == 1 else "they hold"
        yield f"{says} something else to those for whom {whom} ({', '.join(ADVICE)}): {', '.join(otherwise)}."
    if difference.cases_compared:
        verb = "comes" if len(difference.cases) == 1 else "come"
        yield f"{len(difference.cases) or 'None'} of {plural(difference.cases_compared, 'clinical case')} {verb} out differently."


def _text(difference: Difference) -> Iterator[str]:
    if difference.statements:
        yield "Stated differently"
        for change in difference.statements:
            yield f"  {SIGNS[change.how]} {_subject(change)}{_at(change.place)}"
            for field in change.fields:
                yield from (f"      {line}" for line in _field(field))
        yield ""
    if difference.patients:
        yield "Decided differently: the smallest patients, each with the changes that none before him shows"
        for patient, outcomes in _first_shown(difference.patients):
            yield from _wrapped("  patient   ", _sentence(patient.witness.words))
            yield from (line for outcome in _grouped(outcomes) for line in _wrapped("      ", outcome))
            yield from (f"      because   {line}" for line in _because(patient.responsible))
        yield ""
    if difference.cases:
        yield "Clinical cases that come out differently"
        for case in difference.cases:
            yield f"  {case.place}  {printable(case.name)}"
            yield from case_lines(case)
        yield ""
    yield from (f"not compared  {reason}" for reason in difference.not_compared)
    yield from summary(difference)
    yield ""
    yield from _standing(difference)


def case_lines(case: CaseChange) -> Iterator[str]:
    """What differs for a case, and because of what, as plain text."""
    yield from (line for outcome in _case(case) for line in _wrapped("      ", outcome))
    yield from (f"      because   {line}" for line in _because(case.responsible))


def _markdown(difference: Difference) -> Iterator[str]:
    yield "## What this change does to the guideline"
    yield ""
    yield from (f"- {line}" for line in summary(difference))
    yield from (f"- Not compared: {_escaped(reason)}" for reason in difference.not_compared)
    if difference.patients:
        yield from ("", "### Decided differently", "", "| smallest patient | decided differently | because of |", "|---|---|---|")
        for patient, outcomes in _first_shown(difference.patients):
            cells = ([_sentence(patient.witness.words)], _grouped(outcomes), _because(patient.responsible))
            yield f"| {' | '.join('<br>'.join(map(_escaped, cell)) for cell in cells)} |"
    if difference.cases:
        yield from ("", "### Clinical cases that come out differently", "")
        for case in difference.cases:
            yield f"- `{case.place}` {_escaped(case.name)}: {_escaped('; '.join(_case(case)))}"
    if difference.statements:
        yield from ("", "### Stated differently", "", "```diff")
        for change in difference.statements:
            yield f"@@ {change.how} {_subject(change)}{_at(change.place)} @@"
            for field in change.fields:
                yield from (line if line[:1] in "+-" else f" {line}" for line in _field(field))
        yield "```"
    yield ""
    yield from (f"> {line}" if line else ">" for line in _standing(difference))


def _first_shown(patients: Sequence[PatientChange]) -> Iterator[tuple[PatientChange, list[Outcome]]]:
    """Each patient with the outcomes that none before him shows."""
    shown: set[Outcome] = set()
    for patient in patients:
        fresh = [outcome for outcome in patient.outcomes if outcome not in shown]
        shown.update(fresh)
        yield patient, fresh


def _subject(change: StatementChange) -> str:
    return f"{change.kind} {change.subject}" + (f"  “{_short(change.label)}”" if change.label else "")


def _field(change: FieldChange) -> Iterator[str]:
    """The lines of one property that went (-), came (+) and, in a criterion, stayed around them."""
    if len(change.old) <= 1 and len(change.new) <= 1:
        yield from (f"- {change.field}: {_short(line, 200)}" for line in change.old)
        yield from (f"+ {change.field}: {_short(line, 200)}" for line in change.new)
        return
    yield f"  {change.field}"
    for line in difflib.unified_diff(change.old, change.new, lineterm="", n=2):
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[:1]} {_short(line[1:], 200)}"


def _grouped(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One line for each way in which outcomes change: what changes in that way."""
    for change in dict.fromkeys((old, new) for _, old, new in outcomes):
        names = [name for name, *how in outcomes if tuple(how) == change]
        yield f"{change[0] or NOT_THERE} -> {change[1] or NOT_THERE}: {', '.join(names)}"


def _sentence(words: Sequence[str]) -> str:
    """A patient's facts on one line, what he has and what he does not have, each once."""
    kinds = {
        start: [word.removeprefix(start) for word in words if word.startswith(start)] for start in ("has ", "does not have ")
    }
    others = [word for word in words if not word.startswith(tuple(kinds))]
    return "; ".join([*others, *(f"{start}{', '.join(found)}" for start, found in kinds.items() if found)])


def _wrapped(head: str, text: str) -> list[str]:
    """Text after a head, on lines of WIDTH columns; codes and CURIEs are never broken."""
    indent = " " * (len(head) + (4 if not head.strip() else 0))
    return textwrap.wrap(
        printable(text), WIDTH, initial_indent=head, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _because(responsible: Sequence[Responsible]) -> Iterator[str]:
    for change in responsible:
        parts = [change.subject]
        parts += [f"shape{'s' if len(change.shapes) > 1 else ''} {', '.join(change.shapes)}"] if change.shapes else []
        parts += [f"passage{'s' if len(change.passages) > 1 else ''} {', '.join(change.passages)}"] if change.passages else []
        yield "; ".join(parts) + _at(change.place) + ("" if change.alone else ", together with the others")


def _case(case: CaseChange) -> Iterator[str]:
    if case.urgency:
        yield f"urgency: {case.urgency[0]} -> {case.urgency[1]}"
    yield from _grouped(case.outcomes)


def _standing(difference: Difference) -> Iterator[str]:
    """Review status of the sources, and the disclaimer: part of every rendering."""
    yield from (f"Review status of {line}." for line in difference.review)
    yield difference.disclaimer


def _at(place: Place | None) -> str:
    return f"  {place}" if place else ""


def _short(text: str, most: int = 90) -> str:
    text = printable(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _escaped(text: str) -> str:
    """Text within a Markdown table: nothing of it is markup."""
    text = printable(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
    return text.replace("*", "\\*").replace("_", "\\_")
