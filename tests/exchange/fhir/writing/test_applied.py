"""A decision as a Bundle: every verdict has its place, what waits is asked for, and what the content grades is told."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs
from spinegraph.engine import Engine, load_knowledge, make_case, make_codebook
from spinegraph.engine.exchange.fhir.writing.applied import Applied, applied_bundle
from spinegraph.engine.exchange.fhir.writing.codings import TERMINOLOGY, Codings
from spinegraph.engine.exchange.fhir.writing.grading import CERTAINTY, DIRECTION, RATIONALE, STRENGTH, extensions_of
from spinegraph.engine.exchange.fhir.writing.missing import data_requirements
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import Recommendation

from tests.random_cases import random_cases

Json = dict[str, Any]


@pytest.fixture(scope="module")
def pressure() -> Engine:
    return Engine(load_knowledge(named_paths(*shipped_packages()["blood-pressure"])))


def of_type(bundle: Json, kind: str) -> list[Json]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def test_every_verdict_has_its_place(engine: Engine) -> None:
    """Of random cases: what is indicated or provisional is an action, what is undetermined waits, everything else is an issue."""
    for case in (one for one, _ in zip(random_cases(engine.program, seed=5), range(4), strict=False)):
        decision = engine.decide(case, include_all=True, flips=False)
        bundle = applied_bundle(decision, engine.knowledge)
        kinds = ("RequestGroup", "GuidanceResponse", "OperationOutcome")
        (group,), (guidance,), (outcome,) = (of_type(bundle, kind) for kind in kinds)
        actions = {one["id"] for one in group.get("action", ())}
        issues = {one["details"]["text"].partition(":")[0]: one for one in outcome["issue"]}
        for decided in decision.recommendations:
            assert (decided.id in actions) is (decided.verdict in ("indicated", "provisional"))
            if decided.verdict == "conflicting":
                assert issues[decided.id]["code"] == "conflict"
            elif decided.verdict not in ("indicated", "provisional", "undetermined"):
                assert decided.id in issues
        waiting = any(one.verdict == "undetermined" for one in decision.recommendations)
        assert (guidance["status"] == "data-required") or not waiting


def test_what_only_the_moment_of_the_case_would_settle_waits(pressure: Engine) -> None:
    """`as_of` and dates can be missing: a date is asked for where it stands, the moment is told to be sent."""
    knowledge, codings = pressure.knowledge, Codings(pressure.knowledge)
    codes = ("as_of", "at:systolic_mmhg", "systolic_mmhg", "taking:ras_blocker", "at:taking:ras_blocker", "age_years")
    dated, measured, taken, since, born = data_requirements(codes, knowledge, codings)
    assert (dated["type"], dated["mustSupport"], "mustSupport" in measured) == ("Observation", ["effective"], False)
    assert (taken["type"], taken["codeFilter"][0]["path"]) == ("MedicationStatement", "medication")
    assert since["mustSupport"] == ["effective"]
    assert born == {"type": "Patient", "mustSupport": ["birthDate"]}


def test_grades_stand_only_where_the_source_gives_them(engine: Engine) -> None:
    plain = next(rule for rule in engine.knowledge.rules.values() if isinstance(rule, Recommendation))
    graded = structs.replace(plain, strength="weak", certainty="very-low")
    urls = {one["url"] for one in extensions_of(plain, engine.knowledge)}
    assert urls == {DIRECTION, RATIONALE}
    found = {one["url"]: one.get("valueCodeableConcept") for one in extensions_of(graded, engine.knowledge)}
    assert found[STRENGTH] == {"coding": [{"system": f"{TERMINOLOGY}recommendation-strength", "code": "weak"}]}
    assert found[CERTAINTY] == {"coding": [{"system": f"{TERMINOLOGY}evidence-quality", "code": "very-low"}]}
    assert [one["url"] for one in extensions_of(graded, engine.knowledge, for_patient=True)] == [DIRECTION]


def test_ids_follow_from_the_decision_and_the_plan(engine: Engine) -> None:
    decision = engine.decide(make_case({"present": ["back_pain"]}, make_codebook(engine.knowledge)), flips=False)
    once, again = (applied_bundle(decision, engine.knowledge) for _ in range(2))
    other = applied_bundle(decision, engine.knowledge, Applied("https://example.org/PlanDefinition/x"))
    assert once == again
    assert once["id"] != other["id"]
