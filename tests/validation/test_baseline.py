"""Baselines: only what is new is shown, what is mended is said, and what is no baseline is refused."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import msgspec
import pytest
from spinegraph.engine.errors import ProfileError
from spinegraph.engine.validation.baseline import KNOWN, Baseline, apply_baseline, make_baseline, read_baseline, write_baseline
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Report
from spinegraph.engine.validation.profile import Profile, SuppressionRule, apply_profile

TODAY = datetime.date(2027, 3, 31)


def made(*subjects: str, line: int = 1) -> Report:
    """A report of one diagnostic per subject, each on a line of its own."""
    found = (
        Diagnostic(id="SG201", severity="error", place=Place(file="x.ttl", line=line + n), subject=subject, what="Misspelt.")
        for n, subject in enumerate(subjects)
    )
    return Report(knowledge="", files=("x.ttl",), diagnostics=tuple(found))


def shown(report: Report) -> list[str]:
    return [one.subject or one.id for one in report.diagnostics]


def test_only_what_is_new_is_shown() -> None:
    known = make_baseline(made("shape:A", "shape:B"))
    report = apply_baseline(made("shape:New", "shape:B", "shape:A", line=70), known, "known.json")
    assert shown(report) == ["shape:New"]
    assert [one.reason for one in report.suppressed] == [KNOWN, KNOWN]


def test_a_repetition_of_what_is_known_is_new() -> None:
    report = apply_baseline(made("shape:A", "shape:A"), make_baseline(made("shape:A")), "known.json")
    assert [str(one.place) for one in report.diagnostics] == ["x.ttl:2"]


def test_what_is_mended_is_said_of_a_complete_run() -> None:
    known = make_baseline(made(*(f"shape:{letter}" for letter in "ABCDEFGH")))
    report = apply_baseline(made("shape:A"), known, "known.json")
    (mended,) = report.diagnostics
    assert (mended.id, mended.severity, str(mended.place)) == ("SG003", "note", "known.json")
    assert mended.what == "No longer found: SG201 shape:B, SG201 shape:C, SG201 shape:D, SG201 shape:E, SG201 shape:F and 2 more."
    assert apply_baseline(made("shape:A"), known, "known.json", unseen={"SG201"}).diagnostics == ()


def test_a_baseline_written_over_a_baseline_only_shrinks() -> None:
    known = make_baseline(made("shape:A", "shape:B"))
    again = make_baseline(apply_baseline(made("shape:A"), known, "known.json"))
    assert [entry.subject for entry in again.diagnostics] == ["shape:A"]


def test_what_a_profile_keeps_back_or_says_of_itself_is_in_no_baseline() -> None:
    rules = (
        SuppressionRule(id="SG201", subject="shape:A", reason="argued", place=Place(file="p.yaml", line=1)),
        SuppressionRule(id="SG201", subject="shape:Z", reason="argued", place=Place(file="p.yaml", line=2)),
    )
    report = apply_profile(made("shape:A", "shape:B"), Profile(suppress=rules), TODAY)
    assert shown(report) == ["SG002", "shape:B"]
    assert [entry.subject for entry in make_baseline(report).diagnostics] == ["shape:B"]


def test_written_and_read_it_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(write_baseline(made("shape:B", "shape:A")))
    assert read_baseline(path) == make_baseline(made("shape:A", "shape:B"))
    assert path.read_bytes() == write_baseline(made("shape:A", "shape:B"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "This is no baseline: Input data was truncated."),
        (b"[]", "This is no baseline: Expected `object`, got `array`."),
        (b"{}", "This is no baseline: Object missing required field `schema`."),
        (b'{"schema": "\xff"}', "This is no baseline: "),
        (b'{"schema": "other/1", "diagnostics": []}', "The baseline is of the kind 'other/1', not 'spinegraph-baseline/1'."),
        (
            b'{"schema": "spinegraph-baseline/1", "diagnostics": [], "x": 1}',
            "This is no baseline: Object contains unknown field `x`.",
        ),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, body: bytes, said: str) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(body)
    with pytest.raises(ProfileError) as refused:
        read_baseline(path)
    assert refused.value.what.startswith(said)
    assert refused.value.where == str(path)
    assert "--write-baseline" in refused.value.mend


def test_people_can_read_a_baseline() -> None:
    data = json.loads(write_baseline(made("shape:A")))
    (entry,) = data["diagnostics"]
    assert {key: entry[key] for key in ("id", "subject", "file", "what")} == {
        "id": "SG201", "subject": "shape:A", "file": "x.ttl", "what": "Misspelt.",
    }  # fmt: skip
    assert msgspec.convert(data, Baseline) == make_baseline(made("shape:A"))
