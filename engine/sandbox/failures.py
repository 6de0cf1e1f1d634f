"""The error when there is no answer: the same cases for every kind of work, in words that name what was asked."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.sandbox.lanes import PoolLimits
from spinegraph.engine.sandbox.trouble import Trouble


class Limits(PoolLimits, Protocol):
    """What one piece of work may take."""

    @property
    def cpu_seconds(self) -> int:
        """Seconds of processor time."""

    @property
    def memory_bytes(self) -> int:
        """Bytes of memory."""


class Words(NamedTuple):
    """What one piece of work is called ("query"), that nothing of it was given, and how who asked mends it: by asking for
    `less`, or by nesting less (`flatter`); then its errors: their base, that it was stopped at a limit, that too
    many ask."""

    work: str
    nothing: str
    less: str
    flatter: str
    error: type[SpinegraphError]
    stopped: type[SpinegraphError]
    too_many: type[SpinegraphError]


MEASURED = {
    "time": ("timeout_seconds", "seconds"),
    "processor": ("cpu_seconds", "seconds of processor time"),
    "memory": ("memory_bytes", "bytes of memory"),
}
"""Kind of trouble → the field of the limits that was met, and its unit."""


def error_for(trouble: Trouble, words: Words, limits: Limits) -> SpinegraphError:
    """Trouble as an error for who asked; `limit`, `allowed` and `retry_after` (seconds) are in its details."""
    work = words.work
    match trouble.kind:
        case "full" | "waited" | "slow-full" | "slow-taken":
            return _too_many(trouble, words, limits)
        case "time" | "processor" | "memory":
            limit, unit = MEASURED[trouble.kind]
            return limit_error(limit, getattr(limits, limit), unit, words)
        case "stack":
            what = f"The {work} was stopped: it needs more stack or memory than it may have. {words.nothing}"
            return words.stopped(what, mend=words.flatter, details={"limit": "stack"})
        case "ended":
            what = f"The worker was ended from outside before the {work} was done."
            return words.error(what, mend="Ask again.", details={"retry_after": 1})
        case "unstarted":
            return words.error(
                f"No worker could be started for the {work} ({trouble.detail}).",
                mend="Ask again later; the operator finds the reason in the log.",
                details={"retry_after": 5},
            )
        case "closed":
            return words.error("The service is being stopped.", mend="Ask again later.", details={"retry_after": 5})
        case "fault":
            what = f"The {work} failed because of a fault of this program: {trouble.detail}"
            return words.error(what, mend="Tell the operator; the log has the cause.")


def limit_error(limit: str, allowed: float, unit: str, words: Words) -> SpinegraphError:
    """That a piece of work was stopped at a limit, by its name."""
    return words.stopped(
        f"The {words.work} was stopped: it needs more than {allowed:,.15g} {unit}. {words.nothing}",
        mend=words.less,
        details={"limit": limit, "allowed": allowed},
    )


def _too_many(trouble: Trouble, words: Words, limits: Limits) -> SpinegraphError:
    """That others are in the way."""
    work, mend = words.work, "Ask again after the seconds in Retry-After."
    what = {
        "full": f"There is no place for another {work}: {limits.workers} may run at once, {limits.queue} may wait.",
        "waited": f"The {work} waited more than {limits.timeout_seconds:g} seconds for its turn.",
        "slow-full": f"The {work} takes long, and the places for those that do are taken.",
        "slow-taken": f"The {work} takes long, and so does another of this client that still runs: only one may.",
    }
    if trouble.kind.startswith("slow"):
        mend = f"{mend} Or: {words.less[0].lower()}{words.less[1:]}"
    return words.too_many(what[trouble.kind], mend=mend, details={"retry_after": trouble.seconds})
