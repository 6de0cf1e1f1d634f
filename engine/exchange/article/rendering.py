"""Words and layout: phrases of each audience from `templates/<audience>.j2`, pages from `templates/article.*.j2`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from spinegraph.engine.exchange.article.model import Article
from spinegraph.engine.model import Audience, Knowledge
from spinegraph.engine.model.units import quantity
from spinegraph.engine.templates import make_environment

LAYOUTS = {"text/markdown": "article.md.j2", "text/html": "article.html.j2"}
"""Media type → its template."""


class Mark(NamedTuple):
    """An id as it is shown after a sentence: `short` leaves out what it shares with the id before it."""

    id: str
    short: str


def upper_first(text: str) -> str:
    """The text with its first letter in upper case, the rest as it is (`MRI` stays `MRI`)."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text with its first letter in lower case, unless it begins with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """The text as a sentence: first letter in upper case, full stop unless it ends in a mark of its own."""
    return upper_first(text) + ("" if text.endswith((".", "?", "!", ":")) else ".")


def marks(ids: Sequence[str]) -> list[Mark]:
    """Ids to be shown in a row, in order: 000-L054b, 000-L054a → 000-L054a, b."""
    shown: list[Mark] = []
    ordered = sorted(ids)
    for number, identifier in enumerate(ordered):
        before = ordered[number - 1] if number else ""
        shown.append(Mark(identifier, identifier[-1:] if before[:-1] == identifier[:-1] else identifier))
    return shown


def documents(ids: Sequence[str]) -> list[str]:
    """The documents of passages, by their ids, each once: 000-L054a, 002-L001b → 000, 002."""
    return sorted({identifier.partition("-")[0] for identifier in ids})


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it is: no markup, link, table or HTML comes of it."""
    flat = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>|~#])", r"\\\1", flat)


_ENVIRONMENT = make_environment("spinegraph.engine.exchange.article")
_ENVIRONMENT.filters |= {
    "upper_first": upper_first,
    "lower_first": lower_first,
    "documents": documents,
    "sentence": sentence,
    "marks": marks,
    "md": escape_markdown,
    "quantity": quantity,
}


def style() -> str:
    """All that stands in the style element of every article in HTML, to the letter: a policy may allow it by its digest."""
    return f"\n{_ENVIRONMENT.get_template('article.css.j2').render().rstrip()}\n"


class Phrases:
    """The words that stand between those of the knowledge: one template of macros per audience."""

    def __init__(self, audience: Audience) -> None:
        self._macros = _ENVIRONMENT.get_template(f"{audience}.j2").module

    def __call__(self, macro: str, *values: object, **named: object) -> str:
        """One phrase, on one line."""
        return " ".join(str(getattr(self._macros, macro)(*values, **named)).split())


def render(article: Article, knowledge: Knowledge, media_type: str) -> bytes:
    """An article as `text/markdown` or `text/html`, UTF-8. Raises ValueError for any other media type."""
    if media_type not in LAYOUTS:
        raise ValueError(f"An article is {' or '.join(LAYOUTS)}, not {media_type}.")
    template = _ENVIRONMENT.get_template(LAYOUTS[media_type])
    rules = {rule.id: rule for rule in knowledge.rules.values()}
    text = template.render(article=article, say=Phrases(article.audience), rules=rules, for_patient=article.audience == "patient")
    return text.encode()
