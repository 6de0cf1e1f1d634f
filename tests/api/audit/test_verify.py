"""A store that was tampered with: every way is found, and told by the number of the record."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.api.audit.store import open_store
from spinegraph.api.audit.verify import Verified, read_anchor, verified
from spinegraph.api.setting import SettingsError
from spinegraph.engine import Case, Engine

from tests.api.audit.recording import entry, tamper

OTHER = f"{'0' * 63}1"
SEALED_ANEW = "UPDATE spinegraph_decision SET digest = printf('%064d', 1) WHERE number = 2"


@pytest.fixture
def path(tmp_path: Path, small: Engine) -> Path:
    """A store of four records; the last has digests alone."""
    store = open_store(str(tmp_path / "audit.db"))
    store.append([entry(small, Case(present=("fever",) * number)) for number in (0, 1, 1)])
    store.append([entry(small, Case(), keep=False)])
    store.close()
    return tmp_path / "audit.db"


def looked_at(path: Path, *expected: str) -> Verified:
    store = open_store(str(path), create=False)
    found = verified(store, tuple(map(read_anchor, expected)))
    store.close()
    return found


def test_a_store_as_it_was_written(path: Path) -> None:
    found = looked_at(path)
    assert (found.records, found.problems) == (4, ())
    assert looked_at(path, found.last).problems == ()


def test_an_empty_store(tmp_path: Path) -> None:
    open_store(str(tmp_path / "audit.db")).close()
    found = looked_at(tmp_path / "audit.db")
    assert (found.records, found.problems, found.last) == (0, (), f"0:{'0' * 64}")
    assert looked_at(tmp_path / "audit.db", found.last).problems == ()
    assert looked_at(tmp_path / "audit.db", f"0:{OTHER}").problems != ()


def test_a_record_that_was_noted_twice_has_to_be_what_was_noted_each_time(path: Path) -> None:
    last = looked_at(path).last
    assert looked_at(path, last, last).problems == ()
    for noted in ((f"4:{OTHER}", last), (last, f"4:{OTHER}")):
        (problem,) = looked_at(path, *noted).problems
        assert "is another one than was noted" in problem


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE spinegraph_decision SET caller = 'somebody' WHERE number = 2", "it was changed, and does not have the digest"),
        ("UPDATE spinegraph_decision SET time = '2020-01-01T00:00:00.000Z' WHERE number = 4", "was changed"),
        ("DELETE FROM spinegraph_decision WHERE number = 2", "Record 2 is not there."),
        ("DELETE FROM spinegraph_decision WHERE number < 3", "Records 1 to 2 are not there."),
        ("UPDATE spinegraph_decision SET case_json = '{}' WHERE number = 2", "its case was changed."),
        ("UPDATE spinegraph_decision SET case_json = '' WHERE number = 2", "its case is gone."),
        ("UPDATE spinegraph_decision SET answer_zlib = x'' WHERE number = 3", "its answer is gone."),
        ("UPDATE spinegraph_decision SET answer_zlib = x'00' WHERE number = 3", "its answer was changed."),
        ("UPDATE spinegraph_decision SET case_json = '{}' WHERE number = 4", "has contents, and none were kept."),
        ("UPDATE spinegraph_decision SET asked = 'no JSON' WHERE number = 2", "Record 2 was changed so that it cannot be read"),
        ("UPDATE spinegraph_decision SET answer_zlib = 'text' WHERE number = 2", "Record 2 was changed so that it cannot be"),
        ("UPDATE spinegraph_decision SET door = 'window' WHERE number = 2", "Record 2 was changed so that it cannot be read"),
    ],
)
def test_what_was_changed_or_taken_away(path: Path, statement: str, told: str) -> None:
    tamper(path, statement)
    assert told in " ".join(looked_at(path).problems)


def test_a_record_that_was_changed_and_sealed_anew_no_longer_leads_to_the_next(path: Path) -> None:
    tamper(path, SEALED_ANEW)
    problems = looked_at(path).problems
    assert any("Record 3" in problem and "does not follow the one before it" in problem for problem in problems)


def test_records_that_are_missing_at_the_end_are_told_by_what_was_noted(path: Path) -> None:
    noted = looked_at(path).last
    tamper(path, "DELETE FROM spinegraph_decision WHERE number = 4")
    assert looked_at(path).problems == ()
    assert looked_at(path, noted).problems == ("Record 4 is not there, which was noted.",)
    assert "is another one than was noted" in looked_at(path, f"3:{OTHER}").problems[0]


def test_many_problems_are_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinegraph.api.audit.verify.MOST", 2)
    tamper(path, "UPDATE spinegraph_decision SET caller = 'somebody'")
    found = looked_at(path)
    assert (len(found.problems), found.further) == (2, 2)


@pytest.mark.parametrize("text", ["", "3", "3:abc", f"-1:{OTHER}", f"x:{OTHER}"])
def test_what_is_no_record(text: str) -> None:
    with pytest.raises(SettingsError, match="is no record"):
        read_anchor(text)
