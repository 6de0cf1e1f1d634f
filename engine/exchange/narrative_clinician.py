"""The sections of an article for clinicians: what a good article on the question covers, filled from one decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from engine.exchange.narrative_evidence import flag_key
from engine.exchange.narrative_model import Group, Section, State, Statement
from engine.exchange.narrative_reading import RED_FLAG, Flag, Reading, Spoken, nodes_of, passages_of
from engine.exchange.narrative_sections import Teller, Told, filled, grouped, joined, placed, section
from engine.model import URGENCIES, Assessment, Criterion, Or, Present, Suspected, Tension

STATE_ORDER: tuple[State, ...] = ("present", "contradictory", "unknown", "absent")
DIAGNOSIS, CAUSE, PITFALL = "diagnosis", "cause", "pitfall"
"""Kinds of passages that name the likeliest condition, other causes, and mistakes."""
SHOWN_OF_QUESTION = 3
"""Passages shown beside a question; the rest stands beside the rules that it settles."""


def clinician_sections(teller: Teller) -> tuple[Section, ...]:
    """All sections in reading order; those that have nothing to say are left out."""
    told = placed(teller)
    imaging = told.get("imaging", [])
    sides = [
        section(teller, f"imaging-{side}", grouped(teller, (one for one in imaging if one[0].rule.direction == side)))
        for side in ("for", "against")
    ]
    return filled(
        (
            _diagnosis(teller),
            _red_flags(teller, told.get("red-flags", [])),
            section(teller, "evaluation", grouped(teller, told.get("evaluation", []))),
            section(teller, "imaging", (), filled(sides)),
            section(teller, "management", grouped(teller, told.get("management", []))),
            section(teller, "follow-up", grouped(teller, told.get("follow-up", []))),
            section(teller, "pitfalls", grouped(teller, [*told.get("pitfalls", []), *_pitfalls_elsewhere(teller, told)])),
            section(teller, "referral", grouped(teller, told.get("referral", []))),
            _other_presentations(teller),
            _questions(teller),
            section(teller, "tensions", _tensions(teller)),
            section(teller, "gaps", [Group(statements=_gaps(teller))]),
        )
    )


# Likely diagnosis -----------------------------------------------------------------------------


def _diagnosis(teller: Teller) -> Section:
    """Conditions by what the sources say of them: likeliest, to be excluded because of red flags, or one cause of many."""
    reading = teller.reading
    flagged = {rule.condition for flag in reading.flags for rule in flag.assessments}
    likely = [one for one, rules in reading.assessed.items() if one not in flagged and reading.of_kind(_stating(rules), DIAGNOSIS)]
    unlikely = [one for one in likely if reading.verdicts[one] == "not-suspected"]
    groups = (
        _headed(teller, "likely", (_likely(teller, one, reading.assessed[one]) for one in likely if one not in unlikely)),
        _headed(teller, "exclude", _to_exclude(teller, [one for one in reading.assessed if one in flagged])),
        msgspec.structs.replace(_headed(teller, "causes", _causes(teller, flagged | set(likely))), kind="minor"),
        msgspec.structs.replace(_headed(teller, "unlikely", (_unlikely(teller, one) for one in unlikely)), kind="aside"),
    )
    return section(teller, "diagnosis", groups)


def _headed(teller: Teller, phrase: str, statements: Iterable[Statement]) -> Group:
    return Group(heading=Statement(text=teller.say(phrase)), statements=tuple(statements))


def _stating(rules: Iterable[Assessment]) -> tuple[str, ...]:
    """Passages that state the rules, and those that stand on their criteria as such."""
    found = (passage for rule in rules for passage in (*rule.passages, *(rule.criterion.passages if rule.criterion else ())))
    return tuple(dict.fromkeys(found))


def _likely(teller: Teller, condition: str, rules: tuple[Assessment, ...]) -> Statement:
    reading = teller.reading
    stating = reading.of_kind(_stating(rules), DIAGNOSIS)
    labels = [label for rule in rules for label in reading.labels(rule.criterion)]
    match reading.verdicts[condition]:
        case "suspected":
            text = teller.say("suspected", teller.label(condition), labels)
        case "conflicting":
            text = teller.say("conflicting_condition", teller.label(condition))
        case _:
            text = teller.say("undetermined", teller.label(condition), labels)
    others = tuple(passage for passage in _stating(rules) if passage not in stating)
    return Statement(
        text=text,
        rules=tuple(rule.id for rule in rules),
        passages=(*others, *teller.cited(condition)) or stating,
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
    ordered = sorted(conditions, key=lambda condition: _danger(reading, condition))
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
    return Statement(
        text=text,
        rules=tuple(rule.id for rule in rules),
        passages=tuple(dict.fromkeys((*(p for rule in rules for p in rule.passages), *(p for key in keys for p in teller.cited(key))))),
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
        first = reading.passages[(*named, *_stating(rules))[0]]
        found.append(((first.source, first.start), _cause(teller, condition, rules, named)))
    return [statement for _, statement in sorted(found, key=lambda entry: entry[0])]


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
    speaking = {entry.rule.source for entry in reading.live}
    stated = reading.of_kind(reading.knowledge.conditions[condition].passages, CAUSE)
    return tuple(passage for passage in stated if reading.passages[passage].source in speaking)


def _reasons(teller: Teller, rules: Iterable[Assessment]) -> list[str]:
    """What makes the rules hold: the findings that are there, or where absences are needed the criterion's name."""
    reading = teller.reading
    reasons: dict[str, None] = {}
    for rule in rules:
        if rule.criterion is None or reading.truth_of_rule(rule) not in ("true", "conflicting"):
            continue
        if isinstance(rule.criterion, Or | Present | Suspected):
            reasons.update(dict.fromkeys(_holding(teller, rule.criterion)))
        else:
            reasons.update(dict.fromkeys(reading.labels(rule.criterion)))
    return list(reasons)


