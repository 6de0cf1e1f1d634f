"""Whatever of ours writes FHIR R4 or CDS Hooks, as functions from an engine to what they write: the panel is put to all of it.

`test_producers.py` refuses a type of resource that our code names and no producer here writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from spinegraph.engine import Engine

from tests.foreign.hooks import Body
from tests.foreign.panel import Json

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "docs" / "examples"


def example_records(_engine: Engine) -> Iterable[Json]:
    """The records that the documents show."""
    for path in sorted(EXAMPLES.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if "resourceType" in content:
            yield content


RESOURCES: Mapping[str, Callable[[Engine], Iterable[Json]]] = {
    "records of docs/examples": example_records,
}
"""What writes resources."""

BODIES: Mapping[str, Callable[[Engine], Iterable[Body]]] = {}
"""What writes bodies of CDS Hooks."""
