"""How schemathesis writes what is a line each, and text: loaded by it (SCHEMATHESIS_HOOKS), not by us."""

from __future__ import annotations

import json
from typing import Any

import schemathesis

TEXTS = ("text/turtle", "application/sparql-query")


def write_lines(_context: Any, value: Any) -> bytes:
    """A made-up value as the body: text as it is, anything else as JSON."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


schemathesis.serializer("application/x-ndjson", "application/fhir+ndjson", "application/fhir+json")(write_lines)


def filter_case(_context: Any, case: Any) -> bool:
    """Whether a made-up request is one: written down, anything is the text that a body of text has to be."""
    return case.media_type not in TEXTS or isinstance(case.body, str | bytes)


schemathesis.hook(filter_case)
