"""Packages with a manifest: a name, a namespace, and what they require; whatever does not fit is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from spinegraph.engine import Engine, KnowledgeError, load_knowledge, make_case, make_codebook
from spinegraph.engine.knowledge.files import content_digest, named_paths, package_names
from spinegraph.engine.knowledge.manifest import MANIFEST, Manifest, fits, read_manifest
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.validate import validate

from tests.small import HEAD, TEXTS

OWN = "https://example.org/{}/"
TURTLE = """
PREFIX own: <https://example.org/{name}/>
PREFIX my: <https://example.org/{name}/rule/>
own:Cough a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "cough {name}"@en ; skos:notation "{name}_cough" .
own:Syrup a owl:Class ; rdfs:subClassOf core:Intervention ; rdfs:label "syrup {name}"@en ; skos:notation "{name}_syrup" .
own:text a core:Source ; dcterms:identifier "{name}" ; dcterms:title "Cough"@en ; core:reviewStatus "pending" ;
    core:reviewNote "Made up."@en ; core:fileName "text.txt" .
own:{name}-L1 a core:Passage ; core:source own:text ; dcterms:identifier "{name}-L1" ; core:paraphrase "Cough."@en .
own:HasCough a sh:NodeShape ; rdfs:label "cough"@en ; core:present own:Cough ; prov:wasDerivedFrom own:{name}-L1 .
my:{name}-syrup a core:Recommendation , sh:TripleRule ; rdfs:label "Syrup"@en ; sh:order 30 ; sh:condition own:HasCough ;
    core:source own:text ; core:direction core:for ; core:modality core:should ; core:urgency core:routine ;
    core:intervention own:Syrup ; prov:wasDerivedFrom own:{name}-L1 ; sh:subject sh:this ; sh:predicate core:holds ;
    sh:object my:{name}-syrup ; core:text "Take syrup."@en .
