"""The store: append-only, chained, shared by processes, and whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from spinegraph.api.audit.record import FIRST
from spinegraph.api.audit.store import LOCK, AuditStore, Wanted, open_store, url_of
from spinegraph.api.audit.tables import METADATA, RECORDS
from spinegraph.api.audit.verify import verified
from spinegraph.api.problems import AuditUnavailableError
from spinegraph.api.setting import SettingsError
from spinegraph.engine import Case, Engine
from sqlalchemy import create_mock_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.api.audit.postgresql import programs, running
from tests.api.audit.recording import entry, small_engine
from tests.patience import HUNG

CASES = (Case(), Case(present=("fever",)), Case(absent=("fever",)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    pytest.importorskip("psycopg")
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    with running(found) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AuditStore]:
    """An empty store, of each kind."""
    location = str(tmp_path / "audit.db") if request.param == "sqlite" else request.getfixturevalue("postgresql")
    opened = open_store(location)
    yield opened
    if request.param == "postgresql":
        with opened._engine.begin() as connection:
            METADATA.drop_all(connection)
    opened.close()


def test_records_come_back_as_they_went_in_and_in_a_chain(store: AuditStore, small: Engine) -> None:
    entries = [entry(small, case) for case in CASES]
    store.append(entries[:1])
    store.append(entries[1:])
    found = list(store.records())
    assert [one.contents for one in found] == [one.contents for one in entries]
    assert [one.record.id for one in found] == [one.decided.id for one in entries]
    assert [one.record.number for one in found] == [1, 2, 3]
    assert [one.record.previous for one in found] == [FIRST, *(one.digest for one in found[:-1])]
    assert [one.record.digest for one in found] == [one.digest for one in found]
    assert store.record(entries[1].decided.id.upper()) == found[1]
    assert list(store.last(2)) == found[1:]


@pytest.mark.parametrize("statement", ["UPDATE spinegraph_decision SET caller = 'x'", "DELETE FROM spinegraph_decision"])
def test_nothing_is_changed_or_removed(store: AuditStore, small: Engine, statement: str) -> None:
    store.append([entry(small, Case())])
    with pytest.raises(SQLAlchemyError, match="only added"), store._engine.begin() as connection:
        connection.execute(text(statement))
    assert [one.record.caller for one in store.records()] == ["clinic-app"]


def test_all_of_what_is_added_together_or_none(store: AuditStore, small: Engine) -> None:
    first = entry(small, Case())
    with pytest.raises(AuditUnavailableError):
        store.append([first, entry(small, CASES[1]), first])  # an id stands for one record
    assert list(store.records()) == []


def test_records_are_found_by_time_caller_and_request(store: AuditStore, small: Engine) -> None:
    entries = [entry(small, case, caller=caller) for case, caller in zip(CASES, "aba", strict=True)]
    store.append(entries)
    moment = entries[1].decided.time
    assert [one.record.caller for one in store.records(Wanted(caller="a"))] == ["a", "a"]
    assert all(one.record.time >= moment for one in store.records(Wanted(since=moment)))
    assert list(store.records(Wanted(until=entries[0].decided.time))) == []
    assert len(list(store.records(Wanted(request_id="0123456789abcdef", door="decisions")))) == 3
    with pytest.raises(SettingsError, match="There is no record 'nothing'"):
        store.record("nothing")


def test_more_records_than_are_read_at_a_time(store: AuditStore, small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinegraph.api.audit.store.AT_A_TIME", 2)
    store.append([entry(small, case) for case in (*CASES, Case())])
    assert [one.record.number for one in store.records()] == [1, 2, 3, 4]


def test_what_is_there_stays_when_it_is_opened_again(store: AuditStore, small: Engine, tmp_path: Path) -> None:
    store.append([entry(small, Case())])
    location = store.name if "://" not in store.name else store._engine.url.render_as_string(hide_password=False)
    for create in (True, False):
        again = open_store(location, create=create)
        assert len(list(again.records())) == 1
        again.close()
    reader = open_store(location, create=False)
    if "://" not in store.name:
        with pytest.raises(AuditUnavailableError):
            reader.append([entry(small, Case())])
    reader.close()


def write_many(location: str, count: int) -> None:
    """The work of one process."""
    engine = small_engine()
    opened = open_store(location)
    for _ in range(count):
        opened.append([entry(engine, Case()), entry(engine, CASES[1])])
    opened.close()


@pytest.mark.slow
def test_several_processes_write_one_chain(tmp_path: Path, small: Engine) -> None:
    path = tmp_path / "audit.db"
    store = open_store(str(path))
    process = multiprocessing.get_context("spawn").Process(target=write_many, args=(str(path), 20))
    process.start()
    while not list(store.last(1)):
        time.sleep(0.01)
        assert process.is_alive()
    for _ in range(20):
        store.append([entry(small, Case())])
    process.join(5 * HUNG)
    assert process.exitcode == 0
    told = verified(store)
    assert (told.records, told.problems) == (60, ())
    store.close()


def test_several_threads_with_connections_of_their_own_write_one_chain(store: AuditStore, small: Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(store.append, [entry(small, case)]) for case in CASES * 8]:
            done.result()
    told = verified(store)
    assert (told.records, told.problems) == (24, ())


# What stands in the way ---------------------------------------------------------------------


def refused(location: str, *, create: bool = True) -> str:
    with pytest.raises(SettingsError) as caught:
        open_store(location, create=create)
    return str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(b"These are no records. " * 100)
    for create in (True, False):
        assert "notes.db: It cannot be used as an audit store: file is not a database." in refused(
            str(tmp_path / "notes.db"), create=create
        )


def test_a_database_of_something_else(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE card (uuid TEXT)")
    assert "There is no audit store in it." in refused(str(tmp_path / "other.db"), create=False)


@pytest.mark.parametrize(
    ("statement", "found"),
    [("UPDATE spinegraph_audit SET version = 7", "7"), ("DROP TABLE spinegraph_audit", "None")],
)
def test_tables_of_another_version(tmp_path: Path, statement: str, found: str) -> None:
    path = tmp_path / "audit.db"
    open_store(str(path)).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
    for create in (True, False):
        assert f"Its tables are of version {found}, and this program writes 1." in refused(str(path), create=create)


def test_no_file_to_be_read(tmp_path: Path) -> None:
    assert "There is no such file." in refused(str(tmp_path / "audit.db"), create=False)
    assert not (tmp_path / "audit.db").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "No such file or directory" in refused(str(tmp_path / "missing" / "audit.db"))


def test_the_file_is_for_its_user_alone(tmp_path: Path, small: Engine) -> None:
    store = open_store(str(tmp_path / "audit.db"))
    store.append([entry(small, Case())])
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("audit.db*")} == {0}
    store.close()


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("mysql://host/audit", "Decisions cannot be recorded in 'mysql'."),
        ("postgresql+psycopg://host", "Decisions cannot be recorded in 'postgresql'."),
        ("postgresql+psycopg://host:port/audit", "This is no URL of a database."),
        (":memory:", "Records have to be on a disk."),
        ("sqlite:///:memory:", "Decisions cannot be recorded in 'sqlite'."),
        ("://", "This is no URL of a database."),
        ("postgresql+nothing://host/audit", "The driver postgresql+nothing is not installed."),
    ],
)
def test_a_url_that_cannot_be(location: str, told: str) -> None:
    assert told in refused(location)


def test_a_server_that_is_not_there_and_the_password_is_not_told() -> None:
    pytest.importorskip("psycopg")
    message = refused("postgresql+psycopg://audit:secret@127.0.0.1:1/audit")
    assert "postgresql+psycopg://audit:***@127.0.0.1:1/audit: It cannot be used as an audit store" in message
    assert "secret" not in message


def test_a_url_of_sqlite_is_one_too(tmp_path: Path) -> None:
    assert url_of(f"sqlite:///{tmp_path}/audit.db") == url_of(f"{tmp_path}/audit.db")


def test_the_tables_of_postgresql_are_written_so_too() -> None:
    """Compiled, where no server can be had; with one, every test above is run against it."""
    written: list[str] = []

    def write(statement: Any, *_: object, **__: object) -> None:
        written.append(str(statement.compile(dialect=mock.dialect)))

    mock = create_mock_engine("postgresql+psycopg://", write)
    METADATA.create_all(mock, checkfirst=False)
    whole = "\n".join(written)
    assert f"CREATE TABLE {RECORDS.name}" in whole
    assert "BEFORE UPDATE OR DELETE OR TRUNCATE" in whole
    assert "SELECT RAISE" not in whole


LIMITED = """
import resource, sys
from spinegraph.api.audit.store import open_store
from spinegraph.api.problems import AuditUnavailableError
from spinegraph.engine import Case
from tests.api.audit.recording import entry, small_engine

