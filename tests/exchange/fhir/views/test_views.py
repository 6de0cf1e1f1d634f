"""ViewDefinitions that any runner has to take, with a column for whatever the reader of records understands; and their SQL.

What they say of resources is held against the reader by `tests/foreign/views.py`, with a runner of others.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest
from spinegraph.engine import Codebook, Engine
from spinegraph.engine.exchange.fhir.elements import Coding
from spinegraph.engine.exchange.fhir.reading.codes import Codes
from spinegraph.engine.exchange.fhir.views.columns import Columns, quoted, read_columns
from spinegraph.engine.exchange.fhir.views.table import table_sql
from spinegraph.engine.exchange.fhir.views.views import View, all_views

from spinegraph.engine.population.columns import Wanted, read_columns as read_headings  # isort: skip

SHAREABLE = {"where", "exists", "empty", "first", "ofType", "getResourceKey", "getReferenceKey"}
"""Functions of FHIRPath that a runner of SQL on FHIR has to know, as far as we use them (2.0, "Supported FHIRPath functions")."""


@pytest.fixture(scope="module")
def columns(engine: Engine, codebook: Codebook) -> Columns:
    return read_columns(engine.knowledge, codebook)


@pytest.fixture(scope="module")
def views(engine: Engine, columns: Columns) -> dict[str, View]:
    return {view.name: view for view in all_views(engine.knowledge, columns)}


def paths(view: View) -> list[str]:
    definition = view.definition("1")
    return [one["path"] for one in (*definition["where"], *definition["select"][0]["column"])]


def test_names_and_paths_are_such_as_every_runner_takes(views: Mapping[str, View]) -> None:
    assert len(views) == 19
    for view in views.values():
        definition = view.definition("1")
        names = [one["name"] for one in definition["select"][0]["column"]]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in (view.name, *names))
        for path in paths(view):
            plain = re.sub(r"'(\\.|[^'\\])*'", "''", path)
            assert set(re.findall(r"(\w+)\(", plain)) - {"and", "or"} <= SHAREABLE, path
            assert plain.count("(") == plain.count(")")


def test_every_code_that_records_can_say_has_columns(codebook: Codebook, views: Mapping[str, View]) -> None:
    recorded = {code for code in codebook.findings.values() if code not in codebook.derived_only and ":" not in code}
    for kind in ("condition", "allergy"):
        assert {*views[f"{kind}_present"].columns, *views[f"{kind}_history"].columns} == recorded
    assert set(views["observation_absent"].columns) == recorded
    assert set(views["procedure_performed"].columns) == set(codebook.interventions.values())
    assert set(codebook.measurements.values()) < set(views["observation_value"].columns)


def test_a_narrower_coding_says_that_something_is_so_and_not_that_it_is_not(
    engine: Engine, codebook: Codebook, columns: Columns
) -> None:
    narrower = [(code, set(codings) - set(columns.findings.get(code, ()))) for code, codings in columns.wider_findings.items()]
    some = [(code, coding) for code, codings in narrower for coding in codings]
    assert len(some) > 5
    codes = Codes(engine.knowledge, codebook)
    for code, coding in some:
        assert code in codes.of(Coding(system=coding.system, code=coding.code)).wider_findings


def test_texts_are_quoted() -> None:
    assert quoted("it's a \\") == "'it\\'s a \\\\'"


# SQL ------------------------------------------------------------------------------------------


def asked(views: Mapping[str, View], rows: Mapping[str, list[dict[str, Any]]], age: str) -> dict[str, dict[str, Any]]:
    """The rows of the query by id, with the rows of some views."""
    database = sqlite3.connect(":memory:")
    for view in views.values():
        names = [one["name"] for one in view.definition("1")["select"][0]["column"]]
        database.execute(f"CREATE TABLE {view.name} ({', '.join(names)})")
        for row in rows.get(view.name, ()):
            database.execute(f"INSERT INTO {view.name} VALUES ({', '.join('?' * len(names))})", [row.get(one) for one in names])  # noqa: S608
    answer = database.execute(table_sql([*views.values()], age))
    headings = [name for name, *_ in answer.description]
    found = {row[0]: dict(zip(headings, row, strict=True)) for row in answer}
    database.close()
    return found


def test_one_row_a_patient_with_headings_of_a_population(views: Mapping[str, View], codebook: Codebook) -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "patient": [{"id": "a", "birth_date": "1970-01-01", "sex": "female"}, {"id": "b"}, {"id": "c"}],
        "condition_present": [{"patient": "a", "fever": 1, "back_pain": 0}, {"patient": "b", "fever": 1},
                              {"patient": "z", "fever": 1}],
        "observation_present": [{"patient": "a", "fever": 0, "back_pain": 1}],
        "allergy_absent": [{"patient": "b", "fever": 1, "back_pain": 1}],
        "procedure_performed": [{"patient": "a", "mri_lumbar": 1}],
        "procedure_not_performed": [{"patient": one, "mri_lumbar": 1} for one in "ab"],
        "medication_statement_not_taking": [{"patient": "a", "nsaid": 1}],
        "observation_value": [
            {"patient": "a", "effective": "2025-01-01", "temperature_c": 39.0},
            {"patient": "a", "effective": "2026-01-01", "temperature_c": 37.0},
            {"patient": "a", "effective": "2027-01-01", "esr_mm_h": 12},
            {"patient": "b", "effective": "2026-01-01", "temperature_c": 39.0},
            {"patient": "b", "effective": None, "temperature_c": 38.0},
            *({"patient": one, "age_years": 40} for one in "ab"),
        ],
    }  # fmt: skip
    found = asked(views, rows, codebook.age)
    assert sorted(found) == ["a", "b", "c"]
    told = {id_: {name: value for name, value in row.items() if value is not None and name != "id"} for id_, row in found.items()}
    assert told == {
        "a": {
            "birth_date": "1970-01-01", "sex": "female", "fever": 1, "back_pain": 1, "performed:mri_lumbar": 1, "taking:nsaid": 0,
            "temperature_c": 37.0, "esr_mm_h": 12,
        },
        "b": {"back_pain": 0, "performed:mri_lumbar": 0, "temperature_c": 38.0, "age_years": 40},
        "c": {},
    }  # fmt: skip
    headings = read_headings([*found["a"]], codebook, Wanted(), "views")
    assert headings.id == "id"
    assert not headings.ignored
