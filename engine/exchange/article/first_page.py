"""The first page of an article: the brief with its reasons. A patient hears first what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from spinegraph.engine.exchange.article.local import LocalText
from spinegraph.engine.exchange.article.model import Block, FirstPage, Statement
from spinegraph.engine.exchange.article.reading import RED_FLAGS, passages_of, triggers
from spinegraph.engine.exchange.article.sections import Context, grade, joined, stated
from spinegraph.engine.model import Brief, BriefAction, Concept, Notice, Recommendation, Screen

WARNINGS = ("record-in-part", "contradictory-input", "out-of-scope", "no-usable-member", "stale-passage")
"""Notices that a reader has to see before anything else."""
MOST_NAMED, MOST_TOPICS, MOST_PASSAGES = 8, 2, 2
"""Facts named in a sentence; topics that a patient is told no source covers; passages shown for a recorded fact."""


def make_first_page(context: Context, local: LocalText) -> FirstPage:
    """The brief of a decision as a page."""
    brief = context.reading.decision.brief
    where = local.where_to_go_now if brief.level == "emergency" else local.where_to_go
    first_where, later_where = (where, "") if brief.level == "emergency" else ("", where)
    blocks = (
        _block(context, "where-now", _plain(first_where if context.for_patient else "")),
        _block(context, "warnings", _warnings(context)),
        _block(context, "recorded", _recorded(context)),
        _block(context, "do", (_action(context, action) for action in brief.do), kind="steps"),
        _block(context, "avoid", (_action(context, action) for action in brief.avoid), kind="steps"),
        _block(context, "rule-out", _rule_out(context)),
        _block(context, "review", _review(context)),
        _block(context, "help", _help(context), kind="list"),
        _block(context, "where", _plain(later_where if context.for_patient else "")),
        _block(context, "open", (*_other_levels(context), *_open(context))),
        _block(context, "not-covered", _not_covered(context)),
        _block(context, "status", _status(context)),
    )
    in_actions = {action.reading for action in (*brief.do, *brief.avoid)}
    ours = [] if context.for_patient else [reading for reading in brief.readings if reading not in in_actions]
    level = context.say("level", brief.level)
    headline = Statement(
        text=brief.headline,
        passages=tuple(dict.fromkeys(action.passages[0] for action in (*brief.do, *brief.avoid) if action.passages)),
        remarks=tuple(context.say("reading", reading) for reading in ours),
    )
    return FirstPage(
        level=brief.level,
        level_text="" if level.lower() in brief.headline.lower() else level,
        headline=headline,
        blocks=tuple(block for block in blocks if block.statements),
    )


def _block(context: Context, key: str, statements: Iterable[Statement], *, kind: str = "lines") -> Block:
    return Block(key=key, kind=kind, title=context.say("block", key), statements=tuple(statements))  # type: ignore[arg-type]


def _plain(text: str) -> tuple[Statement, ...]:
    return (Statement(text=text),) if text else ()


# What is recorded -----------------------------------------------------------------------------


def _recorded(context: Context) -> Iterator[Statement]:
    """The case in a sentence or two, on what the level rests, and what the picture is."""
    case, brief, reading = context.reading.decision.case, context.reading.decision.brief, context.reading
    because = [marker.code for marker in brief.because]
    weighty = sorted(reading.narrowest(case.present), key=lambda code: (code not in because, code))
    values = [] if context.for_patient else [reading.value(code) for code in case.values]
    names = [reading.name(code) for code in weighty]
    if names or values:
        text = context.say("recorded", names[:MOST_NAMED], len(names[MOST_NAMED:]), values)
        yield Statement(text=text, passages=_of_findings(context, weighty[:MOST_NAMED]))
    if case.absent:
        screens, others = _denied(context)
        titles, names = [screen.label for screen in screens], [reading.name(code) for code in others]
        text = context.say("denied", titles, len(others), names, len(case.absent))
        yield Statement(text=text, passages=tuple(dict.fromkeys(passage for one in screens for passage in one.passages[:1])))
    resting = [marker.label for marker in brief.because if marker.code not in {*case.present, *case.values}]
    likely = brief.likely
    if resting and not (likely and likely.label in resting):
        yield Statement(text=context.say("because", resting), passages=_of_findings(context, because))
    if likely:
        yield Statement(text=context.say("likely", likely.label), passages=_assessing(context, [likely.condition]))


def _denied(context: Context) -> tuple[list[Screen], list[str]]:
    """The screens for danger of which everything is known absent, and the codes of what else is recorded absent."""
    reading = context.reading
    findings = reading.knowledge.findings
    screens: list[Screen] = []
    covered: set[str] = set()
    for screen in reading.knowledge.screens.values():
        asked = [item.asks for item in screen.items if item.asks in findings]
        if asked and screen.tier == "safety" and all(reading.truths.finding(iri) == "absent" for iri in asked):
            screens.append(screen)
            covered.update(findings[iri].code for iri in asked)
    return screens, [code for code in reading.decision.case.absent if code not in covered]


def _of_findings(context: Context, codes: Sequence[str]) -> tuple[str, ...]:
    """For each finding the passages that name it as a sign, or those that speak of it at all."""
    found: dict[str, None] = {}
    for code in codes:
        thing = context.reading.thing(code)
        if isinstance(thing, Concept):
            stated = context.reading.in_section(RED_FLAGS, thing.passages) or thing.passages
            found.update(dict.fromkeys(stated[:MOST_PASSAGES]))
    return tuple(found)


def _assessing(context: Context, conditions: Iterable[str]) -> tuple[str, ...]:
    """The passages that state the rules by which conditions (codes) are suspected."""
    reading = context.reading
    rules = [rule for code in conditions for rule in reading.assessed.get(reading.conditions[code], ())]
    holding = [rule for rule in rules if reading.truths.rule(rule) in ("true", "conflicting")]
    return tuple(dict.fromkeys(passage for rule in holding for passage in rule.passages))


def _warnings(context: Context) -> Iterator[Statement]:
    """Notices about the case as a whole, with the rules and passages that bring them about."""
    reading = context.reading
    sources = {source.number: source.passages[:1] for source in reading.knowledge.sources.values()}
    for notice in reading.decision.notices:
        if notice.code in WARNINGS:
            passages = [name for name in notice.about if name in reading.passages]
            passages += [passage for name in notice.about for passage in sources.get(name, ())]
            yield Statement(
                text=_for_patient(context, notice) if context.for_patient else notice.message,
                rules=tuple(name for name in notice.about if name in reading.rules),
                passages=tuple(dict.fromkeys((*passages, *_of_findings(context, notice.about)))),
            )


def _for_patient(context: Context, notice: Notice) -> str:
    if notice.code == "contradictory-input":
        return context.say("contradiction", [context.reading.name(code) for code in notice.about])
    said = {"out-of-scope": "outside", "no-usable-member": "no_member"}
    return context.say(said.get(notice.code, "stale"))


# What to do, and when ------------------------------------------------------------------------


def _action(context: Context, action: BriefAction) -> Statement:
    remarks = [action.caution] if action.caution else []
    decided = (context.reading.decided[rule] for rule in action.recommendations)
    remarks += dict.fromkeys(remark for entry in decided for remark in (*grade(context, entry), *stated(context, entry)))
    if action.reading and not context.for_patient:
        remarks.append(context.say("reading", action.reading))
    return Statement(text=action.text, rules=action.recommendations, passages=action.passages, remarks=tuple(remarks))


def _rule_out(context: Context) -> Iterator[Statement]:
    brief = context.reading.decision.brief
    if brief.rule_out:
        yield Statement(
            text=context.say("rule_out", [(entry.label, entry.verdict) for entry in brief.rule_out]),
            passages=_assessing(context, [entry.condition for entry in brief.rule_out]),
        )


def _review(context: Context) -> Iterator[Statement]:
    """When to look again; for a patient, a sentence a line."""
    review = context.reading.decision.brief.review
    if review:
        lines = re.split(r"(?<=[.!?]) (?=[A-Z])", review.text) if context.for_patient else [review.text]
        yield from (Statement(text=line, passages=review.passages) for line in lines)


def _help(context: Context) -> tuple[Statement, ...]:
    """For a patient: when to get help at once, where neither the headline nor the review says it."""
    reading = context.reading
    brief = reading.decision.brief
    if not context.for_patient or brief.level == "emergency" or not reading.live:
        return ()
    signs = [
        Statement(text=reading.words(marker), rules=(rule.id,), passages=passages_of(marker))
        for rule in reading.knowledge.rules.values()
        if isinstance(rule, Recommendation) and (rule.direction, rule.urgency) == ("for", "emergency")
        for marker in triggers(rule, reading.knowledge)
    ]
    shown = set(brief.review.passages if brief.review else ())
    return () if any(shown & set(sign.passages) for sign in signs) else joined(signs)


# How far it can be relied on -----------------------------------------------------------------


def _other_levels(context: Context) -> Iterator[Statement]:
    for other in context.reading.decision.brief.level_if:
        rule = context.reading.rules[other.recommendation]
        yield Statement(text=context.say("level_if", other), rules=(rule.id,), passages=rule.passages)


def _open(context: Context) -> Iterator[Statement]:
    """What is still to be asked or examined."""
    brief, decision = context.reading.decision.brief, context.reading.decision
    titles = [screen.title for screen in decision.screens if screen.id in brief.ask]
    asked = {screen.asked_of for screen in decision.screens if screen.tier != "detail"}
    if text := context.say("open", brief, titles, asked):
        yield Statement(text=text)


def _not_covered(context: Context) -> Iterator[Statement]:
    topics = context.reading.decision.brief.not_covered
    shown = topics[:MOST_TOPICS] if context.for_patient else topics
    if shown:
        yield Statement(text=context.say("not_covered", shown, len(topics) - len(shown)))


def _status(context: Context) -> Iterator[Statement]:
    brief: Brief = context.reading.decision.brief
    numbers = {source.number: source.passages[:1] for source in context.reading.knowledge.sources.values()}
    passages = tuple(passage for source in brief.sources for passage in numbers[source.id])
    yield Statement(text=context.say("status", brief), passages=passages)
