"""What a decision has to say besides its verdicts: contradictions, ignored input, scope, gaps, review, citations, drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.node import CONFLICTING, TRUE, Explanation
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.ignored_input import InputWords, ignored_input, input_words, replaced_codes
from spinegraph.engine.decide.members import Classes
from spinegraph.engine.messages import Messages, messages_of, noted
from spinegraph.engine.model import Exclusion, Knowledge, Notice, Recommendation, Source, SourceGap, Verdict
from spinegraph.engine.program.relations import Relations


class NoticeRules(NamedTuple):
    """What notices are made of: exclusions and source gaps with their notices, and the notices about each source.

    `gaps`: by package. `stale`: ids of passages whose text has changed.
    """

    knowledge: Knowledge
    relations: Relations
    exclusions: tuple[tuple[Exclusion, RuleNode, Notice], ...]
    gaps: tuple[tuple[str, RuleNode, Notice], ...]
    of_source: Mapping[str, tuple[Notice, ...]]
    input_words: InputWords
    stale: frozenset[str]
    classes: Classes

    def excluded(self, case: Explanation) -> list[Exclusion]:
        """The exclusions that hold."""
        return [rule for rule, node, _ in self.exclusions if node.truth(case) == TRUE]

    def excluded_packages(self, case: Explanation) -> frozenset[str]:
        """The packages none of whose sources speaks about the patient."""
        return frozenset(self.relations.package(rule) for rule in self.excluded(case) if not rule.source)


def notice_rules(graph: CriterionGraph, knowledge: Knowledge, stale: frozenset[str]) -> NoticeRules:
    """The rules and sources that can make notices, prepared once."""
    relations = graph.facts.program.relations
    rules = knowledge.rules.values()
    exclusions = [rule for rule in rules if isinstance(rule, Exclusion)]
    gaps = [rule for rule in rules if isinstance(rule, SourceGap)]
    return NoticeRules(
        knowledge,
        relations,
        tuple((rule, graph.rule(rule), _notice("out-of-scope", rule.text, (rule.id,))) for rule in exclusions),
        tuple(
            (relations.package(rule), graph.rule(rule), _notice("source-gap", rule.text, (rule.id, *rule.passages)))
            for rule in gaps
        ),
        {iri: tuple(_of_source(source, knowledge)) for iri, source in knowledge.sources.items()},
        input_words(knowledge, {act.intervention for act in graph.facts.program.performable}),
        stale,
        Classes(graph.facts.program),
    )


def notices_of(rules: NoticeRules, case: Explanation, live: Sequence[tuple[Recommendation, Verdict]]) -> Iterator[Notice]:
    """All notices; `live` are the recommendations with a verdict other than not-indicated and out-of-scope."""
    say = messages_of(rules.knowledge.language)
    yield from _contradictions(rules.knowledge, case, say)
    yield from replaced_codes(case.case, rules.input_words)
    yield from ignored_input(case.case, rules.input_words, live, rules.knowledge)
    excluded = rules.excluded(case)
    for rule, _, notice in rules.exclusions:
        if rule in excluded:
            yield notice
    if not live and not excluded:
        yield _notice(
            "out-of-scope",
            say("No source speaks about this patient: none of the presentations that they cover is recorded."),
            tuple(source.number for source in rules.knowledge.sources.values()),
        )
    packages = rules.excluded_packages(case)
    for package, node, notice in rules.gaps:
        if package not in packages and node.truth(case) & TRUE:
            yield notice
    yield from _no_usable_member(rules, case, live)
    for source in dict.fromkeys(rule.source for rule, verdict in live if verdict != "undetermined"):
        yield from rules.of_source.get(source, ())
    yield from _stale_passages(rules.stale, live, say)


def _no_usable_member(rules: NoticeRules, case: Explanation, live: Iterable[tuple[Recommendation, Verdict]]) -> Iterator[Notice]:
    """Each recommended class of which no member can be used, once, with what stands against each of them."""
    told: dict[str, Notice] = {}
    say = messages_of(rules.knowledge.language)
    for rule, _ in live:
        fallen = rules.classes.without_member(rule, case)
        if fallen:
            concept = rules.knowledge.interventions[rule.intervention]
            members = [f"{one.rule.label} ({', '.join(one.because) or say('not for this patient')})" for one in fallen]
            frame = noted("Recommended is: {name}. None that the sources name can be used here: {members}.")
            message = say(frame, name=concept.label, members="; ".join(members))
            about = dict.fromkeys((concept.code, rule.id, *(one.rule.id for one in fallen)))
            told.setdefault(rule.intervention, _notice("no-usable-member", message, tuple(about)))
    yield from told.values()


def _stale_passages(stale: frozenset[str], live: Iterable[tuple[Recommendation, Verdict]], say: Messages) -> Iterator[Notice]:
    found = sorted({passage for rule, _ in live for passage in rule.passages} & stale) if stale else ()
    if found:
        yield _notice(
            "stale-passage",
            say("The text of these passages has changed since the rules were written; check them before use."),
            tuple(found),
        )


def _contradictions(knowledge: Knowledge, case: Explanation, say: Messages) -> Iterator[Notice]:
    both = sorted(set(case.case.present) & set(case.case.absent))
    for code in both:
        yield _notice("contradictory-input", say("{code} is recorded both present and absent: reconcile it.", code=code), (code,))
    if both:
        return
    clashing = tuple(finding.code for iri, finding in knowledge.findings.items() if case.finding_state(iri) == CONFLICTING)
    if clashing:
        yield _notice(
            "contradictory-input",
            say(
                "The record contradicts itself about {codes}: what is recorded present implies what is "
                "recorded absent, or a derived finding says the opposite. Reconcile it.",
                codes=", ".join(clashing),
            ),
            clashing,
        )


def _of_source(source: Source, knowledge: Knowledge) -> Iterator[Notice]:
    say = messages_of(knowledge.language)
    if source.review_status != "reviewed":
        yield _notice(
            "review-pending",
            say(
                "{number} ({title}): review status is {status}. {note}",
                number=source.number,
                title=source.title,
                status=source.review_status,
                note=source.review_note,
            ),
            (source.number,),
        )
    numbers = sorted(citation.number for citation in knowledge.citations if citation.source == source.iri)
    if numbers:
        yield _notice(
            "inferred-citation",
            say(
                "The citation numbers of {number} are as printed; which reference each of them means is inferred.",
                number=source.number,
            ),
            tuple(map(str, numbers)),
        )


def _notice(code: str, message: str, about: tuple[str, ...]) -> Notice:
    return Notice(code=code, message=message, about=about)  # type: ignore[arg-type]
