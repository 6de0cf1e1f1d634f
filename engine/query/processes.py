"""One worker process, as its parent sees it: started, asked, ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import NamedTuple

import msgspec

from engine.errors import QueryError
from engine.query.messages import Channel, ConnectionEnded, Reply, decode_reply
from engine.query.worker import WorkerOptions

START_SECONDS = 120.0
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "VIRTUAL_ENV", "PYTHONHOME")
"""What workers inherit of the environment: nothing that could be a secret."""


class Answered(NamedTuple):
    """What a worker replied, and the body that follows."""

    reply: Reply
    body: bytes


class WorkerProcess:
    """One process and the socket to it."""

    def __init__(self, options: WorkerOptions) -> None:
        self.limits = options.limits
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 (our own module, by our own interpreter)
                [sys.executable, "-m", "engine.query.worker", msgspec.json.encode(options).decode()],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[options.snapshot] if options.snapshot >= 0 else [],
                env=_environment(),
                start_new_session=True,
            )
        self.channel = Channel(ours)

    def wait_until_ready(self) -> None:
        """Raises QueryError if the process does not come up."""
        try:
            self.channel.receive(0, time.monotonic() + START_SECONDS)
        except (ConnectionEnded, TimeoutError) as error:
            self.stop()
            raise QueryError(
                f"A query worker could not be started (exit code {self.process.returncode}).",
                mend="Raise SPINEGRAPH_SPARQL_MEMORY_BYTES, or run `python -m engine.query.worker` to see what is wrong.",
                details={"retry_after": 5},
            ) from error

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, question: bytes, timeout: float) -> Answered:
        """Raises TimeoutError, ConnectionEnded; after either the worker is of no more use."""
        deadline = time.monotonic() + timeout
        self.channel.send(question, deadline=deadline)
        head, body = self.channel.receive(self.limits.max_bytes, deadline)
        try:
            return Answered(decode_reply(head), body)
        except msgspec.MsgspecError as error:
            raise ConnectionEnded from error

    def stop(self) -> int:
        """End the process now, whatever it does; its exit code, which is its own if it had already ended."""
        try:
            self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.channel.close()
        return self.process.returncode

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait()
        self.channel.close()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 ("" is a place too)
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"}
