"""Records come in from many requests at a time; what came in while the last transaction was written is written in the next."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from spinegraph.api.audit.record import Entry, Recorder
from spinegraph.api.audit_settings import STORE, AuditSettings
from spinegraph.api.problems import AuditUnavailableError
from spinegraph.api.setting import SettingsError
from spinegraph.engine import Engine

if TYPE_CHECKING:
    from spinegraph.api.audit.store import AuditStore

logger = logging.getLogger("spinegraph")
FRESH_SECONDS = 5.0
"""For so long it is taken for known whether the store can be written."""
STOPPED = "The decision could not be recorded, because the service is being stopped."


class Audit:
    """Records decisions in a store, in one thread. Safe to share between threads."""

    def __init__(self, store: AuditStore, recorder: Recorder) -> None:
        self.store = store
        self.recorder = recorder
        self._pending: list[tuple[Sequence[Entry], Future[None]]] = []
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")
        self._failure = ""
        self._tried = time.monotonic()

    def record(self, entries: Sequence[Entry]) -> Future[None]:
        """Add entries, all of them or none; done when they are on the disk. The future raises AuditUnavailableError."""
        recorded: Future[None] = Future()
        with self._lock:  # what is refused must not be found by a write that is still to come
            try:
                self._thread.submit(self._write)
            except RuntimeError:  # closed: a request that outlived its service
                recorded.set_exception(AuditUnavailableError(STOPPED, mend="Ask again."))
            else:
                self._pending.append((entries, recorded))
        return recorded

    def failure(self) -> str:
        """Why decisions cannot be recorded, or "": as a write of the last seconds showed, or one that is tried now."""
        if self._is_known():
            return self._failure
        try:
            self._thread.submit(self._check).result()
        except RuntimeError:  # closed
            return STOPPED
        return self._failure

    def _is_known(self) -> bool:
        return time.monotonic() - self._tried <= FRESH_SECONDS

    def close(self) -> None:
        """Write what has come in, and let go of the store."""
        self._thread.shutdown()
        self.store.close()

    def _write(self) -> None:
        """Write what has come in until now, in one transaction."""
        with self._lock:
            taken, self._pending = self._pending, []
        waiting = [(entries, recorded) for entries, recorded in taken if recorded.set_running_or_notify_cancel()]
        if not waiting:
            return
        try:
            self.store.append([entry for entries, _ in waiting for entry in entries])
        except Exception as error:  # noqa: BLE001 (whoever waits for the future gets it)
            self._note(error)
            for _, recorded in waiting:
                recorded.set_exception(error)
            return
        self._note(None)
        for _, recorded in waiting:
            recorded.set_result(None)

    def _check(self) -> None:
        """Try to write, unless that was done while this waited for its turn: those who ask do not queue up."""
        if self._is_known():
            return
        try:
            self.store.check()
        except AuditUnavailableError as error:
            self._note(error)
        else:
            self._note(None)

    def _note(self, error: Exception | None) -> None:
        """Remember how it went, and log what stands in the way when it begins."""
        failure = str(getattr(error, "what", type(error).__qualname__)) if error else ""
        if failure and not self._failure:
            logger.error("The audit store cannot be written, and no decision is given until it can: %s", failure, exc_info=error)
        self._failure, self._tried = failure, time.monotonic()


def make_audit(settings: AuditSettings, engine: Engine, offered: tuple[str, ...] = ()) -> Audit | None:
    """What records the decisions of an engine, as settings say; None where none are recorded.

    `offered`: names of the packages that the engine was made of. Raises SettingsError where the store cannot be used.
    """
    if not settings.store:
        return None
    try:
        from spinegraph.api.audit.store import open_store
    except ModuleNotFoundError as error:
        raise SettingsError("Decisions cannot be recorded.", where=STORE, mend="pip install 'spinegraph[audit]'") from error
    return Audit(open_store(settings.store), Recorder(engine, offered, settings.cases))
