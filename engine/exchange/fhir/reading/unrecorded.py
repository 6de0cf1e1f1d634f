"""What a record does not have → absent, for those findings alone of which the content says that it means so."""

from __future__ import annotations

from collections.abc import Iterable

from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.exchange.fhir.reading.bundle import Record
from spinegraph.engine.exchange.fhir.reading.merging import Merged
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.statements import Note

HIDING = frozenset(
    (
        "unreadable",
        "member-twice",
        "other-version",
        "must-understand",
        "clashing-identity",
        "incomplete",
        "server-report",
        "no-subject",
        "lines-unread",
    )
)
"""Kinds of notes after which something may be recorded that was not read."""


def assumed_absent(
    book: Codebook, record: Record, reading: Reading, merged: Merged, notes: Iterable[tuple[int, Note]]
) -> dict[str, str]:
    """Code → why: the findings with `core:absentWhenUnrecorded` with which nothing in a whole record has to do.

    None where a single resource was sent, or where something could not be read: it may be there.
    """
    if not book.unrecorded or not record.whole or any(note.kind in HIDING for _, note in notes):
        return {}
    mentioned = reading.mentioned.union(one.what.code for one in merged.used)
    return {code: why for code, (why, related) in sorted(book.unrecorded.items()) if not mentioned & {code, *related}}
