"""The SPARQL Protocol over HTTP, the W3C's tests of it, and clients that others wrote."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from spinegraph.api.setting import SettingsError
from spinegraph.api.sparql_settings import RANGES, SparqlSettings, make_query_service, parse_data_option, served_files
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.query.dataset import GRAPH_BASE
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.results import GRAPH_TYPES, SELECT_TYPES

from tests.api.http.sparql_server import Server, served

pytestmark = pytest.mark.slow

W3C = Path(__file__).resolve().parents[4] / "shared" / "external" / "w3c-sparql-protocol"
KASEI = "http://kasei.us/2009/09/sparql/data"
FEVER = "<https://w3id.org/spinegraph/finding/Fever>"
LABEL = f"SELECT ?label {{ {FEVER} <http://www.w3.org/2000/01/rdf-schema#label> ?label }}"
SLOW = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(9)) + " }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "mine.ttl").write_text("<http://my/a> <http://my/p> 1 .", encoding="utf-8")
    data = [parse_data_option(f"{folder / 'mine.ttl'}=http://my/graph")]
    if W3C.is_dir():
        data += [parse_data_option(f"{W3C}/data{n}.nt={KASEI}/data{n}.rdf") for n in (1, 2, 3)]
    with served(SparqlSettings(limits=QueryLimits(timeout_seconds=5)), tuple(data)) as running:
        yield running


def get(**fields: str | list[str]) -> str:
    return "/sparql?" + urlencode(fields, doseq=True)


@pytest.mark.skipif(not W3C.is_dir(), reason=f"the W3C protocol tests are not at {W3C}")
def test_the_w3c_protocol_tests(server: Server) -> None:
    command = [sys.executable, str(W3C / "run.py"), str(W3C), server.url, "--read-only", "--loaded"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout.splitlines()[-1]) == {"PASS": 27, "SKIP": 7}


@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_three_ways_to_ask(server: Server, how: str) -> None:
    if how == "get":
        answer = server.send("GET", get(query=LABEL))
    elif how == "form":
        answer = server.send(
            "POST",
            "/sparql",
            urlencode({"query": LABEL}).encode(),
            {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
        )
    else:
        answer = server.ask(LABEL)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert json.loads(answer.body)["results"]["bindings"][0]["label"] == {"type": "literal", "value": "fever", "xml:lang": "en"}


def test_head_is_get_without_a_body(server: Server) -> None:
    whole, bare = (server.send(method, get(query=LABEL)) for method in ("GET", "HEAD"))
    assert bare.body == b""
    assert {**bare.headers, "date": ""} == {**whole.headers, "date": ""}


@pytest.mark.parametrize("media_type", SELECT_TYPES)
def test_formats_of_select(server: Server, media_type: str) -> None:
    answer = server.ask(LABEL, Accept=media_type)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert b"fever" in answer.body


@pytest.mark.parametrize("media_type", GRAPH_TYPES)
@pytest.mark.parametrize("query", [f"DESCRIBE {FEVER}", f"CONSTRUCT WHERE {{ {FEVER} ?p ?o }}"])
def test_formats_of_graphs(server: Server, media_type: str, query: str) -> None:
    answer = server.ask(query, Accept=media_type)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert len(list(ox.parse(answer.body, GRAPH_TYPES[media_type]))) > 5


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (LABEL, "*/*", "application/sparql-results+json"),
        (LABEL, "text/*", "text/csv; charset=utf-8"),
        (LABEL, "application/sparql-results+xml;q=0.9, text/csv;q=0.1", "application/sparql-results+xml"),
        (LABEL, "text/turtle, application/json;q=0.1", "application/json"),
        (LABEL, "application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("ASK { }", "text/csv, application/sparql-results+xml;q=0.2", "application/sparql-results+xml"),
        (f"DESCRIBE {FEVER}", "*/*", "text/turtle; charset=utf-8"),
        (f"DESCRIBE {FEVER}", "application/json, application/ld+json;q=0.5", "application/ld+json"),
        (LABEL, "text/turtle", None),
        (LABEL, "image/png", None),
        ("ASK { }", "text/csv", None),
        (f"DESCRIBE {FEVER}", "application/sparql-results+json", None),
    ],
)
def test_what_is_accepted_is_sent(server: Server, query: str, accept: str, expected: str | None) -> None:
    answer = server.ask(query, Accept=accept)
    if expected is None:
        assert answer.status == 406
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert (answer.status, answer.headers["content-type"]) == (200, expected)


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "status"),
    [
        ("GET", "/sparql?default-graph-uri=http://x/", {}, None, 400),
        ("GET", get(query=["ASK {}", "ASK {}"]), {}, None, 400),
        ("GET", get(query=""), {}, None, 400),
        ("GET", get(query="ASK {"), {}, None, 400),
        ("GET", get(update="DROP ALL"), {}, None, 403),
        ("GET", get(query="DROP ALL"), {}, None, 403),
        ("GET", get(query="ASK { SERVICE <http://x/> { } }"), {}, None, 403),
        ("GET", "/sparql?query=%FF%FE", {}, None, 400),
        ("GET", "/sparql?query=ASK%7B%7D%zz", {}, None, 400),
        ("GET", "/sparql?" + "&".join(["a=b"] * 300), {}, None, 400),
        ("GET", get(**{"query": "ASK {}", "default-graph-uri": "relative"}), {}, None, 400),
        ("POST", "/sparql", {}, b"ASK {}", 415),
        ("POST", "/sparql", {"Content-Type": "text/plain"}, b"ASK {}", 415),
        ("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"DROP ALL", 403),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query; charset=utf-16"}, "ASK {}".encode("utf-16"), 415),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query"}, b"ASK { ?s ?p '\xff' }", 400),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}, b"ASK {}", 415),
        ("POST", get(query="ASK {}"), {"Content-Type": "application/sparql-query"}, b"ASK {}", 400),
        ("POST", "/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"query=ASK%7B%7D&query=ASK%7B%7D", 400),
        ("POST", "/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"update=DROP+ALL", 403),
        ("POST", "/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"", 400),
        ("PUT", "/sparql", {}, b"", 405),
        ("DELETE", "/sparql", {}, None, 405),
        ("PATCH", "/sparql", {}, None, 405),
    ],
)
def test_what_is_wrong_is_told(
    server: Server, method: str, target: str, headers: dict[str, str], body: bytes | None, status: int
) -> None:
    answer = server.send(method, target, body, headers)
    problem = json.loads(answer.body)
    assert (answer.status, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert problem["detail"]
    assert problem["mend"]
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_syntax_error_has_line_and_column(server: Server) -> None:
    problem = json.loads(server.ask("SELECT *\n{ ?s foo:bar ?o }").body)
    assert (problem["line"], problem["column"], problem["detail"]) == (2, 6, "The prefix foo: is not declared.")


def test_accept_headers_are_one_list(server: Server) -> None:
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    client.putrequest("GET", get(query=LABEL))
    client.putheader("Accept", "image/png")
    client.putheader("Accept", "text/csv")
    client.endheaders()
    reply = client.getresponse()
    assert (reply.status, reply.getheader("content-type"), reply.read()[:5]) == (200, "text/csv; charset=utf-8", b"label")
    client.close()


def test_graphs_of_the_request_override_from(server: Server) -> None:
    mine = "ASK { <http://my/a> <http://my/p> 1 }"
    graph = {"default-graph-uri": "http://my/graph"}
    other = {"default-graph-uri": f"{GRAPH_BASE}ontology/core"}
    nothing, named_only = {"default-graph-uri": "http://no/"}, {"named-graph-uri": "http://my/graph"}
    for fields, expected in (({}, True), (graph, True), (other, False), (nothing, False), (named_only, False)):
        answer = server.send("GET", get(query=mine.replace("ASK", "ASK FROM <http://my/graph>"), **fields))
        assert json.loads(answer.body)["boolean"] is expected
    named = server.send("GET", get(query="SELECT ?g { GRAPH ?g { ?s ?p ?o } }", **{"named-graph-uri": "http://my/graph"}))
    assert [row["g"]["value"] for row in json.loads(named.body)["results"]["bindings"]] == ["http://my/graph"]


def test_any_page_may_ask_but_without_credentials(server: Server) -> None:
    preflight = server.send(
        "OPTIONS", "/sparql", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    for answer in (preflight, server.ask("ASK { }", Origin="https://a.example"), server.ask("ASK {", Origin="https://a.example")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["vary"] == "Accept, Origin"


def test_etag(server: Server) -> None:
    first = server.ask(LABEL)
    known = {"If-None-Match": f'"other", {first.headers["etag"]}'}
    for method in ("GET", "HEAD"):
        again = server.send(method, get(query=LABEL), headers=known)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert "content-length" not in again.headers
    assert server.ask(LABEL, **known).status == 200, "there is no 304 to a POST (RFC 9110 section 13.1.2)"
    others = [
        server.ask(LABEL, Accept="text/csv"),
        server.ask(LABEL + " "),
        server.send("GET", get(**{"query": LABEL, "default-graph-uri": "http://my/graph"})),
    ]
    assert len({answer.headers["etag"] for answer in [first, *others]}) == 4
    for query in ("SELECT (RAND() AS ?r) { }", "SELECT (NOW ( ) AS ?r) { }", r"SELECT (UUID() AS ?r) { }"):
        assert "etag" not in server.ask(query).headers


def test_without_a_query_people_get_a_form(server: Server) -> None:
    page = server.send("GET", "/sparql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert b"<textarea" in page.body
    assert b"//cdn" not in page.body


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml", "*/*"]
)
def test_without_a_query_programs_get_the_description(server: Server, media_type: str) -> None:
    answer = server.send("GET", "/sparql", headers={"Accept": media_type})
    kind = answer.headers["content-type"].partition(";")[0]
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in ox.parse(answer.body, GRAPH_TYPES[kind]))
    found = store.query(
        """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?name ?triples { ?service sd:endpoint ?url ; sd:feature sd:UnionDefaultGraph ; sd:defaultDataset ?dataset .
          ?dataset sd:namedGraph [ sd:name ?name ; sd:graph [ void:triples ?triples ] ] FILTER(?triples > 0) }"""
    )
    names = {row["name"].value for row in found}  # type: ignore[union-attr]
    assert {"http://my/graph", f"{GRAPH_BASE}ontology/findings"} <= names
    assert server.send("GET", "/sparql", headers={"Accept": "image/png"}).status == 406


def test_sparqlwrapper(server: Server) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed")
    asked = [(LABEL, "json"), (LABEL, "xml"), (LABEL, "csv"), ("ASK { }", "json"), (f"DESCRIBE {FEVER}", "turtle")]
    asked.append((f"CONSTRUCT WHERE {{ {FEVER} ?p ?o }}", "n3"))
    for method in ("GET", "POST"):
        for query, form in asked:
            client = wrapper.SPARQLWrapper(server.url)
            client.setMethod(method)
            client.setQuery(query)
            client.setReturnFormat(form)
            answer = client.query()
            found = answer.convert()
            text = found.toxml() if form == "xml" else str(found)
            assert "fever" in text or "True" in text
    client.setReturnFormat("json")
    client.setQuery("SELECT * {")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed):
        client.query()


def test_rdflib_store(server: Server) -> None:
    import rdflib
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    for method in ("GET", "POST", "POST_FORM"):
        graph = rdflib.Graph(SPARQLStore(server.url, method=method))
        assert [str(row[0]) for row in graph.query(LABEL)] == ["fever"]  # type: ignore[index]
        assert bool(graph.query("ASK { }"))
        assert len(graph.query(f"DESCRIBE {FEVER}").graph or ()) > 5
        assert len(graph.query(f"CONSTRUCT WHERE {{ {FEVER} ?p ?o }}").graph or ()) > 5
        assert len(list(graph.triples((rdflib.URIRef(FEVER[1:-1]), None, None)))) > 5


def test_turned_away_when_too_many_ask() -> None:
    import threading

    with served(SparqlSettings(limits=QueryLimits(timeout_seconds=1, workers=1, queue=1))) as server:
        assert server.ask("ASK { }").status == 200
        answers = []
        asking = [threading.Thread(target=lambda: answers.append(server.ask(SLOW))) for _ in range(5)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        statuses = [answer.status for answer in answers]
        assert set(statuses) == {429, 503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status == 429)
        assert server.ask("ASK { }").status == 200


def test_another_service_behind_this_one(server: Server) -> None:
    asked = [(LABEL, "text/csv"), (LABEL, "application/json"), ("ASK { }", "*/*"), (f"DESCRIBE {FEVER}", "application/n-triples")]
    with served(SparqlSettings(backend=server.url)) as front:
        for query, accept in asked:
            there, here = server.ask(query, Accept=accept), front.ask(query, Accept=accept)
            assert (here.status, here.body) == (200, there.body)
            assert here.headers["content-type"] == there.headers["content-type"]
            assert "etag" not in here.headers
        assert front.ask("ASK { SERVICE <http://x/> { } }").status == 403
        assert front.ask("SELECT * { ").status == 400
        assert front.ask(LABEL, Accept="text/turtle").status == 406
        graph = get(**{"query": "ASK { ?s ?p ?o }", "default-graph-uri": "http://none/"})
        assert json.loads(front.send("GET", graph).body)["boolean"] is False
        assert b"sd:Service" in front.send("GET", "/sparql").body


def test_a_backend_that_does_not_answer_is_told() -> None:
    with served(SparqlSettings(backend="http://127.0.0.1:9/sparql", limits=QueryLimits(workers=1))) as front:
        answer = front.ask("ASK { }")
        assert answer.status == 502
        assert b"did not answer: [Errno" in answer.body
        assert b"SPINEGRAPH_SPARQL_BACKEND" in answer.body
    with pytest.raises(SettingsError, match="no http or https URL"):
        make_query_service(SparqlSettings(backend="file:///etc/passwd"))


def test_settings_come_from_the_environment() -> None:
    given = SparqlSettings.from_environment(
        {"SPINEGRAPH_SPARQL_MAX_ROWS": "7", "SPINEGRAPH_SPARQL_BACKEND": "http://b/", "SPINEGRAPH_SPARQL_BODY_SECONDS": "3"}
    )
    assert given == SparqlSettings(limits=QueryLimits(max_rows=7), backend="http://b/", body_seconds=3)
    assert SparqlSettings.from_environment({}) == SparqlSettings()
    assert set(RANGES) == set(QueryLimits.__struct_fields__)
    for name, (variable, allowed) in RANGES.items():
        assert getattr(QueryLimits(), name) in allowed
        with pytest.raises(SettingsError) as error:
            SparqlSettings.from_environment({variable: "-1"})
        assert error.value.where == variable


def test_the_data_option(tmp_path: Path) -> None:
    plain, odd = tmp_path / "a.ttl", tmp_path / "x=y:z.ttl"
    for path in (plain, odd):
        path.write_text("", encoding="utf-8")
    assert parse_data_option(str(plain)).graph == f"{GRAPH_BASE}data/a"
    assert parse_data_option(f"{plain}=http://g/?a=b").graph == "http://g/?a=b"
    assert parse_data_option(str(odd)).path == odd
    assert parse_data_option(f"{odd}=http://g/").path == odd
    with pytest.raises(KnowledgeError):
        parse_data_option(f"{tmp_path / 'none.ttl'}=http://g/")
    assert len(served_files(data=[parse_data_option(str(plain))])) == len(served_files()) + 1


def test_a_query_in_a_link_reaches_the_service_as_it_was(server: Server) -> None:
    """`%25` is decoded once."""
    answer = server.send("GET", "/sparql?query=" + quote("SELECT ('%41+&' AS ?x) { }", safe=""))
    assert json.loads(answer.body)["results"]["bindings"][0]["x"]["value"] == "%41+&"
