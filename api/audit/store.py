"""Where decisions are recorded: an SQLite file or a PostgreSQL database, written by any number of processes at a time.

A transaction that writes waits for the others first, so that each record knows the one before it. It is on the disk when
`append` comes back.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from spinegraph.api.audit.record import FIRST, Entry, Stored, as_time
from spinegraph.api.audit.tables import ABOUT, METADATA, RECORDS, VERSION, row_of, stored_of
from spinegraph.api.problems import AuditUnavailableError
from spinegraph.api.setting import SettingsError
from spinegraph.engine.errors import shortened
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Row,
    Select,
    create_engine,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

WAIT_SECONDS = 10
"""So long one writer waits for another, and a connection for the server."""
LOCK = 0x5350494E4547
"""The advisory lock that writers take in PostgreSQL: it asks for no right but that to connect."""
MEMORY = ":memory:"
"""What SQLite calls a database that nobody else sees."""
AT_A_TIME = 500
"""Rows that are read at a time."""


class UnreadableRecordError(SettingsError):
    """A row is no record any more."""

    title = "A record was changed"


class Wanted(NamedTuple):
    """Which records are read: from a moment on, before a moment, of a caller, of a door, of a request."""

    since: str = ""
    until: str = ""
    caller: str = ""
    door: str = ""
    request_id: str = ""

    def of(self, rows: Select[Any]) -> Select[Any]:
        """The rows of these records."""
        if self.since:
            rows = rows.where(RECORDS.c.time >= self.since)
        if self.until:
            rows = rows.where(RECORDS.c.time < self.until)
        for column in ("caller", "door", "request_id"):
            if given := getattr(self, column):
                rows = rows.where(RECORDS.c[column] == given)
        return rows


EVERY = Wanted()


class AuditStore:
    """A store that is open. Safe to share between threads."""

    def __init__(self, engine: Engine, name: str, file: Path | None = None) -> None:
        """`name`: the store as errors call it, without a password; `file`: where it is one that is written."""
        self._engine = engine
        self.name = name
        self._file = file
        self._identity = _identity(file) if file else None

    def append(self, entries: Sequence[Entry]) -> None:
        """Add records, all of them or none. Raises AuditUnavailableError."""
        with self._writing() as connection:
            last = connection.execute(
                select(RECORDS.c.number, RECORDS.c.digest).order_by(RECORDS.c.number.desc()).limit(1)
            ).first()
            number, previous = (last.number, last.digest) if last else (0, FIRST)
            rows = []
            for entry in entries:
                number += 1
                rows.append(row_of(entry, number, previous))
                previous = rows[-1]["digest"]
            connection.execute(insert(RECORDS), rows)

    def check(self) -> None:
        """Write something, to know whether records could be. Raises AuditUnavailableError."""
        with self._writing() as connection:
            connection.execute(update(ABOUT).values(checked=as_time(time.time_ns() // 1_000_000)))

    def records(self, wanted: Wanted = EVERY, first: int = 1) -> Iterator[Stored]:
        """Records in the order in which they were added, from a `first` number on. Raises SettingsError where they cannot be
        read, UnreadableRecordError for one that is none."""
        after = first - 1
        while True:
            rows = wanted.of(select(RECORDS)).where(RECORDS.c.number > after).order_by(RECORDS.c.number).limit(AT_A_TIME)
            found = self._read(rows)
            yield from found
            if len(found) < AT_A_TIME:
                return
            after = found[-1].record.number

    def last(self, most: int, wanted: Wanted = EVERY) -> Iterator[Stored]:
        """The newest records, so many at most, the oldest of them first. Raises what `records` raises."""
        newest = wanted.of(select(RECORDS.c.number)).order_by(RECORDS.c.number.desc()).limit(most).subquery()
        with self._reading() as connection:
            first = connection.execute(select(func.min(newest.c.number))).scalar()
        return iter(()) if first is None else islice(self.records(wanted, first), most)

    def record(self, id_: str) -> Stored:
        """The record of an id. Raises SettingsError where there is none."""
        found = self._read(select(RECORDS).where(RECORDS.c.id == id_.lower())) if id_.isascii() else ()
        if not found:
            raise SettingsError(
                f"There is no record {shortened(id_)}.", where=self.name, mend="`spinegraph audit list` has their ids."
            )
        return found[0]

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def prepare(self) -> None:
        """Make the tables where there are none. Raises SettingsError where they are of another version, AuditUnavailableError."""
        with self._writing() as connection:
            tables = inspect(connection).get_table_names()
            if ABOUT.name not in tables and RECORDS.name not in tables:
                METADATA.create_all(connection, checkfirst=False)
                connection.execute(insert(ABOUT).values(version=VERSION, checked=as_time(0)))
            self._require_version(connection, tables)

    def require(self) -> None:
        """Raise SettingsError where this is no store that can be read."""
        with self._reading() as connection:
            tables = inspect(connection).get_table_names()
            if RECORDS.name not in tables:
                raise SettingsError("There is no audit store in it.", where=self.name, mend="Name the store of SPINEGRAPH_AUDIT.")
            self._require_version(connection, tables)

    def _require_version(self, connection: Connection, tables: Sequence[str]) -> None:
        found = connection.execute(select(ABOUT.c.version)).scalar() if ABOUT.name in tables or not tables else None
        if found != VERSION:
            raise SettingsError(
                f"Its tables are of version {found}, and this program writes {VERSION}.",
                where=self.name,
                mend="Name another store; `spinegraph audit` of the version that made this one reads it.",
            )

    def _read(self, rows: Select[Any]) -> list[Stored]:
        with self._reading() as connection:
            return [self._stored(row) for row in connection.execute(rows)]

    def _stored(self, row: Row[Any]) -> Stored:
        try:
            return stored_of(row)
        except (msgspec.MsgspecError, TypeError, ValueError) as error:
            raise UnreadableRecordError(
                f"Record {row._mapping['number']} was changed so that it cannot be read: {error}.",
                where=self.name,
                mend="Compare the store with a copy; what follows that record was not read.",
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise unusable(self.name, _words(error)) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that no other writer shares. Raises AuditUnavailableError, and then nothing is written."""
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, round(WAIT_SECONDS * 1000))}")
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                if self._file and _identity(self._file) != self._identity:
                    # SQLite would go on writing into a file that nobody finds any more
                    raise unavailable("the file of the store was removed or replaced")
                yield connection
        except SQLAlchemyError as error:
            raise unavailable(_reason(error)) from error


