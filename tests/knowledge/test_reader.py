"""Reading Turtle files: digests, places of statements, lists, names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from spinegraph.engine.errors import KnowledgeError, TurtleSyntaxError
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.files import (
    SHARED_TABLE,
    VOCABULARY,
    content_digest,
    knowledge_paths,
    own_paths,
    schema_paths,
    shipped_paths,
)
from spinegraph.engine.knowledge.turtle.graph import Graph, read_graph
from spinegraph.engine.knowledge.turtle.positions import positions_of
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import Text, expand, local_name, shorten

from tests.small import HEAD, TEXTS, write_small

XSD_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def graph_of(folder: Path, text: str) -> Graph:
    """The graph of one file `given.ttl`: prefixes on line 1, `text` from line 2."""
    path = folder / "given.ttl"
    path.write_text(f"{HEAD}\n{text}", encoding="utf-8")
    return read_graph((path,))


# Digest --------------------------------------------------------------------------------------


def test_the_same_files_elsewhere_have_the_same_digest(tmp_path: Path, small_paths: tuple[Path, ...]) -> None:
    assert content_digest(write_small(tmp_path)) == content_digest(small_paths)


def test_the_digest_depends_on_neither_the_order_nor_the_age_of_files(tmp_path: Path) -> None:
    paths = write_small(tmp_path)
    before = content_digest(paths)
    for path in paths:
        os.utime(path, (0, 0))
    assert content_digest(reversed(paths)) == before


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_one_changed_byte_in_any_file_changes_the_digest(name: str, tmp_path: Path) -> None:
    paths = write_small(tmp_path)
    before = content_digest(paths)
    path = tmp_path / name
    original = path.read_bytes()
    path.write_bytes(original + b"\n")
    changed = content_digest(paths)
    path.write_bytes(original)
    assert changed != before
    assert content_digest(paths) == before


def test_bytes_that_move_from_one_file_to_another_change_the_digest(tmp_path: Path) -> None:
    first, second = tmp_path / "a.ttl", tmp_path / "b.ttl"
    first.write_text("# one")
    second.write_text("# two")
    before = content_digest((first, second))
    first.write_text("# two")
    second.write_text("# one")
    assert content_digest((first, second)) != before


def test_a_graph_carries_the_digest_of_its_files(small_paths: tuple[Path, ...]) -> None:
    digest = read_graph(small_paths).digest
    assert digest == content_digest(small_paths)
    assert digest.startswith("sha256:")
    assert len(digest) == len("sha256:") + 64


# Which files ---------------------------------------------------------------------------------


def test_authoring_shapes_and_other_suffixes_are_no_knowledge(tmp_path: Path) -> None:
    paths = write_small(tmp_path, more={"shapes/authoring/labels.ttl": "shape:Label a sh:NodeShape ."})
    (tmp_path / "ontology" / "notes.txt").write_text("no Turtle")
    names = {path.relative_to(tmp_path).as_posix() for path in own_paths(tmp_path / "ontology", tmp_path / "shapes")}
    assert names == {*TEXTS, "ontology/core.ttl", "shapes/criteria.ttl"}
    assert set(paths) >= {tmp_path / name for name in names}


def test_the_schema_comes_with_the_tool_unless_a_folder_has_its_own(tmp_path: Path) -> None:
    brought = set(write_small(tmp_path)) - set(own_paths(tmp_path))
    assert {path.name for path in brought} == {"case.ttl", VOCABULARY, SHARED_TABLE}
    assert brought <= set(schema_paths())
    whole = content_digest(knowledge_paths(tmp_path))
    (tmp_path / "ontology" / "core.ttl").unlink()
    (tmp_path / "shapes" / "criteria.ttl").unlink()
    assert set(knowledge_paths(tmp_path)) - set(own_paths(tmp_path)) == set(schema_paths())
    assert content_digest(knowledge_paths(tmp_path)) == whole
    assert load_knowledge(knowledge_paths(tmp_path)).rules


def test_a_folder_without_knowledge_gets_no_schema_either(tmp_path: Path) -> None:
    assert knowledge_paths(tmp_path) == ()


def test_the_schema_is_part_of_what_is_shipped_once() -> None:
    assert [path for path in shipped_paths() if path in schema_paths()] == list(schema_paths())


def test_the_shipped_files_are_ontology_and_shapes_without_the_authoring_shapes() -> None:
    paths = shipped_paths()
    assert {path.name for path in paths} >= {"core.ttl", "findings.ttl", "inferred.ttl", "criteria.ttl", "common.ttl"}
    assert all(path.suffix in (".ttl", ".tsv") for path in paths)
    assert not any("authoring" in path.parts for path in paths)


# Where a statement stands --------------------------------------------------------------------

SUBJECTS = """
shape:A a sh:NodeShape ;
    sh:or ( [ core:present finding:A ]
            [ core:present finding:B ] ) .

