"""`/browse/…`: the content by class, by name and by document, as pages that need no script; and what crawlers ask for."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape

from fastapi import APIRouter
from spinegraph.api.http.access import root_of
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.pages import render_page
from spinegraph.api.listings import Listed, make_listings
from spinegraph.engine import Knowledge, disclaimer_of
from spinegraph.engine.exchange.description.links import href_of
from spinegraph.engine.exchange.description.resource import KINDS, Describer
from spinegraph.engine.knowledge.showing import in_reading_order
from spinegraph.engine.knowledge.turtle.terms import BASE, expand
from spinegraph.engine.model import Passage, Source
from starlette.requests import Request
from starlette.responses import Response

ROOTS = {"Findings": "core:Finding", "Conditions": "core:Condition", "Interventions": "core:Intervention"}
VALUES = {"Measurements": "measurements", "Coded values": "coded"}
RULES = {
    "recommendation": "Recommendations",
    "assessment": "Suspicions",
    "derived finding": "Findings that follow",
    "exclusion": "Of whom it does not speak",
    "source gap": "What it leaves open",
}
"""Kind of a rule → the heading under which a document lists it."""
WAYS = ("classes", "alphabet", "documents", "red-flags")
UNCRAWLED = ("/sparql?", "/try", "/search", "/v1/", "/mcp")
"""What has no end, or is asked of a patient: no page to be found again."""


class Branch(NamedTuple):
    """A concept and what is directly below it, in alphabetical order."""

    listed: Listed
    below: tuple[Branch, ...]


class Name(NamedTuple):
    """A name in alphabetical order; `of` is the label of the thing where the name is another one of it."""

    name: str
    of: str
    listed: Listed


class Document(NamedTuple):
    """A document, how many statements it makes, and its rules by heading."""

    source: Source
    statements: int
    groups: Mapping[str, list[Listed]]


class RedFlags(NamedTuple):
    """A document, and what it names as red flags, each with the passages that do."""

    source: Source
    flags: list[tuple[Listed, list[Passage]]]


def browse_router(knowledge: Knowledge, describer: Describer) -> APIRouter:
    """The router of the pages of one knowledge, each made once, and of /sitemap.xml and /robots.txt."""
    router = APIRouter(route_class=OpenRoute)
    listings = make_listings(knowledge)
    concepts = {one.iri: one for name in ("findings", "conditions", "interventions") for one in listings[name]}
    names = [*concepts.values(), *(one for name in VALUES.values() for one in listings[name])]
    trees = {title: _below(expand(root), knowledge, concepts) for title, root in ROOTS.items()}
    values = {title: _in_order(listings[name]) for title, name in VALUES.items() if listings[name]}
    pages: dict[str, dict[str, Any]] = {
        "classes": {"title": "The content by class", "trees": trees, "values": values},
        "alphabet": {"title": "The content by name", "letters": _letters(names)},
        "documents": {"title": "The content by document", "documents": [*_documents(knowledge, listings["rules"])]},
        "red-flags": {"title": "Red flags by document", "documents": [*_red_flags(knowledge, names)]},
    }
    for name, facts in pages.items():
        page = render_page(
            f"{name}.html.j2", **facts, root="../", local=href_of, disclaimer=disclaimer_of(knowledge.sources.values())
        ).encode()
        router.add_api_route(f"/browse/{name}", _serving(page, knowledge.digest), methods=["GET"], include_in_schema=False)
    router.add_api_route("/sitemap.xml", _sitemap(describer), methods=["GET"], include_in_schema=False)
    router.add_api_route("/robots.txt", _robots, methods=["GET"], include_in_schema=False)
    return router


def _serving(page: bytes, digest: str) -> Callable[[Request], Response]:
    def serve(request: Request) -> Response:
        return unless_unchanged(request, f'"{digest}"', "text/html", lambda: page)

    return serve


# What the pages show --------------------------------------------------------------------------


def _in_order(listed: Iterable[Listed]) -> list[Listed]:
    return sorted(listed, key=lambda one: _plain(one.label))


def _plain(words: str) -> str:
    """Words without case and accents, as people look them up.

    >>> _plain("Schäden")
    'schaden'
    """
    return "".join(letter for letter in unicodedata.normalize("NFKD", words.casefold()) if not unicodedata.combining(letter))


def _below(iri: str, knowledge: Knowledge, concepts: Mapping[str, Listed]) -> tuple[Branch, ...]:
    """The concepts directly below a class, each with those below it. One with two wider ones stands below both."""
    children = {child for child in knowledge.hierarchy.children.get(iri, ()) if child in concepts}
    below = [child for child in children if not _between(child, children, knowledge)]
    found = (Branch(concepts[child], _below(child, knowledge, concepts)) for child in below)
    return tuple(sorted(found, key=lambda branch: _plain(branch.listed.label)))


def _between(iri: str, siblings: set[str], knowledge: Knowledge) -> bool:
    """Whether a sibling is wider than a concept: then it stands below that."""
    return any(wider != iri and wider in siblings for wider in knowledge.hierarchy.broader.get(iri, ()))


def _letters(listed: Iterable[Listed]) -> dict[str, list[Name]]:
    """Initial → the names that begin with it; names that begin with a number or a sign stand under #."""
    names = [Name(name, "" if name == one.label else one.label, one) for one in listed for name in (one.label, *one.synonyms)]
    names = sorted(dict.fromkeys(names), key=lambda name: (_plain(name.name), name.listed.iri))
    return {letter: [*group] for letter, group in groupby(sorted(names, key=_initial), key=_initial)}


