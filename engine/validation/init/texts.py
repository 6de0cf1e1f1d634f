"""What the files of a new guideline say before its author does: templates that `guideline.py` fills with names.

Words that the author has to replace say "to be written" or "to be told".
"""

from __future__ import annotations

FINDINGS = """
finding:{pascal} a owl:Class ; rdfs:subClassOf core:Finding ; skos:notation "{code}" ;
    rdfs:label "{words}"@en ; skos:prefLabel "{words}"@en-x-patient ;
    skos:definition "To be written: who the document is about."@en ;
    core:question "Is there: {words}?"@en , "Do you have this: {words}?"@en-x-patient ;
    prov:wasDerivedFrom passage:{passage} .

finding:{pascal}Sign a owl:Class ; rdfs:subClassOf core:Finding ; skos:notation "{code}_sign" ;
    rdfs:label "sign in {words}"@en ; skos:prefLabel "a sign in {words}"@en-x-patient ;
    skos:definition "To be written: what has to be found for the first recommendation."@en ;
    core:question "Is there the sign in {words}?"@en , "Do you have the sign in {words}?"@en-x-patient ;
    prov:wasDerivedFrom passage:{passage} .
"""

INTERVENTIONS = """
intervention:{pascal}Step a owl:Class ; rdfs:subClassOf core:Intervention ; skos:notation "{code}_step" ;
    rdfs:label "step in {words}"@en ; skos:prefLabel "a step in {words}"@en-x-patient ;
    skos:definition "To be written: what the first recommendation is for."@en ;
    prov:wasDerivedFrom passage:{passage} .
"""

CONCEPTS = {"findings.ttl": FINDINGS, "interventions.ttl": INTERVENTIONS}
"""Files below ontology/, which guidelines share."""

RULES = """
shape:{pascal} a sh:NodeShape ; rdfs:label "{words}"@en ; core:present finding:{pascal} ;
    prov:wasDerivedFrom passage:{passage} .

shape:{pascal}Sign a sh:NodeShape ; rdfs:label "sign in {words}"@en ; core:present finding:{pascal}Sign ;
    prov:wasDerivedFrom passage:{passage} .

rule:step-in-{slug} a core:Recommendation ; rdfs:label "Step in {words}"@en ;
    core:source source:{slug} ; core:scope shape:{pascal} ; sh:condition shape:{pascal}Sign ;
    core:direction core:for ; core:modality core:should ; core:urgency core:routine ;
    core:intervention intervention:{pascal}Step ;
    core:text "To be written: what to do."@en , "To be written: what to do, in words for patients."@en-x-patient ;
    prov:wasDerivedFrom passage:{passage} .
"""

CASES = """\
- name: "{sentence}: with the sign the step is indicated"
  case:
    present: [{yaml}, {code}_sign]
  expect:
    verdicts:
      step-in-{slug}: indicated

- name: "{sentence}: without the sign it is not"
  case:
    present: [{yaml}]
    absent: [{code}_sign]
  expect:
    verdicts:
      step-in-{slug}: not-indicated

- name: "{sentence}: nobody has looked for the sign, so it is asked for"
  case:
    present: [{yaml}]
  expect:
    verdicts:
      step-in-{slug}: undetermined
    asks: [{code}_sign]

- name: "{sentence}: the document does not speak about anybody else"
  case:
    absent: [{yaml}]
  expect:
    verdicts:
      step-in-{slug}: out-of-scope
"""

README = """\
# {title}

A guideline for Spinegraph, begun by `spinegraph new-guideline`. Everything is named as if it were known already; what is
still missing says “to be written” or “to be told”.

1. `ontology/sources/{slug}.ttl`: who published the document, who reviewed it, and its statements. Tell those that matter
   in your own words (`core:paraphrase`), never in the document's, and say what sort of statement each is (`core:kind`).
   `core:notModelled` says why nothing rests on a statement: remove it where something does, give the reason where nothing
   ever will.
2. `ontology/findings.ttl`, `ontology/interventions.ttl`: what can be recorded and done. Rename the examples and add more;
   `conditions.ttl` and `measurements.ttl` stand beside them when they are needed.
3. `shapes/rules/{slug}.ttl`: criteria and rules, each with the passages that it rests on.
4. `cases/{slug}.yaml`: patients, and what has to be decided of them.

After every change:

    spinegraph format --knowledge {folder}
    spinegraph validate --knowledge {folder}
    spinegraph test {folder}/cases --knowledge {folder}
    spinegraph coverage --knowledge {folder}
    spinegraph sources verify --sources {documents} --knowledge {folder}
"""
