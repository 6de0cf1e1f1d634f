"""Worker processes that cannot be started leave nothing behind."""

from __future__ import annotations

import errno
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from spinegraph.engine.sandbox.process import WorkerProcess


def refuse(*_: Any, **__: Any) -> Any:
    raise OSError(errno.EMFILE, "Too many open files")


@pytest.mark.parametrize(("module", "name"), [(subprocess, "Popen"), (socket, "socketpair"), (tempfile, "TemporaryFile")])
def test_a_worker_that_cannot_be_started_leaves_no_folder(
    module: Any, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(module, name, refuse)
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir())) if descriptors.exists() else 0
    with pytest.raises(OSError, match="Too many open files"):
        WorkerProcess("tests.sandbox.toy_worker", b"{}", longest_answer=1 << 10, folder=True)
    assert not list(tmp_path.iterdir())
    if before:
        assert len(list(descriptors.iterdir())) == before