engine, store = small_engine(), open_store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
written = 0
try:
    for _ in range(1000):
        store.append([entry(engine, Case()), entry(engine, Case(present=("fever",)))])
        written += 2
except AuditUnavailableError as error:
    print(written, error.what)
    try:
        store.check()
    except AuditUnavailableError as again:
        print(again.what)
"""


@pytest.mark.slow
def test_a_disk_that_fills_leaves_whole_groups_and_a_sound_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, timeout=5 * HUNG, check=True
    )
    written = int(done.stdout.split()[0])
    assert written > 0
    assert done.stdout.count("The decision could not be recorded (OperationalError, SQLITE_") == 2
    store = open_store(str(path))
    told = verified(store)
    assert (told.records, told.problems) == (written, ())
    store.close()


KILLED = """
import os, signal, sys
from sqlalchemy import event
from spinegraph.api.audit.store import open_store
from spinegraph.engine import Case
from tests.api.audit.recording import entry, small_engine

engine, store = small_engine(), open_store(sys.argv[1])
store.append([entry(engine, Case())])
event.listen(store._engine, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
store.append([entry(engine, Case(present=("fever",))) for _ in range(16)])
"""


@pytest.mark.slow
def test_a_process_that_is_killed_before_it_commits_leaves_nothing_of_the_group(tmp_path: Path, small: Engine) -> None:
    path = tmp_path / "audit.db"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], timeout=5 * HUNG, check=False)
    assert done.returncode == -signal.SIGKILL
    store = open_store(str(path))
    assert (verified(store).records, verified(store).problems) == (1, ())
    store.append([entry(small, Case())])
    assert verified(store).records == 2
    store.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert "Permission denied" in refused(str(tmp_path / "audit.db"))


@pytest.mark.slow
def test_a_database_that_is_locked(postgresql: str, small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinegraph.api.audit.store.WAIT_SECONDS", 1)
    store = open_store(postgresql)
    with store._engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        with pytest.raises(AuditUnavailableError, match="LockNotAvailable"):
            store.append([entry(small, Case())])
        other.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        store.append([entry(small, Case())])
    assert verified(store).records == 1
    with store._engine.begin() as connection:
        METADATA.drop_all(connection)
    store.close()


def test_a_file_that_is_locked(tmp_path: Path, small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinegraph.api.audit.store.WAIT_SECONDS", 0)
    store = open_store(str(tmp_path / "audit.db"))
    with closing(sqlite3.connect(tmp_path / "audit.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AuditUnavailableError, match=r"OperationalError, SQLITE_BUSY"):
            store.append([entry(small, Case())])
        other.execute("ROLLBACK")
    store.append([entry(small, Case())])
    assert len(list(store.records())) == 1
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_a_file_that_was_removed_or_replaced_while_it_is_written(tmp_path: Path, small: Engine) -> None:
    """SQLite would write on into a file without a name, and all that was recorded would be gone at the end."""
    path, aside = tmp_path / "audit.db", tmp_path / "aside.db"
    store = open_store(str(path))
    store.append([entry(small, Case())])
    path.rename(aside)
    for _ in range(2):
        with pytest.raises(AuditUnavailableError, match="file of the store was removed or replaced") as told:
            store.append([entry(small, Case())])
        assert str(tmp_path) not in str(told.value)
        with pytest.raises(AuditUnavailableError, match="removed or replaced"):
            store.check()
        path.write_bytes(b"")
    path.unlink()
    aside.rename(path)
    store.append([entry(small, Case())])
    assert verified(store) == msgspec.structs.replace(verified(store), records=2, problems=())
    store.close()


def test_the_newest_records_are_read_some_at_a_time(store: AuditStore, small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinegraph.api.audit.store.AT_A_TIME", 2)
    store.append([entry(small, Case(), caller=name) for name in "abababab"])
    newest = store.last(3, Wanted(caller="a"))
    assert next(newest).record.number == 3
    store.append([entry(small, Case(), caller="a")])
    assert [one.record.number for one in newest] == [5, 7]
    assert list(store.last(3, Wanted(caller="nobody"))) == []
