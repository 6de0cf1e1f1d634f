"""Decisions made for the tests of the store, and stores made to be tampered with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from spinegraph.api.audit.record import Asked, Entry, Origin, Recorder, Told
from spinegraph.engine import Case, CaseFile, Engine, load_knowledge

from tests.small import write_small

JSON = "application/json"


def told(engine: Engine, case: Case, asked: Asked | None = None) -> Told:
    """What the service would send of a case."""
    asked = asked or Asked()
    answer = asked.answer(engine, case)
    return Told(CaseFile(case), asked, answer, JSON, answer)


def entry(engine: Engine, case: Case, asked: Asked | None = None, *, keep: bool = True, caller: str = "clinic-app") -> Entry:
    """The entry of a decision that is asked for now."""
    return Recorder(engine, keep=keep).entry(told(engine, case, asked), Origin("decisions", "0123456789abcdef", caller))


def small_engine() -> Engine:
    """The small knowledge, compiled: for processes that share no fixture."""
    with TemporaryDirectory() as folder:
        return Engine(load_knowledge(write_small(Path(folder))))


def tamper(path: Path, *statements: str) -> None:
    """Change a store as somebody does who may drop its triggers."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for verb in ("UPDATE", "DELETE"):
            connection.execute(f"DROP TRIGGER IF EXISTS spinegraph_decision_{verb}")
        for statement in statements:
            connection.execute(statement)
