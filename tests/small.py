"""A small made-up guideline about sore throats, as Turtle files in a folder: the engine has to know nothing of backs.

Two sources: 900 (sore throat, with a bar, a red flag, an exception, a gap and a tension) and 901 (a leaflet on gargling
with an exclusion of its own). Small enough to decide every case there is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.knowledge.files import knowledge_paths, shipped_folder
from spinegraph.engine.knowledge.turtle.terms import PREFIXES
from spinegraph.engine.model import Case

HEAD = " ".join(f"@prefix {name}: <{namespace}> ." for name, namespace in PREFIXES.items())
"""All prefixes on one line, so that what a test writes begins on line 2."""

FINDINGS = """
finding:SoreThroat a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "sore throat"@en ; skos:notation "sore_throat" ;
    skos:altLabel "painful throat"@en ; skos:prefLabel "a sore throat"@en-x-patient ; skos:definition "The throat hurts."@en ;
    core:question "Is the throat sore?"@en , "Does your throat hurt?"@en-x-patient ; prov:wasDerivedFrom passage:900-L001a .

finding:StrepSign a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "sign of streptococci"@en ;
    skos:notation "strep_sign" ; prov:wasDerivedFrom passage:900-L002a .

finding:TonsillarExudate a owl:Class ; rdfs:subClassOf finding:StrepSign ; rdfs:label "tonsillar exudate"@en ;
    skos:notation "tonsillar_exudate" ; skos:prefLabel "white spots on your tonsils"@en-x-patient ;
    core:question "Is there exudate on the tonsils?"@en .

finding:TenderNodes a owl:Class ; rdfs:subClassOf finding:StrepSign ; rdfs:label "tender neck nodes"@en ;
    skos:notation "tender_nodes" .

finding:Fever a owl:Class ; rdfs:subClassOf finding:StrepSign ; rdfs:label "fever"@en ; skos:notation "fever" ;
    core:question "Is there a fever?"@en , "Do you have a fever?"@en-x-patient ; prov:wasDerivedFrom passage:900-L002b .

finding:Drooling a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "drooling"@en ; skos:notation "drooling" .

finding:PenicillinAllergy a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "penicillin allergy"@en ;
    skos:notation "penicillin_allergy" .

finding:Infant a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "infant"@en ; skos:notation "infant" ;
    core:derivedOnly true .
"""

MEASUREMENTS = """
core:temperatureC a owl:DatatypeProperty , core:Measurement ; rdfs:label "temperature"@en ; skos:notation "temperature_c" ;
    skos:prefLabel "your temperature"@en-x-patient ; core:unit "Cel" ; core:minimum 30 ; core:maximum 45 ;
    core:question "What is the temperature?"@en , "What is your temperature?"@en-x-patient .

core:ageMonths a owl:DatatypeProperty , core:Measurement ; rdfs:label "age in months"@en ; skos:notation "age_months" ;
    core:unit "mo" ; core:minimum 0 ; core:maximum 1500 .
"""

CONDITIONS = """
condition:ThroatInfection a owl:Class ; rdfs:subClassOf core:Condition ; rdfs:label "throat infection"@en ;
    skos:notation "throat_infection" .
condition:StrepThroat a owl:Class ; rdfs:subClassOf condition:ThroatInfection ; rdfs:label "strep throat"@en ;
    skos:notation "strep_throat" .
condition:DeepNeckInfection a owl:Class ; rdfs:subClassOf condition:ThroatInfection ; rdfs:label "deep neck infection"@en ;
    skos:notation "deep_neck_infection" .
"""

INTERVENTIONS = """
intervention:ClinicalAssessment a owl:Class ; rdfs:subClassOf core:Intervention ; core:screening true ;
    rdfs:label "clinical assessment"@en ;
    skos:notation "clinical_assessment" .
intervention:ThroatExamination a owl:Class ; rdfs:subClassOf intervention:ClinicalAssessment ;
    rdfs:label "throat examination"@en ; skos:notation "throat_examination" .
intervention:Antibiotic a owl:Class ; rdfs:subClassOf core:Intervention ; rdfs:label "antibiotic"@en ;
    skos:notation "antibiotic" .
intervention:Penicillin a owl:Class ; rdfs:subClassOf intervention:Antibiotic ; rdfs:label "penicillin"@en ;
    skos:notation "penicillin" .
intervention:Macrolide a owl:Class ; rdfs:subClassOf intervention:Antibiotic ; rdfs:label "macrolide"@en ;
    skos:notation "macrolide" .
