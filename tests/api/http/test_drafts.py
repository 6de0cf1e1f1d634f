"""What files of an author do to patients: the difference from what is served, and the article about one; in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from spinegraph.api.http.drafts import drafts_router
from spinegraph.api.http.errors import install_errors
from spinegraph.api.http.validation import validation_router
from spinegraph.api.validation_settings import ValidationSettings
from spinegraph.engine import Engine, knowledge_paths, load_knowledge, make_codebook
from spinegraph.engine.decide.case_file import make_case_file
from spinegraph.engine.exchange.article.article import render_article
from spinegraph.engine.validation.diff.compare import compare
from spinegraph.engine.validation.diff.model import Difference
from spinegraph.engine.validation.diff.states import served_state
from spinegraph.engine.validation.service.layout import served_files
from spinegraph.engine.validation.service.limits import ValidationLimits
from spinegraph.engine.validation.service.service import ValidationService
from starlette.testclient import TestClient

from tests.small import RULE_FILE, Edit, write_small

pytestmark = pytest.mark.slow

COMPARISON, PREVIEW = "/v1/comparison", "/v1/preview"
WARM = {"present": ["sore_throat"], "measurements": {"temperature_c": 38}}


class Desk:
    """A service of the small guideline, and its files as an author has them."""

    def __init__(self, folder: Path, limits: ValidationLimits) -> None:
        self.folder = folder
        write_small(folder)
        settings = ValidationSettings(limits=limits)
        self.service = ValidationService(served_files([folder]), settings.limits)
        app = FastAPI()
        install_errors(app)
        app.include_router(validation_router(self.service, settings))
        app.include_router(drafts_router(self.service, settings))
        self.client = cast("httpx.Client", TestClient(app, raise_server_exceptions=False))

    def edited(self, old: str, new: str) -> dict[str, str]:
        """The file of rules with an edit, by its name."""
        text = (self.folder / RULE_FILE).read_text(encoding="utf-8")
        assert old in text
        return {RULE_FILE: text.replace(old, new)}

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(path, json=body)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("served"), ValidationLimits())
    with made.client:
        yield made


# The difference ----------------------------------------------------------------------------------


def test_a_draft_takes_the_place_of_the_file_of_its_name_and_differs_as_the_command_says(desk: Desk, tmp_path: Path) -> None:
    reply = desk.post(COMPARISON, files=desk.edited("sh:minInclusive 38", "sh:minInclusive 38.5"))
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store")
    found = msgspec.json.decode(reply.content, type=Difference)
    write_small(tmp_path, Edit(RULE_FILE, "sh:minInclusive 38", "sh:minInclusive 38.5"))
    told = compare(served_state(served_files([desk.folder])), served_state(served_files([tmp_path])))
    assert (found.old.name, found.new.name) == ("served", "draft")
    assert found.old.digest == told.old.digest
    assert (found.patients, found.statements, found.differing) == (told.patients, told.statements, told.differing)
    assert found.patients[0].witness.words == ("temperature: 38 °C",)
    assert str(tmp_path.parent) not in reply.text


def test_a_draft_that_says_the_same_has_no_difference(desk: Desk) -> None:
    found = desk.post(COMPARISON, files=desk.edited("sh:minInclusive 38", "sh:minInclusive 38.0")).json()
    assert (found["patients"], found["differing"]) == ([], [])


@pytest.mark.parametrize("path", [COMPARISON, PREVIEW])
@pytest.mark.parametrize(("old", "new"), [("sh:minInclusive 38", "sh:minInclusive"), ("core:present", "core:presnt")])
def test_a_draft_that_does_not_load_is_refused_with_what_is_in_the_way_and_where(
    desk: Desk, path: str, old: str, new: str
) -> None:
    more = {"case": WARM} if path == PREVIEW else {}
    reply = desk.post(path, files=desk.edited(old, new), **more)
    problem = reply.json()
    assert (reply.status_code, problem["type"]) == (422, "https://w3id.org/spinegraph/problem/unusable-content")
    assert problem["where"].startswith(f"{RULE_FILE}:")
    assert problem["detail"]
    assert problem["mend"]


# The article -------------------------------------------------------------------------------------


def test_a_preview_is_the_article_that_the_draft_would_give(desk: Desk, tmp_path: Path) -> None:
    reply = desk.post(PREVIEW, files=desk.edited("sh:minInclusive 38", "sh:minInclusive 38.5"), case=WARM)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "sandbox" in reply.headers["content-security-policy"]
    write_small(tmp_path, Edit(RULE_FILE, "sh:minInclusive 38", "sh:minInclusive 38.5"))
    knowledge = load_knowledge(knowledge_paths(tmp_path))
    file = make_case_file(WARM, make_codebook(knowledge))
    assert reply.content == render_article(knowledge, Engine(knowledge).decide(file.case))
    served = desk.post(PREVIEW, files=desk.edited("sh:minInclusive 38", "sh:minInclusive 38.0"), case=WARM)
    assert reply.content != served.content


@pytest.mark.parametrize(
    ("case", "where"),
    [
        (None, "/case"),
        ([], "/case"),
        ({"present": ["feverr"]}, "/case"),
        ({"measurements": {"temperature_c": -1}}, "/case/measurements/temperature_c"),
        ({"present": ["\ud800"]}, "/case"),
    ],
)
def test_a_case_that_cannot_be_is_a_problem_at_its_place(desk: Desk, case: Any, where: str) -> None:
    body = json.dumps({"files": desk.edited("sh:minInclusive 38", "sh:minInclusive 39"), "case": case})
    reply = desk.client.post(PREVIEW, content=body, headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["where"]) == (422, where)


# Both --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [COMPARISON, PREVIEW])
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "/files"),
        ({"files": {}}, "/files"),
        ({"files": {"../x.ttl": ""}}, "/files"),
        ({"files": {"x.ttl": 1}}, "/files/x.ttl"),
        ({"files": {"x.ttl": ""}, "beside": "alone"}, "/beside"),
        ([], "/"),
    ],
)
def test_what_is_no_draft_is_a_problem(desk: Desk, path: str, body: Any, where: str) -> None:
    reply = desk.client.post(path, json=body)
    assert (reply.status_code, reply.json()["where"]) == (422, where)
    assert desk.client.post(f"{path}?beside=alone", json=body).json()["where"] == "?beside"


def test_a_draft_is_stopped_at_the_limits_of_validation(tmp_path: Path) -> None:
    sparing = Desk(tmp_path, ValidationLimits(max_report_bytes=10))  # a limit of time would race the wait for a worker
    with sparing.client:
        reply = sparing.post(COMPARISON, files=sparing.edited("sh:minInclusive 38", "sh:minInclusive 39"))
    assert (reply.status_code, reply.json()["limit"]) == (503, "max_report_bytes")


def test_nothing_of_a_draft_is_left_for_the_next(desk: Desk) -> None:
    files = desk.edited("sh:minInclusive 38", "sh:minInclusive 38.5")
    first, second = (desk.post(COMPARISON, files=files).json() for _ in range(2))
    assert first == second
    other = desk.post(COMPARISON, files={"ontology/empty.ttl": "# nothing\n"}).json()
    assert other["patients"] == []
