"""What only the gate of a screen asked about was called unused (SG207), though the gate reads it."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine.validation.checks.uses import check_uses
from spinegraph.engine.validation.content import read_content

from tests.small import Edit, write_small

GATED = """
finding:Imaged a owl:Class ; rdfs:subClassOf core:Finding ; skos:notation "imaged" ; rdfs:label "imaged"@en .
finding:Contrast a owl:Class ; rdfs:subClassOf core:Finding ; skos:notation "contrast" ; rdfs:label "contrast"@en .
shape:Imaged a sh:NodeShape ; core:present finding:Imaged .
screen:images a core:Screen ; rdfs:label "Images"@en ; skos:notation "images" ; sh:order 1 ; core:askedOf core:patient ;
    core:tier core:safety ; core:question "Any of these?"@en ;
    core:item ( [ core:asks finding:Contrast ; core:gate shape:Imaged ] ) .
"""


def unused(folder: Path, *edits: Edit) -> set[str]:
    write_small(folder, *edits, more={"shapes/rules/gated.ttl": GATED})
    return {one.subject for one in check_uses(read_content([folder], root=folder))}


def test_a_gate_uses_what_it_reads(tmp_path: Path) -> None:
    found = unused(tmp_path / "gated")
    assert "finding:Imaged" not in found
    assert "finding:Contrast" in found
    open_ = Edit("shapes/rules/gated.ttl", " ; core:gate shape:Imaged", "")
    assert "finding:Imaged" in unused(tmp_path / "open", open_)
