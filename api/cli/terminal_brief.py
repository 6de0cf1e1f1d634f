"""A brief as it is read on a terminal: what to do, what it rests on and what is left open, on one screen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple

from rich.text import Text
from spinegraph.engine.model import Answer, Audience, Brief, BriefAction, Decision, SourceState

WIDTH, HEIGHT = 80, 22
"""Columns at most, and the lines of a terminal of that width less those of the command and of the next prompt."""
MARGIN = 10
STYLES = {"emergency": "bold red", "urgent": "bold yellow", "routine": "bold green", "undetermined": "bold"}
ALARMS = ("record-in-part", "ignored-input", "contradictory-input", "no-usable-member", "stale-passage")
"""Notices that stand above everything else; that no source speaks of the patient is in the headline."""
SHORT: Mapping[str, str] = {
    "record-in-part": "Some of the record is not used that matters: --all says what; `spinegraph fhir account` has the rest.",
    "ignored-input": "Some entries of the case decide nothing: --all says which, and why.",
}
"""What is said of notices that can be long."""
NAMES: Mapping[Audience, Mapping[str, str]] = {
    "clinician": {
        "rule_out": "Rule out", "level_if": "Perhaps", "review": "Review",
        "not_covered": "Silent", "settled": "Settled", "open": "Open", "sources": "Sources",
    },
    "patient": {
        "routine": "No alarm", "undetermined": "Not clear", "rule_out": "To check", "level_if": "Perhaps", "review": "Later",
        "not_covered": "Not here", "settled": "Questions", "open": "Questions", "sources": "Note",
    },
}  # fmt: skip
"""Members and levels → what stands in the margin, where that is not their own name."""


class Fit(NamedTuple):
    """How much is written: readings in full or marked, and at most so many reasons, topics not covered, screens and so on."""

    readings: bool
    reasons: int
    topics: int
    screens: int
    others: int = 1_000
    blank: bool = True


WHOLE = Fit(readings=True, reasons=1_000, topics=1_000, screens=1_000)
FITS = (
    Fit(readings=True, reasons=5, topics=4, screens=3),
    Fit(readings=False, reasons=5, topics=4, screens=2),
    Fit(readings=False, reasons=3, topics=3, screens=1),
    Fit(readings=False, reasons=2, topics=2, screens=0, others=1, blank=False),
)
"""From the most to the least; the first that fits a terminal is taken."""


class Row(NamedTuple):
    """A text beside what it is, with the passages that it rests on."""

    name: str
    text: str
    passages: Sequence[str] = ()
    number: int = 0
    style: str = "bold cyan"


def brief_lines(answer: Answer | Decision, hint: str, width: int = WIDTH) -> list[Text]:
    """The lines of a brief, as many as a terminal has where that can be; `hint` says where the rest of it is to be had."""
    for fit in FITS:
        lines = _lines(answer, fit, hint, width)
        if len(lines) <= HEIGHT:
            break
    return lines


def whole_brief(answer: Answer | Decision, width: int = WIDTH) -> list[Text]:
    """The lines of a brief with every reason and reading, however many they are."""
    return _lines(answer, WHOLE, "", width)


def _lines(answer: Answer | Decision, fit: Fit, hint: str, width: int) -> list[Text]:
    rows = list(_rows(answer, fit, hint))
    longest = max(len(id_) for row in rows for id_ in (*row.passages, ""))
    lines: list[Text] = []
    before = ""
    for row in rows:
        lines += _laid_out(row if row.name != before else row._replace(name=""), width, longest)
        before = row.name
    return lines


def _laid_out(row: Row, width: int, longest: int) -> Iterator[Text]:
    """A row as lines: its name in the margin, its passages in a column of their own, as many as there are lines of text."""
    name = row.name
    if len(name) >= MARGIN:
        yield Text(name, row.style)
        name = ""
    number = f"{row.number} " if row.number else ""
    room = width - MARGIN - len(number) - (longest + 2 if row.passages else 0)
    texts = wrapped(row.text, max(room, 1))
    for text, id_ in zip_longest(texts, row.passages[: len(texts)], fillvalue=""):
        line = Text.assemble((f"{name:{MARGIN}}", row.style), number, f"{text:{room + 2}}", (id_, "dim cyan"))
        line.rstrip()
        yield line
        name, number = "", " " * len(number)


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text; what has no blank in it is never broken."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


# What is written -----------------------------------------------------------------------------


def _rows(answer: Answer | Decision, fit: Fit, hint: str) -> Iterator[Row]:
    brief, names = answer.brief, NAMES[answer.case.audience]
    for_patient = answer.case.audience == "patient"
    comma = "; " if for_patient else ", "  # what a finding is called in plain words has commas of its own
    stating = {} if for_patient else {entry.condition: entry.passages for entry in answer.assessments}
    for alarm in dict.fromkeys(_alarms(answer)):
        yield Row("!", alarm, style="bold magenta")
    ours = _headline_reading(brief, fit) if not for_patient else ""
    yield Row(names.get(brief.level, brief.level).upper(), f"{_headline(brief)} {ours}".rstrip(), style=STYLES[brief.level])
    reasons = [marker.label for marker in brief.because]
    likely = brief.likely and Row("Likely", brief.likely.label, stating.get(brief.likely.condition, ()))
    if likely and reasons == [likely.text]:  # nothing speaks for the level but what it is likely to be
        yield likely._replace(name="", text=f"because: likely {likely.text}")
        likely = None
    elif reasons:
        yield Row("", f"because: {some(reasons, fit.reasons, comma)}")
    if fit.blank:
        yield Row("", "")
    yield from _actions("Do", brief.do, fit, for_patient)
    yield from _actions("Avoid", brief.avoid, fit, for_patient)
    for suspicion in brief.rule_out:
        yield Row(names["rule_out"], suspicion.label, stating.get(suspicion.condition, ()))
    if likely:
        yield likely
    for other in brief.level_if[: fit.others]:
        left_open = "" if for_patient else f"{other.level}, left open by {other.left_open_by}: "
        yield Row(names["level_if"], f"{left_open}{other.text}")
    if brief.review:
        yield Row(names["review"], brief.review.text, () if for_patient else brief.review.passages)
    yield from _end(answer, fit, hint)


def _alarms(answer: Answer | Decision) -> Iterator[str]:
    for notice in answer.notices:
        if notice.code in ALARMS:
            yield SHORT.get(notice.code, notice.message) if answer.case.audience == "clinician" else notice.message


def _end(answer: Answer | Decision, fit: Fit, hint: str) -> Iterator[Row]:
    """What no source covers, what is left open, and the sources."""
    brief, names = answer.brief, NAMES[answer.case.audience]
    for_patient = answer.case.audience == "patient"
    silent = some(brief.not_covered, fit.topics, "; " if for_patient else ", ")
    if silent:
        yield Row(names["not_covered"], f"Our texts say nothing about: {silent}." if for_patient else silent)
    left = _left_for_patients(brief) if for_patient else _left(answer, fit)
    yield Row(names["settled" if brief.settled else "open"], left)
    rests_on = " ".join(brief.readings) if for_patient else _sources(brief.sources)
    yield Row(names["sources"], " ".join(filter(None, (rests_on, brief.disclaimer, hint))))


def _headline(brief: Brief) -> str:
    """The headline without the level, which stands beside it."""
    text = brief.headline.removeprefix(f"{brief.level.capitalize()}: ")
    return f"{text[:1].upper()}{text[1:]}"


def _headline_reading(brief: Brief, fit: Fit) -> str:
    """What of the headline is ours: the reading that no action has."""
    of_actions = {action.reading for action in (*brief.do, *brief.avoid)}
    readings = [reading for reading in brief.readings if reading not in of_actions]
    return " ".join(readings) if fit.readings else "(our reading)" if readings else ""


def _actions(name: str, actions: Sequence[BriefAction], fit: Fit, for_patient: bool) -> Iterator[Row]:
    cautions = {""}
    for number, action in enumerate(actions, 1):
        whole = f"Our reading: {action.reading.removesuffix('.')}."
        reading = (whole if fit.readings else "(our reading)") if action.reading else ""
        parts = (action.text, "" if action.caution in cautions else action.caution, "" if for_patient else reading)
        cautions.add(action.caution)
        yield Row(name, " ".join(filter(None, parts)), () if for_patient else action.passages, number)


def some(names: Sequence[str], most: int, comma: str) -> str:
    """So many of the names; one more is no reason to leave it out.

    >>> some("abcd", 2, ", "), some("abc", 2, ", ")
    ('a, b and 2 more', 'a, b, c')
    """
    left = len(names) - most
    return comma.join(names) if left <= 1 else f"{comma.join(names[:most])} and {left} more"


def _left(answer: Answer | Decision, fit: Fit) -> str:
    """What answers can still change, and the screens that come next."""
    brief = answer.brief
    if brief.settled:
        detail = brief.open.detail
        rest = f"; {_counted(detail, 'screen')} of detail left" if detail else ""
        return f"no open answer changes this{rest}."
    if not _reaching(brief):  # a guideline without screens
        return "more answers can change this."
    titles = {screen.id: screen.title for screen in answer.screens}
    asked = "; ".join(titles.get(id_, id_) for id_ in brief.ask[: fit.screens])
    grading = brief.open.scope + brief.open.safety
    graded = "none the level" if not grading or brief.level == "emergency" else f"{grading} of them the level"
    return f"{_counted(_reaching(brief), 'screen')} can change this, {graded}.{asked and f' Next: {asked}.'}"


def _left_for_patients(brief: Brief) -> str:
    if brief.settled:
        return "No further answer changes this."
    reaching = _reaching(brief)
    return f"{_counted(reaching, 'group')} of questions can still change this." if reaching else "More answers can change this."


def _reaching(brief: Brief) -> int:
    return brief.open.scope + brief.open.safety + brief.open.management


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _sources(sources: Iterable[SourceState]) -> str:
    """`review pending: 000 of 2026-02-09, 002 of 2025-11-23; unknown: 001 undated.`"""
    by_state = groupby(sorted(sources, key=lambda source: (source.review, source.id)), key=lambda source: source.review)
    states = [
        f"{review}: {', '.join(f'{source.id} of {source.date}' if source.date else f'{source.id} undated' for source in same)}"
        for review, same in by_state
    ]
    return f"review {'; '.join(states)}." if states else ""
