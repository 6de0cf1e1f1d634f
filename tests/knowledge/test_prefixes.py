"""Prefixes: slips are found at their line, and what is nobody's slip is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.prefixes import misdeclared_prefix
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES


@pytest.mark.parametrize(
    ("name", "given", "meant"),
    [
        ("core", "http://w3id.org/spinegraph/core/", PREFIXES["core"]),
        ("core", f"{BASE}core#", PREFIXES["core"]),
        ("f", f"{BASE}Finding/", PREFIXES["finding"]),
        ("finding", f"{BASE}findings/", PREFIXES["finding"]),
        ("finding", f"{BASE}condition/", PREFIXES["finding"]),
        ("passage", f"{BASE}passage", PREFIXES["passage"]),
        ("sh", "https://www.w3.org/ns/shacl#", PREFIXES["sh"]),
        ("sh", "http://www.w3.org/ns/shex#", PREFIXES["sh"]),
        ("s", "http://www.w3.org/2004/02/skos/core", PREFIXES["skos"]),
        ("dcterms", "http://purl.org/dc/elements/1.1/", PREFIXES["dcterms"]),
    ],
)
def test_a_slip_is_told_with_what_is_meant(name: str, given: str, meant: str) -> None:
    found = misdeclared_prefix({"ok": PREFIXES["owl"], name: given})
    assert found == (name, given, meant)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *PREFIXES.items(),
        ("", PREFIXES["core"]),
        ("f", PREFIXES["finding"]),
        ("rule", "http://www.w3.org/2003/11/swrl#"),
        ("source", "https://example.org/source/"),
        ("dc", "http://purl.org/dc/elements/1.1/"),
        ("xl", "http://www.w3.org/2008/05/skos-xl#"),
        ("org", "http://www.w3.org/ns/org#"),
        ("ours", f"{BASE}anything/"),
        ("base", BASE),
    ],
)
def test_what_is_nobodys_slip_is_left_alone(name: str, given: str) -> None:
    assert misdeclared_prefix({name: given}) is None


@pytest.mark.parametrize("written", ["PREFIX skos: <{}>", "@prefix skos: <{}> .", "prefix  skos:<{}>"])
def test_the_line_is_that_of_the_declaration(written: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(f"# skos: is below\nPREFIX a: <urn:a>\n  {written.format('http://www.w3.org/2004/02/skos/core')}\n")
    with pytest.raises(KnowledgeError, match=r"where <http://www\.w3\.org/2004/02/skos/core#> is meant") as caught:
        read_triples(path, 0)
    assert (caught.value.kind, caught.value.line, caught.value.column) == ("misdeclared-prefix", 3, 3)
