"""The doors of the service at which made-up requests are put, in process: whatever comes, it is answered or refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st
from spinegraph.api.http.bodies import LINES
from spinegraph.api.http.errors import FHIR_JSON, PROBLEM_TYPE
from spinegraph.api.http.validation_request import TURTLE_EXAMPLE
from starlette.testclient import TestClient

from tests.exchange.cds_hooks.calling import Json, example, order, ordering, request
from tests.exchange.fhir.reading.making import bundle, condition, patient
from tests.exchange.fhir.reading.test_record import EVERYTHING
from tests.fuzz.mutating import ODD_TEXTS, json_texts, mutated, nested, texts, torn, written
from tests.fuzz.queries import queries
from tests.fuzz.turtle import small_texts

ROOT = Path(__file__).resolve().parents[2]
CASES: list[Any] = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "docs" / "examples").glob("*.yaml"))]
CASES += [
    {
        "present": ["back_pain", {"code": "fever", "at": "2026-02-27"}], "absent": ["http://snomed.info/sct|49727002"],
        "measurements": {"age_years": 54, "temperature_c": [{"value": 101, "unit": "[degF]", "at": "2026-03-01"}]},
        "performed": [{"code": "mri_lumbar", "at": "2026-03"}], "taking": ["nsaid"], "not_taking": ["opioid"],
        "coded": {"sex": "female"}, "birth_date": "1972-05-01", "as_of": "2026-03-03", "audience": "patient", "language": "de",
        "unknown_codes": "report", "title": "T", "narrative": "N",
    },
    {},
]  # fmt: skip
ANSWERS: Json = json.loads((ROOT / "docs" / "examples" / "answers.json").read_text())
RECORDS: list[Any] = [
    bundle(*EVERYTHING, timestamp="2026-03-03T10:00:00Z"),
    bundle(*(one | {"contained": [{"resourceType": "Medication", "id": "m"}]} for one in EVERYTHING)),
    json.loads((ROOT / "docs" / "examples" / "record.json").read_text()),
    ANSWERS,
    EVERYTHING,
    bundle(patient(), patient("ben"), condition(), ANSWERS | {"subject": {"reference": "Patient/anna"}}),
]
HOOKS: list[Json] = [
    example("patient-view"),
    example("order-select"),
    request("order-sign", context=ordering(order(), order(id_="b", kind="MedicationRequest", dosageInstruction=[{}]))),
    request("patient-view", *EVERYTHING),
]
FEEDBACK: list[Json] = [
    {"feedback": [{
        "card": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "outcome": "overridden", "outcomeTimestamp": "2026-03-03T10:15:00Z",
        "overrideReason": {"reason": {"code": "c", "system": "s"}, "userComment": "x"},
    }, {
        "card": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "outcome": "accepted", "outcomeTimestamp": "2026-03-03T10:15:00Z",
        "acceptedSuggestions": [{"id": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"}],
    }]},
]  # fmt: skip
PARAMETERS: list[Json] = [
    {"resourceType": "Parameters", "parameter": [
        {"name": "subject", "valueString": "Patient/anna"}, {"name": "data", "resource": bundle(*EVERYTHING)},
        {"name": "practitioner", "valueString": "Practitioner/who"},
    ]},
    bundle(*EVERYTHING),
    ANSWERS,
]  # fmt: skip
DRAFTS: list[Json] = [
    {"files": {"shapes/rules/sore-muscles.ttl": TURTLE_EXAMPLE}, "beside": "alone", "only": ["syntax", "words"], "profile": {}},
    {"files": {"cases/a.yaml": "present: [fever]\n", "m.sssom.tsv": "a\tb\n"}, "beside": "alone", "only": ["syntax"]},
]

QUERIES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "queries").glob("*.rq"))]
TURTLE = [TURTLE_EXAMPLE, *small_texts().values()]


class Request(NamedTuple):
    """One request. `parameters` are those of the URL."""

    path: str
    body: bytes
    media_type: str
    parameters: Mapping[str, str]


class Door(NamedTuple):
    """What is made up for one door, and how it is put there: `put` tells in a word what came of it. `cost`: how
    many others one of these inputs takes the time of."""

    name: str
    made: st.SearchStrategy[Any]
    put: Callable[[Any], str]
    cost: int = 1


def judged(reply: Any) -> str:
    """The status of a reply, if it is one that a client can use.

    A fault is none, and a 503 only where it names the limit that was met. What is refused says what is wrong.
    """
    status, kind = reply.status_code, reply.headers.get("content-type", "").partition(";")[0]
    assert status < 500 or status == 503, reply.text
    if status >= 400:
        told = json.loads(reply.content)
        if kind == FHIR_JSON:
            assert told["resourceType"] == "OperationOutcome", told
            assert told["issue"][0]["diagnostics"], told
        else:
            assert kind == PROBLEM_TYPE, reply.headers
            assert told["status"] == status, told
            assert told["detail"], told
    elif kind == LINES:
        assert all(json.loads(line)["line"] for line in reply.content.splitlines())
    elif kind.endswith("json"):
        json.loads(reply.content)
    return str(status)


def _requests(
    path: str, media_type: str, bodies: st.SearchStrategy[bytes], **choices: tuple[str, ...]
) -> st.SearchStrategy[Request]:
    """Requests with parameters, each with one of its values or left out."""
    parameters = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in choices.items()})
    return st.builds(Request, st.just(path), bodies, st.just(media_type), parameters)


DATES = ("2026-03-03", "timestamp", "2026", *ODD_TEXTS[-12:-4])
VIEW = ("brief", "standard", "full")


def _yaml(data: Any) -> bytes:
    return nested(yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "surrogatepass"))


def _as_lines(data: Any) -> bytes:
    return b"\n".join(written(one) for one in (data if isinstance(data, list) else [data, data]))


def doors_of(client: TestClient) -> list[Door]:
    """The doors of a service, those that ask no process first."""

    def put(one: Request) -> str:
        sent = {name: text.encode("utf-8", "replace").decode() for name, text in one.parameters.items()}
        return judged(client.post(one.path, content=one.body, headers={"Content-Type": one.media_type}, params=sent))

    case_bodies = json_texts(CASES)
    proofs = ("no-routine-imaging", "x", "")
    resources = {"as_of": DATES, "subject": ("anna", "Patient/ben", "x"), "audience": ("patient", "x"), "view": VIEW}
    records = json_texts(RECORDS)
    graphs = texts(
        ["@prefix core: <https://w3id.org/spinegraph/core/> . @prefix finding: <https://w3id.org/spinegraph/finding/> .\n"
         '[] a core:Case ; core:present finding:Fever , finding:BackPain ; core:ageYears 54 ; core:asOf "2026-03-03" ; '
         'core:entry [ core:present finding:NightPain ; core:at "2026-03-01" ] .']
    )  # fmt: skip
    hooks = mutated(HOOKS).flatmap(
        lambda one: _requests(
            f"/cds-services/{one.get('hook') if isinstance(one.get('hook'), str) and str(one['hook']).isprintable() else 'x'}"
            if isinstance(one, dict)
            else "/cds-services/patient-view",
            "application/json",
            torn(st.just(written(one))),
        )
    )
    forms = st.sampled_from(["/fhir/Questionnaire/all/$populate", "/fhir/Questionnaire/all/$next"])
    applied = st.sampled_from(["/fhir/PlanDefinition/spinegraph/$apply", "/fhir/PlanDefinition/no-routine-imaging/$apply"])
    asked = json_texts(PARAMETERS)
    operations = st.one_of(forms, applied).flatmap(lambda path: _requests(path, FHIR_JSON, asked))
    validated = st.one_of(
        _requests("/v1/validation", "application/json", json_texts(DRAFTS)),
        _requests("/v1/validation", "text/turtle", texts(TURTLE), beside=("alone",), only=("syntax", "words", "names")),
    )

    def query(one: bytes) -> str:
        accept = {"Content-Type": "application/sparql-query", "Accept": "*/*"}
        return judged(client.post("/sparql", content=one, headers=accept))

    return [
        Door("case as JSON", _requests("/v1/decisions", "application/json", case_bodies, view=VIEW, explain=proofs), put),
        Door("case as YAML", _requests("/v1/decisions", "application/yaml", torn(mutated(CASES).map(_yaml)), view=VIEW), put),
        Door("case as Turtle", _requests("/v1/decisions", "text/turtle", graphs), put),
        Door("batch", _requests("/v1/decisions/batch", LINES, torn(mutated([CASES]).map(_as_lines))), put),
        Door("record", _requests("/v1/decisions", FHIR_JSON, records, **resources), put),
        Door(
            "record in lines",
            _requests("/v1/decisions", "application/fhir+ndjson", torn(mutated([EVERYTHING]).map(_as_lines)), **resources),
            put,
        ),
        Door("operations of FHIR", operations, put),
        Door("hooks", hooks, put),
        Door(
            "feedback", _requests("/cds-services/patient-view/feedback", "application/json", json_texts(FEEDBACK)), put
        ),
        Door("queries", st.one_of(queries().map(str.encode), texts(QUERIES)), query),
        Door("validation", validated, put, cost=50),
    ]  # fmt: skip
