"""The parts of the service: which routers there are, and of which parts each is, which can be switched off by name.

A router is added here, in one row. What is switched off answers 404 and says so; it is not described, and starts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from spinegraph.api.http.assistants import assistants_router
from spinegraph.api.http.auditing import note_recorded, origin_of
from spinegraph.api.http.batch import batch_router
from spinegraph.api.http.browse import browse_router
from spinegraph.api.http.comparison import comparison_router
from spinegraph.api.http.console_files import console_router
from spinegraph.api.http.content import content_router
from spinegraph.api.http.coverage import coverage_router
from spinegraph.api.http.dataset import dataset_router
from spinegraph.api.http.decisions import decisions_router
from spinegraph.api.http.descriptions import descriptions_router
from spinegraph.api.http.docs_page import docs_router
from spinegraph.api.http.drafts import drafts_router
from spinegraph.api.http.fhir.router import fhir_decisions_router, fhir_router
from spinegraph.api.http.graphs import graphs_router
from spinegraph.api.http.health import health_router
from spinegraph.api.http.hooks.router import hooks_router
from spinegraph.api.http.index import index_router, overview_router
from spinegraph.api.http.knowledge import knowledge_router
from spinegraph.api.http.listings import listings_router
from spinegraph.api.http.local_text import local_text_router
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.pathways import pathways_router
from spinegraph.api.http.prepared_cases import prepared_cases_router
from spinegraph.api.http.problem_types import problem_types_router
from spinegraph.api.http.queries import queries_router
from spinegraph.api.http.resources import resources_router
from spinegraph.api.http.search import search_api_router
from spinegraph.api.http.search_page import search_router
from spinegraph.api.http.served import Served
from spinegraph.api.http.smart import smart_router
from spinegraph.api.http.sparql import sparql_router
from spinegraph.api.http.tables import tables_router
from spinegraph.api.http.tokens import Tokens, admission
from spinegraph.api.http.trying import try_router
from spinegraph.api.http.validation import validation_router
from spinegraph.api.http.witnesses import witnesses_router
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.recording import Recording
from spinegraph.api.problems import PartOffError
from spinegraph.api.settings import Part
from spinegraph.engine.exchange.cds_hooks.order_cards import order_writer
from starlette.requests import Request
from starlette.responses import Response


class Row(NamedTuple):
    """A router, and the parts that it is of: it is there where all of them are switched on; of none, it is always there.

    Where tokens are needed, one has to reach these parts, or else `knowledge`; `public` needs none.
    """

    parts: tuple[Part, ...]
    make: Callable[[Served], APIRouter]
    public: bool = False


ROUTERS: tuple[Row, ...] = (
    Row((), lambda served: index_router(served.knowledge, served.cases, pages=served.offers("pages"))),
    Row(("pages",), lambda served: overview_router(served.knowledge, served.cases)),
    Row(("pages",), lambda _: console_router()),
    Row(("pages",), lambda _: docs_router()),
    Row(("pages", "decisions"), lambda served: try_router(served.engine, served.codebook, served.cases, served.local)),
    Row(("pages",), lambda served: search_router(served.index)),
    Row((), lambda served: search_api_router(served.index, served.knowledge.digest)),
    Row((), lambda _: problem_types_router(), public=True),
    Row(
        ("decisions",),
        lambda served: decisions_router(
            served.engine, served.codebook, served.limits, served.records, served.local, served.auditing
        ),
    ),
    Row(("decisions",), lambda served: batch_router(served.engine, served.codebook, served.limits, served.auditing)),
    Row(("fhir",), fhir_router),
    Row(("fhir", "decisions"), fhir_decisions_router),
    Row(("pages", "decisions", "fhir"), lambda served: smart_router(served.smart, served.knowledge)),
    Row((), lambda served: knowledge_router(served.knowledge)),
    Row((), lambda served: listings_router(served.knowledge)),
    Row((), lambda served: content_router(served.knowledge, served.passages)),
    Row((), lambda served: coverage_router(served.knowledge)),
    Row((), lambda served: prepared_cases_router(served.knowledge, served.cases)),
    Row((), lambda served: tables_router(served.engine)),
    Row((), lambda served: witnesses_router(served.engine)),
    Row(("decisions",), lambda served: pathways_router(served.engine, served.codebook, served.limits)),
    Row((), lambda served: local_text_router(served.local)),
    Row((), lambda served: comparison_router(served.compared)),
    Row((), lambda _: queries_router()),
    Row(("sparql",), lambda served: sparql_router(served.queries, served.sparql)),
    Row(("mcp",), lambda served: assistants_router(_guidelines(served), served.limits)),
    Row(("hooks",), lambda served: _hooks(served)),
    Row((), lambda served: resources_router(served.describer, served.passages)),
    Row((), lambda served: descriptions_router(served.describer)),
    Row(("sparql",), lambda served: dataset_router(served.queries, served.knowledge)),
    Row(("sparql",), lambda served: graphs_router(served.queries, served.describer)),
    Row(("pages",), lambda served: browse_router(served.knowledge, served.describer)),
    Row(("validation",), lambda served: validation_router(served.validator, served.validation)),
    Row(("validation",), lambda served: drafts_router(served.validator, served.validation)),
    Row((), lambda served: health_router(served.engine, served.pools, served.settings.off, served.auditing), public=True),
)
"""In the order in which paths are looked up."""


def include_routers(app: FastAPI, served: Served) -> None:
    """Give an application every router, with what lets requests in; those of a part that is switched off say so."""
    for parts, make, public in ROUTERS:
        router = make(served)
        off = next((part for part in parts if part in served.settings.off), None)
        include(app, _switched_off(router, off) if off else router, served.tokens, () if public else parts or ("knowledge",))


def include(app: FastAPI, router: APIRouter, tokens: Tokens | None, scopes: tuple[str, ...]) -> None:
    """Give an application a router that needs a token which reaches all of these scopes, where there are tokens."""
    app.include_router(router, dependencies=[Depends(admission(tokens, scopes))] if tokens and scopes else [])


def _hooks(served: Served) -> APIRouter:
    limits = served.limits._replace(max_bytes=served.settings.max_record_bytes)
    write = order_writer(served.knowledge)
    return hooks_router(served.engine, served.codebook, served.hooks, limits, write, served.auditing)


def _guidelines(served: Served) -> Guidelines:
    queries = served.queries if served.offers("sparql") else None
    audit = served.auditing.audit
    recording = Recording(audit, partial(origin_of, door="assistants"), note_recorded) if audit else None
    return Guidelines(served.engine, served.codebook, queries, served.assistants, served.limits.max_bytes, recording)


def _switched_off(router: APIRouter, part: Part) -> APIRouter:
    """A router that answers at the same paths that they are switched off; nothing starts with it."""
    off = APIRouter(route_class=OpenRoute)

    async def refuse(request: Request) -> Response:  # noqa: ARG001 (FastAPI takes what has no arguments for a body's reader)
        raise PartOffError(
            f"{part!r} is switched off here.",
            mend="Ask a service that offers it; the operator switches parts off with SPINEGRAPH_OFF.",
        )

    for route in router.routes:
        if isinstance(route, APIRoute):
            off.add_api_route(route.path, refuse, methods=sorted(route.methods or ()), include_in_schema=False)
    return off
