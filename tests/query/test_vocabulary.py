"""The vocabulary table of docs/query.md: every term that it names is declared, and every example finds something."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from spinegraph.api.sparql_settings import derived_graph, served_files
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, expand
from spinegraph.engine.query.dataset import load_stores, take_snapshot

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "query.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Vocabulary\n")[2].partition("\n## In an ontology editor")[0]
EXAMPLES = re.findall(r"^\| .+ \| `([^`]+)` \|$", SECTION.partition("\n## ")[0], re.MULTILINE)
HEAD = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in {**PREFIXES, "sssom": "https://w3id.org/sssom/"}.items())


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return load_stores(take_snapshot(served_files(), derived_graph()).quads).union


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_finds_something(example: str, store: ox.Store) -> None:
    pattern = example.replace("\\|", "|")
    assert store.query(f"{HEAD}ASK {{ {pattern} }}")


def test_every_term_is_declared() -> None:
    graph = read_graph()
    names = set(re.findall(r"(?<![\w/])core:([A-Za-z][\w-]*)", SECTION)) - {"topic-T"}
    assert len(names) > 60
    assert [name for name in sorted(names) if not graph.predicates(expand(f"core:{name}"))] == []


def test_the_table_has_every_property_of_the_derived_graph() -> None:
    named = set(re.findall(r"core:(\w+)", SECTION))
    assert {triple.predicate.value.rpartition("/")[2] for triple in derived_graph()} <= named
