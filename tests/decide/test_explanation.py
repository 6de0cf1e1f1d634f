"""Proofs, missing facts and flips, each held against the program itself: nothing is believed that is not decided anew."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import pytest
from spinegraph.engine import Case, Engine, Proof, Recommendation
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import TRUTHS

from tests.decide.every_case import AXES, EveryCase, named_by_rule, named_facts
from tests.random_cases import random_cases

pytestmark = pytest.mark.slow

CONTRADICTORY = 3
"""Index of "conflicting" among TRUTHS."""


# Proofs --------------------------------------------------------------------------------------


def sample_of(engine: Engine, seed: int, count: int) -> list[Case]:
    return list(itertools.islice(random_cases(engine.program, seed), count))


def nodes_of(proof: Proof) -> Iterator[Proof]:
    yield proof
    for child in proof.children:
        yield from nodes_of(child)


def shown_proofs(engine: Engine, case: Case) -> Iterator[Proof]:
    decision = engine.decide(case, include_all=True)
    for entry in decision.recommendations:
        yield from nodes_of(entry.explanation)
    for condition in decision.assessments:
        yield from nodes_of(condition.explanation)


def named_pairs(engine: Engine) -> Mapping[str, tuple[int, int]]:
    """IRI of each rule and named shape → its positions in the output of the program."""
    program = engine.program
    pairs: dict[str, tuple[int, int]] = {iri: slots.whole for iri, slots in program.rules.items()}
    waiting = [part for rule in engine.knowledge.rules.values() for part in (rule.scope, rule.criterion) if part is not None]
    while waiting:
        criterion = waiting.pop()
        if criterion.iri:
            pairs[criterion.iri] = program.pair(criterion)
        waiting += criterion.parts
    return pairs


@pytest.mark.parametrize(("which", "count"), [("small", 60), ("engine", 6)])
def test_every_named_node_of_a_proof_has_the_truth_of_its_planes(which: str, count: int, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    pairs = named_pairs(engine)
    seen = set()
    for case in sample_of(engine, 21, count):
        planes = engine.explain(case).planes
        for node in shown_proofs(engine, case):
            if node.iri in pairs:
                holds, refuted = pairs[node.iri]
                assert node.truth == TRUTHS[planes[holds] + 2 * planes[refuted]], node.iri
                seen.add(node.iri)
    assert len(seen) > len(pairs) / 3


BITS = {truth: (number & 1, number >> 1) for number, truth in enumerate(TRUTHS)}


def truth_from_children(node: Proof) -> str:
    """What the shown children of a node make it, by the tables of Belnap's logic.

    Of an `or` that holds only what holds is shown, of an `and` that is refuted only what is refuted; everything, where
    no part does so free of contradiction.
    """
    truths = [child.truth for child in node.children]
    if (node.operator, node.truth) in (("or", "true"), ("and", "false")) and node.truth in truths:
        return node.truth if {*truths} == {node.truth} else "more is shown than carries it"
    holds, refuted = zip(*(BITS[truth] for truth in truths), strict=True)
    if (node.operator, node.truth) in (("suspected", "true"), ("not-suspected", "false")):
        return node.truth if all(holds) else "more is shown than carries it"
    if node.operator == "and":
        return TRUTHS[all(holds) + 2 * any(refuted)]
    if node.operator == "not-suspected":
        return TRUTHS[all(refuted) + 2 * any(holds)]
    return TRUTHS[any(holds) + 2 * all(refuted)]


MADE = {"true": {"present"}, "false": {"absent"}, "conflicting": {"present", "absent"}, "unknown": set()}
"""What a rule makes of the finding that it derives."""
STATED = {"present": "true", "absent": "false", "contradictory": "conflicting", "unknown": "unknown", "known": "unknown"}


@pytest.mark.parametrize(("which", "count"), [("small", 60), ("engine", 6)])
def test_the_children_that_are_shown_carry_the_truth_of_their_node(
    which: str, count: int, request: pytest.FixtureRequest
) -> None:
    engine: Engine = request.getfixturevalue(which)
    checked = 0
    for case in sample_of(engine, 22, count):
        for node in shown_proofs(engine, case):
            if node.fact:
                made = {made for child in node.children for made in MADE[child.truth]}
                assert made <= MADE[STATED[node.fact.state]], node
            elif node.children and node.operator not in ("at-least", "rule"):
                assert truth_from_children(node) == node.truth, node
                checked += 1
    assert checked > 100


LEAF_STATES = {
    "present": {"unknown": "unknown", "present": "true", "absent": "false", "contradictory": "conflicting"},
    "absent": {"unknown": "unknown", "present": "false", "absent": "true", "contradictory": "conflicting"},
    "unassessed": {"unknown": "true", "present": "false", "absent": "false", "contradictory": "false"},
}


@pytest.mark.parametrize(("which", "count"), [("small", 60), ("engine", 6)])
def test_every_leaf_names_its_fact_and_follows_from_it(which: str, count: int, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    findings = {finding.code for finding in engine.knowledge.findings.values()}
    measurements = {measurement.code for measurement in engine.knowledge.measurements.values()}
    inconclusive = 0
    for case in sample_of(engine, 23, count):
        for node in shown_proofs(engine, case):
            if node.operator in LEAF_STATES:
                assert node.fact is not None, node
                assert node.fact.code in findings
                expected = LEAF_STATES[node.operator][node.fact.state]
                if node.truth != expected:
                    assert (expected, node.truth) in (("false", "unknown"), ("conflicting", "true")), node
                    inconclusive += 1
            elif node.operator == "measured":
                assert node.fact is not None, node
                assert node.fact.code in measurements
                assert (
                    (node.fact.value == case.measurements[node.fact.code])
                    if node.fact.state == "known"
                    else (node.fact.code not in case.measurements)
                )
            else:
                assert node.fact is None, node
                assert node.children or node.operator == "rule" or node.truth in TRUTHS
    assert inconclusive < count * 20


@pytest.mark.parametrize(
    ("present", "absent", "values", "state", "basis", "through"),
    [
        (["fever"], [], {}, "present", "given", ()),
        ([], ["fever"], {}, "absent", "given", ()),
        ([], [], {}, "unknown", "not-assessed", ()),
        ([], ["strep_sign"], {}, "absent", "derived", ("strep_sign",)),
        ([], [], {"temperature_c": 39.0}, "present", "derived", ("fever-from-temperature",)),
        ([], ["strep_sign"], {"temperature_c": 39.0}, "contradictory", "derived", ("strep_sign", "fever-from-temperature")),
        (["fever"], ["fever"], {}, "contradictory", "given", ()),
    ],
)
def test_a_leaf_says_how_its_fact_is_known(
    present: list[str],
    absent: list[str],
    values: dict[str, float],
    state: str,
    basis: str,
    through: tuple[str, ...],
    small: Engine,
) -> None:
    case = Case(present=("sore_throat", *present), absent=tuple(absent), measurements=values)
    facts = [node.fact for node in shown_proofs(small, case) if node.fact and node.fact.code == "fever"]
    assert facts
    assert {(fact.state, fact.basis, fact.through) for fact in facts} == {(state, basis, through)}


def test_a_finding_that_follows_unfolds_into_the_rule_that_derives_it(small: Engine) -> None:
    case = Case(present=("sore_throat",), measurements={"temperature_c": 39.0})
    (node, *_) = [node for node in shown_proofs(small, case) if node.fact and node.fact.code == "fever"]
    (rule,) = node.children
    assert (rule.iri, rule.truth) == (expand("rule:fever-from-temperature"), "true")
    (measured,) = rule.children
    assert measured.fact is not None
    assert (measured.fact.code, measured.fact.value) == ("temperature_c", 39.0)


def test_a_finding_that_could_follow_shows_what_is_open(small: Engine) -> None:
    nodes = [node for node in shown_proofs(small, Case(present=("sore_throat",))) if node.fact and node.fact.code == "fever"]
    assert nodes
    for node in nodes:
        (rule,) = node.children
        assert (node.truth, rule.iri, rule.truth) == ("unknown", expand("rule:fever-from-temperature"), "unknown")


def test_a_proof_leads_from_the_rule_over_its_shapes_to_the_given_facts(small: Engine) -> None:
    case = Case(present=("drooling", "sore_throat"))
    (entry,) = (entry for entry in small.decide(case).recommendations if entry.id == "refer-at-once")
    proof = entry.explanation
    assert (proof.iri, proof.operator, proof.truth, proof.passages) == (
        expand("rule:refer-at-once"), "rule", "true", ("900-L003a",),
    )  # fmt: skip
    scope, criterion = proof.children
    assert scope.iri == expand("shape:SoreThroat")
    (assessment,) = criterion.children
    assert (criterion.operator, assessment.iri) == ("suspected", expand("rule:deep-neck-infection-from-signs"))
    leaves = [node for node in nodes_of(assessment) if not node.children]
    assert [(leaf.label, leaf.passages) for leaf in leaves] == [
        ("sore throat", ("900-L001a",)),
        ("drooling present", ("900-L003a",)),
    ]


def test_while_the_scope_is_unknown_only_the_scope_is_explained(small: Engine) -> None:
    (entry,) = (entry for entry in small.decide(Case()).recommendations if entry.id == "refer-at-once")
    assert [child.iri for child in entry.explanation.children] == [expand("shape:SoreThroat")]
    assert entry.missing == ("sore_throat",)


# Missing facts -------------------------------------------------------------------------------


def test_missing_facts_are_those_that_some_completion_makes_decisive(small: Engine, every_case: EveryCase) -> None:
    """Exactly: of the facts that the rule speaks of, those that can still change its truth without a contradiction.

    Nothing else is missing, unless the rule's own truth can still change at the price of a contradiction elsewhere.
    """
    knowledge = small.knowledge
    rules = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]
    everything = EveryCase(small)
    decisive = {}
    for rule in rules:
        for pending, table in ((True, every_case.scope_truth[rule.iri]), (False, every_case.truth[rule.iri])):
            named = named_facts(rule.scope, knowledge) if pending else named_by_rule(rule, knowledge)
            for code in AXES:
                everything.consistent = table != CONTRADICTORY
                decisive[rule.id, pending, code] = (
                    every_case.decisive(table, code).ravel() & (code in named),
                    everything.decisive(table, code).ravel(),
                )
    scope = {rule.id: every_case.scope_truth[rule.iri].ravel() for rule in rules}
    undetermined = 0
    for number, case in every_case.consistent_cases():
        for entry in small.decide(case).recommendations:
            if entry.verdict == "undetermined":
                pending = scope[entry.id][number] == 0
                exact = {code for code in AXES if decisive[entry.id, pending, code][0][number]}
                possible = {code for code in AXES if decisive[entry.id, pending, code][1][number]}
                assert exact <= set(entry.missing) <= possible, (case, entry.id)
                undetermined += 1
            elif entry.verdict != "provisional":
                assert entry.missing == (), (case, entry.id)
    assert undetermined > 10_000


def test_what_a_provisional_recommendation_misses_settles_the_overrides_that_hold_it_up(
    small: Engine, every_case: EveryCase
) -> None:
    """As far as that changes the verdict: if a gap leaves it open too, only what makes the override hold."""
    override = expand("rule:refer-at-once")
    named = named_by_rule(small.knowledge.rules[override], small.knowledge)
    settles, changes = (
        {rule: {code: every_case.decisive(table, code).ravel() for code in named} for rule, table in tables.items()}
        for tables in ({"refer-at-once": every_case.truth[override]}, every_case.verdict)
    )
    provisional = 0
    for number, case in every_case.consistent_cases():
        for entry in small.decide(case).recommendations:
            if entry.verdict == "provisional":
                open_override = "refer-at-once" in entry.left_open_by
                settling = {code for code in named if open_override and settles["refer-at-once"][code][number]}
                assert set(entry.missing) == {code for code in settling if changes[entry.id][code][number]}, (case, entry.id)
                provisional += bool(settling)
    assert provisional > 200


def test_nothing_known_is_missing(small: Engine, engine: Engine) -> None:
    for chosen, count in ((small, 300), (engine, 20)):
        for case in sample_of(chosen, 24, count):
            known = {*case.present, *case.absent} - ({*case.present} & {*case.absent}) | {*case.measurements}
            decision = chosen.decide(case, include_all=True)
            missing = {entry.iri: entry.missing for entry in decision.recommendations}
            missing |= {condition.iri: condition.missing for condition in decision.assessments}
            assert [iri for iri, codes in missing.items() if not known.isdisjoint(codes)] == [], case
