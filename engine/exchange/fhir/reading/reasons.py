"""Why a resource, or a part of it, is not used: every kind of note, with its sentence, and whether a clinician has to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spinegraph.engine.messages import noted


class Reason(NamedTuple):
    """A sentence, with the names of what fills it, and whether a clinician has to know of it."""

    sentence: str
    attention: bool = False


REASONS: Mapping[str, Reason] = {
    # what cannot be read as what it is
    "unreadable": Reason(noted("It is not FHIR R4 as far as it is read: {problem}."), True),
    "member-twice": Reason(noted("The member {what} stands twice in one object; which of them counts is not known."), True),
    "other-version": Reason(noted("It is of FHIR {version}; R4 (4.0) is read."), True),
    "must-understand": Reason(noted("It has {what}, which may change what it means and is not known here."), True),
    "clashing-identity": Reason(noted("Another resource has the same identity and says something else; neither counts."), True),
    "duplicate": Reason(noted("The same resource stands there already.")),
    "older-version": Reason(noted("A later state of the same resource stands there, which counts.")),
    "lines-unread": Reason(noted("Resources of nobody, or that are none, were not read; they may be about the patient."), True),
    "record-refused": Reason(noted("The record of this patient is left out: {problem}."), True),
    "empty-entry": Reason(noted("The entry has no resource.")),
    "not-a-state": Reason(noted("The entry asks for {what}, and does not say what is so."), True),
    "server-report": Reason(noted("The server reports {text}; something may be missing."), True),
    "incomplete": Reason(noted("It is one page of several: the link to the next one was not followed."), True),
    "contained": Reason(noted("What it contains ({what}) is not read by itself.")),
    # about whom it is
    "other-patient": Reason(noted("It is about {whom}, not about this patient."), True),
    "no-patient": Reason(noted("It is about {whom}, of whom there is no Patient resource."), True),
    "no-subject": Reason(noted("It does not say about whom it is, and others are spoken of, too."), True),
    "other-focus": Reason(noted("It is about something beside the patient (focus)."), True),
    "deceased": Reason(noted("The patient is recorded as deceased{at}."), True),
    # types
    "not-read": Reason(noted("Resources of the type {type} are not read.")),
    "context": Reason(noted("A resource of the type {type} says who, where or why, and no fact about the patient.")),
    "says-nothing": Reason(noted("It has nothing in it that is read.")),
    "referred-to": Reason(noted("It counts only where another resource refers to it.")),
    # status
    "entered-in-error": Reason(noted("It was entered in error.")),
    "unconfirmed": Reason(noted("{name}: it is {status}, and so not known."), True),
    "resolved": Reason(noted("It is over ({status}): that does not say that it is there, nor that it has stayed away.")),
    "request": Reason(noted("It asks for something ({status}): that does not say that it was done or is taken.")),
    "not-finished": Reason(noted("It has no result yet ({status}).")),
    "unknown-status": Reason(noted("Its status is {status}, which does not say whether it counts."), True),
    "no-status": Reason(noted("{name}: no status says whether it is there now."), True),
    "on-hold": Reason(noted("It is paused ({status}): whether it is taken now is not known."), True),
    "over": Reason(noted("It has ended ({status}), and may go on by other means: whether it is taken now is not known.")),
    "preliminary": Reason(noted("{name}: it is {status}, and may still change."), True),
    # codes
    "no-code": Reason(noted("It has no code of a code system.")),
    "unmapped-code": Reason(noted("{code} has no meaning here{nearest}.")),
    "unknown-allergy": Reason(noted("An allergy is recorded that is not understood here: {text} {code}"), True),
    "concluded": Reason(noted("{name} is what rules conclude, and is not read as a fact."), True),
    "follows": Reason(noted("{name} follows from other facts and is not recorded.")),
    "ambiguous-code": Reason(noted("Its codes mean several things: {names}."), True),
    "narrower-denied": Reason(noted("{code} is narrower than {name}: that it is not so does not deny the latter.")),
    "site-denied": Reason(noted("{name}: it is denied of one place alone, and so not known.")),
    "missing-reference": Reason(noted("It refers to {what}, which was not sent."), True),
    "not-a-fact": Reason(noted("{name} is none of the kinds of fact that a resource of this type gives.")),
    # values and dates
    "no-value": Reason(noted("{name}: it has no value.")),
    "data-absent": Reason(noted("{name}: its value is not known ({reason}).")),
    "value-not-read": Reason(noted("{name}: its value ({what}) is not read."), True),
    "comparator": Reason(noted("{name}: its value is a bound ({comparator} {value}), not a number."), True),
    "no-unit": Reason(noted("{name}: its value has no UCUM unit, and none is guessed."), True),
    "unusable-value": Reason(noted("Its value cannot be used: {problem}"), True),
    "bad-date": Reason(noted("{text} is no date."), True),
    "future-date": Reason(noted("It is dated {at}, after the moment of the case."), True),
    # beside what else is said
    "older-entry": Reason(noted("{name}: another entry counts, which is later.")),
    "said-otherwise": Reason(noted("{name}: another entry says that it was done or is taken.")),
    "contradictory-values": Reason(noted("{name}: {values} at one time: none of them counts, and it is not known."), True),
    "contradictory-findings": Reason(noted("{name}: it is recorded as present and as absent."), True),
    "before-a-sign": Reason(noted("{name}: it was done before a sign that is there now, and so not for it.")),
    "no-rule": Reason(noted("{name}: it is understood, and no rule asks for it.")),
    # the patient
    "no-as-of": Reason(noted("A date of birth gives no age without the moment of the case; no clock is read."), True),
    "age-open": Reason(noted("The date of birth, {text}, leaves the age open."), True),
    "no-age": Reason(noted("No age is read here.")),
    "sex-not-known": Reason(noted("The gender {text} is none of the values that are known here.")),
    "birth-date-counts": Reason(noted("The age follows from the date of birth.")),
    "contradictory-age": Reason(noted("An age of {value} is recorded, which the date of birth denies: neither counts."), True),
    # questionnaires
    "hidden": Reason(noted("{name}: it was answered, though the form does not ask it beside the other answers."), True),
    "not-answered": Reason(noted("{count} questions have no answer, or one that says that it is not known.")),
}  # fmt: skip
"""Kind → why."""
