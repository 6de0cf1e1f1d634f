"""What tests write beside the small knowledge, and how they read it."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.build.criteria import CriterionReader
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Criterion, Knowledge

from tests.small import HEAD, Edit, write_small

IRI = expand("shape:Given")
ACTION = "core:direction core:for ; core:modality core:may ; core:urgency core:routine ; core:intervention intervention:Gargling"


def read(body: str, knowledge: Knowledge, folder: Path) -> Criterion:
    """What `shape:Given` states; it stands on line 2 of given.ttl, and is a property shape where its body has a path."""
    path = folder / "given.ttl"
    kind = "sh:PropertyShape" if body.startswith("sh:path") else "sh:NodeShape"
    path.write_text(f"{HEAD}\nshape:Given a {kind} ; {body} .\n", encoding="utf-8")
    reader = CriterionReader(
        read_graph((path,)),
        knowledge.findings,
        knowledge.conditions,
        knowledge.valued,
        knowledge.interventions,
        knowledge.hierarchy,
    )
    return reader.read(IRI)


def load(folder: Path, *edits: Edit, more: str = "") -> Knowledge:
    """The small knowledge, changed by edits, with a further file more.ttl whose text begins on line 2."""
    return load_knowledge(write_small(folder, *edits, more={"shapes/rules/more.ttl": more} if more else None))


def rule_text(kind: str, rest: str, conditions: str = "shape:Infant") -> str:
    """A rule of a kind, `rule:more`."""
    return f'rule:more a core:{kind} , sh:TripleRule ; rdfs:label "More"@en ; sh:condition {conditions} ; {rest} .\n'


def advice(rest: str = "", conditions: str = "shape:Infant", action: str = ACTION) -> str:
    """A recommendation, `rule:more`."""
    return rule_text("Recommendation", f"{action} ; {rest}", conditions)
