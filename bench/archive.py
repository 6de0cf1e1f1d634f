"""An archive of decisions in the lean form: what it takes to write one, to load it beside the knowledge, and to ask it.

An archive is clinical cases decided, each then stored many times under ids and instants of its own, as patients who are alike
would be. `DECISIONS` of them are loaded into Oxigraph alone, as a service beside this one (`--backend`) would have them. `SERVED`
are loaded as `spinegraph query` and each worker of `spinegraph serve --data` hold them (about 1.4 MB a decision), and compared
with Oxigraph alone on the same file.
"""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
from spinegraph.api.sparql_settings import served_files
from spinegraph.engine import Engine
from spinegraph.engine.exchange.provenance.lean import lean_graph
from spinegraph.engine.exchange.provenance.rendering import render_provenance
from spinegraph.engine.exchange.provenance.wanted import FORMS, Wanted
from spinegraph.engine.exchange.rdf import TRIG
from spinegraph.engine.model import Decision
from spinegraph.engine.query.dataset import data_file, load_store, take_snapshot

from bench.measured import Measured
from bench.subjects import clinical_cases, shipped_engine

TOPIC = "archive"
DECISIONS, SERVED = 10_000, 1_000
START = datetime(2026, 1, 1, tzinfo=UTC)
PREFIXES = """PREFIX core: <https://w3id.org/spinegraph/core/> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
QUESTIONS = {
    "how often each rule was indicated": """SELECT ?rule (COUNT(?verdict) AS ?n) {
        ?verdict core:about ?rule ; core:verdict "indicated" } GROUP BY ?rule ORDER BY DESC(?n)""",
    "the ten passages that stand behind most advice": """SELECT ?passage (COUNT(?verdict) AS ?n)
        (COUNT(DISTINCT ?rule) AS ?rules) {
        ?verdict prov:hadPrimarySource ?passage ; core:about ?rule } GROUP BY ?passage ORDER BY DESC(?n) LIMIT 10""",
    "emergencies by month": """SELECT ?month (COUNT(?run) AS ?n) {
        ?decision core:decidedUrgency "emergency" ; prov:wasGeneratedBy ?run . ?run prov:endedAtTime ?at
        BIND(MONTH(?at) AS ?month) } GROUP BY ?month ORDER BY ?month""",
    "labels of the findings that an emergency rests on, from the knowledge": """SELECT ?label (COUNT(DISTINCT ?decision) AS ?n) {
        ?decision core:decidedUrgency "emergency" ; prov:hadMember ?verdict . ?verdict core:urgency core:emergency ;
        prov:wasDerivedFrom+ ?fact . ?fact core:state "present" ; core:about ?finding . ?finding rdfs:label ?label }
        GROUP BY ?label ORDER BY DESC(?n)""",
}


class Archive(NamedTuple):
    """A file of decisions (N-Quads): how many quads and bytes."""

    path: Path
    quads: int
    size: int


def archive_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic."""
    engine = shipped_engine()
    decisions = [engine.decide(case) for case in clinical_cases(quick)[::5]]
    yield from _form_rows(engine, decisions)
    served, more = (SERVED // 10, DECISIONS // 10) if quick else (SERVED, DECISIONS)
    with tempfile.TemporaryDirectory() as folder:
        few = write_archive(Path(folder) / "served.nq", engine, decisions, served)
        store, alone = _bare(few)
        asked = _question_seconds(store)
        del store
        yield from _served_rows(few, served, alone, asked)
        many = write_archive(Path(folder) / "archive.nq", engine, decisions, more)
        store, longer = _bare(many)
        size = f"{many.quads:,} statements, {many.size / 1e6:,.0f} MB of N-Quads"
        yield Measured(
            TOPIC, f"loading {more:,} decisions, Oxigraph alone", longer / alone, "× the time", f"{served:,} decisions",
            f"{longer:,.1f} s against {alone:,.1f} s; {size}",
        )  # fmt: skip
        for name, seconds in _question_seconds(store).items():
            note = f"{_ms(seconds)} against {_ms(asked[name])}"
            against = f"{served:,} decisions"
            yield Measured(TOPIC, f"{more:,} decisions: {name}", seconds / asked[name], "× the time", against, note)


def _served_rows(archive: Archive, count: int, alone: float, asked: Mapping[str, float]) -> Iterator[Measured]:
    start = time.perf_counter()
    store = load_store(take_snapshot(served_files(data=[data_file(archive.path)])).quads)
    ours = time.perf_counter() - start
    against = "Oxigraph alone"
    what = f"loading {count:,} decisions and the knowledge as a worker of the service has them"
    yield Measured(TOPIC, what, ours / alone, "× the time", against, f"{ours:,.1f} s against {alone:,.1f} s")
    for name, seconds in _question_seconds(store).items():
        note = f"{_ms(seconds)} against {_ms(asked[name])}"
        yield Measured(TOPIC, f"{count:,} decisions as served: {name}", seconds / asked[name], "× the time", against, note)


def _bare(archive: Archive) -> tuple[ox.Store, float]:
    """An archive beside the knowledge in Oxigraph alone, and the seconds that it took to read them."""
    knowledge = take_snapshot(served_files()).quads
    start = time.perf_counter()
    store = ox.Store()
    store.bulk_load(path=str(archive.path), format=ox.RdfFormat.N_QUADS)
    store.bulk_load(knowledge, format=ox.RdfFormat.N_QUADS)
    return store, time.perf_counter() - start


def _question_seconds(store: ox.Store) -> dict[str, float]:
    """Seconds of each question, with all its rows."""
    union = not any(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    times = {}
    for name, question in QUESTIONS.items():
        start = time.perf_counter()
        answer = store.query(PREFIXES + question, use_default_graph_as_union=union)
        if not isinstance(answer, ox.QuerySolutions) or not list(answer):
            raise RuntimeError(f"{name}: no rows")
        times[name] = time.perf_counter() - start
    return times


def _form_rows(engine: Engine, decisions: Sequence[Decision]) -> Iterator[Measured]:
    written = {form: _written_as(engine, decisions if form != "full" else decisions[:20], Wanted(form, START.isoformat()))
               for form in FORMS}  # fmt: skip
    whole, longest = written.pop("full")
    for form, (size, seconds) in written.items():
        note = f"{size / 1000:,.0f} kB in {_ms(seconds)} against {whole / 1000:,.0f} kB in {_ms(longest)}"
        yield Measured(TOPIC, f"provenance as TriG, {form}", size / whole, "× the size", "provenance in full", note)


def _written_as(engine: Engine, decisions: Sequence[Decision], wanted: Wanted) -> tuple[float, float]:
    """Median (bytes, seconds) of the provenance of a decision."""
    times, sizes = [], []
    for decision in decisions:
        start = time.perf_counter()
        sizes.append(len(render_provenance(engine.knowledge, decision, TRIG, wanted)))
        times.append(time.perf_counter() - start)
    return statistics.median(sizes), statistics.median(times)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def write_archive(path: Path, engine: Engine, decisions: Sequence[Decision], count: int) -> Archive:
    """Write so many decisions into a file: the given ones in turn, each time under another id and an hour later."""
    quads = 0
    written = [_written(engine, decision) for decision in decisions]
    with path.open("wb") as file:
        for number in range(count):
            text, length = written[number % len(written)](number)
            file.write(text)
            quads += length
    return Archive(path, quads, path.stat().st_size)


def _written(engine: Engine, decision: Decision) -> Callable[[int], tuple[bytes, int]]:
    """Makes N-Quads of a decision, and their number, under the id and the instant of a number."""
    quads = lean_graph(engine.knowledge, decision, Wanted("lean", START.isoformat()))
    text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""

    def numbered(number: int) -> tuple[bytes, int]:
        other = hashlib.sha256(f"{decision.id} {number}".encode()).hexdigest().encode()
        instant = (START + timedelta(hours=number % 8760)).isoformat()
        return text.replace(decision.id.encode(), other).replace(START.isoformat().encode(), instant.encode()), len(quads)

    return numbered