def _holding(teller: Teller, criterion: Criterion) -> Iterator[str]:
    if teller.reading.truth(criterion) not in ("true", "conflicting"):
        return
    if isinstance(criterion, Or):
        for child in criterion.children:
            yield from _holding(teller, child)
    elif isinstance(criterion, Present):
        yield teller.label(criterion.finding)
    else:
        yield from teller.reading.labels(criterion)


# Red flags ------------------------------------------------------------------------------------


def _danger(reading: Reading, condition: str) -> int:
    """How urgent the most urgent recommendation is that a suspicion of the condition can make hold."""
    broader = set(reading.knowledge.hierarchy.broader.get(condition, (condition,)))
    grades = [
        URGENCIES.index(entry.rule.urgency)
        for entry in reading.live
        if entry.rule.direction == "for"
        and any(isinstance(node, Suspected) and node.condition in broader for node in nodes_of(entry.rule.criterion))
    ]
    return min(grades, default=len(URGENCIES))


def _red_flags(teller: Teller, screens: list[Told]) -> Section:
    """First who has to ask, then every red flag: what is present, not assessed, absent; each under what it points to."""
    flags = teller.reading.flags
    counts = {state: sum(flag.state == state for flag in flags) for state in STATE_ORDER}
    states = []
    for state in STATE_ORDER:
        groups = tuple(_by_condition(teller, [flag for flag in flags if flag.state == state]))
        if groups:
            states.append(Section(key=f"red-flags-{state}", title=teller.say("state", state), groups=groups))
    intro = teller.say("flags_intro", counts["present"], counts["unknown"], counts["absent"]) if flags else ""
    return Section(
        key="red-flags",
        title=teller.say("title", "red-flags"),
        intro=intro,
        groups=grouped(teller, screens),
        sections=tuple(states),
    )


def _by_condition(teller: Teller, flags: list[Flag]) -> Iterator[Group]:
    reading = teller.reading
    groups: dict[str, list[Flag]] = {}
    for flag in flags:
        for condition in _headings(reading, flag) or [""]:
            groups.setdefault(condition, []).append(flag)
    for condition, members in sorted(groups.items(), key=lambda entry: _danger(reading, entry[0])):
        name = teller.say("flag_group", teller.label(condition)) if condition else teller.say("other_flags")
        statements = tuple(_flag(teller, flag, condition) for flag in members)
        yield Group(heading=Statement(text=name), statements=statements)


def _headings(reading: Reading, flag: Flag) -> list[str]:
    """The conditions that a flag points to; one that is a narrower kind of another that flags point to goes under that."""
    flagged = {rule.condition for other in reading.flags for rule in other.assessments}
    broader = reading.knowledge.hierarchy.broader
    top = [one for one in flagged if not any(other != one and other in broader.get(one, ()) for other in flagged)]
    pointed = {rule.condition for rule in flag.assessments}
    return sorted({one for one in top for condition in pointed if one in broader.get(condition, (condition,))})


