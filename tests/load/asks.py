"""What clients ask, and what each answer has to be: worked out in this process, on knowledge that nobody disturbs."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from spinegraph.api.access_settings import AccessSettings
from spinegraph.api.http.metrics import Metrics
from spinegraph.api.http.opening import Opening
from spinegraph.api.settings import Settings
from spinegraph.engine import Knowledge, make_codebook
from starlette.types import ASGIApp, Message

from tests.exchange.fhir.reading.making import ANNA, of_findings

JSON, YAML, TURTLE, FHIR, LINES = (
    "application/json", "application/yaml", "text/turtle", "application/fhir+json", "application/x-ndjson",
)  # fmt: skip
SECONDS = 300
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PATIENT = {"SPINEGRAPH_SPARQL_TIMEOUT_SECONDS": "300", "SPINEGRAPH_VALIDATION_TIMEOUT_SECONDS": "300"}
"""What is asked beforehand is waited for, however busy the machine."""
QUERIES = (
    "SELECT ?s ?code { ?s <http://www.w3.org/2004/02/skos/core#notation> ?code } ORDER BY ?s ?code",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    "ASK { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }",
    "SELECT ?s ?l { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER(REGEX(STR(?l), 'ankle')) } ORDER BY ?s ?l",
)
SLOW_QUERY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
MISSPELT = b"""@prefix core: <https://w3id.org/spinegraph/core/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/spinegraph/shape/> .

shape:Strange a sh:NodeShape ; core:presnt shape:Other .
"""


class Ask(NamedTuple):
    """A request; `route` names its row in the table, `weight` how often it comes."""

    route: str
    weight: float
    method: str
    target: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    exact: bool = True
    """Whether there is one right answer; of the others the status alone is judged."""


class Expected(NamedTuple):
    """What an answer has to be; a request id, which is another each time, is left out."""

    status: int
    media_type: str
    body: bytes


def expected_of(reply: httpx.Response) -> Expected:
    """An answer as it is compared."""
    media_type, body = reply.headers.get("content-type", ""), reply.content
    if reply.status_code >= 400 and "json" in media_type:
        told = json.loads(body)
        told.pop("request_id", None)
        body = json.dumps(told, sort_keys=True).encode()
    return Expected(reply.status_code, media_type, body)


def asks_of(knowledge: Knowledge, package: str, seed: int, cases: int = 40) -> list[Ask]:
    """What is asked of the knowledge of a package: every kind of traffic, with made-up patients."""
    patients = [*made_up(knowledge, seed, cases)]
    return [
        *_decisions(patients),
        *_batches(patients),
        *_queries(),
        *_validations(),
        *_hooks(),
        *_records(patients, package),
        *(Ask(f"GET {path}", 1, "GET", path) for path in ("/v1/knowledge", "/v1/search?q=ankle", "/openapi.json")),
        *(Ask(f"GET {path}", 0.5, "GET", path, exact=False) for path in ("/health/ready", "/metrics")),
    ]


def made_up(knowledge: Knowledge, seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Patients as JSON; some are refused, since a finding is named on both sides or a code is none."""
    chance = random.Random(seed)  # noqa: S311
    codes = codes_of(knowledge)
    measured = sorted(one.code for one in knowledge.measurements.values())
    for number in range(count):
        chosen = chance.sample(codes, chance.randint(0, min(12, len(codes))))
        cut = chance.randint(0, len(chosen))
        patient: dict[str, Any] = {"present": chosen[:cut], "absent": chosen[cut:]}
        if measured and chance.random() < 0.7:
            patient["measurements"] = {chance.choice(measured): chance.choice((20, 54, 95, 150, 190))}
        if number % 20 == 19:
            patient["present"] = [*patient["present"], "no_such_code"]
        yield patient


def codes_of(knowledge: Knowledge) -> list[str]:
    """The codes of findings that a case may have."""
    codebook = make_codebook(knowledge)
    return sorted(set(codebook.findings.values()).difference(codebook.derived_only))


def _decisions(patients: Sequence[dict[str, Any]]) -> Iterator[Ask]:
    for number, patient in enumerate(patients):
        body = json.dumps(patient).encode()
        view = ("brief", "standard", "full")[number % 3]
        yield Ask(f"POST /v1/decisions {view}", 1, "POST", f"/v1/decisions?view={view}", {"Content-Type": JSON}, body)
        if number % 4 == 0:
            yield Ask("POST /v1/decisions YAML", 0.5, "POST", "/v1/decisions", {"Content-Type": YAML}, body)
        if number % 5 == 0:
            accept = {"Content-Type": JSON, "Accept": ("text/html", "text/markdown", "text/turtle")[number % 3]}
            yield Ask("POST /v1/decisions article, provenance", 0.5, "POST", "/v1/decisions", accept, body)
        if number % 8 == 0:
            yield Ask("POST /v1/pathways", 0.2, "POST", "/v1/pathways", {"Content-Type": JSON}, body)


