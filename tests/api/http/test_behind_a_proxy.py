"""Behind a proxy that serves it below a prefix: every link leads below the prefix, and what has to be absolute is."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from rdflib import Graph, URIRef
from spinegraph.api.access_settings import AccessSettings
from spinegraph.api.http.app import create_app
from spinegraph.api.http.console_files import LOADED, built
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.api.conftest import MakeClient

PREFIX = "/spine"
PUBLIC = f"https://guidelines.example{PREFIX}"
ENDPOINT = URIRef("http://www.w3.org/ns/sparql-service-description#endpoint")
BROWSER = {"Accept": "text/html"}
PAGES = (
    "/", "/browse", "/docs", "/sparql", "/search?q=fever", "/search?q=feverr", "/problem", "/problem/unknown-code",
    "/coverage", "/dataset",
    "/finding/Fever", "/graph/ontology/findings", "/graph/", "/browse/classes", "/core/",
    "/sparql?query=SELECT+*+%7B+%3Fs+a+%3Fc+%7D+LIMIT+3",
)  # fmt: skip


class Proxy:
    """Takes the prefix away, as reverse proxies do, and knows nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if not scope["path"].startswith(f"{PREFIX}/"):
                await Response("outside of the prefix", 404)(scope, receive, send)
                return
            path = scope["path"].removeprefix(PREFIX)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)


@pytest.fixture(scope="module")
def app(engine: Engine) -> FastAPI:
    return create_app(Settings(), engine, access=AccessSettings(public_url=PUBLIC))


@pytest.fixture(scope="module")
def proxied(app: FastAPI, make_client: MakeClient) -> httpx.Client:
    return make_client(Proxy(app))  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_below_the_prefix(proxied: httpx.Client, page: str) -> None:
    reply = proxied.get(f"{PREFIX}{page}", headers=BROWSER)
    assert reply.headers["content-type"].startswith("text/html"), reply.text[:300]
    found = set(re.findall(r'(?:href|src|action)="([^"#]+)', reply.text))
    links = {urljoin(f"http://testserver{PREFIX}{page}", unescape(link)) for link in found}
    own = sorted(urlsplit(link).path for link in links if urlsplit(link).hostname == "testserver")
    assert own
    assert [path for path in own if not path.startswith(f"{PREFIX}/")] == []
    own.remove(f"{PREFIX}/try") if f"{PREFIX}/try" in own else None  # a form, which asks with what it has
    tried = own[:: max(1, len(own) // 12)]
    assert [path for path in tried if proxied.head(path).status_code not in (200, 405, 404)] == []
    assert [path for path in tried if proxied.head(path).status_code == 404 and "comparison" not in path] == []


@pytest.mark.parametrize("path", ["/finding", "/finding/", "/core", "/finding/fever", "/finding/Fever/"])
def test_redirects_stay_below_the_prefix(proxied: httpx.Client, path: str) -> None:
    reply = proxied.get(f"{PREFIX}{path}", follow_redirects=False)
    assert reply.status_code in (303, 308)
    assert urljoin(f"{PREFIX}{path}", reply.headers["location"]).startswith(f"{PREFIX}/")
    assert proxied.get(f"{PREFIX}{path}", follow_redirects=True).status_code == 200


def test_the_endpoint_the_description_and_the_lists_name_themselves(proxied: httpx.Client) -> None:
    described = Graph().parse(data=proxied.get(f"{PREFIX}/sparql", headers={"Accept": "text/turtle"}).text, format="turtle")
    assert set(described.objects(None, ENDPOINT)) == {URIRef(f"{PUBLIC}/sparql")}
    assert proxied.get(f"{PREFIX}/openapi.json").json()["servers"] == [{"url": PUBLIC}]
    following = proxied.get(f"{PREFIX}/v1/findings?limit=2").links["next"]["url"]
    assert following.startswith(f"{PREFIX}/v1/findings?")
    assert proxied.get(following).status_code == 200


def test_a_prefix_that_is_passed_on_is_understood(app: FastAPI, make_client: MakeClient) -> None:
    client = make_client(app)
    assert client.get(f"{PREFIX}/health/live").status_code == 200
    assert client.get(f"{PREFIX}/v1/findings?limit=2").links["next"]["url"].startswith(f"{PREFIX}/v1/findings?")


def test_the_root_path_of_the_server_is_enough_for_links(engine: Engine, make_client: MakeClient) -> None:
    """As `uvicorn --root-path` gives it: the path with the prefix, and the prefix beside it."""
    app = create_app(Settings(), engine, access=AccessSettings())

    async def rooted(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": PREFIX} if scope["type"] == "http" else scope, receive, send)

    client = make_client(rooted)  # type: ignore[arg-type]
    described = client.get(f"{PREFIX}/sparql", headers={"Accept": "text/turtle"}).text
    assert f"<http://testserver{PREFIX}/sparql>" in described
    assert client.get(f"{PREFIX}/openapi.json").json()["servers"] == [{"url": PREFIX}]


def test_the_name_of_the_public_url_is_one_of_the_service(engine: Engine, make_client: MakeClient) -> None:
    app = create_app(Settings(), engine, access=AccessSettings(public_url=PUBLIC, loopback=True))
    client = make_client(app)
    for host, status in (("guidelines.example", 200), ("localhost:8000", 200), ("other.example", 421)):
        assert client.get("/health/live", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("script", sorted(name for name in LOADED if name.endswith(".js") and name != "swagger-ui.js"))
def test_scripts_ask_and_lead_to_what_stands_beside_their_page(script: str) -> None:
    """As the pages: a path that begins with a slash would leave the prefix."""
    paths = r"v1/|sparql\b|openapi\.json|docs\b|browse\b|coverage\b|search\b|console/|(?:passage|tension|finding|recommendation)/"
    assert re.findall(rf"[\"'`(]/(?:{paths})[^\"'`]*", built(script).decode()) == []
