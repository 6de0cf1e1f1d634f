"""The OpenAPI document: complete, whole in itself, and its examples are true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import msgspec
import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate
from spinegraph.api.http.examples import CASES, answer_examples, request_examples
from spinegraph.api.http.openapi import VOCABULARIES, problem_name, typed_errors
from spinegraph.engine import Case, Decision, Engine, SpinegraphError, load_knowledge, make_codebook
from spinegraph.engine.decide.case_file import FILE_KEYS
from spinegraph.engine.model import Answer, BriefAnswer

from tests.small import write_small


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    reply = client.get("/openapi.json")
    assert reply.status_code == 200
    return dict(reply.json())


def test_it_has_every_route(document: dict[str, Any]) -> None:
    assert set(document["paths"]) >= {"/v1/decisions", "/v1/knowledge", "/health/live", "/health/ready"}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["tags"]
            assert operation["responses"]["200"]["content"]


def test_every_reference_leads_to_a_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    references = set(_references(document))
    assert references
    assert references <= {f"#/components/schemas/{name}" for name in schemas}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_schemas_are_those_of_the_engine(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for struct in (BriefAnswer, Answer, Decision):
        assert set(schemas[struct.__name__]["properties"]) == set(struct.__struct_fields__)
    assert set(schemas["Case"]["properties"]) == set(Case.__struct_fields__)
    assert set(schemas["CaseBody"]["properties"]) == set(FILE_KEYS)
    told = {"dates", "earlier", "ignored", "replaced"}
    assert set(FILE_KEYS) - {"title", "narrative", "unknown_codes"} == {*Case.__struct_fields__} - told
    assert schemas["CaseBody"]["additionalProperties"] is False


def test_request_examples_are_decided(client: httpx.Client, document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/decisions"]["post"]["requestBody"]["content"]
    records = {"application/fhir+json", "application/fhir+ndjson"}
    assert set(content) == {"application/json", "application/yaml", "text/turtle", *records}
    examples = content["application/json"]["examples"]
    names = {"ordinary-visit", "red-flag", "over-fifty", "foot-drop", "knots-with-fever", "knots", "record", "nothing-assessed"}
    assert set(examples) == set(CASES) == names
    replies = {name: client.post("/v1/decisions", json=example["value"]).json() for name, example in examples.items()}
    assert replies["red-flag"]["brief"]["level"] == "emergency"
    assert replies["nothing-assessed"]["brief"]["level"] == "undetermined"
    assert replies["record"]["case"]["measurements"]["age_years"] == 53


def test_the_response_example_is_a_decision_cut_short(document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/decisions"]["post"]["responses"]["200"]["content"]["application/json"]
    example = msgspec.convert(content["examples"]["abridged"]["value"], Answer)
    assert example.brief.level == "emergency"
    assert example.recommendations
    assert len(msgspec.json.encode(example)) < 20_000


OPERATIONS = {
    "get_metrics",
    "decide", "validate", "assist", "query", "query_by_post", "get_knowledge", "list_queries", "is_live", "is_ready",
    "list_findings", "list_measurements", "list_coded", "list_conditions", "list_interventions", "list_rules", "list_sources",
    "list_tensions", "get_finding", "get_condition", "get_intervention", "get_source", "get_passage", "get_reference",
    "get_rule", "get_shape", "get_passages", "get_references", "get_screens", "get_coverage", "get_cases", "get_local_text",
    "get_decision_table", "list_pathways", "get_pathway", "light_pathway", "get_description", "get_patient", "get_comparison",
    "compare_draft", "preview_draft", "get_tension", "get_screen", "get_uncovered", "get_line",
    "get_score", "get_term", "get_ontology",
    "search_questionnaires", "get_questionnaire", "populate_questionnaire", "next_questionnaire",
    "apply_named_plan_definition", "apply_plan_definition", "read_binary", "read_plan_definition", "search_plan_definition",
    "read_activity_definition", "search_activity_definition", "read_library", "search_library", "read_code_system",
    "search_code_system", "read_value_set", "search_value_set", "read_concept_map", "search_concept_map",
    "read_document_reference", "search_document_reference",
    "decide_batch", "list_hook_services", "call_hook", "give_hook_feedback",
    "get_capability_statement", "get_graph", "search", "get_dataset", "get_dump_trig", "get_dump_nq", "list_graphs",
}  # fmt: skip
"""The names by which generated clients call them: one that goes or changes breaks those."""


def test_operations_have_names_that_stay(document: dict[str, Any]) -> None:
    assert {operation["operationId"] for operation in operations(document)} == OPERATIONS


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (operation for methods in document["paths"].values() for operation in methods.values())


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_every_member_and_parameter_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    members = [(name, *member) for name in schemas for member in schemas[name].get("properties", {}).items()]
    for operation in operations(document):
        members += [(operation["operationId"], each["name"], each) for each in operation.get("parameters", ())]
    assert [(name, member) for name, member, schema in members if not schema.get("description")] == []


def test_closed_vocabularies_stand_in_one_place(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(VOCABULARIES) <= set(schemas)
    assert schemas["DecidedRecommendation"]["properties"]["verdict"]["$ref"] == "#/components/schemas/Verdict"
    assert schemas["Verdict"]["enum"][0] == "indicated"
    values = [sorted(schemas[name]["enum"]) for name in VOCABULARIES]
    again = [
        node["enum"] for name, node in schemas.items() if name not in VOCABULARIES for node in _nodes(node) if "enum" in node
    ]
    assert [enum for enum in again if sorted(map(str, enum)) in values] == []


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(value)


def test_numbers_have_bounds(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            if parameter["schema"].get("type") == "integer":
                assert {"minimum", "maximum"} <= set(parameter["schema"])


def test_every_error_is_documented_with_its_members(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {problem_name(error) for error in typed_errors()} <= set(schemas)
    for operation in operations(document):
        replies = {status: reply for status, reply in operation["responses"].items() if int(status) >= 400}
        assert "500" in replies
        if operation["operationId"] == "is_ready":  # what is not ready says so in the same words
            assert replies.pop("503")["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Health"}
        told = "application/fhir+json" if "fhir" in operation["tags"] else "application/problem+json"
        assert all("schema" in reply["content"][told] for reply in replies.values())


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/v1/decisions", "post", {"200", "400", "406", "408", "413", "415", "422", "500", "503"}),
        ("/v1/validation", "post", {"200", "400", "406", "408", "413", "415", "422", "429", "500", "503"}),
        ("/v1/comparison", "get", {"200", "304", "404", "422", "500"}),
        ("/v1/comparison", "post", {"200", "400", "408", "413", "415", "422", "429", "500", "503"}),
        ("/v1/preview", "post", {"200", "400", "408", "413", "415", "422", "429", "500", "503"}),
        ("/cds-services", "get", {"200", "500"}),
        ("/cds-services/{name}", "post", {"200", "400", "401", "404", "408", "412", "413", "415", "422", "500", "503"}),
        ("/cds-services/{name}/feedback", "post", {"200", "400", "401", "404", "408", "412", "413", "415", "500", "503"}),
        ("/mcp", "post", {"200", "202", "400", "408", "413", "415", "421", "500", "501"}),
        ("/sparql", "get", {"200", "304", "400", "403", "406", "413", "429", "500", "502", "503", "504"}),
        ("/sparql", "post", {"200", "304", "400", "403", "406", "408", "413", "415", "429", "500", "502", "503", "504"}),
        ("/v1/findings", "get", {"200", "304", "422", "500"}),
        ("/finding/{name}", "get", {"200", "303", "304", "404", "406", "500"}),
    ],
)
def test_how_a_request_can_end(document: dict[str, Any], path: str, method: str, statuses: set[str]) -> None:
    everywhere = {"401", "403", "429", "503"}  # tokens and rates, where the operator wants them; too much at a time
    assert set(document["paths"][path][method]["responses"]) == statuses | everywhere


def test_every_class_of_errors_can_be_met_somewhere(document: dict[str, Any]) -> None:
    """What a request can be answered with is in the description of some operation, or is no fault of a request."""
    met = {
        reference.rpartition("/")[2] for operation in operations(document) for reference in _references(operation["responses"])
    }
    documented = {problem_name(error) for error in typed_errors() if error is not SpinegraphError}
    undescribed = {"PartOffProblem"}  # what is switched off has no description
    assert documented - met == {"RequestProblem"} & documented | undescribed


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/v1/decisions", b'{"present": ["feverr", "coughh"]}', "UnknownCodeProblem"),
        ("/v1/decisions", b"{", "UnreadableCaseProblem"),
        ("/v1/decisions", b'{"present": [], "present": []}', "UnreadableCaseProblem"),
        ("/v1/decisions", b'{"measurements": {"age_years": -1}}', "MeasurementProblem"),
        ("/v1/decisions?include=some", b"{}", "ParameterProblem"),
        ("/cds-services/patient-view", b"{}", "MalformedHookProblem"),
        ("/cds-services/patient-seen", b"{}", "UnknownResourceProblem"),
        ("/v1/validation", b'{"files": {"a.exe": ""}}', "MalformedContentProblem"),
        ("/sparql?query=SELEC", None, "QuerySyntaxProblem"),
        ("/sparql?query=ASK%20%7B%20SERVICE%20%3Curn:a%3E%20%7B%7D%7D", None, "QueryRefusedProblem"),
        ("/finding/Feverr", None, "UnknownResourceProblem"),
        ("/nowhere", None, "Problem"),
    ],
)
def test_problems_are_as_they_are_described(
    client: httpx.Client, document: dict[str, Any], path: str, body: bytes | None, name: str
) -> None:
    headers = {"Content-Type": "application/json"}
    reply = client.get(path) if body is None else client.post(path, content=body, headers=headers)
    problem = reply.json()
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(problem)
    assert set(problem) <= set(document["components"]["schemas"]["Problem"]["properties"])


@pytest.mark.parametrize(("view", "name"), [("brief", "BriefAnswer"), ("standard", "Answer"), ("full", "Decision")])
def test_a_decision_is_as_it_is_described(view: str, name: str, client: httpx.Client, document: dict[str, Any]) -> None:
    decision = client.post("/v1/decisions", params={"view": view}, json=CASES["red-flag"].case).json()
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(decision)


def test_examples_of_another_knowledge_are_left_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    knowledge = load_knowledge(write_small(tmp_path_factory.mktemp("other")))
    codebook = make_codebook(knowledge)
    assert request_examples(codebook) == answer_examples(Engine(knowledge), codebook) == {}


def test_the_pages_that_show_it_are_there(client: httpx.Client, app: FastAPI) -> None:
    assert client.get("/docs").status_code == 200
    assert app.openapi() is app.openapi()
