"""The tools as assistants meet them: what they are told, what they get, and that nothing is filled in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import Tool
from spinegraph.api.http.examples import understood
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.words import ONLY_WHAT_WAS_SAID
from spinegraph.engine import Codebook, make_case, parse_yaml

from tests.api.mcp.asking import MRI, RED_FLAG, call, take_a_history, talk

ROOT = Path(__file__).parents[3]
NAMES = ["find_codes", "decide", "next_screen", "explain", "what_if", "tensions", "query"]
OF_CASES = ["decide", "next_screen", "explain", "what_if", "tensions"]


async def listed(client: Client) -> list[Tool]:
    return (await client.list_tools()).tools


@pytest.fixture(scope="module")
def tools(server: MCPServer) -> dict[str, Tool]:
    return {tool.name: tool for tool in talk(server, listed)}


def test_these_tools_there_are(tools: dict[str, Tool]) -> None:
    assert list(tools) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_says_what_it_takes_and_answers(tools: dict[str, Tool], name: str) -> None:
    tool = tools[name]
    assert tool.title
    assert tool.description
    assert tool.annotations is not None
    assert tool.annotations.read_only_hint
    for schema in (tool.input_schema, tool.output_schema):
        assert schema is not None
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
    assert tool.input_schema["additionalProperties"] is False
    for member in tool.input_schema["properties"].values():
        assert member["description"]


@pytest.mark.parametrize("name", OF_CASES)
def test_a_tool_that_takes_a_case_says_what_may_be_absent(tools: dict[str, Tool], name: str) -> None:
    assert ONLY_WHAT_WAS_SAID in (tools[name].description or "")


def test_a_conversation_decides_asks_and_explains(server: MCPServer) -> None:
    for reply in talk(server, take_a_history):
        brief = reply.data.get("brief", reply.data)
        assert {source["review"] for source in brief["sources"]} == {"pending", "unknown"}
        assert "not a device" in brief["disclaimer"]


def test_decide_answers_what_the_http_service_answers(server: MCPServer, guidelines: Guidelines) -> None:
    case = make_case(RED_FLAG, guidelines.codebook)
    for given, view in (({}, "brief"), ({"view": "brief"}, "brief"), ({"view": "standard"}, "standard")):
        expected = guidelines.engine.decide_json(case, view)  # type: ignore[arg-type]
        assert call(server, "decide", case=RED_FLAG, **given).text.encode() == expected


def test_a_case_may_be_sent_as_json_in_a_text(server: MCPServer) -> None:
    assert call(server, "decide", case=json.dumps(RED_FLAG)) == call(server, "decide", case=RED_FLAG)


def test_nothing_is_filled_in(server: MCPServer) -> None:
    decided = call(server, "decide", case={"present": ["back_pain"]}).data
    assert decided["case"] == {"present": ["back_pain"], "absent": [], "measurements": {}, "audience": "clinician"}
    assert not decided["brief"]["settled"]
    empty = call(server, "decide", case={}).data
    assert empty["case"] == {"present": [], "absent": [], "measurements": {}, "audience": "clinician"}


def test_a_brief_is_short(server: MCPServer, codebook: Codebook) -> None:
    for prepared in understood(codebook).values():
        assert len(call(server, "decide", case=prepared.case).text.encode()) <= 4096


def test_the_next_screen_is_the_first_of_the_answer(server: MCPServer, guidelines: Guidelines) -> None:
    for audience in ("clinician", "patient"):
        given = {"present": ["back_pain"], "audience": audience}
        answer = guidelines.engine.answer(make_case(given, guidelines.codebook))
        asked = call(server, "next_screen", case=given).data
        assert asked["screen"] == json.loads(msgspec.json.encode(answer.screens[0]))
        assert (asked["level"], asked["settled"]) == ("undetermined", False)
        assert "only what the user says is not so" in asked["recording"]


def test_where_nothing_changes_the_brief_nothing_is_asked(server: MCPServer) -> None:
    case = parse_yaml((ROOT / "docs/examples/ordinary-visit.yaml").read_bytes())
    asked = call(server, "next_screen", case=case).data
    assert (asked["settled"], asked["screen"]) == (True, None)


def test_an_explanation_is_a_proof_in_words(server: MCPServer) -> None:
    proof = call(server, "explain", case=RED_FLAG, recommendation=MRI).data
    steps = [(step["depth"], step["text"]) for step in proof["proof"]]
    assert (2, "urinary retention present") in steps
    assert (1, "bowel or bladder dysfunction present, from urinary retention") in steps
    assert proof["passages"]["000-L033a"]["source"] == "000"
    assert set(proof["passage_ids"]) <= set(proof["passages"])
    assert [{"code": "pregnancy", "to": "present"}] in proof["changes_if"]


def test_what_does_not_hold_is_explained_by_what_refutes_it(server: MCPServer) -> None:
    proof = call(server, "explain", case=RED_FLAG, recommendation="stay-active").data
    assert proof["verdict"] == "not-indicated"
    assert {step["truth"] for step in proof["proof"]} == {"false"}


def test_a_patient_reads_no_words_for_clinicians(server: MCPServer) -> None:
    case = {**RED_FLAG, "audience": "patient"}
    proof = call(server, "explain", case=case, recommendation=MRI)
    assert proof.data["label"] == "an MRI scan of your lower back without contrast dye"
    assert any(step["text"] == "not being able to pass urine (present)" for step in proof.data["proof"])
    assert proof.data["passages"] == {}
    compared = call(server, "what_if", case=case, other={"present": ["back_pain"]})
    told = call(server, "tensions", case=case)
    for reply in (proof, compared, told):
        assert "retention" not in reply.text.replace("urinary_retention", "")
        assert "This does not replace a doctor." in reply.data["disclaimer"]


def test_a_supposed_fact_shows_what_it_changes(server: MCPServer) -> None:
    other = {**RED_FLAG, "present": ["back_pain_left_mid_lower", "muscle_spasm"], "absent": ["fever", "urinary_retention"]}
    compared = call(server, "what_if", case=RED_FLAG, other=other).data
    assert compared["facts"] == [
        {
            "member": "findings",
            "code": "saddle_anesthesia",
            "label": "saddle anesthesia",
            "before": "present",
            "after": "unknown",
        },
        {"member": "findings", "code": "urinary_retention", "label": "urinary retention", "before": "present", "after": "absent"},
    ]
    assert (compared["before"]["level"], compared["after"]["level"]) == ("emergency", "undetermined")
    changed = {one["recommendation"]: (one["before"], one["after"]) for one in compared["verdicts"]}
    assert changed[MRI] == ("indicated", "undetermined")
    assert compared["further"] > 0


def test_the_same_case_changes_nothing(server: MCPServer) -> None:
    compared = call(server, "what_if", case=RED_FLAG, other=RED_FLAG).data
    assert (compared["facts"], compared["verdicts"], compared["further"]) == ([], [], 0)


def test_a_disagreement_shows_every_position(server: MCPServer) -> None:
    answer = call(server, "tensions", case=RED_FLAG).data
    tension = next(one for one in answer["tensions"] if one["id"] == "C12")
    assert len(tension["positions"]) > 1
    cited = {passage for one in answer["tensions"] for position in one["positions"] for passage in position["passages"]}
    assert cited == set(answer["passages"])


@pytest.mark.parametrize(
    ("asked", "code", "goes_in"),
    [
        ({"text": "Fever"}, "fever", ["present", "absent"]),
        ({"text": "age", "kind": "measurement"}, "age_years", ["measurements"]),
        ({"text": "not being able to pass urine"}, "urinary_retention", ["present", "absent"]),
        ({"text": "numbness around the saddle"}, "saddle_anesthesia", ["present", "absent"]),
        ({"text": "age over 50"}, "age_over_50", []),
        (
            {"text": "plain radiograph", "kind": "intervention"},
            "plain_radiograph",
            ["performed", "taking", "not_performed", "not_taking"],
        ),
        ({"text": "stay active", "kind": "rule"}, "stay-active", []),
        ({"text": "contrast", "kind": "tension"}, "C02", []),
    ],
)
def test_codes_are_found_by_words(server: MCPServer, asked: dict[str, Any], code: str, goes_in: list[str]) -> None:
    found = call(server, "find_codes", **asked).data
    assert (found["found"][0]["code"], found["found"][0].get("goes_in", [])) == (code, goes_in)


def test_what_is_misspelt_has_neighbours(server: MCPServer) -> None:
    found = call(server, "find_codes", text="feverr").data
    assert (found["matched"], found["total"], found["nearest"][0]) == ("none", 0, "fever")


def test_every_tool_is_documented(tools: dict[str, Tool]) -> None:
    page = (ROOT / "docs/assistants.md").read_text(encoding="utf-8")
    assert [name for name in (*tools, "take_history") if f"`{name}`" not in page] == []
