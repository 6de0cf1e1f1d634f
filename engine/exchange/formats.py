"""Formats in which a decision can be had: the one list of them, for HTTP (`Accept`) and for the command line (`--format`).

A new format is a function of an `Answer`, in a module of its own, and an entry of `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from spinegraph.engine.errors import PublicationError
from spinegraph.engine.exchange.article.local import NO_TEXT, LocalText
from spinegraph.engine.exchange.provenance.nanopublication import Signer
from spinegraph.engine.exchange.provenance.wanted import FORMS, PLAIN, Form, Wanted
from spinegraph.engine.model import Decision, Knowledge

JSON = "application/json"


class Answer(NamedTuple):
    """What a format writes: a decision, fresh or stored, the knowledge that it rests on, the case's words for itself, what a
    deployer says to patients, and how provenance is wanted (and signed, if it is a nanopublication)."""

    knowledge: Knowledge
    decision: Decision
    title: str = ""
    narrative: str = ""
    local: LocalText = NO_TEXT
    provenance: Wanted = PLAIN
    sign: Signer | None = None


class Format(NamedTuple):
    """A format by the name that the command line gives it and by its media type; `write` makes the bytes of it.

    `takes` are the forms of provenance that it has; none, if it is no provenance.
    """

    name: str
    media_type: str
    write: Callable[[Answer], bytes]
    takes: tuple[Form, ...] = ()


def _json(answer: Answer) -> bytes:
    return msgspec.json.encode(answer.decision)


def _article(media_type: str) -> Callable[[Answer], bytes]:
    def write(answer: Answer) -> bytes:
        from spinegraph.engine.exchange.article.article import render_article  # templates are read only where they are used

        return render_article(answer.knowledge, answer.decision, media_type, answer.title, answer.narrative, answer.local)

    return write


def _provenance(media_type: str) -> Callable[[Answer], bytes]:
    def write(answer: Answer) -> bytes:
        from spinegraph.engine.exchange.provenance.rendering import render_provenance  # as above

        return render_provenance(answer.knowledge, answer.decision, media_type, answer.provenance, answer.sign)

    return write


def _fhir(answer: Answer) -> bytes:
    from spinegraph.engine.exchange.fhir.writing.applied import Applied, applied_bundle  # as above

    return msgspec.json.encode(applied_bundle(answer.decision, answer.knowledge, Applied(provenance=answer.provenance)))


FORMATS = (
    Format("json", JSON, _json),
    Format("jsonld", "application/ld+json", _provenance("application/ld+json"), ("full", "lean")),
    Format("ttl", "text/turtle", _provenance("text/turtle"), ("full", "lean")),
    Format("trig", "application/trig", _provenance("application/trig"), FORMS),
    Format("fhir", "application/fhir+json", _fhir, ("full",)),
    Format("md", "text/markdown", _article("text/markdown")),
    Format("html", "text/html", _article("text/html")),
)
"""In the order in which they are offered; the first is the default."""
BY_NAME: Mapping[str, Format] = {format_.name: format_ for format_ in FORMATS}
BY_MEDIA_TYPE: Mapping[str, Format] = {format_.media_type: format_ for format_ in FORMATS}


def require_provenance(format_: Format, wanted: Wanted) -> None:
    """Refuse what is asked of provenance where a format has none, or not in that form. Raises PublicationError."""
    if not wanted.given or wanted.form in format_.takes:
        return
    where, having = wanted.given[0], [one.media_type for one in FORMATS if wanted.form in one.takes]
    what = f"{format_.media_type} is no provenance in the form {wanted.form!r}, of which {where} says something."
    raise PublicationError(what, where=where, mend=f"Ask for {' or '.join(having)}.")
