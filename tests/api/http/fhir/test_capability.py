"""`GET /fhir/metadata` says what there is, and what is wrong below /fhir is an OperationOutcome with the same status."""

from __future__ import annotations

import httpx
import pytest
from spinegraph.api.http.fhir.served import SERVED


def test_the_statement_lists_what_is_served(client: httpx.Client) -> None:
    reply = client.get("/fhir/metadata")
    statement = reply.json()
    assert reply.headers["content-type"] == "application/fhir+json"
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert [one["type"] for one in statement["rest"][0].get("resource", [])] == [one.type for one in SERVED]
    assert statement["implementation"]["url"] == f"{str(client.base_url).rstrip('/')}/fhir"
    assert "not a medical device" in statement["description"]


@pytest.mark.parametrize("wanted", ["json", "application/fhir+json", "application/fhir%2Bjson"])
def test_format_comes_before_accept(client: httpx.Client, wanted: str) -> None:
    reply = client.get(f"/fhir/metadata?_format={wanted}", headers={"Accept": "text/html"})
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/fhir+json")


def test_accept_chooses(client: httpx.Client) -> None:
    plain = client.get("/fhir/metadata", headers={"Accept": "application/json"})
    assert plain.headers["content-type"] == "application/json"
    assert client.get("/fhir/metadata", headers={"Accept": "application/fhir+json; fhirVersion=4.0"}).status_code == 200
    assert client.get("/fhir/metadata?_pretty=true").text.startswith('{\n  "resourceType"')


WRONG = {
    "xml": ("GET", "/fhir/metadata?_format=xml", {}, 406, "not-supported", "http._format"),
    "accept": ("GET", "/fhir/metadata", {"Accept": "text/html"}, 406, "not-supported", "http.Accept"),
    "version": (
        "GET", "/fhir/metadata", {"Accept": "application/fhir+json; fhirVersion=5.0"}, 406, "not-supported", "http.Accept",
    ),
    "parameter": ("GET", "/fhir/metadata?mode=full", {}, 422, "invalid", "http.mode"),
    "path": ("GET", "/fhir/Patient", {}, 404, "not-found", None),
    "method": ("POST", "/fhir/metadata", {}, 405, "not-supported", None),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_outcomes_with_the_status_of_everywhere_else(client: httpx.Client, name: str) -> None:
    method, path, headers, status, code, place = WRONG[name]
    reply = client.request(method, path, headers=headers)
    (issue,) = reply.json()["issue"]
    assert reply.headers["content-type"] == "application/fhir+json"
    assert (reply.status_code, issue["code"], issue["severity"]) == (status, code, "error")
    assert issue.get("expression", [None]) == [place]
    assert issue["diagnostics"].count(".") >= 2, "what is wrong, and how to mend it"


def test_elsewhere_errors_are_problems(client: httpx.Client) -> None:
    assert client.get("/fhirs").headers["content-type"] == "application/problem+json"
