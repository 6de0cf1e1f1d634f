"""Rules wider or narrower than the subject of their passages: by counting, on made-up guidelines, and on the shipped content."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from spinegraph.engine import load_knowledge
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Knowledge, Passage
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour
from spinegraph.engine.validation.interactions.subjects import other_subjects

from tests.small import write_small
from tests.validation.interactions.random_guidelines import EveryPatient, Writer

GUIDELINES = 100
SHAPES = """
shape:FeverishThroat a sh:NodeShape ; sh:node shape:SoreThroat ; core:present finding:Fever .
shape:ThroatOrFever a sh:NodeShape ; sh:or ( [ sh:node shape:SoreThroat ] [ core:present finding:Fever ] ) .
"""


def listed(folder: Path, text: str) -> dict[str, tuple[str, ...]]:
    """Side → ids of the rules, of the small guideline with a subject said of something."""
    paths = write_small(folder, more={"shapes/rules/more.ttl": SHAPES + text})
    found: dict[str, tuple[str, ...]] = {}
    for behaviour in other_subjects(Analysis(load_knowledge(paths))):
        found[behaviour.message] = (*found.get(behaviour.message, ()), *map(shorten, behaviour.others))
    return found


def test_nothing_is_said_where_no_document_says_of_whom_it_speaks(tmp_path: Path) -> None:
    assert listed(tmp_path, "") == {}


def test_a_rule_whose_scope_is_the_subject_of_its_document_is_not_listed(tmp_path: Path) -> None:
    assert listed(tmp_path, "source:sore-throat core:subject shape:SoreThroat .") == {}


def test_a_rule_that_holds_for_others_is_wider(tmp_path: Path) -> None:
    text = "source:sore-throat core:subject shape:SoreThroat . passage:900-L004a core:subject shape:FeverishThroat ."
    assert listed(tmp_path, text) == {"wider": ("rule:examine-throat",)}


def test_a_criterion_makes_up_for_a_wide_scope(tmp_path: Path) -> None:
    """The passage speaks of two signs, and the rule holds for nobody without them, whatever its scope."""
    text = "passage:900-L002a core:subject shape:TwoStrepSigns ."
    assert "wider" not in listed(tmp_path, text)


def test_a_rule_that_leaves_some_out_is_narrower(tmp_path: Path) -> None:
    found = listed(tmp_path, "source:gargling core:subject shape:ThroatOrFever .")
    assert found["narrower"] == ("rule:gargle",)
    assert "wider" not in found


def test_what_is_meant_is_said_with_its_reading(tmp_path: Path) -> None:
    text = 'source:gargling core:subject shape:ThroatOrFever . rule:gargle core:reading "Salt water is for throats."@en .'
    paths = write_small(tmp_path, more={"shapes/rules/more.ttl": SHAPES + text})
    (found,) = [found for found in other_subjects(Analysis(load_knowledge(paths))) if found.message == "narrower"]
    assert found.terms["reading"] == "Salt water is for throats."
    assert found.witness is not None
    assert (found.witness.case.present, found.witness.case.absent) == (("fever",), ("sore_throat",))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(GUIDELINES))
def test_the_solver_lists_what_counting_finds_and_nothing_else(seed: int, tmp_path: Path) -> None:
    knowledge = Writer(seed).write(tmp_path)
    every, found = EveryPatient(knowledge), list(other_subjects(Analysis(knowledge)))
    wider, narrower = set(), set()
    for rule in knowledge.rules.values():
        ids = {*rule.passages, *(id_ for position in getattr(rule, "positions", ()) for id_ in position.passages)}
        subjects = {subject_of(knowledge, passage) for passage in knowledge.passages.values() if passage.id in ids}
        if rule.scope is not None and subjects:
            outside = np.logical_and.reduce([every.no_subject[iri] for iri in subjects])
            inside = np.logical_or.reduce([every.subject[iri] for iri in subjects])
            wider |= {rule.iri} if (every.holds[rule.iri] & outside).any() else set()
            narrower |= {rule.iri} if (every.out_of_scope[rule.iri] & inside).any() else set()
    assert (together(found, "wider"), together(found, "narrower")) == (Counter(wider), Counter(narrower))


def subject_of(knowledge: Knowledge, passage: Passage) -> str:
    return passage.subject or knowledge.sources[passage.source].subject


def together(found: list[Behaviour], side: str) -> Counter[str]:
    """The rules of one side: each is listed once."""
    return Counter(rule for behaviour in found if behaviour.message == side for rule in behaviour.others)


@pytest.mark.slow
def test_the_random_guidelines_have_both(tmp_path: Path) -> None:
    """Otherwise agreement would prove nothing."""
    sides: Counter[str] = Counter()
    for seed in range(GUIDELINES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        sides.update(found.message for found in other_subjects(Analysis(Writer(seed).write(folder))))
    assert min(sides["wider"], sides["narrower"]) > GUIDELINES // 10


@pytest.mark.slow
def test_the_shipped_content_lists_what_was_widened_and_hardly_anything_narrowed() -> None:
    """Red flags hold in any back pain, whatever presentation the document is about; what is narrowed rests on both documents."""
    found = list(other_subjects(Analysis(load_knowledge())))
    wider, narrower = together(found, "wider"), together(found, "narrower")
    ids = {shorten(rule) for rule in wider}
    assert {"rule:screen-for-malignancy", "rule:urgent-evaluation-with-knots-red-flag", "rule:do-not-dismiss-fever"} <= ids
    assert not {"rule:no-routine-imaging", "rule:no-early-mri", "rule:stay-active", "rule:reassurance"} & ids
    assert {shorten(rule) for rule in narrower} == {
        "rule:knots-beside-spasm-not-screened",
        "rule:no-alternative-to-mri-in-cauda-equina",
    }
