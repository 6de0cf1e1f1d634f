"""Records of FHIR on the command line: decided, and accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from spinegraph.api.cli.app import main
from spinegraph.engine.model import InputAccount

pytestmark = pytest.mark.slow

RECORD = Path(__file__).parents[3] / "docs" / "examples" / "record.json"
AS_OF = ("--as-of", "2026-03-03")


def test_an_account_shows_what_was_used_and_why_the_rest_was_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fhir", "account", str(RECORD), *AS_OF]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "12 resources, 7 used for Patient/p1." in out
    assert "present: urinary_retention" in out
    assert "unconfirmed: history of cancer" in out
    assert main(["fhir", "account", str(RECORD), *AS_OF, "--json"]) == 0
    account = msgspec.json.decode(capsys.readouterr().out, type=InputAccount)
    assert (account.resources, account.used, len(account.entries)) == (12, 7, 12)


def test_what_repeats_a_kind_of_note_is_counted_or_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "record.ndjson"
    file.write_text(
        "\n".join(json.dumps({"resourceType": "Encounter", "id": f"e{number}"}) for number in range(3)), encoding="utf-8"
    )
    assert main(["fhir", "account", str(file)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert ("Encounter/e0" in out, "Encounter/e2" in out, "(2 more)" in out) == (True, False, True)
    assert main(["fhir", "account", str(file), "--all"]) == 0
    assert "Encounter/e2" in capsys.readouterr().out


def test_a_record_is_decided_as_a_case_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = [entry["resource"] for entry in json.loads(RECORD.read_bytes())["entry"]]
    files = [tmp_path / name for name in ("record.json", "record.ndjson")]
    files[0].write_text(json.dumps(entries), encoding="utf-8")
    files[1].write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    assert main(["decide", *map(str, files), *AS_OF]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("EMERGENCY") == out.count("Some of the record is not used that matters") == len(files)
    assert main(["decide", str(files[1]), *AS_OF, "--format", "md"]) == 0
    assert "it is provisional" in capsys.readouterr().out.replace("\n", " ")


def test_every_command_about_a_case_takes_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["article", str(RECORD), *AS_OF]) == 0
    assert "it is provisional" in capsys.readouterr().out
    monkeypatch.setattr("builtins.input", lambda _: "q")
    assert main(["interview", "--case", str(RECORD), *AS_OF]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "because: urinary retention, saddle anesthesia" in out
    assert "Some of the record is not used that matters" in out
    drawn = [tmp_path / name for name in ("with.txt", "without.txt")]
    assert main(["graph", "lumbar-mri-in-suspected-cauda-equina", "-o", str(drawn[0]), "--case", str(RECORD), *AS_OF]) == 0
    assert main(["graph", "lumbar-mri-in-suspected-cauda-equina", "-o", str(drawn[1])]) == 0
    assert "urinary retention" in drawn[0].read_text(encoding="utf-8").lower()
    assert drawn[0].read_text(encoding="utf-8") != drawn[1].read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["interview", "graph"])
def test_what_is_said_of_a_record_goes_with_one(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, *AS_OF]) != 0
    assert "--case" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "name", "options", "words"),
    [
        ('{"resourceType": "Bundle", "entry": {}}', "a.json", (), "This is no FHIR"),
        ('{"present": []}', "a.json", AS_OF, "This is no record of FHIR."),
        ('{"resourceType": "Patient", "id": "y"}', "a.ndjson", ("--subject", "x"), "There is no patient 'x'"),
        ("{}", "a.ndjson", (), "Nothing here is a resource of FHIR: "),
        ("{}", "a.fhir", (), "Use one of .json, .yaml, .yml, .ttl, .ndjson."),
        ("", "a.ndjson", (), "This is empty."),
    ],
)
def test_what_cannot_be_read_names_the_file(
    text: str, name: str, options: tuple[str, ...], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert main(["decide", str(file), *options]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert str(file) in err


def test_a_case_has_no_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "case.json"
    file.write_text("{}", encoding="utf-8")
    assert main(["fhir", "account", str(file)]) == 2
    assert "This is a case, not a record of FHIR." in capsys.readouterr().err
