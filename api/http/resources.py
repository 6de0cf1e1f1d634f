"""`GET /<kind>/<name>`: every IRI of the project, https://w3id.org/spinegraph/<kind>/<name>, dereferenced (issue 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import quote

from fastapi import APIRouter
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.content import PassageList, PassageLists
from spinegraph.api.http.errors import NotAcceptableError
from spinegraph.api.http.negotiation import negotiated
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.problems import UnknownResourceError
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.description.resource import KINDS, SUFFIXES, Describer
from spinegraph.engine.knowledge.turtle.terms import BASE, local_name
from starlette.requests import Request
from starlette.responses import Response

LISTED = ("finding", "condition", "intervention", "rule", "source", "tension")
"""Kinds whose namespace leads to a listing, which has its plural."""

PASSAGE_SUFFIXES: Mapping[str, str] = {**SUFFIXES, "json": JSON}
"""A passage can also be had as `GET /v1/passages?id=` answers it."""


def resources_router(describer: Describer, passages: PassageLists | None = None) -> APIRouter:
    """The router of the resources of one knowledge. Errors are raised for `api.http.errors` to answer."""
    passages = passages or PassageLists(describer.knowledge)
    router = APIRouter(tags=["resources"], route_class=OpenRoute)
    names = ResourceNames(describer)

    @lru_cache(maxsize=4096)
    def render(iri: str, media_type: str) -> bytes:
        return passages.encoded((local_name(iri),)) if media_type == JSON else describer.render(iri, media_type)

    for kind in KINDS:
        answer = _answering(kind, describer, passages.tag, names, render)
        path = f"/{kind}/{{name}}"
        add_operation(router, path, answer, resource_operation(kind))
        router.add_api_route(f"{path}/", _without_slash, methods=["GET"], include_in_schema=False)
    for kind in LISTED:
        for path in (f"/{kind}", f"/{kind}/"):
            above = "../" if path.endswith("/") else ""
            router.add_api_route(path, _listing(kind, above), methods=["GET"], include_in_schema=False)
    schema = _answering("core", describer, passages.tag, names, render, "")
    router.add_api_route("/core/", schema, methods=["GET"], include_in_schema=False)
    for end in ("", *(f".{suffix}" for suffix in SUFFIXES)):  # owlready2 asks for /core.rdf where it got a page
        router.add_api_route(f"/core{end}", _with_slash(end), methods=["GET"], include_in_schema=False)
    router.add_api_route("/ontology/{name}/{version}", _version(describer), methods=["GET"], include_in_schema=False)
    return router


def _without_slash(request: Request) -> Response:
    return Response(status_code=308, headers={"Location": f"../{quote(request.path_params['name'])}"})


def _with_slash(end: str) -> Callable[[], Response]:
    return lambda: Response(status_code=308, headers={"Location": f"core/{end}"})


def _version(describer: Describer) -> Callable[[Request], Response]:
    """The IRI of the version of an ontology that is served leads to the ontology; others are not kept."""

    def version(request: Request) -> Response:
        name, number = request.path_params["name"], request.path_params["version"]
        ontology = describer.versions.get(f"{BASE}ontology/{name}/{number}")
        if ontology is None:
            what = f"There is no version {shortened(number)} of an ontology {shortened(name)} here."
            mend = "Leave the version out: only the one that is served can be had."
            raise UnknownResourceError(what, where=f"/ontology/{name}/{number}", mend=mend, details={"nearest": []})
        return Response(status_code=303, headers={"Location": f"../{quote(local_name(ontology))}"})

    return version


def _listing(kind: str, above: str) -> Callable[[], Response]:
    return lambda: Response(status_code=303, headers={"Location": f"{above}v1/{kind}s"})


def _answering(
    kind: str, describer: Describer, tag: str, names: ResourceNames, render: Callable[[str, str], bytes], only: str | None = None
) -> Callable[[Request], Response]:
    def describe(request: Request) -> Response:
        """What the knowledge states of a resource, for people as HTML, for machines as Turtle, JSON-LD, N-Triples or RDF/XML.

        A code instead of the name (`/finding/urinary_retention`, `/finding/urinary-retention`) is redirected with 303; a
        suffix instead of `Accept` (`.ttl`, `.jsonld`, `.nt`, `.rdf`, `.html`) chooses the format, as links do. A passage is
        JSON, too (`.json`), as `GET /v1/passages?id=` answers it. An ontology is all that it states, not only its header.
        """
        name = only if only is not None else request.path_params["name"]
        local, media_type = names.split(kind, name)
        if kind == "core" and local == describer.knowledge.version:
            local = ""  # the version's own IRI: what it is a version of
        if f"{BASE}{kind}/{local}" not in describer:
            return _elsewhere(names, kind, local, name.removeprefix(local))
        iri = f"{BASE}{kind}/{local}"
        return representation(request, iri, media_type, tag, local, lambda chosen: render(iri, chosen), suffixes_of(kind))

    return describe


def suffixes_of(kind: str) -> Mapping[str, str]:
    """In which media types members of a namespace can be had, by the suffixes that ask for them; the first is the default."""
    return PASSAGE_SUFFIXES if kind == "passage" else SUFFIXES


def representation(
    request: Request,
    iri: str,
    media_type: str | None,
    digest: str,
    location: str,
    render: Callable[[str], bytes],
    suffixes: Mapping[str, str] = SUFFIXES,
) -> Response:
    """The description of an IRI in the media type of a suffix or, without one, as Accept has it. Raises NotAcceptableError.

    `location` is the path under which suffixes lead to the single formats, empty where there is none.
    """
    headers = {"Link": f'<{iri}>; rel="canonical"'}
    if media_type is None:
        headers["Vary"] = "Accept"
        media_type = negotiated(request, tuple(suffixes.values()), "A description")
    chosen = media_type
    suffix = next(suffix for suffix, offered in suffixes.items() if offered == chosen)
    if location:
        headers["Content-Location"] = f"{quote(location)}.{suffix}"
    try:
        return unless_unchanged(request, f'"{digest}.{suffix}"', chosen, lambda: render(chosen), headers)
    except ValueError as error:
        raise NotAcceptableError(str(error), where="Accept", mend="Accept text/turtle.") from error


def _elsewhere(names: ResourceNames, kind: str, local: str, suffix: str) -> Response:
    """A redirect to the resource that is meant. Raises UnknownResourceError with the nearest names."""
    meant = names.meant(kind, local)
    if meant:
        return Response(status_code=303, headers={"Location": f"{quote(meant)}{suffix}"})
    raise names.unknown(kind, local, f"/{kind}/{local}")


class ResourceNames:
    """What resources are called, exactly and otherwise: by code, by identifier, in another case."""

    def __init__(self, describer: Describer) -> None:
        self._exact: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self._otherwise: dict[str, dict[str, set[str]]] = {kind: {} for kind in KINDS}
        self._spoken: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        for iri in describer.iris:
            kind, _, local = iri.removeprefix(BASE).partition("/")
            if kind not in KINDS:
                continue
            self._exact[kind].add(local)
            also = (describer.graph.text(iri, "skos:notation"), describer.graph.text(iri, "dcterms:identifier"))
            for name in filter(None, (local, *also)):
                self._otherwise[kind].setdefault(_plain(name), set()).add(local)
                self._spoken[kind].setdefault(name, local)

    def split(self, kind: str, name: str) -> tuple[str, str | None]:
        """A name in a path → local name, and the media type that its suffix asks for, if it has one."""
        stem, dot, suffix = name.rpartition(".")
        suffixes = suffixes_of(kind)
        if dot and suffix in suffixes and name not in self._exact[kind]:
            return stem, suffixes[suffix]
        return name, None

    def meant(self, kind: str, name: str) -> str | None:
        """The one local name that a code, an identifier or another spelling stands for; the schema itself is `./`."""
        found = self._otherwise.get(kind, {}).get(_plain(name), set())
        return (next(iter(found)) or "./") if len(found) == 1 else None

    def iri_of(self, path: str) -> str:
        """The IRI that a path such as `finding/Fever` or `finding/fever` means. Raises UnknownResourceError with the nearest."""
        kind, _, name = path.partition("/")
        local = name if name in self._exact.get(kind, ()) else self.meant(kind, name)
        if local is None or local == "./":
            raise self.unknown(kind, name, f"/{path}")
        return f"{BASE}{kind}/{local}"

    def unknown(self, kind: str, name: str, where: str) -> UnknownResourceError:
        """What to say of a name that there is not."""
        if kind not in KINDS:
            mend = f"Give a path such as rule/…; the kinds are {', '.join(KINDS)}."
            return UnknownResourceError(f"There is no kind of resource {shortened(kind)}.", where=where, mend=mend)
        nearest = self.nearest(kind, name)
        return UnknownResourceError(
            f"There is no {KINDS[kind]} {name!r}." + (f" Nearest: {', '.join(nearest)}." if nearest else ""),
            where=where,
            mend="Use a name from GET /v1/knowledge, or one of the listings such as GET /v1/findings.",
            details={"nearest": nearest},
        )

    def nearest(self, kind: str, name: str) -> list[str]:
        """Paths of resources whose name, code or identifier is like this one, best first."""
        spoken = {spelling.lower(): local for spelling, local in self._spoken[kind].items()}
        close = get_close_matches(name.lower(), sorted(spoken), n=5, cutoff=0.5)
        return list(dict.fromkeys(f"/{kind}/{spoken[name]}" for name in close))


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def resource_operation(kind: str) -> Operation:
    """What the OpenAPI document says of the resources of a kind, or of the named graphs."""
    example = {
        "core": "Finding", "ontology": "findings", "finding": "Fever", "condition": "SpinalInfection", "intervention": "BedRest",
        "source": "back-pain", "passage": "000-L033a", "reference": "000-1", "rule": "no-routine-imaging",
        "shape": "CaudaEquinaMarkers", "tension": "C01", "screen": "cauda-equina", "uncovered": "injury", "line": "stay-active",
        "score": "a-score", "graph": "ontology/findings",
    }[kind]  # fmt: skip
    graph = kind == "graph"
    return Operation(
        "get_term" if kind == "core" else f"get_{kind}",
        {"core": "One term of the vocabulary", "graph": "One named graph"}.get(kind) or f"One {KINDS[kind]}",
        "The description.",
        {media_type: PassageList if media_type == JSON else None for media_type in suffixes_of(kind).values()},
        (UnknownResourceError, NotAcceptableError),
        path=(
            "What follows /graph/ in the IRI, or that with the suffix of a format; it has slashes."
            if graph
            else "Local name of the IRI, its code, or either with the suffix of a format.",
            example,
        ),
        cached="Digest of the knowledge, and the format.",
        moved="" if graph else "The name was a code or another spelling: see Location.",
    )
