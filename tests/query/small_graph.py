"""A graph that is small enough to know by heart, and services on it."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine.query.dataset import DataFile
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.results import MediaTypes
from spinegraph.engine.query.service import QueryService

EX = "http://example.org/"
TURTLE = """@prefix : <http://example.org/> .
:a :knows :b , :c ; :name "A, \\"quoted\\"\\nsecond line"@en .
:b :knows :c ; :age 7 .
:c :box [ :inside "x" ] .
"""
JSON = MediaTypes(select="application/sparql-results+json", ask="application/sparql-results+json", graph="application/n-triples")


def ask_for(query: str, wanted: MediaTypes = JSON) -> Question:
    return Question(query=query, wanted=wanted)


def write_files(folder: Path) -> tuple[DataFile, ...]:
    """Two files, two graphs; one triple stands in both."""
    first, second = folder / "one.ttl", folder / "two.ttl"
    first.write_text(TURTLE, encoding="utf-8")
    second.write_text("@prefix : <http://example.org/> . :a :knows :b . :d :knows :a .", encoding="utf-8")
    return DataFile(path=first, graph=f"{EX}one"), DataFile(path=second, graph=f"{EX}two")


def make_service(folder: Path, **limits: float) -> QueryService:
    return QueryService(write_files(folder), QueryLimits(**limits), prefixes={"ex": EX})  # type: ignore[arg-type]
