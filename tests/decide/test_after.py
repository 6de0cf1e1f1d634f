"""What comes after something else: after its first time, and how long after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from spinegraph.engine import Codebook, Engine, load_knowledge, make_case
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.model import Fact, Proof, Recommendation, Verdict

from tests.decide.written import fixtures
from tests.oracle import differences
from tests.small import Edit, write_small

RULE = """
shape:{name} a sh:NodeShape ; {criterion} .
rule:{name} a core:Recommendation , sh:TripleRule ; rdfs:label "{name}"@en ; sh:order 30 ;
    sh:condition shape:{name} ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object rule:{name} ; core:source source:sore-throat ; core:direction core:for ;
    core:modality core:should ; core:urgency core:urgent ; core:intervention intervention:Referral ;
    core:text "{name}."@en , "{name}."@en-x-patient ; prov:wasDerivedFrom passage:900-L008a .
"""
CRITERIA = {
    "after": "core:present finding:StrepSign ; core:after intervention:ThroatExamination",
    "persists": 'core:present finding:Fever ; core:afterTaking intervention:Antibiotic ; core:apart "P3D"^^xsd:duration',
    "soon": 'core:present finding:Drooling ; core:after finding:Fever ; core:apart "PT4H"^^xsd:duration',
    "never": 'core:notPerformed intervention:ThroatExamination ; core:after finding:SoreThroat ; core:apart "P14D"^^xsd:duration',
}
RULES = "".join(RULE.format(name=name, criterion=criterion) for name, criterion in CRITERIA.items()) + (
    "shape:RulesAfter a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ;\n"
    f"    sh:rule {' , '.join(f'rule:{name}' for name in CRITERIA)} .\n"
)


def write(folder: Path, *edits: Edit) -> tuple[Path, ...]:
    return write_small(folder, *edits, more={"shapes/rules/after.ttl": RULES})


paths, engine, codebook = fixtures(write)


def at(code: str, *dates: str) -> list[dict[str, str]]:
    return [{"code": code, "at": date} for date in dates]


EXAMINED = {"performed": at("throat_examination", "2026-02-01", "2026-03-01")}
VERDICTS: dict[str, tuple[dict[str, Any], str, Verdict]] = {
    "between the first and the last": ({"present": at("fever", "2026-02-15"), **EXAMINED}, "after", "indicated"),
    "on the first day": ({"present": at("strep_sign", "2026-02-01"), **EXAMINED}, "after", "not-indicated"),
    "a month that begins before it": ({"present": at("strep_sign", "2026-02"), **EXAMINED}, "after", "undetermined"),
    "a narrower one before it leaves others open": ({"present": at("fever", "2026-01-15"), **EXAMINED}, "after", "undetermined"),
    "all before it": ({"present": at("strep_sign", "2026-01-15"), **EXAMINED}, "after", "not-indicated"),
    "another entry without a date": (
        {"present": at("strep_sign", "2026-01-15"), "performed": ["throat_examination", *EXAMINED["performed"]]},
        "after", "undetermined",
    ),
    "no date": ({"present": ["strep_sign"], **EXAMINED}, "after", "undetermined"),
    "an event without a date": (
        {"present": at("strep_sign", "2026-02-15"), "performed": ["throat_examination"]}, "after", "undetermined",
    ),
    "what never was": (
        {"present": at("strep_sign", "2026-02-15"), "not_performed": ["throat_examination"]}, "after", "not-indicated",
    ),
    "denied": ({"absent": ["strep_sign"]}, "after", "not-indicated"),
    "so long after": (
        {"present": at("fever", "2026-03-04"), "taking": at("penicillin", "2026-03-01")}, "persists", "indicated",
    ),
    "too soon after a narrower one": (
        {"present": at("fever", "2026-03-03"), "taking": at("penicillin", "2026-03-01")}, "persists", "undetermined",
    ),
    "too soon": (
        {"present": at("fever", "2026-03-03"), "taking": at("antibiotic", "2026-03-01")}, "persists", "not-indicated",
    ),
    "too soon after the last, not after the first": (
        {"present": at("fever", "2026-03-03"), "taking": at("antibiotic", "2026-03-01", "2026-02-01")}, "persists", "indicated",
    ),
    "that may have been taken before": ({"present": at("fever", "2026-03-04")}, "persists", "undetermined"),
    "hours after": (
        {"present": [*at("drooling", "2026-03-01T12:00"), *at("fever", "2026-03-01T08:00")]}, "soon", "indicated",
    ),
    "an hour after": (
        {"present": [*at("drooling", "2026-03-01T09:00"), *at("fever", "2026-03-01T08:00")]}, "soon", "not-indicated",
    ),
    "on the day after, in hours": (
        {"present": [*at("drooling", "2026-03-02"), *at("fever", "2026-03-01")]}, "soon", "undetermined",
    ),
    "of which it is denied": (
        {"present": at("sore_throat", "2026-03-01"), "performed": at("throat_examination", "2026-03-15")},
        "never", "not-indicated",
    ),
    "of which it is denied, too early": (
        {"present": at("sore_throat", "2026-03-01"), "performed": at("throat_examination", "2026-03-14")},
        "never", "indicated",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "rule", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_only_what_is_certain_of_dates_counts(
    data: dict[str, Any], rule: str, verdict: Verdict, engine: Engine, codebook: Codebook
) -> None:
    case = make_case(data, codebook)
    assert engine.verdicts(case)[rule] == verdict
    assert make_case(case_data(case), codebook) == case


@pytest.mark.slow
def test_another_engine_agrees(engine: Engine, codebook: Codebook, paths: tuple[Path, ...]) -> None:
    cases = [make_case(data, codebook) for data, _, _ in VERDICTS.values()]
    assert list(differences(engine, Oracle(engine.knowledge, paths), cases)) == []


def test_what_is_missing_is_the_fact_or_its_date_and_never_the_date_of_the_case(engine: Engine, codebook: Codebook) -> None:
    def missing(data: dict[str, Any]) -> dict[str, set[str]]:
        decision = engine.decide(make_case(data, codebook), include_all=True)
        return {entry.id: set(entry.missing) for entry in decision.recommendations}

    assert missing({})["persists"] == {"fever", "taking:antibiotic"}
    assert missing({"present": ["fever"], "taking": ["antibiotic"]})["persists"] == {"at:fever", "at:taking:antibiotic"}
    assert missing({"present": at("fever", "2026-03-01")})["persists"] == {"taking:antibiotic"}
    assert missing({"present": ["fever"], "taking": at("antibiotic", "2026-03-01")})["persists"] == {"at:fever"}


def test_the_proof_has_the_date_that_came_after(engine: Engine, codebook: Codebook) -> None:
    data = {"present": at("fever", "2026-03-01", "2026-03-20"), "taking": at("penicillin", "2026-03-10")}
    decision = engine.decide(make_case(data, codebook), include_all=True)
    (entry,) = [entry for entry in decision.recommendations if entry.id == "persists"]
    assert entry.explanation is not None
    (proof,) = entry.explanation.children
    assert proof.fact == Fact(code="fever", state="present", basis="given", at="2026-03-20")
    assert not entry.flips_complete


@pytest.mark.parametrize(
    ("language", "words"),
    {
        "en": "fever present at least 3 days after taking antibiotic",
        "de": "fever vorhanden mindestens 3 Tage nach Einnahme von antibiotic",
    }.items(),
)
def test_the_criterion_in_words(language: str, words: str, engine: Engine, codebook: Codebook) -> None:
    case = make_case({"present": at("fever", "2026-03-20"), "language": language}, codebook)
    (entry,) = [entry for entry in engine.answer(case, ["persists"]).recommendations if entry.id == "persists"]
    assert isinstance(entry.explanation, Proof)
    assert [proof.label for proof in entry.explanation.children] == [words]


REFUSED = {
    "a distance alone": (" ; core:afterTaking intervention:Antibiotic", "", "core:apart stands without core:after"),
    "a distance beside since": (
        "core:afterTaking intervention:Antibiotic", "core:since intervention:Antibiotic", "core:apart stands without core:after",
    ),
    "a distance of months": ('"P3D"', '"P3M"', "core:apart needs one duration in whole days, or in hours"),
    "both": ("core:after finding:Fever", "core:after finding:Fever ; core:afterTaking intervention:Antibiotic",
             "core:after stands beside core:afterTaking"),
    "a window": ("core:after finding:Fever", 'core:after finding:Fever ; core:within "P1D"^^xsd:duration',
                 "core:within stands beside core:after"),
    "since, too": ("core:after finding:Fever", "core:after finding:Fever ; core:since finding:Fever",
                   "core:since stands beside core:after"),
    "counted": ("core:after intervention:ThroatExamination", "core:after intervention:ThroatExamination ; core:times 2",
                "core:times stands beside core:after"),
    "a finding that is taken": ("core:afterTaking intervention:Antibiotic", "core:afterTaking finding:Fever",
                                "core:afterTaking needs one intervention"),
    "a condition": ("core:after finding:Fever", "core:after condition:StrepThroat", "core:after needs one"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused(old: str, new: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(write(tmp_path, Edit("shapes/rules/after.ttl", old, new)))
    assert what in str(caught.value)
    assert "after.ttl:" in str(caught.value)


def test_a_witness_has_dates_as_the_rule_asks(engine: Engine, codebook: Codebook) -> None:
    patients = Patients(engine.program)
    (planes,) = patients.planes
    found = set()
    for iri, rule in engine.knowledge.rules.items():
        if isinstance(rule, Recommendation) and rule.id in CRITERIA:
            for verdict, plane in engine.program.verdict_planes(iri, planes).items():
                witness = patients.smallest(plane)
                if witness is not None:
                    found.add((rule.id, verdict))
                    assert engine.verdicts(make_case(case_data(witness), codebook))[rule.id] == verdict, witness
    assert found >= {(name, verdict) for name in CRITERIA for verdict in ("indicated", "not-indicated", "undetermined")}
