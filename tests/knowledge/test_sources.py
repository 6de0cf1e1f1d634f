"""Passages against their documents: digests, drift, coverage."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Knowledge, ProvenanceError, load_knowledge
from spinegraph.engine.knowledge.sources import count_by_kind, coverage, passages_of_rule, read_documents, text_changed, verify

SOURCES = Path(__file__).resolve().parents[3] / "shared" / "sources"
STATEMENTS = 562
with_documents = pytest.mark.skipif(not SOURCES.is_dir(), reason="the source documents are not here (../shared/sources)")


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    return load_knowledge()


@with_documents
def test_every_passage_stands_where_and_as_it_was_read(shipped: Knowledge) -> None:
    documents = read_documents(SOURCES, shipped)
    outcome = verify(shipped, documents)
    assert (outcome.checked, outcome.total, outcome.drifted, outcome.missing_files) == (STATEMENTS, STATEMENTS, (), ())
    assert not any(text_changed(shipped.sources[iri], text) for iri, text in documents.items())


@with_documents
def test_one_changed_character_makes_the_rules_on_it_stale(shipped: Knowledge) -> None:
    documents = read_documents(SOURCES, shipped)
    passage = next(passage for passage in shipped.passages.values() if passage.id == "000-L033a")
    text = documents[passage.source]
    documents[passage.source] = text[: passage.start] + "#" + text[passage.start + 1 :]
    drifts = {drift.passage: drift.rules for drift in verify(shipped, documents).drifted}
    assert "lumbar-mri-in-suspected-cauda-equina" in drifts["000-L033a"]
    assert text_changed(shipped.sources[passage.source], documents[passage.source])


def test_without_documents_nothing_is_checked_and_that_is_said(shipped: Knowledge, tmp_path: Path) -> None:
    outcome = verify(shipped, read_documents(tmp_path, shipped))
    assert outcome.checked == 0
    assert len(outcome.missing_files) == len(shipped.sources)


def test_a_folder_that_is_none_is_refused(shipped: Knowledge, tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError, match="is no folder"):
        read_documents(tmp_path / "nowhere", shipped)


def test_every_statement_is_used_or_says_why_not(shipped: Knowledge) -> None:
    uses = coverage(shipped)
    assert len(uses) == STATEMENTS
    assert [use.passage for use in uses if not use.covered] == []
    assert [use.passage for use in uses if use.used_by and use.not_modelled] == []
    assert sum(total for total, _, _ in count_by_kind(uses).values()) == STATEMENTS


def test_every_rule_but_modelling_choices_rests_on_a_passage(shipped: Knowledge) -> None:
    without = {rule.id for rule in shipped.rules.values() if not passages_of_rule(rule)}
    assert without == {"child-from-age", "children-not-covered", "pregnancy-not-covered"}