intervention:Referral a owl:Class ; rdfs:subClassOf core:Intervention ; rdfs:label "referral"@en ; skos:notation "referral" .
intervention:Gargling a owl:Class ; rdfs:subClassOf core:Intervention ; rdfs:label "gargling"@en ; skos:notation "gargling" .
"""

INFERRED = """
finding:Fever a owl:Class ; rdfs:subClassOf finding:StrepSign .
condition:StrepThroat a owl:Class ; rdfs:subClassOf condition:ThroatInfection .
intervention:Penicillin a owl:Class ; rdfs:subClassOf intervention:Antibiotic .
"""

MAPPINGS = """# a comment line, as SSSOM has it
subject_id\tpredicate_id\tobject_id
finding:SoreThroat\tskos:exactMatch\tsnomedct:1
core:temperatureC\tskos:exactMatch\tLOINC:2-2
finding:Fever\tskos:exactMatch\tsnomedct:3
finding:StrepSign\tskos:exactMatch\tsnomedct:3
finding:Drooling\tskos:broadMatch\tsnomedct:4
"""

SOURCE = """
source:sore-throat a core:Source ; dcterms:identifier "900" ; dcterms:title "Sore throat"@en ; core:reviewStatus "pending" ;
    core:reviewNote "Made up."@en ; core:fileName "900.txt" .
source:gargling a core:Source ; dcterms:identifier "901" ; dcterms:title "Gargling"@en ; core:reviewStatus "reviewed" ;
    core:fileName "901.txt" .
reference:900-1 a core:Reference ; core:source source:sore-throat ; core:listPosition 1 ; dcterms:title "A review"@en ;
    dcterms:issued "2024"^^xsd:gYear .
[] a core:CitationMapping ; core:source source:sore-throat ; core:printedCitation 1 ; core:cites reference:900-1 ;
    core:confidence "medium" .
"""

PASSAGES = "\n".join(
    f'passage:{name} a core:Passage ; core:source source:{"gargling" if name < "900-L" or name > "901" else "sore-throat"} ; '
    f'dcterms:identifier "{name}" ; core:paraphrase "About {name}."@en ; core:printedCitation 1 .'
    for name in (
        "900-L001a", "900-L002a", "900-L002b", "900-L003a", "900-L004a", "900-L005a", "900-L006a", "900-L007a", "900-L008a",
        "900-L009a", "901-L001a", "901-L002a",
    )
)  # fmt: skip

SHAPES = """
shape:SoreThroat a sh:NodeShape ; rdfs:label "sore throat"@en ; core:present finding:SoreThroat ;
    prov:wasDerivedFrom passage:900-L001a .

shape:FeverByTemperature a sh:NodeShape ; rdfs:label "38 degrees or more"@en ; sh:property [ sh:path core:temperatureC ;
    sh:minCount 1 ; sh:minInclusive 38 ; core:indeterminateFrom 37.5 ; prov:wasDerivedFrom passage:900-L002b ] .

shape:InfantByAge a sh:NodeShape ; rdfs:label "under one year"@en ;
    sh:property [ sh:path core:ageMonths ; sh:minCount 1 ; sh:maxExclusive 12 ] .

shape:TwoStrepSigns a sh:NodeShape ; rdfs:label "two signs of streptococci"@en ; core:atLeast 2 ; core:of finding:StrepSign ;
    prov:wasDerivedFrom passage:900-L002a .

shape:DeepNeckSigns a sh:NodeShape ; rdfs:label "signs of a deep infection"@en ; prov:wasDerivedFrom passage:900-L003a ; sh:or (
    [ core:present finding:Drooling ; prov:wasDerivedFrom passage:900-L003a ]
    [ sh:and (
        [ core:present finding:TenderNodes ; core:absenceInconclusive true ]
        [ sh:path core:temperatureC ; sh:minCount 1 ; sh:minExclusive 40 ] ) ] ) .

shape:NotExamined a sh:NodeShape ; rdfs:label "not examined"@en ;
    sh:or ( [ core:unassessed finding:TonsillarExudate ] [ core:unassessed finding:TenderNodes ] ) .

shape:StrepSuspected a sh:NodeShape ; rdfs:label "strep throat suspected"@en ; core:suspected condition:StrepThroat .
shape:StrepNotSuspected a sh:NodeShape ; rdfs:label "no strep throat"@en ; core:notSuspected condition:StrepThroat .
shape:DeepNeckSuspected a sh:NodeShape ; rdfs:label "deep infection suspected"@en ;
    core:suspected condition:DeepNeckInfection .
shape:NoInfection a sh:NodeShape ; rdfs:label "no infection suspected"@en ; core:notSuspected condition:ThroatInfection .
shape:StrepWithAllergy a sh:NodeShape ; rdfs:label "strep throat and allergy"@en ; sh:node shape:StrepSuspected ;
    core:present finding:PenicillinAllergy .
