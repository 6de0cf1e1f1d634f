"""The conditions that were considered, each with its verdict and the markers that the sources name for it."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.exchange.article.model import Group, Statement
from spinegraph.engine.exchange.article.reading import markers, passages_of
from spinegraph.engine.exchange.article.sections import Context, headed, joined
from spinegraph.engine.model import AssessedCondition, Criterion

VERDICTS = ("suspected", "conflicting", "undetermined", "not-suspected")
STATES = ("present", "contradictory", "unknown", "absent")


def conditions_considered(context: Context) -> Iterator[Group]:
    """By verdict; only for clinicians, since a patient must not read a list of diseases."""
    if context.for_patient:
        return
    assessed = [entry for entry in context.reading.decision.assessments if entry.verdict != "out-of-scope"]
    for verdict in VERDICTS:
        members = [_condition(context, entry) for entry in assessed if entry.verdict == verdict]
        yield headed(context.say("heading", verdict), members)


def _condition(context: Context, entry: AssessedCondition) -> Statement:
    rules = context.reading.assessed.get(context.reading.conditions[entry.condition], ())
    parts: dict[Criterion, None] = {}
    for rule in rules:
        if rule.criterion is not None:
            parts.update(dict.fromkeys(markers(rule.criterion) or (rule.criterion,)))
    found = [rule.criterion for rule in rules if rule.criterion is not None and not any(True for _ in markers(rule.criterion))]
    shown = sorted((*parts, *found), key=lambda part: STATES.index(context.reading.state(part)))
    return Statement(
        text=entry.label,
        rules=tuple(rule.id for rule in rules),
        passages=entry.passages,
        parts=joined(_marker(context, part) for part in shown),
    )


def _marker(context: Context, criterion: Criterion) -> Statement:
    text = context.say("marker", context.reading.words(criterion), context.reading.state(criterion))
    return Statement(text=text, passages=passages_of(criterion))
