"""What was not sent is asked of listed servers alone, within limits; what a server does not give is said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest
from spinegraph.api.hooks_settings import HooksSettings, read_server
from spinegraph.api.http.hooks.completion import Completion, ListedServers, make_completer
from spinegraph.api.setting import SettingsError
from spinegraph.engine.exchange.cds_hooks.request import Hook

from tests.exchange.fhir.reading.making import bundle, patient
from tests.patience import HUNG

SERVER = "https://203.0.113.7"
"""A documentation address (RFC 5737), listed as itself: nothing is looked up, nothing is reached."""
SETTINGS = HooksSettings(fhir_servers=(SERVER, "https://127.0.0.2", "http://localhost:9"), fhir_seconds=HUNG)
WANTED = {"patient": "Patient/{{context.patientId}}", "conditions": "Condition?patient={{context.patientId}}"}
Handler = Callable[[httpx.Request], httpx.Response]


def hook(server: str = f"{SERVER}/r4", token: str = "opaque") -> Hook:  # noqa: S107 (no secret)
    return Hook("patient-view", "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "anna", {}, fhir_server=server, token=token)


def completed(handler: Handler, given: Hook | None = None, settings: HooksSettings = SETTINGS, most: int = 10_000) -> Completion:
    servers = ListedServers(settings, most, httpx.MockTransport(handler))
    return asyncio.run(servers.complete(given or hook(), WANTED))


def test_what_is_missing_is_asked_with_the_token_of_the_hook() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=patient() if "Condition" not in str(request.url) else bundle())

    found = completed(answer)
    assert {key: json.loads(raw)["resourceType"] for key, raw in found.fetched.items()} == {
        "patient": "Patient", "conditions": "Bundle",
    }  # fmt: skip
    assert sorted(str(one.url) for one in asked) == [f"{SERVER}/r4/Condition?patient=anna", f"{SERVER}/r4/Patient/anna"]
    assert {one.headers["authorization"] for one in asked} == {"Bearer opaque"}
    assert {one.headers["host"] for one in asked} == {"203.0.113.7"}


def test_without_a_token_none_is_sent() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(200, json=patient())

    assert set(completed(answer, hook(token="")).fetched) == set(WANTED)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (httpx.Response(302, headers={"Location": "https://elsewhere.example/"}), "answered 302"),
        (httpx.Response(401), "answered 401"),
        (httpx.Response(500), "answered 500"),
        (httpx.Response(200, content=b" " * 20_001), "more than is read"),
        (httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"x")), "Content-Encoding"),
    ],
)
def test_what_is_no_answer_is_said(reply: httpx.Response, why: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return reply if "Condition" in str(request.url) else httpx.Response(200, json=patient())

    found = completed(answer, most=20_000)
    assert why in found.failed["conditions"]
    assert "patient" in found.fetched


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("odd")])
def test_a_server_that_is_gone_is_said(error: Exception) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    assert set(completed(answer).failed) == set(WANTED)


class Slow(httpx.AsyncByteStream):
    """A body of which nothing ever comes."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.sleep(10 * HUNG)
        yield b""


def test_a_server_that_is_slow_costs_only_what_it_was_asked_for() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Slow()) if "Condition" in str(request.url) else httpx.Response(200, json=patient())

    found = completed(answer, settings=replace(SETTINGS, fhir_seconds=1))
    assert "patient" in found.fetched or found.failed["patient"]  # on a busy machine not even this one
    assert found.failed["conditions"] == "the FHIR server did not answer in time"


@pytest.mark.parametrize(
    "server",
    [
        "https://elsewhere.example/r4",
        f"{SERVER}.evil.example/r4",
        f"{SERVER}:444/r4",
        "https://user@203.0.113.7/r4",
        f"{SERVER}/r4?x=",
        "http://203.0.113.7/r4",
        "ftp://203.0.113.7",
        "https://[",
        "x",
    ],
)
def test_a_server_that_is_not_listed_is_not_asked(server: str) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise AssertionError("it was asked")

    assert set(completed(answer, hook(server)).failed) == set(WANTED)


def test_a_name_that_leads_into_a_private_network_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def looked_up(_self: ListedServers, _host: str, _port: int) -> list[str]:
        return ["10.1.2.3"]

    def answer(request: httpx.Request) -> httpx.Response:
        assert (str(request.url.host), request.headers["host"]) == ("10.1.2.3", "fhir.example:8443")
        assert request.extensions["sni_hostname"] == "fhir.example"
        return httpx.Response(200, json=patient())

    monkeypatch.setattr(ListedServers, "_looked_up", looked_up)
    named = replace(SETTINGS, fhir_servers=("https://fhir.example:8443",))
    given = hook("https://fhir.example:8443/r4")
    assert "in a network that may not be asked" in completed(answer, given, named).failed["patient"]
    assert set(completed(answer, given, replace(named, fhir_networks=("10.0.0.0/8",))).fetched) == set(WANTED)


def test_nothing_is_asked_unless_servers_are_listed() -> None:
    completer = make_completer(HooksSettings(), 1000)
    assert asyncio.run(completer.complete(hook(), WANTED)) == Completion()


@pytest.mark.parametrize("text", ["http://fhir.example", "fhir.example", "https://fhir.example/r4"])
def test_only_origins_with_tls_can_be_listed(text: str) -> None:
    with pytest.raises(SettingsError):
        read_server(text, "x")
    assert read_server("http://127.0.0.1:8080", "x") == "http://127.0.0.1:8080"
