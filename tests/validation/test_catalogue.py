"""The catalogue of diagnostics, its page docs/diagnostics.md, and the seeded defects: each holds the others.

SPINEGRAPH_GOLDEN=write writes the part of the page that follows from the catalogue and the defects anew.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest
from spinegraph.engine.validation.catalogue import BY_NAME, CATALOGUE, ENTRIES, GROUPS, Entry
from spinegraph.engine.validation.diagnostics import SEVERITIES

from tests.authoring.guideline import BAD, Defect, read_defects

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "diagnostics.md"
MARK = "<!-- What follows is written from the catalogue and the seeded defects; a test holds it. -->\n"
DEFECTS = read_defects()
SEEDED = "123456789"
"""Groups of which every diagnostic has a seeded defect in tests/authoring/bad."""
LONGEST_EXAMPLE = 6
"""So many lines of an edit are shown."""


def defects_of(id_: str) -> list[Defect]:
    """Those of which the golden text speaks of the diagnostic."""
    named = (defect for name, defect in DEFECTS.items() if name.startswith(f"{id_}-"))
    return [defect for defect in named if f" {id_} " in _golden(defect)]


def _golden(defect: Defect) -> str:
    path = BAD / f"{defect.name}.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def section(entry: Entry) -> Iterator[str]:
    """What the page says of one diagnostic."""
    yield f"### {entry.id} {entry.name}\n"
    yield f"*{entry.severity}.* {entry.title}.\n"
    yield f"- **Why it matters.** {entry.why}"
    yield f"- **How to mend it.** {entry.mend}\n"
    for defect in defects_of(entry.id)[:1]:
        yield f"Example. {defect.about}\n"
        if (shown := edit_shown(defect.edits[0])) is not None:
            yield f"```diff\n{shown}\n```\n"
        yield f"```\n{told_of(entry.id, defect)}\n```\n"


def edit_shown(edit: Mapping[str, str]) -> str | None:
    """What was replaced or added, as a diff; None where it is long or no text."""
    before = edit.get("old", "").strip("\n").splitlines()
    after = (edit.get("new") or edit.get("append") or "").strip("\n").splitlines()
    if not 0 < len(before) + len(after) <= LONGEST_EXAMPLE:
        return None
    return "\n".join([*(f"- {line.strip()}" for line in before), *(f"+ {line.strip()}" for line in after)])


def told_of(id_: str, defect: Defect) -> str:
    """The first diagnostic of this id in the golden text of a defect."""
    blocks = re.split(r"^(?=\S)", _golden(defect), flags=re.MULTILINE)
    return next(block for block in blocks if f" {id_} " in block.partition("\n")[0]).rstrip("\n")


def generated() -> str:
    parts: list[str] = []
    for number, title in GROUPS.items():
        entries = [entry for entry in ENTRIES if entry.id[2] == number]
        if entries:
            parts.append(f"## {title}\n")
            parts += (line for entry in entries for line in section(entry))
    return "\n".join(parts)


def test_the_page_says_what_the_catalogue_says() -> None:
    intro, mark, told = PAGE.read_text(encoding="utf-8").partition(MARK)
    assert mark
    if os.environ.get("SPINEGRAPH_GOLDEN") == "write":
        told = "\n" + generated()
        PAGE.write_text(intro + mark + told, encoding="utf-8")
    assert told == "\n" + generated()


def test_every_heading_of_the_page_is_a_diagnostic_and_every_diagnostic_has_one() -> None:
    headings = re.findall(r"^### (SG\d{3}) ([a-z-]+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted((entry.id, entry.name) for entry in ENTRIES)


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.id[2] in SEEDED], ids=lambda entry: entry.id)
def test_every_diagnostic_is_shown_by_a_seeded_defect(entry: Entry) -> None:
    assert defects_of(entry.id)


def test_ids_and_names_are_used_once() -> None:
    assert len(CATALOGUE) == len(BY_NAME) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_is_whole(entry: Entry) -> None:
    assert re.fullmatch(r"SG\d{3}", entry.id)
    assert entry.id[2] in GROUPS
    assert re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)*", entry.name)
    assert entry.severity in SEVERITIES
    assert entry.title
    assert not entry.title.endswith(".")
    assert entry.why.endswith(".")
    assert entry.mend.endswith(".")


def named_in_code() -> Iterator[tuple[str, str]]:
    """Names and message keys that the code gives to diagnostics; "" where a key is not written out.

    They are the first arguments of `diagnose`, `name` and `message` of `Behaviour`, and kinds of the errors of loading.
    """
    for path in sorted((ROOT / "engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            match function:
                case "diagnose":
                    yield from product(constants(node.args[0]), constants(node.args[1]) or [""])
                case "_at" if len(node.args) > 2:
                    yield from product(constants(node.args[1]), constants(node.args[2]) or [""])
                case "Behaviour":
                    yield from product(constants(keywords["name"]), constants(keywords["message"]) or [""])
                case "tell" | "report":
                    yield from ((name, "") for value in node.args[2:4] for name in constants(value))
                case _ if function.endswith(("Error", "_error")) and "kind" in keywords:
                    yield from ((name, "") for name in constants(keywords["kind"]))


def constants(node: ast.expr) -> list[str]:
    """The keys that an expression can be, where they are written out."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) + constants(node.orelse)
    if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", str(node.value)):
        return [str(node.value)]
    return []


def test_every_name_and_message_that_the_code_gives_to_a_diagnostic_is_in_the_catalogue() -> None:
    named = set(named_in_code())
    assert len(named) > 100
    assert {name for name, _ in named} <= set(BY_NAME)
    assert {(name, key) for name, key in named if key and key not in BY_NAME[name].messages} == set()


def test_every_message_is_given_by_the_code_and_shown_by_a_seeded_defect_or_a_test() -> None:
    """A template that nothing uses is text that nobody reads."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine" / "validation").rglob("*.py"))
    assert {key for entry in ENTRIES for key in entry.messages if f'"{key}"' not in code} == set()
