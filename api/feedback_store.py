"""What became of cards, kept in SQLite: only ever added to, and without anything that names a patient.

Of a card there are its uuid, its service, the rules and the version of the knowledge; of feedback the outcome, the coded reason
and the times. What a clinician wrote is not kept: it may name the patient, and only that there was something is.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from spinegraph.api.problems import FeedbackNotKeptError
from spinegraph.api.setting import SettingsError
from spinegraph.engine.exchange.cds_hooks.feedback import CardFeedback
from spinegraph.engine.exchange.cds_hooks.messages import EXTENSION, Card

logger = logging.getLogger("spinegraph")
SECONDS = 10
"""So long one writer waits for another."""
RETRY_SECONDS = 60
"""After so long what could not be kept may be sent again."""
_TABLES = """
CREATE TABLE IF NOT EXISTS card (
    uuid TEXT PRIMARY KEY, service TEXT NOT NULL, kind TEXT NOT NULL, rules TEXT NOT NULL, knowledge TEXT NOT NULL,
    shown_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (
    number INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, service TEXT NOT NULL, card TEXT NOT NULL,
    outcome TEXT NOT NULL, outcome_at TEXT NOT NULL, suggestions TEXT NOT NULL, reason_system TEXT NOT NULL,
    reason_code TEXT NOT NULL, comment_given INTEGER NOT NULL
);
"""
_KEEPING = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'only added to'); END;"
    for table in ("card", "feedback")
    for verb in ("UPDATE", "DELETE")
)
_ADD = """
INSERT INTO feedback (received_at, service, card, outcome, outcome_at, suggestions, reason_system, reason_code, comment_given)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_EXPORT = """
SELECT f.number, f.received_at, f.service, f.card, coalesce(c.kind, '') AS kind, coalesce(c.rules, '') AS rules,
    coalesce(c.knowledge, '') AS knowledge, f.outcome, f.outcome_at, f.suggestions, f.reason_system, f.reason_code,
    f.comment_given
FROM feedback AS f LEFT JOIN card AS c ON c.uuid = f.card ORDER BY f.number
"""


class FeedbackStore:
    """The file of feedback. Safe to share between threads: each call has a connection of its own."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Raises SettingsError where the file cannot be used; without `create` also where there is none."""
        self._path = path
        if not create and not path.is_file():
            raise SettingsError("There is no such file.", where=str(path), mend="Name the file of SPINEGRAPH_HOOKS_FEEDBACK.")
        try:
            with self._connected() as connection:
                connection.executescript(_TABLES + "".join(_KEEPING))
        except sqlite3.Error as error:
            raise SettingsError(
                f"It cannot be used for feedback: {error}.", where=str(path), mend="Name a file in a folder that can be written."
            ) from error

    def show(self, service: str, cards: Iterable[Card]) -> None:
        """Remember which cards were given, so that feedback leads to rules; one that was given already stays as it is."""
        now = _now()
        rows = [(card.uuid, service, ours["card"], " ".join(ours.get("verdicts", ())), ours["knowledge"], now)
                for card in cards for ours in (card.extension[EXTENSION],)]  # fmt: skip
        if rows:
            with self._connected() as connection:
                connection.executemany("INSERT OR IGNORE INTO card VALUES (?, ?, ?, ?, ?, ?)", rows)

    def add(self, service: str, feedback: Iterable[CardFeedback]) -> None:
        """Add feedback, all of it or none. Raises FeedbackNotKeptError where the file cannot be written to any more."""
        rows = [(_now(), service, *_row(one)) for one in feedback]
        try:
            with self._connected() as connection:
                connection.executemany(_ADD, rows)
        except sqlite3.Error as error:
            logger.exception("feedback on cards of %s was not kept", service)
            raise FeedbackNotKeptError(
                "The file of feedback cannot be written to: nothing was kept.",
                mend="Send it again later; the operator finds the cause in the log.",
                details={"retry_after": RETRY_SECONDS},
            ) from error

    def rows(self) -> Iterator[Mapping[str, str | int]]:
        """All feedback in the order in which it came, each with the rules of its card where that was given here."""
        with self._connected() as connection:
            connection.row_factory = sqlite3.Row
            for row in connection.execute(_EXPORT):
                yield dict(row)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=SECONDS)) as connection, connection:
            yield connection


def _row(one: CardFeedback) -> tuple[str | int, ...]:
    given = one.override_reason
    coding = given.reason if given else None
    return (
        one.card.lower(),
        one.outcome,
        one.outcome_timestamp,
        " ".join(accepted.id.lower() for accepted in one.accepted_suggestions),
        coding.system if coding else "",
        coding.code if coding else "",
        int(bool(given and given.user_comment)),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
