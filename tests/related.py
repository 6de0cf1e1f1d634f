"""The small knowledge with rules on two measurements together: a difference, and a ratio."""

from __future__ import annotations

from pathlib import Path

from tests.small import Edit, write_small

RELATED = """
core:skinC a owl:DatatypeProperty , core:Measurement ; rdfs:label "skin temperature"@en ; skos:notation "skin_c" ;
    core:unit "Cel" ; core:minimum 0 ; core:maximum 45 .

shape:MuchWarmer a sh:NodeShape ; core:difference core:temperatureC ; core:to core:skinC ; core:factor 1 ;
    core:minInclusive 2.5 .
shape:NearTheSkin a sh:NodeShape ; sh:and (
    [ core:ratio core:temperatureC ; core:to core:skinC ; core:factor 2 ; core:minExclusive 0.5 ; core:maxInclusive 0.6 ]
    [ sh:path core:temperatureC ; sh:minCount 1 ; sh:minInclusive 36 ] ) .

rule:measure-again a core:Recommendation , sh:TripleRule ; rdfs:label "Measure again"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:MuchWarmer ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:measure-again ; core:scope shape:SoreThroat ; core:source source:sore-throat ; core:direction core:for ;
    core:modality core:should ; core:urgency core:urgent ; core:intervention intervention:Referral ;
    core:text "Measure again."@en , "Again."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
rule:wait a core:Recommendation , sh:TripleRule ; rdfs:label "Wait"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:NearTheSkin ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:wait ; core:scope shape:SoreThroat ; core:source source:sore-throat ; core:direction core:against ;
    core:modality core:should ; core:urgency core:routine ; core:intervention intervention:Referral ;
    core:text "Wait."@en , "Wait."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
shape:RulesOnTwo a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule rule:measure-again , rule:wait .

screen:temperatures a core:Screen ; rdfs:label "Temperatures"@en ; skos:notation "temperatures" ; sh:order 1 ;
    core:askedOf core:examiner ; core:tier core:safety ; core:question "How warm?"@en ;
    core:item ( [ core:asks core:temperatureC ] [ core:asks core:skinC ] ) .
"""


def write_related(folder: Path, *edits: Edit) -> tuple[Path, ...]:
    """The files of it below a folder, changed by edits of `shapes/rules/related.ttl`."""
    return write_small(folder, *edits, more={"shapes/rules/related.ttl": RELATED})
