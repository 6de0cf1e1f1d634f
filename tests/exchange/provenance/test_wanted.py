"""Time and agent of a decision: read strictly, stated beside the decision, and without any effect on it."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from spinegraph.engine import Case, Engine
from spinegraph.engine.errors import PublicationError
from spinegraph.engine.exchange.formats import BY_NAME, Answer, require_provenance
from spinegraph.engine.exchange.provenance.decision import decision_graph
from spinegraph.engine.exchange.provenance.publication import run_iri
from spinegraph.engine.exchange.provenance.wanted import Form, Wanted, read_agent, read_instant, read_wanted

WHEN, WHO = "2026-03-01T08:30:00Z", "https://orcid.org/0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (WHEN, WHEN),
        ("2026-03-01T08:30Z", WHEN),
        ("2026-03-01T08:30-05:00", "2026-03-01T08:30:00-05:00"),
        ("2026-03-01T08:30:00.123456789+01:00", "2026-03-01T08:30:00.123456789+01:00"),
    ],
)
def test_an_instant_is_written_as_xsd_has_it(given: str, read: str) -> None:
    assert read_instant(given) == read


@pytest.mark.parametrize(
    "given",
    ["2026", "2026-03-01", "2026-03-01T08:30", "2026-02-30T08:30Z", "2026-03-01T25:30Z", "now", "2026-03-01 08:30Z", "x" * 9999],
)
def test_what_is_no_instant_is_refused_by_name(given: str) -> None:
    with pytest.raises(PublicationError, match="made_at is ") as refused:
        read_instant(given)
    assert refused.value.where == "made_at"
    assert "with a zone" in refused.value.mend
    assert len(refused.value.what) < 200


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("0000-0002-1825-0097", WHO),
        (WHO, WHO),
        ("http://orcid.org/0000-0002-1694-233x", "https://orcid.org/0000-0002-1694-233X"),
        ("urn:example:clinic", "urn:example:clinic"),
        ("https://example.org/staff?id=7#me", "https://example.org/staff?id=7#me"),
    ],
)
def test_an_agent_is_an_iri_or_an_orcid(given: str, read: str) -> None:
    assert read_agent(given) == read


@pytest.mark.parametrize(
    "given",
    [
        "0000-0002-1825-0098",
        "https://orcid.org/0000-0002-1825-0098",
        "https://orcid.org/me",
        "bob",
        "https://a b",
        "x:" + "y" * 999,
    ],
)
def test_what_is_no_agent_is_refused_by_name(given: str) -> None:
    with pytest.raises(PublicationError, match="made_by is ") as refused:
        read_agent(given)
    assert refused.value.where == "made_by"
    assert len(refused.value.what) < 200


def test_time_and_agent_stand_in_the_publication_info_alone(small: Engine) -> None:
    decision = small.decide(Case())
    plain = decision_graph(small.knowledge, decision)
    told = decision_graph(small.knowledge, decision, read_wanted("full", WHEN, WHO))
    more = set(told) - set(plain)
    assert set(plain) < set(told)
    assert {quad.graph_name for quad in more} == {ox.NamedNode(f"{run_iri(decision)}:pubinfo")}
    said = {(quad.predicate.value.rpartition("/")[2].rpartition("#")[2], getattr(quad.object, "value", "")) for quad in more}
    assert {("created", WHEN), ("endedAtTime", WHEN), ("creator", WHO), ("wasAssociatedWith", WHO)} <= said


def test_they_change_neither_the_id_nor_the_bytes_of_a_decision(small: Engine) -> None:
    decision = small.decide(Case())
    told = Answer(small.knowledge, decision, provenance=read_wanted("full", WHEN, WHO))
    assert BY_NAME["json"].write(told) == BY_NAME["json"].write(Answer(small.knowledge, decision))
    assert decision.id.encode() in BY_NAME["trig"].write(told)


@pytest.mark.parametrize(
    ("form", "wanted", "where"),
    [
        ("json", Wanted("lean"), "provenance"),
        ("html", Wanted(made_at=WHEN), "made_at"),
        ("md", Wanted(made_by=WHO), "made_by"),
        ("ttl", Wanted("nanopublication"), "provenance"),
    ],
)
def test_what_a_format_cannot_say_is_refused(form: str, wanted: Wanted, where: str) -> None:
    with pytest.raises(PublicationError) as refused:
        require_provenance(BY_NAME[form], wanted)
    assert refused.value.where == where
    assert "application/trig" in refused.value.mend


@pytest.mark.parametrize("form", ["full", "lean", "nanopublication"])
def test_trig_has_every_form(form: Form) -> None:
    require_provenance(BY_NAME["trig"], Wanted(form, WHEN, WHO))
