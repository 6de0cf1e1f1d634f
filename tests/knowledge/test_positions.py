"""The line on which each statement of a Turtle file stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.knowledge.positions import line_of, statement_lines
from engine.knowledge.reader import read_graph

TEXT = '''@prefix ex: <https://example.org/> .

ex:a a ex:Thing ;
    ex:says """one
two""" ;
    ex:knows [
        ex:says "deep" ;
    ] .

ex:b ex:says 5 .
ex:a ex:says "again" .
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "given.ttl"
    path.write_text(TEXT, encoding="utf-8")
    return path


def _iri(name: str) -> str:
    return f"<https://example.org/{name}>"


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "line"),
    [
        ("a", "says", '"""one\ntwo"""', 5),
        ("a", "says", '"again"', 11),
        ("b", "says", '"5"^^<http://www.w3.org/2001/XMLSchema#integer>', 10),
    ],
)
def test_a_statement_stands_on_the_line_where_its_object_ends(
    subject: str, predicate: str, value: str, line: int, path: Path
) -> None:
    assert statement_lines(path)[_iri(subject), _iri(predicate), value] == line


def test_every_statement_has_a_line(path: Path) -> None:
    lines = statement_lines(path)
    assert len(lines) == 6
    assert sorted(lines.values()) == [3, 5, 7, 8, 10, 11]


def test_a_file_that_changed_is_read_anew(path: Path) -> None:
    before = statement_lines(path)
    path.write_text("\n\n" + TEXT, encoding="utf-8")
    os.utime(path, (1, 1))
    assert sorted(statement_lines(path).values()) == [line + 2 for line in sorted(before.values())]


@pytest.mark.parametrize(("name", "line"), [("a", 3), ("b", 10), ("c", None)])
def test_a_subject_stands_on_the_line_of_its_first_statement(name: str, line: int | None, path: Path) -> None:
    assert line_of(path, f"https://example.org/{name}", {}) == line


def test_a_blank_node_stands_where_the_subject_does_that_leads_to_it(path: Path) -> None:
    graph = read_graph((path,))
    triples = {subject: graph.predicates(subject) for subject in ("https://example.org/a",)}
    (blank,) = (value for value in triples["https://example.org/a"]["https://example.org/knows"] if isinstance(value, str))
    assert line_of(path, blank, triples) == 3


@pytest.mark.parametrize("triples", [{}, {"_:x": {"p": ["_:y"]}, "_:y": {"p": ["_:x"]}}], ids=["orphan", "circle"])
def test_a_blank_node_that_nothing_leads_to_has_no_line(triples: dict[str, dict[str, list[str]]], path: Path) -> None:
    assert line_of(path, "_:x", triples) is None
