"""`format` rewrote bad literals into good ones, so that nobody saw them any more, and failed at blank nodes in a circle."""

from __future__ import annotations

import itertools
import re

import pyoxigraph as ox
import pytest
from spinegraph.engine import TurtleSyntaxError
from spinegraph.engine.knowledge.turtle import formatting
from spinegraph.engine.knowledge.turtle.formatting import format_turtle

HEAD = "PREFIX ex: <http://example.org/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
LITERALS = (
    '"2026-08-16T12:05:34Z"^^xsd:date', '"2024-01-01+14:00"^^xsd:date', '"2024-02-30"^^xsd:date', '"P6W"^^xsd:duration',
    '"P30D"^^xsd:duration', "007", "+5", "-0", "5.0", "05.50", ".5", "1e3", "1E+03", "1.0e0", '"5"^^xsd:decimal',
    '" 5 "^^xsd:integer', '"abc"^^xsd:integer', '"1"^^xsd:boolean', "true", '"TRUE"^^xsd:boolean', '"INF"^^xsd:double',
    '"٥٤"^^xsd:integer', '"x"@de-AT', '"x"', '""', '"a\\"b\\\\c\\td"', '"a\\nb\\"\\"\\"c\\""', '"a\\r\\nb"', '"é"',
    '"4"^^ex:weeks', '"2018"^^xsd:gYear', '"2018-13"^^xsd:gYearMonth', '"10:00"^^xsd:time', '"ab c"^^xsd:hexBinary',
    '"x"^^xsd:string',
)  # fmt: skip
GRAPHS = {
    "a circle of two": "ex:a ex:p _:s . _:s ex:q _:t . _:t ex:q _:s .",
    "a circle of nobody's": "_:s ex:q _:t . _:t ex:q _:s .",
    "a circle of one": "_:s ex:q _:s .",
    "a list that ends in itself": "ex:a ex:p _:l . _:l rdf:first 1 ; rdf:rest _:l .",
    "one held by two": "ex:a ex:p _:s . ex:b ex:p _:s . _:s ex:q 1 .",
    "twins": "ex:a ex:p [ ex:q 1 ] , [ ex:q 1 ] .",
    "a base": "BASE <http://example.org/x/> <a> <p> <../b> , <#c> , <> .",
    "percent": "ex:a%20b ex:p <http://example.org/%C3%A9> , <http://example.org/é> , ex:a%2Db , ex:a\\-b .",
    "a broken list": "ex:a ex:p _:l . _:l rdf:first 1 , 2 ; rdf:rest () .",
    "a list with words": "ex:a ex:p _:l . _:l rdf:first 1 ; rdf:rest () ; ex:q 2 .",
}


def _canonical(text: str) -> ox.Dataset:
    dataset = ox.Dataset(quad for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.parametrize("literal", LITERALS)
def test_a_literal_keeps_its_characters(literal: str) -> None:
    text = f"{HEAD}ex:a ex:p {literal} ; ex:q [ ex:r {literal} ] , [ ex:r 2 ] ."
    written = format_turtle(text)
    assert _canonical(written) == _canonical(text)
    assert format_turtle(written) == written


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_what_is_written_is_what_was_read_or_nothing_is(graph: str) -> None:
    text = f"{HEAD}PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n{graph}"
    try:
        written = format_turtle(text, "given.ttl")
    except TurtleSyntaxError as error:
        if not error.where.startswith("given.ttl"):
            raise
        return
    assert _canonical(written) == _canonical(text)


@pytest.mark.parametrize(
    "values",
    [
        ('1', '1.0', '1e0', '+1', '"01"^^xsd:integer', '" 1 "^^xsd:integer'),
        ('"NaN"^^xsd:double', '1.5', '"NaN"^^xsd:decimal', '"INF"^^xsd:float', '"1E400"^^xsd:double'),
        ('"2024-01-01"^^xsd:date', '"2024-01-01Z"^^xsd:date', '"2024-01-01T00:00:00"^^xsd:dateTime'),
        ("true", '"1"^^xsd:boolean', '"P1M"^^xsd:duration', '"P30D"^^xsd:duration'),
    ],
)  # fmt: skip
def test_values_have_one_order_whatever_they_are_equal_to(values: tuple[str, ...]) -> None:
    written = {format_turtle(f"{HEAD}ex:a ex:p {' , '.join(order)} .") for order in itertools.permutations(values, len(values))}
    assert len(written) == 1


def test_a_form_that_says_something_else_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "_written", lambda *_: "<urn:a> <urn:b> 6 .\n")
    with pytest.raises(TurtleSyntaxError, match=r"^given\.ttl: The normal form would not state the same"):
        format_turtle("<urn:a> <urn:b> 5 .", "given.ttl")


def test_deep_nesting_is_refused_with_its_file() -> None:
    deep = "<urn:a> <urn:p> " + "[ <urn:p> " * 2000 + "1" + " ]" * 2000 + " ."
    with pytest.raises(TurtleSyntaxError, match=r"^given\.ttl"):
        format_turtle(deep, "given.ttl")


@pytest.mark.parametrize(
    "text", ['ex:a ex:p "x" {| ex:q "y" |} .', "ex:a ex:p <<( ex:a ex:b ex:c )>> .", 'ex:a ex:p "x"@ar--rtl .']
)
def test_rdf_1_2_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(TurtleSyntaxError, match=r"^given\.ttl:4: This is RDF 1\.2") as refused:
        format_turtle(f"{HEAD}# ~ << {{|\n{text}", "given.ttl")
    assert re.match("Write Turtle 1.1 only", refused.value.mend)
