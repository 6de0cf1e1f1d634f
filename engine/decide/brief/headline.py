"""The one thing to do, in one or two sentences that are safe to follow alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from spinegraph.engine.decide.brief.wording import FOR_PATIENTS, in_a_row
from spinegraph.engine.model import Level

LONGEST = 140
"""So many characters at most."""


class Situation(NamedTuple):
    """What a headline is made of, in the words of the audience.

    `do`, `avoid`, `review`: parts of sentences, the most pressing first. `barred`: what is recorded against the first of `do`.
    `contradictory`, `uncovered`, `ungraded`: names of what stands in the way of an answer. `ask`: titles of screens.
    `settled`: no answer changes any of it.
    """

    level: Level
    do: Sequence[str] = ()
    avoid: Sequence[str] = ()
    review: Sequence[str] = ()
    barred: Sequence[str] = ()
    contradictory: Sequence[str] = ()
    uncovered: Sequence[str] = ()
    ungraded: Sequence[str] = ()
    ask: Sequence[str] = ()
    settled: bool = False


class Headline(NamedTuple):
    """The text, and what of it is ours."""

    text: str
    reading: str = ""


SENIOR = "That senior help is to be had now is our reading."
TODAY = "That an ungraded sign is to be looked at today is our reading."


def for_clinicians(case: Situation) -> Headline:
    """The headline of a clinician's brief."""
    pressing = case.level in ("emergency", "urgent")
    grade = case.level.capitalize()
    if case.uncovered:
        what = f"No source here covers this patient ({in_a_row(case.uncovered)})"
        if pressing:
            return Headline(_within(f"{grade} by the signs recorded. {what}: get senior help now."), SENIOR)
        return Headline(_within(f"{what}: no advice is given here; it is a matter of clinical judgement."))
    if pressing:
        if case.barred and case.do:
            start = f"{grade}: {case.do[0]} is wanted, but {in_a_row(case.barred)} is recorded: decide now with senior help"
            return Headline(_joined(start, [f"; {part}" for part in case.do[1:]], "."), SENIOR)
        return Headline(_listed(f"{grade}: ", case.do or ("get senior help, no order is plain",)), "" if case.do else SENIOR)
    if case.contradictory:
        return Headline(_within(f"The record contradicts itself about {in_a_row(case.contradictory)}: settle this first."))
    if case.ungraded:
        what = f"Not routine: no source here grades {in_a_row(case.ungraded)}."
        return Headline(_within(f"{what} Examine today and get senior advice."), TODAY)
    if case.level == "undetermined":
        if case.ask:
            return Headline(_listed("Not yet known how urgent. Ask next: ", case.ask, "; "))
        start = f"{_sentences(case)} " if case.do else ""
        unknown = (
            "No source here says how urgent this is." if case.settled else "Not yet known how urgent: too little is recorded."
        )
        return Headline(_within(f"{start}{unknown}"))
    return Headline(_sentences(case))


def for_patients(case: Situation) -> Headline:
    """The headline of a patient's brief: first what to do, and no word of a clinician."""
    pressing = case.level in ("emergency", "urgent")
    alarm = "This is an emergency. Get help now" if case.level == "emergency" else "You need to be seen soon"
    if case.uncovered:
        name = in_a_row(case.uncovered)
        if pressing:
            return Headline(_within(f"{alarm}. Our texts do not cover this: {name}. Say so."), FOR_PATIENTS)
        return Headline(_within(f"Please ask a doctor. Our texts do not cover this: {name}."))
    if pressing:
        if case.barred:
            return Headline(_within(f"{alarm}, and say first that this holds: {in_a_row(case.barred)}."), FOR_PATIENTS)
        return Headline(_listed(f"{alarm}: ", case.do) if case.do else f"{alarm}.")
    if case.contradictory:
        return Headline(_within(f"Two of your answers do not fit together: {in_a_row(case.contradictory)}. Please check them."))
    if case.ungraded:
        return Headline(
            _within(f"See a doctor today about this: {in_a_row(case.ungraded)}. Go at once if it gets worse."), FOR_PATIENTS
        )
    if case.level == "undetermined":
        asking = "We cannot tell yet how urgent this is. Please answer the next questions; if it gets worse, get help."
        start = f"{_sentences(case)} " if case.do else ""
        unknown = "We cannot tell how urgent this is. Please ask a doctor."
        return Headline(asking if case.ask else _within(f"{start}{unknown}"))
    return Headline(_sentences(case))


def _sentences(case: Situation) -> str:
    """What to do, what not to do, when to come back: as much of it as there is room for."""
    text = _listed("", case.do) if case.do else ""
    for parts in (case.avoid, case.review):
        longer = " ".join(filter(None, (text, _listed("", parts[:1])))) if parts else text
        if len(longer) <= LONGEST:
            text = longer
    return text or "No danger sign is present; nothing has to be done now."


def _listed(start: str, parts: Sequence[str], between: str = ", ") -> str:
    """Parts of a sentence, as many as there is room for, the first ones first."""
    text = _capital(start + parts[0]) if start == "" else start + parts[0]
    return _joined(text, [f"{between}{part}" for part in parts[1:]], ".")


def _joined(text: str, parts: Sequence[str], end: str) -> str:
    for part in parts:
        if len(text) + len(part) + len(end) <= LONGEST:
            text += part
    return _within(text + end)


def _within(text: str) -> str:
    """A text that is too long loses its end, at a word."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
