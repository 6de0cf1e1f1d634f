"""Dated values: so many in range and apart, the last one, what it changed by; what is missing, refused and written."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from spinegraph.engine import Codebook, Engine, load_knowledge, make_case, parse_turtle
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.errors import CaseError, KnowledgeError
from spinegraph.engine.exchange.formats import BY_NAME, Answer
from spinegraph.engine.model import DatedEntry, Fact, Recommendation, Verdict

from tests.decide.written import fixtures
from tests.oracle import differences
from tests.random_cases import random_cases
from tests.small import HEAD, Edit, write_small

RULE = """
rule:{name} a core:Recommendation , sh:TripleRule ; rdfs:label "{name}"@en ; sh:order 30 ; sh:condition shape:{name} ;
    sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:{name} ; core:source source:sore-throat ;
    core:direction core:for ; core:modality core:should ; core:urgency core:routine ; core:intervention intervention:Referral ;
    core:text "{name}."@en , "{name}."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
"""
SHAPES = """
shape:high a sh:NodeShape ; core:repeated core:temperatureC ; core:times 3 ; core:apart "P1D"^^xsd:duration ;
    core:within "P30D"^^xsd:duration ; core:minInclusive 38 .
shape:hours a sh:NodeShape ; core:repeated core:temperatureC ; core:times 2 ; core:apart "PT4H"^^xsd:duration ;
    core:minInclusive 38 ; core:maxExclusive 40 .
shape:last a sh:NodeShape ; core:latest core:temperatureC ; core:minExclusive 38 .
shape:fallen a sh:NodeShape ; core:change core:temperatureC ; core:within "P3M"^^xsd:duration ; core:maxInclusive -1 .
shape:doubled a sh:NodeShape ; core:changeRatio core:temperatureC ; core:minInclusive 1.05 .
"""
NAMES = ("high", "hours", "last", "fallen", "doubled")
ATTACHED = " , ".join(f"rule:{name}" for name in NAMES)
READINGS = (
    SHAPES
    + "".join(RULE.format(name=name) for name in NAMES)
    + f"shape:RulesOnReadings a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule {ATTACHED} .\n"
)


def write(folder: Path, *edits: Edit) -> tuple[Path, ...]:
    return write_small(folder, *edits, more={"shapes/rules/readings.ttl": READINGS})


paths, engine, codebook = fixtures(write)


def taken(*readings: tuple[float, str]) -> dict[str, Any]:
    values = [{"value": value, "at": at} for value, at in readings]
    return {"measurements": {"temperature_c": values}, "as_of": "2026-03-31"}


D1, D2, D3, D4 = "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13"
VERDICTS: dict[str, tuple[dict[str, Any], str, Verdict]] = {
    "three days": (taken((38, D1), (39, D2), (38, D3)), "high", "indicated"),
    "two of them": (taken((38, D1), (39, D2)), "high", "undetermined"),
    "three, one out of range": (taken((38, D1), (37, D2), (38, D3)), "high", "not-indicated"),
    "three in range among four": (taken((38, D1), (37, D2), (38, D3), (39, D4)), "high", "indicated"),
    "one before the window": (taken((38, "2026-02-28"), (39, D2), (38, D3)), "high", "undetermined"),
    "a month that lies in part in the window": (taken((38, "2026-03"), (39, "2026-04-01"), (38, "2026-04-02"))
                                                | {"as_of": "2026-04-05"}, "high", "undetermined"),
    "four hours": (taken((38, f"{D1}T08:00Z"), (39, f"{D1}T12:00Z")), "hours", "indicated"),
    "less": (taken((38, f"{D1}T08:00Z"), (39, f"{D1}T11:59Z")), "hours", "undetermined"),
    "across zones": (taken((38, f"{D1}T08:00Z"), (39, f"{D1}T12:00+02:00")), "hours", "undetermined"),
    "above the upper bound": (taken((38, D1), (40, D3)), "hours", "not-indicated"),
    "the last": (taken((37, D1), (39, D2)), "last", "indicated"),
    "at its bound": (taken((39, D1), (38, D2)), "last", "not-indicated"),
    "no date": ({"measurements": {"temperature_c": 39}, "as_of": "2026-03-31"}, "last", "undetermined"),
    "fallen": (taken((39, D1), (38, D2)), "fallen", "indicated"),
    "fallen by less": (taken((39, D1), (38.1, D2)), "fallen", "not-indicated"),
    "fallen since before the window": (taken((39, "2025-12-30"), (38, D2)), "fallen", "undetermined"),
    "one reading": (taken((39, D1)), "fallen", "undetermined"),
    "the ratio at its bound": (taken((40, D1), (42, D2)), "doubled", "indicated"),
    "two readings of which one may be the one before": (taken((40, "2026"), (40, D1), (42, "2027")) | {"as_of": "2027"},
                                                        "doubled", "undetermined"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "rule", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_the_verdict_is_that_of_the_readings(
    data: dict[str, Any], rule: str, verdict: Verdict, engine: Engine, codebook: Codebook
) -> None:
    case = make_case(data, codebook)
    assert engine.verdicts(case)[rule] == verdict
    assert make_case(case_data(case), codebook) == case


def test_what_is_missing_is_the_value_or_its_date(engine: Engine, codebook: Codebook) -> None:
    missing = {}
    for name, data in {"nothing": {}, "no date": {"measurements": {"temperature_c": 39}}}.items():
        decision = engine.decide(make_case(data, codebook), include_all=True)
        (entry,) = [entry for entry in decision.recommendations if entry.id == "fallen"]
        missing[name] = entry.missing
        assert {*entry.missing} <= {question.finding for question in decision.questions}
    assert missing == {"nothing": ("temperature_c", "as_of"), "no date": ("as_of", "at:temperature_c")}


def test_the_proof_and_the_formats_have_the_reading(engine: Engine, codebook: Codebook) -> None:
    decision = engine.decide(make_case(taken((39, D1), (38, D2)), codebook), include_all=True)
    (entry,) = [entry for entry in decision.recommendations if entry.id == "fallen"]
    (leaf,) = entry.explanation.children
    assert leaf.label == "last temperature within the last 3 months minus the one before <= -1 Cel"
    assert leaf.fact == Fact(code="temperature_c", state="known", basis="given", value=38, at=D2)
    assert not entry.flips_complete
    assert decision.case.earlier == {"measurements": {"temperature_c": (DatedEntry(at=D1, value=39),)}}
    for name in ("ttl", "md", "html"):
        assert "minus the one before" in BY_NAME[name].write(Answer(engine.knowledge, decision)).decode()
    linked = BY_NAME["ttl"].write(Answer(engine.knowledge, decision)).decode()
    assert linked.count("core:at ") == 2
    assert 'core:at "2026-03-10"' in linked


CASE = """
[] a core:Case ; core:asOf "2026-03-31" ; core:entry [ core:temperatureC 39 ; core:at "2026-03-10" ] ,
    [ core:temperatureC 38 ; core:at "2026-03-11"^^xsd:date ] , [ core:present finding:Fever ; core:at "2026-03" ] .
