"""What `--knowledge` may name: a folder, a package that comes with the tool, or the archive of one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from spinegraph.engine.errors import KnowledgeError, shortened
from spinegraph.engine.knowledge.archive import ARCHIVE, unpacked
from spinegraph.engine.knowledge.files import SHIPPED, shipped_folder, shipped_folders
from spinegraph.engine.knowledge.manifest import declared_name, manifest_path


def guidelines_home() -> Path:
    """The folder of the packages that come with the tool."""
    return shipped_folder("guidelines")


def shipped_packages() -> dict[str, tuple[Path, ...]]:
    """Name of each package that comes with the tool → its folders. What is loaded when none is named comes first."""
    folders = sorted(path for path in guidelines_home().iterdir() if manifest_path(path).is_file())
    return {SHIPPED: shipped_folders(), **{declared_name(folder) or folder.name: (folder,) for folder in folders}}


def only_shipped(folders: Iterable[Path]) -> bool:
    """Whether all folders are of packages that come with the tool."""
    shipped = {folder.resolve() for package in shipped_packages().values() for folder in package}
    return all(folder.resolve() in shipped for folder in folders)


def folders_named(named: Iterable[Path]) -> tuple[Path, ...]:
    """The folders that are meant, of whatever kind each name is; a folder of that name comes before a shipped package.

    Raises KnowledgeError where nothing has a name, or an archive is not what was built.
    """
    return tuple(folder for name in named for folder in _folders(name))


def _folders(name: Path) -> tuple[Path, ...]:
    if name.suffix == ARCHIVE and name.is_file():
        return (unpacked(name),)
    if name.exists() or len(name.parts) != 1:
        return (name,)
    shipped = shipped_packages()
    if name.name not in shipped:
        near = get_close_matches(name.name, shipped, n=1)
        meant = f"; did you mean {near[0]}?" if near else "."
        raise KnowledgeError(
            f"There is no folder and no shipped package {shortened(name.name)}{meant}",
            where=name.name,
            mend=f"Name a folder, an archive ({ARCHIVE}), or one of: {', '.join(shipped)}.",
        )
    return shipped[name.name]
