"""One code behind two prefixes was two codes: which finding a patient had depended on how it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Codebook, KnowledgeError, UnknownCodeError, load_knowledge, make_case, make_codebook
from spinegraph.engine.knowledge.build.mapping_table import same_code

from tests.small import write_small

SYSTEMS = {
    "snomedct": "http://snomed.info/id/",
    "SCTID": "http://snomed.info/id/",
    "sct": "https://snomed.info/id",
    "hp": "http://purl.obolibrary.org/obo/HP_",
    "loc": "http://example.org/codes#",
}
OURS = {name: f"https://w3id.org/spinegraph/{name}/" for name in ("finding", "core")} | {
    "skos": "http://www.w3.org/2004/02/skos/core#"
}
SAME = (
    "snomedct:4", "SNOMEDCT:4", "SCTID:4", "sctid:4", "sct:4", "http://snomed.info/id/4", "https://snomed.info/id/4",
    "HTTP://SNOMED.INFO/ID/4",
)  # fmt: skip


def _codebook(
    folder: Path, *rows: tuple[str, str, str], more: tuple[tuple[str, str, str], ...] = (), systems: dict[str, str] = SYSTEMS
) -> Codebook:
    write_small(folder)
    _write(folder / "ontology" / "mappings.sssom.tsv", rows, SYSTEMS)
    if more:
        _write(folder / "ontology" / "more.sssom.tsv", more, systems)
    paths = (path for path in sorted(folder.rglob("*")) if path.suffix in (".ttl", ".tsv"))
    return make_codebook(load_knowledge(paths))


def _write(path: Path, rows: tuple[tuple[str, str, str], ...], systems: dict[str, str]) -> None:
    head = ["# curie_map:", *(f"#   {prefix}: {namespace}" for prefix, namespace in {**OURS, **systems}.items())]
    path.write_text("\n".join([*head, "subject_id\tpredicate_id\tobject_id", *map("\t".join, rows), ""]), encoding="utf-8")


@pytest.mark.parametrize("written", SAME)
def test_a_code_may_be_written_with_every_prefix_and_as_an_iri(written: str, tmp_path: Path) -> None:
    codebook = _codebook(tmp_path, ("finding:Fever", "skos:exactMatch", "snomedct:4"))
    assert make_case({"present": [written]}, codebook).present == ("fever",)


@pytest.mark.parametrize(
    ("code", "iri"), [("hp:0001945", "http://purl.obolibrary.org/obo/HP_0001945"), ("loc:N1", "http://example.org/codes#N1")]
)
def test_namespaces_may_end_as_they_like(code: str, iri: str, tmp_path: Path) -> None:
    codebook = _codebook(tmp_path, ("finding:Fever", "skos:exactMatch", code))
    for written in (code, code.upper(), iri):
        assert make_case({"present": [written]}, codebook).present == ("fever",)


@pytest.mark.parametrize("second", ["SCTID:4", "sct:4", "snomedct:4", "SNOMEDCT:4".lower()])
@pytest.mark.parametrize("apart", [False, True], ids=["one table", "two tables"])
def test_a_code_that_is_exact_for_two_counts_for_neither_however_it_is_written(second: str, apart: bool, tmp_path: Path) -> None:
    rows = (("finding:Fever", "skos:exactMatch", "snomedct:4"), ("finding:Drooling", "skos:exactMatch", second))
    codebook = _codebook(tmp_path, rows[0], more=rows[1:]) if apart else _codebook(tmp_path, *rows)
    for written in SAME:
        with pytest.raises(UnknownCodeError) as refused:
            make_case({"present": [written]}, codebook)
        assert {*refused.value.unknown[written]} == {"fever", "drooling"}


def test_a_prefix_that_stands_for_two_systems_is_refused(tmp_path: Path) -> None:
    more = (("finding:Drooling", "skos:exactMatch", "loc:9"),)
    with pytest.raises(KnowledgeError, match=r"The prefix loc stands for 'http://example\.org/other/' here"):
        _codebook(
            tmp_path, ("finding:Fever", "skos:exactMatch", "loc:1"), more=more, systems={"loc": "http://example.org/other/"}
        )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://snomed.info/id/4", "http://snomed.info/sct/4"),
        ("http://snomed.info/id/4", "HTTPS://www.snomed.info:443/id//4"),
        ("http://snomed.info/id/4", "http://snomed.info/sct|4"),
        ("http://snomed.info/id/4", "urn:oid:2.16.840.1.113883.6.96:4"),
        ("http://snomed.info/id/4", "http://purl.bioontology.org/ontology/SNOMEDCT/4"),
        ("http://loinc.org/8310-5", "http://loinc.org/rdf/8310-5"),
        ("http://loinc.org/8310-5", "urn:oid:2.16.840.1.113883.6.1.8310-5"),
        ("http://hl7.org/fhir/sid/icd-10-cm#M54.5", "urn:oid:2.16.840.1.113883.6.90/m54.5"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm/5640", "http://purl.bioontology.org/ontology/RXNORM/5640"),
    ],
)
def test_a_system_has_several_namespaces(first: str, second: str) -> None:
    assert same_code(first, {}) == same_code(second, {})
    assert same_code(first, {}) != same_code(f"{second}1", {})


def test_names_of_ours_are_never_codes_of_others(tmp_path: Path) -> None:
    codebook = _codebook(tmp_path, ("finding:Drooling", "skos:exactMatch", "finding:Fever"))
    assert make_case({"present": ["finding:Fever"]}, codebook).present == ("fever",)
