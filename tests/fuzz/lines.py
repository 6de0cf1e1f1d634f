"""How schemathesis writes what is a line each: loaded by it (SCHEMATHESIS_HOOKS), not by us."""

from __future__ import annotations

import json
from typing import Any

import schemathesis


def write_lines(_context: Any, value: Any) -> bytes:
    """A made-up value as the body: text as it is, anything else as JSON."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


schemathesis.serializer("application/x-ndjson", "application/fhir+ndjson", "application/fhir+json")(write_lines)
