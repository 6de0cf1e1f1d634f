"""Records from many requests at a time: written together, each told how it went."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from spinegraph.api.audit.record import Entry, Recorder
from spinegraph.api.audit.store import AuditStore, open_store
from spinegraph.api.audit.verify import verified
from spinegraph.api.audit.writer import Audit, make_audit
from spinegraph.api.audit_settings import AuditSettings
from spinegraph.api.problems import AuditUnavailableError
from spinegraph.engine import Case, Engine

from tests.api.audit.recording import entry
from tests.patience import HUNG


@pytest.fixture
def store(tmp_path: Path) -> AuditStore:
    return open_store(str(tmp_path / "audit.db"))


@pytest.fixture
def all_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found out stays known, however long a busy machine takes to ask."""
    monkeypatch.setattr("spinegraph.api.audit.writer.FRESH_SECONDS", 1e9)


@pytest.fixture
def audit(store: AuditStore, small: Engine) -> Iterator[Audit]:
    made = Audit(store, Recorder(small))
    yield made
    made.close()


def test_what_comes_in_while_others_are_written_is_written_together(
    audit: Audit, store: AuditStore, small: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, begun, goes_on, groups = store.append, threading.Event(), threading.Event(), list[int]()

    def slowly(entries: Sequence[Entry]) -> None:
        groups.append(len(entries))
        begun.set()
        assert goes_on.wait(HUNG)
        append(entries)

    monkeypatch.setattr(store, "append", slowly)
    first = audit.record([entry(small, Case())])
    assert begun.wait(HUNG)
    others = [audit.record([entry(small, Case()), entry(small, Case())]) for _ in range(5)]
    given_up = audit.record([entry(small, Case())])
    assert given_up.cancel()
    goes_on.set()
    for recorded in (first, *others):
        recorded.result(HUNG)
    assert groups == [1, 10]
    assert verified(store).records == 11


@pytest.mark.usefixtures("all_is_known")
def test_everybody_in_a_group_is_told_that_it_failed(
    audit: Audit, store: AuditStore, small: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: Sequence[Entry]) -> None:
        raise AuditUnavailableError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "append", full)
        for recorded in [audit.record([entry(small, Case())]) for _ in range(3)]:
            with pytest.raises(AuditUnavailableError, match="full"):
                recorded.result(HUNG)
    assert audit.failure() == "The disk is full."
    told = [record.getMessage() for record in caplog.records if record.name == "spinegraph"]
    assert [text for text in told if "audit" in text] == [
        "The audit store cannot be written, and no decision is given until it can: The disk is full."
    ]
    audit.record([entry(small, Case())]).result(HUNG)
    assert audit.failure() == ""


def test_after_the_end_nothing_is_recorded_and_that_is_told(store: AuditStore, small: Engine) -> None:
    audit = Audit(store, Recorder(small))
    audit.close()
    with pytest.raises(AuditUnavailableError, match="being stopped"):
        audit.record([entry(small, Case())]).result(HUNG)


def test_what_has_come_in_is_written_at_the_end(tmp_path: Path, small: Engine) -> None:
    audit = make_audit(AuditSettings(store=str(tmp_path / "audit.db")), small)
    assert audit is not None
    waiting = [audit.record([entry(small, Case())]) for _ in range(10)]
    audit.close()
    assert all(recorded.done() for recorded in waiting)
    assert verified(open_store(str(tmp_path / "audit.db"))).records == 10


def test_without_a_store_nothing_records(small: Engine) -> None:
    assert make_audit(AuditSettings(), small) is None


@pytest.mark.usefixtures("all_is_known")
def test_whoever_asks_whether_it_can_be_written_does_not_wait_for_others_who_ask(
    audit: Audit, store: AuditStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, goes_on = list[str](), threading.Event()

    def slowly() -> None:
        tried.append("once")
        assert goes_on.wait(HUNG)
        raise AuditUnavailableError("The disk is full.")

    monkeypatch.setattr(store, "check", slowly)
    audit._tried = float("-inf")
    with ThreadPoolExecutor(4) as asking:
        asked = [asking.submit(audit.failure) for _ in range(4)]
        while audit._thread._work_queue.qsize() < 3:
            time.sleep(0.001)
        goes_on.set()
        assert {one.result(HUNG) for one in asked} == {"The disk is full."}
    assert tried == ["once"]


def test_what_is_refused_at_the_end_is_not_written_by_those_who_came_before(
    store: AuditStore, small: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = Audit(store, Recorder(small))
    append, begun, goes_on = store.append, threading.Event(), threading.Event()

    def slowly(entries: Sequence[Entry]) -> None:
        begun.set()
        assert goes_on.wait(HUNG)
        append(entries)

    monkeypatch.setattr(store, "append", slowly)
    before = [audit.record([entry(small, Case())])]
    assert begun.wait(HUNG)
    before.append(audit.record([entry(small, Case())]))
    audit._thread.shutdown(wait=False)
    refused = audit.record([entry(small, Case())])
    goes_on.set()
    for recorded in before:
        recorded.result(HUNG)
    with pytest.raises(AuditUnavailableError, match="being stopped"):
        refused.result(HUNG)
    assert verified(store).records == 2
    audit._tried = float("-inf")
    assert "being stopped" in audit.failure()
    audit.close()
