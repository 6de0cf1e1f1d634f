"""`GET /v1/passages`, `/v1/references`, `/v1/screens`: what the sources state and cite, and what is asked (design section 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.problems import ParameterError, UnknownResourceError
from spinegraph.engine import Knowledge
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.errors import ProvenanceError, VocabularyError
from spinegraph.engine.knowledge.showing import show_passages, show_screens, with_neighbours
from spinegraph.engine.knowledge.sources import printed_words, read_documents
from spinegraph.engine.model import Audience, Frozen, doc
from spinegraph.engine.model.shown import ShownPassage, ShownReference, ShownScreen
from spinegraph.engine.program.linking import ALL, Linker
from spinegraph.engine.program.relations import Relations
from starlette.requests import Request
from starlette.responses import Response


class PassageParameters(Frozen, frozen=True, kw_only=True):
    """What the URL of the passages may ask for."""

    id: Annotated[tuple[str, ...], doc("Ids of the passages, with commas or given several times; none means all.")] = ()
    around: Annotated[int, Meta(description="How many before and after each, in its document.", ge=0, le=10)] = 0


class ReferenceParameters(Frozen, frozen=True, kw_only=True):
    """The URL of the references asks for nothing more."""


class ScreenParameters(Frozen, frozen=True, kw_only=True):
    """What the URL of the screens may ask for."""

    audience: Annotated[Audience, doc("For whom the words are meant.")] = "clinician"
    guideline: Annotated[tuple[str, ...], doc("Names of the packages whose questions are wanted, or all; by default all.")] = ()


class PassageList(Frozen, frozen=True, kw_only=True):
    """Passages in reading order."""

    passages: Annotated[tuple[ShownPassage, ...], doc("What the sources state, in our words.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]


class ReferenceList(Frozen, frozen=True, kw_only=True):
    """The reference lists of all documents."""

    references: Annotated[tuple[ShownReference, ...], doc("Their entries, as far as they can be told.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]


class ScreenList(Frozen, frozen=True, kw_only=True):
    """Every screen, answered or not."""

    screens: Annotated[tuple[ShownScreen, ...], doc("What is asked together, in order.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]


def content_router(knowledge: Knowledge, passages: PassageLists | None = None) -> APIRouter:
    """The router of passages, references and screens; their ETag is the content digest. Errors are raised."""
    passages = passages or PassageLists(knowledge)
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)
    etag, honest = f'"{knowledge.digest}"', disclaimer_of(knowledge.sources.values())
    for path, handler, operation in (
        ("/v1/passages", _passages(passages), _operation("passages", PassageList, PassageParameters)),
        ("/v1/references", _references(knowledge, etag, honest), _operation("references", ReferenceList, ReferenceParameters)),
        ("/v1/screens", _screens(knowledge, etag, honest), _operation("screens", ScreenList, ScreenParameters)),
    ):
        add_operation(router, path, handler, operation)
    return router


def _operation(name: str, answer: type[Frozen], parameters: type[Frozen]) -> Operation:
    errors = (ParameterError, UnknownResourceError) if name == "passages" else (ParameterError,)
    return Operation(
        f"get_{name}", f"The {name}", f"The {name}.", {JSON: answer}, errors, parameters, cached="Digest of the knowledge."
    )


def _passages(lists: PassageLists) -> Callable[[Request], Response]:
    def passages(request: Request) -> Response:
        """What the sources state, in our words: where it stands, and what it most likely cites.

        `around` adds the passages before and after each, as the document has them. Where whoever runs the service gives it
        the documents, each passage has its printed words, too.
        """
        wanted = read_parameters(request.scope["query_string"], PassageParameters)
        try:
            body = lists.encoded(wanted.id, wanted.around)
        except ProvenanceError as error:
            raise UnknownResourceError(error.what, where="?id", mend=error.mend, details=error.details) from error
        return unless_unchanged(request, f'"{lists.tag}"', JSON, lambda: body)

    return passages


class PassageLists:
    """The passages of a knowledge, ready to be answered; `tag` tells apart what they may say."""

    def __init__(self, knowledge: Knowledge, sources: Path | None = None) -> None:
        """`sources`: the folder of the documents, where their printed words are to be shown. Raises ProvenanceError."""
        documents = read_documents(sources, knowledge) if sources else None
        printed = None if documents is None else printed_words(knowledge, documents)
        self._shown = show_passages(knowledge, printed)
        self._honest = disclaimer_of(knowledge.sources.values())
        self.tag = knowledge.digest if printed is None else f"{knowledge.digest}.{_digest_of(printed)}"

    def encoded(self, ids: Sequence[str] = (), around: int = 0) -> bytes:
        """Passages by their ids, all without one, with so many around each, as JSON. Raises ProvenanceError for an unknown id."""
        found = with_neighbours(self._shown, ids or self._shown, around)
        return msgspec.json.encode(PassageList(passages=tuple(found), disclaimer=self._honest))


def _digest_of(printed: Mapping[str, str | None]) -> str:
    return hashlib.sha256(msgspec.json.encode(printed, order="sorted")).hexdigest()[:16]


def _references(knowledge: Knowledge, etag: str, honest: str) -> Callable[[Request], Response]:
    numbers: dict[str, list[int]] = {}
    for mapping in knowledge.citations:
        numbers.setdefault(mapping.reference or "", []).append(mapping.number)
    listed = tuple(
        ShownReference(
            iri=entry.iri,
            source=knowledge.sources[entry.source].number,
            position=entry.position,
            type=entry.type,
            title=entry.title,
            publisher=entry.publisher,
            year=entry.year,
            inferred_numbers=tuple(numbers.get(entry.iri, ())),
        )
        for entry in knowledge.references.values()
    )
    body = msgspec.json.encode(ReferenceList(references=listed, disclaimer=honest))

    def references(request: Request) -> Response:
        """The reference lists of the documents, and the printed numbers that most likely mean each entry."""
        read_parameters(request.scope["query_string"], ReferenceParameters)
        return unless_unchanged(request, etag, JSON, lambda: body)

    return references


def _screens(knowledge: Knowledge, etag: str, honest: str) -> Callable[[Request], Response]:
    linker = Linker(knowledge, Relations(knowledge))

    @lru_cache(maxsize=64)
    def body(audience: Audience, packages: frozenset[str]) -> bytes:
        asked = linker.linked(packages) if packages and ALL not in packages else knowledge
        return msgspec.json.encode(ScreenList(screens=show_screens(asked, audience), disclaimer=honest))

    def screens(request: Request) -> Response:
        """Every group of questions, in the order in which a clinician asks them, whatever has been answered."""
        wanted = read_parameters(request.scope["query_string"], ScreenParameters)
        try:
            answer = body(wanted.audience, frozenset(wanted.guideline))
        except VocabularyError as error:
            raise ParameterError(error.what, where="?guideline", mend=error.mend) from error
        return unless_unchanged(request, etag, JSON, lambda: answer)

    return screens
