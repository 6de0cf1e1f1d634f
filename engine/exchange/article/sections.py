"""What both audiences share: recommendations as statements, those that apply before those that depend on something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec
from spinegraph.engine.exchange.article.evidence import Facts
from spinegraph.engine.exchange.article.model import Group, Section, Statement
from spinegraph.engine.exchange.article.placement import section_of
from spinegraph.engine.exchange.article.reading import RED_FLAGS, LiveRecommendation, Reading, nodes_of
from spinegraph.engine.exchange.article.rendering import Phrases
from spinegraph.engine.exchange.article.words import COMPLEX, clause_of
from spinegraph.engine.model import URGENCIES, Criterion

ASIDE = "overridden"
OPEN = "undetermined"
LATER = "later"
MODALITIES = ("must", "should", "may")
PlacedAdvice = tuple[LiveRecommendation, Statement]


class Context(NamedTuple):
    """What a section is made of: the case, the words of the audience, and the facts that belong to rules and findings."""

    reading: Reading
    say: Phrases
    facts: Mapping[str, Facts]
    for_patient: bool

    def label(self, iri: str) -> str:
        """What the audience calls a finding or condition."""
        knowledge = self.reading.knowledge
        concept = knowledge.findings.get(iri) or knowledge.conditions[iri]
        return concept.patient_label if self.for_patient else concept.label

    def background(self, key: str) -> tuple[Statement, ...]:
        """The facts that belong to a rule, condition or red flag; patients are spared them, for they are not in plain words."""
        facts = () if self.for_patient else self.facts.get(key, Facts()).added
        return tuple(self.passage(passage) for passage in facts)

    def cited(self, key: str) -> tuple[str, ...]:
        """Passages of figures that the text of `key` gives already."""
        return self.facts.get(key, Facts()).cited

    def passage(self, identifier: str) -> Statement:
        """What a passage states, in our words."""
        return Statement(text=self.reading.passages[identifier].paraphrase, passages=(identifier,))


def placed(context: Context) -> dict[str, list[PlacedAdvice]]:
    """Section key → live recommendations and their statements."""
    found: dict[str, list[PlacedAdvice]] = {}
    for entry in sorted(context.reading.live, key=lambda entry: _rank(context.reading, entry)):
        found.setdefault(section_of(entry.rule, context.reading), []).append((entry, recommendation(context, entry)))
    return found


def _rank(reading: Reading, entry: LiveRecommendation) -> tuple[object, ...]:
    """Reading order: by urgency (ungraded as routine) and firmness, then as the sources have it."""
    rule = entry.rule
    urgency = min(URGENCIES.index(rule.urgency), URGENCIES.index("routine"))
    first = reading.passages[rule.passages[0]] if rule.passages else None
    return urgency, MODALITIES.index(rule.modality), first.source if first else "", first.start if first else 0, rule.id


def recommendation(context: Context, entry: LiveRecommendation) -> Statement:
    """A recommendation in the words of the audience."""
    rule = entry.rule
    return Statement(
        text=(rule.patient_text or rule.text) if context.for_patient else rule.text,
        rules=(rule.id,),
        passages=tuple(dict.fromkeys((*rule.passages, *context.cited(rule.iri)))),
        tags=() if context.for_patient else _tags(context, entry),
        remarks=tuple(_remarks(context, entry)),
        background=context.background(rule.iri),
    )


def _tags(context: Context, entry: LiveRecommendation) -> tuple[str, ...]:
    rule = entry.rule
    soon = rule.timing or (rule.urgency if rule.urgency in ("emergency", "urgent") else "")
    return tuple(filter(None, (context.say("modality", rule.modality), soon)))


def _remarks(context: Context, entry: LiveRecommendation) -> Iterator[str]:
    rules = context.reading.rules
    match entry.decided.verdict:
        case "provisional":
            yield context.say("provisional", [context.reading.reason(other) for other in entry.decided.left_open_by])
        case "done":
            yield context.say("done")
        case "overridden":
            yield context.say("overridden", [rules[other].label for other in entry.decided.overridden_by])
        case "conflicting":
            yield context.say("conflicting")
        case "undetermined":
            displacing = [other.rule.label for other in context.reading.live if entry.rule.iri in other.rule.overrides]
            if displacing:
                yield context.say("exceptions", displacing)
        case _:
            pass


# Groups ---------------------------------------------------------------------------------------


def grouped(context: Context, advice: Iterable[PlacedAdvice]) -> tuple[Group, ...]:
    """What applies; then, by condition, what depends on something open; then what is set aside."""
    advice = tuple(advice)
    applies = [statement for entry, statement in advice if entry.decided.verdict not in (OPEN, ASIDE)]
    aside = [statement for entry, statement in advice if entry.decided.verdict == ASIDE]
    groups = [Group(kind="applies", statements=joined(applies))] if applies else []
    groups += _conditional(context, [item for item in advice if item[0].decided.verdict == OPEN])
    if aside:
        groups.append(Group(kind="aside", heading=Statement(text=context.say("aside")), statements=joined(aside)))
    return tuple(groups)


def _conditional(context: Context, advice: list[PlacedAdvice]) -> Iterator[Group]:
    groups: dict[tuple[object, ...], tuple[Statement, list[Statement]]] = {}
    for entry, statement in advice:
        key, heading, shown = _under_condition(context, entry, statement)
        groups.setdefault(key, (heading, []))[1].append(shown)
    for key in sorted(groups, key=lambda key: key[0] == LATER):
        heading, statements = groups[key]
        yield Group(kind="if", heading=heading, statements=joined(statements))


def _under_condition(
    context: Context, entry: LiveRecommendation, statement: Statement
) -> tuple[tuple[object, ...], Statement, Statement]:
    """The group of what depends on something open: its key, its heading and what stands in it.

    Where the condition cannot be put to a patient in a sentence, the advice is only named, as something that may come up.
    """
    reading, rule = context.reading, entry.rule
    criterion = rule.criterion or rule.scope
    words: object = reading.labels(criterion)
    if context.for_patient:
        words = clause_of(criterion, reading) if criterion is not None else COMPLEX
        if words == COMPLEX:
            named = msgspec.structs.replace(statement, text=reading.knowledge.interventions[rule.intervention].patient_label)
            return (LATER, rule.direction), Statement(text=context.say("later", rule.direction)), named
    return (words,), Statement(text=context.say("if", words), passages=_below(reading, criterion)), statement


def _below(reading: Reading, criterion: Criterion | None) -> tuple[str, ...]:
    """Passages of a criterion, without those of the red flags in it, which have a section of their own."""
    nodes = (node for node in nodes_of(criterion) if node is criterion or not reading.in_section(RED_FLAGS, node.passages))
    return tuple(dict.fromkeys(passage for node in nodes for passage in node.passages))


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
            background=tuple(dict.fromkeys((*known.background, *statement.background))),
        )  # fmt: skip
    return tuple(found.values())


def headed(context: Context, phrase: str, statements: Iterable[Statement]) -> Group:
    """Statements under a heading of the audience."""
    return Group(heading=Statement(text=context.say(phrase)), statements=tuple(statements))


def section(context: Context, key: str, groups: Iterable[Group], sections: Iterable[Section] = (), *, title: str = "") -> Section:
    """A section with its title, by default what the audience's phrases call it; says so where nothing in it applies yet."""
    groups, sections = tuple(group for group in groups if group.statements), tuple(sections)
    kinds = {group.kind for group in groups}
    intro = context.say("intro", key)
    if not intro and "if" in kinds and "applies" not in kinds:
        intro = context.say("nothing_applies")
    return Section(key=key, title=title or context.say("title", key), intro=intro, groups=groups, sections=sections)


def filled(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Those that say something."""
    return tuple(part for part in sections if part.groups or part.sections)
