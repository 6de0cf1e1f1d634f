"""New knowledge without a stop: whole or not at all, and one copy for all who read it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest
from spinegraph.api.access_settings import AccessSettings
from spinegraph.api.http.hangups import note_hangups
from spinegraph.api.http.metrics import Metrics
from spinegraph.api.http.opening import Opening
from spinegraph.api.http.reloading import Reloading
from spinegraph.api.http.service import Service
from spinegraph.api.settings import Part, Settings
from spinegraph.engine import KnowledgeError
from starlette.types import Message

from tests.authoring.guideline import GOOD
from tests.patience import HUNG

OLD, NEW = '"a sore throat"@en-x-patient', '"a throat that hurts"@en-x-patient'
PATIENT = {"SPINEGRAPH_SPARQL_TIMEOUT_SECONDS": "300", "SPINEGRAPH_VALIDATION_TIMEOUT_SECONDS": "300"}
"""However busy the machine, workers that start anew are waited for."""
QUIET: frozenset[Part] = frozenset(("sparql", "validation", "mcp"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound guideline of one's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(GOOD, tmp_path / "throat"))


def findings(folder: Path) -> Path:
    return folder / "ontology" / "findings.ttl"


def edit(folder: Path, old: str = OLD, new: str = NEW) -> None:
    text = findings(folder).read_text(encoding="utf-8")
    assert old in text
    findings(folder).write_text(text.replace(old, new), encoding="utf-8")


def opening(folder: Path, off: frozenset[Part] = QUIET, **variables: str) -> Opening:
    settings = Settings(knowledge=(folder,), off=off)
    return Opening(lambda: settings, AccessSettings(), {**PATIENT, **variables}, (), drafts=True, metrics=Metrics())


def reloading(made: Opening) -> Reloading:
    return Reloading(made.open(), made.open, HUNG)


@asynccontextmanager
async def living(app: Reloading) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that a server has started, and ends."""
    asked: asyncio.Queue[Message] = asyncio.Queue()
    told: asyncio.Queue[Message] = asyncio.Queue()
    server = asyncio.create_task(app({"type": "lifespan"}, asked.get, told.put))
    await asked.put({"type": "lifespan.startup"})
    assert (await told.get())["type"] == "lifespan.startup.complete"
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=HUNG) as client:
        yield client
    await asked.put({"type": "lifespan.shutdown"})
    assert (await told.get())["type"] == "lifespan.shutdown.complete"
    await server


def run(session: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(session, 5 * HUNG))


async def label(client: httpx.AsyncClient) -> str:
    """What the catalogue calls the finding that is edited."""
    listed = (await client.get("/v1/knowledge")).json()
    return next(str(finding["patient_label"]) for finding in listed["findings"] if finding["code"] == "sore_throat")


def counted(app: Reloading, line: str) -> bool:
    return line in generate_latest(app.current.reception.metrics.registry).decode()


def test_an_edit_answers_once_it_is_read_again(folder: Path) -> None:
    async def session() -> None:
        app = reloading(opening(folder))
        async with living(app) as client:
            before = (await client.get("/health/ready")).json()["knowledge"]["digest"]
            edit(folder)
            assert await label(client) == "a sore throat"
            await app.reload()
            assert await label(client) == "a throat that hurts"
            after = (await client.get("/health/ready")).json()["knowledge"]["digest"]
        assert before != after
        assert counted(app, f'digest="{after}"')
        assert counted(app, 'spinegraph_reloads_total{result="accepted"} 1.0')

    run(session())


def test_a_broken_edit_changes_nothing_and_is_told(folder: Path) -> None:
    async def session() -> None:
        app = reloading(opening(folder))
        async with living(app) as client:
            edit(folder, OLD, '"a sore throat')
            await app.reload()
            ready = await client.get("/health/ready")
            assert (ready.status_code, ready.json()["status"]) == (200, "ready")
            (reason,) = ready.json()["reasons"]
            assert f"{findings(folder)}:" in reason
            assert await label(client) == "a sore throat"
            assert counted(app, 'spinegraph_reloads_total{result="refused"} 1.0')
            edit(folder, '"a sore throat', NEW)
            await app.reload()
            assert "reasons" not in (await client.get("/health/ready")).json()
            assert await label(client) == "a throat that hurts"

    run(session())


def test_other_content_than_the_digest_names_is_refused_at_the_start_and_later(folder: Path) -> None:
    first = opening(folder).open()
    digest = first.served.version.digest
    first.at_end()
    with pytest.raises(KnowledgeError) as caught:
        opening(folder, SPINEGRAPH_KNOWLEDGE_DIGEST="sha256:0").open()
    assert caught.value.where == "SPINEGRAPH_KNOWLEDGE_DIGEST"

    async def session() -> None:
        app = reloading(opening(folder, SPINEGRAPH_KNOWLEDGE_DIGEST=digest))
        async with living(app) as client:
            edit(folder)
            await app.reload()
            health = (await client.get("/health/ready")).json()
        assert health["knowledge"]["digest"] == digest
        assert "SPINEGRAPH_KNOWLEDGE_DIGEST" in health["reasons"][0]

    run(session())


