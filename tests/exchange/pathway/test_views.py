"""Decision pathways say everything that the rules say: each leaf, each override, each open question, each rule once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pytest
from spinegraph.engine import Engine, Knowledge, load_knowledge
from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.pathway.building import leaves
from spinegraph.engine.exchange.pathway.model import Edge, Panel, Pathway, outline
from spinegraph.engine.exchange.pathway.views import (
    condition_pathway,
    document_pathway,
    find_pathway,
    overview_pathway,
    rule_pathway,
)
from spinegraph.engine.knowledge.turtle.terms import expand, shorten
from spinegraph.engine.model import Assessment, Exclusion, NotSuspected, Recommendation, Rule, SourceGap, Suspected, Tension

from tests.small import write_small


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return load_knowledge(write_small(tmp_path_factory.mktemp("small")))


@pytest.fixture(params=["shipped", "small"])
def knowledge(request: pytest.FixtureRequest, engine: Engine, small: Knowledge) -> Knowledge:
    return engine.knowledge if request.param == "shipped" else small


def only(pathway: Pathway) -> Panel:
    assert len(pathway.panels) == 1
    panel = pathway.panels[0]
    names = [node.id for node in panel.nodes]
    assert len(set(names)) == len(names)
    lines = {node.id: len(node.lines) for node in panel.nodes}
    for edge in panel.edges:
        assert edge.source_line is None or edge.source_line < lines[edge.source]
        assert edge.target_line is None or edge.target_line < lines[edge.target]
    return panel


def upstream(panel: Panel, name: str) -> set[str]:
    """The boxes from which criteria, suspicions and derived findings lead to a box, and the box itself."""
    reached, waiting = {name}, [name]
    while waiting:
        target = waiting.pop()
        new = {edge.source for edge in panel.edges if edge.target == target and edge.kind in LEADING} - reached
        reached |= new
        waiting += new
    return reached


LEADING = {"criterion-of", "scope", "suspects", "suspicion", "derives"}


def asked(rules: Iterable[Rule]) -> set[str]:
    """What the leaves of rules ask about."""
    return {leaf.subject for rule in rules for root in (rule.scope, rule.criterion) for leaf in leaves(root)}


def told(panel: Panel, names: set[str]) -> set[str]:
    """What the lines of boxes, and the boxes themselves, speak of."""
    lines = {line.about for node in panel.nodes if node.id in names for line in node.lines}
    return lines | {expand(name) for name in names if name.startswith("condition:")}


def test_every_leaf_of_every_rule_leads_to_it(knowledge: Knowledge) -> None:
    for rule in knowledge.rules.values():
        panel = only(rule_pathway(knowledge, rule.iri))
        missing = asked([rule]) - told(panel, upstream(panel, shorten(rule.iri)))
        assert not missing, (rule.id, missing)


def test_every_leaf_of_every_assessment_leads_to_the_condition(knowledge: Knowledge) -> None:
    for iri in knowledge.conditions:
        panel = only(condition_pathway(knowledge, iri))
        narrower = knowledge.hierarchy.narrower[iri]
        rules = [rule for rule in knowledge.rules.values() if isinstance(rule, Assessment) and rule.condition in narrower]
        before = upstream(panel, shorten(iri))
        assert {shorten(rule.iri) for rule in rules} <= before
        assert asked(rules) <= told(panel, before), iri


def places(panel: Panel) -> list[str]:
    """The rules of a panel, by box or line, as often as they stand there."""
    boxes = [expand(node.id) for node in panel.nodes if node.id.startswith(("rule:", "tension:")) and " " not in node.id]
    return [box for box in boxes if not box.endswith("+")] + [line.about for node in panel.nodes for line in node.lines]


def test_a_condition_leads_to_every_rule_that_asks_for_it(knowledge: Knowledge) -> None:
    for iri in knowledge.conditions:
        panel = only(condition_pathway(knowledge, iri))
        broader = {one for one in knowledge.hierarchy.broader[iri] if one in knowledge.conditions}
        wanted = {rule.iri for rule in knowledge.rules.values() if suspicions(rule) & broader}
        assert wanted <= set(places(panel)), iri


def test_a_condition_leads_to_what_rests_on_its_markers(engine: Engine) -> None:
    """The emergency MRI asks for the markers, not for the suspicion, which a growing weakness raises too."""
    panel = only(find_pathway(engine.knowledge, "cauda_equina_syndrome"))
    mri = "rule:lumbar-mri-in-suspected-cauda-equina"
    assert Edge(source="shape:CaudaEquinaMarkers", target=mri, kind="criterion-of") in panel.edges
    gap = "rule:no-alternative-to-mri-in-cauda-equina"
    assert Edge(source="shape:CaudaEquinaMarkers", target=gap, kind="criterion-of") in panel.edges
    assert {expand(mri), expand(gap)} <= set(places(panel))


def suspicions(rule: Rule) -> set[str]:
    tested = (leaf for root in (rule.scope, rule.criterion) for leaf in leaves(root))
    return {leaf.condition for leaf in tested if isinstance(leaf, Suspected | NotSuspected)}


def drawn(panel: Panel, kinds: set[str], every: Collection[str]) -> Iterator[tuple[str, str]]:
    """The arrows of some kinds as pairs of rules; an arrow from or to a box with a line for each rule stands for all of them."""
    rules = {node.id: [line.about for line in node.lines if line.about in every] for node in panel.nodes}
    lines = {node.id: [line.about for line in node.lines] for node in panel.nodes}

    def ends(name: str, line: int | None) -> list[str]:
        return rules[name] or [expand(name)] if line is None else [lines[name][line]]

    for edge in panel.edges:
        if edge.kind in kinds:
            for source in ends(edge.source, edge.source_line):
                yield from ((source, target) for target in ends(edge.target, edge.target_line))


def test_overrides_and_open_questions_are_drawn_at_both_ends(knowledge: Knowledge) -> None:
    overrides = set()
    opens = set()
    for rule in knowledge.rules.values():
        if isinstance(rule, Recommendation):
            overrides |= {(rule.iri, target) for target in (*rule.overrides, *rule.overrides_if_known)}
        if isinstance(rule, SourceGap | Tension):
            opens |= {(rule.iri, target) for target in rule.leaves_open}
    assert overrides
    for rule in knowledge.rules.values():
        panel = only(rule_pathway(knowledge, rule.iri))
        seen = {pair for pair in drawn(panel, {"overrides", "overrides-if-known"}, knowledge.rules) if rule.iri in pair}
        assert seen == {pair for pair in overrides if rule.iri in pair}, rule.id
        seen = {pair for pair in drawn(panel, {"leaves-open"}, knowledge.rules) if rule.iri in pair}
        assert seen == {pair for pair in opens if rule.iri in pair}, rule.id


def test_what_is_overridden_only_if_known_is_told_apart(small: Knowledge) -> None:
    panel = only(rule_pathway(small, expand("rule:give-penicillin")))
    kinds = {edge.source: edge.kind for edge in panel.edges if edge.target == "rule:give-penicillin" and "overrid" in edge.kind}
    assert kinds == {"rule:refer-at-once": "overrides", "rule:give-macrolide": "overrides-if-known"}


def test_the_overview_has_every_rule_once(knowledge: Knowledge) -> None:
    pathway = overview_pathway(knowledge)
    stands = [
        iri
        for panel in pathway.panels
        for iri in set(places(panel))  # an assessment may stand below several conditions of one document
        if iri in knowledge.rules and (not knowledge.rules[iri].source or panel.title.startswith(number(knowledge, iri)))
    ]
    assert sorted(stands) == sorted(knowledge.rules)


def number(knowledge: Knowledge, iri: str) -> str:
    return knowledge.sources[knowledge.rules[iri].source].number


def test_a_document_draws_the_overrides_between_its_rules(engine: Engine) -> None:
    knowledge = engine.knowledge
    for source in knowledge.sources:
        panel = only(document_pathway(knowledge, source))
        own = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation) and rule.source == source]
        wanted = {
            (rule.iri, target)
            for rule in own
            for target in (*rule.overrides, *rule.overrides_if_known)
            if knowledge.rules[target].source == source
        }
        assert set(drawn(panel, {"overrides", "overrides-if-known"}, knowledge.rules)) == wanted


def test_overrides_across_documents_are_told_in_words(engine: Engine) -> None:
    words = outline(find_pathway(engine.knowledge, "002"))
    assert "Other imaging because MRI is contraindicated (overrides rules of 000, 001)" in words
    assert "No imaging at first (overridden by rules of 000)" in words


def test_a_named_criterion_is_one_box_however_often_it_is_asked(engine: Engine) -> None:
    panel = only(find_pathway(engine.knowledge, "cauda_equina_syndrome", 3))
    scopes = [edge for edge in panel.edges if edge.source == "shape:BackPain"]
    assert scopes
    assert [node.id for node in panel.nodes].count("shape:BackPain") == 1


def test_small_parts_are_written_out_in_place(small: Knowledge) -> None:
    panel = only(find_pathway(small, "deep-neck-infection-from-signs"))
    box = next(node for node in panel.nodes if node.id == "shape:DeepNeckSigns")
    assert [(line.indent, line.text) for line in box.lines] == [
        (0, "drooling: present"),
        (0, "all of:"),
        (1, "tender neck nodes: present (its absence refutes nothing)"),
        (1, "temperature > 40 °C"),
    ]
    assert box.caption == "any of"


def test_depth_decides_how_far_back_criteria_are_drawn(engine: Engine) -> None:
    names = [
        {node.id for node in only(find_pathway(engine.knowledge, "radiograph-in-suspected-fracture", back)).nodes}
        for back in (0, 1)
    ]
    assert "shape:FractureMarkers" in names[1] - names[0]
    alone = only(find_pathway(engine.knowledge, "radiograph-in-suspected-fracture", 0))
    condition = next(node for node in alone.nodes if node.kind == "condition")
    assessment = engine.knowledge.rules[expand("rule:vertebral-compression-fracture-from-markers")]
    assert assessment.label in [line.text for line in condition.lines]


def test_exclusions_reach_what_they_exclude(small: Knowledge) -> None:
    panel = only(find_pathway(small, "gargle"))
    box = next(node for node in panel.nodes if node.kind == "exclusions")
    assert Edge(source=box.id, target="rule:gargle", kind="excludes") in panel.edges
    wanted = [rule.iri for rule in small.rules.values() if isinstance(rule, Exclusion)]
    assert sorted(line.about for line in box.lines) == sorted(wanted)
    assert "no-gargling-with-fever" not in outline(find_pathway(small, "give-penicillin"))


def test_a_tension_leads_to_its_sides(small: Knowledge) -> None:
    panel = only(find_pathway(small, "T01"))
    assert {(edge.kind, edge.target) for edge in panel.edges if edge.source == "tension:T01"} == {
        ("leaves-open", "rule:give-penicillin")
    }
    assert "Side: wait" in [line.text for node in panel.nodes if node.focus for line in node.lines]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("strep_throat", "Condition: strep throat"),
        ("condition:StrepThroat", "Condition: strep throat"),
        ("https://w3id.org/spinegraph/condition/StrepThroat", "Condition: strep throat"),
        ("gargle", "Recommendation: Gargle"),
        ("rule:gargle", "Recommendation: Gargle"),
        ("T02", "Disagreement: Settled long ago"),
        ("nodes-alone", "Question left open: Nodes alone"),
        ("fever-from-temperature", "Derived finding: Fever from temperature"),
        ("901", "Document 901: Gargling"),
        ("", "Overview: suspicions, recommendations and overrides"),
    ],
)
def test_everything_can_be_named(small: Knowledge, name: str, title: str) -> None:
    assert find_pathway(small, name).title == title


def test_an_unknown_name_is_told_with_the_nearest(small: Knowledge) -> None:
    with pytest.raises(DrawingError) as caught:
        find_pathway(small, "strep_throt")
    assert str(caught.value).startswith("Nothing is called 'strep_throt'; nearest: strep_throat")
    with pytest.raises(DrawingError, match=r"^Nothing is called 'zzzz'\.\n"):
        find_pathway(small, "zzzz")


def test_every_pathway_carries_review_status_and_disclaimer(knowledge: Knowledge) -> None:
    for name in ("", *(rule.id for rule in knowledge.rules.values() if rule.source)):
        pathway = find_pathway(knowledge, name)
        assert pathway.sources
        assert all("review status" in source for source in pathway.sources)
        assert "not a medical device" in pathway.disclaimer
        assert knowledge.digest[:12] in pathway.knowledge


def test_the_outline_tells_boxes_lines_and_arrows(small: Knowledge, tmp_path: Path) -> None:
    words = outline(find_pathway(small, "give-macrolide"))
    assert "Give macrolide [recommendation · 900; for · should · routine; 900-L006a]" in words
    assert "  - penicillin allergy: present" in words
    assert "“Give macrolide” overrides, if known to apply, “Give penicillin”" in words
    assert outline(find_pathway(load_knowledge(write_small(tmp_path)), "give-macrolide")) == words
