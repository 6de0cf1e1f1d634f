"""Where a state of the knowledge comes from: a folder, or a revision of the git repository that one works in."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.build.assembly import assemble
from spinegraph.engine.knowledge.files import knowledge_paths
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.validation.diff.statements import State

FOLDERS = ("ontology", "shapes")
"""Below these a project keeps its knowledge; a folder without them is read as a whole."""


@contextmanager
def state_of(name: str, folders: tuple[str, ...] = FOLDERS) -> Iterator[State]:
    """The knowledge in the folder `name`, or below `folders` at the git revision `name`; its files last as long as the context.

    Raises KnowledgeError where there is neither, or no knowledge in it, or where it does not load.
    """
    if Path(name).is_dir():
        yield _read(name, Path(name))
        return
    with TemporaryDirectory() as copied:
        _check_out(name, folders, Path(copied))
        yield _read(name, Path(copied))


def _read(name: str, folder: Path) -> State:
    parts = [folder / part for part in FOLDERS if (folder / part).is_dir()]
    paths = knowledge_paths(*(parts or [folder]))
    if not paths:
        raise KnowledgeError(
            f"There is no knowledge in {name}: no Turtle file.", mend=f"Name the folder that holds {' and '.join(FOLDERS)}."
        )
    try:
        graph = read_graph(paths)
        return State(name, graph, assemble(graph), folder.as_posix())
    except KnowledgeError as error:
        error.where = f"{name}, {error.where}" if error.where else name  # of two states, which one
        raise


def _check_out(revision: str, folders: tuple[str, ...], target: Path) -> None:
    """Write the folders as they are at a revision. Nothing of the working tree is touched."""
    git = shutil.which("git")
    if git is None:
        raise KnowledgeError(f"{revision} is no folder, and git is not installed.", mend="Name two folders.")
    found = _git(git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        raise KnowledgeError(
            f"{revision} is neither a folder nor a revision of a git repository here.",
            mend="Name a folder, or a commit, tag or branch, from within the repository.",
        )
    commit = found.stdout.decode().strip()
    listed = _git(git, "ls-tree", "--name-only", commit, "--", *folders).stdout.decode().split("\n")
    there = [folder for folder in folders if folder.rstrip("/") in listed]
    if not there:
        raise KnowledgeError(
            f"At {revision} there is no {' or '.join(folders)} here.", mend="Run it where these folders are, or name them."
        )
    archive = _git(git, "archive", "--format=tar", commit, "--", *there)
    if archive.returncode:
        raise KnowledgeError(f"git could not read {revision}: {archive.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(target, filter="data")


def _git(git: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([git, *arguments], capture_output=True, check=False)  # noqa: S603 (no shell; the revision is verified)
