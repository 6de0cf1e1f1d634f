"""A recommended class of which nothing that is named can be used: a notice says why each member falls; the brief says it, too."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.validation.interactions.analysis import Analysis
from spinegraph.engine.validation.interactions.members import without_member

from tests.decide.deciding import STREP, noticed, patient
from tests.small import CONCLUSION, write_small

TREAT = f"""
rule:treat a core:Recommendation , sh:TripleRule ; rdfs:label "Some antibiotic"@en ; sh:order 30 ;
    sh:condition shape:SoreThroat , shape:StrepSuspected ; {CONCLUSION} rule:treat ; core:scope shape:SoreThroat ;
    core:source source:sore-throat ; core:direction core:for ; core:modality core:should ; core:urgency core:routine ;
    core:intervention intervention:Antibiotic ; core:text "Treat."@en , "Take one."@en-x-patient ;
    prov:wasDerivedFrom passage:900-L005a .
shape:RulesOfOrder30 sh:rule rule:treat .
"""
SIGNS = f"{STREP} fever"


@pytest.fixture
def treating(tmp_path: Path) -> Engine:
    return Engine(load_knowledge(write_small(tmp_path, more={"shapes/rules/more.ttl": TREAT})))


def test_each_member_is_named_with_why_it_falls(treating: Engine) -> None:
    case = patient(f"{SIGNS} drooling penicillin_allergy", temperature_c=39)
    (notice,) = noticed(treating.decide(case), "no-usable-member")
    assert notice.message == (
        "Recommended is: antibiotic. None that the sources name can be used here: "
        "Give penicillin (refer-at-once, give-macrolide); Give macrolide (refer-at-once)."
    )
    assert notice.about == ("antibiotic", "treat", "give-penicillin", "give-macrolide")


def test_the_brief_says_so(treating: Engine) -> None:
    case = patient(f"{SIGNS} drooling penicillin_allergy", temperature_c=39)
    (line,) = (line for line in treating.decide(case).brief.do if "treat" in line.recommendations)
    assert line.caution == "Nothing that the sources name for it can be used here: not penicillin and macrolide."
    told = treating.decide(msgspec.structs.replace(case, audience="patient"))
    (line,) = (line for line in told.brief.do if "treat" in line.recommendations)
    assert line.caution == "Of what our texts name for this, nothing may suit you: ask the doctors."
    (notice,) = noticed(told, "no-usable-member")
    assert notice.message == "Of what our texts name for this, nothing may suit you. Please ask a doctor."


@pytest.mark.parametrize(
    "case",
    [
        patient(SIGNS, "drooling penicillin_allergy", temperature_c=39),  # penicillin
        patient(f"{SIGNS} penicillin_allergy", "drooling", temperature_c=39),  # the macrolide
        patient(SIGNS, "drooling", temperature_c=39),  # whether there is an allergy is not known
        patient("sore_throat drooling", "strep_sign", temperature_c=37),  # no antibiotic is recommended
        patient(f"{SIGNS} drooling", "drooling penicillin_allergy", temperature_c=39),  # the record contradicts itself
    ],
    ids=["one is left", "another is left", "open", "not recommended", "contradictory"],
)
def test_where_one_is_left_or_may_be_nothing_is_said(case: object, treating: Engine) -> None:
    assert noticed(treating.decide(case), "no-usable-member") == []  # type: ignore[arg-type]


def test_what_is_recorded_against_a_member_bars_it(tmp_path: Path) -> None:
    against = "intervention:Penicillin core:contraindication finding:PenicillinAllergy ."
    more = {"shapes/rules/more.ttl": TREAT, "ontology/more.ttl": against}
    folder = write_small(tmp_path, more=more)
    engine = Engine(load_knowledge(folder))
    case = patient(f"{SIGNS} penicillin_allergy drooling", temperature_c=39)
    (notice,) = noticed(engine.decide(case), "no-usable-member")
    assert "Give penicillin" in notice.message


def test_the_solver_finds_the_patient_who_gets_the_notice(treating: Engine) -> None:
    analysis = Analysis(treating.knowledge, treating)
    (found,) = without_member(analysis)
    assert (found.rule.rsplit("/", 1)[-1], found.name) == ("treat", "no-usable-member")
    rule = next(rule for rule in analysis.recommendations if rule.id == "treat")
    smallest = analysis.smallest(analysis.verdict(rule, "indicated", "provisional"))
    assert smallest is not None
    assert found.witness is not None


def test_the_small_guideline_has_no_such_class(small: Engine) -> None:
    assert list(without_member(Analysis(small.knowledge, small))) == []


def test_members_to_which_the_class_itself_is_preferred_can_still_be_used(tmp_path: Path) -> None:
    more = TREAT.replace(
        "core:direction core:for ;", "core:direction core:for ; core:overrides rule:give-penicillin , rule:give-macrolide ;"
    )
    engine = Engine(load_knowledge(write_small(tmp_path, more={"shapes/rules/more.ttl": more})))
    case = patient(SIGNS, "drooling penicillin_allergy", temperature_c=39)
    assert engine.verdicts(case)["give-penicillin"] == "overridden"
    assert noticed(engine.decide(case), "no-usable-member") == []
    told = [found.witness for found in without_member(Analysis(engine.knowledge, engine)) if found.witness]
    assert told
    assert {engine.verdicts(one.case)["refer-at-once"] for one in told} == {"indicated"}  # that alone takes both away
