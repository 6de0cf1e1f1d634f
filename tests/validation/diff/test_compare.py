"""What two states of a guideline state and decide differently, and which statement is responsible."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest
from spinegraph.api.cli.app import main
from spinegraph.engine import Case
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.validation.diff.attribution import Attribution
from spinegraph.engine.validation.diff.compare import compare
from spinegraph.engine.validation.diff.model import Difference
from spinegraph.engine.validation.diff.rendering import render_markdown, render_text
from spinegraph.engine.validation.diff.states import state_of

from tests.small import RULE_FILE, Edit, write_small

FINDINGS = "ontology/findings.ttl"
MEASUREMENTS = "ontology/measurements.ttl"
CASE = """
- name: A warm forehead
  case: {present: [sore_throat], measurements: {temperature_c: 38}}
  expect: {urgency: routine}
- name: Nothing known
  case: {present: [sore_throat]}
  expect: {urgency: undetermined}
"""


def _difference(folder: Path, *edits: Edit, more: dict[str, str] | None = None, cases: str = "") -> Difference:
    write_small(folder / "old")
    write_small(folder / "new", *edits, more=more)
    (folder / "cases.yaml").write_text(cases, encoding="utf-8")
    with state_of(str(folder / "old")) as old, state_of(str(folder / "new")) as new:
        return compare(old, new, [folder / "cases.yaml"] if cases else [])


def test_the_same_content_has_no_difference(tmp_path: Path) -> None:
    difference = _difference(tmp_path)
    assert (difference.statements, difference.patients, difference.differing) == ((), (), ())
    assert "The two states are the same, byte for byte." in render_text(difference)


def test_a_changed_threshold_is_told_with_the_smallest_patients_and_its_passage(tmp_path: Path) -> None:
    difference = _difference(tmp_path, Edit(RULE_FILE, "sh:minInclusive 38", "sh:minInclusive 38.5"), cases=CASE)
    (change,) = difference.statements
    assert (change.subject, change.how, change.fields[0].field) == ("rule:fever-from-temperature", "changed", "criterion")
    assert change.place is not None
    assert change.place.file == RULE_FILE
    first = difference.patients[0]
    assert first.witness.words == ("temperature: 38 °C",)
    assert ("rule:fever-from-temperature", "holds", "open") in first.outcomes
    (reason,) = first.responsible
    assert (reason.subject, reason.alone, reason.shapes) == ("rule:fever-from-temperature", True, ("shape:FeverByTemperature",))
    assert reason.passages == ("900-L002b",)
    assert "rule:fever-from-temperature" in difference.differing
    (case,) = difference.cases
    assert case.name == "A warm forehead"
    assert case.responsible == first.responsible
    assert difference.cases_compared == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (  # a leaf in a list of its own, said twice, in another order
            "[ core:unassessed finding:TonsillarExudate ] [ core:unassessed finding:TenderNodes ]",
            "[ sh:or ( [ core:unassessed finding:TenderNodes ] ) ] [ core:unassessed finding:TonsillarExudate ] "
            "[ core:unassessed finding:TenderNodes ]",
        ),
        (  # distribution: nodes and (nodes or drooling)
            "[ core:present finding:TenderNodes ] [ sh:node shape:StrepNotSuspected ]",
            "[ core:present finding:TenderNodes ] [ sh:or ( [ core:present finding:TenderNodes ] "
            "[ core:present finding:Drooling ] ) ] [ sh:node shape:StrepNotSuspected ]",
        ),
    ],
)
def test_an_equivalent_rewrite_is_proven_to_decide_alike(old: str, new: str, tmp_path: Path) -> None:
    difference = _difference(tmp_path, Edit(RULE_FILE, old, new), cases=CASE)
    assert [change.how for change in difference.statements] == ["changed"]
    assert (difference.patients, difference.differing, difference.cases) == ((), (), ())
    assert f"{difference.compared} rules proven to decide every patient alike; no other rules decide" in render_text(difference)


def test_a_renamed_shape_is_no_difference_of_statements(tmp_path: Path) -> None:
    write_small(tmp_path / "old")
    write_small(tmp_path / "new")
    path = tmp_path / "new" / RULE_FILE
    path.write_text(path.read_text().replace("shape:TwoStrepSigns", "shape:SignsOfStrep"))
    with state_of(str(tmp_path / "old")) as old, state_of(str(tmp_path / "new")) as new:
        difference = compare(old, new)
    assert (difference.statements, difference.patients) == ((), ())


def test_a_dropped_override_lets_two_recommendations_meet(tmp_path: Path) -> None:
    difference = _difference(tmp_path, Edit(RULE_FILE, "core:overridesIfKnown rule:give-penicillin ; ", ""))
    (change,) = difference.statements
    assert [(field.field, field.old, field.new) for field in change.fields] == [
        ("overrides if known", ("rule:give-penicillin",), ())
    ]
    changes = {outcome for patient in difference.patients for outcome in patient.outcomes}
    assert ("rule:give-penicillin", "overridden", "indicated") in changes
    assert {reason.subject for patient in difference.patients for reason in patient.responsible} == {"rule:give-macrolide"}
    assert difference.differing == ("rule:give-penicillin",)


def test_a_subclass_axiom_is_responsible_as_part_of_the_hierarchy(tmp_path: Path) -> None:
    old = "finding:Drooling a owl:Class ; rdfs:subClassOf core:Finding"
    difference = _difference(tmp_path, Edit(FINDINGS, old, "finding:Drooling a owl:Class ; rdfs:subClassOf finding:TenderNodes"))
    assert [(c.subject, [f.field for f in c.fields]) for c in difference.statements] == [("finding:Drooling", ["wider"])]
    assert difference.patients
    assert {reason.subject for patient in difference.patients for reason in patient.responsible} == {"the hierarchy"}


def test_a_new_finding_that_a_rule_tests_is_one_change(tmp_path: Path) -> None:
    """In either direction: what one state has no concept for is compared all the same."""
    more = """
