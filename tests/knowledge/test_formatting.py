"""The one normal form of Turtle files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.compare import isomorphic
from spinegraph.engine.errors import TurtleSyntaxError
from spinegraph.engine.knowledge.files import shipped_paths
from spinegraph.engine.knowledge.turtle.formatting import badly_formatted, format_files, format_turtle

from tests.small import HEAD, RULES, SHAPES, TEXTS

pytestmark = pytest.mark.slow

TURTLE = sorted(name for name in TEXTS if name.endswith(".ttl"))
UNORDERED = f"""{HEAD}
shape:Zebra a sh:NodeShape ; sh:node shape:Ant ; rdfs:label "z"@en .
[] a owl:AllDisjointClasses ; owl:members ( finding:B finding:A ) .
shape:Ant rdfs:label "a"@en ; a sh:NodeShape ; sh:or ( [ core:present finding:B ] [ core:present finding:A ] ) .
finding:B a owl:Class .
"""


def subjects_of(text: str) -> list[str]:
    """What stands at the beginning of a line, without the prefixes."""
    return re.findall(r"^(?!PREFIX)([^\s.]+)", text, re.MULTILINE)


@pytest.mark.parametrize("name", TURTLE)
def test_formatting_twice_changes_nothing_more(name: str) -> None:
    once = format_turtle(f"{HEAD}\n{TEXTS[name]}")
    assert format_turtle(once) == once


@pytest.mark.parametrize("name", TURTLE)
def test_formatting_keeps_every_statement(name: str) -> None:
    text = f"{HEAD}\n{TEXTS[name]}"
    assert isomorphic(Graph().parse(data=format_turtle(text), format="turtle"), Graph().parse(data=text, format="turtle"))


def test_subjects_come_in_the_order_of_their_iris_and_blank_nodes_last() -> None:
    assert subjects_of(format_turtle(UNORDERED)) == ["finding:B", "shape:Ant", "shape:Zebra", "[]"]


def test_members_of_a_list_keep_their_order() -> None:
    written = format_turtle(UNORDERED)
    assert re.search(r"owl:members\s*\(\s*finding:B\s+finding:A\s*\)", written)


@settings(max_examples=15)
@given(st.permutations([block for block in f"{SHAPES}\n{RULES}".split(" .\n") if block.strip()]))
def test_the_order_in_which_an_author_writes_makes_no_difference(blocks: list[str]) -> None:
    first = format_turtle(f"{HEAD}\n{SHAPES}\n{RULES}")
    assert format_turtle(HEAD + "\n" + "".join(f"{block} .\n" for block in blocks)) == first


def test_one_more_reference_moves_no_other_subject() -> None:
    before = format_turtle(UNORDERED).splitlines()
    after = format_turtle(f"{UNORDERED}\nshape:Zebra rdfs:seeAlso finding:B .").splitlines()
    assert [line for line in after if line not in before] == ["    rdfs:seeAlso finding:B ;"]
    assert len(after) == len(before) + 1


def test_the_text_ends_with_one_newline_and_names_only_prefixes_that_are_used() -> None:
    written = format_turtle(f"{HEAD}\nfinding:B a owl:Class .")
    assert written == (
        "PREFIX finding: <https://w3id.org/spinegraph/finding/>\n"
        "PREFIX owl: <http://www.w3.org/2002/07/owl#>\n"
        "\n"
        "finding:B\n"
        "    a owl:Class ;\n"
        ".\n"
    )


def test_a_syntax_error_is_told_with_file_and_line() -> None:
    with pytest.raises(TurtleSyntaxError) as caught:
        format_turtle(f"{HEAD}\n\nshape:A a .\n", "given.ttl")
    assert caught.value.where == "given.ttl:3"
    assert caught.value.what.startswith("This is not Turtle: ")
    assert caught.value.mend == "Mend it there."


def test_files_are_rewritten_once_and_only_where_needed(tmp_path: Path) -> None:
    good, bad, table = tmp_path / "good.ttl", tmp_path / "bad.ttl", tmp_path / "table.tsv"
    good.write_text(format_turtle(UNORDERED))
    bad.write_text(UNORDERED)
    table.write_text("a\tb\n")
    paths = (good, bad, table)
    assert badly_formatted(paths) == [bad]
    assert bad.read_text() == UNORDERED
    assert format_files(paths) == [bad]
    assert bad.read_text() == good.read_text()
    assert badly_formatted(paths) == []
    assert format_files(paths) == []


def test_what_the_reasoner_wrote_is_in_normal_form() -> None:
    (inferred,) = (path for path in shipped_paths() if path.name == "inferred.ttl")
    assert badly_formatted((inferred,)) == []


@pytest.mark.parametrize("path", [path for path in shipped_paths() if path.suffix == ".ttl"], ids=lambda path: path.name)
def test_names_that_do_not_matter_change_nothing_but_the_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text(encoding="utf-8")
    if path.parent.name == "sources":

        def never(_: object) -> Graph:
            raise AssertionError("no blank node of a document has to be named")

        monkeypatch.setattr("rdflib.plugins.serializers.longturtle.to_canonical_graph", never)
    else:
        monkeypatch.setattr("spinegraph.engine.knowledge.turtle.formatting._names_matter", lambda _: True)
    assert format_turtle(text, path.name) == text
