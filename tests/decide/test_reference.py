"""The heart of the suite: the compiled program finds the bits that pySHACL finds, rule by rule; and would be told if not."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spinegraph.engine import Case, Engine, Knowledge
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import (
    Absent,
    And,
    AtLeast,
    Bound,
    Criterion,
    Measured,
    NotSuspected,
    Or,
    Present,
    Suspected,
    Unassessed,
)

from tests.oracle import differences
from tests.random_cases import random_cases
from tests.small import CODES, RULE_FILE, Edit, write_small
from tests.validation.interactions.random_guidelines import Writer, paths_in

pytestmark = pytest.mark.slow

SUMS = 3
"""So many random guidelines that count."""


@pytest.fixture(scope="module")
def small_oracle(small_knowledge: Knowledge, small_paths: tuple[Path, ...]) -> Oracle:
    return Oracle(small_knowledge, small_paths)


def test_the_program_agrees_with_pyshacl_on_the_shipped_knowledge(engine: Engine) -> None:
    cases = list(itertools.islice(random_cases(engine.program, seed=41), 1))
    assert list(differences(engine, Oracle(engine.knowledge), cases)) == []


STATES = st.sampled_from(((False, False), (True, False), (False, True), (True, True)))
TEMPERATURES = (30.0, 37.0, 37.499999, 37.5, 37.7, 37.999999, 38.0, 38.5, 40.0, 40.000001, 45.0)
AGES = (0.0, 11.999999, 12.0, 12.000001, 600.0)


@st.composite
def cases_of_the_small_knowledge(draw: st.DrawFn) -> Case:
    """Any record of the small knowledge: all four states of each finding, values at and around each threshold."""
    states = {code: draw(STATES) for code in CODES}
    numbers = {
        code: draw(st.sampled_from((None, *values))) for code, values in (("age_months", AGES), ("temperature_c", TEMPERATURES))
    }
    return Case(
        present=tuple(sorted(code for code, (present, _) in states.items() if present)),
        absent=tuple(sorted(code for code, (_, absent) in states.items() if absent)),
        measurements={code: number for code, number in numbers.items() if number is not None},
    )


@settings(max_examples=25)
@given(case=cases_of_the_small_knowledge())
def test_the_program_agrees_with_pyshacl_on_any_case(case: Case, small: Engine, small_oracle: Oracle) -> None:
    assert list(differences(small, small_oracle, [case])) == []


@pytest.mark.parametrize("seed", range(SUMS))
def test_the_program_agrees_with_pyshacl_on_random_guidelines_that_count(seed: int, tmp_path: Path) -> None:
    engine = Engine(Writer(seed, sums=True).write(tmp_path))
    cases = list(itertools.islice(random_cases(engine.program, seed), 20))
    assert list(differences(engine, Oracle(engine.knowledge, paths_in(tmp_path)), cases)) == []


# The oracle is no yes-man --------------------------------------------------------------------

TEMPERATURE, AGE = expand("core:temperatureC"), expand("core:ageMonths")
STREP, INFANT = expand("condition:StrepThroat"), expand("finding:Infant")


def _or_for_and(criterion: Criterion) -> Criterion:
    assert isinstance(criterion, And)
    return Or(children=criterion.children)


def _one_less(criterion: Criterion) -> Criterion:
    assert isinstance(criterion, AtLeast)
    return msgspec.structs.replace(criterion, count=criterion.count - 1)


def _always_conclusive(criterion: Criterion) -> Criterion:
    if isinstance(criterion, And | Or):
        return msgspec.structs.replace(criterion, children=tuple(map(_always_conclusive, criterion.children)))
    return msgspec.structs.replace(criterion, absence_inconclusive=False) if isinstance(criterion, Present) else criterion


def _absent_for_unassessed(criterion: Criterion) -> Criterion:
    assert isinstance(criterion, Or)
    children = [Absent(finding=child.finding) for child in criterion.children if isinstance(child, Unassessed)]
    return Or(children=tuple(children))


WRONG: dict[str, tuple[str, Callable[[Criterion], Criterion]]] = {
    "absent for present": ("rule:infants-not-covered", lambda _: Absent(finding=INFANT)),
    "or for and": ("tension:T01", _or_for_and),
    "one sign instead of two": ("rule:strep-throat-from-signs", _one_less),
    "the bound included": (
        "rule:infant-from-age",
        lambda _: Measured(measurement=AGE, upper=Bound(value=12, inclusive=True)),
    ),
    "no band": (
        "rule:fever-from-temperature",
        lambda _: Measured(measurement=TEMPERATURE, lower=Bound(value=38, inclusive=True)),
    ),
    "suspected for not suspected": ("rule:no-antibiotic", lambda _: Suspected(condition=STREP)),
    "a suspicion of the wider condition": (
        "rule:no-antibiotic",
        lambda _: NotSuspected(condition=expand("condition:ThroatInfection")),
    ),
    "absence taken as conclusive": ("rule:deep-neck-infection-from-signs", _always_conclusive),
    "absent for unassessed": ("rule:examine-throat", _absent_for_unassessed),
}
TELLING = [
    Case(present=("sore_throat",), measurements={"age_months": 12.0, "temperature_c": 37.7}),
    Case(present=("fever", "sore_throat"), absent=("drooling", "tender_nodes"), measurements={"age_months": 6.0}),
    Case(present=("sore_throat", "tender_nodes", "tonsillar_exudate"), absent=("fever",)),
    Case(present=("sore_throat",), absent=("drooling", "strep_sign"), measurements={"temperature_c": 37.7}),
    Case(present=("drooling", "sore_throat"), absent=("strep_sign",), measurements={"temperature_c": 36.0}),
    Case(present=("sore_throat",), absent=("drooling", "tender_nodes"), measurements={"temperature_c": 41.0}),
]


def with_criterion(knowledge: Knowledge, rule: str, change: Callable[[Criterion], Criterion]) -> Knowledge:
    """The knowledge with the criterion of one rule changed after it was read: what a faulty reader or compiler would do."""
    wrong = knowledge.rules[expand(rule)]
    assert wrong.criterion is not None
    changed = msgspec.structs.replace(wrong, criterion=change(wrong.criterion))
    return msgspec.structs.replace(knowledge, rules={**knowledge.rules, changed.iri: changed})


def test_the_program_agrees_with_pyshacl_on_the_telling_cases(small: Engine, small_oracle: Oracle) -> None:
    assert list(differences(small, small_oracle, TELLING)) == []


@pytest.mark.parametrize(("rule", "change"), WRONG.values(), ids=WRONG)
def test_the_oracle_notices_a_program_with(
    rule: str, change: Callable[[Criterion], Criterion], small_knowledge: Knowledge, small_oracle: Oracle
) -> None:
    engine = Engine(with_criterion(small_knowledge, rule, change))
    found = list(differences(engine, small_oracle, TELLING))
    assert any(expand(rule) in difference or "finding/" in difference for difference in found)


def test_the_oracle_notices_a_lost_scope(small_knowledge: Knowledge, small_oracle: Oracle) -> None:
    rule = small_knowledge.rules[expand("rule:examine-throat")]
    rules = {**small_knowledge.rules, rule.iri: msgspec.structs.replace(rule, scope=None)}
    engine = Engine(msgspec.structs.replace(small_knowledge, rules=rules))
    found = list(differences(engine, small_oracle, [Case(absent=("sore_throat",))]))
    assert [difference.split(";")[0] for difference in found] == [
        f"holds {rule.iri}: program True, pyshacl False",
        f"refuted {rule.iri}: program False, pyshacl True",
    ]


def test_the_oracle_reads_what_stands_in_the_files_and_not_what_the_engine_made_of_it(
    small: Engine, small_knowledge: Knowledge, tmp_path: Path
) -> None:
    edited = write_small(tmp_path, Edit(RULE_FILE, "sh:minExclusive 40", "sh:minExclusive 41"))
    case = Case(present=("sore_throat", "tender_nodes"), measurements={"temperature_c": 40.5})
    found = list(differences(small, Oracle(small_knowledge, edited), [case]))
    assert any(expand("rule:deep-neck-infection-from-signs") in difference for difference in found)
