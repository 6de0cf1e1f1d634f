"""The one thing to do, in one or two sentences that are safe to follow alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.decide.brief.wording import FOR_PATIENTS, in_a_row
from spinegraph.engine.messages import Messages, noted
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


SENIOR = noted("That senior help is to be had now is our reading.")
TODAY = noted("That an ungraded sign is to be looked at today is our reading.")
GRADES: Mapping[Level, str] = {
    "emergency": noted("Emergency"),
    "urgent": noted("Urgent"),
    "routine": noted("Routine"),
    "undetermined": noted("Undetermined"),
}


def for_clinicians(case: Situation, say: Messages) -> Headline:
    """The headline of a clinician's brief."""
    pressing = case.level in ("emergency", "urgent")
    grade = say(GRADES[case.level])
    if case.uncovered:
        what = say("No source here covers this patient ({names})", names=_row(case.uncovered, say))
        if pressing:
            text = say("{grade} by the signs recorded. {what}: get senior help now.", grade=grade, what=what)
            return Headline(_within(text), say(SENIOR))
        return Headline(_within(say("{what}: no advice is given here; it is a matter of clinical judgement.", what=what)))
    if pressing:
        if case.barred and case.do:
            barred = _row(case.barred, say)
            frame = noted("{grade}: {first} is wanted, but {barred} is recorded: decide now with senior help")
            start = say(frame, grade=grade, first=case.do[0], barred=barred)
            return Headline(_joined(start, [f"; {part}" for part in case.do[1:]], "."), say(SENIOR))
        listed = case.do or (say("get senior help, no order is plain"),)
        return Headline(_listed(f"{grade}: ", listed), "" if case.do else say(SENIOR))
    if case.contradictory:
        names = _row(case.contradictory, say)
        return Headline(_within(say("The record contradicts itself about {names}: settle this first.", names=names)))
    if case.ungraded:
        names = _row(case.ungraded, say)
        text = say("Not routine: no source here grades {names}. Examine today and get senior advice.", names=names)
        return Headline(_within(text), say(TODAY))
    if case.level == "undetermined":
        return Headline(_undetermined(case, say))
    return Headline(_sentences(case, say))


def _undetermined(case: Situation, say: Messages) -> str:
    if case.ask:
        return _listed(f"{say('Not yet known how urgent. Ask next:')} ", case.ask, "; ")
    start = f"{_sentences(case, say)} " if case.do else ""
    if case.settled:
        return _within(f"{start}{say('No source here says how urgent this is.')}")
    return _within(f"{start}{say('Not yet known how urgent: too little is recorded.')}")


def for_patients(case: Situation, say: Messages) -> Headline:
    """The headline of a patient's brief: first what to do, and no word of a clinician."""
    pressing = case.level in ("emergency", "urgent")
    emergency = case.level == "emergency"
    alarm = say("This is an emergency. Get help now") if emergency else say("You need to be seen soon")
    ours = say(FOR_PATIENTS)
    if case.uncovered:
        name = _row(case.uncovered, say)
        if pressing:
            return Headline(_within(say("{alarm}. Our texts do not cover this: {name}. Say so.", alarm=alarm, name=name)), ours)
        return Headline(_within(say("Please ask a doctor. Our texts do not cover this: {name}.", name=name)))
    if pressing:
        if case.barred:
            names = _row(case.barred, say)
            return Headline(_within(say("{alarm}, and say first that this holds: {names}.", alarm=alarm, names=names)), ours)
        return Headline(_listed(f"{alarm}: ", case.do) if case.do else f"{alarm}.")
    if case.contradictory:
        names = _row(case.contradictory, say)
        return Headline(_within(say("Two of your answers do not fit together: {names}. Please check them.", names=names)))
    if case.ungraded:
        text = say("See a doctor today about this: {names}. Go at once if it gets worse.", names=_row(case.ungraded, say))
        return Headline(_within(text), ours)
    if case.level == "undetermined":
        if case.ask:
            asking = noted("We cannot tell yet how urgent this is. Please answer the next questions; if it gets worse, get help.")
            return Headline(say(asking))
        start = f"{_sentences(case, say)} " if case.do else ""
        return Headline(_within(f"{start}{say('We cannot tell how urgent this is. Please ask a doctor.')}"))
    return Headline(_sentences(case, say))


def _row(names: Sequence[str], say: Messages) -> str:
    return in_a_row(names, say("and"))


def _sentences(case: Situation, say: Messages) -> str:
    """What to do, what not to do, when to come back: as much of it as there is room for."""
    text = _listed("", case.do) if case.do else ""
    for parts in (case.avoid, case.review):
        longer = " ".join(filter(None, (text, _listed("", parts[:1])))) if parts else text
        if len(longer) <= LONGEST:
            text = longer
    return text or say("No danger sign is present; nothing has to be done now.")


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
