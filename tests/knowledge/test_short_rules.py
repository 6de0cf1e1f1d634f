"""Rules in their short form are the same rules: read, queried, run by the oracle and written in full."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.archive import build
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.turtle.formatting import badly_formatted, format_files, format_turtle
from spinegraph.engine.knowledge.turtle.short_rules import CONCLUDED, CONDITION, ORDER, ORDERS, SCOPE, TRIPLE_RULE, left_out
from spinegraph.engine.knowledge.turtle.terms import RDF_TYPE, expand
from spinegraph.engine.model import Case
from spinegraph.engine.query.dataset import knowledge_files, take_snapshot

ROOT = Path(__file__).parents[2] / "guidelines"
PACKAGES = ("ankle-and-foot", "sore-throat")


def shortened(text: str) -> str:
    """A file of rules without everything that a rule in short form leaves out."""
    read = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)
    triples = [quad.triple for quad in read]
    types = [one for one in triples if one.predicate.value == RDF_TYPE]
    kinds = {
        one.subject: one.object.value for one in types if isinstance(one.object, ox.NamedNode) and one.object.value in ORDERS
    }
    scopes = {(one.subject, one.object) for one in triples if one.predicate.value == SCOPE}
    homes = {one.subject for one in triples if one.predicate.value == expand("sh:rule")}

    def mechanical(one: ox.Triple) -> bool:
        predicate = one.predicate.value
        if one.subject not in kinds:
            return one.subject in homes
        return (
            predicate in CONCLUDED
            or (predicate == RDF_TYPE and one.object == ox.NamedNode(TRIPLE_RULE))
            or (predicate == ORDER and one.object == ox.Literal(ORDERS[kinds[one.subject]]))
            or (predicate == CONDITION and (one.subject, one.object) in scopes)
        )

    kept = [one for one in triples if not mechanical(one)]
    assert 0 < len(kept) < len(triples)
    return format_turtle((ox.serialize(kept, format=ox.RdfFormat.TURTLE, prefixes=read.prefixes) or b"").decode())


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a shipped package, whose rules are in short form."""
    folder: Path = tmp_path / request.param
    shutil.copytree(ROOT / request.param, folder)
    rules = folder / "shapes" / "rules.ttl"
    rules.write_text(shortened(rules.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def test_a_short_form_written_in_full_is_what_is_shipped(package: Path) -> None:
    paths = named_paths(package)
    assert badly_formatted(paths) == []
    assert [path.name for path in format_files(paths, full=True)] == ["rules.ttl"]
    shipped = ROOT / package.name / "shapes" / "rules.ttl"
    assert (package / "shapes" / "rules.ttl").read_text(encoding="utf-8") == shipped.read_text(encoding="utf-8")


def test_it_is_the_same_rules(package: Path) -> None:
    short, full = (load_knowledge(named_paths(folder)) for folder in (package, ROOT / package.name))
    assert short.rules == full.rules


def test_who_asks_the_graph_sees_it_in_full(package: Path) -> None:
    def named(folder: Path) -> set[str]:
        files = knowledge_files([folder / "shapes" / "rules.ttl"], [folder])
        triples = (str(quad.triple) for quad in ox.parse(take_snapshot(files).quads, format=ox.RdfFormat.N_QUADS))
        return {triple for triple in triples if "_:" not in triple}

    assert named(package) == named(ROOT / package.name)


@pytest.mark.slow
def test_another_engine_finds_the_same(package: Path) -> None:
    read = [(load_knowledge(named_paths(folder)), named_paths(folder)) for folder in (package, ROOT / package.name)]
    knowledge = read[0][0]
    cases = [
        Case(present=(code,))
        for code in sorted(finding.code for finding in knowledge.findings.values() if not finding.derived_only)
    ]
    short, full = (Oracle(known, paths).evaluate(cases) for known, paths in read)
    assert short == full
    assert any(bits.holds for bits in full)


def test_what_is_given_away_is_in_full(package: Path) -> None:
    with pytest.raises(KnowledgeError, match="is in short form") as refused:
        build(package)
    assert refused.value.mend == "Write it in full: spinegraph format --full."
    format_files(named_paths(package), full=True)
    assert build(package) == build(ROOT / package.name)


HEAD = """
PREFIX core: <https://w3id.org/spinegraph/core/>
PREFIX ex: <https://example.org/x/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
"""


@pytest.mark.parametrize(
    ("rule", "derived"),
    [
        ("ex:r a core:Recommendation ; core:scope ex:S .", 10),
        ("ex:r a core:Recommendation ; core:scope ex:S ; sh:condition ex:S , ex:T .", 9),
        ("ex:r a core:DerivedFinding ; sh:condition ex:S ; sh:order 11 .", 8),
        ("ex:r a core:DerivedFinding ; sh:condition ex:S ; sh:order 'soon' .", 4),
        ("ex:r a core:Recommendation , sh:TripleRule ; core:scope ex:S .", 0),
        ("ex:r a core:Tension .", 0),
        ("ex:r a ex:Else ; core:scope ex:S .", 0),
    ],
)
def test_what_is_stated_is_never_derived(rule: str, derived: int) -> None:
    triples = [quad.triple for quad in ox.parse(HEAD + rule, format=ox.RdfFormat.TURTLE)]
    found = left_out(triples)
    assert len(found) == derived
    assert not set(found) & set(triples)


def test_an_order_that_is_written_stands() -> None:
    text = f"{HEAD}ex:r a core:DerivedFinding ; sh:condition ex:S ; sh:order 11 ."
    written = format_turtle(text, full=True)
    assert "ex:RulesOfOrder11" in written
    assert "sh:order 10" not in written
    assert format_turtle(written, full=True) == written
