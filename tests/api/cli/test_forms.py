"""Forms of FHIR on the command line: asked, filled in, and made of a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from spinegraph.api.cli.app import main

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
RECORD, CASE = str(EXAMPLES / "record.json"), str(EXAMPLES / "red-flag.yaml")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, object], str]:
    """What a command prints as JSON, and what it says beside it."""
    assert main([*arguments]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), err


def test_a_form_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    screen, _ = printed(capsys, "fhir", "questionnaire", "--screen", "cancer", "--audience", "patient")
    assert screen["id"] == "screen-cancer.patient"
    german, _ = printed(capsys, "fhir", "questionnaire", "--knowledge", "ankle-and-foot", "--language", "de")
    assert (german["id"], german["language"]) == ("all.de", "de")
    following, _ = printed(capsys, "fhir", "questionnaire", "--next", RECORD, "--as-of", "timestamp")
    assert following["id"] == "next"


def test_a_case_goes_to_fhir_and_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = yaml.safe_load(Path(CASE).read_text(encoding="utf-8"))
    for form in ("fhir", "answers"):
        resource, err = printed(capsys, "case", CASE, "--to", form)
        assert err == "Left out: title.\nLeft out: narrative.\n"
        file = tmp_path / f"{form}.json"
        file.write_text(json.dumps(resource), encoding="utf-8")
        again, _ = printed(capsys, "case", str(file), "--to", "json")
        assert {name: sorted(again[name]) for name in again} == {name: sorted(given[name]) for name in again}  # type: ignore[call-overload]
        assert set(again) == set(given) - {"title", "narrative"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("questionnaire", "--screen", "measles"), "There is no screen 'measles'"),
        (("questionnaire", "--guideline", "measles"), "There is no package 'measles'"),
        (("questionnaire", "--audience", "nurse"), "none of clinician, patient"),
        (("questionnaire", "--screen", "cancer", "--next", RECORD), "do not go together"),
        (("populate", CASE, "--as-of", "2026-03-03"), "This is no record of FHIR."),
    ],
)
def test_what_cannot_be_asked_for(arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fhir", *arguments]) != 0
    assert words in " ".join(capsys.readouterr().err.replace("│", " ").split())
