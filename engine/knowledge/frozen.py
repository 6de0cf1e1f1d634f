"""Copies of knowledge, so that all who read it read the same, whatever happens to its files meanwhile."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.files import NOT_READ, READ, SCHEMA, is_hidden
from spinegraph.engine.knowledge.installed import only_shipped
from spinegraph.engine.knowledge.manifest import manifest_path

COPIED = (*READ, *NOT_READ, ".toml", ".yaml", ".yml")
"""Endings of what is read of a package, or refused by name: knowledge, manifests, profiles."""


class FrozenFolders:
    """Copies of `folders`, below a folder of their own, each where it stands below the root; `close` takes them away.

    What comes with the tool changes with the tool only, and is not copied. Raises KnowledgeError where a file cannot be read.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        named = tuple(folders)
        self._place = (
            None if only_shipped(named) else tempfile.TemporaryDirectory(prefix="spinegraph-", ignore_cleanup_errors=True)
        )
        if self._place is None:
            self.folders = named
            return
        self._below = Path(self._place.name).resolve()
        self.folders = tuple(map(self._copy_of, named))
        try:
            for folder in named:
                for path in _read_of(folder):
                    self._copy(path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Take the copies away."""
        if self._place:
            self._place.cleanup()

    def original(self, error: KnowledgeError) -> KnowledgeError:
        """The error with the names of the files that the copies were made of."""
        if self._place:
            error.what, error.where, error.mend = map(self._named, (error.what, error.where, error.mend))
            error.args = (error.what,)
        return error

    def _named(self, text: str) -> str:
        return text.replace(f"{self._copy_of(Path.cwd())}/", "").replace(str(self._below), "")

    def _copy_of(self, path: Path) -> Path:
        absolute = path.absolute()
        return self._below / absolute.relative_to(absolute.anchor)

    def _copy(self, path: Path) -> None:
        target = self._copy_of(path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
        except OSError as error:
            raise KnowledgeError(
                f"{path.name} cannot be copied: {error.strerror}.",
                where=str(path),
                mend="Check that it can be read, and that there is room in the folder for temporary files.",
            ) from error


def _read_of(folder: Path) -> Iterator[Path]:
    """The files that are read for a folder of knowledge: those below it, its manifest, and the shapes of authors beside it."""
    beside = [manifest_path(folder.parent)] if folder.name in SCHEMA else []
    if folder.name in SCHEMA:
        beside += (folder.parent / "shapes").rglob("authoring/*")
    below = (path for path in folder.rglob("*") if path.suffix.lower() in COPIED and not is_hidden(path.relative_to(folder)))
    yield from (path for path in (*below, *beside) if path.is_file())