def test_a_fault_in_the_making_keeps_the_old_one(folder: Path) -> None:
    async def session() -> None:
        made = opening(folder)

        def fails() -> Any:
            raise ZeroDivisionError("patient")

        app = Reloading(made.open(), fails, HUNG)
        async with living(app) as client:
            await app.reload()
            (reason,) = (await client.get("/health/ready")).json()["reasons"]
        assert "ZeroDivisionError" in reason
        assert "patient" not in reason

    run(session())


def test_what_has_begun_ends_on_the_old_one(folder: Path) -> None:
    async def session() -> None:
        made = opening(folder)
        first = made.open()
        go = asyncio.Event()
        ended: list[bool] = []
        taken_away = first.at_end

        def at_end() -> None:
            ended.append(True)
            taken_away()

        first.at_end = at_end

        @first.get("/slow")
        async def slow() -> str:
            await go.wait()
            return "done"

        app = Reloading(first, made.open, HUNG)
        async with living(app) as client:
            asked = asyncio.create_task(client.get("/slow"))
            while not first.reception.in_progress:
                await asyncio.sleep(0.01)
            edit(folder)
            await app.reload()
            assert (await client.get("/slow")).status_code == 404
            assert ended == []
            go.set()
            assert (await asked).json() == "done"
            while not ended:
                await asyncio.sleep(0.01)

    run(session())


def test_a_service_that_is_being_started_ends_with_the_server(folder: Path) -> None:
    async def session() -> None:
        made = opening(folder)
        begun, ended = asyncio.Event(), threading.Event()

        def slow() -> Service:
            service = made.open()
            starts, taken_away = service.router.lifespan_context, service.at_end

            @asynccontextmanager
            async def slowly(app: Any) -> AsyncIterator[Any]:
                async with starts(app):
                    begun.set()
                    await asyncio.sleep(0.2)
                    yield

            def at_end() -> None:
                taken_away()
                ended.set()

            service.router.lifespan_context, service.at_end = slowly, at_end
            return service

        app = Reloading(made.open(), slow, HUNG)
        async with living(app):
            app._asked.set()
            await begun.wait()
        assert ended.is_set()

    run(session())


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows ends processes otherwise")
def test_decisions_sparql_and_validation_rest_on_one_copy(folder: Path) -> None:
    """Also where a worker is started anew after its files were edited."""
    query = 'SELECT ?label { ?finding <http://www.w3.org/2004/02/skos/core#notation> "sore_throat" ; '
    query += "<http://www.w3.org/2004/02/skos/core#prefLabel> ?label }"

    async def asked(client: httpx.AsyncClient) -> set[str]:
        found = (await client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})).text
        return {line.strip() for line in found.splitlines()[1:]}

    async def errors(client: httpx.AsyncClient) -> int:
        body = findings(GOOD).read_bytes()
        reply = await client.post(
            "/v1/validation?name=ontology/findings.ttl",
            content=body,
            headers={"Content-Type": "text/turtle", "Accept": "application/json"},
        )
        assert reply.status_code == 200, reply.text
        return sum(diagnostic["severity"] == "error" for diagnostic in reply.json()["diagnostics"])

    async def session() -> None:
        app = reloading(opening(folder, frozenset(("mcp",))))
        async with living(app) as client:
            assert (await asked(client), await errors(client)) == ({"a sore throat"}, 0)
            edit(folder)
            (folder / "ontology" / "conditions.ttl").write_text("broken", encoding="utf-8")
            served = app.current.served
            for pid in (*served.queries.processes(), *served.validator.processes()):
                os.kill(pid, signal.SIGKILL)
            assert (await asked(client), await errors(client), await label(client)) == ({"a sore throat"}, 0, "a sore throat")
            shutil.copy(GOOD / "ontology" / "conditions.ttl", folder / "ontology")
            before = served.queries.processes()
            await app.reload()
            assert (await asked(client), await errors(client), await label(client)) == (
                {"a throat that hurts"},
                0,
                "a throat that hurts",
            )
            assert set(before).isdisjoint(app.current.served.queries.processes())
            while served.queries.processes():
                await asyncio.sleep(0.05)

    run(session())


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP here")
@pytest.mark.parametrize("early", [True, False])
def test_a_hangup_is_heard_from_the_start_of_the_process_to_its_end(folder: Path, early: bool) -> None:
    async def session() -> None:
        hung_up = note_hangups()
        made = opening(folder)
        app = Reloading(made.open(), made.open, HUNG, hung_up)
        if early:
            os.kill(os.getpid(), signal.SIGHUP)
        async with living(app):
            if not early:
                os.kill(os.getpid(), signal.SIGHUP)
            while not counted(app, 'spinegraph_reloads_total{result="accepted"} 1.0'):
                await asyncio.sleep(0.05)
        os.kill(os.getpid(), signal.SIGHUP)  # it would end the process

    before = signal.getsignal(signal.SIGHUP)
    try:
        run(session())
    finally:
        signal.signal(signal.SIGHUP, before)
