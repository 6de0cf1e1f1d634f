"""Which files hold knowledge, and the digest that names their content."""

from __future__ import annotations

import codecs
import errno
import hashlib
import stat
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.manifest import MANIFEST, declared_name, manifest_path

VOCABULARY, SHARED_TABLE = "shared-vocabulary.ttl", "shared-vocabulary.sssom.tsv"
"""What many guidelines ask, and its codes elsewhere: who describes one of its terms takes its place (ADR 21)."""

SCHEMA = {"ontology": ("core.ttl", SHARED_TABLE, VOCABULARY), "shapes": ("case.ttl", "criteria.ttl")}
"""Folder → its files that speak of no guideline in particular."""

GENERATED = "inferred.ttl"
"""Name of the file that the reasoner writes: nobody is asked to mend it by hand."""

READ = (".ttl", ".tsv")
"""The endings of knowledge files."""

NOT_READ = (".turtle", ".n3", ".nt", ".nq", ".trig", ".rdf", ".owl", ".owx", ".ofn", ".omn", ".jsonld")
"""Endings of files that an author may take for knowledge."""


def shipped_folders() -> tuple[Path, ...]:
    """The folders of the shipped content, ontology before shapes."""
    return tuple(map(shipped_folder, SCHEMA))


def shipped_folder(package: str) -> Path:
    """A folder of shipped content, `ontology` or `shapes`, where its files are, not the links of an editable install."""
    return (Path(str(files(f"spinegraph.{package}"))) / "__init__.py").resolve().parent


def shipped_paths() -> tuple[Path, ...]:
    """The Turtle and SSSOM files of this distribution, ontology before shapes."""
    return own_paths(*shipped_folders())


def knowledge_paths(*folders: Path) -> tuple[Path, ...]:
    """The knowledge files below folders, and those of the shipped schema that no folder has its own of; () if there are none."""
    own = own_paths(*folders)
    brought = {path.name for path in own}
    return (*own, *(path for path in schema_paths() if path.name not in brought)) if own else ()


def named_paths(*folders: Path) -> tuple[Path, ...]:
    """The knowledge files below folders that somebody named. Raises KnowledgeError where a folder holds none, or is none."""
    for folder in folders:
        if not own_paths(folder):
            raise KnowledgeError("There are no knowledge files.", where=str(folder), mend="Give a folder that holds .ttl files.")
    return knowledge_paths(*folders)


def schema_paths() -> tuple[Path, ...]:
    """What every guideline is written in and none has to copy: the shipped nouns, criterion vocabulary and case shape."""
    return tuple(shipped_folder(package) / name for package, names in SCHEMA.items() for name in names)


def own_paths(*folders: Path) -> tuple[Path, ...]:
    """The knowledge files below folders, sorted; the authoring shapes are about knowledge and not part of it.

    In whatever order folders are named, their files come in one; a folder that is named twice is read once.
    Raises KnowledgeError where one folder lies in another; where a file holds RDF, or a table, and its name says that it is not
    read.
    """
    found = []
    for folder in _apart(folders):
        for path in sorted(folder.rglob("*")):
            if is_apart(path.relative_to(folder)):
                continue
            if path.suffix in READ:
                found.append(path)
            elif path.suffix.lower() in (*READ, *NOT_READ) and path.is_file():
                raise KnowledgeError(
                    f"{path.name} is not read: knowledge is Turtle (.ttl) and SSSOM (.tsv).",
                    where=str(path),
                    mend="Convert it to Turtle and name it .ttl, or take it out of the folder.",
                )
    return tuple(found)


def _apart(folders: Iterable[Path]) -> list[Path]:
    """Folders by name, each once. Raises KnowledgeError where one lies in another: its files would count twice."""
    by_place = {folder.resolve(): folder for folder in folders}
    for place, folder in by_place.items():
        if around := next((other for other in place.parents if other in by_place), None):
            raise KnowledgeError(
                f"{folder} lies in {by_place[around]}, which is named too.",
                where=str(folder),
                mend="Name the outer folder alone, or the packages in it one by one.",
            )
    return [by_place[place] for place in sorted(by_place, key=lambda place: (declared_name(place) or place.name, place))]


