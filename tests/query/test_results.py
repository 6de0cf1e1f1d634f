"""Answers in every format, counted and limited."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from spinegraph.engine.errors import QueryTimeoutError
from spinegraph.engine.query.dataset import load_store, take_snapshot
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.results import ASK_TYPES, GRAPH_TYPES, SELECT_TYPES, MediaTypes, count_rows, write_answer

from tests.query.small_graph import EX, JSON, write_files

EVERYTHING = "SELECT ?s ?p ?o { ?s ?p ?o }"


@pytest.fixture
def store(tmp_path: Path) -> ox.Store:
    return load_store(take_snapshot(write_files(tmp_path)).quads)


def wanting(media_type: str) -> MediaTypes:
    return MediaTypes(select=media_type, ask=media_type, graph=media_type)


@pytest.mark.parametrize("media_type", SELECT_TYPES)
@pytest.mark.parametrize(
    "query", [EVERYTHING, f"{EVERYTHING} LIMIT 0", "SELECT ?x { }", "SELECT * { }", "SELECT ?o { ?s ?p ?o }"]
)
def test_rows_are_counted_in_every_format(store: ox.Store, media_type: str, query: str) -> None:
    rows = len(list(store.query(query)))  # type: ignore[arg-type]
    written = write_answer(store.query(query), wanting(media_type), QueryLimits(), {})
    assert count_rows(written.body, media_type) == rows


@pytest.mark.parametrize("media_type", ASK_TYPES)
def test_ask(store: ox.Store, media_type: str) -> None:
    written = write_answer(store.query("ASK { }"), wanting(media_type), QueryLimits(), {})
    assert (written.kind, written.media_type) == ("ASK", media_type)
    assert b"true" in written.body


@pytest.mark.parametrize("media_type", GRAPH_TYPES)
def test_graphs(store: ox.Store, media_type: str) -> None:
    written = write_answer(
        store.query("CONSTRUCT WHERE { ?s ?p ?o }"), wanting(media_type), QueryLimits(), {"ex": EX, "no": "http://no/"}
    )
    assert len(list(ox.parse(written.body, GRAPH_TYPES[media_type]))) == 8
    assert b"http://no/" not in written.body


def test_what_is_not_taken_is_not_written(store: ox.Store) -> None:
    for query in (EVERYTHING, "ASK { }", "DESCRIBE <http://example.org/a>"):
        assert write_answer(store.query(query), wanting(""), QueryLimits(), {}).media_type == ""


def test_what_rdf_xml_cannot_name_is_not_written_wrong(store: ox.Store) -> None:
    query = "CONSTRUCT { <a:s> <http://p/1> 1 } { }"
    assert write_answer(store.query(query), wanting("application/rdf+xml"), QueryLimits(), {}).media_type == ""


@pytest.mark.parametrize("code", ["0001", "000B", "001F", "FFFE", "FFFF"])
@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        ('SELECT ("\\uCODE" AS ?x) { }', "application/sparql-results+xml"),
        ('CONSTRUCT { <a:s> <a:p> "\\uCODE" } { }', "application/rdf+xml"),
    ],
)
def test_what_xml_cannot_hold_is_not_written_wrong(store: ox.Store, query: str, media_type: str, code: str) -> None:
    query = query.replace("CODE", code)
    refused = write_answer(store.query(query), wanting(media_type), QueryLimits(), {})
    assert (refused.media_type, refused.body) == ("", b"")
    assert "character" in refused.kind
    other = "text/turtle" if "rdf" in media_type else "text/csv"
    assert write_answer(store.query(query), wanting(other), QueryLimits(), {}).media_type == other


@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        ('SELECT ("a\\nb\\r\\nc\\r" AS ?x) { }', "application/sparql-results+xml"),
        ('CONSTRUCT { <a:s> <a:p> "a\\nb\\r\\nc\\r" } { }', "application/rdf+xml"),
    ],
)
def test_line_ends_come_through_xml(store: ox.Store, query: str, media_type: str) -> None:
    body = write_answer(store.query(query), wanting(media_type), QueryLimits(), {}).body
    texts = [element.text for element in ElementTree.fromstring(body).iter() if element.text and "a" in element.text]  # noqa: S314 (our own)
    assert texts == ["a\nb\r\nc\r"]


@pytest.mark.parametrize(
    ("query", "limits", "limit"),
    [
        (EVERYTHING, QueryLimits(max_rows=3), "max_rows"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", QueryLimits(max_rows=3), "max_rows"),
        (EVERYTHING, QueryLimits(max_bytes=100), "max_bytes"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", QueryLimits(max_bytes=100), "max_bytes"),
    ],
)
def test_an_answer_beyond_a_limit_is_no_answer(store: ox.Store, query: str, limits: QueryLimits, limit: str) -> None:
    with pytest.raises(QueryTimeoutError) as error:
        write_answer(store.query(query), JSON, limits, {})
    assert error.value.details["limit"] == limit


def test_an_answer_at_the_limit_is_whole(store: ox.Store) -> None:
    written = write_answer(store.query(EVERYTHING), JSON, QueryLimits(max_rows=8), {})
    assert len(json.loads(written.body)["results"]["bindings"]) == 8
