"""`spinegraph population FOLDER`: what is written, printed, explained and refused of an export, and that nothing is left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from spinegraph.api.cli.app import main
from spinegraph.api.http.app import create_app

from tests.exchange.fhir.bulk.making import folder_of
from tests.exchange.fhir.reading.making import condition, patient

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "bulk"
AS_OF = ("--as-of", "2026-03-03T10:00:00Z")
LIMITED = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))"
"""A process that can write no larger file: as on a disk that fills."""


def sent() -> list[dict[str, Any]]:
    """The resources of the example, in the order of its files."""
    return [json.loads(line) for path in sorted(EXAMPLE.glob("*.ndjson")) for line in path.read_text("utf-8").splitlines()]


def about(id_: str) -> list[dict[str, Any]]:
    """What stands in the example of a patient, in the latest state, but for what is of the setting; with all medicines."""
    latest = {(one["resourceType"], one["id"]): one for one in sent()}
    mrn = {"p2": "0002"}.get(id_)

    def is_mine(one: Mapping[str, Any]) -> bool:
        subject = one.get("subject", {})
        if one["resourceType"] in ("Medication", "Encounter"):
            return one["resourceType"] == "Medication" and id_ == "p3"
        named = subject.get("reference", "").endswith(f"Patient/{id_}")
        return one["id"] == id_ or named or (mrn is not None and subject.get("identifier", {}).get("value") == mrn)

    mine = [one for one in latest.values() if is_mine(one)]
    return sorted(mine, key=lambda one: one["resourceType"] == "Medication")


def placeless(body: bytes | str) -> Any:
    """An answer without the places of the resources, and without those that are a state that does not count."""
    answer = json.loads(body)
    for one in answer["input"]["entries"]:
        del one["where"]
    return answer


def test_a_row_for_each_patient_with_columns_of_theirs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out, accounts = tmp_path / "out.arrow", tmp_path / "accounts.ndjson"
    arguments = ["population", str(EXAMPLE), "-o", str(out), *AS_OF, "--accounts", str(accounts)]
    assert main([*arguments, "--keep", "gender", "--keep", "generalPractitioner", "--keep", "address.city"]) == 0
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err == (f"{out}: 3 patients, 117 recommendations.\n21 resources, 12 used. {accounts}: what became of each.\n")
    table = pa.ipc.open_file(str(out)).read_all()
    assert table.column_names[:5] == ["id", "gender", "generalPractitioner", "address.city", "level"]
    rows = {row["id"]: row for row in table.to_pylist()}
    assert rows["p1"]["level"] == "emergency"
    assert (rows["p2"]["gender"], rows["p3"]["generalPractitioner"]) == ("male", "Organization/south")
    lines = [json.loads(line) for line in accounts.read_text("utf-8").splitlines()]
    found = {(one["resource"], one["where"]): one for one in lines}
    assert sorted(one["resource"] for one in lines) == sorted(f"{one['resourceType']}/{one['id']}" for one in sent())
    assert all(one.get("facts") or one.get("notes") for one in lines)
    older = found["Condition/c7", "Condition.ndjson, line 7"]
    assert (older["patient"], [note["kind"] for note in older["notes"]]) == ("p3", ["older-version"])
    assert found["Observation/o4", "Observation.ndjson, line 4"]["notes"][0]["kind"] == "no-patient"


@pytest.mark.slow
@pytest.mark.parametrize("id_", ["p1", "p2"])
def test_a_patient_is_explained_as_by_the_service(id_: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["population", str(EXAMPLE), "--explain", id_, *AS_OF]) == 0
    told = capfd.readouterr().out
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in about(id_)]}
    with TestClient(create_app()) as client:
        answer = client.post(
            "/v1/decisions",
            params={"as_of": AS_OF[1], "subject": f"Patient/{id_}"},
            content=json.dumps(bundle),
            headers={"Content-Type": "application/fhir+json"},
        )
        assert answer.status_code == 200
    assert told.count("{")  # an answer, and not an error
    ours = placeless(told)
    assert ours == placeless(answer.content)


def test_the_summary_says_what_became_of_the_resources(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["population", str(EXAMPLE), "--summary", "--as-of", "timestamp"]) == 0
    told = [line.split() for line in capfd.readouterr().out.splitlines()]
    assert ["MedicationRequest", "1", "1"] in told
    assert ["taking:", "nsaid", "2"] in told
    assert next(line for line in told if line[:1] == ["Condition"])[:3] == ["Condition", "8", "4"]


def test_the_report_counts_by_a_column_of_the_patients(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    assert main(["population", str(EXAMPLE), *AS_OF, "--report", str(page), "--by", "generalPractitioner"]) == 0
    text = page.read_text("utf-8")
    assert '<th scope="row">Organization/north <span class="dim">(2)</span>' in text
    assert '<th scope="row">Organization/south <span class="dim">(1)</span>' in text
    capfd.readouterr()
    assert main(["population", str(EXAMPLE), *AS_OF, "--report", str(page), "--by", "generalPracticioner"]) == 2
    assert "Did you mean 'generalPractitioner'?" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((str(EXAMPLE), "--summary"), "A folder of FHIR has no moment of its own"),
        ((str(EXAMPLE), "--summary", "--as-of", "soon"), "--as-of is 'soon', which is no date"),
        ((str(EXAMPLE), "--summary", *AS_OF, "--id", "id"), "--id and --ignore-unknown go with a table"),
        ((str(EXAMPLE / "Patient.ndjson"), "--summary", "--keep-going"), "go with a folder"),
        ((str(EXAMPLE / "Patient.ndjson"), "--summary", "--as-of", "timestamp"), "--as-of is 'timestamp', which is no date"),
        ((str(EXAMPLE), "--explain", "p9", *AS_OF), "No patient is called 'p9'."),
    ],
)
def test_what_does_not_go_together(arguments: tuple[str, ...], told: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["population", *arguments]) == 2
    assert told in " ".join(capfd.readouterr().err.split())


def test_a_bad_line_leaves_nothing_and_can_be_left_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path / "f", Patient=[patient()], x=[], Condition=[*[condition()] * 2, *["{"] * 30])
    (folder / "log.txt").touch()
    outputs = ["-o", str(tmp_path / "out"), "--accounts", str(tmp_path / "accounts"), *AS_OF]
    assert main(["population", str(folder), *outputs]) == 2
    told = capfd.readouterr().err
    assert "Not read: log.txt." in told
    assert f"{folder}/Condition.ndjson, line 3: This is no resource of FHIR" in told
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert main(["population", str(folder), *outputs, "--keep-going"]) == 0
    told = capfd.readouterr().err
    assert told.count("Left out: ") == 21
    assert "Left out: 10 more." in told
    assert len((tmp_path / "accounts").read_bytes().splitlines()) == 33


@pytest.mark.slow
@pytest.mark.parametrize("what", ["spill", "accounts"])
def test_a_disk_that_fills_leaves_nothing(what: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", Patient=[patient()])
    spilled = tmp_path / "spilled"
    spilled.mkdir()
    many = [condition(id=f"c{number}") for number in range(400)]
    if what == "spill":
        folder_of(folder, Condition=many)
    else:
        folder_of(folder, Encounter=[{"resourceType": "Encounter", "id": f"e{number}"} for number in range(1_000)])
    arguments = ["population", str(folder), "--summary", *AS_OF]
    arguments += ["--accounts", str(tmp_path / "accounts")] if what == "accounts" else []
    program = f"{LIMITED}; from spinegraph.api.cli.app import main; sys.exit(main({arguments!r}))"
    environment = {**os.environ, "TMPDIR": str(spilled)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    place, told = {
        "spill": (str(spilled), "The resources cannot be put by patient there: File too large."),
        "accounts": (f"{tmp_path / 'accounts'}: ", "It cannot be written: File too large."),
    }[what]
    assert done.stderr.startswith(place)
    assert told in done.stderr
    assert not [*spilled.iterdir()]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "spilled"]


def test_a_folder_that_cannot_be_read_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "f")
    (tmp_path / "f" / "Device.ndjson.gz").write_bytes(b"\x1f\x8b\x08")
    assert main(["population", str(tmp_path / "f"), "--summary", *AS_OF]) == 2
    assert "Device.ndjson.gz, after line 0: It cannot be unpacked" in capfd.readouterr().err


def test_no_output_lies_among_what_is_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = folder_of(tmp_path / "f", Patient=[patient()])
    before = (path / "Patient.ndjson").read_bytes()
    for option, name in (("--accounts", "accounts.ndjson"), ("-o", "Patient.ndjson"), ("--report", "page.html")):
        assert main(["population", str(path), *AS_OF, option, str(path / name)]) == 2
        assert f"{path / name}: It would be written to where the patients are read from." in capfd.readouterr().err
    assert [one.name for one in path.iterdir()] == ["Patient.ndjson"]
    assert (path / "Patient.ndjson").read_bytes() == before
