"""The tables of the store, in SQLite and in PostgreSQL: rows are added, and triggers refuse to change or remove them.

The triggers keep an honest program from a mistake. Against who may drop them there is the chain of digests.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from spinegraph.api.audit.record import Asked, Contents, DecisionRecord, Entry, Stored
from sqlalchemy import DDL, BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, Row, String, Table, Text, event

VERSION: Final = 1
"""The version of these tables."""
WHOLE = BigInteger().with_variant(Integer, "sqlite")
METADATA = MetaData()
ABOUT = Table(
    "spinegraph_audit",
    METADATA,
    Column("version", WHOLE, primary_key=True, autoincrement=False),
    Column("checked", String(24), nullable=False),
)
"""One row: the version of the tables, and when it was last tried whether they can be written."""
RECORDS = Table(
    "spinegraph_decision",
    METADATA,
    Column("number", WHOLE, primary_key=True, autoincrement=False),
    Column("id", String(36), nullable=False, unique=True),
    Column("time", String(24), nullable=False, index=True),
    Column("request_id", String(64), nullable=False, index=True),
    Column("caller", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("offered", Text, nullable=False),
    Column("knowledge", Text, nullable=False),
    Column("knowledge_version", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("decision", String(64), nullable=False, index=True),
    Column("case_digest", String(64), nullable=False),
    Column("account_digest", String(64), nullable=False),
    Column("answer_digest", String(64), nullable=False),
    Column("sent_digest", String(64), nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("case_json", Text, nullable=False),
    Column("account_json", Text, nullable=False),
    Column("answer_zlib", LargeBinary, nullable=False),
)
"""A row for each decision; the last three columns hold data of patients, and are empty where they are not kept."""
REFUSAL = "decisions are only added"
_IN_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION spinegraph_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""
_TRIGGERS = (
    *(
        (
            "sqlite",
            f"CREATE TRIGGER spinegraph_decision_{verb} BEFORE {verb} ON spinegraph_decision "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        )
        for verb in ("UPDATE", "DELETE")
    ),
    ("postgresql", _IN_POSTGRESQL),
    (
        "postgresql",
        "CREATE TRIGGER spinegraph_decision_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON spinegraph_decision "
        "FOR EACH STATEMENT EXECUTE FUNCTION spinegraph_audit_refuse()",
    ),
)
for _dialect, _statement in _TRIGGERS:
    _trigger = DDL(_statement)  # type: ignore[no-untyped-call]
    event.listen(RECORDS, "after_create", _trigger.execute_if(dialect=_dialect))


def row_of(entry: Entry, number: int, previous: str) -> dict[str, Any]:
    """The row of an entry that takes its place in the chain."""
    record = DecisionRecord(
        **{name: getattr(entry.decided, name) for name in entry.decided.__struct_fields__}, number=number, previous=previous
    )
    members = {name: getattr(record, name) for name in record.__struct_fields__}
    contents = entry.contents
    return {
        **members,
        "asked": msgspec.json.encode(record.asked).decode(),
        "offered": msgspec.json.encode(record.offered).decode(),
        "digest": record.digest,
        "case_json": contents.case,
        "account_json": contents.account,
        "answer_zlib": contents.answer,
    }


def stored_of(row: Row[Any]) -> Stored:
    """What a row says. Raises MsgspecError, TypeError, ValueError where it was tampered with so that it cannot be read."""
    columns = row._mapping
    members = {name: columns[name] for name in DecisionRecord.__struct_fields__}
    members["asked"] = msgspec.json.decode(columns["asked"], type=Asked)
    members["offered"] = msgspec.json.decode(columns["offered"], type=tuple[str, ...])
    record = msgspec.convert(members, DecisionRecord)
    return Stored(
        record, columns["digest"], Contents(columns["case_json"], columns["account_json"], bytes(columns["answer_zlib"]))
    )
