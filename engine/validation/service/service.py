"""The validation service: files in, a written report out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from spinegraph.engine.errors import ContentTooLargeError, MalformedContentError
from spinegraph.engine.sandbox.pool import PoolCounts, WorkerPool
from spinegraph.engine.validation.service.limits import ValidationLimits
from spinegraph.engine.validation.service.messages import Question, encode
from spinegraph.engine.validation.service.names import check_names
from spinegraph.engine.validation.service.work import ValidationWork


class ValidationService:
    """Validates files beside the `served` ones (`layout.served_files`), or alone.

    Nothing is started before the first request, or `start`. Whoever makes a service closes it. `owl`: whether requests may
    ask the OWL reasoner, which needs Java and more memory.
    """

    def __init__(self, served: Mapping[str, Path], limits: ValidationLimits | None = None, *, owl: bool = False) -> None:
        self.limits = limits or ValidationLimits()
        self.owl = owl
        self._pool = WorkerPool(ValidationWork(served, self.limits, owl=owl))

    def start(self) -> None:
        """Start the workers without waiting for them."""
        self._pool.start()

    def close(self) -> None:
        """End the workers."""
        self._pool.close()

    def processes(self) -> list[int]:
        """Process ids of the workers."""
        return self._pool.processes()

    def counts(self) -> PoolCounts:
        """How the workers are."""
        return self._pool.counts()

    async def answer(self, question: Question) -> bytes:
        """The report, in the form that was asked for.

        Raises MalformedContentError, ContentTooLargeError, ProfileError where the question cannot be; ValidationStoppedError
        at a limit, TooManyValidationsError, ValidationError where no worker could be had.
        """
        self._check(question)
        return await asyncio.wrap_future(self._pool.submit(b"", encode(question)))

    def answer_now(self, question: Question) -> bytes:
        """The same, for callers without an event loop."""
        self._check(question)
        return self._pool.submit(b"", encode(question)).result()

    def _check(self, question: Question) -> None:
        """What can be seen from outside."""
        limits = self.limits
        if not question.files:
            raise MalformedContentError("There are no files.", where="/files", mend="Send at least one file with content.")
        if len(question.files) > limits.max_files:
            raise ContentTooLargeError(
                f"There are {len(question.files)} files, more than {limits.max_files}.",
                mend="Send the files that have changed.",
                details={"limit": "max_files", "allowed": limits.max_files},
            )
        check_names(question.files)
        if sum(map(len, question.files.values())) + len(question.profile) > limits.max_bytes:
            raise ContentTooLargeError(
                f"The files have more than {limits.max_bytes:,} bytes.",
                mend="Send the files that have changed.",
                details={"limit": "max_bytes", "allowed": limits.max_bytes},
            )
        if question.owl and not self.owl:
            raise MalformedContentError(
                "The OWL reasoner is not offered here.",
                where="/owl",
                mend="Leave `owl` out; the operator can offer it with SPINEGRAPH_VALIDATION_OWL=1.",
            )
