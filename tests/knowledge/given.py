"""One shape, written into a file of its own and read as a criterion."""

from __future__ import annotations

from pathlib import Path

from engine.knowledge.criteria import CriterionReader
from engine.knowledge.graph import read_graph
from engine.knowledge.terms import expand
from engine.model import Criterion, Knowledge
from tests.small import HEAD

IRI = expand("shape:Given")


def read(body: str, knowledge: Knowledge, folder: Path) -> Criterion:
    """What `shape:Given` states; it stands on line 2 of given.ttl, and is a property shape where its body has a path."""
    path = folder / "given.ttl"
    kind = "sh:PropertyShape" if body.startswith("sh:path") else "sh:NodeShape"
    path.write_text(f"{HEAD}\nshape:Given a {kind} ; {body} .\n", encoding="utf-8")
    reader = CriterionReader(
        read_graph((path,)), knowledge.findings, knowledge.conditions, knowledge.measurements, knowledge.hierarchy
    )
    return reader.read(IRI)
