"""A tension with a scope and no criterion of its own left its recommendations open, and was shown to nobody."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.validation.interactions.analysis import Analysis
from spinegraph.engine.validation.interactions.conflicts import idle_tensions, opposite_directions

from tests.small import write_small

TEXT = """
rule:{name} a core:Recommendation , sh:TripleRule ; sh:order 30 ; sh:condition shape:SoreThroat ; core:scope shape:SoreThroat ;
    sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:{name} ; core:direction core:{direction} ;
    core:modality core:may ; core:urgency core:routine ; core:intervention intervention:Lozenge ;
    core:source source:sore-throat ; prov:wasDerivedFrom passage:900-L005a .
shape:More sh:rule rule:{name} .
"""
TENSION = """
intervention:Lozenge a owl:Class ; rdfs:subClassOf core:Intervention ; rdfs:label "lozenge"@en ; skos:notation "lozenge" .
tension:T09 a core:Tension , sh:TripleRule ; rdfs:label "Lozenges or none"@en ; sh:order 30 ; sh:condition shape:{scope} ;
    core:scope shape:{scope} ; sh:subject sh:this ; sh:predicate core:holds ; sh:object tension:T09 ;
    core:resolution core:exposed ;
    core:position [ rdfs:label "lozenges" ; core:recommendation rule:lozenge ] ,
        [ rdfs:label "none" ; core:recommendation rule:no-lozenge ] .
shape:More a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule tension:T09 .
"""


def _paths(folder: Path, scope: str) -> tuple[Path, ...]:
    text = TENSION.format(scope=scope)
    text += TEXT.format(name="lozenge", direction="for") + TEXT.format(name="no-lozenge", direction="against")
    return tuple(write_small(folder, more={"shapes/rules/more.ttl": text}))


def test_it_is_shown_to_whom_it_holds_for(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(_paths(tmp_path, "SoreThroat")))
    shown = engine.decide(Case(present=("sore_throat",))).tensions
    assert "T09" in [tension.id for tension in shown]
    assert engine.decide(Case(absent=("sore_throat",))).tensions == ()


def test_it_declares_the_disagreement_for_its_scope_and_for_nobody_else(tmp_path: Path) -> None:
    wide = Analysis(load_knowledge(_paths(tmp_path / "wide", "SoreThroat")))
    assert [found for found in opposite_directions(wide) if found.rule.endswith("/lozenge")] == []
    narrow = Analysis(load_knowledge(_paths(tmp_path / "narrow", "Feverish")))
    (found,) = [found for found in opposite_directions(narrow) if found.rule.endswith("/lozenge")]
    assert found.witness is not None
    assert "fever" not in found.witness.case.present


def test_it_is_idle_where_its_scope_is_nobody(tmp_path: Path) -> None:
    analysis = Analysis(load_knowledge(_paths(tmp_path, "SoreThroat")))
    assert [found for found in idle_tensions(analysis) if found.rule.endswith("/T09")] == []
