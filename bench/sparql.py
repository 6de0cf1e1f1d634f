"""SPARQL: a lookup over HTTP against bare Oxigraph and an empty route, hard queries against rdflib, sixteen clients at once.

`HARD` are aggregates over all triples or all passages, and paths through the criteria of every rule: what an endpoint is asked
for and cannot answer from an index. Beside them all competency questions are measured, easy ones too. `LIMITS_OF_OXIGRAPH` are
paths with both ends open, where Oxigraph itself gains less on rdflib, or where rdflib answers within a few milliseconds.
"""

from __future__ import annotations

import http.client
import itertools
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox
from fastapi import Response
from spinegraph.api.http.sparql import sparql_router
from spinegraph.api.query_library import competency_queries
from spinegraph.api.sparql_settings import SparqlSettings, make_query_service
from spinegraph.engine.query.dataset import load_stores
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.results import MediaTypes, count_rows
from spinegraph.engine.query.service import QueryService

from bench.measured import Measured
from tests.serving import app_of, serving

TOPIC = "SPARQL"
JSON = MediaTypes(select="application/sparql-results+json", ask="application/sparql-results+json", graph="text/turtle")
PREFIXES = """PREFIX core: <https://w3id.org/spinegraph/core/> PREFIX finding: <https://w3id.org/spinegraph/finding/>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
LOOKUP = PREFIXES + "SELECT ?label { finding:Fever rdfs:label ?label }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HARD = {
    "aggregate: statements of each passage's section, counted": """SELECT ?source ?section (COUNT(?passage) AS ?n) {
        ?passage core:section ?section ; core:source ?source } GROUP BY ?source ?section ORDER BY DESC(?n)""",
    "aggregate: how often each property is used": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n)",
    "path: findings that each rule's condition comes to": """SELECT ?rule (COUNT(DISTINCT ?finding) AS ?n) {
        ?rule sh:condition/(sh:node|(sh:and|sh:or)/rdf:rest*/rdf:first)* ?node . ?node core:present ?finding
        } GROUP BY ?rule ORDER BY DESC(?n)""",
    "path: rules that any finding below a red flag can reach": """SELECT DISTINCT ?rule ?broad {
        ?node core:present ?finding . ?finding rdfs:subClassOf+ ?broad .
        ?rule sh:condition/(sh:node|(sh:and|sh:or)/rdf:rest*/rdf:first)* ?node }""",
}
LIMITS_OF_OXIGRAPH = {
    "open path, bound by Oxigraph: all pairs of class and broader": "SELECT ?narrow ?broad { ?narrow rdfs:subClassOf+ ?broad }",
    "open path, bound by Oxigraph: the same, counted for each class": """SELECT ?broad (COUNT(?narrow) AS ?n) {
        ?narrow rdfs:subClassOf+ ?broad } GROUP BY ?broad ORDER BY DESC(?n)""",
    "open path, bound by Oxigraph: the same, and each node itself": "SELECT ?narrow ?broad { ?narrow rdfs:subClassOf* ?broad }",
    "open path, bound by Oxigraph: what can be reached from each class": """SELECT ?class (COUNT(?end) AS ?n) {
        ?class a <http://www.w3.org/2002/07/owl#Class> ; (!rdfs:label)* ?end } GROUP BY ?class""",
}
LONGEST = 20.0
"""Seconds after which rdflib is given up."""
SLOW_SECONDS = 40.0
CLIENTS = 16
SECONDS = 3.0


class Server(NamedTuple):
    port: int
    service: QueryService


@contextmanager
def served() -> Iterator[Server]:
    """`/sparql` and an empty route on loopback."""
    settings = SparqlSettings()
    service = make_query_service(settings)
    app = app_of(sparql_router(service, settings))

    @app.get("/empty")
    async def empty() -> Response:
        return Response(b"{}", media_type="application/json")

    with serving(app) as port:
        service.answer_now(Question(query="ASK { }", wanted=JSON))
        yield Server(port, service)
    service.close()


