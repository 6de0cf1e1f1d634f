"""Engines of others end at their limit, and what they say when they fail is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from rdflib import RDF, URIRef

from tests.portable.limited import Failure, answer_of

pytestmark = pytest.mark.slow
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<urn:S> a sh:NodeShape ; sh:targetClass <urn:C> ; sh:rule
    [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate <urn:p> ; sh:object <urn:o> ] ."""


def written(folder: Path, shapes: str) -> tuple[Path, Path]:
    data, rules = folder / "data.ttl", folder / "shapes.ttl"
    data.write_text("<urn:x> a <urn:C> .", encoding="utf-8")
    rules.write_text(shapes, encoding="utf-8")
    return data, rules


def test_what_an_engine_concludes_is_read(tmp_path: Path) -> None:
    found = answer_of("pyshifty", *written(tmp_path, SHAPES), limit=300)
    assert set(found) == {(URIRef("urn:x"), RDF.type, URIRef("urn:C")), (URIRef("urn:x"), URIRef("urn:p"), URIRef("urn:o"))}


def test_an_engine_that_has_no_time_is_ended(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        answer_of("pyshifty", *written(tmp_path, SHAPES), limit=0)
    assert not (tmp_path / "answer.nt").exists()


def test_what_a_failed_engine_said_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="Error: "):
        answer_of("pyshifty", *written(tmp_path, "no Turtle"), limit=300)
