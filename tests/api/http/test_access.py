"""Who reaches the service, and under whose name: declared proxies."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from spinegraph.api.access_settings import AccessSettings
from spinegraph.api.http.sparql import client_of
from spinegraph.api.settings import SettingsError
from starlette.requests import Request

from tests.serving import app_of, send, serving

FORWARDED = "203.0.113.9, 192.0.2.1"


@pytest.fixture(scope="module")
def app() -> FastAPI:
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
def test_only_declared_proxies_say_for_whom_they_ask(app: FastAPI, proxies: tuple[str, ...], seen: str) -> None:
    with serving(app, trusted_proxies=proxies) as port:
        headers = {"X-Forwarded-For": FORWARDED, "X-Forwarded-Proto": "https"}
        assert send(port, "GET", "/", headers=headers).data == seen


def test_settings_are_read_from_the_environment() -> None:
    assert AccessSettings.from_environment({}) == AccessSettings()
    given = AccessSettings.from_environment({"SPINEGRAPH_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,,2001:DB8::/32"})
    assert given == AccessSettings(trusted_proxies=("127.0.0.1", "10.0.0.0/8", "2001:db8::/32"))


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("SPINEGRAPH_TRUSTED_PROXIES", "*", "'*' is no address and no network"),
        ("SPINEGRAPH_TRUSTED_PROXIES", "127.0.0.1,proxy.example", "'proxy.example' is no address"),
        ("SPINEGRAPH_TRUSTED_PROXIES", "10.0.0.1/8", "'10.0.0.1/8' is no address"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(variable: str, value: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        AccessSettings.from_environment({variable: value})
    assert caught.value.where == variable
    assert what in caught.value.what
    assert caught.value.mend
