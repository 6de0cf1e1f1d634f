"""A PostgreSQL server of one's own, in a folder, where its programs are installed; no other address than a socket in there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.patience import HUNG

NOBODY = "nobody"
"""The server refuses to run as root."""


def programs() -> Path | None:
    """The folder of its programs, or None where there are none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """The URL of a database of a server that runs while the context lasts."""
    with TemporaryDirectory(prefix="pg", dir="/tmp") as made:  # short: a path of a socket has 107 bytes at most
        folder = Path(made)
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(folder, NOBODY)
            user = {"user": NOBODY}
        data = folder / "data"

        def run(*command: str) -> None:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=2 * HUNG, check=False, **user)
            assert done.returncode == 0, done.stderr

        run(str(programs / "initdb"), "--pgdata", str(data), "--username", "audit", "--auth", "trust", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        log = str(folder / "log")
        run(str(programs / "pg_ctl"), "start", "--wait", "-t", "120", "-D", str(data), "-l", log, "-o", options)
        try:
            yield f"postgresql+psycopg://audit@/postgres?host={folder}"
        finally:
            run(str(programs / "pg_ctl"), "stop", "-D", str(data), "-m", "immediate")