finding:Pus a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "pus"@en ; skos:notation "pus" .
finding:Nail a owl:Class ; rdfs:subClassOf finding:Pus ; rdfs:label "nail"@en ; skos:notation "nail" .
"""
    old = "[ core:present finding:Drooling ; prov:wasDerivedFrom passage:900-L003a ]"
    write_small(tmp_path / "old")
    edit = Edit(RULE_FILE, old, f"{old} [ core:present finding:Pus ]")
    write_small(tmp_path / "new", edit, more={"ontology/more.ttl": more})
    for one, other in (("old", "new"), ("new", "old")):
        with state_of(str(tmp_path / one)) as before, state_of(str(tmp_path / other)) as after:
            difference = compare(before, after)
        assert {change.subject for change in difference.statements} > {"finding:Pus", "finding:Nail"}
        assert difference.patients
        told = {reason.subject for patient in difference.patients for reason in patient.responsible}
        assert told
        assert all(subject.startswith("rule:") or subject == "the hierarchy" for subject in told)


def test_what_is_recorded_otherwise_is_responsible(tmp_path: Path) -> None:
    edit = Edit(FINDINGS, 'skos:notation "drooling"', 'skos:notation "drooling" ; core:derivedOnly true')
    difference = _difference(tmp_path, edit)
    assert difference.patients
    assert {reason.subject for patient in difference.patients for reason in patient.responsible} == {"finding:Drooling"}


def test_a_case_with_a_value_that_is_possible_no_more_comes_out_differently(tmp_path: Path) -> None:
    difference = _difference(tmp_path, Edit(MEASUREMENTS, "core:maximum 45", "core:maximum 37"), cases=CASE)
    assert difference.differing == ()
    assert [case.name for case in difference.cases] == ["A warm forehead"]
    assert {reason.subject for case in difference.cases for reason in case.responsible} == {"core:temperatureC"}


def test_a_rule_that_recommends_no_more_is_still_there(tmp_path: Path) -> None:
    advice = (
        "core:source source:gargling ; core:direction core:for ; core:modality core:may ; core:urgency core:routine ; "
        "core:intervention intervention:Gargling ;"
    )
    edits = (
        Edit(RULE_FILE, "rule:gargle a core:Recommendation", "rule:gargle a core:SourceGap"),
        Edit(RULE_FILE, advice, "core:source source:gargling ;"),
    )
    difference = _difference(tmp_path, *edits, cases=CASE)
    assert "rule:gargle" in difference.differing
    told = {outcome for case in difference.cases for outcome in case.outcomes if outcome[0] == "rule:gargle"}
    assert {new for _, _, new in told} == {"no-recommendation"}


def test_a_new_rule_is_told_where_it_says_something(tmp_path: Path) -> None:
    more = """
rule:rest a core:Recommendation , sh:TripleRule ; rdfs:label "Rest"@en ; sh:order 30 ; sh:condition shape:Feverish ;
    sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:rest ; core:direction core:for ; core:modality core:may ;
    core:urgency core:routine ; core:intervention intervention:Gargling ; core:source source:sore-throat ;
    prov:wasDerivedFrom passage:900-L008a .
