"""What is recorded of one decision, and the chain that records make: each carries the digest of the one before."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
import zlib
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from spinegraph.engine import CaseFile, Engine
from spinegraph.engine.decide.decision import View
from spinegraph.engine.exchange.provenance.publication import engine_version
from spinegraph.engine.model import Case, Frozen, InputAccount, doc

Door = Literal["decisions", "batch", "apply", "hooks", "assistants"]
"""Where a decision was asked for."""
FIRST = "0" * 64
"""What stands for the digest of the record before the first."""


class Asked(Frozen, frozen=True, kw_only=True):
    """What was asked of a case: with it, the same knowledge and the same program the answer comes out byte for byte."""

    view: Annotated[View, doc("How much was answered.")] = "standard"
    explain: Annotated[tuple[str, ...], doc("Ids of recommendations whose proof came along.")] = ()
    guideline: Annotated[tuple[str, ...], doc("Names of the packages that were asked; none means all that were offered.")] = ()
    verdicts: Annotated[bool, doc("Whether every verdict came along.")] = False
    return_signs: Annotated[bool, doc("Whether the signs to come back for came along.")] = False

    def answer(self, engine: Engine, case: Case, account: InputAccount | None = None) -> bytes:
        """The answer to a case as JSON. Raises VocabularyError where the knowledge no longer has what was asked."""
        return engine.decide_json(
            case, self.view, self.explain, self.guideline, self.verdicts, self.return_signs, account
        )  # fmt: skip


class Decided(Frozen, frozen=True, kw_only=True):
    """What the service knows of a decision that it is about to send. Digests are SHA-256 in hexadecimal.

    None of it is in clear what a patient has; but who can guess a case can tell by `case_digest` whether it is the one.
    """

    id: Annotated[str, doc("The id of the record: a UUID of version 7, in the order of time.")]
    time: Annotated[str, doc("When it was decided (UTC), in milliseconds.")]
    request_id: Annotated[str, doc("The id of the request, under which the log has it.")]
    caller: Annotated[str, doc("By whose token it was asked; empty where none was needed.")]
    door: Annotated[Door, doc("Where it was asked for.")]
    form: Annotated[str, doc("The media type of what was sent.")]
    asked: Annotated[Asked, doc("What was asked of the case.")]
    offered: Annotated[tuple[str, ...], doc("The packages that the service offered; none means all.")]
    knowledge: Annotated[str, doc("The digest of the knowledge.")]
    knowledge_version: Annotated[str, doc("Its version.")]
    program: Annotated[str, doc("The version of Spinegraph.")]
    decision: Annotated[str, doc("The id of the decision: that of the same case and the same knowledge.")]
    case_digest: Annotated[str, doc("Of the case as it was decided.")]
    account_digest: Annotated[str, doc("Of the account of the record that the case was read from; empty without one.")]
    answer_digest: Annotated[str, doc("Of the answer as JSON, without that account.")]
    sent_digest: Annotated[str, doc("Of the very bytes that were sent, before they were compressed.")]
    kept: Annotated[bool, doc("Whether case, account and answer are kept, too.")]


class DecisionRecord(Decided, frozen=True, kw_only=True):
    """A decision in its place in the chain."""

    number: Annotated[int, doc("Its number, from 1, without a gap.")]
    previous: Annotated[str, doc("The digest of the record before it.")]

    @property
    def digest(self) -> str:
        """SHA-256 of the record as JSON: all members in the order in which they are described, without a space."""
        return sha256_of(msgspec.json.encode(self))


class Contents(NamedTuple):
    """What holds data of a patient: the case and the account as JSON, the answer as JSON and compressed. Empty: not kept."""

    case: str = ""
    account: str = ""
    answer: bytes = b""

    @property
    def whole_answer(self) -> bytes:
        """The answer as JSON. Raises zlib.error where it was tampered with."""
        return zlib.decompress(self.answer) if self.answer else b""


class Entry(NamedTuple):
    """What is handed to the store: it gives it its place in the chain."""

    decided: Decided
    contents: Contents


class Stored(NamedTuple):
    """What the store gives back: `digest` as it was stored, whatever the record says now."""

    record: DecisionRecord
    digest: str
    contents: Contents


class Origin(NamedTuple):
    """Who asked, and where: `request_id` and `caller` as in the log."""

    door: Door
    request_id: str = ""
    caller: str = ""


class Told(NamedTuple):
    """What is about to be sent: the bytes and their media type, the case that they are about, and what was asked of it.

    `answer`: the answer as JSON, without an account, where it is made already.
    """

    file: CaseFile
    asked: Asked
    sent: bytes
    form: str
    answer: bytes = b""


class Recorder(NamedTuple):
    """Makes entries for one engine. `offered`: names of the packages that it was made of; `keep`: whether contents are kept."""

    engine: Engine
    offered: tuple[str, ...] = ()
    keep: bool = True

    def entry(self, told: Told, origin: Origin) -> Entry:
        """The entry of a decision that was just made."""
        case, account = told.file.case, told.file.account
        answer = told.answer or told.asked.answer(self.engine, case)
        contents = Contents(
            msgspec.json.encode(case).decode(),
            msgspec.json.encode(account).decode() if account else "",
            zlib.compress(answer, 1) if self.keep else b"",
        )
        knowledge, now = self.engine.knowledge, time.time_ns() // 1_000_000
        decided = Decided(
            id=str(uuid7(now)),
            time=as_time(now),
            request_id=origin.request_id,
            caller=origin.caller,
            door=origin.door,
            form=told.form,
            asked=told.asked,
            offered=self.offered,
            knowledge=knowledge.digest,
            knowledge_version=knowledge.version,
            program=engine_version(),
            decision=msgspec.json.decode(answer, type=_Identified).id,
            case_digest=sha256_of(contents.case.encode()),
            account_digest=sha256_of(contents.account.encode()) if account else "",
            answer_digest=sha256_of(answer),
            sent_digest=sha256_of(told.sent),
            kept=self.keep,
        )
        return Entry(decided, contents if self.keep else Contents())


class _Identified(msgspec.Struct):
    """The one member of an answer that is read."""

    id: str


def sha256_of(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def uuid7(milliseconds: int) -> uuid.UUID:
    """A UUID of version 7 (RFC 9562, section 5.7): 48 bits of time, the rest random.

    >>> uuid7(0x017F22E279B0).hex[:13]
    '017f22e279b07'
    """
    random = int.from_bytes(os.urandom(10), "big")
    bits = (milliseconds & ((1 << 48) - 1)) << 80 | random
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=bits & ~(0x3 << 62) | 0x2 << 62)


def as_time(milliseconds: int) -> str:
    """A moment since 1970 as text; the texts have the order of the moments.

    >>> as_time(0)
    '1970-01-01T00:00:00.000Z'
    """
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment.isoformat()[:19]}.{milliseconds % 1000:03}Z"


def as_line(stored: Stored, *, contents: bool = True) -> bytes:
    """A record as one JSON object: its members, its `digest`, and what is kept beside it.

    Raises zlib.error, MsgspecError where what is kept was tampered with so that it cannot be read.
    """
    members: dict[str, Any] = {**msgspec.to_builtins(stored.record), "digest": stored.digest}
    if contents:
        case, account, answer = stored.contents.case, stored.contents.account, stored.contents.whole_answer
        kept = {"case": case.encode(), "account": account.encode(), "answer": answer}
        members |= {name: msgspec.json.decode(text, type=msgspec.Raw) for name, text in kept.items() if text}
    return msgspec.json.encode(members)
