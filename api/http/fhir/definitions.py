"""`GET /fhir/{type}` and `GET /fhir/{type}/{id}`: what follows from the knowledge alone, read and searched (R4, 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.access import root_of
from spinegraph.api.http.bodies import FHIR
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.errors import FHIR_ROOT, NotAcceptableError
from spinegraph.api.http.fhir.exchange import Asked, answer_unless_unchanged, read_asked
from spinegraph.api.http.fhir.served import A_FILE, CANONICAL, DEFINITIONS, ServedType
from spinegraph.api.http.negotiation import negotiated
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.problems import ParameterError, UnknownResourceError
from spinegraph.engine.errors import LONGEST_ECHO, shortened
from spinegraph.engine.exchange.fhir.writing.codings import Json
from spinegraph.engine.exchange.fhir.writing.definitions import Definitions
from spinegraph.engine.exchange.fhir.writing.libraries import FORMS
from spinegraph.engine.model import Frozen, doc
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

MOST, FURTHEST = 1_000, 1_000_000
"""So many resources come at a time at most, and so many can be left out."""
Page = Annotated[int, msgspec.Meta(ge=0, le=MOST)]


class Plain(Frozen, frozen=True):
    """No parameters."""


class Search(Asked, frozen=True, kw_only=True, rename={"ids": "_id", "count": "_count", "offset": "_offset"}):
    """How resources are searched by id, and how many come at a time."""

    ids: Annotated[tuple[str, ...], doc("Ids, with commas; by default all.")] = ()
    count: Annotated[Page, doc("So many at most; the Bundle has a link to the next. With 0 they are only counted.")] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=FURTHEST), doc("So many are left out first; links to the next have it.")] = 0


class CanonicalSearch(Search, frozen=True, kw_only=True):
    """The same of what has a URL and a name."""

    url: Annotated[str, doc("The canonical URL.")] = ""
    name: Annotated[str, doc("How the name or the title begins, in whatever letters.")] = ""


def definitions_router(definitions: Definitions) -> APIRouter:
    """The router of all types; each is made when it is first asked for."""
    router = APIRouter(tags=["fhir"], route_class=OpenRoute)
    for served in DEFINITIONS:
        _add_read(router, definitions, served)
        _add_search(router, definitions, served)
    _add_content(router, definitions)
    return router


def _add_content(router: APIRouter, definitions: Definitions) -> None:
    async def content(request: Request) -> Response:
        """A file of a Library as it is: CQL, or ELM (JSON). Large ones are not in the Library itself."""
        read_parameters(request.scope["query_string"], Plain)
        found = await run_in_threadpool(lambda: definitions.contents)
        one = found[id_among(found, "Binary", request.path_params["name"], "Library")]
        media_type = negotiated(request, (one.media_type,), "The content")
        return unless_unchanged(request, f'W/"{definitions.knowledge.digest}"', media_type, lambda: one.data, {"Vary": "Accept"})

    operation = Operation(
        "read_binary",
        "A file of a Library",
        "The file.",
        {media_type: None for _, media_type in FORMS.values()},
        (UnknownResourceError, ParameterError, NotAcceptableError),
        path=("Its id.", A_FILE),
        cached="Digest of the knowledge.",
    )
    add_operation(router, f"{FHIR_ROOT}/Binary/{{name}}", content, operation)


def _add_read(router: APIRouter, definitions: Definitions, served: ServedType) -> None:
    async def read(request: Request) -> Response:
        asked = read_asked(request, Asked)
        found = await run_in_threadpool(definitions.of, served.type)
        return answer_unless_unchanged(
            request, _known(found, served.type, request.path_params["name"]), asked, definitions.knowledge.digest
        )

    read.__doc__ = f"{served.says} One by its id."
    operation = Operation(
        f"read_{_snake(served.type)}",
        f"One {served.type}",
        f"The {served.type} (FHIR R4).",
        {FHIR: None, JSON: None},
        (UnknownResourceError, ParameterError, NotAcceptableError),
        Asked,
        path=("Its id.", served.example),
        cached="Digest of the knowledge.",
    )
    add_operation(router, f"{FHIR_ROOT}/{served.type}/{{name}}", read, operation)


def _add_search(router: APIRouter, definitions: Definitions, served: ServedType) -> None:
    model = CanonicalSearch if served.search == CANONICAL else Search

    async def search(request: Request) -> Response:
        asked = read_asked(request, model)
        found = await run_in_threadpool(definitions.of, served.type)
        bundle = search_set(served.type, [*matching(found, asked)], asked, f"{root_of(request).rstrip('/')}{FHIR_ROOT}")
        return answer_unless_unchanged(request, bundle, asked, definitions.knowledge.digest)

    search.__doc__ = f"{served.says} All of them, or those that the parameters name."
    operation = Operation(
        f"search_{_snake(served.type)}",
        f"Resources of the type {served.type}",
        "A Bundle of the type `searchset` (FHIR R4).",
        {FHIR: None, JSON: None},
        (ParameterError, NotAcceptableError),
        model,
        cached="Digest of the knowledge.",
    )
    add_operation(router, f"{FHIR_ROOT}/{served.type}", search, operation)


def require_plan(definitions: Definitions, name: str) -> Json:
    """The PlanDefinition of an id. Raises UnknownResourceError."""
    return _known(definitions.of("PlanDefinition"), "PlanDefinition", name)


def require_plan_called(definitions: Definitions, name: str) -> Json:
    """The PlanDefinition of a canonical URL, which may name its version, of a reference or an id. Raises UnknownResourceError."""
    url, _, version = name.partition("|")
    for plan in definitions.of("PlanDefinition").values():
        if plan["url"] == url and version in ("", plan["version"]):
            return plan
    return require_plan(definitions, name.removeprefix("PlanDefinition/"))


def _known(found: Mapping[str, Json], kind: str, name: str) -> Json:
    """The resource of an id. Raises UnknownResourceError."""
    return found[id_among(found, kind, name, kind)]


def id_among(found: Iterable[str], kind: str, name: str, listing: str) -> str:
    """The id, if it is one of those. Raises UnknownResourceError."""
    ids = [*found]
    if name in ids:
        return name
    nearest = [f"{FHIR_ROOT}/{kind}/{one}" for one in get_close_matches(name[:LONGEST_ECHO], ids, n=3)]
    raise UnknownResourceError(
        f"There is no {kind} {shortened(name)}." + (f" Nearest: {', '.join(nearest)}." if nearest else ""),
        mend=f"GET {FHIR_ROOT}/{listing} lists all of them.",
        details={"nearest": nearest},
    )


def matching(found: Mapping[str, Json], asked: Search) -> Iterator[Json]:
    """Of resources by their ids those that are searched for."""
    name, url = "", ""
    if isinstance(asked, CanonicalSearch):
        name, url = asked.name.casefold(), asked.url
    for id_, one in found.items():
        if asked.ids and id_ not in asked.ids:
            continue
        if url and url not in (one["url"], f"{one['url']}|{one['version']}"):
            continue
        if name and not any(one[member].casefold().startswith(name) for member in ("name", "title")):
            continue
        yield one


def search_set(kind: str, matching: Sequence[Json], asked: Search, base: str) -> Json:
    """A page of what was found, with links to itself and to the next."""
    shown = matching[asked.offset : asked.offset + asked.count]
    links = [{"relation": "self", "url": _link(base, kind, asked, asked.offset)}]
    if shown and asked.offset + asked.count < len(matching):
        links.append({"relation": "next", "url": _link(base, kind, asked, asked.offset + asked.count)})
    entries = [{"fullUrl": f"{base}/{kind}/{one['id']}", "resource": one, "search": {"mode": "match"}} for one in shown]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(matching),
        "link": links,
        **({"entry": entries} if entries else {}),
    }


def _link(base: str, kind: str, asked: Search, offset: int) -> str:
    """The URL of a page: with the parameters as they were understood."""
    given = {**msgspec.to_builtins(asked), "_offset": offset}
    words = {
        name: ",".join(value) if isinstance(value, tuple | list) else value
        for name, value in given.items()
        if value and name not in ("_format", "_pretty")
    }
    return f"{base}/{kind}?{urlencode({**words, '_count': asked.count})}"


def _snake(kind: str) -> str:
    """`PlanDefinition` → `plan_definition`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind).lstrip("_")
