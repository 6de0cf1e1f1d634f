"""What a draft does, where it loads: to the patients of what is served, and to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from spinegraph.engine.decide.case_file import make_case_file
from spinegraph.engine.decide.case_text import parse_json
from spinegraph.engine.decide.codebook import make_codebook
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.errors import CaseError, KnowledgeError, MalformedCaseError, UnusableContentError
from spinegraph.engine.exchange.formats import BY_NAME, Answer
from spinegraph.engine.model import Knowledge
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diff.compare import compare
from spinegraph.engine.validation.diff.statements import State
from spinegraph.engine.validation.diff.states import served_state

DRAFT = "draft"
"""The name of the state that the sent files make, over what is served."""


def difference_of(content: Content, served: Mapping[str, Path]) -> bytes:
    """What the content states and decides differently from the files that are served, by name, as JSON.

    Raises UnusableContentError where the content does not load.
    """
    names = {path: content.shown(path) for path in content.paths}
    try:
        draft = State(DRAFT, content.graph, _loaded(content), names=names)
        return msgspec.json.encode(compare(served_state(served), draft))
    except KnowledgeError as error:
        raise _unusable(content, error) from error


def article_about(content: Content, case: bytes) -> bytes:
    """The article, HTML, about a case that is decided with the content.

    Raises UnusableContentError where the content does not load, MalformedCaseError where the case cannot be decided with it.
    """
    try:
        knowledge = _loaded(content)
        engine = Engine(knowledge)
    except KnowledgeError as error:
        raise _unusable(content, error) from error
    try:
        file = make_case_file(parse_json(case), make_codebook(knowledge))
    except CaseError as error:
        raise MalformedCaseError(error.what, where=f"/case{error.where.rstrip('/')}", mend=error.mend) from error
    return BY_NAME["html"].write(Answer(knowledge, engine.decide(file.case), file.title, file.narrative))


def _loaded(content: Content) -> Knowledge:
    """The knowledge of a content. Raises the first KnowledgeError that is in its way."""
    for error in (*content.broken.values(), *content.failures):
        raise error
    assert content.knowledge is not None  # noqa: S101 (nothing was in its way)
    return content.knowledge


def _unusable(content: Content, error: KnowledgeError) -> UnusableContentError:
    return UnusableContentError(error.what, where=str(content.place_of_error(error)), mend=error.mend)
