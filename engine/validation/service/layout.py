"""Files laid out in a folder, as an author has them, and the content that they make."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from spinegraph.engine.knowledge.files import SCHEMA, knowledge_paths, own_paths, schema_paths, shipped_paths
from spinegraph.engine.validation.cases.files import SCREENS
from spinegraph.engine.validation.content import CASES, TABLE, TURTLE, Content
from spinegraph.engine.validation.service.messages import Question
from spinegraph.engine.validation.service.names import DOCUMENTS, TEXTS

AUTHORING = "authoring"
"""Below a folder of this name stand shapes about content, which are none themselves."""


def served_files(folders: Iterable[Path] = ()) -> dict[str, Path]:
    """Name → path of the knowledge that files are validated beside: what is below folders, by default what is shipped."""
    roots = tuple(folders)
    schema = {f"{path.parent.name}/{path.name}": path for path in schema_paths()}
    if not roots:
        return {path.relative_to(_package(path).parent).as_posix(): path for path in shipped_paths()}
    found: dict[str, Path] = {}
    for root in roots:
        for path in own_paths(root):
            name = path.relative_to(root).as_posix()
            found[name if name not in found else f"{root.resolve().name}/{name}"] = path
    needed = set(knowledge_paths(*roots))
    return {**found, **{name: path for name, path in schema.items() if path in needed and name not in found}}


def _package(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.name in SCHEMA)


def lay_out(folder: Path, served: Mapping[str, Path], question: Question, vocabulary: Iterable[str] = ()) -> Content:
    """Write the files of a question into a folder, beside copies of those that are served, and read them all.

    Copies that are there already stay. `vocabulary`: namespaces and terms of the profile.
    """
    brought = {PurePosixPath(name).name for name in question.files}
    schema = {f"{path.parent.name}/{path.name}": path for path in schema_paths() if path.name not in brought}
    surrounding = served if question.beside == "shipped" else schema
    copy_files(folder, {name: path for name, path in surrounding.items() if name not in question.files})
    for name, body in question.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    if SCREENS not in question.files:  # the lists of findings of a case are looked for upwards, and that ends here
        (folder / SCREENS).write_bytes(b"{}\n")
    given = [folder / name for name in question.files]
    content = [path for path in given if path.suffix in (TURTLE, TABLE) and AUTHORING not in path.parts]
    return Content(
        (*(folder / name for name in surrounding), *content),
        focus=given,
        cases=[path for path in given if path.suffix in CASES and path.name != SCREENS],
        sources=folder / DOCUMENTS if any(path.suffix in TEXTS for path in given) else None,
        root=folder,
        vocabulary=vocabulary,
    )


def copy_files(folder: Path, named: Mapping[str, Path]) -> None:
    """Copies under other names, with the times of the originals, where there are none yet."""
    for name, path in named.items():
        target = folder / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
