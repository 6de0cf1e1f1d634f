"""`spinegraph population`: what is written, printed and explained of a table, and that nothing half-done is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from spinegraph.api.cli.app import main
from spinegraph.api.http.app import create_app
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.model import VERDICTS

from tests.population.made import Both, made

ROWS = 200
RULE = "mri-in-suspected-spinal-infection"
LIMITED = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
"""A process that can write no larger file: as on a disk that fills."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_knowledge())


@pytest.fixture
def patients(engine: Engine, tmp_path: Path) -> Path:
    table = made(engine.program, ROWS, seed=9)
    practices = pa.array([("North", "South")[number % 2] for number in range(ROWS)])
    pq.write_table(table.append_column("practice", practices), tmp_path / "patients.parquet")
    return tmp_path / "patients.parquet"


def read(path: Path) -> pa.Table:
    return pq.read_table(path) if path.suffix == ".parquet" else pa.ipc.open_file(str(path)).read_all()


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_a_row_for_each_patient(engine: Engine, patients: Path, form: str, capfd: pytest.CaptureFixture[str]) -> None:
    out = patients.with_name(f"out.{form}")
    assert main(["population", str(patients), "-o", str(out), "--format", form, "--keep", "practice"]) == 0
    told = capfd.readouterr()
    assert (told.out, told.err) == ("", f"{out}: {ROWS} patients, 117 recommendations.\n")
    table = read(out)
    source = pq.read_table(patients)
    assert table.column_names[:3] == ["id", "practice", "level"]
    assert table.column("practice").to_pylist() == source.column("practice").to_pylist()
    assert table.schema.metadata[b"spinegraph.knowledge"].decode() == engine.knowledge.digest
    both = Both(engine, source.drop_columns("practice"))
    rows = zip(range(20), table.to_pylist(), both.cases(), strict=False)
    for _, row, case in rows:
        assert {id_: row[id_] for id_ in engine.verdicts(case)} == engine.verdicts(case)
        tensions = {name.removeprefix("tension:") for name, met in row.items() if name.startswith("tension:") and met}
        assert tensions == {tension.id for tension in engine.decide(case, flips=False).tensions}


@pytest.mark.slow
def test_a_patient_is_explained_as_by_the_service(engine: Engine, patients: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["population", str(patients), "--explain", "p7", "--ignore-unknown"]) == 0
    told = capfd.readouterr()
    assert told.err == "Not read: practice.\n"
    table = pq.read_table(patients).drop_columns("practice")
    both = Both(engine, table)
    row = {heading: values[7] for heading, values in table.to_pydict().items()}
    sent = both.reader.row(row.get, "row 8").data
    with TestClient(create_app()) as client:
        assert client.post("/v1/decisions", json=sent).content == told.out.rstrip("\n").encode()
    assert main(["population", str(patients), "--explain", "p999", "--ignore-unknown"]) == 2
    assert "No patient is called 'p999'." in capfd.readouterr().err


