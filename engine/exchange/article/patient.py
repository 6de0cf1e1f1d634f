"""The sections of an article for patients: the knowledge's own patient texts and labels, and nothing else of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from spinegraph.engine.exchange.article.model import Group, Section, Statement
from spinegraph.engine.exchange.article.placement import sections_for_patients
from spinegraph.engine.exchange.article.reading import LIKELY, RED_FLAGS, Reading, markers, nodes_of, passages_of
from spinegraph.engine.exchange.article.sections import Context, filled, grouped, headed, joined, placed, section
from spinegraph.engine.exchange.article.words import clause_of
from spinegraph.engine.model import Assessment, Criterion, Present, Recommendation, Rule, Suspected

SHOWN_OF_QUESTION = 3
"""Passages shown with a question."""
SIGNS = {
    "present": "your_warning_signs",
    "contradictory": "unclear_warning_signs",
    "unknown": "warning_signs",
    "absent": "no_warning_signs",
}
"""States of warning signs in the order in which they are listed, and the phrase above each."""


def patient_sections(context: Context) -> tuple[Section, ...]:
    """All sections in reading order: when to get help comes before any advice."""
    by_section = placed(context)
    advice = (
        section(
            context,
            part.key,
            grouped(context, (item for key in taken for item in by_section.get(key, []))),
            title=part.patient_label,
        )
        for part, taken in sections_for_patients(context.reading.knowledge).items()
    )
    return filled(
        (
            section(context, "help", [Group(statements=joined(_emergencies(context)))]),
            section(context, "likely", _likely(context)),
            section(context, "signs", _warning_signs(context)),
            *advice,
            section(context, "unknown", _unknown(context)),
        )
    )


# When to get help at once ---------------------------------------------------------------------


def _emergencies(context: Context) -> Iterator[Statement]:
    """What can make an emergency recommendation hold, whatever is recorded of this patient."""
    reading = context.reading
    for rule in reading.knowledge.rules.values():
        if isinstance(rule, Recommendation) and (rule.direction, rule.urgency) == ("for", "emergency"):
            for marker in _triggers(reading, rule):
                passages = reading.in_section(RED_FLAGS, passages_of(marker))
                statement = _sign(context, marker, (rule.id,), passages)
                if reading.holds(marker):
                    statement = msgspec.structs.replace(statement, remarks=(context.say("applies_to_you"),))
                yield statement


def _sign(context: Context, marker: Criterion, rules: tuple[str, ...], passages: tuple[str, ...]) -> Statement:
    return Statement(text=context.say("words", clause_of(marker, context.reading)), rules=rules, passages=passages)


def _triggers(reading: Reading, rule: Rule) -> Iterator[Criterion]:
    """The markers that make a rule hold, directly or by making a condition suspected."""
    if rule.criterion is None:
        return
    yield from markers(rule.criterion)
    suspected = {node.condition for node in nodes_of(rule.criterion) if isinstance(node, Suspected)}
    for other in reading.knowledge.rules.values():
        if isinstance(other, Assessment) and suspected & set(reading.knowledge.hierarchy.broader.get(other.condition, ())):
            yield from _triggers(reading, other)


def _findings(criterion: Criterion) -> list[str]:
    return [node.finding for node in nodes_of(criterion) if isinstance(node, Present)]


# What is likely, and the warning signs --------------------------------------------------------


def _likely(context: Context) -> Iterator[Group]:
    """What is suspected or likeliest; then the dangers that are still open. Broader conditions stand for narrower ones."""
    reading = context.reading
    verdicts = {condition: reading.verdicts[condition] for condition in reading.assessed}
    flagged = {rule.condition for flag in reading.flags for rule in flag.assessments}
    suspected = [condition for condition, verdict in verdicts.items() if verdict == "suspected"]
    dangers = [condition for condition, verdict in verdicts.items() if verdict == "undetermined" and condition in flagged]
    statements = [
        _about(context, rules, "suspected", context.label(condition), _reasons(context, rules))
        for condition, rules in _folded(reading, suspected).items()
    ]
    likeliest = [
        condition
        for condition, verdict in verdicts.items()
        if verdict == "undetermined" and _is_named_diagnosis(reading, condition, flagged)
    ]
    if likeliest:
        rules = tuple(rule for condition in likeliest for rule in reading.assessed[condition])
        statements.append(_about(context, rules, "likeliest", [context.label(condition) for condition in likeliest]))
    not_yet = (
        _about(context, rules, "ruled_out", context.label(condition)) for condition, rules in _folded(reading, dangers).items()
    )
    yield Group(kind="applies", statements=tuple(statements))
    yield headed(context, "to_rule_out", not_yet)


def _is_named_diagnosis(reading: Reading, condition: str, flagged: set[str]) -> bool:
    stated = (passage for rule in reading.assessed[condition] for passage in rule.passages)
    return condition not in flagged and bool(reading.in_section(LIKELY, stated))


def _folded(reading: Reading, conditions: list[str]) -> dict[str, tuple[Assessment, ...]]:
    """The broadest of the conditions, each with the rules about it and about the narrower ones."""
    broader = {condition: {*reading.knowledge.hierarchy.broader.get(condition, ()), condition} for condition in conditions}
    top = [
        condition
        for condition in conditions
        if not any(other != condition and other in broader[condition] for other in conditions)
    ]
    return {
        condition: tuple(rule for other in conditions if condition in broader[other] for rule in reading.assessed[other])
        for condition in top
    }


def _about(context: Context, rules: tuple[Assessment, ...], phrase: str, *values: object) -> Statement:
    passages = dict.fromkeys(passage for rule in rules for passage in rule.passages)
    return Statement(text=context.say(phrase, *values), rules=tuple(rule.id for rule in rules), passages=tuple(passages))


def _reasons(context: Context, rules: Iterable[Assessment]) -> list[str]:
    """The findings that the patient has and that speak for a condition."""
    findings = (
        finding for rule in rules if rule.criterion for marker in markers(rule.criterion) for finding in _findings(marker)
    )
    return [context.label(finding) for finding in dict.fromkeys(findings) if context.reading.truths.finding(finding) == "present"]


def _warning_signs(context: Context) -> Iterator[Group]:
    for state, phrase in SIGNS.items():
        flags = (flag for flag in context.reading.flags if flag.state == state)
        yield headed(context, phrase, joined(_sign(context, flag.criterion, flag.rules, flag.passages) for flag in flags))


# What is not known ----------------------------------------------------------------------------


def _unknown(context: Context) -> Iterator[Group]:
    decision = context.reading.decision
    gaps = tuple(notice.about[0] for notice in decision.notices if notice.code == "source-gap")
    tensions = tuple(tension.id for tension in decision.tensions)
    counted = (("left_open", gaps), ("disagreement", tensions))
    yield Group(statements=tuple(Statement(text=context.say(phrase, len(ids)), rules=ids) for phrase, ids in counted if ids))
    yield headed(context, "questions", _questions(context))


def _questions(context: Context) -> Iterator[Statement]:
    """What is asked, but for the warning signs, which have been listed."""
    reading = context.reading
    listed = {finding for flag in reading.flags for finding in _findings(flag.criterion)}
    for question in reading.decision.questions:
        thing = reading.thing(question.finding)
        if thing.iri not in listed:
            shown = question.passages[:SHOWN_OF_QUESTION]
            text = thing.patient_question or context.say("question", thing.patient_label)
            yield Statement(text=text, rules=() if shown else reading.testing(thing.iri)[:SHOWN_OF_QUESTION], passages=shown)
