"""`spinegraph audit`: what it prints of a store, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from spinegraph.api.audit.store import open_store
from spinegraph.api.cli.app import main
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.knowledge.files import knowledge_paths

from tests.api.audit.recording import entry, tamper
from tests.authoring.guideline import GOOD

FEVER = Case(present=("sore_throat", "tonsillar_exudate"), measurements={"temperature_c": 38.0})
CASES = (FEVER, Case(), Case(absent=("fever",)))
Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def throat() -> Engine:
    return Engine(load_knowledge(knowledge_paths(GOOD)))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where it is noted which knowledge was validated."""
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def store(tmp_path: Path, throat: Engine, cache: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of three decisions, which the settings name."""
    path = tmp_path / "audit.db"
    opened = open_store(str(path))
    opened.append([entry(throat, throat.known_part(case), caller=caller) for case, caller in zip(CASES, "aba", strict=True)])
    opened.close()
    monkeypatch.setenv("SPINEGRAPH_AUDIT", str(path))
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    return path


def ids(path: Path) -> list[str]:
    opened = open_store(str(path), create=False)
    found = [one.record.id for one in opened.records()]
    opened.close()
    return found


def test_records_are_listed_the_newest_last(store: Path, capsys: Printed) -> None:
    assert main(["audit", "list", "--last", "2"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[2]) for line in lines] == [(str(number), ids(store)[number - 1]) for number in (2, 3)]
    assert main(["audit", "list", "--caller", "b", "--store", str(store)]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_a_record_is_shown_and_its_answer_alone(store: Path, throat: Engine, capsys: Printed) -> None:
    id_ = ids(store)[0]
    assert main(["audit", "show", id_]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["id"], shown["case"]["present"], "answer" in shown) == (id_, ["sore_throat", "tonsillar_exudate"], False)
    assert main(["audit", "show", id_, "--answer"]) == 0
    assert capsys.readouterr().out == throat.decide_json(CASES[0]).decode() + "\n"


def test_a_sound_store_is_verified_and_another_is_not(store: Path, capsys: Printed) -> None:
    assert main(["audit", "verify"]) == 0
    last = capsys.readouterr().out.split()[-1]
    assert last.startswith("3:")
    tamper(store, "DELETE FROM spinegraph_decision WHERE number = 3")
    assert main(["audit", "verify"]) == 0
    assert main(["audit", "verify", "--expect", last]) == 1
    assert "Record 3 is not there, which was noted." in capsys.readouterr().out


def test_records_are_exported_with_and_without_data_of_patients(store: Path, capsys: Printed) -> None:
    assert main(["audit", "export"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert lines[0]["answer"]["case"] == lines[0]["case"]
    assert main(["audit", "export", "--without-cases", "--until", lines[1]["time"]]) == 0
    assert "sore_throat" not in capsys.readouterr().out


@pytest.mark.slow
def test_every_record_is_replayed(store: Path, capsys: Printed) -> None:
    assert main(["audit", "replay", "--all", "--knowledge", str(GOOD)]) == 0
    assert capsys.readouterr().out == "3 records: 3 equal\n"
    assert main(["audit", "replay", ids(store)[1], "--knowledge", str(GOOD)]) == 0
    assert capsys.readouterr().out == f"2  {ids(store)[1]}  byte for byte the same\n"


@pytest.mark.slow
def test_a_difference_is_explained(store: Path, tmp_path: Path, capsys: Printed) -> None:
    shutil.copytree(GOOD, tmp_path / "changed")
    rules = tmp_path / "changed" / "shapes" / "rules" / "sore-throat.ttl"
    rules.write_text(rules.read_text().replace("sh:minInclusive 38 ;", "sh:minInclusive 38.5 ;"))
    arguments = ["audit", "replay", "--all", "--knowledge", str(tmp_path / "changed"), "--recorded-with", str(GOOD)]
    ended = main(arguments)
    printed = capsys.readouterr()
    assert ended == 1, printed
    assert "other knowledge gives another answer: it was sha256:" in printed.out
    assert "The knowledge of then gives byte for byte what was recorded." in printed.out
    assert "because   rule:fever-from-temperature" in printed.out
    assert "3 records: 1 knowledge, 2 version" in printed.out
    assert main([*arguments, "--json"]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["then"] for one in found if one["outcome"] == "knowledge"} == {True}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["replay"], "Name records, or say --all"),
        (["replay", "x", "--all"], "and not both"),
        (["show", "x"], "There is no record 'x'."),
        (["list", "--since", "yesterday"], "'yesterday' is no moment."),
        (["list", "--store", "missing.db"], "missing.db: There is no such file."),
        (["verify", "--expect", "last"], "'last' is no record."),
        (["list", "--since", "9999-12-31T23:59:59.9999"], "is no moment."),
        (["list", "--until", "0001-01-01T00:00:00+14:00"], "is no moment."),
        (["list", "--last", "99999999999999999999"], "--last"),
        (["list", "--caller", "\udcff"], "--caller: '\\udcff' is no text in UTF-8."),
        (["export", "--request", "\udcff"], "--request: "),
        (["show", "\udcff"], "There is no record"),
    ],
)
def test_what_cannot_be(store: Path, arguments: list[str], told: str, capsys: Printed) -> None:
    assert main(["audit", *arguments]) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_no_store_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    monkeypatch.delenv("SPINEGRAPH_AUDIT", raising=False)
    assert main(["audit", "list"]) == 2
    assert "No audit store is named." in capsys.readouterr().err


def test_moments_are_read_with_and_without_a_zone(store: Path, capsys: Printed) -> None:
    for since, count in (("2026-01-01", 3), ("0999-01-01", 3), ("2999-01-01T00:00:00Z", 0), ("2999-01-01T00:00+01:00", 0)):
        assert main(["audit", "list", "--since", since]) == 0
        assert capsys.readouterr().out.count("\n") == count


@pytest.mark.parametrize(
    ("change", "shown", "answered", "exported"),
    [
        ("answer_zlib = x'00'", 1, 2, 2),
        ("case_json = 'no JSON'", 2, 1, 2),
        ("caller = 'x'", 1, 1, 0),
    ],
)
def test_what_was_changed_is_not_shown_as_if_it_were_not(
    store: Path, change: str, shown: int, answered: int, exported: int, capsys: Printed
) -> None:
    tamper(store, f"UPDATE spinegraph_decision SET {change} WHERE number = 1")  # noqa: S608 (a test's own words)
    first = ids(store)[0]
    for arguments, ended in ((["show", first], shown), (["show", first, "--answer"], answered), (["export"], exported)):
        assert main(["audit", *arguments]) == ended
        told = capsys.readouterr().err
        assert ("was changed" in told) == bool(ended)
        assert "This is a fault" not in told
    assert main(["audit", "export", "--without-cases"]) == 0
    assert capsys.readouterr().out.count("\n") == 3
