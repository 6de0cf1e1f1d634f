"""`GET /graph/<name>`: every named graph of the project that `/sparql` answers from, dereferenced (issue 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Container
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import unquote

from fastapi import APIRouter
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import add_operation
from spinegraph.api.http.resources import representation, resource_operation
from spinegraph.api.problems import UnknownResourceError
from spinegraph.engine.exchange.description.graph import render_graph
from spinegraph.engine.exchange.description.resource import SUFFIXES, Describer
from spinegraph.engine.query.dataset import GRAPH_BASE
from spinegraph.engine.query.service import QueryService
from starlette.requests import Request
from starlette.responses import Response

PATH = "/graph/{name:path}"


def graphs_router(service: QueryService, describer: Describer) -> APIRouter:
    """The router of the named graphs of a query service. Where another service has the content there are none here."""
    router = APIRouter(tags=["resources"], route_class=OpenRoute)

    @lru_cache(maxsize=128)
    def render(iri: str, media_type: str) -> bytes:
        return render_graph(describer, iri, service.triples_of(iri), media_type)

    add_operation(router, PATH, _answering(service, render), resource_operation("graph"))
    return router


def _answering(service: QueryService, render: Callable[[str, str], bytes]) -> Callable[[Request], Response]:
    def describe(request: Request) -> Response:
        """The triples of a named graph as Turtle, JSON-LD, N-Triples or RDF/XML, or what it is about as HTML.

        A suffix instead of `Accept` (`.ttl`, `.jsonld`, `.nt`, `.rdf`, `.html`) chooses the format, as links do.
        """
        snapshot = service.snapshot
        graphs = {unquote(graph.iri): graph.iri for graph in snapshot.graphs}  # as paths come: decoded
        name, media_type = _split(request.path_params["name"], graphs)
        iri = graphs.get(GRAPH_BASE + name)
        if iri is None:
            known = [graph.removeprefix(GRAPH_BASE) for graph in sorted(graphs) if graph.startswith(GRAPH_BASE)]
            nearest = [f"/graph/{close}" for close in get_close_matches(name, known, n=5, cutoff=0.5)]
            raise UnknownResourceError(
                f"There is no named graph {name!r}." + (f" Nearest: {', '.join(nearest)}." if nearest else ""),
                where=f"/graph/{name}",
                mend="Ask /sparql which there are: SELECT DISTINCT ?g { GRAPH ?g { } }.",
                details={"nearest": nearest},
            )
        named = iri
        return representation(request, iri, media_type, snapshot.digest, f"/graph/{name}", lambda chosen: render(named, chosen))

    return describe


def _split(name: str, graphs: Container[str]) -> tuple[str, str | None]:
    """A path → the graph's name, and the media type that a suffix asks for, if there is one."""
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix in SUFFIXES and GRAPH_BASE + name not in graphs:
        return stem, SUFFIXES[suffix]
    return name, None
