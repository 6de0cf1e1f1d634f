"""`GET /v1/pathways` and `/v1/pathways/{name}.svg`: what leads to a condition, a rule or a document's advice, as a picture.

`POST` of a case to the same path lights the picture. The program that draws comes with an extra; without it the picture alone
cannot be had, and the answer names what to install.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from spinegraph.api.http.bodies import BodyLimits, media_type_of, read_body
from spinegraph.api.http.caching import has_already, unless_unchanged
from spinegraph.api.http.decisions import BODIES, PARSERS, case_bodies, read_case, too_large_case
from spinegraph.api.http.errors import BodyTimeoutError, MediaTypeError, UnreadableCaseError
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.waiting import unless_gone
from spinegraph.api.problems import ParameterError, UnknownResourceError
from spinegraph.engine import CaseError, Codebook, Engine, Knowledge
from spinegraph.engine.errors import DrawingError, DrawingNotInstalledError
from spinegraph.engine.exchange.pathway.lighting import light
from spinegraph.engine.exchange.pathway.linked import render_linked
from spinegraph.engine.exchange.pathway.views import BACK, find_pathway
from spinegraph.engine.model import Case, Frozen, doc
from starlette.requests import Request
from starlette.responses import Response

SVG = "image/svg+xml"
PATH = "/v1/pathways/{name}.svg"
NAME = ("Code of a condition, id of a rule or number of a document.", "000")
DEEPEST = 3
DRAWERS = 2
"""So many pictures are drawn at a time; whoever waits for one may go away, and it is not drawn at all."""
KEPT = 256
"""So many pictures are remembered of what was asked without a case, and a fourth of it with one."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""What a picture may do that is opened by itself: look as it looks."""


class PathwayParameters(Frozen, frozen=True, kw_only=True):
    """What the URL of a picture may ask for."""

    depth: Annotated[
        int,
        Meta(description="So many steps back, through suspicions and derived findings, criteria are drawn.", ge=0, le=DEEPEST),
    ] = BACK


class PathwayEntry(Frozen, frozen=True, kw_only=True):
    """Something that a picture can be had of."""

    code: Annotated[str, doc("Code of the condition, id of the rule, or number of the document.")]
    kind: Annotated[Literal["condition", "rule", "document"], doc("What it is.")]
    label: Annotated[str, doc("Its name.")]
    path: Annotated[str, doc("Where the picture is.")]


class PathwayList(Frozen, frozen=True, kw_only=True):
    """Everything that a picture can be had of."""

    pathways: Annotated[tuple[PathwayEntry, ...], doc("Documents, conditions, then rules.")]


class NoParameters(Frozen, frozen=True, kw_only=True):
    """The URL of the list asks for nothing more."""


def list_pathways(knowledge: Knowledge) -> Iterator[PathwayEntry]:
    """Everything that has a pathway, in the order of the knowledge; what has no label is called by its code."""
    found: list[tuple[str, Literal["condition", "rule", "document"], str]] = []
    found += [(source.number, "document", source.title) for source in knowledge.sources.values()]
    found += [(concept.code, "condition", concept.label) for concept in knowledge.conditions.values()]
    found += [(rule.id, "rule", rule.label or rule.id) for rule in knowledge.rules.values()]
    for code, kind, label in found:
        yield PathwayEntry(code=code, kind=kind, label=label, path=PATH.format(name=code))


