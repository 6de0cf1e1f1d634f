"""Who reaches the service: under which names, web pages of which origins, and through which proxies."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from spinegraph.api.access_settings import LOCAL_HOSTS, AccessSettings
from spinegraph.api.http.access import Access, make_access
from spinegraph.api.http.app import create_app
from spinegraph.api.http.sparql import client_of
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import Settings, serves_own_content
from spinegraph.api.sparql_settings import parse_data_option
from spinegraph.engine import Engine
from spinegraph.engine.exchange.article.local import LocalText
from spinegraph.engine.knowledge.installed import folders_named
from starlette.requests import Request

from tests.api.conftest import MakeClient
from tests.serving import app_of, send, serving

FRIEND = "https://app.example"
FORWARDED = "203.0.113.9, 192.0.2.1"


@pytest.fixture(scope="module")
def telling() -> FastAPI:
    """`GET /` says who asks, and how."""
    router = APIRouter()

    @router.get("/")
    async def answer(request: Request) -> str:
        return f"{client_of(request)} {request.url.scheme}"

    return app_of(router)


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ((), "127.0.0.1 http"),
        (("10.0.0.0/8",), "127.0.0.1 http"),
        (("127.0.0.1",), "192.0.2.1 https"),
        (("127.0.0.0/8", "192.0.2.0/24"), "203.0.113.9 https"),
    ],
)
def test_only_declared_proxies_say_for_whom_they_ask(telling: FastAPI, proxies: tuple[str, ...], seen: str) -> None:
    with serving(telling, trusted_proxies=proxies) as port:
        headers = {"X-Forwarded-For": FORWARDED, "X-Forwarded-Proto": "https"}
        assert send(port, "GET", "/", headers=headers).data == seen


@pytest.fixture(scope="module")
def guarded(engine: Engine, make_client: MakeClient, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    """A service on loopback with data of its own, whose answers one other origin may read."""
    file = tmp_path_factory.mktemp("own") / "patients.ttl"
    file.write_text('<urn:p1> <urn:name> "Erika Mustermann" .', encoding="utf-8")
    access = AccessSettings(origins=(FRIEND,), hosts=("clinic.example",), loopback=True)
    app = create_app(Settings(), engine, data=(parse_data_option(str(file)),), access=access)
    return make_client(app)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]", "clinic.example:443"])
def test_the_names_of_this_machine_and_those_allowed_are_taken(guarded: httpx.Client, host: str) -> None:
    assert guarded.get("/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example", "192.168.0.7:8000", "localhost.", "", "[::1"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/sparql"), ("POST", "/v1/decisions"), ("GET", "/none"), ("POST", "/mcp")])
def test_other_names_are_refused_everywhere(guarded: httpx.Client, host: str, method: str, path: str) -> None:
    reply = guarded.request(method, path, headers={"Host": host})
    assert (reply.status_code, reply.json()["where"]) == (421, "Host")
    assert "--allow-host" in reply.json()["mend"]


REPLIES = (("GET", "/sparql?query=ASK{"), ("GET", "/v1/knowledge"), ("OPTIONS", "/v1/decisions"), ("GET", "/none"))


@pytest.mark.parametrize(("method", "path"), REPLIES)
def test_own_content_can_be_read_by_the_pages_that_are_allowed_alone(guarded: httpx.Client, method: str, path: str) -> None:
    for origin, allowed in ((FRIEND, FRIEND), ("https://evil.example", None), ("null", None), (f"{FRIEND}.evil.example", None)):
        reply = guarded.request(method, path, headers={"Host": "localhost", "Origin": origin})
        assert reply.headers.get("access-control-allow-origin") == allowed
        assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize(("method", "path"), REPLIES)
def test_shipped_content_can_be_read_by_every_page(client: httpx.Client, method: str, path: str) -> None:
    reply = client.request(method, path, headers={"Origin": "https://any.example"})
    assert reply.headers["access-control-allow-origin"] == "*"


def test_assistants_are_led_here_by_allowed_pages_alone(guarded: httpx.Client) -> None:
    for origin, status in ((FRIEND, 415), ("http://localhost:1", 415), ("https://evil.example", 421)):  # 415: it was let in
        reply = guarded.post("/mcp", headers={"Host": "localhost", "Origin": origin, "Content-Type": "text/plain"})
        assert reply.status_code == status


@pytest.mark.parametrize(
    ("settings", "origins", "hosts"),
    [
        (AccessSettings(), (), None),
        (AccessSettings(origins=("*",)), ("*",), None),
        (AccessSettings(loopback=True), (), LOCAL_HOSTS),
        (AccessSettings(hosts=("a.example",)), (), (*LOCAL_HOSTS, "a.example")),
    ],
)
def test_what_settings_come_to(settings: AccessSettings, origins: tuple[str, ...], hosts: tuple[str, ...] | None) -> None:
    assert make_access(settings, own_content=True) == Access(origins, hosts)
    assert make_access(settings, own_content=False) == Access(origins or ("*",), hosts)


@pytest.mark.parametrize(
    ("settings", "own"),
    [
        (Settings(), False),
        (Settings(knowledge=folders_named([Path("sore-throat")])), False),
        (Settings(knowledge=(Path("tests"),)), True),
        (Settings(sources=Path("documents")), True),
        (Settings(compare="HEAD"), True),
        (Settings(local=LocalText(where_to_go="The practice.")), True),
    ],
)
def test_what_is_content_of_ones_own(settings: Settings, own: bool) -> None:
    assert serves_own_content(settings) is own


def test_settings_are_read_from_the_environment() -> None:
    assert AccessSettings.from_environment({}) == AccessSettings()
    given = AccessSettings.from_environment(
        {
            "SPINEGRAPH_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,,2001:DB8::/32",
            "SPINEGRAPH_ALLOW_HOSTS": "Clinic.Example,, clinic.example,[2001:DB8::1]",
            "SPINEGRAPH_PUBLIC_URL": "https://Example.org/spine/",
            "SPINEGRAPH_ALLOW_ORIGINS": "https://App.example, http://localhost:3000, *",
        }
    )
    assert given == AccessSettings(
        trusted_proxies=("127.0.0.1", "10.0.0.0/8", "2001:db8::/32"),
        hosts=("clinic.example", "[2001:db8::1]"),
        origins=("https://app.example", "http://localhost:3000", "*"),
        public_url="https://Example.org/spine",
    )


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("SPINEGRAPH_TRUSTED_PROXIES", "*", "'*' is no address and no network"),
        ("SPINEGRAPH_TRUSTED_PROXIES", "127.0.0.1,proxy.example", "'proxy.example' is no address"),
        ("SPINEGRAPH_ALLOW_HOSTS", "clinic.example:8000", "is no name of a host"),
        ("SPINEGRAPH_ALLOW_HOSTS", "https://clinic.example", "is no name of a host"),
        ("SPINEGRAPH_ALLOW_HOSTS", "*", "is no name of a host"),
        ("SPINEGRAPH_ALLOW_ORIGINS", "app.example", "is no origin"),
        ("SPINEGRAPH_ALLOW_ORIGINS", "https://app.example/", "is no origin"),
        ("SPINEGRAPH_PUBLIC_URL", "example.org/spine", "is no URL of a service"),
        ("SPINEGRAPH_PUBLIC_URL", "https://example.org/spine?x", "is no URL of a service"),
        ("SPINEGRAPH_PUBLIC_URL", "https://example.org/a//b", "is no URL of a service"),
        ("SPINEGRAPH_ALLOW_ORIGINS", "null", "is no origin"),
        ("SPINEGRAPH_TRUSTED_PROXIES", "10.0.0.1/8", "'10.0.0.1/8' is no address"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(variable: str, value: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        AccessSettings.from_environment({variable: value})
    assert caught.value.where == variable
    assert what in caught.value.what
    assert caught.value.mend
