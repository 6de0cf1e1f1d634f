"""Bearer tokens: who may ask, and which parts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest
from spinegraph.api.http.app import create_app
from spinegraph.api.http.tokens import read_tokens
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


FILE = f"""
open = ["knowledge"]

[[token]]
name = "clinic"
sha256 = "{digest("of-the-clinic")}"
scopes = ["decisions"]

[[token]]
name = "operator"
sha256 = "{digest("of-the-operator")}"
scopes = ["metrics", "decisions", "validation"]

[[token]]
name = "student"
sha256 = "{digest("of-the-student")}"
scopes = ["decisions"]
until = 2020-01-01
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "tokens.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def guarded(engine: Engine, make_client: MakeClient, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    file = write(tmp_path_factory.mktemp("tokens"), FILE)
    return make_client(create_app(Settings(), engine, environment={"SPINEGRAPH_TOKENS": str(file)}))


def decide(client: httpx.Client, authorization: str = "") -> httpx.Response:
    headers = {"Authorization": authorization} if authorization else {}
    return client.post("/v1/decisions", json={"present": ["fever"]}, headers=headers)


def test_who_has_the_scope_is_answered(guarded: httpx.Client) -> None:
    assert decide(guarded, "Bearer of-the-clinic").status_code == 200
    assert decide(guarded, "bearer of-the-operator").status_code == 200
    assert guarded.get("/metrics", headers={"Authorization": "Bearer of-the-operator"}).status_code == 200


@pytest.mark.parametrize(
    ("shown", "challenge"),
    [
        ("", 'Bearer realm="spinegraph"'),
        ("Basic abc", 'Bearer realm="spinegraph"'),
        ("Bearer ", 'Bearer realm="spinegraph"'),
        ("Bearer of-nobody", 'Bearer realm="spinegraph", error="invalid_token"'),
        (f"Bearer {digest('of-the-clinic')}", 'Bearer realm="spinegraph", error="invalid_token"'),
        ("Bearer of-the-student", 'Bearer realm="spinegraph", error="invalid_token"'),
    ],
)
def test_who_has_no_token_is_asked_for_one(guarded: httpx.Client, shown: str, challenge: str) -> None:
    reply = decide(guarded, shown)
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, challenge)
    assert reply.json()["type"].endswith("/token")
    assert "of-" not in reply.text


def test_a_token_of_another_part_does_not_reach_this_one(guarded: httpx.Client) -> None:
    reply = guarded.get("/metrics", headers={"Authorization": "Bearer of-the-clinic"})
    assert reply.status_code == 403
    assert reply.headers["www-authenticate"] == 'Bearer realm="spinegraph", error="insufficient_scope", scope="metrics"'


def test_nothing_of_a_request_is_read_before_its_token(guarded: httpx.Client) -> None:
    assert guarded.post("/v1/validation", content=b"\xff").status_code == 401
    assert guarded.get("/sparql", params={"query": "nonsense"}).status_code == 401
    assert guarded.get("/docs").status_code == 401


def test_what_is_open_needs_none(guarded: httpx.Client) -> None:
    for path in ("/v1/knowledge", "/health/ready", "/problem", "/openapi.json"):
        assert guarded.get(path).status_code == 200, path


def test_pages_of_others_may_ask_whether_they_may_send_a_token(guarded: httpx.Client) -> None:
    allowed = guarded.options("/v1/decisions").headers["access-control-allow-headers"]
    assert "Authorization" in allowed


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("open = 1", "This is no file of tokens: "),
        ('[[token]]\nname = "a"\nsha256 = "b"\nscopes = []', "The sha256 of 'a' is none."),
        ('[[token]]\nname = "a"\ntoken = "b"\nscopes = []', "This is no file of tokens: "),
        ('open = ["decision"]', "There is no scope 'decision'. Nearest: decisions."),
        ("open =", "This is no file of tokens: "),
        (f'[[token]]\nname = ""\nsha256 = "{digest("a")}"\nscopes = []', "'' is no name."),
        (f'[[token]]\nname = "a\\u0000"\nsha256 = "{digest("a")}"\nscopes = []', "'a\\x00' is no name."),
        (
            "".join(f'[[token]]\nname = "{name}"\nsha256 = "{digest("a")}"\nscopes = []\n' for name in "ab"),
            "'a' and 'b' have the same token.",
        ),
    ],
)
def test_a_file_of_tokens_is_refused_where_it_is_wrong(tmp_path: Path, text: str, what: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        read_tokens(file)
    assert caught.value.what.startswith(what)
    assert caught.value.where == str(file)


def test_a_file_of_tokens_that_is_not_there_stops_the_start(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        create_app(Settings(), engine, environment={"SPINEGRAPH_TOKENS": str(tmp_path / "none.toml")})
    assert caught.value.where == "SPINEGRAPH_TOKENS"
