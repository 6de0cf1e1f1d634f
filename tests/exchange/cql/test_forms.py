"""One tree, two forms: CQL text that is read by people, and ELM that is read by engines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest
from spinegraph.engine.exchange.cql.elm import expression as elm_of
from spinegraph.engine.exchange.cql.elm import write_elm
from spinegraph.engine.exchange.cql.text import WIDTH, write_cql
from spinegraph.engine.exchange.cql.text import expression as text_of
from spinegraph.engine.exchange.cql.tree import (
    Definition,
    Expression,
    Library,
    ListOf,
    Literal,
    Operation,
    ParameterRef,
    Property,
    Quantity,
    Query,
    Ref,
    Section,
    both,
    either,
    operation,
)

from tests.exchange.cql.conftest import PACKAGES

A, B, C = Ref("a"), Ref("b"), Ref("c")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (both(A, B, C), '"a" and "b" and "c"'),
        (either(both(A, B), operation("Not", C)), '("a" and "b") or (not "c")'),
        (operation("IsTrue", ParameterRef('the "x"')), '"the \\"x\\"" is true'),
        (operation("Greater", ParameterRef("t"), Literal(Decimal("-1.5"))), '"t" > (-1.5)'),
        (operation("In", ParameterRef("s"), ListOf((Literal("it's"),))), "\"s\" in {'it\\'s'}"),
        (operation("Add", operation("End", Property("D", "at")), Quantity(6, "months")), "(end of D.at) + (6 months)"),
        (
            operation("Exists", Query((("D", ParameterRef("l")),), operation("IsNull", Property("D")), Literal(True))),
            'exists (from "l" D where D is null return true)',
        ),
    ],
)
def test_what_is_written_as_text(expression: Expression, text: str) -> None:
    assert text_of(expression) == text


def test_a_chain_is_nested_to_the_left_in_elm() -> None:
    left = {"type": "And", "operand": [{"type": "ExpressionRef", "name": name} for name in "ab"]}
    assert elm_of(both(A, B, C)) == {"type": "And", "operand": [left, {"type": "ExpressionRef", "name": "c"}]}


def test_a_negative_number_is_negated_in_elm() -> None:
    assert elm_of(Literal(Decimal("-1.5")))["type"] == "Negate"
    assert elm_of(Literal(-1))["operand"]["value"] == "1"


def test_no_comment_ends_early() -> None:
    definition = Definition(name="a", expression=Literal(True), label="begins /* and ends */ here", passages=("P1",))
    library = Library(
        name="L", version="1", header=("x */",), missing=(), parameters=(), sections=(Section("Facts", (definition,)),)
    )
    text = write_cql(library).decode()
    assert text.count("*/") == 2
    assert "@passage: P1" in text


@pytest.mark.parametrize("package", PACKAGES)
def test_both_forms_say_the_same(libraries: Mapping[str, Library], package: str) -> None:
    library = libraries[package]
    text = write_cql(library).decode()
    elm = json.loads(write_elm(library))["library"]
    assert text.count("\ndefine ") == len(elm["statements"]["def"]) == sum(1 for _ in library.definitions)
    assert text.count("\nparameter ") == len(elm["parameters"]["def"]) == len(library.parameters)
    assert elm["identifier"] == {"id": library.name, "version": "1.2.0"}
    tags = [
        tag["value"] for one in elm["statements"]["def"] for annotation in one.get("annotation", ()) for tag in annotation["t"]
    ]
    assert text.count("@passage: ") == len(tags) > 0
    assert all(one["context"] == "Patient" for one in elm["statements"]["def"])


@pytest.mark.parametrize("package", PACKAGES)
def test_operators_of_elm_have_as_many_operands_as_it_allows(libraries: Mapping[str, Library], package: str) -> None:
    """Two of those that join or compare; one, not in a list, of those that ask about one thing."""
    found: dict[str, set[int]] = {}

    def visit(value: object) -> None:
        if isinstance(value, dict):
            if "operand" in value:
                operand = value["operand"]
                found.setdefault(value["type"], set()).add(len(operand) if isinstance(operand, list) else 1)
            for part in value.values():
                visit(part)
        elif isinstance(value, list):
            for part in value:
                visit(part)

    visit(json.loads(write_elm(libraries[package])))
    joining = {"And", "Or", "Equal", "GreaterOrEqual", "Greater", "Less", "LessOrEqual", "In", "Multiply", "Add", "Union"}
    assert {"And", "Or", "Not", "IsTrue"} <= set(found)
    assert all(counts == ({2} if name in joining else {1}) for name, counts in found.items())


def test_long_lines_are_broken(libraries: Mapping[str, Library]) -> None:
    """But for those of one comparison, and for names, which are as long as the content makes them."""
    lines = write_cql(libraries["sore-throat"]).decode().splitlines()
    assert [line for line in lines if len(line) > WIDTH + 10 and line.count('"') > 4] == []


def test_an_operation_has_the_operands_that_its_helper_gives() -> None:
    assert operation("Equal", A, B) == Operation("Equal", (A, B))
    assert both(A) == either(A) == A
