"""A pathway lit by a case shows the verdicts of the decision and the truths of the program, in every box and line."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from spinegraph.engine import Engine, make_case, make_codebook
from spinegraph.engine.errors import OtherKnowledgeError
from spinegraph.engine.exchange.pathway.dot import write_dot
from spinegraph.engine.exchange.pathway.lighting import light
from spinegraph.engine.exchange.pathway.model import Node, Pathway, outline
from spinegraph.engine.exchange.pathway.views import find_pathway
from spinegraph.engine.model import KnowledgeVersion

CASE = {
    "present": ["back_pain", "urinary_retention"],
    "absent": ["fever", "saddle_anesthesia"],
    "measurements": {"age_years": 54},
}
NAME = "lumbar-mri-in-suspected-cauda-equina"


def lit(engine: Engine, name: str, case: dict[str, Any] = CASE) -> Pathway:
    decision = engine.decide(make_case(case, make_codebook(engine.knowledge)), include_all=True)
    return light(find_pathway(engine.knowledge, name), engine.knowledge, decision, "A case")


def nodes_of(pathway: Pathway) -> dict[str, Node]:
    return {node.id: node for panel in pathway.panels for node in panel.nodes}


def test_rules_suspicions_and_criteria_have_their_status(engine: Engine) -> None:
    nodes = nodes_of(lit(engine, "cauda_equina_syndrome"))
    assert (nodes[f"rule:{NAME}"].status, nodes[f"rule:{NAME}"].verdict) == ("holds", "indicated")
    assert nodes["condition:CaudaEquinaSyndrome"].verdict == "suspected"
    markers = nodes["shape:CaudaEquinaMarkers"]
    assert markers.status == "holds"
    assert {line.text.split(":")[0]: line.status for line in markers.lines} == {
        "urinary retention": "holds", "fecal incontinence": "unknown", "saddle anesthesia": "refuted",
        "bilateral leg weakness": "unknown", "motor deficit at multiple levels": "unknown",
    }  # fmt: skip


def test_an_arrow_has_the_status_of_what_it_leaves(engine: Engine) -> None:
    pathway = lit(engine, NAME)
    nodes = nodes_of(pathway)
    for edge in pathway.panels[0].edges:
        source = nodes[edge.source]
        assert edge.status == (source.status if edge.source_line is None else source.lines[edge.source_line].status)
    assert {edge.status for edge in pathway.panels[0].edges} >= {"holds", "unknown"}


def test_a_contradiction_shows(engine: Engine) -> None:
    contradictory = {"present": ["back_pain", "urinary_retention"], "absent": ["urinary_retention"]}
    nodes = nodes_of(lit(engine, NAME, contradictory))
    assert nodes["shape:CaudaEquinaMarkers"].lines[0].status == "conflicting"
    assert nodes[f"rule:{NAME}"].verdict == "conflicting"


@pytest.mark.parametrize("name", ["", "000", "C01", "cauda_equina_syndrome"])
def test_nothing_but_status_is_added(engine: Engine, name: str) -> None:
    """The boxes, lines and arrows are those of the pathway without a case."""
    plain, shown = find_pathway(engine.knowledge, name), lit(engine, name)
    assert set(nodes_of(plain)) == set(nodes_of(shown)) or len(plain.panels) > 1
    for before, after in zip(plain.panels, shown.panels, strict=True):
        unlit = tuple(
            replace(node, status=None, verdict="", lines=tuple(replace(line, status=None, verdict="") for line in node.lines))
            for node in after.nodes
        )
        assert unlit == before.nodes
        assert tuple(replace(edge, status=None) for edge in after.edges) == before.edges


def test_words_and_text_say_what_the_case_makes_of_it(engine: Engine) -> None:
    pathway = lit(engine, NAME)
    assert "Case: A case, decision" in outline(pathway)
    assert "urinary retention: present 000-L032b (holds)" in outline(pathway)
    assert "for · must · emergency; 000-L033a, 000-L033b; indicated" in outline(pathway)
    for words in ("holds in this case", "not known yet", "INDICATED", "● urinary retention: present", "× saddle anesthesia"):
        assert words in write_dot(pathway).replace("&#160;", " ")


def test_a_decision_of_other_knowledge_is_refused(engine: Engine) -> None:
    decision = engine.decide(make_case(CASE, make_codebook(engine.knowledge)))
    other = replace(decision, knowledge=KnowledgeVersion(version="9", digest="sha256:0"))
    with pytest.raises(OtherKnowledgeError, match="decide the case again"):
        light(find_pathway(engine.knowledge, NAME), engine.knowledge, other)
