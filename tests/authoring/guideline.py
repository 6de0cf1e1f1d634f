"""The small sound guideline of `good/`, copied into a folder and spoilt by one seeded defect."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from spinegraph.engine.knowledge.files import shipped_folder

FOLDER = Path(__file__).parent
GOOD = FOLDER / "good"
BAD = FOLDER / "bad"


class Expected(NamedTuple):
    """A diagnostic that has to be found: id, file, and its line (1-based) in the spoilt file."""

    id: str
    file: str
    line: int


class Defect(NamedTuple):
    """One seeded defect, as written in `bad/<name>.yaml`."""

    name: str
    about: str
    edits: tuple[Mapping[str, str], ...]
    expect: tuple[Mapping[str, Any], ...]
    checks: tuple[str, ...]

    def expected(self, folder: Path) -> tuple[Expected, ...]:
        """What has to be found, once the defect has been seeded in a folder."""
        return tuple(
            Expected(entry["id"], entry["file"], _line(folder / entry["file"], entry.get("at", 0))) for entry in self.expect
        )


@cache
def read_defects() -> Mapping[str, Defect]:
    """Every seeded defect, by name; read once."""
    found = {}
    for path in sorted(BAD.glob("*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        assert set(told) <= {"about", "edits", "expect", "with"}, path
        found[path.stem] = Defect(
            path.stem, told["about"], tuple(told["edits"]), tuple(told["expect"]), tuple(told.get("with", ()))
        )
    return found


def write_good(folder: Path) -> None:
    """The sound guideline, with the shipped core schema and criterion vocabulary."""
    shutil.copytree(GOOD, folder, dirs_exist_ok=True)
    for package, name in (("ontology", "core.ttl"), ("shapes", "criteria.ttl")):
        shutil.copy(shipped_folder(package) / name, folder / package / name)


def seed(folder: Path, defect: Defect) -> None:
    """Write the guideline with one defect. What an edit replaces has to stand there exactly once."""
    write_good(folder)
    for edit in defect.edits:
        path = folder / edit["file"]
        if "bytes" in edit:
            path.write_bytes(bytes.fromhex(edit["bytes"]))
        elif "create" in edit:
            assert not path.exists(), path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(edit["create"], encoding="utf-8")
        elif "append" in edit:
            path.write_text(path.read_text(encoding="utf-8") + edit["append"], encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            assert text.count(edit["old"]) == 1, f"{edit['old']!r} stands {text.count(edit['old'])} times in {path}"
            path.write_text(text.replace(edit["old"], edit["new"]), encoding="utf-8")


def _line(path: Path, at: str | int) -> int:
    """The line of a text that stands in a file exactly once, or a line as given."""
    if isinstance(at, int):
        return at
    text = path.read_text(encoding="utf-8")
    assert text.count(at) == 1, f"{at!r} stands {text.count(at)} times in {path}"
    return text[: text.index(at)].count("\n") + 1
