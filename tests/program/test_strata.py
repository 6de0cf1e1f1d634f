"""The order of rules: a circle is refused, and an order in which another SHACL engine would run a rule too early."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import CriterionError, RuleCycleError, load_knowledge
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Present
from spinegraph.engine.program.compiler import compile_program

from tests.program.compiling import compiled, truth_of
from tests.small import write_small

RULE = "a core:{kind} , sh:TripleRule ; sh:order {order} ; sh:condition {condition} ; core:{verb} {target} ."
SHAPES = "shape:Drools core:present finding:Drooling . shape:Allergic core:present finding:PenicillinAllergy ."


def derived(name: str, order: int, condition: str, target: str) -> str:
    return f"rule:{name} " + RULE.format(kind="DerivedFinding", order=order, condition=condition, verb="derives", target=target)


def assessed(name: str, order: int, condition: str, target: str) -> str:
    return f"rule:{name} " + RULE.format(kind="Assessment", order=order, condition=condition, verb="assesses", target=target)


CYCLES = {
    "a finding from itself": (derived("one", 5, "shape:Drools", "finding:Drooling"), "rule:one → rule:one", "rule:one"),
    "two findings from each other": (
        derived("one", 5, "shape:Allergic", "finding:Drooling") + derived("two", 4, "shape:Drools", "finding:PenicillinAllergy"),
        "rule:one → rule:two → rule:one",
        "rule:one",
    ),
    "an assessment of the condition it rests on": (
        assessed("one", 25, "shape:StrepSuspected", "condition:StrepThroat"),
        "rule:one → rule:one",
        "rule:one",
    ),
}


@pytest.mark.parametrize(("text", "circle", "where"), CYCLES.values(), ids=CYCLES)
def test_a_rule_that_depends_on_its_own_conclusion_is_refused(text: str, circle: str, where: str, tmp_path: Path) -> None:
    knowledge = load_knowledge(write_small(tmp_path, more={"shapes/rules/a.ttl": f"{text}\n{SHAPES}"}))
    with pytest.raises(RuleCycleError) as caught:
        compile_program(knowledge)
    assert str(caught.value) == f"{where}: {circle}\n  Take one of these rules out of the criteria of the others."


ORDERS = {
    "the same order": (
        derived("one", 10, "shape:Feverish", "finding:Drooling"),
        "rule:one: rule:one (sh:order 10) depends on rule:fever-from-temperature (sh:order 10).",
    ),
    "the wrong order": (
        assessed("one", 19, "shape:StrepSuspected", "condition:ThroatInfection"),
        "rule:one: rule:one (sh:order 19) depends on rule:strep-throat-from-signs (sh:order 20).",
    ),
}


@pytest.mark.parametrize(("text", "message"), ORDERS.values(), ids=ORDERS)
def test_a_rule_that_another_shacl_engine_would_run_too_early_is_refused(text: str, message: str, tmp_path: Path) -> None:
    knowledge = load_knowledge(write_small(tmp_path, more={"shapes/rules/a.ttl": f"{text}\n{SHAPES}"}))
    with pytest.raises(CriterionError) as caught:
        compile_program(knowledge)
    assert str(caught.value) == f"{message}\n  Give the rule that depends a higher sh:order."


def test_the_order_is_checked_wherever_the_rule_that_is_needed_stands(tmp_path: Path) -> None:
    text = derived("one", 10, "shape:Feverish", "finding:Drooling")
    knowledge = load_knowledge(write_small(tmp_path, more={"shapes/rules/z.ttl": f"{text}\n{SHAPES}"}))
    with pytest.raises(CriterionError, match=r"depends on rule:fever-from-temperature \(sh:order 10\)"):
        compile_program(knowledge)


def test_rules_are_ordered_by_what_they_need_and_not_by_where_they_stand(tmp_path: Path) -> None:
    text = derived("first", 12, "shape:Allergic", "finding:Drooling") + derived(
        "second", 11, "shape:Feverish", "finding:PenicillinAllergy"
    )
    knowledge = load_knowledge(write_small(tmp_path, more={"shapes/rules/a.ttl": f"{text}\n{SHAPES}"}))
    program = compiled(knowledge, Present(finding=expand("finding:Drooling")))
    assert truth_of(program, temperature_c=39.0) == "true"