def _batches(patients: Sequence[dict[str, Any]]) -> Iterator[Ask]:
    for start in range(0, len(patients), 10):
        body = b"\n".join(json.dumps(patient).encode() for patient in patients[start : start + 10])
        yield Ask("POST /v1/decisions/batch", 1, "POST", "/v1/decisions/batch?view=brief", {"Content-Type": LINES}, body)


def _queries() -> Iterator[Ask]:
    for query in QUERIES:
        for accept in ("application/sparql-results+json", "application/sparql-results+xml"):
            direct = {"Content-Type": "application/sparql-query", "Accept": accept}
            yield Ask("POST /sparql", 1, "POST", "/sparql", direct, query.encode())
            yield Ask("GET /sparql", 1, "GET", f"/sparql?{urlencode({'query': query})}", {"Accept": accept})
    slow = {"Content-Type": "application/sparql-query"}
    yield Ask("POST /sparql too long", 1, "POST", "/sparql", slow, SLOW_QUERY.encode(), exact=False)


def _validations() -> Iterator[Ask]:
    headers = {"Content-Type": TURTLE, "Accept": JSON}
    named = "/v1/validation?name=shapes/strange.ttl"
    yield Ask("POST /v1/validation", 0.2, "POST", named, headers, MISSPELT)
    yield Ask("POST /v1/validation one check", 1, "POST", f"{named}&only=vocabulary", headers, MISSPELT)
    yield Ask("POST /v1/validation one check", 0.5, "POST", f"{named}&only=vocabulary", headers, MISSPELT[:-10])


def _hooks() -> Iterator[Ask]:
    for name in ("patient-view", "order-select"):
        body = (EXAMPLES / f"hook-{name}.json").read_bytes()
        yield Ask("POST /cds-services", 2, "POST", f"/cds-services/{name}", {"Content-Type": JSON}, body)
    given = {"card": "2a3f8c1e-5f0b-4a53-9d0e-7c5d5a3c6f01", "outcome": "overridden", "outcomeTimestamp": "2026-03-03T10:00:00Z"}
    body = json.dumps({"feedback": [given]}).encode()
    yield Ask("POST feedback", 2, "POST", "/cds-services/patient-view/feedback", {"Content-Type": JSON}, body)


def _records(patients: Sequence[dict[str, Any]], package: str) -> Iterator[Ask]:
    for patient in patients[::8]:
        observed = [(code, there) for side, there in (("present", True), ("absent", False)) for code in patient[side]]
        record = json.dumps(of_findings(*observed)).encode()
        target = f"/fhir/PlanDefinition/{package}/$apply?subject={ANNA}&as_of=2026-03-03"
        yield Ask("POST $apply", 0.5, "POST", target, {"Content-Type": FHIR}, record)
        yield Ask("POST /v1/decisions FHIR", 0.5, "POST", "/v1/decisions?as_of=2026-03-03", {"Content-Type": FHIR}, record)


async def answers_of(folder: Path, environment: Mapping[str, str], asks: Sequence[Ask]) -> tuple[str, list[Expected]]:
    """The digest of the knowledge in a folder, and what a service over it answers, one question after another, each twice.

    Raises ValueError where an answer changes from one time to the next, or is a fault.
    """
    environment = {**environment, **PATIENT}
    opening = Opening(
        lambda: Settings.from_environment({**environment, "SPINEGRAPH_KNOWLEDGE": str(folder)}),
        AccessSettings.from_environment(environment),
        environment, (), drafts=False, metrics=Metrics(),
    )  # fmt: skip
    service = await asyncio.to_thread(opening.open)
    try:
        async with _started(service), _client_of(service) as client:
            first = [await _answered(client, ask) for ask in asks]
            again = [await _answered(client, ask) for ask in asks]
    finally:
        service.at_end()
    for ask, one, other in zip(asks, first, again, strict=True):
        if ask.exact and (one != other or one.status >= 500):
            raise ValueError(
                f"{ask.route} {ask.target}: {one.status} {one.body[:300]!r}, then {other.status} {other.body[:300]!r}"
            )
    return service.served.version.digest, first


async def _answered(client: httpx.AsyncClient, ask: Ask) -> Expected:
    if not ask.exact:
        return Expected(200, "", b"")
    return expected_of(await client.request(ask.method, ask.target, headers=dict(ask.headers), content=ask.body))


def _client_of(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1", timeout=SECONDS)


@asynccontextmanager
async def _started(app: ASGIApp) -> AsyncIterator[None]:
    """An application that was started as a server does it, in a task of its own."""
    asked: asyncio.Queue[Message] = asyncio.Queue()
    told: asyncio.Queue[Message] = asyncio.Queue()
    living = asyncio.ensure_future(app({"type": "lifespan"}, asked.get, told.put))
    await asked.put({"type": "lifespan.startup"})
    await told.get()
    try:
        yield
    finally:
        await asked.put({"type": "lifespan.shutdown"})
        await told.get()
        await living
