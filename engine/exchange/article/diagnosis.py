"""The section on the likely diagnosis: conditions by what the sources say of them, each with its state in this case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from spinegraph.engine.exchange.article.model import Section, Statement
from spinegraph.engine.exchange.article.reading import CAUSES, LIKELY, PRESENTATION, Reading, nodes_of
from spinegraph.engine.exchange.article.sections import Context, headed, section
from spinegraph.engine.model import URGENCIES, Assessment, Criterion, Or, Present, Suspected


def diagnosis_section(context: Context) -> Section:
    """Conditions by what the sources say of them: likeliest, to be excluded because of red flags, or one cause of many."""
    reading = context.reading
    flagged = {rule.condition for flag in reading.flags for rule in flag.assessments}
    named = [
        condition
        for condition, rules in reading.assessed.items()
        if reading.in_section(LIKELY, (p for r in rules for p in r.passages))
    ]
    likely = sorted(
        (condition for condition in named if condition not in flagged),
        key=lambda condition: _place(reading, reading.assessed[condition]),
    )
    unlikely = [condition for condition in likely if reading.verdicts[condition] == "not-suspected"]
    groups = (
        msgspec.structs.replace(headed(context, "presentation", _presentation(context)), kind="minor"),
        headed(context, "likely", _likeliest(context, [condition for condition in likely if condition not in unlikely])),
        headed(context, "exclude", _to_exclude(context, [condition for condition in reading.assessed if condition in flagged])),
        msgspec.structs.replace(headed(context, "causes", _causes(context, flagged | set(likely))), kind="minor"),
        msgspec.structs.replace(
            headed(context, "unlikely", (_unlikely(context, condition) for condition in unlikely)), kind="aside"
        ),
    )
    return section(context, "diagnosis", groups)


def _presentation(context: Context) -> Iterator[Statement]:
    """What sources that speak about this patient say of the presentation itself."""
    reading = context.reading
    for finding in reading.presentation:
        passages = reading.in_section(PRESENTATION, reading.knowledge.findings[finding].passages)
        passages = tuple(passage for passage in passages if reading.passages[passage].source in reading.speaking)
        if passages:
            yield msgspec.structs.replace(context.passage(passages[0]), background=tuple(map(context.passage, passages[1:])))


def _stating(rules: Iterable[Assessment]) -> tuple[str, ...]:
    """Passages that state the rules, and those that stand on their criteria as such."""
    found = (passage for rule in rules for passage in (*rule.passages, *(rule.criterion.passages if rule.criterion else ())))
    return tuple(dict.fromkeys(found))


def _likeliest(context: Context, conditions: Iterable[str]) -> Iterator[Statement]:
    """Each condition with what names it the likeliest; what names several is quoted with the first, and cited by the others."""
    seen: set[str] = set()
    for condition in conditions:
        rules = context.reading.assessed[condition]
        stating = context.reading.in_section(LIKELY, (passage for rule in rules for passage in rule.passages))
        yield _likely(
            context,
            condition,
            rules,
            [passage for passage in stating if passage not in seen],
            [passage for passage in stating if passage in seen],
        )
        seen.update(stating)


def _likely(
    context: Context, condition: str, rules: tuple[Assessment, ...], stating: Iterable[str], known: Iterable[str]
) -> Statement:
    reading = context.reading
    labels = [label for rule in rules for label in reading.labels(rule.criterion)]
    match reading.verdicts[condition]:
        case "suspected":
            text = context.say("suspected", context.label(condition), labels)
        case "conflicting":
            text = context.say("conflicting_condition", context.label(condition))
        case _:
            text = context.say("undetermined", context.label(condition), labels)
    others = tuple(passage for passage in _stating(rules) if LIKELY not in reading.sections(passage))
    return Statement(
        text=text,
        rules=tuple(rule.id for rule in rules),
        passages=(*others, *known, *context.cited(condition)) or tuple(stating),
        background=(*map(context.passage, stating), *context.background(condition)),
    )


def _unlikely(context: Context, condition: str) -> Statement:
    rules = context.reading.assessed[condition]
    labels = [label for rule in rules for label in context.reading.labels(rule.criterion)]
    text = context.say("not_likely", context.label(condition), labels)
    return Statement(text=text, rules=tuple(rule.id for rule in rules), passages=_stating(rules))


def _to_exclude(context: Context, conditions: list[str]) -> Iterator[Statement]:
    """Most dangerous first; what is no more known about than a broader condition is named with that one."""
    reading = context.reading
    ordered = sorted(conditions, key=lambda condition: danger_of(reading, condition))
    folded = {condition: top for condition in ordered if (top := _broadest(reading, condition, ordered)) != condition}
    for condition in ordered:
        if condition not in folded:
            yield _excluding(context, condition, [other for other in ordered if folded.get(other) == condition])


def _broadest(reading: Reading, condition: str, conditions: list[str]) -> str:
    """The condition, or a broader one of the conditions about which the verdict is the same open one."""
    same = {other for other in conditions if reading.verdicts[other] == reading.verdicts[condition] == "undetermined"}
    broader = [other for other in reading.knowledge.hierarchy.broader.get(condition, ()) if other in same and other != condition]
    return _broadest(reading, broader[-1], conditions) if broader else condition


def _excluding(context: Context, condition: str, narrower: list[str]) -> Statement:
    reading, label = context.reading, context.label(condition)
    keys = (condition, *narrower)
    rules = tuple(rule for key in keys for rule in reading.assessed[key])
    flags = [flag for flag in reading.flags if set(flag.assessments) & set(rules)]
    others = [context.label(other) for other in narrower]
    match reading.verdicts[condition]:
        case "suspected":
            text = context.say("suspected", label, _reasons(context, rules))
        case "not-suspected":
            text = context.say("not_suspected", label)
        case "conflicting":
            text = context.say("conflicting_condition", label)
        case _:
            text = context.say("not_excluded", label, others, sum(flag.state != "unknown" for flag in flags), len(flags))
    stated = [passage for rule in rules for passage in rule.passages] + [
        passage for key in keys for passage in context.cited(key)
    ]
    return Statement(
        text=text,
        rules=tuple(rule.id for rule in rules),
        passages=tuple(dict.fromkeys(stated)),
        background=tuple(fact for key in keys for fact in context.background(key)),
    )


def _causes(context: Context, elsewhere: set[str]) -> list[Statement]:
    """Causes that the sources name, in their order: with what would make them suspected, where a source says that."""
    reading = context.reading
    seen: set[str] = set()
    found: list[tuple[tuple[str, int], Statement]] = []
    for condition in reading.knowledge.conditions:
        rules = reading.assessed.get(condition, ())
        named = [passage for passage in _causes_of(reading, condition) if passage not in seen]
        if condition in elsewhere or not (named or rules) or reading.verdicts.get(condition) == "not-suspected":
            continue
        seen.update(named)
        found.append((_place(reading, rules, *named), _cause(context, condition, rules, named)))
    return [statement for _, statement in sorted(found, key=lambda entry: entry[0])]


def _place(reading: Reading, rules: Iterable[Assessment], *before: str) -> tuple[str, int]:
    """Where the sources first speak about it."""
    stated = (*before, *_stating(rules))
    first = reading.passages[stated[0]] if stated else None
    return (first.source, first.start) if first else ("", 0)


def _cause(context: Context, condition: str, rules: tuple[Assessment, ...], named: list[str]) -> Statement:
    reading = context.reading
    background = context.background(condition)
    if not rules:
        return msgspec.structs.replace(context.passage(named[0]), background=(*map(context.passage, named[1:]), *background))
    suspected = reading.verdicts[condition] == "suspected"
    why = _reasons(context, rules) if suspected else [label for rule in rules for label in reading.labels(rule.criterion)]
    return Statement(
        text=context.say("suspected" if suspected else "pointed_to", context.label(condition), why),
        rules=tuple(rule.id for rule in rules),
        passages=tuple(passage for passage in _stating(rules) if passage not in named) or _stating(rules),
        background=(*map(context.passage, named), *background),
    )


def _causes_of(reading: Reading, condition: str) -> tuple[str, ...]:
    """What sources that speak about this patient say of a condition as a cause."""
    stated = reading.in_section(CAUSES, reading.knowledge.conditions[condition].passages)
    return tuple(passage for passage in stated if reading.passages[passage].source in reading.speaking)


def _reasons(context: Context, rules: Iterable[Assessment]) -> list[str]:
    """What makes the rules hold: the findings that are there, or where absences are needed the criterion's name."""
    reading = context.reading
    reasons: dict[str, None] = {}
    for rule in rules:
        if rule.criterion is None or reading.truths.rule(rule) not in ("true", "conflicting"):
            continue
        if isinstance(rule.criterion, Or | Present | Suspected):
            reasons.update(dict.fromkeys(_holding(context, rule.criterion)))
        else:
            reasons.update(dict.fromkeys(reading.labels(rule.criterion)))
    return list(reasons)


def _holding(context: Context, criterion: Criterion) -> Iterator[str]:
    if not context.reading.holds(criterion):
        return
    if isinstance(criterion, Or):
        for child in criterion.children:
            yield from _holding(context, child)
    elif isinstance(criterion, Present):
        yield context.label(criterion.finding)
    else:
        yield from context.reading.labels(criterion)


def danger_of(reading: Reading, condition: str) -> int:
    """How urgent the most urgent recommendation is that a suspicion of the condition can make hold."""
    broader = set(reading.knowledge.hierarchy.broader.get(condition, (condition,)))
    grades = [
        URGENCIES.index(entry.rule.urgency)
        for entry in reading.live
        if entry.rule.direction == "for"
        and any(isinstance(node, Suspected) and node.condition in broader for node in nodes_of(entry.rule.criterion))
    ]
    return min(grades, default=len(URGENCIES))
