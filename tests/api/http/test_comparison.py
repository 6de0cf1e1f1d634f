"""What the served knowledge and another state of it decide differently, as `spinegraph diff` tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from spinegraph.api.cli.app import main
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, KnowledgeError, knowledge_paths, load_knowledge
from spinegraph.engine.errors import ReplayError
from spinegraph.engine.validation.diff import compare as comparing
from spinegraph.engine.validation.diff.model import Difference
from spinegraph.engine.validation.diff.outcomes import Comparison

from tests.api.conftest import MakeClient
from tests.small import RULE_FILE, Edit, write_small

PATH = "/v1/comparison"
WARMER = Edit(RULE_FILE, "sh:minInclusive 38", "sh:minInclusive 38.5")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The state before, and the one that is served: fever begins half a degree later."""
    write_small(tmp_path / "old")
    write_small(tmp_path / "new", WARMER)
    return tmp_path / "old", tmp_path / "new"


def service_of(old: Path, new: Path) -> FastAPI:
    """The service of the new state, told to compare it with the old."""
    return create_app(Settings(knowledge=(new,), compare=str(old)), Engine(load_knowledge(knowledge_paths(new))))


def test_a_service_that_was_told_nothing_says_how_to_start_it(client: httpx.Client) -> None:
    reply = client.get(PATH)
    problem = reply.json()
    assert (reply.status_code, problem["type"]) == (404, "https://w3id.org/spinegraph/problem/no-comparison")
    assert "--compare REF" in problem["mend"]


def test_it_is_what_the_command_tells(
    folders: tuple[Path, Path], make_client: MakeClient, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = make_client(service_of(*folders)).get(PATH)
    found = msgspec.json.decode(reply.content, type=Difference)
    assert (found.old.name, found.new.name) == ("old", "served")
    assert found.new.digest == load_knowledge(knowledge_paths(folders[1])).digest != found.old.digest
    assert main(["diff", *map(str, folders), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    answered = reply.json()
    assert answered["old"] == {**told["old"], "name": "old"}
    for name in ("patients", "differing", "compared", "review", "disclaimer"):
        assert answered[name] == told[name]
    assert [{**one, "place": None} for one in answered["statements"]] == [{**one, "place": None} for one in told["statements"]]


def test_places_are_named_as_files_of_the_knowledge_and_never_by_paths_of_the_machine(
    folders: tuple[Path, Path], make_client: MakeClient
) -> None:
    answered = make_client(service_of(*folders)).get(PATH).json()
    places = [one["place"]["file"] for one in answered["statements"]]
    places += [one["place"]["file"] for patient in answered["patients"] for one in patient["responsible"]]
    assert set(places) == {RULE_FILE}
    assert str(folders[0].parent) not in json.dumps(answered)


def test_it_is_made_once_and_a_tag_saves_the_way(
    folders: tuple[Path, Path], make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(*given: Any) -> Comparison:
        made.append(1)
        return Comparison(*given)

    monkeypatch.setattr(comparing, "Comparison", counted)
    client = make_client(service_of(*folders))
    first, second = client.get(PATH), client.get(PATH)
    assert first.content == second.content
    assert made == [1]
    again = client.get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{PATH}?against=main").json()["where"] == "?against"


def test_the_same_state_has_no_difference(tmp_path: Path, make_client: MakeClient) -> None:
    write_small(tmp_path)
    found = make_client(service_of(tmp_path, tmp_path)).get(PATH).json()
    assert (found["patients"], found["statements"]) == ([], [])
    assert found["old"]["digest"] == found["new"]["digest"]


@pytest.mark.parametrize(("name", "told"), [("no-such-revision", "neither a folder nor a revision"), ("empty", "no Turtle file")])
def test_what_cannot_be_compared_with_never_starts(tmp_path: Path, engine: Engine, name: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    named = str(tmp_path / name) if name == "empty" else name
    with pytest.raises(KnowledgeError, match=told):
        create_app(Settings(compare=named), engine)


def test_a_comparison_that_fails_is_a_fault_and_says_no_more(
    folders: tuple[Path, Path], make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Comparison:
        raise ReplayError("one of the two is wrong")

    monkeypatch.setattr(comparing, "Comparison", refuse)
    reply = make_client(service_of(*folders)).get(PATH)
    assert reply.status_code == 500
    assert "wrong" not in reply.text


def test_the_variable_names_it_too() -> None:
    assert Settings.from_environment({"SPINEGRAPH_COMPARE": "main"}).compare == "main"
