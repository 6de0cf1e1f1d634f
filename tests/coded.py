"""The small knowledge with coded values: sex and smoking, two recommendations that ask for them, and a screen."""

from __future__ import annotations

from pathlib import Path

from tests.small import Edit, write_small

CODED = """
core:sex a owl:DatatypeProperty , core:CodedProperty ; rdfs:label "sex"@en ; skos:notation "sex" ; rdfs:range xsd:string ;
    skos:definition "The sex that matters for what is advised."@en ; skos:prefLabel "your sex"@en-x-patient ;
    core:question "What is the patient's sex?"@en , "What is your sex?"@en-x-patient ;
    core:valueSet (
        [ skos:notation "female" ; rdfs:label "female"@en ; skos:prefLabel "a woman"@en-x-patient ]
        [ skos:notation "male" ; rdfs:label "male"@en ; skos:prefLabel "a man"@en-x-patient ]
        [ skos:notation "other" ; rdfs:label "other"@en ] ) .

core:tobacco a owl:DatatypeProperty , core:CodedProperty ; rdfs:label "smoking"@en ; skos:notation "smoking" ;
    core:valueSet (
        [ skos:notation "never-smoked" ; rdfs:label "never smoked"@en ]
        [ skos:notation "former-smoker" ; rdfs:label "former smoker"@en ]
        [ skos:notation "current-smoker" ; rdfs:label "current smoker"@en ] ) .

shape:Smoker a sh:NodeShape ; rdfs:label "has smoked"@en ;
    sh:property [ sh:path core:tobacco ; sh:minCount 1 ; sh:in ( "current-smoker" "former-smoker" ) ] .
shape:Woman a sh:NodeShape ; sh:property [ sh:path core:sex ; sh:minCount 1 ; sh:in ( "female" ) ] .

rule:stop-smoking a core:Recommendation , sh:TripleRule ; rdfs:label "Stop smoking"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:Smoker ; sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:stop-smoking ;
    core:scope shape:SoreThroat ; core:source source:sore-throat ; core:direction core:for ; core:modality core:should ;
    core:urgency core:routine ; core:intervention intervention:Gargling ; core:text "Stop smoking."@en , "Stop."@en-x-patient ;
    prov:wasDerivedFrom passage:900-L008a .
rule:ask-for-pregnancy a core:Recommendation , sh:TripleRule ; rdfs:label "Ask for pregnancy"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:Woman ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:ask-for-pregnancy ; core:scope shape:SoreThroat ; core:source source:sore-throat ; core:direction core:for ;
    core:modality core:should ; core:urgency core:urgent ; core:intervention intervention:Referral ;
    core:text "Ask for pregnancy."@en , "Are you pregnant?"@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
shape:RulesOnCodedValues a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ;
    sh:rule rule:stop-smoking , rule:ask-for-pregnancy .

screen:person a core:Screen ; rdfs:label "Person"@en ; skos:notation "person" ; sh:order 1 ; core:askedOf core:patient ;
    core:tier core:management ; core:question "Who is it?"@en , "Who are you?"@en-x-patient ;
    core:item ( [ core:asks core:sex ] [ core:asks core:tobacco ] [ core:asks core:temperatureC ] ) .
"""


def write_coded(folder: Path, *edits: Edit) -> tuple[Path, ...]:
    """The files of it below a folder, changed by edits of `shapes/rules/coded.ttl`."""
    return write_small(folder, *edits, more={"shapes/rules/coded.ttl": CODED})
