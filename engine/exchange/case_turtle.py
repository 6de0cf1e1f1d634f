"""A case as Turtle, as `decide` reads it: everything that is recorded of the patient, with its dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyoxigraph as ox
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.decide.case_text import SIDES
from spinegraph.engine.errors import MalformedCaseError
from spinegraph.engine.exchange.rdf import TURTLE, Subject, Value, iri, render, text
from spinegraph.engine.knowledge.numbers import written_decimal
from spinegraph.engine.model import Case, Knowledge

CASE = "urn:spinegraph:case"
MOMENTS = {"as_of": "core:asOf", "birth_date": "core:birthDate"}


def case_turtle(case: Case, knowledge: Knowledge) -> str:
    """A case as a graph of one core:Case. Raises MalformedCaseError where a graph cannot say it: a coded value has no date there.

    For whom the words of the answer are, and in which language, is no part of the graph.
    """
    data = case_data(case)
    node = iri(CASE)
    triples = [ox.Triple(node, iri("rdf:type"), iri("core:Case"))]
    for name, predicate in MOMENTS.items():
        if name in data:
            triples.append(ox.Triple(node, iri(predicate), text(data[name])))
    stated = [*_sides(case, data, knowledge), *_measured(data, knowledge)]
    for number, (predicate, value, at) in enumerate(stated):
        about: Subject = node
        if at:
            about = ox.BlankNode(f"entry{number}")
            triples.append(ox.Triple(node, iri("core:entry"), about))
            triples.append(ox.Triple(about, iri("core:at"), text(at)))
        triples.append(ox.Triple(about, iri(predicate), value))
    triples += (ox.Triple(node, iri(predicate), value) for predicate, value in _coded(data, knowledge))
    return render((ox.Quad(*triple) for triple in triples), TURTLE).decode()


Stated = tuple[str, Value, str]
"""A predicate, its value, and the date of the entry or ""."""


def _sides(case: Case, data: Mapping[str, Any], knowledge: Knowledge) -> Iterator[Stated]:
    """Findings and acts. What is done or taken and rules ask about stands among the findings as well: it is said once, with the
    dates that it has at either place, and without one where the entry that counts has none."""
    said: dict[tuple[str, str], set[str]] = {}
    dated = {_named(side, code, knowledge) for side in SIDES for code in case.dates.get(side, ())}
    for side in SIDES:
        for entry in data.get(side, ()):
            code, at = (entry, "") if isinstance(entry, str) else (entry["code"], entry["at"])
            name = _named(side, code, knowledge)
            if at or name not in dated:
                said.setdefault(name, set()).add(at)
    for (predicate, about), dates in said.items():
        for at in sorted(dates):
            yield predicate, iri(about), at


def _named(side: str, code: str, knowledge: Knowledge) -> tuple[str, str]:
    """The predicate and the IRI by which a graph says an entry of a side."""
    if side not in ("present", "absent"):
        return f"core:{SIDES[side]}", next(found for found, one in knowledge.interventions.items() if one.code == code)
    finding = next(found for found, one in knowledge.findings.items() if one.code == code)
    act = knowledge.acts.get(finding)
    if act is None:
        return f"core:{SIDES[side]}", finding
    return f"core:{act.kind if side == 'present' else f'not{act.kind.capitalize()}'}", act.intervention


def _measured(data: Mapping[str, Any], knowledge: Knowledge) -> Iterator[Stated]:
    iri_of = {one.code: found for found, one in knowledge.measurements.items()}
    for code, given in data.get("measurements", {}).items():
        for value in given if isinstance(given, list) else [given]:
            number, at = (value["value"], value["at"]) if isinstance(value, dict) else (value, "")
            yield iri_of[code], ox.Literal(written_decimal(number), datatype=iri("xsd:decimal")), at


def _coded(data: Mapping[str, Any], knowledge: Knowledge) -> Iterator[tuple[str, Value]]:
    iri_of = {one.code: found for found, one in knowledge.coded.items()}
    for name, code in data.get("coded", {}).items():
        if not isinstance(code, str):
            raise MalformedCaseError(
                "A graph has no dates of coded values.", where=f"/coded/{name}", mend="Take the date out, or write JSON or YAML."
            )
        yield iri_of[name], text(code)
