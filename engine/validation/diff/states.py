"""Where a state of the knowledge comes from: a folder, or a revision of the git repository that one works in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.build.assembly import assemble
from spinegraph.engine.knowledge.files import knowledge_paths
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.validation.diff.statements import State

FOLDERS = ("ontology", "shapes")
"""Below these a project keeps its knowledge; a folder without them is read as a whole."""
SUFFIXES = (".ttl", ".tsv")


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


SERVED = "served"
"""The name of the state that a service answers with."""


def served_state(served: Mapping[str, Path]) -> State:
    """What a service answers with: its files by the names that it gives them. Raises KnowledgeError."""
    graph = read_graph(served.values())
    return State(SERVED, graph, assemble(graph), names={path: name for name, path in served.items()})


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
    """Write the knowledge files of the folders as they are committed at a revision. Nothing of the working tree is touched."""
    git = shutil.which("git")
    if git is None:
        raise KnowledgeError(f"{revision} is no folder, and git is not installed.", mend="Name two folders.")
    entries = _listed(git, _commit(git, revision), folders)
    if not entries:
        raise KnowledgeError(
            f"At {revision} there is no {' or '.join(folders)} here.", mend="Run it where these folders are, or name them."
        )
    read = list(_knowledge_files(entries, revision))
    for entry, text in zip(read, _contents(git, revision, read), strict=True):
        path = target.joinpath(*(part for part in Path(entry.path).parts if part != ".."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


class _Entry(NamedTuple):
    """What a commit holds at a path, relative to the working directory: git's mode, and the name of the object."""

    mode: str
    name: str
    path: str


LINK, SUBMODULE = "120000", "160000"
"""Modes of what is no file."""
POINTER = b"version https://git-lfs.github.com/spec/"
CHECK_OUT = "Check the revision out into a folder, and name that."


def _knowledge_files(entries: list[_Entry], revision: str) -> Iterator[_Entry]:
    """The files that hold knowledge. Raises KnowledgeError at what stands for files that are not committed here."""
    for entry in entries:
        if entry.mode == SUBMODULE or (entry.mode == LINK and Path(entry.path).suffix in SUFFIXES):
            what = "a submodule" if entry.mode == SUBMODULE else "a symbolic link"
            raise KnowledgeError(f"At {revision} {entry.path} is {what}, which is not followed.", mend=CHECK_OUT)
        if Path(entry.path).suffix in SUFFIXES:
            yield entry


def _commit(git: str, revision: str) -> str:
    found = _git(git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not found.returncode:
        return found.stdout.decode().strip()
    if _git(git, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        raise KnowledgeError(
            f"{revision} is not in this repository, which holds only the last commits.",
            mend="Fetch the others: `git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout.",
        )
    raise KnowledgeError(
        f"{revision} is neither a folder nor a revision of a git repository here.",
        mend="Name a folder, or a commit, tag or branch, from within the repository.",
    )


def _listed(git: str, commit: str, folders: tuple[str, ...]) -> list[_Entry]:
    """Everything below the folders at a commit: as it is committed, whatever is left out of releases (export-ignore)."""
    listed = _git(git, "ls-tree", "-r", "-z", commit, "--", *(f"{folder.rstrip('/')}/" for folder in folders)).stdout
    entries = []
    for line in filter(None, listed.split(b"\0")):
        about, _, path = line.partition(b"\t")
        mode, _, name = about.decode().split(" ")
        entries.append(_Entry(mode, name, os.fsdecode(path)))
    return entries


def _contents(git: str, revision: str, entries: list[_Entry]) -> Iterator[bytes]:
    """The bytes of each entry, by one process."""
    asked = "".join(f"{entry.name}\n" for entry in entries).encode()
    answer = _git(git, "cat-file", "--batch", given=asked)
    if answer.returncode:
        raise KnowledgeError(f"git could not read {revision}: {answer.stderr.decode(errors='replace').strip()}")
    rest = answer.stdout
    for entry in entries:
        head, _, rest = rest.partition(b"\n")
        words = head.split(b" ")
        if len(words) != 3:
            raise KnowledgeError(
                f"git does not have {entry.path} as it was at {revision}.",
                mend="Fetch the whole repository: `git fetch --refetch`.",
            )
        text, rest = rest[: int(words[2])], rest[int(words[2]) + 1 :]
        if text.startswith(POINTER):
            raise KnowledgeError(f"At {revision} {entry.path} is in Git LFS, which is not read.", mend=CHECK_OUT)
        yield text


def _git(git: str, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 (no shell; the revision is verified)
        [git, *arguments], input=given, capture_output=True, check=False
    )
