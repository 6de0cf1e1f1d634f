"""Workers answer, are stopped, are replaced, and can reach nothing."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from spinegraph.engine.errors import (
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
    TooManyQueriesError,
)
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.service import QueryService

from tests.patience import HUNG, comes_true
from tests.query.small_graph import EX, ask_for, make_service

pytestmark = pytest.mark.slow

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(12)) + " }"
LONG = (
    'SELECT (STRLEN(?x) AS ?n) { BIND("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" AS ?x0) '
    + " ".join(f"BIND(CONCAT({', '.join([f'?x{i}'] * 32)}) AS ?x{i + 1})" for i in range(6))
    + " BIND(?x6 AS ?x) }"
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryService]:
    service = make_service(tmp_path_factory.mktemp("data"), timeout_seconds=4, memory_bytes=128 << 20, workers=2, queue=4)
    yield service
    service.close()


def count(service: QueryService) -> int:
    found = json.loads(service.answer_now(ask_for(COUNT)).body)
    return int(found["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize(
    ("default", "named", "expected"),
    [
        (None, None, 2),
        ([f"{EX}one"], [], 7),
        ([f"{EX}one", f"{EX}two"], [], 8),
        ([], [f"{EX}one"], 0),
        ([f"{EX}none"], [f"{EX}one"], 0),
    ],
)
def test_graphs_of_the_question_override_from(
    service: QueryService, default: list[str] | None, named: list[str] | None, expected: int
) -> None:
    asked = ask_for(f"SELECT (COUNT(*) AS ?n) FROM <{EX}two> {{ ?s ?p ?o }}")  # noqa: S608
    graphs = (None if given is None else tuple(given) for given in (default, named))
    question = Question(query=asked.query, wanted=asked.wanted, default_graphs=next(graphs), named_graphs=next(graphs))
    assert json.loads(service.answer_now(question).body)["results"]["bindings"][0]["n"]["value"] == str(expected)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("", 8),
        (f"FROM <{EX}two>", 2),
        (f"FROM <{EX}none>", 0),
        ("FROM <file:///etc/passwd>", 0),
        (f"FROM NAMED <{EX}two>", 0),
        (f"FROM <{EX}one> FROM <{EX}two>", 8),
        (f"FROM <{EX}one> FROM <{EX}two> FROM NAMED <{EX}one>", 8),
        (f"FROM NAMED <{EX}one> FROM NAMED <{EX}two>", 0),
    ],
)
def test_from(service: QueryService, clause: str, expected: int) -> None:
    found = service.answer_now(ask_for(f"SELECT (COUNT(*) AS ?n) {clause} {{ ?s ?p ?o }}"))
    assert json.loads(found.body)["results"]["bindings"][0]["n"]["value"] == str(expected)


@pytest.mark.parametrize("query", ["SELECT * { GRAPH ?g { } }", "SELECT*{graph?g{}}"])
def test_named_graphs_are_found(service: QueryService, query: str) -> None:
    assert service.answer_now(ask_for(query)).body.count(EX.encode()) == 2


def test_blank_nodes_have_the_same_name_in_every_worker(service: QueryService) -> None:
    query = ask_for(f"SELECT ?b {{ ?s <{EX}box> ?b }}")
    assert len({service.answer_now(query).body for _ in range(20)}) == 1


@pytest.mark.parametrize(
    ("query", "kind", "limit"),
    [
        (ENDLESS, QueryTimeoutError, "timeout_seconds"),
        ("SELECT * { FILTER(" + "!" * 30000 + "true) }", QueryTimeoutError, "stack"),
        ("SELECT * {", QuerySyntaxError, None),
        ("SELECT (<http://x/f>(1) AS ?x) { }", QuerySyntaxError, None),
        ("ASK { SERVICE <http://127.0.0.1:9> { } }", QueryRefusedError, None),
        ("SELECT * { ?s ?p '" + "x" * 300_000 + "' }", QueryTooLargeError, "max_query_bytes"),
        ("SELECT * { ?s ?p '\ud800' }", QuerySyntaxError, None),
    ],
)
def test_what_cannot_be_answered_is_told_and_the_next_is_answered(
    service: QueryService, query: str, kind: type[QueryError], limit: str | None
) -> None:
    with pytest.raises(kind) as error:
        service.answer_now(ask_for(query))
    assert error.value.details.get("limit") == limit
    assert error.value.mend
    assert count(service) == 8


def test_memory_is_limited(tmp_path: Path) -> None:
    service = make_service(tmp_path, timeout_seconds=HUNG, cpu_seconds=int(HUNG), memory_bytes=128 << 20, workers=1)
    try:
        with pytest.raises(QueryTimeoutError) as error:
            service.answer_now(ask_for(LONG))
        assert error.value.details["limit"] == "memory_bytes"
    finally:
        service.close()


def test_processor_time_is_limited(tmp_path: Path) -> None:
    service = make_service(tmp_path, timeout_seconds=HUNG, cpu_seconds=1, workers=1)
    try:
        with pytest.raises(QueryTimeoutError, match="processor time") as error:
            service.answer_now(ask_for(ENDLESS))
        assert error.value.details["limit"] == "cpu_seconds"
    finally:
        service.close()


def test_the_queue_is_limited_and_the_event_loop_free(tmp_path: Path) -> None:
    service = make_service(tmp_path, timeout_seconds=1, workers=1, queue=2)

    async def run() -> tuple[list[object], int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        await service.answer(ask_for(COUNT))
        ticking = asyncio.create_task(tick())
        outcomes = await asyncio.gather(*(service.answer(ask_for(ENDLESS)) for _ in range(5)), return_exceptions=True)
        ticking.cancel()
        return list(outcomes), ticks

    try:
        outcomes, ticks = asyncio.run(run())
    finally:
        service.close()
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(TooManyQueriesError) >= 2
    assert set(kinds) == {TooManyQueriesError, QueryTimeoutError}
    assert ticks > 5  # a blocked loop has none


def test_killed_workers_cost_no_wrong_answer(service: QueryService) -> None:
    stop = threading.Event()
    outcomes: list[int | type[QueryError]] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                outcomes.append(count(service))
            except QueryError as error:
                outcomes.append(type(error))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    chance = random.Random(1)  # noqa: S311
    for _ in range(8):
        time.sleep(0.15)
        if pids := service.processes():
            os.kill(chance.choice(pids), signal.SIGKILL)
    stop.set()
    for thread in asking:
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert set(outcomes) <= {8, QueryError, TooManyQueriesError}
    assert outcomes.count(8) > 5
    comes_true(lambda: answers(service))  # every worker may just have been killed: the first new one needs a moment to load


def answers(service: QueryService) -> bool:
    try:
        return count(service) == 8
    except QueryError:
        return False


def test_closing_ends_every_process(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    count(service)
    pids = service.processes()
    assert pids
    service.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(QueryError, match="being stopped"):
        service.answer_now(ask_for(COUNT))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limits are Linux's")
def test_a_confined_process_reaches_nothing_even_without_the_check() -> None:
    """SERVICE handed to Oxigraph as it is: no connection arrives. Files cannot be opened, processes not started."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.5)
        code = f"""
import pyoxigraph as ox, subprocess
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.worker import confine
store = ox.Store()
confine(QueryLimits())
tries = [
    lambda: bool(store.query("ASK {{ SERVICE <http://127.0.0.1:{trap.getsockname()[1]}/> {{ ?s ?p ?o }} }}")),
    lambda: open("/etc/hostname"), lambda: open("/tmp/x", "w"), lambda: subprocess.run(["true"]),
    lambda: store.load(path="/etc/hostname"),
]
for each in tries:
    try: each()
    except Exception as error: print(type(error).__name__)
    else: print("done")
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
        assert len(done.stdout.split()) == 5
        assert "done" not in done.stdout
        with pytest.raises(TimeoutError):
            trap.accept()


def test_workers_inherit_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINEGRAPH_SECRET", "hidden")
    service = make_service(tmp_path)
    try:
        count(service)
        for pid in service.processes():
            assert b"hidden" not in Path(f"/proc/{pid}/environ").read_bytes()
    finally:
        service.close()
