"""A library → ELM (urn:hl7-org:elm r1) as JSON, a definition a line: what `text` says, without a translator between."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from spinegraph.engine.exchange.cql.text import number
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

SYSTEM = "urn:hl7-org:elm-types:r1"
CONTEXT = "Patient"
"""Of definitions: engines keep what these come to, and would work out all others again wherever they are used."""
OF_SOURCE = frozenset({"Count", "Sum"})
"""Operators whose operand ELM calls `source`."""
Json = dict[str, Any]


def write_elm(library: Library) -> bytes:
    """The ELM of a library, in UTF-8."""
    head = {
        "annotation": [{"type": "Annotation", "t": [{"name": "description", "value": line} for line in library.header]}],
        "identifier": {"id": library.name, "version": library.version},
        "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
        "usings": {"def": [{"localIdentifier": "System", "uri": SYSTEM}]},
    }
    members = [f"{_dump(name)}:{_dump(value)}" for name, value in head.items()]
    members.append(f'"parameters":{{"def":[\n{_lines(map(_parameter, library.parameters))}\n]}}')
    members.append(f'"contexts":{{"def":[{_dump({"name": CONTEXT})}]}}')
    members.append(f'"statements":{{"def":[\n{_lines(map(_definition, library.definitions))}\n]}}')
    return ('{"library":{\n' + ",\n".join(members) + "\n}}\n").encode()


def _lines(values: Iterable[Json]) -> str:
    return ",\n".join(map(_dump, values))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _parameter(parameter: Parameter) -> Json:
    given = {"default": expression(parameter.default)} if parameter.default is not None else {}
    return {"name": parameter.name, "accessLevel": "Public", **given, "parameterTypeSpecifier": _type(parameter.type)}


def _type(written: str) -> Json:
    """The specifier of a type, from what CQL writes."""
    if within := re.fullmatch(r"(List|Interval)<(.*)>", written):
        member = "elementType" if within[1] == "List" else "pointType"
        return {"type": f"{within[1]}TypeSpecifier", member: _type(within[2])}
    if within := re.fullmatch(r"Tuple{(.*)}", written):
        elements = (element.split(" ") for element in within[1].split(", "))
        return {"type": "TupleTypeSpecifier", "element": [{"name": name, "elementType": _type(kind)} for name, kind in elements]}
    return {"type": "NamedTypeSpecifier", "name": f"{{{SYSTEM}}}{written}"}


def _definition(definition: Definition) -> Json:
    tags = [{"name": "passage", "value": passage} for passage in definition.passages]
    annotation = {"annotation": [{"type": "Annotation", "t": tags}]} if tags else {}
    named = {"name": definition.name, "context": CONTEXT, "accessLevel": "Public"}
    return {**named, **annotation, "expression": expression(definition.expression)}


def expression(one: Expression) -> Json:
    """An expression."""
    return _WRITERS[type(one)](one)


def _literal(one: Literal) -> Json:
    match one.value:
        case bool():
            kind, value = "Boolean", str(one.value).lower()
        case Decimal() | int() if one.value < 0:
            return {"type": "Negate", "operand": _literal(Literal(-one.value))}
        case Decimal():
            kind, value = "Decimal", number(one.value)
        case int():
            kind, value = "Integer", str(one.value)
        case str():
            kind, value = "String", one.value
    return {"type": "Literal", "valueType": f"{{{SYSTEM}}}{kind}", "value": value}


def _operation(one: Operation) -> Json:
    given = [expression(operand) for operand in one.operands]
    if one.operator == "Round":
        return {"type": "Round", "operand": given[0], "precision": given[1]}
    if len(given) == 1:
        return {"type": one.operator, "source" if one.operator in OF_SOURCE else "operand": given[0]}
    joined, *rest = given
    for operand in rest:
        joined = {"type": one.operator, "operand": [joined, operand]}
    return joined


def _query(one: Query) -> Json:
    sources = [{"alias": alias, "expression": expression(source)} for alias, source in one.sources]
    returned = {"return": {"distinct": True, "expression": expression(one.returned)}} if one.returned is not None else {}
    return {"type": "Query", "source": sources, "let": [], "relationship": [], "where": expression(one.where), **returned}


def _if(one: If) -> Json:
    parts = {"condition": one.condition, "then": one.then, "else": one.otherwise}
    return {"type": "If", **{name: expression(part) for name, part in parts.items()}}


_WRITERS: Mapping[type, Callable[[Any], Json]] = {
    Literal: _literal,
    Null: lambda _: {"type": "Null"},
    ParameterRef: lambda one: {"type": "ParameterRef", "name": one.name},
    Ref: lambda one: {"type": "ExpressionRef", "name": one.name},
    Property: lambda one: (
        {"type": "Property", "path": one.path, "scope": one.scope} if one.path else {"type": "AliasRef", "name": one.scope}
    ),
    Quantity: lambda one: {"type": "Quantity", "value": one.amount, "unit": one.unit},
    Operation: _operation,
    ListOf: lambda one: {"type": "List", "element": [expression(part) for part in one.elements]},
    If: _if,
    Case: lambda one: {
        "type": "Case",
        "caseItem": [{"when": expression(when), "then": expression(then)} for when, then in one.items],
        "else": expression(one.otherwise),
    },
    Query: _query,
}
