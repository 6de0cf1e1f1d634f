"""Inputs after public bug reports, where the folder that holds them is at hand: each gives its right value."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INPUTS = ROOT.parent / "shared" / "external" / "public_inputs"
RIGHT = {
    "01-sssom-not": ("predicate_modifier is 'Not'", ("numb foot present", "present  ")),
    "02-yaml-octal": ("age_years is '054', which is text", ("44 years", "90 weeks")),
    "04-rule-deactivated": ("has sh:deactivated, which no Assessment has here", ("suspected",)),
    "08-two-prefixes-one-system": ("SCTID:309087008 is the exact match of finding:NumbFoot and of", ("urgency",)),
    "10-sssom-line-separator": ("comment has a character that nobody can read: U+000B", ("urgency",)),
    "12-format-hides-a-bad-date": ('"2026-08-16T12:05:34Z"^^xsd:date', ("0 errors",)),
    "14-format-blank-node-circle": ("rc 0", ("fault",)),
    "16-hermit-date": ("xsd:date is no datatype of OWL 2", ("did not run",)),
    "18-diff-export-ignore": ("byte for byte", ("differ:",)),
    "20-crlf-drift": ("5 of 5 passages stand", ("drift", "stale")),
    "22-rdf12-annotation-place": ("anno.ttl:3:15", ("Save the file",)),
}
"""Input → what has to be printed, and what must not be."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not INPUTS.is_dir(), reason="the public inputs are not at hand")]


def _run(name: str, folder: Path) -> str:
    """What an input prints; the command is the one of this environment."""
    environment = {**os.environ, "SG": str(Path(sys.executable).parent / "spinegraph"), "TMPDIR": str(folder)}
    done = subprocess.run(
        ["bash", str(INPUTS / "run.sh"), name], capture_output=True, text=True, check=False, env=environment, cwd=folder
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", RIGHT)
def test_an_input_gives_its_right_value(name: str, tmp_path: Path) -> None:
    right, wrong = RIGHT[name]
    printed = _run(name, tmp_path)
    assert right in printed
    assert [each for each in wrong if each in printed] == []


def test_thirty_days_are_one_patient(tmp_path: Path) -> None:
    verdicts = [line for line in _run("06-thirty-days-in-weeks", tmp_path).splitlines() if line.startswith("{")]
    assert len(verdicts) == 3
    assert len(set(verdicts)) == 1


def test_every_input_is_run() -> None:
    assert {path.name for path in INPUTS.iterdir() if (path / "cmd").is_file()} == {*RIGHT, "06-thirty-days-in-weeks"}
