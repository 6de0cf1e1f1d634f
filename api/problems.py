"""What every door says of an error: which kind it is, what is wrong, where, and how to mend it (RFC 9457, without a status)."""

from __future__ import annotations

import re
from typing import Any

from spinegraph.engine import SpinegraphError

TYPE_BASE = "https://w3id.org/spinegraph/problem/"


class RequestError(SpinegraphError):
    """What is wrong is not the case but the request that carries it."""

    title = "The request cannot be answered"


class ParameterError(RequestError):
    """A parameter of the request is not known here, or has a value that it cannot have."""

    title = "A parameter cannot be"


class UnknownResourceError(RequestError):
    """No resource of that kind has that name; `nearest` are paths of those with a similar one."""

    title = "There is no such resource"


class PartOffError(RequestError):
    """What is asked belongs to a part of the service that its operator has switched off."""

    title = "This part of the service is switched off"


class NoFeedbackError(UnknownResourceError):
    """This service was not told where to keep feedback on cards, and so takes none."""

    title = "No feedback is kept"


class FeedbackNotKeptError(RequestError):
    """The file of feedback cannot be written to, so that nothing of the feedback is kept; the log has the cause."""

    title = "The feedback could not be kept"


class UntrustedClientError(RequestError):
    """Only clients whose keys are listed may ask this, and the token of the request does not show that it is one of them."""

    title = "The client is not known"


class AuditUnavailableError(RequestError):
    """The decision could not be recorded, as its operator demands of every decision here, and so it was not given."""

    title = "The decision cannot be recorded"


class NoComparisonError(UnknownResourceError):
    """This service was not told what to compare its knowledge with."""

    title = "There is nothing to compare with"


def kind_of(error: type[SpinegraphError]) -> str:
    """The last part of a problem's type: UnknownCodeError → `unknown-code`."""
    return re.sub(r"(?<=.)([A-Z])", r"-\1", error.__name__.removesuffix("Error")).lower()


def members_of(error: SpinegraphError) -> dict[str, Any]:
    """The members of a problem that an error has of itself, whichever door it is answered at."""
    return {
        "type": TYPE_BASE + kind_of(type(error)),
        "title": error.title,
        "detail": error.what,
        **{name: value for name, value in (("where", error.where), ("mend", error.mend)) if value},
        **error.details,
    }


def fault_members(incident: str) -> dict[str, Any]:
    """The members of a problem that is a fault of the service: the log has its cause under the name of the incident."""
    return {
        "type": "about:blank",
        "title": "The service failed",
        "detail": "The request could not be answered because of a fault in the service; nothing was decided.",
        "mend": "Tell the operator the instance: the log has the cause under it.",
        "instance": incident,
    }
