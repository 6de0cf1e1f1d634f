"""One worker process, as its parent sees it: started, asked, ended with everything that it has started."""

from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from spinegraph.engine.sandbox.channel import Channel, ConnectionEnded

START_SECONDS = 120.0
LAST_WORDS = 4000
"""So many bytes at most are kept of what a process wrote that did not come up."""
LAST_IN_LINE = 10
"""The niceness (0 to 19) of a process that gives way: on a busy processor it gets a tenth of what another gets."""
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "VIRTUAL_ENV", "PYTHONHOME")
"""What workers inherit of the environment: nothing that could be a secret."""


class WorkerProcess:
    """One process and the socket to it; where asked for, a folder of its own that goes when it goes.

    It runs `python -m module options` with the socket as standard input, the folder as last argument and as its working
    directory, in a session of its own. It sends one frame when it is ready, and one for each that it is sent.
    """

    def __init__(
        self, module: str, options: bytes, *, longest_answer: int, inherited: Sequence[int] = (), folder: bool = False
    ) -> None:
        self._longest_answer = longest_answer
        self._cleared = False
        self.last_words = ""
        """Of a process that did not come up: the end of its standard error."""
        self.ready_since = math.inf
        """When it came up, by `time.monotonic()`."""
        with ExitStack() as undo:  # what can fail for want of descriptors comes first, and leaves nothing behind
            self._errors = undo.enter_context(tempfile.TemporaryFile())  # what comes after it is ready nobody reads
            ours, theirs = map(undo.enter_context, socket.socketpair())
            self._folder = tempfile.TemporaryDirectory(prefix="spinegraph-", ignore_cleanup_errors=True) if folder else None
            if self._folder:
                undo.callback(self._folder.cleanup)
                undo.callback(self._errors.close)  # removing a folder takes a descriptor
            self.process = subprocess.Popen(  # noqa: S603 (our own module, by our own interpreter)
                [sys.executable, "-m", module, options.decode(), *([self._folder.name] if self._folder else [])],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=tuple(inherited),
                cwd=self._folder.name if self._folder else None,
                env=clean_environment(),
                start_new_session=True,
            )
            theirs.close()
            undo.pop_all()
        self.channel = Channel(ours)

    def wait_until_ready(self) -> bool:
        """Whether the process has come up; one that has not is ended."""
        try:
            self.channel.receive(0, time.monotonic() + START_SECONDS)
        except (ConnectionEnded, TimeoutError):
            self.stop()
            self.last_words = self._read_errors()
            return False
        finally:
            self._errors.close()
        self.ready_since = time.monotonic()
        return True

    def _read_errors(self) -> str:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - LAST_WORDS))
        return self._errors.read().decode(errors="replace").strip()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def send(self, head: bytes, body: bytes, deadline: float) -> None:
        """Put a question. Raises TimeoutError, ConnectionEnded; after either the worker is of no more use."""
        self.channel.send(head, body, deadline)

    def answers_by(self, moment: float) -> bool:
        """Whether the worker has begun to answer, or has ended, by a moment (of time.monotonic)."""
        return self.channel.has_more(moment)

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        """Head and body of the answer. Raises TimeoutError, ConnectionEnded; after either the worker is of no more use."""
        return self.channel.receive(self._longest_answer, deadline)

    def give_way(self) -> None:
        """Leave the processor to others where it is short; for good, since only a privileged process could take that back."""
        if sys.platform != "win32":
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self.process.pid, LAST_IN_LINE)

    def stop(self) -> int:
        """End the process now, whatever it does; its exit code, which is its own if it had already ended."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        self.kill()
        return int(self.process.returncode)

    def kill(self) -> None:
        """End the process at once, with all that it has started."""
        if self._cleared:
            return
        self.end()
        self._cleared = True
        self.process.wait()
        self.channel.close()
        if self._folder:
            self._folder.cleanup()

    def end(self) -> None:
        """Tell the process, and all that it has started, to end at once: whoever has asked it sees that, and clears it away."""
        if self._cleared:
            return
        if sys.platform == "win32":
            self.process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def clean_environment() -> dict[str, str]:
    """The environment of a worker: it finds our modules, and no secret."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 ("" is a place too)
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"}
