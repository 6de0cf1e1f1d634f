"""`GET /v1/queries` and `spinegraph query`: the questions listed, and asked of the knowledge and of a decision."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from fastapi import FastAPI
from spinegraph.api.cli.query import query_command
from spinegraph.api.http.queries import queries_router
from spinegraph.api.query_library import QuestionError, competency_queries
from spinegraph.engine.errors import QueryError
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
CASE = str(ROOT / "docs" / "examples" / "red-flag.yaml")


def _run(*arguments: str, stdin: str | None = None) -> Result:
    app = typer.Typer()
    app.command()(query_command)
    return CliRunner().invoke(app, arguments, input=stdin)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(queries_router())
    with TestClient(app) as client:
        yield client


def test_every_question_is_listed_with_its_text(client: TestClient) -> None:
    reply = client.get("/v1/queries")
    assert reply.status_code == 200
    listed = reply.json()["queries"]
    assert [one["name"] for one in listed] == [query.name for query in competency_queries()]
    assert all(one["title"] and one["why"] and "SELECT" in one["text"] for one in listed)
    assert client.get("/v1/queries", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304
    assert client.head("/v1/queries").status_code == 200


def test_list_names_every_question() -> None:
    result = _run("--list")
    assert result.exit_code == 0
    for query in competency_queries():
        assert query.name in result.output


def test_a_question_is_asked_by_name_or_by_file() -> None:
    by_name = _run("printed-bands", "--format", "csv")
    by_file = _run(str(ROOT / "docs" / "queries" / "printed-bands.rq"), "--format", "csv")
    assert by_name.exit_code == 0
    assert by_name.output == by_file.output
    expected = (ROOT / "tests" / "query" / "expected" / "printed-bands.csv").read_text(encoding="utf-8")
    assert by_name.output.replace("\r\n", "\n").strip() == expected.strip()


def test_a_table_has_curies_and_counts_its_rows() -> None:
    result = _run("rules-without-passage")
    assert "rule:child-from-age" in result.output
    assert "3 rows" in result.stderr


def test_a_case_is_asked_about_together_with_the_knowledge() -> None:
    result = _run("case-why", "--case", CASE, "--format", "json")
    assert result.exit_code == 0
    rows = json.loads(result.output)["results"]["bindings"]
    assert {"urinary retention"} <= {row["fact"]["value"] for row in rows}
    assert _run("case-why").exit_code == 1, "nothing is found without a case"


def test_the_graphs_of_a_decision_can_be_named() -> None:
    text = "PREFIX core: <https://w3id.org/spinegraph/core/> SELECT DISTINCT ?g WHERE { GRAPH ?g { ?v core:verdict ?x } }"
    result = _run("-", "--case", CASE, "--all", "--format", "csv", stdin=text)
    assert result.output.strip().endswith(":assertion")


def test_a_statement_of_two_files_counts_once() -> None:
    text = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX finding: <https://w3id.org/spinegraph/finding/>
    SELECT (COUNT(*) AS ?n) WHERE { finding:Fever rdfs:subClassOf finding:InfectionMarker }"""
    assert _run("-", "--format", "csv", stdin=text).output.split() == ["n", "1"]
    graphs = text.replace("{ finding", "{ GRAPH ?g { finding").replace("Marker }", "Marker } }")
    assert _run("-", "--format", "csv", stdin=graphs).output.split() == ["n", "2"]
    name = "https://w3id.org/spinegraph/graph/ontology/"
    merged = text.replace("WHERE", f"FROM <{name}findings> FROM <{name}inferred> WHERE")
    assert _run("-", "--format", "csv", stdin=merged).output.split() == ["n", "1"], "the merge, as /sparql has it"


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "from-windows.rq").write_text("ASK { }", encoding="utf-8-sig")
    assert _run(str(tmp_path / "from-windows.rq")).output.strip() == "yes"


@pytest.mark.parametrize(("text", "shown", "code"), [("ASK { ?s ?p ?o }", "yes", 0), ("ASK { ?s ?s ?s }", "no", 1)])
def test_ask_is_answered_yes_or_no(text: str, shown: str, code: int) -> None:
    result = _run("-", stdin=text)
    assert (result.output.strip(), result.exit_code) == (shown, code)
    assert json.loads(_run("-", "--format", "json", stdin=text).output)["boolean"] is (shown == "yes")


def test_a_graph_is_turtle_or_json_ld() -> None:
    text = "DESCRIBE <https://w3id.org/spinegraph/tension/C01>"
    assert "tension:C01 a " in _run("-", stdin=text).output
    assert json.loads(_run("-", "--format", "json", stdin=text).output)["@graph"]


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        ((), None, "nothing to ask"),
        (("case-why",), None, "asked of a decision"),
        (("threshold",), None, "Nearest: thresholds"),
        (("-",), "SELECT * WHERE {", "stdin, line 1"),
        (("-",), "INSERT DATA { <urn:a> <urn:b> <urn:c> }", "stdin"),
        (("-",), "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        (("-", "--format", "csv"), "ASK { ?s ?p ?o }", "no table"),
        (("-", "--format", "csv"), "CONSTRUCT WHERE { ?s a ?o }", "no table"),
    ],
)
def test_what_cannot_be_asked_is_told(arguments: tuple[str, ...], stdin: str | None, said: str) -> None:
    result = _run(*arguments, stdin=stdin)
    assert isinstance(result.exception, QuestionError | QueryError)
    assert said in str(result.exception)
    assert result.exception.mend