def is_schema(path: Path) -> bool:
    """Whether a file is one of the schema, or a copy of one."""
    return path.name in SCHEMA.get(path.parent.name, ())


def is_shared(path: Path) -> bool:
    """Whether a file is one of the shared vocabulary, or a copy of one."""
    return is_schema(path) and path.name in (VOCABULARY, SHARED_TABLE)


def is_apart(path: Path) -> bool:
    """Whether a file below a folder is about content, or nobody's: an authoring shape, or hidden as .git, .venv, .#name."""
    return "authoring" in path.parts or is_hidden(path)


def is_hidden(path: Path) -> bool:
    """Whether a file below a folder is nobody's: .git, .venv, .#name."""
    return any(part.startswith(".") for part in path.parts)


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises OSError; also of a pipe or a device, which would never end, or be empty when read again."""
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "it is a pipe, a device or a socket")
    return path.read_bytes()


def in_unix_form(text: bytes) -> bytes:
    """A text without a byte order mark, its lines ending in \\n: what an editor or a checkout on Windows changes is no change."""
    return text.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")


def content_digest(paths: Iterable[Path]) -> str:
    """`sha256:…` over names and texts of the files, in any order and however their lines end: same text, same digest.

    What manifests say counts. Raises KnowledgeError.
    """
    total = hashlib.sha256()
    paths = tuple(paths)
    named = [(path.parent.name, path.name, _text_digest(path)) for path in paths]
    named += [("", path.name, _text_digest(path)) for path in manifests(paths).values()]
    for folder, name, text in sorted(named):
        total.update(f"{folder}/{name}\0".encode() + text)
    return f"sha256:{total.hexdigest()}"


def _text_digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(in_unix_form(read_file(path))).digest()
    except OSError as error:
        raise KnowledgeError(f"{path.name} cannot be read: {error.strerror}.", mend="Check the path.") from error


def in_reading_order(paths: Iterable[Path]) -> tuple[Path, ...]:
    """What is generated comes last: it locates nothing."""
    return tuple(sorted(paths, key=lambda path: path.name == GENERATED))


SHIPPED = "spinegraph"
"""The name of the package that comes with the tool."""


def package_names(paths: Iterable[Path]) -> dict[Path, str]:
    """File → the package that it belongs to: the folder whose `ontology` or `shapes` it stands below, "" for any other file.

    A package is called as its manifest says, or else as its folder. Two folders of one name are distinguished by the whole path.
    """
    shipped = {folder.parent for folder in shipped_folders()}
    folder_of = {path: package_folder(path) for path in paths}
    named = {folder: declared_name(folder) or folder.name for folder in set(filter(None, folder_of.values()))}
    folders_of: dict[str, set[Path]] = {}
    for folder, called in named.items():
        folders_of.setdefault(called, set()).add(folder)

    def name(folder: Path | None) -> str:
        if folder is None:
            return ""
        if folder in shipped:
            return SHIPPED
        return named[folder] if len(folders_of[named[folder]]) == 1 else folder.as_posix()

    return {path: name(folder) for path, folder in folder_of.items()}


def name_in_package(path: Path) -> str:
    """A file as messages about several packages name it: `pneumonia/shapes/rules/a.ttl`."""
    folder = package_folder(path) or path.absolute().parent
    return path.absolute().relative_to(folder.parent).as_posix()


def package_folder(path: Path) -> Path | None:
    """The folder of the package that a file belongs to: that of `ontology` and `shapes`, or else one with a manifest."""
    for folder in path.absolute().parents:
        if folder.name in SCHEMA:
            return folder.parent
        if (folder / MANIFEST).is_file():
            return folder
    return None


def manifests(paths: Iterable[Path]) -> dict[Path, Path]:
    """Folder of a package → its manifest, for the packages of files that have one."""
    folders = dict.fromkeys(filter(None, map(package_folder, paths)))
    return {folder: manifest_path(folder) for folder in folders if manifest_path(folder).is_file()}
