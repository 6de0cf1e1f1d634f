"""The small guideline with what a recommendation states besides: grade, dose, recurrence, preference."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine import Engine, load_knowledge

from tests.small import write_small

WEIGHT = """
core:weightKg a owl:DatatypeProperty , core:Measurement ; rdfs:label "body weight"@en ; skos:notation "weight_kg" ;
    core:unit "kg" ; core:minimum 0.2 ; core:maximum 700 .
"""
DOSE = (
    'core:amount 50 ; core:unit "mg" ; core:per core:weightKg ; core:limit 500 ; core:route "by mouth"@en ; '
    'core:timesPerDay 2 ; core:lasting "P10D"^^xsd:duration'
)
STATED = f"""
rule:give-penicillin core:strength core:strong ; core:certainty core:veryLow ; core:dose [ {DOSE} ] ;
    core:preference "Talk about benefit and harm."@en , "What matters to you?"@en-x-patient .
rule:gargle core:every "P3M"^^xsd:duration ; core:everyAtMost "P6M"^^xsd:duration .
"""


def write_stated(folder: Path, stated: str = STATED) -> tuple[Path, ...]:
    """The files of the small guideline with body weight and these statements."""
    return write_small(folder, more={"ontology/more.ttl": f"{WEIGHT}{stated}"})


def stating(folder: Path, stated: str = STATED) -> Engine:
    """An engine of them."""
    return Engine(load_knowledge(write_stated(folder, stated)))
