"""A thousand half-sent requests stopped the service for good, filled the log and outlived SIGTERM."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.patience import HUNG

pytestmark = pytest.mark.slow

DESCRIPTORS, CLIENTS = 128, 300
HALF = (
    b"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nA",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ",
)


@pytest.mark.skipif(not shutil.which("sh") or sys.platform == "win32", reason="limits are set by a shell")
def test_the_service_goes_on_answering_and_can_be_ended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = f'ulimit -n {DESCRIPTORS}; exec "$0" -m spinegraph.api.cli.app serve --port 0'
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(temporary)}
    script = ["/bin/sh", "-c", command, sys.executable]
    with (
        log.open("wb") as errors,
        subprocess.Popen(script, stdout=subprocess.PIPE, stderr=errors, env=environment) as process,
    ):
        try:
            assert process.stdout
            url = process.stdout.readline().decode().split()[3]
            port = int(url.rpartition(":")[2])
            clients = []
            for number in range(CLIENTS):
                client = socket.create_connection(("127.0.0.1", port), timeout=HUNG)
                client.sendall(HALF[number % len(HALF)])
                clients.append(client)
            assert httpx.get(f"{url}/health/ready", timeout=HUNG).json()["status"] == "ready"
            decided = httpx.post(f"{url}/v1/decisions", json={"present": ["back_pain"]}, timeout=HUNG)
            assert decided.status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(HUNG) in (0, -signal.SIGTERM)
            for client in clients:
                client.close()
        finally:
            process.kill()
    assert log.stat().st_size < 20_000, log.read_text(encoding="utf-8")[:4000]
    assert not list(temporary.iterdir())