"""


def test_a_case_in_turtle_has_dated_entries(codebook: Codebook) -> None:
    case = make_case(parse_turtle(f"{HEAD}\n{CASE}".encode()), codebook)
    wanted = taken((39, D1), (38, D2)) | {"present": [{"code": "fever", "at": "2026-03"}]}
    assert case == make_case(wanted, codebook)


@pytest.mark.parametrize(
    "entry", ['[ core:at "2026" ]', "[ core:present finding:Fever ]", '[ core:temperatureC 1 , 2 ; core:at "2026" ]']
)
def test_an_entry_says_one_thing_and_when(entry: str, codebook: Codebook) -> None:
    with pytest.raises(CaseError, match="A core:entry has"):
        make_case(parse_turtle(f"{HEAD}\n[] a core:Case ; core:entry {entry} .".encode()), codebook)


REFUSED = {
    "no number": ("core:times 3 ; ", "", "core:repeated asks for no number of readings."),
    "too many": ("core:times 3", "core:times 4", "core:repeated asks for 4 readings."),
    "no distance": (' ; core:apart "P1D"^^xsd:duration', "", "core:repeated stands without core:apart."),
    "a day in hours": ('"PT4H"', '"PT24H"', "core:apart needs one duration in whole days, or in hours"),
    "months apart": ('"PT4H"', '"P1M"', "core:apart needs one duration"),
    "no range": (
        "core:latest core:temperatureC ; core:minExclusive 38",
        "core:latest core:temperatureC",
        "core:latest has no range.",
    ),
    "an empty range": ("core:maxExclusive 40", "core:maxExclusive 38", "The range of core:repeated is empty."),
    "a finding": ("core:latest core:temperatureC", "core:latest finding:Fever", "core:latest needs one measurement"),
    "times of the last": ("core:latest core:temperatureC ;", "core:latest core:temperatureC ; core:times 2 ;", "core:times"),
}


@pytest.mark.parametrize(("old", "new", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused(old: str, new: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(write(tmp_path, Edit("shapes/rules/readings.ttl", old, new)))
    assert what in str(caught.value)


@pytest.mark.slow
def test_a_witness_has_readings_as_the_rule_asks(engine: Engine, codebook: Codebook) -> None:
    patients = Patients(engine.program)
    (planes,) = patients.planes
    found = set()
    for iri, rule in engine.knowledge.rules.items():
        if isinstance(rule, Recommendation) and rule.id in NAMES:
            of_verdicts = engine.program.verdict_planes(iri, planes)
            for verdict in ("indicated", "not-indicated", "undetermined"):
                witness = patients.smallest(of_verdicts[verdict])
                assert witness is not None, (rule.id, verdict)
                found.add(rule.id)
                assert engine.verdicts(witness)[rule.id] == verdict, (rule.id, witness)
                assert make_case(case_data(witness), codebook) == witness
    assert found == set(NAMES)


@pytest.mark.slow
def test_the_program_agrees_with_pyshacl(engine: Engine, paths: tuple[Path, ...]) -> None:
    cases = list(itertools.islice(random_cases(engine.program, seed=7), 3))
    assert list(differences(engine, Oracle(engine.knowledge, paths), cases)) == []