shape:FeverlessStrep a sh:NodeShape ; rdfs:label "strep throat without fever"@en ;
    sh:and ( [ sh:node shape:StrepSuspected ] [ core:absent finding:Fever ] ) .
shape:NodesAlone a sh:NodeShape ; rdfs:label "nodes without strep throat"@en ;
    sh:and ( [ core:present finding:TenderNodes ] [ sh:node shape:StrepNotSuspected ] ) .
shape:Infant a sh:NodeShape ; rdfs:label "infant"@en ; core:present finding:Infant .
shape:Feverish a sh:NodeShape ; rdfs:label "feverish"@en ; core:present finding:Fever .
"""

CONCLUSION = "sh:subject sh:this ; sh:predicate core:holds ; sh:object"


def _rule(kind: str, name: str, order: int, conditions: str, more: str, space: str = "rule", label: str = "") -> str:
    """One rule in Turtle; what it concludes follows from its kind."""
    conclusion = f"{CONCLUSION} {space}:{name}"
    if kind == "DerivedFinding":
        conclusion = f"sh:subject sh:this ; sh:predicate core:present ; sh:object {more.removeprefix('core:derives ')}"
    label = label or name.replace("-", " ").capitalize()
    return (
        f'{space}:{name} a core:{kind} , sh:TripleRule ; rdfs:label "{label}"@en ; sh:order {order} ;\n'
        f"    {f'sh:condition {conditions} ; ' if conditions else ''}{conclusion} ;\n    {more} .\n"
    )


def _advice(name: str, conditions: str, action: str, passage: str, more: str = "", source: str = "sore-throat") -> str:
    """A recommendation within its source's scope; `action` = direction, modality, urgency, intervention."""
    direction, modality, urgency, intervention = action.split()
    return _rule(
        "Recommendation", name, 30, f"shape:SoreThroat , {conditions}" if conditions else "shape:SoreThroat",
        f"core:scope shape:SoreThroat ; core:source source:{source} ; core:direction core:{direction} ; "
        f"core:modality core:{modality} ; core:urgency core:{urgency} ; core:intervention intervention:{intervention} ;\n"
        f'    core:text "Do: {name}."@en , "You: {name}."@en-x-patient ; {more}prov:wasDerivedFrom passage:{passage}',
    )  # fmt: skip


_SCOPED = "core:scope shape:SoreThroat ; core:source source:sore-throat"

RULES = "\n".join(
    [
        _rule("DerivedFinding", "fever-from-temperature", 10, "shape:FeverByTemperature", "core:derives finding:Fever"),
        _rule("DerivedFinding", "infant-from-age", 10, "shape:InfantByAge", "core:derives finding:Infant"),
        _rule(
            "Assessment", "strep-throat-from-signs", 20, "shape:SoreThroat , shape:TwoStrepSigns",
            f"{_SCOPED} ; core:assesses condition:StrepThroat ; prov:wasDerivedFrom passage:900-L002a",
        ),
        _rule(
            "Assessment", "deep-neck-infection-from-signs", 20, "shape:SoreThroat , shape:DeepNeckSigns",
            f"{_SCOPED} ; core:assesses condition:DeepNeckInfection ; prov:wasDerivedFrom passage:900-L003a",
        ),
        _advice("examine-throat", "shape:NotExamined", "for should routine ThroatExamination", "900-L004a"),
        _advice(
            "refer-at-once", "shape:DeepNeckSuspected", "for must emergency Referral", "900-L003a",
            "core:overrides rule:give-penicillin , rule:give-macrolide ; ",
        ),
        _advice("give-penicillin", "shape:StrepSuspected", "for should routine Penicillin", "900-L005a"),
        _advice(
            "give-macrolide", "shape:StrepWithAllergy", "for should routine Macrolide", "900-L006a",
            "core:overridesIfKnown rule:give-penicillin ; ",
        ),
        _advice("no-antibiotic", "shape:StrepNotSuspected", "against should routine Antibiotic", "900-L007a"),
        _advice("go-home", "shape:NoInfection", "for may ungraded ClinicalAssessment", "900-L008a"),
        _advice("gargle", "", "for may routine Gargling", "901-L001a", source="gargling"),
        _rule(
            "Exclusion", "infants-not-covered", 30, "shape:Infant", 'core:text "Infants are not covered."@en',
        ),
        _rule(
            "Exclusion", "no-gargling-with-fever", 30, "shape:Feverish",
            'core:source source:gargling ; core:text "The leaflet is not for people with fever."@en ; '
            "prov:wasDerivedFrom passage:901-L002a",
        ),
        _rule(
            "SourceGap", "nodes-alone", 30, "shape:SoreThroat , shape:NodesAlone",
            f'{_SCOPED} ; core:text "What swollen nodes alone mean is left open."@en ; core:leavesOpen rule:no-antibiotic ; '
            "prov:wasDerivedFrom passage:900-L009a",
        ),
        _rule(
            "Tension", "T01", 30, "shape:SoreThroat , shape:FeverlessStrep",
            'core:scope shape:SoreThroat ; skos:definition "Treat or wait."@en ; core:handling "Both are shown."@en ; '
            "core:resolution core:exposed ; core:leavesOpen rule:give-penicillin ;\n    core:position [ a core:Position ; "
            'rdfs:label "treat"@en ; core:recommendation rule:give-penicillin ; prov:wasDerivedFrom passage:900-L005a ] , '
            '[ a core:Position ; rdfs:label "wait"@en ; prov:wasDerivedFrom passage:900-L007a ]',
            space="tension", label="Treat without fever",
        ),
        _rule(
            "Tension", "T02", 30, "",
            'skos:definition "Settled."@en ; core:handling "By the order of rules."@en ; core:resolution core:resolved',
            space="tension", label="Settled long ago",
        ),
    ]
)  # fmt: skip


