"""The line and column on which each statement of a Turtle file stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from spinegraph.engine import shipped_paths
from spinegraph.engine.knowledge.turtle.positions import FIRST, REST, TYPE, Positions, positions_of
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import NIL, Text, shorten

EX = "https://example.org/"
STRING = "http://www.w3.org/2001/XMLSchema#string"

TEXT = '''@prefix ex: <https://example.org/> .

ex:a a ex:Thing ;
    ex:says """one # two
two""" , 'three'@en ;   # ] not the end
    ex:knows [
        ex:says "deep" ;
    ] , [ ex:says "also deep" ] .

PREFIX : <https://example.org/more#>
BASE <https://example.org/>
:b.c ex:says 5.5 , -1 , "2026"^^<http://www.w3.org/2001/XMLSchema#gYear> .
ex:a ex:says "again" .
<d> ex:list ( ex:one [ ex:says "in a list" ] () ) ; ; .
[] ex:says "nobody" ; ex:knows _:x .
_:x ex:says true .
[ ex:says "first" ] ex:says "second" .
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "given.ttl"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "at_predicate", "at_value"),
    [
        (EX + "a", TYPE, EX + "Thing", (3, 6), (3, 8)),
        (EX + "a", EX + "says", Text("one # two\ntwo", "", STRING), (4, 5), (4, 13)),
        (EX + "a", EX + "says", Text("three", "en", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"), (4, 5), (5, 10)),
        (EX + "more#b.c", EX + "says", Text("-1", "", "http://www.w3.org/2001/XMLSchema#integer"), (12, 6), (12, 20)),
        (EX + "more#b.c", EX + "says", Text("2026", "", "http://www.w3.org/2001/XMLSchema#gYear"), (12, 6), (12, 25)),
        (EX + "a", EX + "says", Text("again", "", STRING), (13, 6), (13, 14)),
    ],
)
def test_predicate_and_object_of_a_statement_are_found(
    subject: str, predicate: str, value: str | Text, at_predicate: tuple[int, int], at_value: tuple[int, int], path: Path
) -> None:
    spots = positions_of(path, 0).statements[subject, predicate, value]
    assert (spots.predicate, spots.value) == (at_predicate, at_value)


@pytest.mark.parametrize(
    ("said", "line", "column"),
    [("deep", 7, 17), ("also deep", 8, 19), ("in a list", 14, 32), ("nobody", 15, 12), ("true", 16, 13), ("first", 17, 11)],
)
def test_what_stands_inside_blank_nodes_is_found(said: str, line: int, column: int, path: Path) -> None:
    positions = positions_of(path, 0)
    (spots,) = (spots for (_, _, value), spots in positions.statements.items() if isinstance(value, Text) and value.value == said)
    assert spots.value == (line, column)


def test_members_of_a_list_are_found(path: Path) -> None:
    positions = positions_of(path, 0)
    members = {value: spots.value for (_, predicate, value), spots in positions.statements.items() if predicate == FIRST}
    assert members[EX + "one"] == (14, 15)
    assert members[NIL] == (14, 46)
    assert sum(predicate == REST for _, predicate, _ in positions.statements) == 3


def test_a_subject_stands_where_it_is_first_spoken_of(path: Path) -> None:
    subjects = positions_of(path, 0).subjects
    assert subjects[EX + "a"] == (3, 1)
    assert subjects[EX + "more#b.c"] == (12, 1)
    assert subjects[EX + "d"] == (14, 1)


def test_every_statement_has_a_place(path: Path) -> None:
    assert set(positions_of(path, 0).statements) == set(read_triples(path, 0))


@pytest.mark.parametrize("path", [path for path in shipped_paths() if path.suffix == ".ttl"], ids=lambda path: path.name)
def test_every_statement_of_the_shipped_files_stands_where_it_is_said_to_stand(path: Path) -> None:
    positions: Positions = positions_of(path, 3)
    lines = path.read_text(encoding="utf-8").splitlines()
    triples = read_triples(path, 3)
    assert set(positions.statements) == set(triples)
    for triple in triples:
        spots = positions.statements[triple]
        predicate, value = triple[1:]
        if predicate not in (FIRST, REST):
            written = lines[spots.predicate.line - 1][spots.predicate.column - 1 :]
            assert written.startswith("a" if predicate == TYPE else shorten(predicate))
        written = lines[spots.value.line - 1][spots.value.column - 1 :]
        if isinstance(value, Text):
            assert written.startswith(('"', value.value))
        elif predicate != REST:
            assert written.startswith(("[", "(") if value.startswith("_:") else (shorten(value), f"<{value}>", "()"))


def test_a_file_that_changed_is_read_anew(path: Path) -> None:
    before = positions_of(path, 0).subjects
    path.write_text("\n\n" + TEXT, encoding="utf-8")
    os.utime(path, (1, 1))
    after = positions_of(path, 0).subjects
    assert {name: spot.line for name, spot in after.items()} == {name: spot.line + 2 for name, spot in before.items()}


@pytest.mark.slow
def test_deep_nesting_costs_no_recursion(tmp_path: Path) -> None:
    deep = tmp_path / "deep.ttl"
    depth = 50_000
    deep.write_text(f"<http://x/s> <http://x/p> {'[ <http://x/p> ' * depth}1{' ]' * depth} .", encoding="utf-8")
    assert len(positions_of(deep, 0).statements) == depth + 1