def median_seconds(run: Callable[[], object], count: int) -> float:
    """Median seconds of one run."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def lookup_seconds(server: Server, count: int = 1000) -> tuple[float, float, float]:
    """(bare Oxigraph in this process, empty route, the lookup over HTTP): medians, one kept connection."""
    store = load_stores(server.service.snapshot.quads).union
    bare = median_seconds(lambda: _text(store.query(LOOKUP)), count)
    client = http.client.HTTPConnection("127.0.0.1", server.port)
    target = f"/sparql?query={quote(LOOKUP)}"

    def get(path: str) -> bytes:
        client.request("GET", path)
        return client.getresponse().read()

    for path in ("/empty", target):
        median_seconds(lambda path=path: get(path), 50)  # type: ignore[misc]
    empty = median_seconds(lambda: get("/empty"), count)
    whole = median_seconds(lambda: get(target), count)
    client.close()
    return bare, empty, whole


def _text(answer: object) -> bytes:
    if not isinstance(answer, ox.QuerySolutions):
        raise TypeError(f"a SELECT is answered by {type(answer).__name__}")
    return answer.serialize(format=ox.QueryResultsFormat.JSON) or b""


class Comparison(NamedTuple):
    """Seconds of one query: through a worker, by Oxigraph alone in this process, by rdflib (at least, where it was given up)."""

    ours: float
    bare: float
    rdflib: float
    given_up: bool

    def rows(self, name: str) -> Iterator[Measured]:
        """Both sides of it."""
        ours, bare, slow = (f"{seconds * 1000:,.1f} ms" for seconds in self[:3])
        yield Measured(TOPIC, name, self.ours / self.bare, "× the time", "Oxigraph alone", f"{ours} against {bare}")
        note = f"{slow} against {ours}" + (", given up: at least" if self.given_up else "")
        yield Measured(TOPIC, f"rdflib, {name}", self.times, "× the time", "this service", note)

    @property
    def times(self) -> float:
        return self.rdflib / self.ours


def against_rdflib(server: Server, queries: Mapping[str, str]) -> Iterator[tuple[str, Comparison]]:
    """Each query on the same triples, which has to have as many rows in rdflib as here; rdflib is given up after LONGEST."""
    import rdflib

    quads = server.service.snapshot.quads
    graph, store = rdflib.Graph(), load_stores(quads).union
    triples = [quad.triple for quad in ox.parse(quads, format=ox.RdfFormat.N_QUADS)]
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    graph.query("ASK { }")  # what it loads the first time
    for name, query in queries.items():
        question = Question(query=query, wanted=MediaTypes(select="text/csv", ask="", graph=""))
        start = time.perf_counter()
        rows = _rows_within(LONGEST, lambda query=query: len(list(graph.query(query))))  # type: ignore[misc]
        slow = time.perf_counter() - start
        if slow < 1:
            slow = statistics.median([slow, *(_seconds(lambda query=query: list(graph.query(query))) for _ in range(2))])  # type: ignore[misc]
        ours = server.service.answer_now(question).body
        if rows is not None and count_rows(ours, "text/csv") != rows:
            raise RuntimeError(f"{name}: {rows} rows in rdflib, {ours[:200]!r} here")
        compared = Comparison(
            ours=median_seconds(lambda question=question: server.service.answer_now(question), 20),  # type: ignore[misc]
            bare=median_seconds(lambda query=query: _text(store.query(query)), 20),  # type: ignore[misc]
            rdflib=slow,
            given_up=rows is None,
        )
        yield name, compared


def _rows_within(seconds: float, run: Callable[[], int]) -> int | None:
    """What a function gives, or None where it takes longer: some questions keep rdflib busy for the better part of an hour."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return run()
    except TimeoutError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _seconds(run: Callable[[], object]) -> float:
    return median_seconds(run, 1)


