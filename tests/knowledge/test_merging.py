"""One IRI, two descriptions: packages that differ do not load together, and the same description is read once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.errors import KnowledgeError, VocabularyError
from spinegraph.engine.knowledge.files import content_digest, named_paths
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.validate import validate

from tests.decide.deciding import patient
from tests.small import HEAD, write_small

WHEEZE = (
    'finding:Wheeze a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "wheeze"@en ; skos:notation "wheeze" ;'
    ' skos:altLabel "whistling"@en .'
)
BOX = (
    'shape:Box a sh:NodeShape ; rdfs:label "box"@en ; sh:or ( [ core:present finding:Wheeze ] [ core:absent finding:Wheeze ] ) .'
)
DIMER = (
    'core:dDimer a owl:DatatypeProperty , core:Measurement ; rdfs:label "D-dimer"@en ; skos:notation "d_dimer" ; core:unit "{}" ;'
    " core:minimum 0 ; core:maximum {} ."
)
AGE = "shape:Box sh:property [ sh:path core:ageMonths ; sh:minCount 1 ; sh:minInclusive {} ] ."


def write(folder: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    """The small guideline in `throat`, and folders with one file each, by name."""
    (folder / "throat").mkdir(parents=True)
    write_small(folder / "throat")
    for name, text in files.items():
        path = folder / name / "ontology" / f"{name}.ttl"
        path.parent.mkdir(parents=True)
        path.write_text(f"{HEAD}\n{text}\n")
    return (folder / "throat", *(folder / name for name in files))


@pytest.mark.parametrize(
    ("first", "second", "differing"),
    [
        (f"{WHEEZE} {BOX}", f"{WHEEZE} {BOX.replace('core:absent', 'core:present')}", "shape:Box .*sh:or differs"),
        (DIMER.format("ug/L", 10000), DIMER.format("mg/L", 10), "core:dDimer .*core:unit differs"),
        (DIMER.format("ug/L", 10000), DIMER.format("ug/L", 500), "core:dDimer .*core:maximum differs"),
        (AGE.format(38), AGE.format(39), "shape:Box .*sh:property differs"),
        (WHEEZE, WHEEZE.replace('"whistling"', '"hissing"'), "finding:Wheeze .*skos:altLabel differs"),
        (WHEEZE, "finding:Wheeze rdfs:subClassOf finding:StrepSign .", "finding:Wheeze .*differs"),
    ],
    ids=["a shape", "a unit", "a range", "a shape of a measurement alone", "a label", "a further superclass"],
)
def test_two_descriptions_do_not_load_in_any_order(tmp_path: Path, first: str, second: str, differing: str) -> None:
    folders = write(tmp_path, {"one": first, "two": second})
    for order in itertools.permutations(folders):
        with pytest.raises(VocabularyError, match=differing) as raised:
            load_knowledge(named_paths(*order))
        assert raised.value.where == "two/ontology/two.ttl:2"
        assert "one/ontology/one.ttl:2" in str(raised.value)
        assert "name of its own" in raised.value.mend


def test_validation_says_the_same_at_the_same_place(tmp_path: Path) -> None:
    folders = write(tmp_path, {"one": DIMER.format("ug/L", 10000), "two": DIMER.format("mg/L", 10)})
    report = validate(read_content(None, folders, root=tmp_path), only=("names", "loading"))
    (told,) = [one for one in report.diagnostics if one.subject == "core:dDimer"]
    assert (told.id, told.severity, str(told.place)) == ("SG204", "error", "two/ontology/two.ttl:2:1")
    assert "core:unit differs" in told.what


def test_the_same_description_is_read_once(tmp_path: Path) -> None:
    folders = write(tmp_path, {"one": f"{WHEEZE} {BOX}", "two": f"{BOX} {WHEEZE}"})
    knowledge = load_knowledge(named_paths(*folders))
    wheeze = next(finding for finding in knowledge.findings.values() if finding.code == "wheeze")
    assert wheeze.synonyms == ("whistling",)
    graph, alone = read_graph(named_paths(*folders)), read_graph(named_paths(*folders[:2]))
    box = "https://w3id.org/spinegraph/shape/Box"
    assert len(graph.terms(box, "sh:or")) == 1
    assert len(list(graph.all_subjects())) == len(list(alone.all_subjects()))


def test_in_whatever_order_folders_are_named_a_decision_has_the_same_bytes(tmp_path: Path) -> None:
    more = 'finding:Cough a owl:Class ; rdfs:subClassOf finding:StrepSign ; rdfs:label "cough"@en ; skos:notation "cough" .'
    folders = write(tmp_path, {"one": WHEEZE, "two": more})
    case = patient("sore_throat tonsillar_exudate cough", "fever", temperature_c=37)
    orders = list(itertools.permutations(folders))
    answers = {Engine(load_knowledge(named_paths(*order))).decide_json(case, "full") for order in orders}
    assert len(answers) == 1
    assert len({content_digest(reversed(named_paths(*order))) for order in orders}) == 1


def test_a_folder_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    (folder,) = write(tmp_path, {})
    assert named_paths(folder, folder) == named_paths(folder)
    assert len(named_paths(folder, folder / ".." / "throat")) == len(named_paths(folder))


def test_a_folder_inside_another_is_refused(tmp_path: Path) -> None:
    (folder,) = write(tmp_path, {})
    for order in ((tmp_path, folder), (folder, tmp_path)):
        with pytest.raises(KnowledgeError, match="which is named too") as raised:
            named_paths(*order)
        assert raised.value.where == str(folder)


def test_several_packages_attach_rules_to_the_shape_of_their_order(tmp_path: Path) -> None:
    home = "shape:RulesOfOrder30 a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule rule:{} ."
    graph = read_graph(named_paths(*write(tmp_path, {"one": home.format("a"), "two": home.format("b")})))
    assert graph.clashes == ()
    attached = graph.iris("https://w3id.org/spinegraph/shape/RulesOfOrder30", "sh:rule")
    assert {"a", "b"} <= {iri.rpartition("/")[2] for iri in attached}
    wrong = home.format("b").replace("30 ; sh:rule", "20 ; sh:rule")
    graph = read_graph(named_paths(*write(tmp_path / "wrong", {"one": home.format("a"), "two": wrong})))
    assert [clash.predicate.rpartition("#")[2] for clash in graph.clashes] == ["order"]
