"""`GET /v1/search?q=WORDS`: everything that has these words, best first, as JSON."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from spinegraph.api.arguments import require_known
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.listings import resource_of
from spinegraph.api.problems import ParameterError
from spinegraph.engine.model import Frozen, doc
from spinegraph.engine.search.documents import Kind, Where
from spinegraph.engine.search.index import Hit, Match, SearchIndex
from spinegraph.engine.search.words import words_of
from starlette.requests import Request
from starlette.responses import Response

LONGEST = 200
"""Characters of what is looked for."""
MOST_LISTED = 200
"""How many are listed at most."""


class SearchQuestion(Frozen, frozen=True, kw_only=True):
    """What the URL of a search may ask for."""

    q: Annotated[str, Meta(description="What is looked for, in the words of whoever asks.", max_length=LONGEST)] = ""
    kind: Annotated[tuple[Kind, ...], doc("Kinds of things to look among; without them, all.")] = ()
    language: Annotated[str, doc("Only words of this language, such as en; without it, those of all.")] = ""
    limit: Annotated[int, Meta(description="How many at most.", ge=1, le=MOST_LISTED)] = 20


class FoundResource(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """Something that was found, and the text in which it was found."""

    iri: Annotated[str, doc("Its IRI.")]
    resource: Annotated[str, doc("Its page on this server.")]
    kind: Annotated[Kind, doc("What kind of thing it is.")]
    label: Annotated[str, doc("Its name, in the language in which it was found.")]
    code: Annotated[str, doc("Its code, the id of a rule or passage, or the number of a document.")]
    match: Annotated[
        Match,
        doc(
            "How it fits: it is called exactly so; its names have every word that says something; they have them together with "
            "what is said of it; it does with words that are spelled nearly so (`read_as`); it has some of the words."
        ),
    ]
    found_in: Annotated[Where, doc("Which of its texts has most of the words.")]
    text: Annotated[str, doc("That text.")]
    language: Annotated[str, doc("Language tag of that text; codes have none.")] = ""


class SearchResult(Frozen, frozen=True, kw_only=True):
    """What was found, best first."""

    q: Annotated[str, doc("What was looked for.")]
    total: Annotated[int, doc("How many there are in all.")]
    limit: Annotated[int, doc("How many are listed at most.")]
    read_as: Annotated[
        dict[str, tuple[str, ...]], doc("Words that occur nowhere, and the nearly equal ones that were looked for instead.")
    ]
    items: Annotated[tuple[FoundResource, ...], doc("The best of them.")]


def search_api_router(index: SearchIndex, digest: str) -> APIRouter:
    """The router of the search in an index; `digest` is that of its knowledge. Errors are raised for `api.http.errors`."""
    router = APIRouter(tags=["resources"], route_class=OpenRoute)

    def found(request: Request) -> Response:
        """Concepts, rules, disagreements, documents and passages by their names, definitions, texts and paraphrases.

        Beginnings of words count, and so does the inside of words that nothing begins with; a slip or two of the keyboard are
        forgiven, and said (`read_as`). Where nothing has all the words, what has some of them is listed (`match`). Nothing in
        `q` is an operator.
        """
        asked = read_parameters(request.scope["query_string"], SearchQuestion)
        check_question(asked.q, asked.language, index)
        return unless_unchanged(request, f'"{digest}"', JSON, lambda: msgspec.json.encode(search_result(index, asked)))

    operation = Operation(
        "search",
        "Search everything by words",
        "What was found.",
        {JSON: SearchResult},
        (ParameterError,),
        SearchQuestion,
        cached="The content digest of the knowledge.",
    )
    add_operation(router, "/v1/search", found, operation)
    return router


def check_question(text: str, language: str, index: SearchIndex) -> None:
    """Refuse a search for nothing, and one in a language that the content does not have. Raises ParameterError."""
    if not words_of(text):
        raise ParameterError("q has no word to look for.", where="?q", mend="Give at least one letter or digit.")
    if language:
        require_known(language, index.languages, "language", "?language")


def search_result(index: SearchIndex, asked: SearchQuestion) -> SearchResult:
    """What an index has for a question that `check_question` has let pass."""
    found = index.find(asked.q, asked.kind, asked.language, asked.limit)
    return SearchResult(
        q=asked.q, total=found.total, limit=asked.limit, read_as=dict(found.read_as), items=tuple(map(found_resource, found.hits))
    )


def found_resource(hit: Hit) -> FoundResource:
    """What was found, as the interface lists it."""
    document = hit.document
    return FoundResource(
        iri=document.iri,
        resource=resource_of(document.iri),
        kind=document.kind,
        label=document.label,
        code=document.code,
        match=hit.match,
        found_in=hit.found_in.where,
        text=hit.found_in.text,
        language=hit.found_in.language,
    )