def _attached(rules: str) -> str:
    """The shapes that attach rules to cases, one for each order, as any SHACL engine needs them."""
    by_order: dict[str, list[str]] = {}
    for line in rules.splitlines():
        if " sh:order " in line and "sh:TripleRule" in line and "T02" not in line:
            by_order.setdefault(line.split("sh:order ")[1].split(" ")[0], []).append(line.split(" ")[0])
    return "\n".join(
        f"shape:RulesOfOrder{order} a sh:NodeShape ; sh:targetClass core:Case ; sh:order {order} ; sh:rule {' , '.join(names)} ."
        for order, names in sorted(by_order.items())
    )


class Edit(NamedTuple):
    """A change to one file: `old`, which has to stand there exactly once, becomes `new`."""

    file: str
    old: str
    new: str


RULE_FILE = "shapes/rules/sore-throat.ttl"
TEXTS: Mapping[str, str] = {
    "ontology/conditions.ttl": CONDITIONS,
    "ontology/findings.ttl": FINDINGS,
    "ontology/inferred.ttl": INFERRED,
    "ontology/interventions.ttl": INTERVENTIONS,
    "ontology/mappings.sssom.tsv": MAPPINGS,
    "ontology/measurements.ttl": MEASUREMENTS,
    "ontology/sources/sore-throat.ttl": f"{SOURCE}\n{PASSAGES}\n",
    RULE_FILE: f"{_attached(RULES)}\n{SHAPES}\n{RULES}",
}


def write_small(folder: Path, *edits: Edit, more: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """Write the knowledge below a folder, changed by `edits`, with `more` Turtle files; the paths of all files.

    The core schema and the criterion vocabulary are the shipped ones.
    """
    texts = {
        "ontology/core.ttl": (shipped_folder("ontology") / "core.ttl").read_text(),
        "shapes/criteria.ttl": (shipped_folder("shapes") / "criteria.ttl").read_text(),
    }
    texts |= {name: text if name.endswith(".tsv") else f"{HEAD}\n{text.lstrip()}" for name, text in TEXTS.items()}
    texts |= {name: f"{HEAD}\n{text.lstrip()}" for name, text in (more or {}).items()}
    for name, old, new in edits:
        assert texts[name].count(old) == 1, f"{old!r} stands {texts[name].count(old)} times in {name}"
        texts[name] = texts[name].replace(old, new)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return knowledge_paths(folder / "ontology", folder / "shapes")


# Every case there is -------------------------------------------------------------------------

CODES = ("sore_throat", "strep_sign", "tonsillar_exudate", "tender_nodes", "fever", "drooling", "penicillin_allergy")
"""The findings that can be recorded."""

VALUES: Mapping[str, tuple[float | None, ...]] = {
    "temperature_c": (None, 37.0, 37.7, 38.5, 40.5),
    "age_months": (None, 6.0, 24.0),
}
"""One value for each way in which a measurement can lie to its thresholds, and None for unknown."""


def all_cases(values: Mapping[str, tuple[float | None, ...]] = VALUES) -> Iterator[Case]:
    """Every case without a finding on both sides: 3 to the 7th, for each combination of measurements."""
    for states in itertools.product((None, "present", "absent"), repeat=len(CODES)):
        told = sorted(zip(CODES, states, strict=True))
        present, absent = (tuple(code for code, state in told if state == side) for side in ("present", "absent"))
        for numbers in itertools.product(*values.values()):
            known = {code: number for code, number in zip(values, numbers, strict=True) if number is not None}
            yield Case(present=present, absent=absent, measurements=dict(sorted(known.items())))
