"""The sections of an article for clinicians: what a good article on the question covers, filled from one decision."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.exchange.article.diagnosis import danger_of, diagnosis_section
from spinegraph.engine.exchange.article.evidence import flag_key
from spinegraph.engine.exchange.article.model import Group, Section, Statement
from spinegraph.engine.exchange.article.placement import sections_for_advice
from spinegraph.engine.exchange.article.reading import PITFALLS, RED_FLAGS, Flag, LiveRecommendation, Reading, passages_of
from spinegraph.engine.exchange.article.sections import Context, PlacedAdvice, filled, grouped, headed, joined, placed, section
from spinegraph.engine.exchange.truths import State
from spinegraph.engine.model import ArticleSection, Tension

STATE_ORDER: tuple[State, ...] = ("present", "contradictory", "unknown", "absent")
SHOWN_OF_QUESTION = 3
"""Passages shown with a question; the rest stands with the rules that it settles."""


def clinician_sections(context: Context) -> tuple[Section, ...]:
    """All sections in reading order; those that have nothing to say are left out."""
    by_section = placed(context)
    by_section[PITFALLS] = [*by_section.get(PITFALLS, []), *_pitfalls_elsewhere(context, by_section)]
    screens = by_section.pop(RED_FLAGS, [])
    advice = (_advice(context, part, by_section.get(part.key, [])) for part in sections_for_advice(context.reading.knowledge))
    return filled(
        (
            diagnosis_section(context),
            _red_flags(context, screens),
            *advice,
            _other_presentations(context),
            _questions(context),
            section(context, "tensions", _tensions(context)),
            section(context, "gaps", [Group(statements=_gaps(context))]),
        )
    )


def _advice(context: Context, part: ArticleSection, advice: list[PlacedAdvice]) -> Section:
    """The recommendations of a section, for and against apart where it says so."""
    if not part.by_direction:
        return section(context, part.key, grouped(context, advice), title=part.label)
    sides = (
        section(
            context, f"{part.key}-{side}", grouped(context, (entry for entry in advice if entry[0].rule.direction == side)),
            title=context.say("title", side),
        )
        for side in ("for", "against")
    )  # fmt: skip
    return section(context, part.key, (), filled(sides), title=part.label)


# Red flags ------------------------------------------------------------------------------------


def _red_flags(context: Context, screens: list[PlacedAdvice]) -> Section:
    """First who has to ask, then every red flag: what is present, not assessed, absent; each under what it points to."""
    flags = context.reading.flags
    counts = {state: sum(flag.state == state for flag in flags) for state in STATE_ORDER}
    states = []
    for state in STATE_ORDER:
        groups = tuple(_by_condition(context, [flag for flag in flags if flag.state == state]))
        if groups:
            states.append(Section(key=f"red-flags-{state}", title=context.say("state", state), groups=groups))
    intro = context.say("flags_intro", counts["present"], counts["unknown"], counts["absent"]) if flags else ""
    return Section(
        key="red-flags",
        title=context.say("title", "red-flags"),
        intro=intro,
        groups=grouped(context, screens),
        sections=tuple(states),
    )


def _by_condition(context: Context, flags: list[Flag]) -> Iterator[Group]:
    reading = context.reading
    groups: dict[str, list[Flag]] = {}
    for flag in flags:
        for condition in _headings(reading, flag) or [""]:
            groups.setdefault(condition, []).append(flag)
    for condition, members in sorted(groups.items(), key=lambda entry: danger_of(reading, entry[0])):
        name = context.say("flag_group", context.label(condition)) if condition else context.say("other_flags")
        statements = tuple(_flag(context, flag, condition) for flag in members)
        yield Group(heading=Statement(text=name), statements=statements)


def _headings(reading: Reading, flag: Flag) -> list[str]:
    """The conditions that a flag points to; one that is a narrower kind of another that flags point to goes under that."""
    flagged = {rule.condition for other in reading.flags for rule in other.assessments}
    broader = reading.knowledge.hierarchy.broader
    top = [heading for heading in flagged if not any(other != heading and other in broader.get(heading, ()) for other in flagged)]
    pointed = {rule.condition for rule in flag.assessments}
    return sorted({heading for heading in top for condition in pointed if heading in broader.get(condition, (condition,))})


def _flag(context: Context, flag: Flag, heading: str) -> Statement:
    broader = context.reading.knowledge.hierarchy.broader
    below = [rule for rule in flag.assessments if heading in broader.get(rule.condition, (rule.condition,))]
    conditions = list(dict.fromkeys(rule.condition for rule in below))
    narrower = [context.label(condition) for condition in conditions if condition != heading]
    label = context.label(flag.finding) if flag.finding else ", ".join(context.reading.labels(flag.criterion))
    key = flag_key(flag)
    return Statement(
        text=context.say("flag", label, narrower, heading in conditions),
        rules=tuple(rule.id for rule in below) or flag.rules,
        passages=(*flag.passages, *context.cited(key)),
        background=context.background(key),
    )


# Pitfalls, wider presentations, questions, tensions, gaps -------------------------------------


def _pitfalls_elsewhere(context: Context, by_section: dict[str, list[PlacedAdvice]]) -> Iterator[PlacedAdvice]:
    """Warnings of the sources that belong to recommendations of other sections."""
    for key, entries in by_section.items():
        for entry, statement in entries if key != PITFALLS else ():
            for passage in context.reading.in_section(PITFALLS, entry.rule.passages):
                text = context.passage(passage).text
                yield entry, Statement(text=text, rules=statement.rules, passages=(passage,), remarks=statement.remarks)


def _other_presentations(context: Context) -> Section:
    scopes: dict[str, list[LiveRecommendation]] = {}
    for entry in context.reading.pending:
        scopes.setdefault(", ".join(context.reading.labels(entry.rule.scope)), []).append(entry)
    statements = []
    for label, entries in scopes.items():
        sources = dict.fromkeys(context.reading.knowledge.sources[entry.rule.source].title for entry in entries)
        urgent = (
            Statement(text=entry.rule.text, rules=(entry.rule.id,), passages=entry.rule.passages, tags=(entry.rule.urgency,))
            for entry in entries
            if entry.rule.urgency == "emergency"
        )
        statements.append(
            Statement(
                text=context.say("pending", label, len(entries), [f"“{title}”" for title in sources]),
                passages=passages_of(entries[0].rule.scope),
                background=joined(urgent),
            )
        )
    return section(context, "other-presentations", [Group(statements=tuple(statements))])


def _questions(context: Context) -> Section:
    reading = context.reading
    flags: list[Statement] = []
    others: list[Statement] = []
    for question in reading.decision.questions:
        thing = reading.thing(question.finding)
        red = reading.in_section(RED_FLAGS, question.passages)
        shown = (red or question.passages)[:SHOWN_OF_QUESTION]
        statement = Statement(
            text=thing.question or context.say("question", thing.label),
            rules=() if shown else reading.testing(thing.iri)[:SHOWN_OF_QUESTION],
            passages=shown,
            remarks=(context.say("why", question.why),),
        )
        (flags if red else others).append(statement)
    groups = (headed(context, "questions_flags", flags), headed(context, "questions_other", others))
    return section(context, "questions", groups)


def _tensions(context: Context) -> Iterator[Group]:
    for tension in context.reading.decision.tensions:
        rule = context.reading.rules[tension.id]
        definition = rule.definition if isinstance(rule, Tension) else ""
        positions = (
            Statement(
                text=context.say("position", position.label, position.verdict),
                rules=(position.recommendation,) if position.recommendation else (),
                passages=position.passages,
            )
            for position in tension.positions
        )
        handling = Statement(text=context.say("handling", tension.handling), rules=(tension.id,))
        heading = Statement(text=tension.label, rules=(tension.id,), remarks=(definition,) if definition else ())
        yield Group(heading=heading, statements=(*positions, handling))


def _gaps(context: Context) -> tuple[Statement, ...]:
    """The messages of the decision: rule id first, then the passages that raise the question."""
    gaps = (notice for notice in context.reading.decision.notices if notice.code == "source-gap")
    return tuple(Statement(text=gap.message, rules=gap.about[:1], passages=gap.about[1:]) for gap in gaps)
