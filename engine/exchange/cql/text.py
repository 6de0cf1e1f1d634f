"""A library → CQL 1.5 text. What does not fit on a line is broken at the outermost operator; operands stand in brackets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import chain
from textwrap import wrap
from typing import Any

from spinegraph.engine.exchange.cql.tree import (
    Case,
    Definition,
    Expression,
    If,
    Library,
    ListOf,
    Literal,
    Null,
    Operation,
    Parameter,
    ParameterRef,
    Property,
    Quantity,
    Query,
    Ref,
)

WIDTH = 100
INFIX: Mapping[str, str] = {
    "And": "and", "Or": "or", "Xor": "xor", "Equal": "=", "In": "in", "Greater": ">", "GreaterOrEqual": ">=", "Less": "<",
    "LessOrEqual": "<=", "Union": "union", "Add": "+", "Subtract": "-", "Multiply": "*",
}  # fmt: skip
PREFIX: Mapping[str, str] = {"Not": "not", "Start": "start of", "End": "end of", "Exists": "exists"}
SUFFIX: Mapping[str, str] = {"IsTrue": "is true", "IsFalse": "is false", "IsNull": "is null"}
CALLED = frozenset({"Count", "Sum", "Round"})


def write_cql(library: Library) -> bytes:
    """The text of a library, in UTF-8."""
    parts = [_comment(library.header), f"library {quoted(library.name)} version {string(library.version)}"]
    parts += map(_parameter, library.parameters)
    for section in library.sections:
        parts += [f"// {section.title}", *map(_definition, section.definitions)]
    return ("\n\n".join(filter(None, parts)) + "\n").encode()


def quoted(name: str) -> str:
    """A name as an identifier.

    >>> quoted('a "fever"')
    '"a \\\\"fever\\\\""'
    """
    return '"' + _escaped(name, '"') + '"'


def string(text: str) -> str:
    """A text as a literal."""
    return "'" + _escaped(text, "'") + "'"


def number(value: Decimal) -> str:
    """A Decimal with a point, and with the places that it has.

    >>> number(Decimal("38.50")), number(Decimal("2")), number(Decimal("-1E-8"))
    ('38.50', '2.0', '-0.00000001')
    """
    written = f"{value:f}"
    return written if "." in written else f"{written}.0"


def _escaped(text: str, mark: str) -> str:
    escapes = {"\\": "\\\\", mark: f"\\{mark}", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(escapes.get(sign, sign) for sign in text)


def _comment(lines: Iterable[str]) -> str:
    said = [wrap(line.replace("*/", "* /"), WIDTH, break_on_hyphens=False) for line in lines]
    return "\n".join(["/*", *chain.from_iterable(said), "*/"]) if any(said) else ""


def _parameter(parameter: Parameter) -> str:
    given = f" default {expression(parameter.default)}" if parameter.default is not None else ""
    said = f"// {' '.join(parameter.comment.split())}\n" if parameter.comment else ""
    return f"{said}parameter {quoted(parameter.name)} {parameter.type}{given}"


def _definition(definition: Definition) -> str:
    reading = f"Our reading: {definition.reading}" if definition.reading else ""
    tags = [f"@passage: {passage}" for passage in definition.passages]
    said = _comment([definition.label, reading, *tags])
    written = f"define {quoted(definition.name)}:\n  {_laid_out(definition.expression, '  ')}"
    return f"{said}\n{written}" if said else written


# Expressions -------------------------------------------------------------------------------------


def expression(one: Expression) -> str:
    """An expression on one line."""
    return _WRITERS[type(one)](one)


def _laid_out(one: Expression, indent: str) -> str:
    """An expression, broken where it is too long."""
    line = expression(one)
    if len(indent) + len(line) <= WIDTH:
        return line
    deeper = indent + "  "
    match one:
        case Operation(operator, operands):
            return _operation_laid_out(operator, operands, indent)
        case ListOf(elements):
            return "{\n" + ",\n".join(f"{deeper}{_laid_out(part, deeper)}" for part in elements) + f"\n{indent}}}"
        case Case(items, otherwise):
            lines = [f"when {_laid_out(when, deeper)}\n{deeper}then {_laid_out(then, deeper)}" for when, then in items]
            return f"\n{indent}".join(["case", *lines, f"else {_laid_out(otherwise, deeper)}", "end"])
        case If(condition, then, otherwise):
            parts = zip(("if", "then", "else"), (condition, then, otherwise), strict=True)
            return f"\n{indent}".join(f"{word} {_laid_out(part, deeper)}" for word, part in parts)
        case Query(sources, where, returned):
            lines = [f"from {_sources(sources)}", f"where {_laid_out(where, deeper)}"]
            lines += [f"return {_laid_out(returned, deeper)}"] if returned is not None else []
            return f"\n{indent}".join(lines)
    return line


def _operation_laid_out(operator: str, operands: tuple[Expression, ...], indent: str) -> str:
    first, *rest = operands
    if operator in CALLED:
        more = "".join(f", {expression(part)}" for part in rest)
        return f"{operator}({_laid_out(first, indent)}{more})"
    if operator in PREFIX:
        return f"{PREFIX[operator]} {_operand(first, indent)}"
    if operator in SUFFIX:
        return f"{_operand(first, indent)} {SUFFIX[operator]}"
    joint = f"\n{indent}{INFIX[operator]} " if operator in ("And", "Or", "Xor") else f" {INFIX[operator]} "
    return joint.join(_operand(part, f"{indent}  ") for part in operands)


def _operand(one: Expression, indent: str = "") -> str:
    """An expression as part of another one."""
    written = _laid_out(one, f"{indent} ") if indent else expression(one)
    return written if _stands_alone(one) else f"({written})"


def _stands_alone(one: Expression) -> bool:
    if isinstance(one, Literal):
        return isinstance(one.value, str) or one.value >= 0
    if isinstance(one, Operation):
        return one.operator in CALLED
    return not isinstance(one, (If, Case, Query, Quantity))


def _literal(one: Literal) -> str:
    match one.value:
        case bool():
            return str(one.value).lower()
        case Decimal():
            return number(one.value)
        case str():
            return string(one.value)
    return str(one.value)


def _operation(one: Operation) -> str:
    if one.operator in CALLED:
        return f"{one.operator}({', '.join(map(expression, one.operands))})"
    if one.operator in INFIX:
        return f" {INFIX[one.operator]} ".join(map(_operand, one.operands))
    (only,) = one.operands
    if one.operator in PREFIX:
        return f"{PREFIX[one.operator]} {_operand(only)}"
    return f"{_operand(only)} {SUFFIX[one.operator]}"


def _case(one: Case) -> str:
    items = " ".join(f"when {expression(when)} then {expression(then)}" for when, then in one.items)
    return f"case {items} else {expression(one.otherwise)} end"


def _sources(sources: Iterable[tuple[str, Expression]]) -> str:
    return ", ".join(f"{_operand(source)} {alias}" for alias, source in sources)


def _query(one: Query) -> str:
    returned = f" return {expression(one.returned)}" if one.returned is not None else ""
    return f"from {_sources(one.sources)} where {expression(one.where)}{returned}"


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    Literal: _literal,
    Null: lambda _: "null",
    ParameterRef: lambda one: quoted(one.name),
    Ref: lambda one: quoted(one.name),
    Property: lambda one: f"{one.scope}.{one.path}" if one.path else one.scope,
    Quantity: lambda one: f"{one.amount} {one.unit}",
    Operation: _operation,
    ListOf: lambda one: f"{{{', '.join(map(expression, one.elements))}}}",
    If: lambda one: f"if {expression(one.condition)} then {expression(one.then)} else {expression(one.otherwise)}",
    Case: _case,
    Query: _query,
}
