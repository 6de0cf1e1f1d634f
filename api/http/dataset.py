"""`/dataset` and `/graph/`: all of the content as one dataset, described for people and catalogues, and to be had as one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter
from spinegraph.api.http.access import root_of
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.errors import NotAcceptableError
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import Operation, add_operation
from spinegraph.api.http.pages import render_page
from spinegraph.api.http.resources import representation
from spinegraph.api.problems import UnknownResourceError
from spinegraph.engine import Knowledge, disclaimer_of
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.description.links import href_of
from spinegraph.engine.exchange.description.resource import HTML, SUFFIXES
from spinegraph.engine.query.dataset import GRAPH_BASE
from spinegraph.engine.query.dumps import MEDIA_TYPES, DumpKind
from spinegraph.engine.query.publication import DESCRIPTION, RIGHTS, TITLE, Publication
from spinegraph.engine.query.publication_rdf import DATASET, render_graphs, render_publication, schema_org
from spinegraph.engine.query.service import QueryService
from starlette.requests import Request
from starlette.responses import Response


def dataset_router(service: QueryService, knowledge: Knowledge) -> APIRouter:
    """The router of the dataset of a query service. A user's own data are no part of it."""
    router = APIRouter(tags=["resources"], route_class=OpenRoute)
    suffixed = _suffixed(service, knowledge)
    for kind in MEDIA_TYPES:
        add_operation(router, f"/dataset.{kind}", _dump(service, kind), _dump_operation(kind))
    add_operation(router, "/dataset", _dataset(service, knowledge), _operation("get_dataset", "The dataset as a whole"))
    router.add_api_route("/dataset.{suffix}", suffixed, methods=["GET"], include_in_schema=False)
    add_operation(router, "/graph/", _graphs(service, knowledge), _operation("list_graphs", "The named graphs"))
    for path, target in (("/graph", "graph/"), ("/dataset/", "../dataset")):
        router.add_api_route(path, _moved(308, target), methods=["GET"], include_in_schema=False)
    router.add_api_route("/.well-known/void", _moved(303, "../dataset"), methods=["GET"], include_in_schema=False)
    return router


def _moved(status: int, target: str) -> Callable[[], Response]:
    return lambda: Response(status_code=status, headers={"Location": target})


def _dataset(service: QueryService, knowledge: Knowledge) -> Callable[[Request], Response]:
    def dataset(request: Request) -> Response:
        """What the content is as a dataset: DCAT and VoID, for people a page that carries schema.org, too.

        Whose it is, its licence, its documents and their review status, dumps with digests, graphs, vocabularies and links to
        other systems. A suffix instead of `Accept` (`.ttl`, `.jsonld`, `.nt`, `.rdf`, `.html`) chooses the format.
        """
        return _answer(request, service, knowledge, None)

    return dataset


def _suffixed(service: QueryService, knowledge: Knowledge) -> Callable[[Request], Response]:
    def dataset(request: Request) -> Response:
        suffix = request.path_params["suffix"]
        if suffix not in SUFFIXES:
            known = [f"/dataset.{known}" for known in (*SUFFIXES, *MEDIA_TYPES)]
            what, mend = f"There is no dataset in a format {shortened(suffix)}.", f"Ask for one of {', '.join(known)}."
            raise UnknownResourceError(what, where=request.url.path, mend=mend, details={"nearest": known})
        return _answer(request, service, knowledge, SUFFIXES[suffix])

    return dataset


def _answer(request: Request, service: QueryService, knowledge: Knowledge, media_type: str | None) -> Response:
    publication, root = service.publication, root_of(request)

    def render(chosen: str) -> bytes:
        if chosen == HTML:
            return _page(publication, root, knowledge).encode()
        return render_publication(publication, root, chosen)

    return representation(request, DATASET, media_type, publication.digest, "dataset", render)


def _page(publication: Publication, root: str, knowledge: Knowledge) -> str:
    return render_page(
        "dataset.html.j2",
        title=TITLE,
        description=DESCRIPTION,
        rights=RIGHTS,
        publication=publication,
        schema_org=schema_org(publication, root),
        formats=[(suffix, media_type) for suffix, media_type in SUFFIXES.items() if media_type != HTML],
        dataset=DATASET,
        local=href_of,
        root="",
        disclaimer=disclaimer_of(knowledge.sources.values()),
    )


def _graphs(service: QueryService, knowledge: Knowledge) -> Callable[[Request], Response]:
    def graphs(request: Request) -> Response:
        """Every named graph of the dataset with its size: a list for people, VoID for programs."""
        publication = service.publication

        def render(chosen: str) -> bytes:
            if chosen != HTML:
                return render_graphs(publication, chosen)
            named = [(graph.iri.removeprefix(GRAPH_BASE), graph) for graph in publication.graphs[1:]]
            disclaimer = disclaimer_of(knowledge.sources.values())
            return render_page("graphs.html.j2", title="Named graphs", graphs=named, disclaimer=disclaimer).encode()

        return representation(request, GRAPH_BASE, None, publication.digest, "", render)

    return graphs


def _dump(service: QueryService, kind: DumpKind) -> Callable[[Request], Response]:
    def dump(request: Request) -> Response:
        """The whole dataset in one file, as `spinegraph export` writes it; `/dataset` has its SHA-256."""
        made = service.dump(kind)
        headers = {
            "Vary": "Accept-Encoding",
            "Content-Disposition": f'attachment; filename="spinegraph.{kind}"',
            "Link": f'<{DATASET}>; rel="describedby"',
        }
        packed = "gzip" in request.headers.get("accept-encoding", "")
        etag = f'"{made.sha256}{"-gzip" if packed else ""}"'
        if packed:
            return unless_unchanged(
                request, etag, made.media_type, lambda: made.compressed, {**headers, "Content-Encoding": "gzip"}
            )
        return unless_unchanged(request, etag, made.media_type, lambda: made.body, headers)

    return dump


# What the OpenAPI document says ---------------------------------------------------------------


def _operation(name: str, summary: str) -> Operation:
    content: Mapping[str, None] = dict.fromkeys(SUFFIXES.values())
    return Operation(
        name, summary, "The description.", content, (NotAcceptableError,), cached="Digest of the content, and the format."
    )


def _dump_operation(kind: DumpKind) -> Operation:
    name = "N-Quads" if kind == "nq" else "TriG"
    return Operation(
        f"get_dump_{kind}",
        f"The whole dataset as {name}",
        "The file.",
        {MEDIA_TYPES[kind]: None},
        cached="SHA-256 of the file.",
        headers={"Content-Disposition": "A name for the file."},
    )
