"""What workers are started for here, and how it is told when one of them does not answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine import errors
from engine.errors import SpinegraphError, TooManyValidationsError, ValidationError, ValidationStoppedError
from engine.sandbox.channel import ConnectionEnded
from engine.sandbox.pool import Outcome, Trouble
from engine.sandbox.process import WorkerProcess
from engine.validation.service.limits import ValidationLimits
from engine.validation.service.messages import decode_reply
from engine.validation.service.worker import WorkerOptions

logger = logging.getLogger("spinegraph")
SMALLER = "Send fewer or smaller files, or name some checks in `only`; `spinegraph validate` has no such limits."


class ValidationWork:
    """Workers that validate files of strangers, each in a folder of its own."""

    name = "validation"

    def __init__(self, served: Mapping[str, Path], limits: ValidationLimits, *, owl: bool) -> None:
        """`served`: names and paths of the knowledge that files are validated beside; `owl`: whether the reasoner may run."""
        self._limits = limits
        self._options = WorkerOptions(
            limits=limits, served={name: str(path.absolute()) for name, path in served.items()}, owl=owl
        )

    @property
    def workers(self) -> int:
        return self._limits.workers

    @property
    def queue(self) -> int:
        return self._limits.queue

    @property
    def timeout_seconds(self) -> float:
        return self._limits.timeout_seconds

    def start_worker(self) -> WorkerProcess:
        """A worker that reads the served knowledge ahead."""
        return WorkerProcess(
            "engine.validation.service.worker",
            msgspec.json.encode(self._options),
            longest_answer=self._limits.max_report_bytes,
            folder=True,
        )

    def close(self) -> None:
        """There is nothing to let go of."""

    def read(self, head: bytes, body: bytes) -> Outcome[bytes]:
        """A report, or the error that a reply tells. Raises ConnectionEnded if it is none."""
        try:
            reply = decode_reply(head)
        except msgspec.MsgspecError as error:
            raise ConnectionEnded from error
        match reply.error:
            case "":
                return Outcome(body)
            case "MemoryError":
                return Outcome(None, self.tell(Trouble("memory")))
            case "ReportTooLarge":
                return Outcome(None, _stopped("max_report_bytes", self._limits.max_report_bytes, "bytes of report"))
            case "Fault":
                logger.error("a validation failed:\n%s", reply.what)
                return Outcome(None, SpinegraphError("A validation failed."))
        kind: type[SpinegraphError] = getattr(errors, reply.error)
        return Outcome(None, kind(reply.what, where=reply.where, mend=reply.mend))

    def tell(self, trouble: Trouble) -> SpinegraphError:
        """Trouble as an error of the validation."""
        limits = self._limits
        match trouble.kind:
            case "full":
                return self._too_many(f"Every place is taken: {limits.workers} to validate, {limits.queue} to wait.")
            case "waited":
                return self._too_many(f"The request waited more than {limits.timeout_seconds:g} seconds for its turn.")
            case "time":
                return _stopped("timeout_seconds", limits.timeout_seconds, "seconds")
            case "processor":
                return _stopped("cpu_seconds", limits.cpu_seconds, "seconds of processor time")
            case "memory":
                return _stopped("memory_bytes", limits.memory_bytes, "bytes of memory")
            case "stack":
                return ValidationStoppedError(
                    "Validation was stopped: it needs more stack than it may have. Nothing was reported.",
                    mend="Nest less: give inner shapes names of their own.",
                    details={"limit": "stack"},
                )
            case "ended":
                return ValidationError("The worker that validated was ended.", mend="Ask again.", details={"retry_after": 1})
            case "unstarted":
                return ValidationError(
                    f"A validation worker could not be started ({trouble.detail}).",
                    mend="Ask again later; the operator finds the reason in the log.",
                    details={"retry_after": 5},
                )
            case "closed":
                return ValidationError("The service is being stopped.", mend="Ask again later.", details={"retry_after": 5})
            case "fault":
                return ValidationError(f"The files could not be validated: {trouble.detail}.", mend="Ask again.")

    def _too_many(self, what: str) -> TooManyValidationsError:
        return TooManyValidationsError(
            what,
            mend="Ask again after the seconds in Retry-After.",
            details={"retry_after": max(1, round(self._limits.timeout_seconds / 2))},
        )


def _stopped(limit: str, allowed: float, unit: str) -> ValidationStoppedError:
    return ValidationStoppedError(
        f"Validation was stopped: it needs more than {allowed:,.0f} {unit}. Nothing was reported.",
        mend=SMALLER,
        details={"limit": limit, "allowed": allowed},
    )
