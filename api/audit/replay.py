"""A recorded decision, decided again: byte for byte the same, or the difference, with the statements that make it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Annotated, Literal, NamedTuple

import msgspec
from spinegraph.api.audit.members import MemberChange, changed_members
from spinegraph.api.audit.record import DecisionRecord, Stored, sha256_of
from spinegraph.api.audit.verify import damages
from spinegraph.engine import Case, Engine
from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.exchange.provenance.publication import engine_version
from spinegraph.engine.model import Frozen, InputAccount, doc
from spinegraph.engine.validation.cases.files import ClinicalCase, Expectation
from spinegraph.engine.validation.diff.attribution import Attribution
from spinegraph.engine.validation.diff.model import CaseChange
from spinegraph.engine.validation.diff.outcomes import changed_cases, possible_part
from spinegraph.engine.validation.diff.statements import State

Outcome = Literal["equal", "version", "program", "knowledge", "refused", "not-kept", "damaged"]
WELL: frozenset[Outcome] = frozenset(("equal", "version"))
"""Outcomes in which everything is said again that was said."""
OF_VERSION = ("id", "knowledge")
"""Members of an answer that other knowledge always changes: they name it."""
MOST = 100
"""So many changed members are told."""


class Replayed(Frozen, frozen=True, kw_only=True):
    """What became of a recorded decision when it was made again."""

    id: Annotated[str, doc("The id of the record.")]
    number: Annotated[int, doc("Its number.")]
    outcome: Annotated[
        Outcome,
        doc(
            "equal: byte for byte the same; version: the same but for the name of the knowledge; program: the knowledge is the "
            "same, the answer is not; knowledge: other knowledge gives another answer; refused: what was asked can no longer be; "
            "not-kept: without cases; damaged: the record was changed."
        ),
    ]
    knowledge: Annotated[tuple[str, str], doc("Digest of the knowledge then and now.")]
    program: Annotated[tuple[str, str], doc("Version of Spinegraph then and now.")]
    sent: Annotated[
        bool | None, doc("Whether the very bytes that were sent come out; of other forms than JSON it is not known.")
    ] = None
    why: Annotated[
        str, doc("What was damaged or refused, or why a difference is not explained though knowledge of then was given.")
    ] = ""
    not_known: Annotated[
        tuple[str, ...], doc("Codes of the case that the knowledge no longer has, or values that it refuses.")
    ] = ()
    changes: Annotated[tuple[MemberChange, ...], doc("Members of the answer that differ, the first ones.")] = ()
    further: Annotated[int, doc("How many more members differ.")] = 0
    then: Annotated[bool | None, doc("Whether the knowledge of then, where it is given, still gives what was recorded.")] = None
    explained: Annotated[CaseChange | None, doc("Verdicts that differ, and the statements that are responsible.")] = None


class _Explaining(NamedTuple):
    """The knowledge of then, and what tells which of its statements have changed since."""

    engine: Engine
    attribution: Attribution


class Replayer:
    """Decides recorded cases again."""

    def __init__(self, engine: Engine, now: State | None = None, then: Iterable[State] = ()) -> None:
        """`engine`: of the knowledge that is decided with; `now`: its state; `then`: states that records were made with."""
        self._engine = engine
        self._now = now
        self._then: Mapping[str, State] = {state.knowledge.digest: state for state in then}
        self._explaining = lru_cache(maxsize=4)(self._made)

    def replay(self, stored: Stored, store: str = "") -> Replayed:
        """Decide a record again; `store`: its name, for where it stands."""
        record = stored.record
        if not record.kept:
            return self._told(record, "not-kept", why="Only digests were recorded.")
        if found := [*damages(stored)]:
            return self._told(record, "damaged", why=" ".join(found))
        case = msgspec.json.decode(stored.contents.case, type=Case)
        account = msgspec.json.decode(account, type=InputAccount) if (account := stored.contents.account) else None
        try:
            engine = self._engine.of_packages(record.offered)
            known = case if self._same_knowledge(record) else possible_part(engine.known_part(case), engine.knowledge)
            answer = record.asked.answer(engine, known)
            sent = record.asked.answer(engine, known, account) if account else answer
        except SpinegraphError as error:
            return self._told(record, "refused", why=str(error))
        bytes_sent = (
            sha256_of(sent) == record.sent_digest if record.form == "application/json" and record.door in _AS_JSON else None
        )
        if sha256_of(answer) == record.answer_digest:
            return self._told(record, "equal", sent=bytes_sent)
        return self._different(stored, case, known, answer, store)

    def _different(self, stored: Stored, case: Case, known: Case, answer: bytes, store: str) -> Replayed:
        record = stored.record
        same = self._same_knowledge(record)
        changes = changed_members(stored.contents.whole_answer, answer, () if same else OF_VERSION)
        first = tuple(islice(changes, MOST))
        outcome: Outcome = "program" if same else "knowledge" if first or known != case else "version"
        why = ""
        if outcome == "knowledge" and self._then and record.knowledge not in self._then:
            why = f"It was made with none of the knowledge that was given: {', '.join(self._then)}."
        told = self._told(
            record, outcome, why=why, not_known=tuple(_lost(case, known)), changes=first, further=sum(1 for _ in changes)
        )  # fmt: skip
        if outcome != "knowledge" or record.knowledge not in self._then or self._now is None:
            return told
        before, attribution = self._explaining(record.knowledge)
        old, new = (engine.of_packages(record.offered).of_packages(record.asked.guideline) for engine in (before, self._engine))
        then = sha256_of(record.asked.answer(before.of_packages(record.offered), case)) == record.answer_digest
        name = ClinicalCase(name=record.id, narrative="", file=store, line=record.number, case=case, expect=Expectation())
        explained = next(changed_cases([name], old, new, attribution), None)
        return msgspec.structs.replace(told, then=then, explained=explained)

    def _same_knowledge(self, record: DecisionRecord) -> bool:
        return record.knowledge == self._engine.knowledge.digest

    def _made(self, digest: str) -> _Explaining:
        then = self._then[digest]
        assert self._now is not None  # noqa: S101 (asked before)
        return _Explaining(Engine(then.knowledge), Attribution(then, self._now))

    def _told(
        self,
        record: DecisionRecord,
        outcome: Outcome,
        *,
        sent: bool | None = None,
        why: str = "",
        not_known: tuple[str, ...] = (),
        changes: tuple[MemberChange, ...] = (),
        further: int = 0,
    ) -> Replayed:
        return Replayed(
            id=record.id,
            number=record.number,
            outcome=outcome,
            knowledge=(record.knowledge, self._engine.knowledge.digest),
            program=(record.program, engine_version()),
            sent=sent,
            why=why,
            not_known=not_known,
            changes=changes,
            further=further,
        )


_AS_JSON = ("decisions", "batch", "assistants")
"""Doors at which JSON is the answer itself."""


def _lost(case: Case, known: Case) -> Iterable[str]:
    """What a case says and its known part does not, as `member: code`."""
    for member in ("present", "absent", "performed", "taking", "not_performed", "not_taking"):
        yield from (f"{member}: {code}" for code in getattr(case, member) if code not in getattr(known, member))
    for member in ("measurements", "coded"):
        yield from (f"{member}: {code}" for code in getattr(case, member) if code not in getattr(known, member))
