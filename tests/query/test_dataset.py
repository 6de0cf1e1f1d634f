"""Files become graphs, the same every time."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
from spinegraph.engine.errors import KnowledgeError, TurtleSyntaxError, VocabularyError
from spinegraph.engine.knowledge.files import shipped_paths
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES
from spinegraph.engine.query.dataset import (
    GRAPH_BASE,
    DataFile,
    Snapshot,
    data_file,
    knowledge_files,
    load_store,
    take_snapshot,
)
from spinegraph.engine.query.dumps import export_snapshot

from tests.query.small_graph import EX, write_files


@pytest.fixture(scope="module")
def shipped() -> tuple[DataFile, ...]:
    return knowledge_files(shipped_paths(), [Path(str(files(name))) for name in ("ontology", "shapes")])


@pytest.fixture(scope="module")
def snapshot(shipped: tuple[DataFile, ...]) -> Snapshot:
    return take_snapshot(shipped)


def test_every_file_is_a_graph(shipped: tuple[DataFile, ...], snapshot: Snapshot) -> None:
    assert {counts.iri for counts in snapshot.graphs[1:]} == {file.graph for file in shipped}
    names = {file.graph.removeprefix(GRAPH_BASE) for file in shipped}
    assert {"ontology/findings", "ontology/inferred", "ontology/mappings", "shapes/tensions", "shapes/rules/back-pain"} <= names


def test_the_default_graph_is_the_union(snapshot: Snapshot) -> None:
    store = load_store(snapshot.quads)
    named = {quad.triple for quad in store if quad.graph_name != ox.DefaultGraph()}
    assert {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())} == named
    assert snapshot.graphs[0].triples == len(named)


def test_the_same_files_give_the_same_snapshot(shipped: tuple[DataFile, ...], snapshot: Snapshot) -> None:
    again = take_snapshot(shipped)
    assert (again.digest, again.quads) == (snapshot.digest, snapshot.quads)


def test_mappings_are_triples_with_their_grounds(snapshot: Snapshot) -> None:
    found = load_store(snapshot.quads).query(
        """PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX sssom: <https://w3id.org/sssom/>
        SELECT ?code ?confidence { <https://w3id.org/spinegraph/finding/Fever> skos:exactMatch ?code .
          ?axiom owl:annotatedSource <https://w3id.org/spinegraph/finding/Fever> ; owl:annotatedProperty skos:exactMatch ;
            owl:annotatedTarget ?code ; sssom:confidence ?confidence }"""
    )
    assert "http://snomed.info/id/386661006" in {row["code"].value for row in found}  # type: ignore[union-attr]


def test_a_mapping_with_an_unknown_prefix_is_located(tmp_path: Path) -> None:
    path = tmp_path / "m.sssom.tsv"
    path.write_text("# curie_map:\n#   a: http://a/\nsubject_id\tpredicate_id\tobject_id\na:x\ta:y\tb:z\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="'b:z'") as error:
        take_snapshot([DataFile(path=path, graph="http://g")])
    assert error.value.where == "m.sssom.tsv:4"


@pytest.mark.parametrize(
    ("name", "text", "graphs"),
    [
        ("x.ttl", "<#a> <http://p> [ <http://p> 1 ] .", {f"{GRAPH_BASE}data/x"}),
        ("x.nt", "<http://a> <http://p> _:x .", {f"{GRAPH_BASE}data/x"}),
        ("x.nq", "<a:a> <a:p> <a:x> <http://g> .\n<a:a> <a:p> <a:y> .", {"http://g", f"{GRAPH_BASE}data/x"}),
        ("x.trig", "GRAPH <http://g> { <http://a> <http://p> 1 }", {"http://g"}),
        ("x.jsonld", '{"@id": "http://a", "http://p": 1}', {f"{GRAPH_BASE}data/x"}),
    ],
)  # fmt: skip
def test_data_of_every_format(name: str, text: str, graphs: set[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    snapshot = take_snapshot([data_file(tmp_path / name)])
    assert {counts.iri for counts in snapshot.graphs[1:]} == graphs


def test_data_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<a:b> <a:c>\n;;; .", encoding="utf-8")
    with pytest.raises(TurtleSyntaxError) as error:
        take_snapshot([data_file(tmp_path / "bad.ttl")])
    assert error.value.where == "bad.ttl:2"
    with pytest.raises(KnowledgeError, match="no such file"):
        data_file(tmp_path / "none.ttl")
    with pytest.raises(KnowledgeError, match="no RDF file"):
        data_file(tmp_path / "x.docx")
    with pytest.raises(KnowledgeError, match="no absolute IRI"):
        data_file(tmp_path / "bad.ttl", "not an iri")
    (tmp_path / "remote.jsonld").write_text('{"@context": "http://127.0.0.1:9/x", "http://p": 1}', encoding="utf-8")
    with pytest.raises(TurtleSyntaxError, match="never fetched") as error:
        take_snapshot([data_file(tmp_path / "remote.jsonld")])
    assert error.value.where == "remote.jsonld"


def test_a_file_of_any_name_has_a_graph(tmp_path: Path) -> None:
    path = tmp_path / "my päti<ents>.ttl"
    path.write_text("<http://a> <http://p> 1 .", encoding="utf-8")
    snapshot = take_snapshot([data_file(path)])
    assert snapshot.graphs[1].iri == f"{GRAPH_BASE}data/my%20p%C3%A4ti%3Cents%3E"


@pytest.mark.parametrize("kind", ["nq", "trig", "ttl"])
def test_an_export_loads_elsewhere_as_what_it_was(kind: str, tmp_path: Path) -> None:
    snapshot = take_snapshot(write_files(tmp_path))
    written = export_snapshot(snapshot, kind, tmp_path / "out", PREFIXES)  # type: ignore[arg-type]
    found = [quad for path in written for quad in ox.parse(path=str(path))]
    assert len(found) == sum(counts.triples for counts in snapshot.graphs[1:])
    if kind == "ttl":
        assert {path.read_text().split("\n")[0] for path in written} == {f"# Graph: <{EX}one>", f"# Graph: <{EX}two>"}
        assert {path.name for path in written} == {"http---example.org-one.ttl", "http---example.org-two.ttl"}
    else:
        assert {str(quad.graph_name) for quad in found} == {f"<{EX}one>", f"<{EX}two>"}


def test_what_is_derived_is_a_graph_of_its_own_and_in_the_union(tmp_path: Path) -> None:
    fever = ox.NamedNode("https://w3id.org/spinegraph/finding/Fever")
    derived = ox.Triple(fever, ox.NamedNode(f"{BASE}core/redFlagOf"), ox.NamedNode(f"{BASE}source/s"))
    (tmp_path / "stated.nt").write_text(f"{fever} <urn:p> <urn:o> .\n", encoding="utf-8")
    snapshot = take_snapshot([data_file(tmp_path / "stated.nt")], [derived])
    assert [(counts.iri, counts.triples) for counts in snapshot.graphs] == [
        ("", 2), (f"{GRAPH_BASE}data/stated", 1), (f"{GRAPH_BASE}derived", 1),
    ]  # fmt: skip
    assert ox.Quad(fever, derived.predicate, derived.object) in load_store(snapshot.quads)