def test_some_rules_of_one_package(patients: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = patients.with_name("out.arrow")
    arguments = ["population", str(patients), "-o", str(out), "--rules", RULE, "--ignore-unknown"]
    assert main(arguments) == 0
    table = read(out)
    assert [name for name in table.column_names if not name.startswith("tension:")] == ["id", "level", RULE, "undetermined"]
    assert set(table.column(RULE).to_pylist()) <= set(VERDICTS)
    capfd.readouterr()
    assert main([*arguments[:-2], "mri-in-suspected", "--ignore-unknown"]) == 2
    assert f"Did you mean {RULE}" in capfd.readouterr().err


def test_the_summary_counts_what_stands_in_the_output(patients: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = patients.with_name("out.arrow")
    assert main(["population", str(patients), "-o", str(out), "--summary", "--ignore-unknown", "--rules", RULE]) == 0
    told = capfd.readouterr().out
    table = read(out)
    found = table.column(RULE).to_pylist()
    levels = table.column("level").to_pylist()
    assert f"{ROWS} patients: emergency {levels.count('emergency')} (" in told
    line = next(line for line in told.splitlines() if line.startswith(RULE[:20]))
    numbers = [
        found.count(verdict) for verdict in ("indicated", "provisional", "done", "conflicting", "overridden", "undetermined")
    ]
    assert line.split()[1:] == [f"{number}" for number in numbers if number]


def test_the_report_stands_alone_and_counts_by_a_column(patients: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page = patients.with_name("page.html")
    assert main(["population", str(patients), "--report", str(page), "--by", "practice"]) == 0
    text = page.read_text(encoding="utf-8")
    assert "Done although advised against" in text
    assert "<td>North</td>" in text
    assert "<script" not in text
    assert "http" not in text.replace("https://w3id.org", "")
    assert main(["population", str(patients), "--report", str(page), "--by", "practise"]) == 2
    assert "Did you mean 'practice'" in capfd.readouterr().err
    assert page.read_text(encoding="utf-8") == text


def test_what_is_asked_for_has_to_be_said(patients: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["population", str(patients)]) == 2
    assert "Nothing is asked for" in capfd.readouterr().err
    assert main(["population", str(patients), "--summary", "--by", "practice"]) == 2
    assert "--by goes with --report." in capfd.readouterr().err


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_an_error_in_the_last_row_leaves_nothing(tmp_path: Path, form: str, capfd: pytest.CaptureFixture[str]) -> None:
    ages = [50.0] * 140_000 + [500.0]
    pq.write_table(pa.table({"age_years": ages}), tmp_path / "t.parquet")
    (tmp_path / "out").write_text("as before")
    assert main(["population", str(tmp_path / "t.parquet"), "-o", str(tmp_path / "out"), "--format", form, "--rules", RULE]) == 2
    assert "t.parquet, row 140001, column age_years: age_years is 500, which cannot be" in capfd.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "t.parquet"]
    assert (tmp_path / "out").read_text() == "as before"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_a_disk_that_fills_leaves_nothing(patients: Path, form: str) -> None:
    arguments = ["population", str(patients), "-o", str(patients.with_name("out")), "--format", form, "--keep", "practice"]
    program = f"{LIMITED}; from spinegraph.api.cli.app import main; sys.exit(main({arguments!r}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=dict(os.environ))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"{patients.with_name('out')}: It cannot be written: File too large.\n"
        "  Nothing is left of it. Name another place, or make room there.\n"
    )
    assert [path.name for path in patients.parent.iterdir()] == ["patients.parquet"]


def test_an_output_takes_the_place_of_nothing_else(patients: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = patients.read_bytes()
    link, twice = patients.with_name("link.arrow"), patients.with_name("twice")
    link.symlink_to(patients)
    for arguments, told in [
        (["-o", str(patients)], f"{patients}: It would be written to where the patients are read from."),
        (["--report", str(link)], f"{link}: It would be written to where the patients are read from."),
        (["-o", str(twice), "--report", str(twice)], f"{twice}: It would be written there twice: {twice} is the same file."),
        (["-o", str(patients.parent)], f"{patients.parent}: It cannot be written: Is a directory."),
    ]:
        assert main(["population", str(patients), *arguments, "--ignore-unknown"]) == 2
        assert told in capfd.readouterr().err
    assert (patients.read_bytes(), twice.exists()) == (before, False)


def test_a_pipe_or_a_device_stays_what_it_is_and_so_does_a_link(patients: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pipe, link = patients.with_name("pipe"), patients.with_name("link")
    os.mkfifo(pipe)
    arguments = ["population", str(patients), "--ignore-unknown", "--rules", RULE, "-o"]
    assert main([*arguments, str(pipe)]) == 2
    assert f"{pipe}: It is no file, but a device or a pipe." in capfd.readouterr().err
    assert pipe.is_fifo()
    link.symlink_to(patients.with_name("out"))
    assert main([*arguments, str(link)]) == 0
    assert (link.is_symlink(), read(patients.with_name("out")).num_rows) == (True, ROWS)


def test_names_are_told_so_that_nothing_else_can_be_meant(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    others = ["", "a\nb", *(f"x{number}" for number in range(30))]
    rows = [",".join(f'"{name}"' for name in ["id", "age_years", *others]), '"a\nb",999' + "," * len(others)]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    assert main(["population", str(tmp_path / "t.csv"), "--summary", "--ignore-unknown"]) == 2
    told = capfd.readouterr().err.splitlines()
    assert (told[0][:26], told[0][-12:]) == ("Not read: '', 'a\\nb', x0, ", "and 12 more.")
    assert "row 1 ('a\\nb'), column age_years" in told[1]


def test_nobody_is_counted_by_a_list(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pq.write_table(pa.table({"fever": [True], "lists": [[1]]}), tmp_path / "t.parquet")
    assert main(["population", str(tmp_path / "t.parquet"), "--report", str(tmp_path / "r.html"), "--by", "lists"]) == 2
    assert "column lists: It is of type list<element: int64>, by which nobody can be counted." in capfd.readouterr().err
    assert not (tmp_path / "r.html").exists()


KILLED = """
import os, signal
from pathlib import Path
from spinegraph.engine import Engine, load_knowledge, make_codebook
from spinegraph.engine.population.columns import Wanted, read_columns
from spinegraph.engine.population.outcomes import asked_of
from spinegraph.engine.population.output import written
from spinegraph.engine.population.run import Population
from spinegraph.engine.population.tables import open_table
engine, table = Engine(load_knowledge()), open_table(Path("t.csv"))
codebook = make_codebook(engine.knowledge)
population = Population(engine, codebook, table, read_columns(table.headings, codebook, Wanted(), "t.csv"))
with written(Path("out"), "arrow", population, asked_of(engine)) as write:
    population.decide(asked_of(engine), [write, lambda _: os.kill(os.getpid(), signal.SIGKILL)])
"""
"""A population, killed when its first batch has been written."""


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_no_output(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,fever\na,true\n")
    (tmp_path / "out").write_text("as before")
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    assert (tmp_path / "out").read_text() == "as before"


def test_without_the_libraries_the_extra_is_named(
    patients: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("spinegraph.engine.population.installed.find_spec", lambda name: None if name == "pyarrow" else name)
    assert main(["population", str(patients), "--summary"]) == 2
    assert "pyarrow is not installed." in (told := capfd.readouterr().err)
    assert "spinegraph[population]" in told
