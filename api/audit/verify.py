"""Whether a store is what was written: the chain of digests from the first record to the last, and what is kept beside them.

Records that are missing at the end leave a chain that is sound: who wants to know of these notes number and digest of a last
record elsewhere, and asks for it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Set
from typing import Annotated, NamedTuple

from spinegraph.api.audit.record import FIRST, Stored, sha256_of
from spinegraph.api.audit.store import AuditStore, UnreadableRecordError
from spinegraph.api.setting import SettingsError
from spinegraph.engine.errors import shortened
from spinegraph.engine.model import Frozen, doc

MOST = 50
"""So many problems are told."""


class Anchor(NamedTuple):
    """A record as somebody noted it."""

    number: int
    digest: str


class Verified(Frozen, frozen=True, kw_only=True):
    """What was found."""

    records: Annotated[int, doc("How many records there are.")]
    last: Annotated[str, doc("Number and digest of the last one, to be noted elsewhere.")]
    problems: Annotated[tuple[str, ...], doc("What is not as it was written, the first ones.")]
    further: Annotated[int, doc("How many more problems there are.")] = 0


def read_anchor(text: str) -> Anchor:
    """`NUMBER:DIGEST`, as `verify` prints it. Raises SettingsError."""
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", text)
    if found is None:
        raise SettingsError(
            f"{shortened(text)} is no record.", where="--expect", mend="Give NUMBER:DIGEST, as `verify` prints it at its end."
        )
    return Anchor(int(found[1]), found[2])


def verified(store: AuditStore, expected: tuple[Anchor, ...] = ()) -> Verified:
    """Read a store from its first record to its last. Raises SettingsError where it cannot be read."""
    problems: list[str] = []
    count = further = number = 0
    previous = FIRST
    noted: dict[int, set[str]] = {}
    for anchor in expected:
        noted.setdefault(anchor.number, set()).add(anchor.digest)
    if noted.pop(0, {FIRST}) != {FIRST}:
        problems.append("Before the first record there is another digest than was noted.")
    try:
        for stored in store.records():
            for problem in _problems(stored, number, previous, noted.pop(stored.record.number, set())):
                if len(problems) < MOST:
                    problems.append(problem)
                else:
                    further += 1
            count, number, previous = count + 1, stored.record.number, stored.digest
    except UnreadableRecordError as error:
        problems.append(f"{error.what} What follows it was not read.")
        noted.clear()
    problems += [f"Record {missing} is not there, which was noted." for missing in sorted(noted)]
    return Verified(records=count, last=f"{number}:{previous}", problems=tuple(problems), further=further)


def _problems(stored: Stored, number: int, previous: str, noted: Set[str]) -> Iterator[str]:
    """What is wrong with a record after that of a number and digest; `noted`: its own digest as it was noted, each time."""
    record, contents = stored.record, stored.contents
    name = f"Record {record.number} ({record.id})"
    if record.number != number + 1:
        missing = f"Record {number + 1} is" if record.number == number + 2 else f"Records {number + 1} to {record.number - 1} are"
        yield f"{missing} not there."
    elif record.previous != previous:
        yield f"{name} does not follow the one before it: one of the two was changed."
    if noted - {stored.digest}:
        yield f"{name} is another one than was noted."
    yield from (f"{name}: {problem}" for problem in damages(stored))
    if not record.kept and any(contents):
        yield f"{name} has contents, and none were kept."


def damages(stored: Stored) -> Iterator[str]:
    """What of a record was changed, or of what is kept beside it."""
    record, contents = stored.record, stored.contents
    if record.digest != stored.digest:
        yield "it was changed, and does not have the digest that it was stored with."
    if not record.kept:
        return
    if sha256_of(contents.case.encode()) != record.case_digest:
        yield f"its case {'was changed' if contents.case else 'is gone'}."
    if record.account_digest and sha256_of(contents.account.encode()) != record.account_digest:
        yield f"its account {'was changed' if contents.account else 'is gone'}."
    try:
        answer = contents.whole_answer
    except zlib.error:
        answer = b"\0"
    if sha256_of(answer) != record.answer_digest:
        yield f"its answer {'was changed' if answer else 'is gone'}."
