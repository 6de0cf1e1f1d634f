"""What is done and what is taken, from a request to its answer: facts with the hierarchy of interventions."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest
from spinegraph.api.catalogue import make_catalogue
from spinegraph.api.listings import make_listings
from spinegraph.engine import Codebook, Engine, MeasurementError, load_knowledge, make_case, parse_turtle
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.exchange.formats import BY_NAME, Answer
from spinegraph.engine.model import Case, Verdict

from tests.acts import write_acts
from tests.decide.deciding import noticed
from tests.decide.written import fixtures
from tests.oracle import differences
from tests.random_cases import random_cases
from tests.small import Edit

THROAT: dict[str, Any] = {"present": ["sore_throat"]}


paths, engine, codebook = fixtures(write_acts)


TRUTHS: dict[str, tuple[dict[str, Any], str, Verdict]] = {
    "the very drug": ({"taking": ["antibiotic"]}, "finish-the-course", "indicated"),
    "a narrower one": ({"taking": ["macrolide"]}, "finish-the-course", "indicated"),
    "not the very drug": ({"not_taking": ["antibiotic"]}, "finish-the-course", "not-indicated"),
    "not a narrower one": ({"not_taking": ["macrolide"]}, "finish-the-course", "undetermined"),
    "nothing known": ({}, "finish-the-course", "undetermined"),
    "yes and no": ({"taking": ["antibiotic"], "not_taking": ["antibiotic"]}, "finish-the-course", "conflicting"),
    "narrower yes and wider no": ({"taking": ["penicillin"], "not_taking": ["antibiotic"]}, "finish-the-course", "conflicting"),
    "the mirror image, wider": ({"not_taking": ["antibiotic"]}, "warn-of-penicillin", "indicated"),
    "the mirror image, refuted": ({"taking": ["penicillin"]}, "warn-of-penicillin", "not-indicated"),
    "done, narrower": ({"performed": ["throat_examination"]}, "refer-after-examination", "indicated"),
    "not done, wider": ({"not_performed": ["clinical_assessment"]}, "refer-after-examination", "not-indicated"),
    "not done": ({"not_performed": ["throat_examination"]}, "look-into-the-throat", "indicated"),
    "taken is not done": ({"taking": ["throat_examination"]}, "refer-after-examination", "undetermined"),
    "what is done is done": ({"performed": ["throat_examination"]}, "examine-throat", "done"),
    "nothing wider is": ({"performed": ["clinical_assessment"]}, "examine-throat", "indicated"),
}


@pytest.mark.parametrize(("data", "rule", "verdict"), TRUTHS.values(), ids=TRUTHS)
def test_an_act_is_true_false_unknown_or_both(
    data: dict[str, Any], rule: str, verdict: Verdict, engine: Engine, codebook: Codebook
) -> None:
    case = make_case({**THROAT, **data}, codebook)
    assert engine.verdicts(case)[rule] == verdict
    assert {entry.id: entry.verdict for entry in engine.decide(case, include_all=True).recommendations} == engine.verdicts(case)
    assert make_case(case_data(case), codebook) == case


def test_what_rules_ask_about_is_no_longer_listed_as_not_used(engine: Engine, codebook: Codebook) -> None:
    data = {**THROAT, "taking": ["penicillin", "gargling"], "not_taking": ["referral"], "not_performed": ["gargling"]}
    (notice,) = noticed(engine.decide(make_case(data, codebook)), "ignored-input")
    assert notice.message == "Recorded, and not used yet: taking gargling; not taking referral; not done: gargling."
    assert notice.about == ("gargling", "referral")


def test_the_code_of_a_fact_can_be_sent_as_it_is_asked(codebook: Codebook) -> None:
    sent = make_case({"present": ["taking:penicillin"], "absent": ["performed:throat_examination"]}, codebook)
    assert (sent.taking, sent.not_performed) == (("penicillin",), ("throat_examination",))
    assert sent == make_case({"taking": ["penicillin"], "not_performed": ["throat_examination"]}, codebook)


def test_missing_facts_flips_and_screens_name_the_act(engine: Engine, codebook: Codebook) -> None:
    case = make_case(THROAT, codebook)
    decision = engine.decide(case, include_all=True)
    entries = {entry.id: entry for entry in decision.recommendations}
    assert entries["finish-the-course"].missing == ("taking:antibiotic",)
    flips = [[(one.code, one.to) for one in flip] for flip in entries["finish-the-course"].flips]
    assert [("taking:antibiotic", "present")] in flips
    assert [("taking:antibiotic", "absent")] in flips
    (leaf,) = [child for child in entries["finish-the-course"].explanation.children if child.operator == "taking"]
    assert (leaf.label, leaf.fact and leaf.fact.code) == ("takes an antibiotic", "taking:antibiotic")
    (screen,) = engine.open_screens(case)
    assert [(item.code, item.label) for item in screen.items] == [
        ("taking:antibiotic", "taking antibiotic"),
        ("taking:penicillin", "taking penicillin"),
        ("performed:throat_examination", "done: throat examination"),
    ]
    asked = {question.finding: question.question for question in decision.questions}
    assert asked["taking:antibiotic"] == "Does the patient take this: antibiotic?"


def test_a_flip_that_performs_what_is_ordered_does_it(engine: Engine, codebook: Codebook) -> None:
    """The plane of the fact is that of the verdict `done`, so that flips and verdicts agree."""
    case = make_case({**THROAT, "absent": ["drooling"]}, codebook)
    for entry in engine.decide(case, include_all=True).recommendations:
        for flip in entry.flips:
            if all(":" in change.code for change in flip):
                sides = {side: [change.code for change in flip if change.to == side] for side in ("present", "absent")}
                changed = {"present": [*case.present, *sides["present"]], "absent": [*case.absent, *sides["absent"]]}
                assert engine.verdicts(make_case(changed, codebook))[entry.id] != entry.verdict, (entry.id, flip)


def test_acts_are_no_findings_of_the_content(engine: Engine) -> None:
    assert engine.knowledge.acts
    codes = {finding.code for finding in make_catalogue(engine.knowledge).findings}
    assert codes == {listed.code for listed in make_listings(engine.knowledge)["findings"]}
    assert not [code for code in codes if ":" in code]
    assert make_catalogue(engine.knowledge).counts["findings"] == len(codes)


def test_a_case_in_turtle_says_all_that_a_request_does(codebook: Codebook) -> None:
    body = """PREFIX core: <https://w3id.org/spinegraph/core/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        PREFIX intervention: <https://w3id.org/spinegraph/intervention/>
        [] a core:Case ; core:taking intervention:Penicillin ; core:notTaking intervention:Macrolide ;
            core:performed intervention:Gargling ; core:notPerformed intervention:ThroatExamination ;
            core:asOf "2026-03-03"^^xsd:date ."""
    case = make_case(parse_turtle(body.encode()), codebook)
    assert (case.taking, case.not_taking) == (("penicillin",), ("macrolide",))
    assert (case.performed, case.not_performed, case.as_of) == (("gargling",), ("throat_examination",), "2026-03-03")
    with pytest.raises(MeasurementError, match="core:asOf has more than one value"):
        parse_turtle(body.replace('"2026-03-03"^^xsd:date', '"2026-03-03"^^xsd:date , "2026"^^xsd:gYear').encode())


@pytest.mark.parametrize("name", ["ttl", "md", "html"])
def test_formats_tell_what_is_taken(name: str, engine: Engine, codebook: Codebook) -> None:
    case = make_case({**THROAT, "taking": ["penicillin"]}, codebook)
    body = BY_NAME[name].write(Answer(engine.knowledge, engine.decide(case, include_all=True))).decode()
    assert ("core:taking" if name == "ttl" else "taking penicillin") in body
    assert "core:present <https://w3id.org/spinegraph/intervention" not in body


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("core:taking intervention:Antibiotic .", "core:taking intervention:Antibiotc .", "core:taking needs one intervention"),
        ("core:taking intervention:Antibiotic .", "core:taking finding:Fever .", "core:taking needs one intervention, not"),
        ("core:taking intervention:Antibiotic ]", "core:taking finding:Fever ]", "core:taking needs one intervention, not"),
        ("core:taking intervention:Antibiotic ]", "core:asks finding:Fever ; core:taking intervention:Antibiotic ]", "2 things"),
        ("core:notPerformed intervention", "core:notDone intervention", "core:notDone is not in the criterion profile"),
    ],
)
def test_what_is_wrong_is_refused(old: str, new: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(write_acts(tmp_path, Edit("shapes/rules/acts.ttl", old, new)))
    assert what in str(caught.value)


def test_knowledge_without_such_criteria_has_no_acts(small: Engine) -> None:
    assert small.knowledge.acts == {}
    assert small.verdicts(Case(present=("sore_throat",), taking=("penicillin",)))


def test_a_package_alone_has_the_acts_that_bear_on_it(engine: Engine, codebook: Codebook) -> None:
    (name,) = set(engine.knowledge.package_of.values())
    alone = engine.of_packages([name])
    assert alone.knowledge.acts == engine.knowledge.acts
    case = make_case({**THROAT, "taking": ["penicillin"]}, codebook)
    assert alone.verdicts(case) == engine.verdicts(case)
    rules = {iri: rule for iri, rule in engine.knowledge.rules.items() if rule.id == "finish-the-course"}
    package = msgspec.structs.replace(
        engine.knowledge, package_of={iri: "one" if iri in rules else "rest" for iri in engine.knowledge.rules}
    )
    part = Engine(package).of_packages(["one"])
    assert {act.kind for act in part.knowledge.acts.values()} == {"taking"}
    assert part.decide(part.known_part(case)).recommendations[0].id == "finish-the-course"


@pytest.mark.slow
def test_the_program_agrees_with_pyshacl(engine: Engine, paths: tuple[Path, ...]) -> None:
    cases = list(itertools.islice(random_cases(engine.program, seed=29), 40))
    assert any(":" in code for case in cases for code in case.present)
    assert list(differences(engine, Oracle(engine.knowledge, paths), cases)) == []
