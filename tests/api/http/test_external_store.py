"""The service before a real store, the server of Oxigraph, with the dataset that `spinegraph export` writes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest
from spinegraph.api.query_library import competency_queries
from spinegraph.api.sparql_settings import SparqlSettings, served_files
from spinegraph.engine.query.dataset import load_stores, take_snapshot
from spinegraph.engine.query.limits import QueryLimits

from tests.api.http.sparql_server import served
from tests.patience import comes_true

pytestmark = pytest.mark.slow

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
QUERIES = [query for query in competency_queries() if not query.case][::4]
JSON = "application/sparql-results+json"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store, filled."""
    folder = tmp_path_factory.mktemp("store")
    dump = folder / "spinegraph.nq"
    dump.write_bytes(take_snapshot(served_files()).quads)
    subprocess.run([OXIGRAPH, "load", "--location", folder / "data", "--file", dump], check=True, capture_output=True)
    return folder


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The query URL of the store, and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(OXIGRAPH), "serve-read-only", "--location", str(folder / "data"), "--bind", place, "--union-default-graph"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            comes_true(lambda: _listens(place))
            yield f"http://{place}/query", process
        finally:
            process.kill()


def _listens(place: str) -> bool:
    host, _, port = place.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def rows(results: bytes) -> list[str]:
    """The rows of JSON results, in an order that does not depend on that of their columns."""
    return sorted(json.dumps(row, sort_keys=True) for row in json.loads(results)["results"]["bindings"])


def test_a_store_behind_answers_as_this_service_does_until_it_is_slow_or_gone(folder: Path) -> None:
    limits = QueryLimits(timeout_seconds=60)
    own = load_stores((folder / "spinegraph.nq").read_bytes()).union
    with running(folder) as (url, store):
        with served(SparqlSettings(limits=limits, backend=url)) as front:
            assert QUERIES
            for query in QUERIES:
                answer, expected = front.ask(query.text, Accept=JSON), own.query(query.text)
                assert isinstance(expected, ox.QuerySolutions)
                assert answer.status == 200, answer.body[:300]
                assert rows(answer.body) == rows(expected.serialize(format=ox.QueryResultsFormat.JSON) or b""), query.name
            assert front.ask("CONSTRUCT { ?s a ?c } { ?s a ?c } LIMIT 3", Accept="text/turtle").status == 200
        with served(SparqlSettings(limits=QueryLimits(timeout_seconds=5), backend=url)) as front:
            late = front.ask(ENDLESS)
            assert (late.status, late.data["title"]) == (504, "The service behind this one did not answer in time")
            assert late.data["limit"] == "timeout_seconds"
            store.kill()
            store.wait()
            gone = front.ask("ASK {}")
            assert (gone.status, gone.data["title"]) == (502, "The service behind this one gave no answer")
            assert "SPINEGRAPH_SPARQL_BACKEND" in gone.data["mend"]


def test_what_is_no_query_url_of_the_store_is_told(folder: Path) -> None:
    with running(folder) as (url, _), served(SparqlSettings(backend=url.replace("/query", "/querry"))) as front:
        wrong = front.ask("ASK {}")
        assert wrong.status == 502
        assert "with status 404" in wrong.data["detail"]