shape:C
    a sh:NodeShape ; rdfs:label "c"@en .
shape:A rdfs:label "said later"@en .
"""


@pytest.mark.parametrize(
    ("subject", "where"),
    [("shape:A", "given.ttl:3"), ("shape:C", "given.ttl:7"), ("shape:Unheard", "shape:Unheard")],
)
def test_a_subject_is_found_where_it_is_first_named(subject: str, where: str, tmp_path: Path) -> None:
    assert graph_of(tmp_path, SUBJECTS).where(expand(subject)) == where


def test_a_blank_node_is_found_where_it_is_written(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, SUBJECTS)
    head = graph.iri(expand("shape:A"), "sh:or")
    members = list(graph.items(head))
    assert len(members) == 2
    assert [graph.where(str(member)) for member in members] == ["given.ttl:4", "given.ttl:5"]
    assert graph.where(head) == "given.ttl:4"


def test_a_subject_in_several_files_is_found_in_the_first(tmp_path: Path) -> None:
    texts = {"a.ttl": "\nshape:A a sh:NodeShape .", "b.ttl": "shape:A rdfs:label 'a' ."}
    for name, text in texts.items():
        (tmp_path / name).write_text(f"{HEAD}\n{text}")
    assert read_graph((tmp_path / "a.ttl", tmp_path / "b.ttl")).where(expand("shape:A")) == "a.ttl:3"
    assert read_graph((tmp_path / "b.ttl", tmp_path / "a.ttl")).where(expand("shape:A")) == "b.ttl:2"


@pytest.mark.parametrize(
    ("concept", "file"),
    [
        ("finding:Fever", "findings.ttl"),
        ("condition:StrepThroat", "conditions.ttl"),
        pytest.param(
            "intervention:Penicillin",
            "interventions.ttl",
        ),
    ],
)
def test_a_concept_is_found_where_an_author_wrote_it_and_not_in_the_generated_file(
    concept: str, file: str, small_paths: tuple[Path, ...]
) -> None:
    assert read_graph(small_paths).where(expand(concept)).split(":")[0] == file


# Files that cannot be read -------------------------------------------------------------------

LEFT_UNREAD = " Everything after that place was left unread."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "shape:A rdfs:label 'x' ;\n    core:present .\n",
            "given.ttl:3: Parser error at line 3 column 18: . is not a valid RDF object (column 18)\n"
            "  Write what is stated after the property, before the dot.",
        ),
        (
            "shape:A a foo:B .",
            "given.ttl:2: Parser error at line 2 between columns 11 and 16: The prefix foo: has not been declared (column 11)\n"
            "  Add PREFIX foo: <…> at the top of the file.",
        ),
        (
            '\nshape:A rdfs:label "x .\n',
            "given.ttl:3: Parser error between line 3 column 20 and line 4 column 1: Unexpected end of file (column 20)\n"
            '  Close the text that begins there with ".',
        ),
        (
            "<a> a <b> .",
            "given.ttl:2: Parser error at line 2 between columns 1 and 4: No scheme found in an absolute IRI (column 1)\n"
            "  Write the whole IRI between < and >, or a name with a prefix, such as finding:Name.",
        ),
    ],
    ids=["no object", "undeclared prefix", "open string", "relative IRI"],
)
def test_a_syntax_error_is_told_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TurtleSyntaxError) as caught:
        graph_of(tmp_path, text)
    assert str(caught.value) == message + LEFT_UNREAD


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.ttl"
    path.write_bytes(HEAD.encode() + b"\nshape:A rdfs:label '\xe9' .\n")
    with pytest.raises(TurtleSyntaxError, match=r"^latin\.ttl:2: Parser error at line 2 column 21: Invalid UTF-8"):
        read_graph((path,))


def test_a_quoted_triple_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TurtleSyntaxError, match=r"^given\.ttl:2: This is RDF 1\.2 \(<<\)"):
        graph_of(tmp_path, "shape:A rdfs:seeAlso <<( shape:A a shape:B )>> .")


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"gone\.ttl"):
        read_graph((tmp_path / "gone.ttl",))


# Lists and literals --------------------------------------------------------------------------


def test_a_list_gives_its_members_in_order(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "shape:A sh:in ( 2 'c'@de shape:B 'd' ) .")
    members = list(graph.items(graph.iri(expand("shape:A"), "sh:in")))
    assert members == [
        Text("2", "", XSD_INTEGER),
        Text("c", "de", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"),
        expand("shape:B"),
        Text("d", "", "http://www.w3.org/2001/XMLSchema#string"),
    ]


def test_an_empty_list_has_no_members(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "shape:A sh:in () .")
    assert list(graph.items(graph.iri(expand("shape:A"), "sh:in"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "shape:A sh:in shape:B . shape:B rdf:first 1 ; rdf:rest shape:B .",
        "shape:A sh:in shape:B . shape:B rdf:first 1 ; rdf:rest shape:Nowhere .",
        "shape:A sh:in shape:B . shape:B rdf:first 1 .",
    ],
    ids=["circle", "leads nowhere", "no rest"],
)
def test_a_list_without_end_is_refused(text: str, tmp_path: Path) -> None:
    graph = graph_of(tmp_path, text)
    with pytest.raises(KnowledgeError, match="A list is broken: it has no end"):
        list(graph.items(expand("shape:B")))


def test_text_is_taken_in_its_language_else_without_any(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, "shape:A rdfs:label 'plain' , 'English'@en , 'patient'@en-x-patient ; rdfs:comment 'deutsch'@de .")
    iri = expand("shape:A")
    assert graph.text(iri, "rdfs:label") == "English"
    assert graph.text(iri, "rdfs:label", "en-x-patient") == "patient"
    assert graph.text(iri, "rdfs:label", "fr") == "plain"
    assert graph.text(iri, "rdfs:comment") == ""
    assert set(graph.texts(iri, "rdfs:label")) == {"English", "plain"}


def test_blank_nodes_of_different_files_stay_apart(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.ttl").write_text(f"{HEAD}\nshape:{name} sh:node _:same . _:same rdfs:label '{name}' .")
    graph = read_graph((tmp_path / "a.ttl", tmp_path / "b.ttl"))
    for name in "ab":
        assert graph.text(graph.iri(expand(f"shape:{name}"), "sh:node"), "rdfs:label") == name


# Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("curie", "iri"),
    [
        ("finding:Fever", "https://w3id.org/spinegraph/finding/Fever"),
        ("sh:minCount", "http://www.w3.org/ns/shacl#minCount"),
        ("passage:900-L001a", "https://w3id.org/spinegraph/passage/900-L001a"),
    ],
)
def test_a_curie_and_its_iri_lead_to_each_other(curie: str, iri: str) -> None:
    assert expand(curie) == iri
    assert shorten(iri) == curie
    assert local_name(iri) == curie.split(":")[1]


def test_an_iri_without_prefix_stays_as_it_is() -> None:
    assert shorten("urn:example:x") == "urn:example:x"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.ttl", tmp_path / "marked.ttl"
    text = 'PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n<urn:a> rdfs:label "a"@en .\n'
    plain.write_text(text, encoding="utf-8")
    marked.write_text(text, encoding="utf-8-sig")
    assert read_triples(marked, 0) == read_triples(plain, 0)
    assert positions_of(marked, 0) == positions_of(plain, 0)


def test_what_is_hidden_is_no_knowledge(tmp_path: Path) -> None:
    for name in (".venv/ontology/core.ttl", "ontology/.#findings.ttl", "ontology/findings.ttl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    hidden = tmp_path / ".mine"
    (hidden / "ontology").mkdir(parents=True)
    (hidden / "ontology" / "a.ttl").write_text("", encoding="utf-8")
    assert own_paths(tmp_path) == (tmp_path / "ontology" / "findings.ttl",)
    assert own_paths(hidden) == (hidden / "ontology" / "a.ttl",)


def test_what_two_files_call_an_instance_is_one_of_its_class_once(tmp_path: Path) -> None:
    paths = []
    for name in ("first.ttl", "second.ttl"):
        (tmp_path / name).write_text(f"{HEAD}\ncore:thing-a a core:Thing .\n", encoding="utf-8")
        paths.append(tmp_path / name)
    things = read_graph(paths).of_class("core:Thing")
    assert list(things) == [expand("core:thing-a")]
    assert expand("core:thing-a") in things
    assert expand("core:thing-b") not in things