def unavailable(reason: str) -> AuditUnavailableError:
    """What is told of a store that cannot be written: to clients neither what it is, nor where, nor what was to be written."""
    return AuditUnavailableError(
        f"The decision could not be recorded ({reason}), and what is not recorded is not given.",
        mend="Ask again later; the operator mends the audit store.",
    )


def unusable(name: str, why: str) -> SettingsError:
    """What an operator is told of a store that cannot be opened or read."""
    return SettingsError(
        f"It cannot be used as an audit store: {why}.",
        where=name,
        mend="Name a file in a folder that can be written, or the URL of a database: postgresql+psycopg://….",
    )


def _reason(error: SQLAlchemyError) -> str:
    """The kind of a mistake: the name or number that the database has for it."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(cause).__name__}, {code}" if code else type(cause).__name__


def _words(error: SQLAlchemyError) -> str:
    """What the driver says, on one line: it may name hosts, but no value of a row."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split()).rstrip(".") or type(cause).__name__


# Opening ------------------------------------------------------------------------------------


def open_store(location: str, *, create: bool = True) -> AuditStore:
    """The store at a path or a URL; without `create` only to be read, and only where there is one. Raises SettingsError."""
    url = url_of(location)
    name = location if location == str(url.database) else url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not create and not Path(str(url.database)).is_file():
        raise SettingsError("There is no such file.", where=name, mend="Name the store of SPINEGRAPH_AUDIT.")
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, hide_parameters=True)
        else:
            limits = {"connect_timeout": WAIT_SECONDS}
            engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=limits)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        mend = "pip install 'spinegraph[postgresql]', and give postgresql+psycopg://…."
        raise SettingsError(f"The driver {url.drivername} is not installed.", where=name, mend=mend) from error
    if engine.dialect.name == "sqlite":
        if create:
            _make_file(Path(str(url.database)), name)
        _prepare_sqlite(engine, create=create)
    file = Path(str(url.database)) if create and engine.dialect.name == "sqlite" else None
    store = AuditStore(engine, name, file)
    try:
        (store.prepare if create else store.require)()
    except AuditUnavailableError as error:
        store.close()
        cause = error.__cause__
        raise unusable(name, _words(cause)) if isinstance(cause, SQLAlchemyError) else error from error
    except SettingsError:
        store.close()
        raise
    return store


def url_of(location: str) -> URL:
    """The URL of a store: as it is given, or that of an SQLite file. Raises SettingsError."""
    mend = "Give a path, or postgresql+psycopg://user@host/database."
    if location == MEMORY:
        raise SettingsError("Records have to be on a disk.", where="SPINEGRAPH_AUDIT", mend=mend)
    if "://" not in location:
        return URL.create("sqlite", database=location)
    try:
        url = make_url(location)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise SettingsError("This is no URL of a database.", where="SPINEGRAPH_AUDIT", mend=mend) from error
    if backend not in ("sqlite", "postgresql") or not url.database or url.database == MEMORY:
        raise SettingsError(f"Decisions cannot be recorded in {shortened(backend)}.", where="SPINEGRAPH_AUDIT", mend=mend)
    return url


def _make_file(path: Path, name: str) -> None:
    """Make the file where there is none, for its user alone: it holds data of patients. Raises SettingsError."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise unusable(name, error.strerror or type(error).__name__) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to: None where it leads to none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _prepare_sqlite(engine: Engine, *, create: bool) -> None:
    """Let SQLAlchemy begin transactions as the store needs them: the driver would begin a writing one too late."""

    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        statements = ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"] if create else ["PRAGMA query_only = ON"]
        for statement in (f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}", *statements):
            connection.execute(statement)

    def begins(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begins)
