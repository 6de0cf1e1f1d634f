"""An error kept Oxigraph's iterator alive in its frame; the thread that let go of it was warned off, now and then."""

from __future__ import annotations

import traceback

import pyoxigraph as ox
import pytest
from spinegraph.api.cli.query import Format, _show
from spinegraph.api.query_library import QuestionError
from spinegraph.engine.errors import QueryTimeoutError
from spinegraph.engine.query.backend import _count
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.results import MediaTypes, write_answer

ROWS = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"1"}}]}}'


@pytest.mark.parametrize(
    ("body", "kind", "wanted"),
    [
        (ROWS, "ASK", "application/sparql-results+json"),
        (b'?x\n"1\n', "SELECT", "text/tab-separated-values"),
        (b"<http://a> <http://b> <http://c>", "CONSTRUCT", "text/turtle"),
    ],
)
def test_no_frame_of_an_error_holds_an_iterator(body: bytes, kind: str, wanted: str) -> None:
    with pytest.raises((SyntaxError, ValueError)) as raised:
        _count(body, kind, wanted)
    held = [value for frame, _ in traceback.walk_tb(raised.tb) for value in frame.f_locals.values()]
    assert body in held
    assert not [value for value in held if isinstance(value, ox.QuerySolutions | ox.QuadParser)]


@pytest.mark.parametrize("query", ["SELECT ?s { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"])
@pytest.mark.parametrize("limits", [QueryLimits(max_rows=1), QueryLimits(max_bytes=10)])
def test_nothing_holds_an_answer_that_was_too_large(query: str, limits: QueryLimits) -> None:
    store = ox.Store()
    store.load(b"<http://a> <http://b> <http://c>, <http://d>, <http://e> .", ox.RdfFormat.TURTLE)
    wanted = MediaTypes(select="text/csv", ask="", graph="text/turtle")
    with pytest.raises(QueryTimeoutError) as raised:
        write_answer(store.query(query), wanted, limits, {})
    held = [value for frame, _ in traceback.walk_tb(raised.tb) for value in frame.f_locals.values()]
    assert store in held
    assert not [value for value in held if isinstance(value, ox.QuerySolutions | ox.QueryTriples)]


def test_nothing_holds_a_graph_that_cannot_be_shown() -> None:
    with pytest.raises(QuestionError) as raised:
        _show(ox.Store().query("CONSTRUCT WHERE { ?s ?p ?o }"), Format.csv, "")
    held = [value for frame, _ in traceback.walk_tb(raised.tb) for value in frame.f_locals.values()]
    assert Format.csv in held
    assert not [value for value in held if isinstance(value, ox.QueryTriples)]
