"""Decisions as nanopublications: whole, under the IRI that their statements make, and good in the eyes of the library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from spinegraph.engine import Engine
from spinegraph.engine.errors import PublicationError
from spinegraph.engine.exchange.provenance.lean import lean_graph
from spinegraph.engine.exchange.provenance.nanopublication import (
    MOST,
    NANOPUBLICATIONS,
    check_code,
    make_nanopublication,
    publication_iri,
)
from spinegraph.engine.exchange.provenance.publication import head, run_iri
from spinegraph.engine.exchange.provenance.rendering import render_provenance
from spinegraph.engine.exchange.provenance.signing import read_profile
from spinegraph.engine.exchange.provenance.trusty import artifact_code, code_within
from spinegraph.engine.exchange.provenance.wanted import Wanted
from spinegraph.engine.exchange.rdf import TRIG, TURTLE, Value

from tests.exchange.provenance.examples import decided

pytestmark = pytest.mark.slow

WANTED = Wanted("nanopublication", "2026-03-01T08:30:00Z", "https://orcid.org/0000-0002-1825-0097")
CASE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "red-flag.yaml"
LIBRARY = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from nanopub import Nanopub
for path in sys.argv[1:]:
    one = Nanopub(rdf=Path(path))
    signed = one.metadata.signature is not None and one.has_valid_signature
    print(one.is_valid, one.has_valid_trusty, signed, one.metadata.np_uri)
"""
PROFILE = """
import sys
from pathlib import Path
from nanopub.profile import Profile
Profile("https://orcid.org/0000-0002-1825-0097", "Josiah Carberry").store(Path(sys.argv[1]))
"""


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _parsed(trig: bytes) -> list[ox.Quad]:
    return list(ox.parse(trig, format=ox.RdfFormat.TRIG))


def test_the_iri_is_made_of_the_statements(engine: Engine) -> None:
    quads = _parsed(render_provenance(engine.knowledge, decided(engine), TRIG, WANTED))
    name = publication_iri(quads)
    assert len(name) == len(NANOPUBLICATIONS) + 45
    check_code(quads)
    graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    assert graphs == {f"{name}#{part}" for part in ("head", "assertion", "provenance", "pubinfo")}
    last = quads[-1]
    for changed in (quads[:-1], [*quads[:-1], ox.Quad(last.subject, last.predicate, ox.Literal("changed"), last.graph_name)]):
        with pytest.raises(PublicationError, match="does not fit"):
            check_code(changed)


def test_the_same_decision_has_the_same_iri_and_another_time_another(engine: Engine) -> None:
    decision = decided(engine)
    first = render_provenance(engine.knowledge, decision, TRIG, WANTED)
    assert first == render_provenance(engine.knowledge, decision, TRIG, WANTED)
    later = render_provenance(engine.knowledge, decision, TRIG, WANTED._replace(made_at="2026-03-02T08:30:00Z"))
    assert publication_iri(_parsed(first)) != publication_iri(_parsed(later))


def test_an_artifact_code_is_made_of_every_term_whatever_the_order() -> None:
    place = ox.NamedNode("https://example.org/g")
    literals = [ox.Literal("a\\b\nc"), ox.Literal("a", language="EN-x-patient"), ox.Literal(7)]
    values: list[Value] = [*literals, ox.NamedNode("https://example.org/z")]
    quads = [ox.Quad(place, place, value, place) for value in values]
    assert artifact_code(quads, str) == artifact_code([*reversed(quads), quads[0]], str)
    for changed in (quads[1:], [*quads[:-1], ox.Quad(place, place, ox.Literal("https://example.org/z"), place)]):
        assert artifact_code(changed, str) != artifact_code(quads, str)
    assert code_within("RAx")("https://example.org/RAx#a") == "https://example.org/ #a"
    with pytest.raises(ValueError, match="no IRI"):
        artifact_code([ox.Quad(place, place, ox.BlankNode("b"), place)], str)


def test_the_library_finds_it_valid_and_signed(engine: Engine, tmp_path: Path) -> None:
    _run(sys.executable, "-c", PROFILE, str(tmp_path / "profile"))
    plain, signed = tmp_path / "plain.trig", tmp_path / "signed.trig"
    plain.write_bytes(render_provenance(engine.knowledge, decided(engine), TRIG, WANTED))
    command = [str(Path(sys.executable).with_name("spinegraph")), "decide", str(CASE), "--format", "trig"]
    options = {"provenance": "nanopublication", "made-at": WANTED.made_at, "sign": str(tmp_path / "profile" / "profile.yml")}
    signed.write_text(_run(*command, *(f"--{name}={value}" for name, value in options.items())), encoding="utf-8")
    names = [publication_iri(_parsed(path.read_bytes())) for path in (plain, signed)]
    found = _run(sys.executable, "-c", LIBRARY, str(plain), str(signed)).splitlines()
    assert found == [f"True True False {names[0]}", f"True True True {names[1]}"]
    check_code(_parsed(signed.read_bytes()))
    assert f"<{WANTED.made_by}>" in signed.read_text(encoding="utf-8")


def test_what_cannot_be_published_is_refused(engine: Engine) -> None:
    decision = decided(engine)
    quads = [*head(decision), *lean_graph(engine.knowledge, decision)]
    assert len(quads) < MOST
    with pytest.raises(PublicationError, match="1,200 at most"):
        make_nanopublication(run_iri(decision), quads * 3)
    with pytest.raises(ValueError, match="not text/turtle"):
        render_provenance(engine.knowledge, decision, TURTLE, WANTED)


def test_a_profile_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match="no such profile"):
        read_profile(tmp_path / "profile.yml")
    (tmp_path / "profile.yml").write_text("name: nobody\n", encoding="utf-8")
    with pytest.raises(PublicationError, match="orcid_id") as refused:
        read_profile(tmp_path / "profile.yml")
    assert refused.value.where == str(tmp_path / "profile.yml")
