"""What a record says, and how it is sealed."""

from __future__ import annotations

import hashlib
import json
import uuid
import zlib

import msgspec
from spinegraph.api.audit.record import (
    FIRST,
    Asked,
    Contents,
    DecisionRecord,
    Origin,
    Recorder,
    Stored,
    Told,
    as_line,
    as_time,
    uuid7,
)
from spinegraph.engine import Case, CaseFile, Engine
from spinegraph.engine.model import InputAccount

from tests.api.audit.recording import JSON, entry, told

CASE = Case(present=("fever",))


def test_a_record_says_what_was_asked_and_what_came_out(small: Engine) -> None:
    decided, contents = entry(small, CASE, Asked(view="brief"))
    answer = small.decide_json(CASE, "brief")
    assert (decided.door, decided.caller, decided.request_id, decided.asked.view) == (
        "decisions",
        "clinic-app",
        "0123456789abcdef",
        "brief",
    )
    assert decided.decision == json.loads(answer)["id"]
    assert decided.answer_digest == decided.sent_digest == hashlib.sha256(answer).hexdigest()
    assert decided.knowledge == small.knowledge.digest
    assert msgspec.json.decode(contents.case, type=Case) == CASE
    assert contents.whole_answer == answer


def test_without_cases_a_record_has_digests_alone(small: Engine) -> None:
    decided, contents = entry(small, CASE, keep=False)
    assert contents == Contents()
    assert not decided.kept
    assert "fever" not in msgspec.json.encode(decided).decode()
    assert decided.case_digest == entry(small, CASE).decided.case_digest


def test_what_was_sent_is_told_from_the_answer_to_the_case_alone(small: Engine) -> None:
    account = InputAccount(form="bundle", resources=2, used=1)
    sent = small.decide_json(CASE, account=account)
    asked = Told(CaseFile(CASE, account=account), Asked(), sent, JSON)
    decided, contents = Recorder(small).entry(asked, Origin("decisions"))
    assert decided.answer_digest == hashlib.sha256(small.decide_json(CASE)).hexdigest() != decided.sent_digest
    kept = msgspec.json.decode(contents.account, type=InputAccount)
    assert hashlib.sha256(decided.asked.answer(small, CASE, kept)).hexdigest() == decided.sent_digest


def test_an_exported_line_is_enough_to_compute_the_digest(small: Engine) -> None:
    decided, contents = entry(small, CASE)
    record = DecisionRecord(**{name: getattr(decided, name) for name in decided.__struct_fields__}, number=1, previous=FIRST)
    line = json.loads(as_line(Stored(record, record.digest, contents)))
    digest = line.pop("digest")
    assert line.pop("case") == json.loads(contents.case)
    assert line.pop("answer")["id"] == decided.decision
    written = json.dumps(line, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(written.encode()).hexdigest() == digest
    assert "case" not in json.loads(as_line(Stored(record, record.digest, contents), contents=False))


def test_ids_are_of_version_7_and_in_the_order_of_time() -> None:
    ids = [uuid7(moment) for moment in (0, 1, 1_645_557_742_000, (1 << 48) - 1)]
    assert {(one.version, one.variant) for one in ids} == {(7, uuid.RFC_4122)}
    assert ids == sorted(ids)
    assert uuid7(1) != uuid7(1)


def test_texts_of_moments_have_their_order() -> None:
    moments = (0, 999, 1_000, 1_645_557_742_007, 1_645_557_742_070)
    assert [as_time(moment) for moment in moments] == sorted(map(as_time, moments))


def test_the_answer_is_kept_compressed(small: Engine) -> None:
    _, contents = entry(small, CASE)
    assert len(contents.answer) < len(zlib.decompress(contents.answer))
    assert told(small, CASE).answer == contents.whole_answer
