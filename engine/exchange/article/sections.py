"""What all parts of an article share: the case with the words of its reader, and recommendations as statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spinegraph.engine.decide.statements import ORDERED
from spinegraph.engine.exchange.article.model import Group, Section, Statement
from spinegraph.engine.exchange.article.reading import LiveRecommendation, Reading
from spinegraph.engine.exchange.article.rendering import Phrases
from spinegraph.engine.model import DecidedRecommendation


class Context(NamedTuple):
    """What a section is made of: the case, and the words of the audience."""

    reading: Reading
    say: Phrases

    @property
    def for_patient(self) -> bool:
        return self.reading.for_patient


def recommendation(context: Context, entry: LiveRecommendation) -> Statement:
    """A recommendation in the words of the audience."""
    rule = entry.rule
    soon = rule.timing or (rule.urgency if rule.urgency in ("emergency", "urgent") else "")
    tags = () if context.for_patient else (context.say("modality", rule.modality), soon, *grade(context, entry.decided))
    return Statement(
        text=(rule.patient_text or rule.text) if context.for_patient else rule.text,
        rules=(rule.id,),
        passages=rule.passages,
        tags=tuple(filter(None, tags)),
        remarks=tuple(_remarks(context, entry)),
    )


def _remarks(context: Context, entry: LiveRecommendation) -> Iterator[str]:
    reading, decided = context.reading, entry.decided
    match decided.verdict:
        case "provisional":
            yield context.say("provisional", [reading.name(other) for other in decided.left_open_by])
        case "done" | "conflicting":
            yield context.say(decided.verdict)
        case "overridden":
            yield context.say("overridden", [reading.name(other) for other in decided.overridden_by])
        case _:
            pass
    yield from stated(context, decided)
    if entry.rule.reading and not context.for_patient:
        yield context.say("reading", entry.rule.reading)


def grade(context: Context, decided: DecidedRecommendation) -> Iterator[str]:
    """How its source grades it, where that grades any."""
    if decided.strength:
        yield context.say("grade", decided.strength, decided.certainty)


def stated(context: Context, decided: DecidedRecommendation) -> Iterator[str]:
    """The doses of what is ordered, when it is due again, and what the patient weighs."""
    if decided.if_chosen and not context.for_patient:
        yield context.say("if_chosen", [context.reading.name(rule) for rule in decided.if_chosen])
    if decided.due:
        yield context.say("due", decided.due)
    if decided.verdict in ORDERED:
        for dose in decided.dose or ():
            yield context.say("dose", dose, [context.reading.name(code) for code in dose.missing])
        if decided.preference:
            yield context.say("preference", decided.preference)


def joined(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Statements, those that say the same made one."""
    found: dict[tuple[str, tuple[str, ...]], Statement] = {}
    for statement in statements:
        key = (statement.text, statement.remarks)
        known = found.get(key)
        found[key] = statement if known is None else Statement(
            text=known.text,
            rules=tuple(dict.fromkeys((*known.rules, *statement.rules))),
            passages=tuple(dict.fromkeys((*known.passages, *statement.passages))),
            tags=known.tags,
            remarks=known.remarks,
            parts=tuple(dict.fromkeys((*known.parts, *statement.parts))),
        )  # fmt: skip
    return tuple(found.values())


def headed(heading: str, statements: Iterable[Statement], passages: tuple[str, ...] = ()) -> Group:
    """Statements under a heading; without one where it is empty."""
    return Group(heading=Statement(text=heading, passages=passages) if heading else None, statements=tuple(statements))


def section(context: Context, key: str, groups: Iterable[Group], sections: Iterable[Section] = ()) -> Section:
    """A section under the title and introduction that the audience's phrases give it."""
    return titled(key, context.say("title", key), groups, sections, intro=context.say("intro", key))


def titled(key: str, title: str, groups: Iterable[Group], sections: Iterable[Section] = (), *, intro: str = "") -> Section:
    """A section without what is empty in it."""
    groups = tuple(group for group in groups if group.statements)
    return Section(key=key, title=title, intro=intro, groups=groups, sections=filled(sections))


def filled(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Those that say something."""
    return tuple(part for part in sections if part.groups or part.sections)
