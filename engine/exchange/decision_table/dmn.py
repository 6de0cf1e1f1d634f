"""A decision table in DMN 1.3 (OMG formal/2021-01-01, XML interchange, section 13): one decision with an input for each fact.

Hit policy ANY: rows overlap, and all of them have the same outcome. A finding is "present", "absent" or "not assessed", an
unknown measurement null; `-` takes anything, and so what is unknown. Where no row holds there is no outcome: that the criterion
is refuted is another matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from spinegraph.engine.exchange.decision_table.model import Column, DecisionTable, RowFact
from spinegraph.engine.exchange.decision_table.words import NO_MATTER, acting, cells, extent
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.model.decision import Range

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
HIT_POLICY = "ANY"
HOLDS = '"holds"'
STATES = ("present", "absent", "not assessed")
FEEL = {
    "present": '"present"',
    "absent": '"absent"',
    "not-present": 'not("present")',
    "not-absent": 'not("absent")',
    "not-assessed": '"not assessed"',
}
"""What a row asks of a finding, as a unary test of FEEL (section 10.3)."""


def write_dmn(table: DecisionTable) -> bytes:
    """UTF-8 with a declaration."""
    ElementTree.register_namespace("", NAMESPACE)
    name = f"table-{table.id}"
    root = _element(None, "definitions", id=f"definitions-{table.id}", name=table.label, namespace=f"{BASE}dmn/{table.id}")
    _element(root, "description", f"{table.disclaimer} Knowledge {table.knowledge}, {table.digest}.")
    decision = _element(root, "decision", id=f"decision-{table.id}", name=table.label)
    _element(decision, "description", "\n".join(_notes(table)))
    _element(decision, "question", f"Does what the recommendation asks for hold? {table.text}")
    _element(decision, "variable", id=f"variable-{table.id}", name=table.label, typeRef="string")
    for column in table.columns:
        needed = _element(decision, "informationRequirement", id=f"requirement-{_name(column)}")
        _element(needed, "requiredInput", href=f"#input-{_name(column)}")
    rules = _element(decision, "decisionTable", id=name, hitPolicy=HIT_POLICY, preferredOrientation="Rule-as-Row")
    for column in table.columns:
        _input(rules, column)
    _element(rules, "output", id=f"output-{table.id}", name="criterion", typeRef="string")
    for number, row in enumerate(cells(table), start=1):
        _rule(rules, number, row)
    for column in table.columns:
        data = _element(root, "inputData", id=f"input-{_name(column)}", name=_name(column))
        _element(data, "description", f"{column.label}. {column.iri}{_counting(column)}")
        _element(data, "variable", id=f"value-{_name(column)}", name=_name(column), typeRef=_type(column))
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _element(parent: ElementTree.Element | None, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    named = f"{{{NAMESPACE}}}{tag}"
    made = ElementTree.Element(named, attributes) if parent is None else ElementTree.SubElement(parent, named, attributes)
    made.text = text or None
    return made


def _notes(table: DecisionTable) -> Iterator[str]:
    yield f"{extent(table)} Hit policy {HIT_POLICY}: rows overlap, and all have the same outcome."
    yield "Without a row that holds nothing is known: the criterion need not be refuted."
    for title, found in acting(table):
        yield f"{title}: {'; '.join(f'{label} <{iri}>' for label, iri in found)}."


def _name(column: Column) -> str:
    """The code as XML and FEEL can name it: that of an act has a colon, which neither takes in a name."""
    return column.code.replace(":", "__")


def _type(column: Column) -> str:
    return "number" if column.kind == "measurement" else "string"


def _counting(column: Column) -> str:
    return f" Present, too, if one of these is: {', '.join(column.narrower)}." if column.narrower else ""


def _input(parent: ElementTree.Element, column: Column) -> None:
    clause = _element(parent, "input", id=f"clause-{_name(column)}", label=column.label)
    expression = _element(clause, "inputExpression", id=f"expression-{_name(column)}", typeRef=_type(column))
    _element(expression, "text", _name(column))
    if column.kind == "finding":
        values = _element(clause, "inputValues", id=f"values-{_name(column)}")
        _element(values, "text", ", ".join(f'"{state}"' for state in STATES))


def _rule(parent: ElementTree.Element, number: int, row: list[RowFact | None]) -> None:
    rule = _element(parent, "rule", id=f"way-{number}")
    for place, fact in enumerate(row, start=1):
        _element(_element(rule, "inputEntry", id=f"way-{number}-{place}"), "text", _test(fact))
    _element(_element(rule, "outputEntry", id=f"way-{number}-holds"), "text", HOLDS)


def _test(fact: RowFact | None) -> str:
    if fact is None:
        return NO_MATTER
    if fact.state != "measured":
        return FEEL[fact.state]
    if fact.choices:
        return ", ".join(f'"{choice.code}"' for choice in fact.choices)
    return ", ".join(map(_interval, fact.ranges)) or "not(null)"


def _interval(values: Range) -> str:
    """A range as FEEL writes it: [18..50), >= 18, < 50, 6."""
    low = values.minimum if values.minimum is not None else values.exclusive_minimum
    high = values.maximum if values.maximum is not None else values.exclusive_maximum
    if low is not None and low == high:
        return _number(low)
    if low is None or high is None:
        least = f">{'=' if values.minimum is not None else ''} {_number(low or 0.0)}"
        return least if high is None else f"<{'=' if values.maximum is not None else ''} {_number(high)}"
    return (
        f"{'[' if values.minimum is not None else '('}{_number(low)}..{_number(high)}{']' if values.maximum is not None else ')'}"
    )


def _number(value: float) -> str:
    """As FEEL reads it back exactly: a decimal numeral without an exponent."""
    return f"{value:.15f}".rstrip("0").rstrip(".") if not value.is_integer() else str(int(value))
