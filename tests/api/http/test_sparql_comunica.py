"""Comunica, a SPARQL client in JavaScript, asks the endpoint all forms of query.

It is installed once by npm into `.cache/comunica`. Where that cannot be done the tests are skipped and say why; what the
client answers wrongly fails.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from spinegraph.api.sparql_settings import SparqlSettings
from spinegraph.engine.query.limits import QueryLimits

from tests.api.http.sparql_server import Server, served

pytestmark = pytest.mark.slow

CLIENT = Path(__file__).parent / "comunica"
INSTALLED = Path(__file__).resolve().parents[3] / ".cache" / "comunica"
INSTALL_SECONDS, ASK_SECONDS = 240, 60
INSTALL_OPTIONS = (
    "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error",
    "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000",
)  # fmt: skip
OLDEST_NODE = 18
PATIENT = QueryLimits(timeout_seconds=30, cpu_seconds=30, slice_milliseconds=10_000)
"""On a busy machine, too, nothing that the client asks is slow, so that it may ask several things at once."""

FEVER = "https://w3id.org/spinegraph/finding/Fever"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
QUERIES = {
    "select": f"SELECT ?label ?broad {{ <{FEVER}> <{LABEL}> ?label ; <{SUBCLASS}> ?broad }} ORDER BY ?broad",
    "ask": f'ASK {{ <{FEVER}> <{LABEL}> "fever"@en }}',
    "deny": f'ASK {{ <{FEVER}> <{LABEL}> "cold"@en }}',
    "construct": f"CONSTRUCT {{ ?broad <{LABEL}> ?label }} WHERE {{ <{FEVER}> <{SUBCLASS}> ?broad . ?broad <{LABEL}> ?label }}",
    "describe": f"DESCRIBE <{FEVER}>",
}


def install_client() -> Path:
    """The folder with the client's `node_modules`; skips with a reason if there can be none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip(f"{'Node' if node is None else 'npm'} is not installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Comunica needs Node {OLDEST_NODE} or later, and this is {version}")
    wanted = (CLIENT / "package.json").read_text(encoding="utf-8")
    manifest = INSTALLED / "package.json"
    if manifest.is_file() and manifest.read_text(encoding="utf-8") == wanted:
        return INSTALLED
    INSTALLED.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=INSTALLED.parent) as folder:
        place = Path(folder) / "comunica"
        place.mkdir()
        (place / "package.json").write_text(wanted, encoding="utf-8")
        command = [npm, "install", *INSTALL_OPTIONS]
        try:
            done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm did not install Comunica within {INSTALL_SECONDS} s")
        if done.returncode:
            first = next(iter(done.stderr.splitlines()), "it does not say why")
            pytest.skip(f"npm could not install Comunica: {first}")
        # Moved into place when it is whole, so that an installation that was broken off is never taken for one.
        shutil.rmtree(INSTALLED, ignore_errors=True)
        place.rename(INSTALLED)
    return INSTALLED


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served(SparqlSettings(limits=PATIENT)) as running:
        yield running


@pytest.fixture(scope="module")
def answers(server: Server) -> Any:
    command = ["node", str(CLIENT / "ask.mjs"), server.url, json.dumps(QUERIES)]
    done = subprocess.run(command, cwd=install_client(), capture_output=True, text=True, timeout=ASK_SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def triples(server: Server) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(server.service.snapshot.quads, format=ox.RdfFormat.N_QUADS)}


def as_told(term: object) -> list[str]:
    """A term as the client prints it."""
    if isinstance(term, ox.Literal):
        return ["Literal", term.value, term.language or term.datatype.value]
    assert isinstance(term, ox.NamedNode)
    return ["NamedNode", term.value]


def of(triples: set[ox.Triple], subject: str, predicate: str = "") -> list[ox.Triple]:
    return [t for t in triples if str(t.subject) == f"<{subject}>" and predicate in ("", t.predicate.value)]


@pytest.mark.parametrize("how", ["told", "found"])
def test_comunica(how: str, answers: Any, triples: set[ox.Triple]) -> None:
    broader = sorted(triple.object.value for triple in of(triples, FEVER, SUBCLASS))  # type: ignore[union-attr]
    assert broader
    label = ["Literal", "fever", "en"]
    assert answers[how]["select"] == [{"label": label, "broad": ["NamedNode", broad]} for broad in broader]
    assert (answers[how]["ask"], answers[how]["deny"]) == (True, False)
    labels = [triple for broad in broader for triple in of(triples, broad, LABEL)]
    for form, expected in (("construct", labels), ("describe", of(triples, FEVER))):
        told = [[as_told(triple.subject), as_told(triple.predicate), as_told(triple.object)] for triple in expected]
        assert sorted(answers[how][form]) == sorted(told)
        assert told
