"""`POST /v1/validation`: what is sent, how it is judged, what comes back; and the seeded defects once more, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from spinegraph.api.http.errors import install_errors
from spinegraph.api.http.validation import FORMS, validation_router
from spinegraph.api.http.validation_request import JSON_EXAMPLES, TURTLE_EXAMPLE
from spinegraph.api.setting import SettingsError
from spinegraph.api.validation_settings import RANGES, ValidationSettings, make_validation_service
from spinegraph.engine.knowledge.files import schema_paths, shipped_paths
from spinegraph.engine.validation.diagnostics import Diagnostic
from spinegraph.engine.validation.reports import MEDIA_TYPES
from spinegraph.engine.validation.reports.json import JsonReport, ReportedDiagnostic
from spinegraph.engine.validation.service.layout import served_files
from spinegraph.engine.validation.service.limits import ValidationLimits
from spinegraph.engine.validation.service.names import check_names
from spinegraph.engine.validation.validate import CHECKS

from tests.api.conftest import MakeClient
from tests.authoring.guideline import BAD as BAD_FOLDER
from tests.authoring.guideline import Defect, read_defects, seed, write_good
from tests.authoring.test_bad import SLOW, told

pytestmark = pytest.mark.slow

URL = "/v1/validation"
TURTLE = {"Content-Type": "text/turtle"}
CORE = "@prefix core: <https://w3id.org/spinegraph/core/> ."
QUICK = [check.name for check in CHECKS if check.name not in SLOW and check.name != "documents"]
NAMES = {"name": "shapes/rules/sore-muscles.ttl"}
DEFECTS = read_defects()
PATIENT = ValidationLimits(max_bytes=300_000, max_files=40, workers=2, timeout_seconds=300, cpu_seconds=300)
"""However busy the machine, the reasoner is waited for."""
SETTINGS = ValidationSettings(limits=PATIENT, owl=True)


@pytest.fixture(scope="module")
def service_client(make_client: MakeClient) -> Iterator[httpx.Client]:
    """A service that offers the reasoner, and takes little."""
    service = make_validation_service(SETTINGS)
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    app.include_router(validation_router(service, SETTINGS))
    yield make_client(app)
    service.close()


def found(reply: httpx.Response) -> list[tuple[str, str, int]]:
    assert reply.status_code == 200, reply.text
    return [(one["id"], one["place"]["file"], one["place"]["line"]) for one in reply.json()["diagnostics"]]


def ask(client: httpx.Client, files: dict[str, str], **members: Any) -> httpx.Response:
    return client.post(URL, json={"files": files, "only": ["syntax", "vocabulary"], **members})


# Bodies ----------------------------------------------------------------------------------------


def test_one_file_of_turtle(service_client: httpx.Client) -> None:
    parameters = {**NAMES, "only": ["syntax", "vocabulary"]}
    reply = service_client.post(URL, content=TURTLE_EXAMPLE, headers=TURTLE, params=parameters)
    assert found(reply) == [("SG201", NAMES["name"], 9)]
    assert reply.json()["ran"] == ["syntax", "vocabulary"]
    unnamed = service_client.post(URL, content=TURTLE_EXAMPLE, headers=TURTLE, params={"only": "syntax,vocabulary"})
    assert found(unnamed) == [("SG201", "content.ttl", 9)]


def test_files_of_json_and_of_form_parts(service_client: httpx.Client) -> None:
    files = {"shapes/a.ttl": "@prefix", "shapes/rules/b.ttl": TURTLE_EXAMPLE, "cases/c.yaml": "- [", "mappings.sssom.tsv": "x\ty"}
    only = ["syntax", "vocabulary", "mappings"]
    expected = found(ask(service_client, files, only=only))
    assert {(id_, file) for id_, file, _ in expected} == {("SG804", "mappings.sssom.tsv"), ("SG101", "shapes/a.ttl")}
    parts = [("file", (name, text.encode())) for name, text in files.items()]
    assert found(service_client.post(URL, files=parts, params={"only": only})) == expected
    judged = service_client.post(URL, files=parts, data={"profile": "severity: {SG101: note}"}, params={"only": only})
    assert judged.json()["summary"] == {"error": 3, "warning": 0, "note": 1, "suppressed": 0}


def test_the_examples_are_answered_as_they_say(service_client: httpx.Client) -> None:
    for example in JSON_EXAMPLES.values():
        reply = service_client.post(URL, json=example["value"] | {"only": ["vocabulary"]})
        assert found(reply) == [("SG201", "shapes/rules/sore-muscles.ttl", 9)]
    assert reply.json()["diagnostics"][0]["severity"] == "warning"


def test_they_are_in_the_interface(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"][URL]["post"]
    assert set(operation["requestBody"]["content"]) == {"text/turtle", "application/json", "multipart/form-data"}
    body = document["components"]["schemas"]["ValidationBody"]
    assert set(body["properties"]) == {"files", "beside", "only", "owl", "profile"}
    assert body["additionalProperties"] is False
    assert set(operation["responses"]["200"]["content"]) == set(FORMS) == set(MEDIA_TYPES.values())
    assert set(operation["responses"]) == {*("200", "400", "401", "403", "406", "408", "413", "415", "422", "429", "500", "503")}


# What is judged --------------------------------------------------------------------------------


def test_beside_the_shipped_content_only_what_was_sent_is_reported(service_client: httpx.Client) -> None:
    fever = "<https://w3id.org/spinegraph/finding/Fever> <http://www.w3.org/2000/01/rdf-schema#label> 'heat'@en ."
    reply = ask(service_client, {"ontology/more.ttl": fever}, only=["names"])
    assert ("SG204", "ontology/more.ttl", 1) in found(reply)
    assert {file for _, file, _ in found(reply)} == {"ontology/more.ttl"}
    assert set(reply.json()["files"]) == {*served_files(), "ontology/more.ttl"}
    (related,) = reply.json()["diagnostics"][0]["related"]
    assert related["place"]["file"] == "ontology/findings.ttl"  # no path of this machine
    text = reply.text + ask(service_client, {"a.ttl": fever}).text
    assert not [path for path in (*shipped_paths(), Path.cwd(), "/tmp") if str(path) in text]  # noqa: S108


def test_a_file_replaces_the_one_of_its_name(service_client: httpx.Client) -> None:
    path = next(path for path in shipped_paths() if path.name == "conditions.ttl")
    text = path.read_text(encoding="utf-8")
    same = ask(service_client, {"ontology/conditions.ttl": text}, only=QUICK)
    assert same.json()["knowledge"] == ask(service_client, {"cases/x.yaml": "[]"}, only=["syntax"]).json()["knowledge"]
    assert [id_ for id_, *_ in found(same) if id_ != "SG911"] == []
    changed = ask(service_client, {"ontology/conditions.ttl": text.replace("owl:Class", "owl:Clas", 1)}, only=QUICK)
    assert ("SG201", "ontology/conditions.ttl") in {(id_, file) for id_, file, _ in found(changed)}


def test_alone_there_is_only_the_schema(service_client: httpx.Client) -> None:
    present = f"{CORE} <urn:x:a> core:present <https://w3id.org/spinegraph/finding/Fever> ."
    reply = ask(service_client, {"a.ttl": present}, only=["vocabulary", "names"], beside="alone")
    assert set(reply.json()["files"]) == {"a.ttl", *(f"{path.parent.name}/{path.name}" for path in schema_paths())}
    assert found(reply) == [("SG202", "a.ttl", 1)]
    own = ask(service_client, {"my/core.ttl": "# mine"}, beside="alone").json()["files"]
    assert "ontology/core.ttl" not in own


def test_cases_are_read_against_the_content(service_client: httpx.Client) -> None:
    case = "- name: One\n  case: {present: [feverr]}\n  expect: {urgency: routine}\n"
    assert found(ask(service_client, {"cases/c.yaml": case}, only=["cases"])) == [("SG104", "cases/c.yaml", 2)]
    screens = {"cases/screens.yaml": "all: [fever]\n", "cases/c.yaml": case.replace("feverr]", "fever], absent_screens: [al]")}
    reply = ask(service_client, screens, only=["cases"])
    assert "all" in reply.json()["diagnostics"][0]["mend"]
    assert found(ask(service_client, {"c.yaml": case.replace("feverr", "fever")}, only=["cases"])) == []


def test_own_shapes_about_content(service_client: httpx.Client) -> None:
    prefixes = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix core: <https://w3id.org/spinegraph/core/> .\n"
        "@prefix shape: <https://w3id.org/spinegraph/shape/> . @prefix rule: <https://w3id.org/spinegraph/rule/> .\n"
    )
    files = {
        "shapes/authoring/house.ttl": prefixes
        + "shape:House a sh:NodeShape ; sh:targetNode rule:mine ; sh:property [ sh:path core:timing ; sh:minCount 1 ] .",
        "shapes/rules/mine.ttl": prefixes + 'rule:mine core:text "Do."@en .',
    }
    reply = ask(service_client, files, only=["shapes"])
    assert ("SG401", "shapes/rules/mine.ttl", 3) in found(reply)
    assert "shape:House" in reply.text
    assert reply.json()["complete"]


def test_the_reasoner_runs_where_it_is_offered(service_client: httpx.Client, client: httpx.Client) -> None:
    bad = (
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix finding: <https://w3id.org/spinegraph/finding/> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "finding:Fever rdfs:subClassOf [ owl:complementOf finding:Fever ] ."
    )
    reply = ask(service_client, {"ontology/bad.ttl": bad}, only=["ontology"], owl=True)
    assert [id_ for id_, *_ in found(reply)] == ["SG501"]
    assert reply.json()["complete"]
    refused = ask(client, {"ontology/bad.ttl": bad}, owl=True)
    assert (refused.status_code, refused.json()["where"]) == (422, "/owl")
    assert "SPINEGRAPH_VALIDATION_OWL" in refused.json()["mend"]
    left_out = service_client.post(URL, json={"files": {"a.ttl": ""}, "beside": "alone"}).json()
    assert left_out["left_out"] == ["ontology", "documents"]


# Reports ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("media_type", "said"), [
    ("application/json", b'"schema": "spinegraph-validation/1"'),
    ("application/sarif+json", b'"version": "2.1.0"'),
    ("application/xml", b"<testsuites"),
    ("text/html", b"<!DOCTYPE html>"),
    ("text/turtle", b"ValidationReport"),
    ("text/plain", b"SG201 unknown-term"),
])  # fmt: skip
def test_the_report_that_is_asked_for(service_client: httpx.Client, media_type: str, said: bytes) -> None:
    headers = {**TURTLE, "Accept": f"{media_type}, */*;q=0.1"}
    reply = service_client.post(URL, content=TURTLE_EXAMPLE, headers=headers, params={**NAMES, "only": "vocabulary"})
    assert reply.status_code == 200
    assert reply.headers["content-type"].partition(";")[0] == media_type
    assert said in reply.content
    assert (reply.headers["cache-control"], reply.headers["vary"]) == ("no-store", "Accept")
    assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_junit_fails_from_the_severity_on_that_is_asked_for(service_client: httpx.Client) -> None:
    def failures(fail_on: str) -> bool:
        body = {"files": {"a.ttl": TURTLE_EXAMPLE}, "only": ["vocabulary"], "profile": {"severity": {"SG201": "warning"}}}
        reply = service_client.post(URL, json=body, params={"fail_on": fail_on}, headers={"Accept": "application/xml"})
        return b"<failure" in reply.content

    assert (failures("error"), failures("warning")) == (False, True)


# What is refused --------------------------------------------------------------------------------

BAD: dict[str, tuple[int, bytes, str, str]] = {
    "validation-json-syntax": (400, b'{"files": {', "application/json", ""),
    "validation-json-too-deep": (400, b"[" * 100_000, "application/json", ""),
    "validation-json-not-utf-8": (400, b'{"files": {"a.ttl": "\xff"}}', "application/json", ""),
    "validation-json-twice": (400, b'{"files": {"a.ttl": "", "a.ttl": ""}}', "application/json", ""),
    "validation-form-parts": (400, b"--x\r\nnonsense", "multipart/form-data; boundary=x", ""),
    "validation-form-boundary": (400, b"--x\r\n", "multipart/form-data", ""),
    "validation-no-object": (422, b"[]", "application/json", ""),
    "validation-no-files": (422, b"{}", "application/json", ""),
    "validation-empty-files": (422, b'{"files": {}}', "application/json", ""),
    "validation-file-no-text": (422, b'{"files": {"a.ttl": 1}}', "application/json", ""),
    "validation-surrogate": (422, b'{"files": {"a.ttl": "\\ud800"}}', "application/json", ""),
    "validation-unknown-member": (422, b'{"file": {}}', "application/json", ""),
    "validation-unknown-parameter": (422, b"", "text/turtle", "?nam=a.ttl"),
    "validation-parameter-twice": (422, b"", "text/turtle", "?name=a.ttl&name=b.ttl"),
    "validation-said-twice": (422, b'{"files": {"a.ttl": ""}, "beside": "alone"}', "application/json", "?beside=alone"),
    "validation-name-of-json": (422, b'{"files": {"a.ttl": ""}}', "application/json", "?name=a.ttl"),
    "validation-beside-what": (422, b'{"files": {"a.ttl": ""}, "beside": "aloen"}', "application/json", ""),
    "validation-no-such-check": (422, b"", "text/turtle", "?only=sintax"),
    "validation-fail-on": (422, b"", "text/turtle", "?fail_on=note"),
    "validation-absolute-name": (422, b"", "text/turtle", "?name=/etc/passwd.ttl"),
    "validation-name-upwards": (422, b"", "text/turtle", "?name=../../a.ttl"),
    "validation-name-unseen": (422, b"", "text/turtle", "?name=a%E2%80%AEltt.ttl"),
    "validation-other-kind": (422, b"", "text/turtle", "?name=a.py"),
    "validation-profile": (422, b'{"files": {"a.ttl": ""}, "profile": "severity:\\n  SG201: eror"}', "application/json", ""),
    "validation-profile-no-yaml": (422, b'{"files": {"a.ttl": ""}, "profile": "a: ["}', "application/json", ""),
    "validation-too-many": (413, json.dumps({"files": {f"{n}.ttl": "" for n in range(41)}}).encode(), "application/json", ""),
    "validation-too-large": (413, b"#" * 300_001, "text/turtle", ""),
    "validation-too-large-together": (
        413, json.dumps({"files": {"a.ttl": "#" * 200_000, "b.ttl": "#" * 100_001}}).encode(), "application/json", "",
    ),
    "validation-content-type": (415, b"{}", "application/ld+json", ""),
    "validation-charset": (415, b"{}", "text/turtle; charset=latin1", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_is_explained(
    service_client: httpx.Client, matches_golden: Callable[[str, str], None], name: str
) -> None:
    status, body, content_type, query = BAD[name]
    reply = service_client.post(URL + query, content=body, headers={"Content-Type": content_type})
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json"), reply.text
    problem = reply.json()
    told = (f"{member}: {problem[member]}" for member in ("title", "where", "detail", "mend") if member in problem)
    matches_golden(name, "\n".join((f"{status} {problem['type']}", *told, "")))


def test_no_report_in_such_a_form(service_client: httpx.Client) -> None:
    reply = service_client.post(URL, content="", headers={**TURTLE, "Accept": "application/ld+json"})
    assert reply.status_code == 406
    assert "application/sarif+json" in reply.json()["mend"]


def test_encoded_bodies_are_not_decoded(service_client: httpx.Client) -> None:
    import gzip

    body = gzip.compress(b" " * 50_000_000)
    reply = service_client.post(URL, content=body, headers={**TURTLE, "Content-Encoding": "gzip"})
    assert (reply.status_code, reply.json()["where"]) == (415, "Content-Encoding")


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "a", ".ttl", "/a.ttl", "a//b.ttl", "a/./b.ttl", "a/../b.ttl", "../a.ttl", "C:\\a.ttl", "C:/a.ttl",
        "a\\b.ttl",
        "a\0.ttl", "a\n.ttl", "a\u202e.ttl", "a\ufeff.ttl", "\ud800.ttl", "a .ttl/b.ttl", " a.ttl", "a.ttl ", "b.ttl/a.ttl",
        "a.exe",
        "a.txt", "x/documents/a.txt", "a" * 300 + ".ttl", "ä" * 100 + ".ttl", "a/" * 20 + "b.ttl", "a.TTL", "a.ttl/",
    ],
)  # fmt: skip
def test_names_that_could_mean_another_place(name: str) -> None:
    from spinegraph.engine.errors import MalformedContentError

    with pytest.raises(MalformedContentError) as error:
        check_names([name])
    str(error.value).encode()


def test_plain_names() -> None:
    check_names(
        ["a.ttl", "shapes/rules/Rückenschmerz (neu).ttl", "ontology/x.sssom.tsv", "cases/a.yml", "documents/1.txt", "a-b/.c.ttl"]
    )


# The service ------------------------------------------------------------------------------------


def test_settings() -> None:
    given = {variable: str(allowed[0]) for variable, allowed in RANGES.values()} | {"SPINEGRAPH_VALIDATION_OWL": "1"}
    settings = ValidationSettings.from_environment(given)
    assert {name: getattr(settings.limits, name) for name in RANGES} == {
        name: allowed[0] for name, (_, allowed) in RANGES.items()
    }
    assert settings.owl
    assert ValidationSettings.from_environment({}) == ValidationSettings()
    assert set(RANGES) == set(ValidationLimits.__struct_fields__)
    for variable in (*given, "SPINEGRAPH_VALIDATION_BODY_SECONDS"):
        with pytest.raises(SettingsError) as error:
            ValidationSettings.from_environment({variable: "-1"})
        assert error.value.where == variable


def test_another_knowledge_is_what_files_are_read_beside(tmp_path: Path) -> None:
    write_good(tmp_path)
    names = served_files([tmp_path])
    assert names["shapes/rules/sore-throat.ttl"] == tmp_path / "shapes/rules/sore-throat.ttl"
    assert names["shapes/case.ttl"] == next(path for path in schema_paths() if path.name == "case.ttl")
    assert "ontology/findings.ttl" in names
    assert not [name for name in names if "documents" in name or "back-pain" in name]


# The seeded defects -----------------------------------------------------------------------------


def _chosen() -> dict[str, Defect]:
    """All of them, but of those that need another process, which takes a second or two, one of each kind."""
    chosen: dict[str, Defect] = {}
    kinds: set[tuple[str, ...]] = set()
    for name, defect in DEFECTS.items():
        kind = (defect.expect[0]["id"], *defect.checks)
        if not defect.checks or kind not in kinds:
            chosen[name] = defect
        kinds.add(kind)
    return chosen


CHOSEN = _chosen()


class Asked(NamedTuple):
    """A defect as it was sent, and what was answered."""

    expected: set[tuple[str, str, int]]
    reply: httpx.Response


@pytest.fixture(scope="module")
def asked(service_client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Asked]]]:
    """Every seeded defect, sent while others are looked at."""
    folder = tmp_path_factory.mktemp("defects")
    with ThreadPoolExecutor(max_workers=SETTINGS.limits.workers) as pool:
        yield {name: pool.submit(_ask, service_client, defect, folder / name) for name, defect in CHOSEN.items()}


def _ask(client: httpx.Client, defect: Defect, folder: Path) -> Asked:
    seed(folder, defect)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    parts = [("file", (path.relative_to(folder).as_posix(), path.read_bytes())) for path in files]
    only = [*QUICK, "documents", *defect.checks]
    reply = client.post(URL, files=parts, params={"beside": "alone", "only": only, "owl": "true"})
    return Asked(set(defect.expected(folder)), reply)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_seeded_defect_is_told_over_http_word_for_word(asked: dict[str, Future[Asked]], name: str) -> None:
    """The same ids at the same lines in the same words as on the command line."""
    expected, reply = asked[name].result()
    assert expected <= set(found(reply))
    report = msgspec.json.decode(reply.content, type=JsonReport)
    gaps = (f"not run: {gap.check}: {gap.reason}\n" for gap in report.not_run)
    text = "".join([*(told(as_diagnostic(one)) for one in report.diagnostics), *gaps])
    assert text == (BAD_FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def as_diagnostic(reported: ReportedDiagnostic) -> Diagnostic:
    """The sentences of it, which are made; the data from which they are made stay with the checks."""
    shared = set(Diagnostic.__struct_fields__) & set(ReportedDiagnostic.__struct_fields__)
    return Diagnostic(**{name: getattr(reported, name) for name in shared})