shape:More a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule rule:rest .
"""
    difference = _difference(tmp_path, more={"shapes/rules/more.ttl": more})
    assert [(change.subject, change.how) for change in difference.statements] == [("rule:rest", "added")]
    assert [patient.outcomes[0] for patient in difference.patients] == [
        ("rule:rest", "", "undetermined"),
        ("rule:rest", "", "indicated"),
    ]
    assert difference.differing == ()
    assert "(no such rule) -> indicated: rule:rest" in render_text(difference)


def test_changes_that_matter_only_together_are_told_together(tmp_path: Path) -> None:
    """Two rules override one: for a patient who meets both, dropping one override alone changes nothing."""
    write_small(tmp_path / "old")
    write_small(
        tmp_path / "new",
        Edit(RULE_FILE, "core:overrides rule:give-penicillin , rule:give-macrolide ; ", "core:overrides rule:give-macrolide ; "),
        Edit(RULE_FILE, "core:overridesIfKnown rule:give-penicillin ; ", ""),
    )
    patient = Case(present=("drooling", "fever", "penicillin_allergy", "sore_throat", "tender_nodes"))
    with state_of(str(tmp_path / "old")) as old, state_of(str(tmp_path / "new")) as new:
        reasons = Attribution(old, new).responsible(patient, lambda engine, case: engine.verdicts(case)["give-penicillin"])
    assert {(reason.subject, reason.alone) for reason in reasons} == {
        ("rule:refer-at-once", False),
        ("rule:give-macrolide", False),
    }


def test_a_difference_is_written_with_review_status_and_disclaimer(tmp_path: Path) -> None:
    difference = _difference(tmp_path, Edit(RULE_FILE, "sh:minInclusive 38", "sh:minInclusive 39"), cases=CASE)
    for rendered in (render_text(difference), render_markdown(difference)):
        assert "Review status of 900 Sore throat: pending." in rendered
        assert difference.disclaimer in rendered
        assert "passage 900-L002b" in rendered
        assert "A warm forehead" in rendered
    assert max(map(len, render_text(difference).splitlines()[:-1])) < 200


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_revisions_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write_small(tmp_path)
    _git(tmp_path, "init")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-m", "first")
    write_small(tmp_path, Edit(RULE_FILE, "sh:minExclusive 40", "sh:minExclusive 41"))
    monkeypatch.chdir(tmp_path)
    assert main(["diff", "HEAD", ".", "--format", "json"]) == 1
    told = msgspec.json.decode(capsys.readouterr().out)
    assert [change["subject"] for change in told["statements"]] == ["rule:deep-neck-infection-from-signs"]
    assert told["statements"][0]["place"]["file"] == RULE_FILE
    assert main(["diff", "HEAD", "HEAD"]) == 0
    assert "byte for byte" in capsys.readouterr().out
    assert main(["diff", "HEAD", ".", "--format", "markdown"]) == 1
    assert capsys.readouterr().out.startswith("## What this change does to the guideline")
    assert main(["diff", "HEAD", "nowhere"]) == 2
    assert capsys.readouterr().err == (
        "nowhere is neither a folder nor a revision of a git repository here.\n"
        "  Name a folder, or a commit, tag or branch, from within the repository.\n"
    )
    assert main(["diff", "HEAD", ".", "--folder", "content"]) == 2
    assert capsys.readouterr().err.startswith("At HEAD there is no content here.")
    assert main(["diff", "HEAD", "--", "--upload-pack=x"]) == 2


def test_a_state_that_does_not_load_is_told_by_its_name(tmp_path: Path) -> None:
    write_small(tmp_path)
    (tmp_path / "ontology" / "broken.ttl").write_text("garbage [", encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught, state_of(str(tmp_path)):
        pass
    assert str(caught.value).startswith(f"{tmp_path}, broken.ttl:1: ")


def test_a_folder_without_knowledge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no Turtle file"), state_of(str(tmp_path)):
        pass


def test_who_is_told_the_opposite_is_not_passed_over_as_decided_alike(tmp_path: Path) -> None:
    old = "rule:gargle a core:Recommendation"
    write_small(tmp_path / "old")
    write_small(tmp_path / "new")
    path = next(path for path in (tmp_path / "new").rglob("*.ttl") if old in path.read_text())
    head, begin, rest = path.read_text().partition(old)
    path.write_text(head + begin + rest.replace("core:direction core:for", "core:direction core:against", 1))
    with state_of(str(tmp_path / "old")) as before, state_of(str(tmp_path / "new")) as after:
        difference = compare(before, after)
    assert difference.differing == ()
    assert difference.advising_otherwise == ("rule:gargle",)
    said = "1 rule says something else to those for whom it holds (direction, intervention, modality, urgency): rule:gargle."
    assert said in render_text(difference).splitlines()