def many_clients(server: Server) -> tuple[float, float, float]:
    """(answers per second, processors that service and workers keep busy, idle share of the machine) with sixteen clients.

    The clients are a process of their own. Where other programs run, the idle share alone tells whether all processors were used.
    """
    command = [sys.executable, "-m", "bench.sparql", str(server.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
        time.sleep(SECONDS / 2)  # they are started by then, and not yet done
        busy, idle, start = _processor_seconds(server.service), _idle_seconds(), time.perf_counter()
        time.sleep(SECONDS / 2)
        took = time.perf_counter() - start
        busy, idle = _processor_seconds(server.service) - busy, _idle_seconds() - idle
        answers = int(clients.communicate()[0])
    return answers / SECONDS, busy / took, idle / took / (os.cpu_count() or 1)


def _idle_seconds() -> float:
    """Seconds that this machine's processors have had nothing to do (Linux)."""
    stat = Path("/proc/stat")
    return int(stat.read_text(encoding="ascii").split()[4]) / os.sysconf("SC_CLK_TCK") if stat.exists() else 0.0


def _ask_together(port: int) -> int:
    """How many answers sixteen clients get in SECONDS, of a query that adds up the whole graph."""
    query = quote(PREFIXES + HARD["aggregate: how often each property is used"])
    counts = [0] * CLIENTS
    stop = time.perf_counter() + SECONDS

    def ask(number: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < stop:
            client.request("GET", f"/sparql?query={query}")
            reply = client.getresponse()
            reply.read()
            counts[number] += reply.status == 200
        client.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def _processor_seconds(service: QueryService) -> float:
    """Processor time of this process and of the workers (Linux; elsewhere of this process alone)."""
    total = time.process_time()
    for pid in service.processes():
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def sparql_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic, as soon as they are measured; rdflib takes minutes."""
    with served() as server:
        yield _lookup_row(*lookup_seconds(server, 100 if quick else 1000))
        asked = dict(itertools.islice(HARD.items(), 1)) if quick else {**HARD, **LIMITS_OF_OXIGRAPH}
        for name, compared in against_rdflib(server, {name: PREFIXES + query for name, query in asked.items()}):
            yield from compared.rows(name)
        if quick:
            return
        yield _library_row(server)
        rate, busy, idle = many_clients(server)
        processors = os.cpu_count() or 1
        note = f"{rate:,.0f} answers a second, each adding up the graph; the machine was {idle:.0%} idle"
        what = f"processors that service and workers keep busy for {CLIENTS} clients"
        yield Measured(TOPIC, what, busy / processors, "×", "the processors there are", note)
        yield _slow_ones_row(behind_slow_ones(server, 0, SLOW_SECONDS / 4), behind_slow_ones(server, 2, SLOW_SECONDS))


def _lookup_row(bare: float, empty: float, whole: float) -> Measured:
    note = f"{whole * 1e6:,.0f} µs against {empty * 1e6:,.0f} + {bare * 1e6:,.0f} µs"
    what = "a lookup over HTTP, by a sandboxed worker"
    return Measured(TOPIC, what, whole / (bare + empty), "× the time", "an empty route and Oxigraph alone", note)


def _library_row(server: Server) -> Measured:
    questions = {query.name: query.text for query in competency_queries() if not query.case and "GRAPH" not in query.text}
    times = {name: compared.times for name, compared in against_rdflib(server, questions)}
    least = min(times, key=lambda name: times[name])
    what = f"rdflib, median of the {len(times)} competency questions about the knowledge that name no graph"
    note = f"least {times[least]:,.1f}: {least}"
    return Measured(TOPIC, what, statistics.median(times.values()), "× the time", "this service", note)


def _slow_ones_row(alone: Asked, beside: Asked) -> Measured:
    quiet, busy = (statistics.median(asked.seconds) for asked in (alone, beside))
    note = f"{busy * 1000:,.0f} ms against {quiet * 1000:,.0f} ms, {max(beside.seconds) * 1000:,.0f} ms at most; "
    note += f"{beside.statuses.count(200)} of {len(beside.statuses)} answered"
    what = "ASK {} of four clients while two others have an endless query"
    return Measured(TOPIC, what, busy / quiet, "× the time", "the four alone", note)


class Asked(NamedTuple):
    """Seconds and status of each answer."""

    seconds: list[float]
    statuses: list[int]


def behind_slow_ones(server: Server, slow: int, lasting: float) -> Asked:
    """`ASK {}` of four clients for so many seconds, while so many others repeat a query that never ends; each has an address of
    its own (Linux takes all of 127.0.0.0/8 for this machine)."""
    stop = time.perf_counter() + lasting
    seconds: list[float] = []
    statuses: list[int] = []

    def ask(number: int, query: str, pause: float, times: list[float], answers: list[int]) -> None:
        while time.perf_counter() < stop:
            client = http.client.HTTPConnection("127.0.0.1", server.port, source_address=(f"127.0.0.{number}", 0))
            start = time.perf_counter()
            client.request("GET", f"/sparql?query={quote(query)}")
            reply = client.getresponse()
            reply.read()
            times.append(time.perf_counter() - start)
            answers.append(reply.status)
            client.close()
            time.sleep(pause)

    asking: list[tuple[int, str, float, list[float], list[int]]] = [
        (number, ENDLESS, 0.0, [], []) for number in range(12, 12 + slow)
    ]
    threads = [threading.Thread(target=ask, args=arguments) for arguments in asking]
    threads += [threading.Thread(target=ask, args=(number, "ASK {}", 0.2, seconds, statuses)) for number in (4, 5, 6, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Asked(seconds, statuses)


if __name__ == "__main__":  # the clients, as a process of their own
    print(_ask_together(int(sys.argv[1])))
