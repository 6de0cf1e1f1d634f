"""The small knowledge with rules that ask when something was so."""

from __future__ import annotations

from pathlib import Path

from tests.small import Edit, write_small

IN_TIME = """
shape:RecentFever a sh:NodeShape ; core:present finding:StrepSign ; core:within "P30D"^^xsd:duration .
shape:OftenSore a sh:NodeShape ; core:present finding:SoreThroat ; core:within "P12M"^^xsd:duration ; core:times 3 .
shape:WorseSince a sh:NodeShape ; core:present finding:Drooling ; core:since intervention:ThroatExamination .
shape:NotLately a sh:NodeShape ; core:notPerformed intervention:ThroatExamination ; core:within "P2Y"^^xsd:duration .

rule:recent a core:Recommendation , sh:TripleRule ; rdfs:label "Recent"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:RecentFever ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:recent ; core:scope shape:SoreThroat ; core:source source:sore-throat ; core:direction core:for ;
    core:modality core:should ; core:urgency core:urgent ; core:intervention intervention:Referral ;
    core:text "Recent."@en , "Recent."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
rule:often a core:Recommendation , sh:TripleRule ; rdfs:label "Often"@en ; sh:order 30 ;
    sh:condition shape:OftenSore ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:often ; core:source source:sore-throat ; core:direction core:for ;
    core:modality core:may ; core:urgency core:routine ; core:intervention intervention:Referral ;
    core:text "Often."@en , "Often."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
rule:since a core:Recommendation , sh:TripleRule ; rdfs:label "Since"@en ; sh:order 30 ;
    sh:condition shape:WorseSince ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:since ; core:source source:sore-throat ; core:direction core:for ;
    core:modality core:must ; core:urgency core:emergency ; core:intervention intervention:Referral ;
    core:text "Since."@en , "Since."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
rule:lately a core:Recommendation , sh:TripleRule ; rdfs:label "Lately"@en ; sh:order 30 ;
    sh:condition shape:NotLately ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:lately ; core:source source:sore-throat ; core:direction core:for ;
    core:modality core:should ; core:urgency core:routine ; core:intervention intervention:Referral ;
    core:text "Lately."@en , "Lately."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
shape:RulesInTime a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ;
    sh:rule rule:recent , rule:often , rule:since , rule:lately .

screen:when a core:Screen ; rdfs:label "When"@en ; skos:notation "when" ; sh:order 1 ;
    core:askedOf core:patient ; core:tier core:safety ; core:question "Any of these?"@en ;
    core:item ( [ core:asks finding:Drooling ] [ core:asks finding:SoreThroat ] ) .
"""


def write_in_time(folder: Path, *edits: Edit) -> tuple[Path, ...]:
    """The files of it below a folder, changed by edits of `shapes/rules/time.ttl`."""
    return write_small(folder, *edits, more={"shapes/rules/time.ttl": IN_TIME})
