"""What workers are started for here, and the error when one of them does not answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import msgspec
from spinegraph.engine import errors
from spinegraph.engine.errors import SpinegraphError, TooManyValidationsError, ValidationError, ValidationStoppedError
from spinegraph.engine.sandbox.channel import ConnectionEnded
from spinegraph.engine.sandbox.failures import Words, error_for, limit_error
from spinegraph.engine.sandbox.pool import Outcome
from spinegraph.engine.sandbox.process import WorkerProcess
from spinegraph.engine.sandbox.trouble import Trouble
from spinegraph.engine.validation.service.limits import ValidationLimits
from spinegraph.engine.validation.service.messages import decode_reply
from spinegraph.engine.validation.service.worker import WorkerOptions

logger = logging.getLogger("spinegraph")
WORDS = Words(
    work="validation",
    nothing="Nothing was reported.",
    less="Send fewer or smaller files, or name some checks in `only`; `spinegraph validate` has no such limits.",
    flatter="Nest less: give inner shapes names of their own.",
    error=ValidationError,
    stopped=ValidationStoppedError,
    too_many=TooManyValidationsError,
)


class ValidationWork:
    """Workers that validate files of strangers, each in a folder of its own."""

    name = "validation"

    def __init__(self, served: Mapping[str, Path], limits: ValidationLimits, *, owl: bool) -> None:
        """`served`: names and paths of the knowledge that files are validated beside; `owl`: whether the reasoner may run."""
        self.limits = limits
        self._options = WorkerOptions(
            limits=limits, served={name: str(path.absolute()) for name, path in served.items()}, owl=owl
        )

    def start_worker(self) -> WorkerProcess:
        """A worker that reads the served knowledge ahead."""
        return WorkerProcess(
            "spinegraph.engine.validation.service.worker",
            msgspec.json.encode(self._options),
            longest_answer=self.limits.max_report_bytes,
            folder=True,
        )

    def close(self) -> None:
        """There is nothing to let go of."""

    def read(self, head: bytes, body: bytes) -> Outcome[bytes]:
        """A report, or the error that a reply states. Raises ConnectionEnded if it is none."""
        try:
            reply = decode_reply(head)
        except msgspec.MsgspecError as error:
            raise ConnectionEnded from error
        match reply.error:
            case "":
                return Outcome(body)
            case "MemoryError":
                return Outcome(None, self.error_for(Trouble("memory")))
            case "ReportTooLarge":
                return Outcome(None, limit_error("max_report_bytes", self.limits.max_report_bytes, "bytes of report", WORDS))
            case "Fault":
                logger.error("a validation failed:\n%s", reply.what)
                return Outcome(None, SpinegraphError("A validation failed."))
        kind: type[SpinegraphError] = getattr(errors, reply.error)
        return Outcome(None, kind(reply.what, where=reply.where, mend=reply.mend))

    def error_for(self, trouble: Trouble) -> SpinegraphError:
        """Trouble as an error of the validation."""
        return error_for(trouble, WORDS, self.limits)
