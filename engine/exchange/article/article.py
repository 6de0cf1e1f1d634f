"""A Decision as an article, for a clinician or for a patient, in Markdown or HTML.

The words are the knowledge's own, joined by the phrases of the templates; every sentence names the rules or passages that
it rests on. Where a sentence stands follows from the kinds of its passages (`placement`).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from spinegraph.engine.decide.disclaimer import reviewed_of
from spinegraph.engine.exchange.article.clinician import clinician_sections
from spinegraph.engine.exchange.article.evidence import place_facts
from spinegraph.engine.exchange.article.model import Article, Audience, Group, Section, Statement
from spinegraph.engine.exchange.article.patient import patient_sections
from spinegraph.engine.exchange.article.reading import Reading, asks
from spinegraph.engine.exchange.article.references import Numbering
from spinegraph.engine.exchange.article.rendering import LAYOUTS, Phrases, render
from spinegraph.engine.exchange.article.sections import Context, joined, recommendation
from spinegraph.engine.model import Decision, Knowledge, Notice

WARNINGS = ("contradictory-input", "out-of-scope", "stale-passage")
"""Notices that a reader has to see before anything else."""


def make_article(
    knowledge: Knowledge, decision: Decision, audience: Audience = "clinician", title: str = "", narrative: str = ""
) -> Article:
    """Write a decision, fresh or stored, for an audience. Raises OtherKnowledgeError where it rests on other knowledge.

    `title` and `narrative` are the case's own words for itself, used for clinicians; without a title, and for patients, one
    is made from the presentation.
    """
    reading = Reading(knowledge, decision)
    if audience == "patient":
        title = narrative = ""
    context = Context(reading, Phrases(audience), place_facts(reading), audience == "patient")
    numbering = Numbering(knowledge)
    sections = patient_sections(context) if context.for_patient else clinician_sections(context)
    first = numbering.statements(_first(context))
    warnings = numbering.statements(_warnings(context))
    numbered = numbering.sections(sections)
    sources = numbering.sources()
    return Article(
        decision=decision.id,
        knowledge=decision.knowledge.version,
        audience=audience,
        title=title or context.say("article_title", [context.label(iri) for iri in reading.presentation]),
        case=tuple(filter(None, (narrative, *_case_lines(context)))),
        urgency=decision.brief.level,
        urgency_text=context.say("urgency", decision.brief.level)
        if reading.live or reading.pending
        else context.say("not_covered"),
        first=first,
        warnings=warnings,
        sections=numbered,
        references=numbering.references(),
        sources=sources,
        disclaimer=context.say("disclaimer", decision.disclaimer, reviewed_of(source.review_status for source in sources)),
    )


def render_article(
    knowledge: Knowledge,
    decision: Decision,
    audience: Audience = "clinician",
    media_type: str = "text/html",
    title: str = "",
    narrative: str = "",
) -> bytes:
    """The article as `text/markdown` or `text/html`, UTF-8. Raises ValueError for any other media type."""
    return render(make_article(knowledge, decision, audience, title, narrative), knowledge, media_type)


def statements_of(article: Article) -> Iterator[Statement]:
    """Every statement of an article in reading order, headings that cite something and background facts included."""
    for statement in (*article.first, *article.warnings):
        yield from _with_background(statement)
    for section in article.sections:
        yield from _of_section(section)


def _of_section(section: Section) -> Iterator[Statement]:
    for group in section.groups:
        yield from _of_group(group)
    for part in section.sections:
        yield from _of_section(part)


def _of_group(group: Group) -> Iterator[Statement]:
    if group.heading and (group.heading.rules or group.heading.passages):
        yield group.heading
    for statement in group.statements:
        yield from _with_background(statement)


def _with_background(statement: Statement) -> Iterator[Statement]:
    yield statement
    for fact in statement.background:
        yield from _with_background(fact)


# The head of an article -----------------------------------------------------------------------


def _case_lines(context: Context) -> Iterator[str]:
    """The case in words, a line for each side of the record."""
    case, knowledge = context.reading.decision.case, context.reading.knowledge
    iris = {finding.code: iri for iri, finding in knowledge.findings.items()}
    measured = {measurement.code: measurement for measurement in knowledge.measurements.values()}
    values = [(measured[code], value) for code, value in case.measurements.items()]
    yield from (
        context.say("case_present", [context.label(iris[code]) for code in case.present]),
        context.say("case_absent", [context.label(iris[code]) for code in case.absent]),
        *(
            context.say(
                "case_measured", measurement.patient_label if context.for_patient else measurement.label, value, measurement.unit
            )
            for measurement, value in values
        ),
        context.say("case_rest"),
    )


def _first(context: Context) -> tuple[Statement, ...]:
    """What sets the urgency, and what has to be asked at once."""
    grades = ("emergency", "urgent") if context.reading.decision.brief.level == "urgent" else ("emergency",)
    entries = [
        entry
        for entry in context.reading.live
        if entry.rule.direction == "for"
        and entry.rule.urgency in grades
        and entry.decided.verdict in ("indicated", "provisional")
    ]
    entries.sort(key=lambda entry: asks(entry.rule.criterion))
    return joined(msgspec.structs.replace(recommendation(context, entry), background=(), tags=()) for entry in entries)


def _warnings(context: Context) -> Iterator[Statement]:
    """Notices about the case as a whole, with the rules and passages that bring them about."""
    reading = context.reading
    iris = {finding.code: iri for iri, finding in reading.knowledge.findings.items()}
    sources = {source.number: source.passages[:1] for source in reading.knowledge.sources.values()}
    for notice in reading.decision.notices:
        if notice.code in WARNINGS:
            rules = [name for name in notice.about if name in reading.rules]
            passages = [name for name in notice.about if name in reading.passages]
            for name in notice.about:
                passages += sources.get(name, ())
                passages += reading.thing(name).passages[:1] if name in iris else ()
                rules += reading.testing(iris[name])[:1] if name in iris else ()
            yield Statement(
                text=_for_patient(context, notice) if context.for_patient else notice.message,
                rules=tuple(dict.fromkeys(rules)),
                passages=tuple(dict.fromkeys(passages)),
            )


def _for_patient(context: Context, notice: Notice) -> str:
    if notice.code == "contradictory-input":
        iris = {finding.code: iri for iri, finding in context.reading.knowledge.findings.items()}
        return context.say("contradiction", [context.label(iris[code]) for code in notice.about])
    return context.say("outside" if notice.code == "out-of-scope" else "stale")


__all__ = ["LAYOUTS", "Article", "make_article", "render_article", "statements_of"]
