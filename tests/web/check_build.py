"""The built files of the console are what its sources build, byte for byte; and the sources are typed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
SHIPPED = ROOT / "api" / "http" / "console"
PATIENCE = 300
"""Seconds that an installation may take."""


@pytest.fixture(scope="module")
def node() -> str:
    """The path of Node, with the packages of the console; skips, and says why, where they cannot be had."""
    path, npm = shutil.which("node"), shutil.which("npm")
    if path is None or npm is None:
        pytest.skip("Node and npm are not there: the built files are held to their sources by a digest alone")
    if not (WEB / "node_modules").exists():
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts"], cwd=WEB, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if done.returncode:
            pytest.skip(f"npm ci: {done.stderr.strip()[-300:]}")
    return path


def test_the_built_files_are_what_the_sources_build(node: str, tmp_path: Path) -> None:
    subprocess.run([node, "build.mjs", str(tmp_path)], cwd=WEB, check=True, timeout=PATIENCE)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built.keys() == {path.name for path in SHIPPED.iterdir() if path.is_file() and path.suffix != ".py"}
    assert [name for name, content in built.items() if (SHIPPED / name).read_bytes() != content] == [], "run `make web`"


def test_the_sources_are_typed(node: str) -> None:
    checker = WEB / "node_modules" / "typescript" / "bin" / "tsc"
    command = [node, str(checker), "--noEmit"]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stdout == ""
