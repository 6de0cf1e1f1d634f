"""`/smart`: off unless it is set up, under a policy that names the allowed servers and nobody else; one list of searches."""

from __future__ import annotations

import httpx
import pytest
from spinegraph.api.http.app import create_app
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import Settings
from spinegraph.api.smart_settings import SmartSettings
from spinegraph.engine import Engine
from spinegraph.engine.exchange.cds_hooks.services import MOST_CODES, prefetch_templates
from starlette.testclient import TestClient

PATHS = ("/smart", "/smart/", "/smart/launch", "/smart/settings")
SET = {
    "SPINEGRAPH_SMART_CLIENT_ID": "app",
    "SPINEGRAPH_SMART_ISSUERS": "https://ehr.example/fhir/, http://localhost:8080/r4",
    "SPINEGRAPH_SMART_ORIGINS": "https://login.example",
}


@pytest.fixture
def launched(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    for name, value in SET.items():
        monkeypatch.setenv(name, value)
    return TestClient(create_app(Settings(), engine), follow_redirects=False)


@pytest.mark.parametrize("path", PATHS)
def test_off_it_says_how_to_switch_it_on(client: httpx.Client, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert "SPINEGRAPH_SMART_CLIENT_ID" in reply.json()["mend"]


def test_the_page_may_ask_the_servers_that_are_named(launched: TestClient) -> None:
    policy = launched.get("/smart").headers["content-security-policy"]
    named = "https://ehr.example http://localhost:8080 https://login.example"
    assert f"connect-src 'self' {named};" in policy
    assert policy.endswith(f"frame-ancestors {named}")
    assert "unsafe" not in policy


def test_a_launch_keeps_its_parameters_below_any_prefix(launched: TestClient) -> None:
    reply = launched.get("/smart/launch?iss=https%3A%2F%2Fehr.example%2Ffhir&launch=a%26b")
    assert reply.status_code == 307
    assert reply.headers["location"] == "../smart?iss=https%3A%2F%2Fehr.example%2Ffhir&launch=a%26b"


def test_the_page_is_told_what_to_search_for(launched: TestClient, engine: Engine) -> None:
    told = launched.get("/smart/settings").json()
    assert told["issuers"] == ["https://ehr.example/fhir", "http://localhost:8080/r4"]
    assert told["searches"] == prefetch_templates(engine.knowledge)
    assert told["searches"]["patient"] == "Patient/{{context.patientId}}"
    codes = told["searches"]["observations"].partition("&code=")[2].split(",")
    assert 0 < len(codes) <= MOST_CODES


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"SPINEGRAPH_SMART_ISSUERS": ""}, "SPINEGRAPH_SMART_ISSUERS"),
        ({"SPINEGRAPH_SMART_ISSUERS": "ehr.example"}, "SPINEGRAPH_SMART_ISSUERS"),
        ({"SPINEGRAPH_SMART_ISSUERS": "https://ehr.example/; script-src *"}, "SPINEGRAPH_SMART_ISSUERS"),
        ({"SPINEGRAPH_SMART_CLIENT_ID": "two words"}, "SPINEGRAPH_SMART_CLIENT_ID"),
        ({"SPINEGRAPH_SMART_ORIGINS": "*"}, "SPINEGRAPH_SMART_ORIGINS"),
        ({"SPINEGRAPH_SMART_ORIGINS": "https://login.example/path"}, "SPINEGRAPH_SMART_ORIGINS"),
    ],
)
def test_a_setting_that_cannot_be_is_named(changed: dict[str, str], where: str) -> None:
    with pytest.raises(SettingsError) as raised:
        SmartSettings.from_environment({**SET, **changed})
    assert raised.value.where == where
