"""A Decision as an article, for a clinician or for a patient, in Markdown or HTML.

The first page is the brief with its reasons; the rest is folded below it. The words are the knowledge's own, joined by the
phrases of the templates; every sentence names the rules or passages that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinegraph.engine.exchange.article.first_page import make_first_page
from spinegraph.engine.exchange.article.folded import facts, folded_sections
from spinegraph.engine.exchange.article.local import NO_TEXT, LocalText
from spinegraph.engine.exchange.article.model import Article, Section, Statement
from spinegraph.engine.exchange.article.reading import Reading
from spinegraph.engine.exchange.article.references import Numbering
from spinegraph.engine.exchange.article.rendering import LAYOUTS, Phrases, render
from spinegraph.engine.exchange.article.sections import Context, filled
from spinegraph.engine.model import Decision, Knowledge


def make_article(
    knowledge: Knowledge, decision: Decision, title: str = "", narrative: str = "", local: LocalText = NO_TEXT
) -> Article:
    """Write a decision, fresh or stored, for its audience. Raises OtherKnowledgeError where it rests on other knowledge.

    `title` and `narrative` are the case's own words for itself, used for clinicians; without a title, and for patients, one
    is made from the presentation. `local`: where a deployer sends patients.
    """
    audience = decision.case.audience
    knowledge = knowledge.in_language(decision.case.language)
    context = Context(Reading(knowledge, decision), Phrases(audience))
    if context.for_patient:
        title = narrative = ""
    numbering = Numbering(knowledge)
    first = numbering.first(make_first_page(context, local))
    sections = numbering.sections(folded_sections(context, narrative))
    sections += numbering.sections(filled([facts(context, numbering.used())]))
    return Article(
        decision=decision.id,
        knowledge=decision.knowledge.version,
        audience=audience,
        title=title or context.say("article_title", [context.reading.label(iri) for iri in context.reading.presentation]),
        first=first,
        sections=sections,
        passages=numbering.passages(for_patient=context.for_patient),
        references=numbering.references(),
        sources=numbering.sources(),
        disclaimer=decision.brief.disclaimer,
    )


def render_article(
    knowledge: Knowledge,
    decision: Decision,
    media_type: str = "text/html",
    title: str = "",
    narrative: str = "",
    local: LocalText = NO_TEXT,
) -> bytes:
    """The article as `text/markdown` or `text/html`, UTF-8. Raises ValueError for any other media type."""
    article = make_article(knowledge, decision, title, narrative, local)
    return render(article, knowledge.in_language(decision.case.language), media_type)


def statements_of(article: Article) -> Iterator[Statement]:
    """Every statement of an article in reading order, headings that cite something and parts included."""
    yield article.first.headline
    for block in article.first.blocks:
        yield from _with_parts(block.statements)
    yield from _of_sections(article.sections)


def _of_sections(sections: Iterable[Section]) -> Iterator[Statement]:
    for section in sections:
        for group in section.groups:
            if group.heading:
                yield group.heading
            yield from _with_parts(group.statements)
        yield from _of_sections(section.sections)


def _with_parts(statements: Iterable[Statement]) -> Iterator[Statement]:
    for statement in statements:
        yield statement
        yield from _with_parts(statement.parts)


__all__ = ["LAYOUTS", "Article", "make_article", "render_article", "statements_of"]
