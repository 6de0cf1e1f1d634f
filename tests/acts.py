"""The small knowledge with rules that ask what is done and what is taken, and a screen that asks for it."""

from __future__ import annotations

from pathlib import Path

from tests.small import Edit, write_small

ACTS = """
shape:OnAntibiotic a sh:NodeShape ; rdfs:label "takes an antibiotic"@en ; core:taking intervention:Antibiotic .
shape:NotOnPenicillin a sh:NodeShape ; core:notTaking intervention:Penicillin .
shape:Examined a sh:NodeShape ; core:performed intervention:ClinicalAssessment .
shape:NotExaminedYet a sh:NodeShape ; core:notPerformed intervention:ThroatExamination .

rule:finish-the-course a core:Recommendation , sh:TripleRule ; rdfs:label "Finish the course"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:OnAntibiotic ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:finish-the-course ; core:scope shape:SoreThroat ; core:source source:sore-throat ; core:direction core:for ;
    core:modality core:should ; core:urgency core:routine ; core:intervention intervention:Antibiotic ;
    core:text "Finish it."@en , "Finish it."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
rule:warn-of-penicillin a core:Recommendation , sh:TripleRule ; rdfs:label "Warn of penicillin"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:NotOnPenicillin ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:warn-of-penicillin ; core:scope shape:SoreThroat ; core:source source:sore-throat ;
    core:direction core:against ; core:modality core:should ; core:urgency core:routine ;
    core:intervention intervention:Penicillin ; core:text "None."@en , "None."@en-x-patient ;
    prov:wasDerivedFrom passage:900-L008a .
rule:refer-after-examination a core:Recommendation , sh:TripleRule ; rdfs:label "Refer"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:Examined ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:refer-after-examination ; core:scope shape:SoreThroat ; core:source source:sore-throat ;
    core:direction core:for ; core:modality core:should ; core:urgency core:routine ; core:intervention intervention:Referral ;
    core:text "Refer."@en , "Go."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
rule:look-into-the-throat a core:Recommendation , sh:TripleRule ; rdfs:label "Look"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:NotExaminedYet ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:look-into-the-throat ; core:scope shape:SoreThroat ; core:source source:sore-throat ;
    core:direction core:for ; core:modality core:must ; core:urgency core:urgent ;
    core:intervention intervention:ThroatExamination ; core:text "Look."@en , "Open."@en-x-patient ;
    prov:wasDerivedFrom passage:900-L008a .
shape:RulesOnActs a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ;
    sh:rule rule:finish-the-course , rule:warn-of-penicillin , rule:refer-after-examination , rule:look-into-the-throat .

screen:drugs a core:Screen ; rdfs:label "Drugs"@en ; skos:notation "drugs" ; sh:order 1 ; core:askedOf core:patient ;
    core:tier core:management ; core:question "Any of these?"@en , "Do you take any of these?"@en-x-patient ;
    core:item ( [ core:taking intervention:Antibiotic ] [ core:taking intervention:Penicillin ]
        [ core:performed intervention:ThroatExamination ; core:askedOf core:record ] ) .
"""


def write_acts(folder: Path, *edits: Edit) -> tuple[Path, ...]:
    """The files of it below a folder, changed by edits of `shapes/rules/acts.ttl`."""
    return write_small(folder, *edits, more={"shapes/rules/acts.ttl": ACTS})