def _initial(name: Name) -> str:
    first = _plain(name.name)[:1].upper()
    return first if first.isalpha() else "#"


def _documents(knowledge: Knowledge, rules: Iterable[Listed]) -> Iterator[Document]:
    """Each document by its number, with its rules by heading; what belongs to no document is left out."""
    listed = [*rules]
    statements = Counter(passage.source for passage in knowledge.passages.values())
    for source in sorted(knowledge.sources.values(), key=lambda source: source.number):
        own = [rule for rule in listed if rule.source == source.number]
        groups = {title: _in_order(rule for rule in own if rule.kind == kind) for kind, title in RULES.items()}
        yield Document(source, statements[source.iri], {title: group for title, group in groups.items() if group})


def _red_flags(knowledge: Knowledge, listed: Iterable[Listed]) -> Iterator[RedFlags]:
    """The red flags of each document, by its number; none where it names none."""
    by_iri = {one.iri: one for one in listed}
    for source in sorted(knowledge.sources.values(), key=lambda source: source.number):
        naming: dict[str, list[Passage]] = {}
        for passage in in_reading_order(knowledge):
            for iri in passage.red_flags if passage.source == source.iri else ():
                naming.setdefault(iri, []).append(passage)
        yield RedFlags(source, [(one, naming[one.iri]) for one in _in_order(by_iri[iri] for iri in naming)])


# For crawlers ---------------------------------------------------------------------------------


def _sitemap(describer: Describer) -> Callable[[Request], Response]:
    described = sorted(iri.removeprefix(BASE) for iri in describer.iris if iri.removeprefix(BASE).partition("/")[0] in KINDS)
    paths = ("", "browse", *(f"browse/{way}" for way in WAYS), "coverage", "dataset", "graph/", *described)

    def sitemap(request: Request) -> Response:
        """Every page that is worth finding (sitemaps.org, protocol 0.9)."""
        root = root_of(request)

        def render() -> bytes:
            urls = "\n".join(f"<url><loc>{escape(root + quote(path))}</loc></url>" for path in paths)
            head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            return f"{head}\n{urls}\n</urlset>\n".encode()

        return unless_unchanged(request, f'"{describer.knowledge.digest}"', "application/xml", render)

    return sitemap


def _robots(request: Request) -> Response:
    """What crawlers may read (RFC 9309): everything but what is computed for each who asks."""
    before = request.scope.get("root_path", "")
    rules = "".join(f"Disallow: {before}{path}\n" for path in UNCRAWLED)
    return Response(f"User-agent: *\n{rules}Sitemap: {root_of(request)}sitemap.xml\n", media_type="text/plain")