"""


def manifest(name: str, requires: Mapping[str, str] | None = None, **others: str) -> str:
    """The text of a manifest."""
    data = {"name": name, "version": "1.2.0", "namespace": OWN.format(name), "title": "Cough"} | others
    lines = [f'{key} = "{value}"' for key, value in data.items()]
    return "\n".join([*lines, "[requires]", *(f'{key} = "{value}"' for key, value in (requires or {}).items()), ""])


def write(folder: Path, name: str, text: str = "", more: str = "") -> Path:
    """A package in a folder called `folder-NAME`, with its manifest."""
    package = folder / f"folder-{name}"
    (package / "shapes").mkdir(parents=True)
    (package / "shapes" / "all.ttl").write_text(f"{HEAD}\n{TURTLE.format(name=name)}{more}")
    (package / MANIFEST).write_text(text or manifest(name))
    return package


def test_a_package_with_names_of_its_own_is_decided(tmp_path: Path) -> None:
    one, two = write(tmp_path, "one"), write(tmp_path, "two")
    engine = Engine(load_knowledge(named_paths(two, one)))
    codebook = make_codebook(engine.knowledge)
    for said in ("one_cough", "https://example.org/one/Cough"):
        decision = engine.decide(make_case({"present": [said]}, codebook), packages=["one"])
        assert [(entry.id, entry.verdict) for entry in decision.recommendations] == [("one-syrup", "indicated")]
        assert decision.recommendations[0].iri == "https://example.org/one/rule/one-syrup"
    assert {"one", "two"} <= set(package_names(named_paths(one, two)).values())


def test_a_manifest_is_read_and_counts_for_the_digest(tmp_path: Path) -> None:
    package = write(tmp_path, "one", manifest("one", {"two": ">=1,<2"}, language="de-AT", licence="CC-BY-4.0", publisher="Us"))
    assert read_manifest(package / MANIFEST) == Manifest(
        name="one",
        version="1.2.0",
        namespace="https://example.org/one/",
        title="Cough",
        language="de-AT",
        licence="CC-BY-4.0",
        publisher="Us",
        requires={"two": ">=1,<2"},
    )
    before = content_digest(named_paths(package))
    (package / MANIFEST).write_text(manifest("one", version="1.3.0"))
    assert content_digest(named_paths(package)) != before


MISTAKES = {
    "no TOML": ("name = one\n", "This is not TOML", 1),
    "an unknown key": (manifest("one", licens="x"), "no key 'licens'; did you mean licence?", 5),
    "no namespace": ('name = "one"\nversion = "1"\ntitle = "x"\n', "has no namespace", 0),
    "a version that is none": (manifest("one", version="new"), "'new' is no version", 2),
    "a name that is none": (manifest("One Two"), "is no name of a package", 1),
    "a namespace without its end": (manifest("one", namespace="https://example.org/one"), "is no namespace", 3),
    "an empty title": (manifest("one", title=""), "title is empty", 4),
    "a number for text": (manifest("one").replace('"1.2.0"', "1.2"), "version is a number, not text", 2),
    "requires that is no table": (manifest("one").replace("[requires]", 'requires = "two"'), "requires is no table", 5),
    "a requirement that is none": (manifest("one", {"two": "new"}), "versions of two that fit cannot be read: 'new'", 6),
    "a language that is none": (manifest("one", language="?"), "is no language", 5),
}


@pytest.mark.parametrize(("text", "told", "line"), MISTAKES.values(), ids=MISTAKES)
def test_a_manifest_that_is_not_understood_is_refused_at_its_line(text: str, told: str, line: int, tmp_path: Path) -> None:
    package = write(tmp_path, "one", text)
    with pytest.raises(KnowledgeError) as raised:
        load_knowledge(named_paths(package))
    assert told in raised.value.what
    assert (raised.value.line, raised.value.kind) == (line, "bad-manifest")
    assert raised.value.where == f"folder-one/{MANIFEST}" + (f":{line}" if line else "")
    assert raised.value.mend


def refused(folders: list[Path]) -> KnowledgeError:
    """Why folders do not load, in whatever order."""
    texts = set()
    for order in (folders, folders[::-1]):
        with pytest.raises(KnowledgeError) as raised:
            load_knowledge(named_paths(*order))
        texts.add(str(raised.value))
    assert len(texts) == 1
    return raised.value


def test_what_is_required_has_to_be_there_in_a_version_that_fits(tmp_path: Path) -> None:
    two = write(tmp_path, "two")
    one = write(tmp_path, "one", manifest("one", {"two": ">=2"}))
    told = refused([one])
    assert (told.what, told.where) == ("one requires two, which is not loaded.", f"folder-one/{MANIFEST}:6")
    told = refused([one, two])
    assert told.what == "one requires two >=2; what is loaded has version 1.2.0."
    assert told.kind == "unmet-requirement"
    (one / MANIFEST).write_text(manifest("one", {"two": ">=1.2,<2"}))
    assert load_knowledge(named_paths(one, two)).rules


def test_packages_do_not_require_each_other_in_a_circle(tmp_path: Path) -> None:
    names = {"one": "two", "two": "three", "three": "one"}
    folders = [write(tmp_path, name, manifest(name, {other: ""})) for name, other in names.items()]
    told = refused(folders)
    assert told.what == "Packages require each other: one requires two requires three requires one."
    assert told.where == f"folder-one/{MANIFEST}:6"


def test_two_packages_of_one_name_do_not_load(tmp_path: Path) -> None:
    one, two = write(tmp_path, "one"), write(tmp_path, "two", manifest("one", namespace=OWN.format("two")))
    told = refused([one, two])
    assert told.what == "Two packages are called one: this one and folder-one."


@pytest.mark.parametrize(
    ("space", "holder"),
    [
        ("https://example.org/one/two/", "the package one"),
        ("https://example.org/", "the package one"),
        ("https://w3id.org/spinegraph/rule/two/", "the prefix rule:"),
        ("http://www.w3.org/ns/shacl#", "the prefix sh:"),
    ],
)
def test_a_namespace_in_that_of_another_is_refused(space: str, holder: str, tmp_path: Path) -> None:
    one, two = write(tmp_path, "one"), write(tmp_path, "two", manifest("two", namespace=space))
    assert f"The namespace {space} overlaps that of {holder}" in refused([one, two]).what


def test_rules_shapes_and_passages_stand_below_the_namespace(tmp_path: Path) -> None:
    stray = 'shape:Stray a sh:NodeShape ; rdfs:label "stray"@en ; core:present own:Cough .\n'
    told = refused([write(tmp_path, "one", more=stray)])
    assert told.what == "shape:Stray does not lie below the namespace of its package, https://example.org/one/."
    assert (told.kind, told.where) == ("outside-namespace", "all.ttl:15")


def test_what_is_used_of_another_package_is_required(tmp_path: Path) -> None:
    two = write(tmp_path, "two")
    using = (
        'own:Both a sh:NodeShape ; rdfs:label "both"@en ; core:present own:Cough ;'
        " sh:node [ core:present <https://example.org/two/Cough> ] .\n"
    )
    one = write(tmp_path, "one", more=using)
    told = refused([one, two])
    assert told.what == "one uses https://example.org/two/Cough of the package two, which it does not require."
    (one / MANIFEST).write_text(manifest("one", {"two": ""}))
    assert load_knowledge(named_paths(one, two)).rules


def test_a_package_without_a_manifest_is_named_by_its_folder_and_has_no_version(tmp_path: Path) -> None:
    plain = tmp_path / "plain" / "ontology"
    plain.mkdir(parents=True)
    (plain / "findings.ttl").write_text(f"{HEAD}\n{TEXTS['ontology/measurements.ttl']}")
    one = write(tmp_path, "one", manifest("one", {"plain": ""}))
    assert load_knowledge(named_paths(one, plain.parent)).rules
    (one / MANIFEST).write_text(manifest("one", {"plain": ">=1"}))
    assert "what is loaded has no manifest and no version" in refused([one, plain.parent]).what


def test_validation_says_the_same(tmp_path: Path) -> None:
    package = write(tmp_path, "one", manifest("one", {"two": ""}), more='shape:Stray a sh:NodeShape ; rdfs:label "x"@en .\n')
    report = validate(read_content([package], [package], root=tmp_path), only=("loading",))
    told = {(one.id, str(one.place)) for one in report.diagnostics}
    assert {("SG106", f"folder-one/{MANIFEST}:6"), ("SG210", "folder-one/shapes/all.ttl:15:1")} <= told


def test_a_name_of_the_own_namespace_that_nothing_describes_is_told_with_the_nearest(tmp_path: Path) -> None:
    package = write(tmp_path, "one", more='own:Bad a owl:Class ; rdfs:subClassOf own:Couhg ; rdfs:label "bad"@en .\n')
    report = validate(read_content([package], [package], root=tmp_path), only=("names",))
    assert [one.what for one in report.diagnostics if one.id == "SG202"] == [
        "rdfs:subClassOf names https://example.org/one/Couhg, which nothing describes; did you mean https://example.org/one/Cough?"
    ]


def test_two_passages_of_one_id_are_refused(tmp_path: Path) -> None:
    twin = 'own:text2 a core:Source ; dcterms:identifier "two" ; dcterms:title "x"@en ; core:reviewStatus "pending" ;'
    twin += ' core:reviewNote "x"@en ; core:fileName "x.txt" .\n<https://example.org/one/other/two-L1> a core:Passage ;'
    twin += ' core:source own:text2 ; dcterms:identifier "two-L1" ; core:paraphrase "x"@en .\n'
    told = refused([write(tmp_path, "one", more=twin), write(tmp_path, "two")])
    assert "have the same local name" in told.what


def test_versions() -> None:
    assert fits("1.10", ">=1.9")
    assert not fits("", ">=0")
