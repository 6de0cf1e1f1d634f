"""The section on the likely diagnosis: conditions by what the sources say of them, each with its state in this case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from spinegraph.engine.exchange.article.model import Section, Statement
from spinegraph.engine.exchange.article.reading import CAUSES, LIKELY, PRESENTATION, Reading, nodes_of
from spinegraph.engine.exchange.article.sections import Teller, headed, section
from spinegraph.engine.model import URGENCIES, Assessment, Criterion, Or, Present, Suspected


def diagnosis_section(teller: Teller) -> Section:
    """Conditions by what the sources say of them: likeliest, to be excluded because of red flags, or one cause of many."""
    reading = teller.reading
    flagged = {rule.condition for flag in reading.flags for rule in flag.assessments}
    named = [one for one, rules in reading.assessed.items() if reading.told_in(LIKELY, (p for r in rules for p in r.passages))]
    likely = sorted((one for one in named if one not in flagged), key=lambda one: _place(reading, reading.assessed[one]))
    unlikely = [one for one in likely if reading.verdicts[one] == "not-suspected"]
    groups = (
        msgspec.structs.replace(headed(teller, "presentation", _presentation(teller)), kind="minor"),
        headed(teller, "likely", _likeliest(teller, [one for one in likely if one not in unlikely])),
        headed(teller, "exclude", _to_exclude(teller, [one for one in reading.assessed if one in flagged])),
        msgspec.structs.replace(headed(teller, "causes", _causes(teller, flagged | set(likely))), kind="minor"),
        msgspec.structs.replace(headed(teller, "unlikely", (_unlikely(teller, one) for one in unlikely)), kind="aside"),
    )
    return section(teller, "diagnosis", groups)


def _presentation(teller: Teller) -> Iterator[Statement]:
    """What sources that speak about this patient say of the presentation itself."""
    reading = teller.reading
    for finding in reading.presentation:
        told = reading.told_in(PRESENTATION, reading.knowledge.findings[finding].passages)
        told = tuple(passage for passage in told if reading.passages[passage].source in reading.speaking)
        if told:
            yield msgspec.structs.replace(teller.passage(told[0]), background=tuple(map(teller.passage, told[1:])))


def _stating(rules: Iterable[Assessment]) -> tuple[str, ...]:
    """Passages that state the rules, and those that stand on their criteria as such."""
    found = (passage for rule in rules for passage in (*rule.passages, *(rule.criterion.passages if rule.criterion else ())))
    return tuple(dict.fromkeys(found))


def _likeliest(teller: Teller, conditions: Iterable[str]) -> Iterator[Statement]:
    """Each condition with what names it the likeliest; what names several is told with the first, and cited by the others."""
    told: set[str] = set()
    for condition in conditions:
        rules = teller.reading.assessed[condition]
        stating = teller.reading.told_in(LIKELY, (passage for rule in rules for passage in rule.passages))
        yield _likely(
            teller, condition, rules, [one for one in stating if one not in told], [one for one in stating if one in told]
        )
        told.update(stating)


def _likely(
    teller: Teller, condition: str, rules: tuple[Assessment, ...], stating: Iterable[str], known: Iterable[str]
) -> Statement:
    reading = teller.reading
    labels = [label for rule in rules for label in reading.labels(rule.criterion)]
    match reading.verdicts[condition]:
        case "suspected":
            text = teller.say("suspected", teller.label(condition), labels)
        case "conflicting":
            text = teller.say("conflicting_condition", teller.label(condition))
        case _:
            text = teller.say("undetermined", teller.label(condition), labels)
    others = tuple(passage for passage in _stating(rules) if LIKELY not in reading.sections(passage))
    return Statement(
        text=text,
        rules=tuple(rule.id for rule in rules),
        passages=(*others, *known, *teller.cited(condition)) or tuple(stating),
        background=(*map(teller.passage, stating), *teller.background(condition)),
    )


def _unlikely(teller: Teller, condition: str) -> Statement:
    rules = teller.reading.assessed[condition]
    labels = [label for rule in rules for label in teller.reading.labels(rule.criterion)]
    text = teller.say("not_likely", teller.label(condition), labels)
    return Statement(text=text, rules=tuple(rule.id for rule in rules), passages=_stating(rules))


def _to_exclude(teller: Teller, conditions: list[str]) -> Iterator[Statement]:
    """Most dangerous first; what is no more known about than a broader condition is named with that one."""
    reading = teller.reading
    ordered = sorted(conditions, key=lambda condition: danger_of(reading, condition))
    folded = {one: top for one in ordered if (top := _broadest(reading, one, ordered)) != one}
    for condition in ordered:
        if condition not in folded:
            yield _excluding(teller, condition, [one for one in ordered if folded.get(one) == condition])


def _broadest(reading: Reading, condition: str, conditions: list[str]) -> str:
    """The condition, or a broader one of the conditions about which the verdict is the same open one."""
    same = {one for one in conditions if reading.verdicts[one] == reading.verdicts[condition] == "undetermined"}
    broader = [one for one in reading.knowledge.hierarchy.broader.get(condition, ()) if one in same and one != condition]
    return _broadest(reading, broader[-1], conditions) if broader else condition


def _excluding(teller: Teller, condition: str, narrower: list[str]) -> Statement:
    reading, label = teller.reading, teller.label(condition)
    rules = tuple(rule for one in (condition, *narrower) for rule in reading.assessed[one])
    flags = [flag for flag in reading.flags if set(flag.assessments) & set(rules)]
    others = [teller.label(one) for one in narrower]
    match reading.verdicts[condition]:
        case "suspected":
            text = teller.say("suspected", label, _reasons(teller, rules))
        case "not-suspected":
            text = teller.say("not_suspected", label)
        case "conflicting":
            text = teller.say("conflicting_condition", label)
        case _:
            text = teller.say("not_excluded", label, others, sum(flag.state != "unknown" for flag in flags), len(flags))
    keys = (condition, *narrower)
    stated = [passage for rule in rules for passage in rule.passages] + [passage for key in keys for passage in teller.cited(key)]
    return Statement(
        text=text,
        rules=tuple(rule.id for rule in rules),
        passages=tuple(dict.fromkeys(stated)),
        background=tuple(fact for key in keys for fact in teller.background(key)),
    )


def _causes(teller: Teller, elsewhere: set[str]) -> list[Statement]:
    """Causes that the sources name, in their order: with what would make them suspected, where a source says that."""
    reading = teller.reading
    told: set[str] = set()
    found: list[tuple[tuple[str, int], Statement]] = []
    for condition in reading.knowledge.conditions:
        rules = reading.assessed.get(condition, ())
        named = [passage for passage in _causes_of(reading, condition) if passage not in told]
        if condition in elsewhere or not (named or rules) or reading.verdicts.get(condition) == "not-suspected":
            continue
        told.update(named)
        found.append((_place(reading, rules, *named), _cause(teller, condition, rules, named)))
    return [statement for _, statement in sorted(found, key=lambda entry: entry[0])]


def _place(reading: Reading, rules: Iterable[Assessment], *before: str) -> tuple[str, int]:
    """Where the sources first speak about it."""
    stated = (*before, *_stating(rules))
    first = reading.passages[stated[0]] if stated else None
    return (first.source, first.start) if first else ("", 0)


def _cause(teller: Teller, condition: str, rules: tuple[Assessment, ...], named: list[str]) -> Statement:
    reading = teller.reading
    background = teller.background(condition)
    if not rules:
        return msgspec.structs.replace(teller.passage(named[0]), background=(*map(teller.passage, named[1:]), *background))
    suspected = reading.verdicts[condition] == "suspected"
    why = _reasons(teller, rules) if suspected else [label for rule in rules for label in reading.labels(rule.criterion)]
    return Statement(
        text=teller.say("suspected" if suspected else "pointed_to", teller.label(condition), why),
        rules=tuple(rule.id for rule in rules),
        passages=tuple(passage for passage in _stating(rules) if passage not in named) or _stating(rules),
        background=(*map(teller.passage, named), *background),
    )


def _causes_of(reading: Reading, condition: str) -> tuple[str, ...]:
    """What sources that speak about this patient say of a condition as a cause."""
    stated = reading.told_in(CAUSES, reading.knowledge.conditions[condition].passages)
    return tuple(passage for passage in stated if reading.passages[passage].source in reading.speaking)


def _reasons(teller: Teller, rules: Iterable[Assessment]) -> list[str]:
    """What makes the rules hold: the findings that are there, or where absences are needed the criterion's name."""
    reading = teller.reading
    reasons: dict[str, None] = {}
    for rule in rules:
        if rule.criterion is None or reading.truths.rule(rule) not in ("true", "conflicting"):
            continue
        if isinstance(rule.criterion, Or | Present | Suspected):
            reasons.update(dict.fromkeys(_holding(teller, rule.criterion)))
        else:
            reasons.update(dict.fromkeys(reading.labels(rule.criterion)))
    return list(reasons)


def _holding(teller: Teller, criterion: Criterion) -> Iterator[str]:
    if not teller.reading.holds(criterion):
        return
    if isinstance(criterion, Or):
        for child in criterion.children:
            yield from _holding(teller, child)
    elif isinstance(criterion, Present):
        yield teller.label(criterion.finding)
    else:
        yield from teller.reading.labels(criterion)


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
