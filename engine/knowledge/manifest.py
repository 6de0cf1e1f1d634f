"""`guideline.toml`: what a package is called, where its names live, and what it requires (design section 11)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from spinegraph.engine.errors import KnowledgeError, kind_of_value, shortened
from spinegraph.engine.model.base import Frozen, doc

MANIFEST = "guideline.toml"
"""The file that says what a package is; it stands in the package's folder."""
NEEDED = ("name", "version", "namespace", "title")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAMESPACE = re.compile(r"""https?://[^\s/<>"{}|\\^`]+/[^\s<>"{}|\\^`]*(?<=[/#])""")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


class Manifest(Frozen, frozen=True, kw_only=True):
    """What a package says of itself."""

    name: Annotated[str, doc("Its name, by which requests and commands ask for it.")]
    version: Annotated[str, doc("Its version, such as 1.2.0.")]
    namespace: Annotated[str, doc("The IRI below which its shapes, rules and passages are named; any domain.")]
    title: Annotated[str, doc("What it is about, in a line.")]
    licence: Annotated[str, doc("Under which licence it may be used.")] = ""
    language: Annotated[str, doc("The language of its words, as BCP 47 has it.")] = "en"
    publisher: Annotated[str, doc("Who publishes it.")] = ""
    requires: Annotated[Mapping[str, str], doc("Name of a package that it rests on → versions that fit, such as >=1.2,<2.")] = {}


KEYS = Manifest.__struct_fields__
TEXTS = tuple(key for key in KEYS if key != "requires")
MEND = f"A manifest has the keys {', '.join(KEYS)}."


def manifest_path(folder: Path) -> Path:
    """Where the manifest of a package stands, if it has one."""
    return folder / MANIFEST


def read_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises KnowledgeError with its line at the first thing that is not understood; OSError."""
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise _error(path, int(line[1]) if line else 0, f"This is not TOML: {error}.", 'Write `name = "…"`.') from error
    _check_keys(path, text, data)
    for key, (what, mend) in _wrong_texts(data):
        raise _error(path, _line_of(text, key), what, mend)
    for name, versions in data.get("requires", {}).items():
        if problem := _wrong_requirement(name, versions):
            raise _error(path, _line_of(text, name), *problem)
    return Manifest(**data)


def declared_name(folder: Path) -> str:
    """The name that the manifest of a folder declares, or "" where there is none, or none that can be read."""
    try:
        name = tomllib.loads(manifest_path(folder).read_text(encoding="utf-8")).get("name", "")
    except (OSError, ValueError):
        return ""
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def requirement_line(path: Path, name: str) -> int:
    """The line of a manifest that names a required package; 0 where it is not known."""
    return _line_of(path.read_text(encoding="utf-8"), name)


def fits(version: str, versions: str) -> bool:
    """Whether a version is one of those that a requirement names, or "" for any.

    >>> fits("1.3.0", ">=1.2,<2"), fits("2.0", ">=1.2,<2"), fits("", ""), fits("", ">=1")
    (True, False, True, False)
    """
    return not versions or (bool(version) and SpecifierSet(versions).contains(version, prereleases=True))


def _check_keys(path: Path, text: str, data: Mapping[str, Any]) -> None:
    for key in data:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            what = f"A manifest has no key {shortened(key)}" + (f"; did you mean {near[0]}?" if near else ".")
            raise _error(path, _line_of(text, key), what, MEND)
    for key in NEEDED:
        if key not in data:
            raise _error(path, 0, f"The manifest has no {key}.", f'Add {key} = "…".')


def _wrong_texts(data: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Keys whose values cannot be, each with what is wrong and how to mend it."""
    for key in (key for key in TEXTS if key in data):
        value = data[key]
        if not isinstance(value, str) or not value.strip():
            given = "empty" if value == "" else kind_of_value(value)
            yield key, (f"{key} is {given}, not text.", f'Write {key} = "…".')
        elif key == "name" and (value == "all" or not _NAME.fullmatch(value)):
            yield (
                key,
                (
                    f"{shortened(value)} is no name of a package.",
                    "Write small letters and digits, joined by hyphens; not all.",
                ),
            )
        elif key == "version" and not _is_version(value):
            yield key, (f"{shortened(value)} is no version.", "Write numbers joined by points, such as 1.2.0.")
        elif key == "namespace" and not _NAMESPACE.fullmatch(value):
            mend = "Write the whole of it, up to its last / or #: https://example.org/pneumonia/."
            yield key, (f"{shortened(value)} is no namespace.", mend)
        elif key == "language" and not _LANGUAGE.fullmatch(value):
            yield key, (f"{shortened(value)} is no language.", "Write it as en or de-AT.")
    if not isinstance(data.get("requires", {}), dict):
        yield "requires", ("requires is no table.", 'Write [requires] on a line, and below it name = ">=1.0".')


def _wrong_requirement(name: str, versions: object) -> tuple[str, str] | None:
    if not _NAME.fullmatch(name):
        return f"{shortened(name)} is no name of a package.", "Write the name that stands in its manifest, or that of its folder."
    if isinstance(versions, str):
        try:
            SpecifierSet(versions)
        except InvalidSpecifier:
            pass
        else:
            return None
    return (
        f"The versions of {name} that fit cannot be read: {shortened(str(versions))}.",
        'Write them as ">=1.2,<2", or "" for any.',
    )


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _line_of(text: str, key: str) -> int:
    """The 1-based line on which a key, or a table, stands; 0 where it does not."""
    found = re.search(rf"""^\s*\[?["']?{re.escape(key)}["']?\s*[=\]]""", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 0


def _error(path: Path, line: int, what: str, mend: str) -> KnowledgeError:
    where = f"{path.parent.name}/{path.name}" + (f":{line}" if line else "")
    return KnowledgeError(what, where=where, mend=mend, kind="bad-manifest", path=path, line=line)