class _Drawers:
    """Draws pictures of one knowledge in threads of its own, and remembers them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(DRAWERS, thread_name_prefix="pathway-drawer")
        self._plain = lru_cache(maxsize=KEPT)(self._draw)
        self._lit = lru_cache(maxsize=KEPT // 4)(self._draw)

    async def draw(self, request: Request, name: str, depth: int, case: Case | None = None, title: str = "") -> bytes:
        """The picture. Raises UnknownResourceError, DrawingError."""
        known = {entry.code: entry.path for entry in list_pathways(self._engine.knowledge)}
        if name not in known:
            raise _unknown(self._engine.knowledge, name)
        key = msgspec.json.encode((case, title)) if case else b""
        remembered = self._lit if case else self._plain
        drawing = asyncio.get_running_loop().run_in_executor(self._threads, remembered, name, depth, key)
        return await unless_gone(request, drawing)

    def _draw(self, name: str, depth: int, key: bytes) -> bytes:
        knowledge = self._engine.knowledge
        pathway = find_pathway(knowledge, name, depth)
        if key:
            case, title = msgspec.json.decode(key, type=tuple[Case, str])
            pathway = light(pathway, knowledge, self._engine.decide(case, include_all=True, flips=False), title)
        try:
            return render_linked(pathway, "../../")  # from /v1/pathways/
        except DrawingNotInstalledError as error:
            mend = "Where the service runs, install the extra that draws: pip install 'spinegraph[drawing]'."
            raise DrawingNotInstalledError(error.what, mend=mend) from error


def _unknown(knowledge: Knowledge, name: str) -> UnknownResourceError:
    try:
        find_pathway(knowledge, name or " ")
    except DrawingError as error:
        named: list[str] = error.details.get("nearest", [])  # type: ignore[assignment]
        nearest = [PATH.format(name=near) for near in named if "/" not in near]
        return UnknownResourceError(error.what, mend="GET /v1/pathways lists what there is.", details={"nearest": nearest})
    return UnknownResourceError("A pathway is asked for by code, id or number.", mend="GET /v1/pathways lists what there is.")


def pathways_router(engine: Engine, codebook: Codebook, limits: BodyLimits) -> APIRouter:
    """The router of the pathways. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)
    knowledge, drawers = engine.knowledge, _Drawers(engine)
    listed = msgspec.json.encode(PathwayList(pathways=tuple(list_pathways(knowledge))))

    def pathways(request: Request) -> Response:
        """What a picture can be had of: documents, conditions and rules."""
        read_parameters(request.scope["query_string"], NoParameters)
        return unless_unchanged(request, f'"{knowledge.digest}"', JSON, lambda: listed)

    async def picture(request: Request) -> Response:
        """How it comes about: criteria, suspicions, recommendations, what overrides what and what stays open, as SVG.

        The picture has its content in words (`desc`), links to rules, criteria, findings and passages, and follows the colour
        scheme of the reader. The ids of its boxes stay.
        """
        if request.method == "POST":
            return await lit(request)
        wanted, name = read_parameters(request.scope["query_string"], PathwayParameters), request.path_params["name"]
        etag = f'"{knowledge.digest}.{wanted.depth}.svg"'
        body = b"" if has_already(request, etag) else await drawers.draw(request, name, wanted.depth)
        return unless_unchanged(request, etag, SVG, lambda: body, {"Content-Security-Policy": POLICY})

    async def lit(request: Request) -> Response:
        """The picture with what holds in a case, what does not, what is not known, and the verdict of each recommendation.

        Each is told by a word and a mark, and by the border of its box. The body is a case, as `POST /v1/decisions` takes it.
        """
        wanted = read_parameters(request.scope["query_string"], PathwayParameters)
        parse = PARSERS[media_type_of(request, BODIES, "A case").name]
        body = await read_body(request, limits, too_large_case(limits))
        reading = asyncio.get_running_loop().run_in_executor(None, partial(read_case, parse, body, codebook))
        file = await unless_gone(request, reading)
        drawn = await drawers.draw(request, request.path_params["name"], wanted.depth, file.case, file.title)
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
        return Response(drawn, headers=headers, media_type=SVG)

    add_operation(router, "/v1/pathways", pathways, Operation(
        "list_pathways", "What has a pathway", "The list.", {JSON: PathwayList}, (ParameterError,), NoParameters,
        cached="Digest of the knowledge.",
    ))  # fmt: skip
    router.add_api_route(PATH, picture, methods=["GET", "POST"], include_in_schema=False)
    # The same once more, for the interface's description alone: the route above takes every request.
    errors = (UnknownResourceError, ParameterError, DrawingError)
    add_operation(router, PATH, picture, Operation(
        "get_pathway", "A decision pathway", "The picture.", {SVG: None}, errors, PathwayParameters,
        path=NAME, cached="Digest of the knowledge, and the depth.",
    ))  # fmt: skip
    add_operation(router, PATH, lit, Operation(
        "light_pathway", "A decision pathway, lit by a case", "The picture.", {SVG: None},
        (*errors, UnreadableCaseError, BodyTimeoutError, MediaTypeError, CaseError), PathwayParameters,
        body=case_bodies(codebook), path=NAME,
    ), method="POST")  # fmt: skip
    return router
