"""The header of an ontology may say who made it, by ORCID and ROR, of which version it is, and of which it was one."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.validate import validate

from tests.authoring.guideline import write_good
from tests.small import HEAD

ONTOLOGY = "<https://w3id.org/spinegraph/ontology/sore-throat>"
HEADER = f"""
{ONTOLOGY} a owl:Ontology ; dcterms:title "Sore throat"@en ; dcterms:modified "2026-11-29" ; owl:versionInfo "0.2.0" ;
    dcterms:creator <https://orcid.org/0000-0002-1825-0097> ; dcterms:publisher <https://ror.org/05dxps055> ; MORE .
"""
VERSIONS = f"owl:versionIRI {ONTOLOGY[:-1]}/0.2.0> ; owl:priorVersion {ONTOLOGY[:-1]}/0.1.0>"


def errors(folder: Path, more: str) -> list[str]:
    write_good(folder)
    (folder / "ontology/header.ttl").write_text(f"{HEAD}\n{HEADER.replace('MORE', more)}", encoding="utf-8")
    report = validate(read_content([folder], root=folder), only={"names", "vocabulary"})
    return [found.id for found in report.diagnostics if found.severity == "error"]


def test_makers_and_versions_can_be_said(tmp_path: Path) -> None:
    assert errors(tmp_path, VERSIONS) == []


def test_what_is_imported_has_to_be_there(tmp_path: Path) -> None:
    """A version may be one that nobody reads here; an import may not."""
    assert errors(tmp_path, f"owl:imports {ONTOLOGY[:-1]}/elsewhere>") == ["SG202"]
