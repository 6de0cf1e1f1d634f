"""A process that has given up its rights reaches nothing: what is tried, and by whom it is refused."""

from __future__ import annotations

import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

LINUX = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="the kernel's rules are Linux's"
)


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A listener that nobody may reach."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


def attempts(before: str, tries: str) -> list[str]:
    """What each try ends in, in a process of its own that first does `before`."""
    code = f"""
import ctypes, os, socket, subprocess, sys, threading, urllib.request
import pyoxigraph as ox
{before}
for attempt in ({tries}):
    try:
        print("done", attempt())
    except BaseException as error:
        print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


@LINUX
def test_the_kernel_refuses_sockets_to_python_to_libraries_and_to_programs(trap: socket.socket) -> None:
    port = trap.getsockname()[1]
    program = f"import socket; socket.create_connection((chr(49)+'27.0.0.1', {port}))"
    found = attempts(
        "from spinegraph.engine.sandbox.network import close_network\nopen_before = socket.socketpair()\nprint(close_network())",
        f"""
        lambda: socket.create_connection(("127.0.0.1", {port})),
        lambda: socket.socket(socket.AF_UNIX),
        lambda: ctypes.CDLL(None).socket(2, 1, 0),
        lambda: ctypes.CDLL(None).syscall({425}, 8, None),
        lambda: bool(ox.Store().query("ASK {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}")),
        lambda: subprocess.run([sys.executable, "-c", {program!r}], capture_output=True).returncode,
        lambda: open_before[0].send(b"x") and open_before[1].recv(1),
        lambda: subprocess.run(["true"]).returncode,
        lambda: threading.Thread(target=str).start(),
        """,
    )
    assert [line.partition(":")[0] for line in found] == [
        "True",
        "PermissionError [Errno 13] Permission denied",
        "PermissionError [Errno 13] Permission denied",
        "done -1",
        "done -1",
        found[5].partition(":")[0],
        "done 1",
        "done b'x'",
        "done 0",
        "done None",
    ]
    assert found[5].startswith(("OSError", "PermissionError"))


def test_python_refuses_what_is_not_named(trap: socket.socket, tmp_path: Path) -> None:
    (tmp_path / "read").mkdir()
    (tmp_path / "read" / "a").write_text("a", encoding="utf-8")
    (tmp_path / "written").mkdir()
    (tmp_path / "other").write_text("secret", encoding="utf-8")
    (tmp_path / "read-not").write_text("secret", encoding="utf-8")
    found = attempts(
        "from spinegraph.engine.sandbox.guard import guard, interpreter_files\n"
        f"os.chdir({str(tmp_path)!r})\n"
        f"guard([*interpreter_files(), {str(tmp_path / 'read')!r}], [{str(tmp_path / 'written')!r}], [(sys.executable, '-c')])",
        f"""
        lambda: open("read/a").read(),
        lambda: open("written/b", "w").write("b"),
        lambda: open("written/b").read(),
        lambda: os.open("read/a", os.O_RDONLY) > 0,
        lambda: open("read/a", "a"),
        lambda: open("read/new", "x"),
        lambda: os.open("read/a", os.O_RDWR),
        lambda: open("other"),
        lambda: open("read-not"),
        lambda: open("read/../other"),
        lambda: open(b"other", "rb"),
        lambda: subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout,
        lambda: subprocess.run([sys.executable, "-m", "http.server"]),
        lambda: subprocess.run("ls", shell=True),
        lambda: os.system("true"),
        lambda: os.execv("/bin/true", ["true"]),
        lambda: os.posix_spawn("/bin/true", ["true"], {{}}),
        lambda: socket.create_connection(("127.0.0.1", {trap.getsockname()[1]})),
        lambda: urllib.request.urlopen("http://127.0.0.1:{trap.getsockname()[1]}/"),
        lambda: urllib.request.urlopen("file:///etc/passwd"),
        """,
    )
    assert found[:4] == ["done a", "done 1", "done b", "done True"]
    assert found[11] == "done b'1\\n'"
    refused = [line for number, line in enumerate(found) if number not in (0, 1, 2, 3, 11)]
    assert len(refused) == 15
    assert all(line.startswith("PermissionError") and line.endswith("is not allowed") for line in refused), refused


def test_what_python_needs_may_be_read() -> None:
    found = attempts(
        "from spinegraph.engine.sandbox.guard import guard, interpreter_files\nguard(interpreter_files(), [], [])",
        """
        lambda: __import__("decimal").__name__,
        lambda: len(os.urandom(2)),
        lambda: __import__("zoneinfo").ZoneInfo("UTC").key,
        """,
    )
    assert found == ["done decimal", "done 2", "done UTC"]


@LINUX
def test_limits_hold(tmp_path: Path) -> None:
    found = attempts(
        f"import signal\nos.chdir({str(tmp_path)!r})\nfrom spinegraph.engine.sandbox.confinement import confine\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "confine(memory_bytes=64 << 20, open_files=20, file_bytes=1000, processes=True, cpu_seconds=9)",
        """
        lambda: len(bytearray(8 << 20)),
        lambda: bytearray(256 << 20),
        lambda: open("short", "wb").write(b"x" * 999),
        lambda: open("long", "wb", 0).write(b"x" * 2000),
        lambda: [open("short") for _ in range(30)],
        """,
    )
    assert [line.partition(":")[0] for line in found] == [
        "done 8388608",
        "MemoryError ",
        "done 999",
        "done 1000",
        "OSError [Errno 24] Too many open files",
    ]


@LINUX
def test_processor_time_ends(tmp_path: Path) -> None:
    code = "from spinegraph.engine.sandbox.confinement import confine\nconfine(memory_bytes=1 << 30, cpu_seconds=1)\n"
    code += "while True: pass"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=30)
    assert done.returncode == -24
