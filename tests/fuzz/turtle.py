"""Turtle that nobody should write, validated as `spinegraph validate` does: there is a report, and it can be written."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.reports import MEDIA_TYPES, render_report
from spinegraph.engine.validation.validate import CHECKS, validate

from tests.fuzz.mutating import texts
from tests.small import write_small

CHECKED = frozenset(check.name for check in CHECKS if not check.apart)
"""The checks that ask no process."""


@cache
def small_texts() -> dict[str, str]:
    """The files of the small guideline, by name."""
    with tempfile.TemporaryDirectory() as folder:
        own = [path for path in write_small(Path(folder)) if path.is_relative_to(folder) and path.suffix == ".ttl"]
        return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in own}


def guidelines() -> st.SearchStrategy[tuple[str, bytes]]:
    """The name of a file of the small guideline, and what stands in its place: mostly nearly what stood there."""
    files = small_texts()
    others = [*files.values()]
    return st.sampled_from(sorted(files)).flatmap(
        lambda name: st.tuples(st.just(name), st.one_of(texts([files[name]]), texts([files[name]]), texts(others)))
    )


def validate_guideline(given: tuple[str, bytes]) -> str:
    """Validate the small guideline with one file replaced. It raises nothing, and tells whether what is left of it loads."""
    name, body = given
    with tempfile.TemporaryDirectory() as folder:
        paths = write_small(Path(folder))
        (Path(folder) / name).write_bytes(body)
        content = read_content([*paths])
        report = validate(content, only=CHECKED)
        for form in MEDIA_TYPES:
            assert render_report(report, form)
    assert not report.not_run or any(one.severity == "error" for one in report.diagnostics), report.not_run
    return "loads" if content.knowledge else "does not load"
