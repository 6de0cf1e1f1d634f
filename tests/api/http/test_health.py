"""`GET /health/live` and `GET /health/ready`; the settings that a service starts with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from spinegraph.api.http.app import create_app
from spinegraph.api.http.health import health_router, note_draining, note_refused
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import Settings, load_engine
from spinegraph.engine import MAX_BYTES, Case, Engine, KnowledgeError
from spinegraph.engine.model import Verdict
from spinegraph.engine.sandbox.pool import PoolCounts

from tests.api.conftest import MakeClient


def test_live(client: httpx.Client) -> None:
    reply = client.get("/health/live")
    assert (reply.status_code, reply.json(), reply.headers["cache-control"]) == (200, {"status": "live"}, "no-store")


def test_ready_says_which_knowledge_answers(client: httpx.Client, engine: Engine) -> None:
    version = {"version": engine.knowledge.version, "digest": engine.knowledge.digest}
    health = client.get("/health/ready").json()
    assert (health["status"], health["knowledge"]) == ("ready", version)
    assert set(health["workers"]) == {"sparql", "validation"}
    assert client.head("/health/ready").status_code == 200


def test_an_engine_that_cannot_decide_is_not_ready(engine: Engine, make_client: MakeClient) -> None:
    class Broken(Engine):
        def verdicts(self, case: Case, packages: Iterable[str] = ()) -> dict[str, Verdict]:
            raise ZeroDivisionError(case, packages)

    app = create_app(Settings(), Broken(engine.knowledge))
    assert make_client(app).get("/health/ready").status_code == 500


def of_pools(make_client: MakeClient, engine: Engine, **pools: PoolCounts) -> tuple[FastAPI, httpx.Client]:
    """A service of health alone, whose pools are so."""
    app = FastAPI()
    app.include_router(
        health_router(engine, {name: partial(PoolCounts._make, one) for name, one in pools.items()}, frozenset(("mcp",)))
    )
    return app, make_client(app)


UP = PoolCounts(state="started", failure="", workers=2, up=2, started=2, stops={}, waiting=0, fast=0, slow=0)


def test_each_part_is_told(make_client: MakeClient, engine: Engine) -> None:
    starting, idle = UP._replace(up=0), UP._replace(state="idle", workers=0, up=0)
    _, client = of_pools(make_client, engine, sparql=UP, validation=starting, other=idle)
    reply = client.get("/health/ready")
    assert reply.status_code == 200
    assert reply.json()["parts"] == {
        "knowledge": "ready",
        "sparql": "ready",
        "validation": "starting",
        "other": "idle",
        "mcp": "off",
    }


def test_a_pool_that_cannot_start_makes_the_service_not_ready(make_client: MakeClient, engine: Engine) -> None:
    failed = UP._replace(state="failed", failure="No memory.", workers=0, up=0)
    _, client = of_pools(make_client, engine, sparql=UP, validation=failed)
    reply = client.get("/health/ready")
    health = reply.json()
    assert (reply.status_code, health["status"], health["reasons"]) == (503, "not ready", ["validation: No memory."])
    assert (health["parts"]["sparql"], health["parts"]["validation"]) == ("ready", "failed")
    assert client.get("/health/live").status_code == 200


def test_a_service_that_is_being_stopped_is_not_ready_and_one_that_refused_knowledge_is(
    make_client: MakeClient, engine: Engine
) -> None:
    app, client = of_pools(make_client, engine, sparql=UP)
    note_refused(app, "a.ttl:1: broken")
    reply = client.get("/health/ready")
    assert (reply.status_code, reply.json()["reasons"]) == (200, ["Changed knowledge was refused: a.ttl:1: broken"])
    note_draining(app)
    reply = client.get("/health/ready")
    assert (reply.status_code, reply.json()["reasons"][0]) == (503, "The service is being stopped.")


def test_settings_come_from_the_environment() -> None:
    assert Settings.from_environment({}) == Settings()
    given = {
        "SPINEGRAPH_HOST": "::1",
        "SPINEGRAPH_PORT": "0",
        "SPINEGRAPH_MAX_BODY_BYTES": "1000",
        "SPINEGRAPH_BODY_SECONDS": "3",
        "SPINEGRAPH_KNOWLEDGE": "/a:/b",
        "SPINEGRAPH_LOG_LEVEL": "debug",
    }
    assert Settings.from_environment(given) == Settings("::1", 0, 1000, 3, (Path("/a"), Path("/b")), "debug")
    assert all(name in (Settings.__doc__ or "") for name in given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SPINEGRAPH_PORT", "http"),
        ("SPINEGRAPH_PORT", "65536"),
        ("SPINEGRAPH_PORT", "-1"),
        ("SPINEGRAPH_PORT", ""),
        ("SPINEGRAPH_MAX_BODY_BYTES", "0"),
        ("SPINEGRAPH_MAX_BODY_BYTES", str(MAX_BYTES + 1)),
        ("SPINEGRAPH_LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: value})
    assert caught.value.where == name


def test_a_smaller_limit_holds(engine: Engine, make_client: MakeClient) -> None:
    app = create_app(Settings(max_body_bytes=10), engine)
    assert make_client(app).post("/v1/decisions", json={"present": ["fever"]}).status_code == 413


def test_a_folder_without_knowledge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_engine([tmp_path])
    assert caught.value.where == str(tmp_path)
