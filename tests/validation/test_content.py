"""What is validated: files read tolerantly, focus, places; and what a report says of checks that could not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.files import shipped_folder
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.validation.catalogue import BY_NAME
from spinegraph.engine.validation.content import Content, read_content
from spinegraph.engine.validation.diagnostics import Place, Report
from spinegraph.engine.validation.validate import CHECKS, validate

from tests.authoring.guideline import write_good
from tests.small import HEAD

SLOW = frozenset(check.name for check in CHECKS if check.apart) | {"behaviour"}
RULES = "shapes/rules/sore-throat.ttl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_good(tmp_path)
    return tmp_path


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def report_on(folder: Path, *paths: str) -> Report:
    content = read_content([folder / path for path in paths] or None, [folder], sources=folder / "documents", root=folder)
    return validate(content, without=SLOW)


def test_a_folder_with_its_own_schema_stands_alone(folder: Path) -> None:
    content = read_content([folder], root=folder)
    assert {path.name for path in content.paths} >= {"core.ttl", "criteria.ttl", "sore-throat.ttl"}
    assert not any(path.name == "back-pain.ttl" for path in content.paths)
    assert [path.name for path in content.cases] == ["sore-throat.yaml"]
    assert content.knowledge is not None
    assert (content.broken, content.failures) == ({}, ())


def test_the_shipped_content_is_read_where_nothing_is_named() -> None:
    content = read_content()
    assert content.focus is None
    assert content.knowledge is not None


def test_a_file_is_read_beside_the_shipped_content(tmp_path: Path) -> None:
    more = tmp_path / "more.ttl"
    more.write_text(f"<{expand('finding:Fever')}> <{expand('rdfs:comment')}> 'hot' .", encoding="utf-8")
    content = read_content([more])
    assert content.focus == frozenset([more])
    assert any(path.name == "back-pain.ttl" for path in content.paths)


@pytest.mark.parametrize(("name", "told"), [("nowhere.ttl", "does not exist"), ("notes.txt", "no file that can be validated")])
def test_what_cannot_be_validated_is_refused(name: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no Turtle", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=told):
        read_content([tmp_path / name])


def test_every_error_of_loading_is_collected(folder: Path) -> None:
    spoil(folder, RULES, "core:present finding:Infant", "core:present finding:Infnt")
    spoil(folder, RULES, "core:derives finding:Fever", "core:derives finding:Fevre")
    spoil(folder, "ontology/conditions.ttl", 'skos:notation "strep_throat" ;', "")
    content = read_content([folder], root=folder)
    assert content.knowledge is None
    assert sorted(error.kind for error in content.failures) == ["dangling-iri", "dangling-iri", "duplicate-code"]


def test_a_broken_file_is_named_and_no_guess_is_made(folder: Path) -> None:
    spoil(folder, "ontology/findings.ttl", 'rdfs:label "drooling"@en ;', 'rdfs:label "drooling"@en')
    spoil(folder, "ontology/measurements.ttl", '"mo"', '"months"')
    report = report_on(folder)
    assert {diagnostic.id for diagnostic in report.diagnostics} == {"SG101", "SG801"}
    gaps = {gap.check: gap.reason for gap in report.not_run}
    assert set(gaps) == {check.name for check in CHECKS if check.needs != "files"} - SLOW
    assert set(gaps.values()) == {"ontology/findings.ttl could not be read."}
    assert set(report.ran).isdisjoint(gaps)


def test_only_what_concerns_the_files_that_were_asked_for_is_told(folder: Path) -> None:
    spoil(folder, RULES, 'rdfs:label "Go home"@en ;', "")
    spoil(folder, "ontology/findings.ttl", 'skos:notation "drooling"', 'skos:notation "Drooling"')
    assert {diagnostic.place.file for diagnostic in report_on(folder, RULES).diagnostics} == {RULES}
    assert {diagnostic.id for diagnostic in report_on(folder, "ontology").diagnostics} == {"SG205"}


def test_a_diagnostic_is_told_to_both_files_that_it_is_about(folder: Path) -> None:
    (folder / "shapes/more.ttl").write_text(
        f"<{expand('finding:Drooling')}> <{expand('rdfs:comment')}> 'dribbling' .", encoding="utf-8"
    )
    for path in ("ontology/findings.ttl", "shapes/more.ttl"):
        assert [diagnostic.id for diagnostic in report_on(folder, path).diagnostics] == ["SG204"]


def test_places_are_relative_to_the_root(folder: Path) -> None:
    content = read_content([folder], root=folder)
    rule = expand("rule:go-home")
    assert content.place(rule) == Place(file=RULES, line=144, column=1)
    assert content.place(rule, "sh:order") == Place(file=RULES, line=154, column=5)
    assert content.place(rule, "core:modality", expand("core:may")) == Place(file=RULES, line=159, column=19)
    assert content.place(rule, "core:timing") == Place(file=RULES, line=144, column=1)
    assert content.place(expand("rule:nobody")) == Place(file="")
    assert Content(content.paths, root=Path("/nowhere")).place(rule).file == (folder / RULES).as_posix()


def test_what_stands_inside_a_blank_node_belongs_to_the_named_one_around_it(folder: Path) -> None:
    graph = (content := read_content([folder], root=folder)).graph
    cells = [node for node in graph.all_subjects() if node.startswith("_:") and graph.terms(node, "core:absenceInconclusive")]
    assert [content.holder(node) for node in cells] == [expand("shape:DeepNeckSigns")]


def test_no_more_of_one_kind_are_listed_than_can_be_read(folder: Path) -> None:
    lines = (f"<{expand('finding:Drooling')}> <{expand('core:presnt')}> <{expand('finding:Fever')}{n}> ." for n in range(1500))
    (folder / "shapes/more.ttl").write_text("\n".join(lines), encoding="utf-8")
    report = report_on(folder)
    assert ("names", "More than 1,000 were found; the others are not listed.") in {
        (gap.check, gap.reason) for gap in report.not_run
    }


def test_checks_can_be_chosen(folder: Path) -> None:
    content = read_content([folder], root=folder)
    assert validate(content, only={"words", "units"}, without={"units"}).ran == ("words",)


def test_documents_that_are_not_given_are_not_compared(folder: Path) -> None:
    report = validate(read_content([folder], root=folder), only={"documents"})
    assert [gap.check for gap in report.not_run] == ["documents"]


def test_a_folder_with_none_of_the_documents_compares_nothing(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    report = validate(read_content([folder], sources=folder / "elsewhere", root=folder), only={"documents"})
    assert [gap.check for gap in report.not_run] == ["documents"]
    assert "holds none of them" in report.not_run[0].reason


@pytest.mark.slow
def test_a_document_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "900.txt").write_text("", encoding="utf-8")
    told = [one.what for one in validate(read_content([folder], sources=folder / "elsewhere", root=folder)).diagnostics]
    assert "901.txt is not among the documents: its passages were not compared." in told


def test_shapes_about_content_are_no_content_though_they_are_asked_for(tmp_path: Path) -> None:
    write_good(tmp_path)
    own = tmp_path / "shapes" / "authoring" / "house.ttl"
    own.parent.mkdir()
    own.write_text(f"{HEAD}\nshape:House a sh:NodeShape ; sh:targetClass core:Nothing .\n", encoding="utf-8")
    content = read_content([own], [tmp_path])
    assert own not in content.paths
    assert content.focus == frozenset([own])


def test_yaml_of_tools_and_profiles_are_no_cases(tmp_path: Path) -> None:
    write_good(tmp_path)
    for name in (".github/ci.yml", ".pre-commit-config.yaml", "shapes/authoring/profile.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert read_content([tmp_path]).cases == (tmp_path / "cases" / "sore-throat.yaml",)


def test_a_folder_may_lie_below_one_that_is_called_authoring(tmp_path: Path) -> None:
    folder = tmp_path / "authoring" / ".drafts" / "guideline"
    write_good(folder)
    assert folder / "ontology" / "findings.ttl" in read_content(None, [folder]).paths


def test_the_cases_of_a_knowledge_folder_are_read_with_it(tmp_path: Path) -> None:
    write_good(tmp_path)
    other = tmp_path / "tests" / "cases" / "more" / "late.yml"
    other.parent.mkdir(parents=True)
    other.write_text("- {name: Late, case: {present: [drooling]}, expect: {}}\n", encoding="utf-8")
    (other.parent / "screens.yaml").write_text("{}\n", encoding="utf-8")
    (tmp_path / "elsewhere.yaml").write_text("not: a case\n", encoding="utf-8")
    content = read_content(None, [tmp_path], root=tmp_path)
    assert [content.shown(path) for path in content.cases] == ["cases/sore-throat.yaml", "tests/cases/more/late.yml"]


def test_what_the_shipped_content_describes_too_is_told_once_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "ontology" / "measurements.ttl"
    path.parent.mkdir()
    text = (shipped_folder("ontology") / "measurements.ttl").read_text(encoding="utf-8")
    path.write_text(
        text.replace('"duration of symptoms"@en', '"how long"@en').replace("owl:imports core: ;", ""), encoding="utf-8"
    )
    report = validate(read_content([path], root=tmp_path), only={"names"})
    told = [one for one in report.diagnostics if one.subject == "core:durationWeeks"]
    assert [one.mend for one in told] == [BY_NAME["declared-twice"].messages["in-two-packages"].mend]
    assert told[0].what.startswith("core:durationWeeks is described here otherwise than in ")
