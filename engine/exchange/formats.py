"""Formats in which a decision can be had: the one list of them, for HTTP (`Accept`) and for the command line (`--format`).

A new format is a function of an `Answer`, in a module of its own, and an entry of `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from spinegraph.engine.exchange.article.local import NO_TEXT, LocalText
from spinegraph.engine.model import Decision, Knowledge

JSON = "application/json"


class Answer(NamedTuple):
    """What a format writes: a decision, fresh or stored, the knowledge that it rests on, the case's words for itself, and what
    a deployer says to patients."""

    knowledge: Knowledge
    decision: Decision
    title: str = ""
    narrative: str = ""
    local: LocalText = NO_TEXT


class Format(NamedTuple):
    """A format by the name that the command line gives it and by its media type; `write` makes the bytes of it."""

    name: str
    media_type: str
    write: Callable[[Answer], bytes]


def _json(answer: Answer) -> bytes:
    return msgspec.json.encode(answer.decision)


def _article(media_type: str) -> Callable[[Answer], bytes]:
    def write(answer: Answer) -> bytes:
        from spinegraph.engine.exchange.article.article import render_article  # templates are read only where they are used

        knowledge, decision, title, narrative, local = answer
        return render_article(knowledge, decision, media_type, title, narrative, local)

    return write


def _provenance(media_type: str) -> Callable[[Answer], bytes]:
    def write(answer: Answer) -> bytes:
        from spinegraph.engine.exchange.provenance.decision import render_provenance  # as above

        return render_provenance(answer.knowledge, answer.decision, media_type)

    return write


FORMATS = (
    Format("json", JSON, _json),
    Format("jsonld", "application/ld+json", _provenance("application/ld+json")),
    Format("ttl", "text/turtle", _provenance("text/turtle")),
    Format("trig", "application/trig", _provenance("application/trig")),
    Format("md", "text/markdown", _article("text/markdown")),
    Format("html", "text/html", _article("text/html")),
)
"""In the order in which they are offered; the first is the default."""
BY_NAME: Mapping[str, Format] = {format_.name: format_ for format_ in FORMATS}
