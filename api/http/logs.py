"""The log: one JSON object a line, on standard error, and in it nothing that a request carried.

What is logged of a request is what the service knows itself: the template of its route, not its path; no body, query or header.
An error is logged by its kind and the places it went through, not by its words, which may quote what was sent.
"""

from __future__ import annotations

import datetime
import json
import logging
import sys
import traceback
from types import TracebackType
from typing import Any

OURS = ("spinegraph", "uvicorn")
"""Loggers whose messages are made of nothing that was sent; of those of other libraries only the place is logged."""
FIELDS = "fields"
"""Attribute of a record with what it says beside its message."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON: `time` (UTC), `level`, `logger`, `message`, and its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        ours = record.name.partition(".")[0] in OURS
        members: dict[str, Any] = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if ours else f"{record.module}:{record.lineno}",
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1]:
            members["error"] = type(record.exc_info[1]).__qualname__
            members["trace"] = places(record.exc_info[2])
        return json.dumps(members, ensure_ascii=False)


def places(trace: TracebackType | None) -> list[str]:
    """`file:line function` of each call that an error went through, the outermost first."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace, limit=-30)]


def log_as_json(level: str) -> None:
    """Write the log of this process, ours and that of the libraries, as JSON lines from a level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel("WARNING")
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(level.upper())
