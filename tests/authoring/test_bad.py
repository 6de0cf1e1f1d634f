"""Seeded defects: each is found, at its line, in these words, and nothing else is.

A defect is a file `bad/<id>-<what>.yaml`: an edit of the sound guideline below `good/` (sore throats again, in canonical
Turtle, with documents and cases), and what has to be found:

    about: A misspelt predicate is without effect.        # what the author did wrong, in a sentence
    edits:
      - file: shapes/rules/sore-throat.ttl
        old: core:overrides                               # stands there exactly once
        new: core:overides
      # or: {file: …, append: text}, {file: …, create: text}, {file: …, bytes: hex}
    expect:
      - id: SG201
        file: shapes/rules/sore-throat.ttl
        at: core:overides                                 # a text that stands once on the line that is expected; or a line
    with: [shapes]                                        # checks to run that are left out here, because they are slow

`bad/<id>-<what>.txt` beside it is everything that is said of it; SPINEGRAPH_GOLDEN=write writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.diagnostics import Diagnostic, Report
from spinegraph.engine.validation.validate import CHECKS, validate

from tests.authoring.guideline import BAD, Defect, read_defects, seed, write_good

pytestmark = pytest.mark.slow

DEFECTS = read_defects()
SLOW = frozenset(check.name for check in CHECKS if check.apart)


def report_on(folder: Path, extra: tuple[str, ...] = ()) -> Report:
    """What is said of a guideline, by the quick checks and the named others."""
    content = read_content([folder], sources=folder / "documents", root=folder)
    return validate(content, without=SLOW - set(extra))


def told(diagnostic: Diagnostic) -> str:
    """Everything about a diagnostic but why it matters, which the catalogue says."""
    head = f"{diagnostic.place}: {diagnostic.severity} {diagnostic.id} {CATALOGUE[diagnostic.id].name}"
    lines = [head, f"    {diagnostic.subject}: {diagnostic.what}" if diagnostic.subject else f"    {diagnostic.what}"]
    lines += [f"    {diagnostic.mend}"]
    lines += [f"    see {related.place} {related.subject}: {related.message}" for related in diagnostic.related]
    if diagnostic.witness:
        lines += [f"    a patient: {word}" for word in diagnostic.witness.words]
        lines += [f"    shows: {shown}" for shown in diagnostic.witness.shows]
    return "\n".join(lines) + "\n"


def test_the_sound_guideline_is_sound(tmp_path: Path) -> None:
    write_good(tmp_path)
    report = report_on(tmp_path)
    assert [told(diagnostic) for diagnostic in report.diagnostics] == []
    assert report.not_run == ()
    assert report.ran == tuple(check.name for check in CHECKS if not check.apart)


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_a_seeded_defect_is_found_at_its_line(defect: Defect, tmp_path: Path) -> None:
    seed(tmp_path, defect)
    report = report_on(tmp_path, defect.checks)
    found = {(one.id, one.place.file, one.place.line) for one in report.diagnostics}
    text = "".join([*map(told, report.diagnostics), *(f"not run: {gap.check}: {gap.reason}\n" for gap in report.not_run)])
    golden = BAD / f"{defect.name}.txt"
    if os.environ.get("SPINEGRAPH_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert set(defect.expected(tmp_path)) <= found
    assert text == golden.read_text(encoding="utf-8")


def test_every_golden_text_has_its_defect() -> None:
    assert {path.stem for path in BAD.glob("*.txt")} == set(DEFECTS)


def test_a_defect_is_named_after_what_it_is() -> None:
    for name, defect in DEFECTS.items():
        assert name.startswith(defect.expect[0]["id"] + "-")


def test_fifty_defects_of_every_group_are_seeded() -> None:
    assert len(DEFECTS) >= 50
