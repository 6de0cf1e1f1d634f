"""What can be wrong with a hook."""

from __future__ import annotations

from spinegraph.engine.errors import SpinegraphError


class HookError(SpinegraphError):
    """A request of CDS Hooks cannot be answered, which is not the same as that there is nothing to say."""

    title = "The hook cannot be answered"


class MalformedHookError(HookError):
    """The request, or feedback, is not of the form that CDS Hooks 2.0 has, or is for another service."""

    title = "The hook is malformed"


class MissingHookDataError(HookError):
    """Data of the patient that every card needs were not sent and could not be fetched; `missing` says why of each."""

    title = "Data that every card needs are missing"
