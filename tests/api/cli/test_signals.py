"""A service that runs: told to read its knowledge again, told to stop, and asked by clients that finish nothing."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from spinegraph.api.http.server import raise_descriptors

from tests.authoring.guideline import GOOD
from tests.patience import HUNG, comes_true

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signals")]

CASE = {"present": ["sore_throat"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "throat"))


@contextmanager
def running(folder: Path, *options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service on a folder of knowledge, without pools, and its URL."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "SPINEGRAPH_OFF": "sparql,validation,mcp", **variables}
    command = [sys.executable, "-m", "spinegraph.api.cli.app", "serve", "--port", "0", "--drafts", "--knowledge", str(folder)]
    with (
        log_of(folder).open("w", encoding="utf-8") as log,  # a pipe that nobody reads would fill, and stop the service
        subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8", env=environment
        ) as process,
    ):
        assert process.stdout
        try:
            yield process, process.stdout.readline().split()[3]
        finally:
            process.kill()


def ready(url: str) -> httpx.Response:
    return httpx.get(f"{url}/health/ready", timeout=HUNG)


def log_of(folder: Path) -> Path:
    return folder.with_suffix(".log")


def lines_of(folder: Path) -> list[dict[str, object]]:
    """What a service that has ended wrote to its log."""
    return [json.loads(line) for line in log_of(folder).read_text(encoding="utf-8").splitlines()]


def test_sighup_reads_the_knowledge_again_whole_or_not_at_all(folder: Path) -> None:
    findings = folder / "ontology" / "findings.ttl"
    sound = findings.read_text(encoding="utf-8")
    with running(folder, SPINEGRAPH_LOG_LEVEL="info") as (process, url):
        first = ready(url).json()["knowledge"]["digest"]
        findings.write_text(sound.replace('"a sore throat"@en-x-patient', '"a throat that hurts"@en-x-patient'), encoding="utf-8")
        assert ready(url).json()["knowledge"]["digest"] == first
        process.send_signal(signal.SIGHUP)
        comes_true(lambda: ready(url).json()["knowledge"]["digest"] != first)
        second = ready(url).json()["knowledge"]["digest"]
        findings.write_text("broken", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        comes_true(lambda: "reasons" in ready(url).json())
        assert ready(url).json()["knowledge"]["digest"] == second
        assert httpx.post(f"{url}/v1/decisions", json=CASE, timeout=HUNG).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.wait(HUNG)
        told = {line["message"] for line in lines_of(folder)}
    assert {"Changed knowledge answers.", "Changed knowledge was refused.", "request"} <= told


def test_at_sigterm_it_is_not_ready_then_ends_what_it_has_begun(folder: Path) -> None:
    with running(folder, SPINEGRAPH_NOTICE_SECONDS="300", SPINEGRAPH_BODY_SECONDS="300", SPINEGRAPH_DRAIN_SECONDS="300") as (
        process,
        url,
    ):
        host, port = url.removeprefix("http://").split(":")
        half = socket.create_connection((host, int(port)), timeout=HUNG)
        body = json.dumps(CASE).encode()
        headers = f"Host: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        half.sendall(f"POST /v1/decisions HTTP/1.1\r\n{headers}".encode() + body[:5])
        comes_true(lambda: "spinegraph_requests_in_progress 2.0" in httpx.get(f"{url}/metrics", timeout=HUNG).text)
        process.send_signal(signal.SIGTERM)
        comes_true(lambda: ready(url).status_code == 503)
        assert ready(url).json()["reasons"] == ["The service is being stopped."]
        assert httpx.post(f"{url}/v1/decisions", json=CASE, timeout=HUNG).status_code == 200
        process.send_signal(signal.SIGTERM)

        def refused() -> bool:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection((host, int(port)), timeout=HUNG):
                return False
            return True

        comes_true(refused)
        half.sendall(body[5:])
        reply = http.client.HTTPResponse(half)
        reply.begin()
        assert (reply.status, json.loads(reply.read())["brief"] is not None) == (200, True)
        assert process.wait(HUNG) == -signal.SIGTERM
        half.close()


@pytest.mark.skipif(raise_descriptors(2_000) < 1_500, reason="so many sockets may not be open here")
def test_clients_that_finish_nothing_and_large_texts_keep_nobody_from_an_answer(folder: Path) -> None:
    """1,100 half-sent requests, among them slow headers and slow bodies, and four large YAML texts."""
    large = ("present:\n" + "".join(f"- code_{number}\n" for number in range(60_000))).encode()[:800_000]
    patient = dict.fromkeys(("SPINEGRAPH_HEADER_SECONDS", "SPINEGRAPH_BODY_SECONDS"), "300")
    with running(folder, **patient) as (_, url), contextlib.ExitStack() as opened:
        host, port = url.removeprefix("http://").split(":")
        address = (host, int(port))
        answer = httpx.post(f"{url}/v1/decisions", json=CASE, timeout=HUNG).content
        head = f"POST /v1/decisions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/yaml\r\nContent-Length: "
        beginnings = (b"POST /v1/de", head[:-18].encode(), f"{head}900\r\n\r\npresent".encode(), b"")
        for number in range(1_100):
            client = opened.enter_context(socket.create_connection(address, timeout=HUNG))
            client.sendall(beginnings[number % len(beginnings)])
        for _ in range(4):
            client = opened.enter_context(socket.create_connection(address, timeout=HUNG))
            client.sendall(f"{head}{len(large)}\r\n\r\n".encode() + large)
        for _ in range(20):
            reply = httpx.post(f"{url}/v1/decisions", json=CASE, timeout=HUNG)
            assert (reply.status_code, reply.content) == (200, answer)
        assert ready(url).status_code == 200