def _flag(teller: Teller, flag: Flag, heading: str) -> Statement:
    broader = teller.reading.knowledge.hierarchy.broader
    below = [rule for rule in flag.assessments if heading in broader.get(rule.condition, (rule.condition,))]
    conditions = list(dict.fromkeys(rule.condition for rule in below))
    narrower = [teller.label(condition) for condition in conditions if condition != heading]
    label = teller.label(flag.finding) if flag.finding else ", ".join(teller.reading.labels(flag.criterion))
    key = flag_key(flag)
    return Statement(
        text=teller.say("flag", label, narrower, heading in conditions),
        rules=tuple(rule.id for rule in below) or flag.rules,
        passages=(*flag.passages, *teller.cited(key)),
        background=teller.background(key),
    )


# Pitfalls, wider presentations, questions, tensions, gaps -------------------------------------


def _pitfalls_elsewhere(teller: Teller, told: dict[str, list[Told]]) -> Iterator[Told]:
    """Warnings of the sources that belong to recommendations of other sections."""
    for key, entries in told.items():
        for entry, statement in entries if key != "pitfalls" else ():
            for passage in teller.reading.of_kind(entry.rule.passages, PITFALL):
                text = teller.passage(passage).text
                yield entry, Statement(text=text, rules=statement.rules, passages=(passage,), remarks=statement.remarks)


def _other_presentations(teller: Teller) -> Section:
    scopes: dict[str, list[Spoken]] = {}
    for entry in teller.reading.pending:
        scopes.setdefault(", ".join(teller.reading.labels(entry.rule.scope)), []).append(entry)
    statements = []
    for label, entries in scopes.items():
        sources = dict.fromkeys(teller.reading.knowledge.sources[entry.rule.source].title for entry in entries)
        urgent = (
            Statement(text=entry.rule.text, rules=(entry.rule.id,), passages=entry.rule.passages, tags=(entry.rule.urgency,))
            for entry in entries
            if entry.rule.urgency == "emergency"
        )
        statements.append(
            Statement(
                text=teller.say("pending", label, len(entries), [f"“{title}”" for title in sources]),
                passages=passages_of(entries[0].rule.scope),
                background=joined(urgent),
            )
        )
    return section(teller, "other-presentations", [Group(statements=tuple(statements))])


def _questions(teller: Teller) -> Section:
    reading = teller.reading
    knowledge = reading.knowledge
    things = {one.code: one for one in (*knowledge.findings.values(), *knowledge.measurements.values())}
    flags, others = [], []
    for question in reading.decision.questions:
        thing = things[question.finding]
        red = reading.of_kind(question.passages, RED_FLAG)
        shown = (red or question.passages)[:SHOWN_OF_QUESTION]
        statement = Statement(
            text=thing.question or teller.say("question", thing.label),
            rules=() if shown else reading.testing(thing.iri)[:SHOWN_OF_QUESTION],
            passages=shown,
            remarks=(teller.say("why", question.why),),
        )
        (flags if red else others).append(statement)
    groups = (_headed(teller, "questions_flags", flags), _headed(teller, "questions_other", others))
    return section(teller, "questions", groups)


def _tensions(teller: Teller) -> Iterator[Group]:
    for tension in teller.reading.decision.tensions:
        rule = teller.reading.rules[tension.id]
        definition = rule.definition if isinstance(rule, Tension) else ""
        positions = (
            Statement(
                text=teller.say("position", position.label, position.verdict),
                rules=(position.recommendation,) if position.recommendation else (),
                passages=position.passages,
            )
            for position in tension.positions
        )
        handling = Statement(text=teller.say("handling", tension.handling), rules=(tension.id,))
        heading = Statement(text=tension.label, rules=(tension.id,), remarks=(definition,) if definition else ())
        yield Group(heading=heading, statements=(*positions, handling))


def _gaps(teller: Teller) -> tuple[Statement, ...]:
    """The messages of the decision: rule id first, then the passages that raise the question."""
    gaps = (notice for notice in teller.reading.decision.notices if notice.code == "source-gap")
    return tuple(Statement(text=gap.message, rules=gap.about[:1], passages=gap.about[1:]) for gap in gaps)
