"""`GET /try?case=NAME`: the article about a prepared case, for whoever wants to see an answer before sending anything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter
from spinegraph.api.arguments import require_known
from spinegraph.api.http.decisions import PLAIN, renderers_of
from spinegraph.api.http.examples import PreparedCase
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.parameters import read_parameters
from spinegraph.engine import Codebook, Engine, make_case_file
from spinegraph.engine.exchange.article.local import NO_TEXT, LocalText
from spinegraph.engine.model import Audience, Frozen, doc
from starlette.requests import Request
from starlette.responses import Response


class TryParameters(Frozen, frozen=True, kw_only=True):
    """What the URL has to say about a prepared case."""

    case: Annotated[str, doc("Name of the case.")]
    audience: Annotated[Audience, doc("For whom the article is written.")] = "clinician"


def try_router(engine: Engine, codebook: Codebook, cases: Mapping[str, PreparedCase], local: LocalText = NO_TEXT) -> APIRouter:
    """The router of the prepared cases that the knowledge understands; `local`: see Settings. Errors are raised."""
    router = APIRouter(route_class=OpenRoute)
    render = renderers_of(engine, local)["text/html"]

    @lru_cache(maxsize=32)
    def article(name: str, audience: Audience) -> bytes:
        prepared = cases[name]
        words = {"title": prepared.title, "narrative": prepared.story, "audience": audience}
        return render(make_case_file({**prepared.case, **words}, codebook), PLAIN)

    @router.get("/try", include_in_schema=False)
    def try_case(request: Request) -> Response:
        """The article about a prepared case, as `POST /v1/decisions` answers it to whoever accepts HTML."""
        wanted = read_parameters(request.scope["query_string"], TryParameters)
        require_known(wanted.case, cases, "prepared case", "?case")
        return Response(article(wanted.case, wanted.audience), media_type="text/html")

    return router
