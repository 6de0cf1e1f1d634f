"""What is settled stays so: no answer, nor any combination of answers, changes level, do or avoid."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import msgspec
import pytest
from spinegraph.engine import Case, Engine
from spinegraph.engine.model import Brief

from tests.decide.brief.answering import stands
from tests.random_cases import random_cases


def answers(engine: Engine, case: Case, chance: random.Random) -> Case:
    """The case with every screen that is open answered at random, mostly in the negative, until none is left.

    Answers that contradict what is known are given anew.
    """
    for _ in range(60):
        screens = engine.answer(case).screens
        first = next((screen for screen in screens if screen.items), None)
        if first is None:
            return case
        present, absent, measured = {*case.present}, {*case.absent}, dict(case.measurements)
        for item in first.items:
            if item.kind == "measurement":
                measured[item.code] = chance.choice([5, 20, 52, 80]) if item.code == "age_years" else chance.choice([1, 5, 9])
            else:
                (present if chance.random() < 0.06 else absent).add(item.code)
        tried = Case(present=tuple(sorted(present)), absent=tuple(sorted(absent - present)), measurements=measured)
        if engine.explain(tried).consistent:
            case = tried
    return case


def completions(engine: Engine, case: Case, chance: random.Random) -> Iterator[Case]:
    """Consistent cases with more known: what no screen asks too."""
    known = {*case.present, *case.absent}
    codes = [finding.code for finding in engine.knowledge.findings.values() if not finding.derived_only]
    for number in range(12):
        unknown = [code for code in codes if code not in known]
        more = chance.sample(unknown, min(len(unknown), 1 if number < 6 else 4))
        present = {*case.present, *(code for code in more if chance.random() < 0.6)}
        absent = {*case.absent, *more} - present
        tried = Case(present=tuple(sorted(present)), absent=tuple(sorted(absent)), measurements=case.measurements)
        if engine.explain(tried).consistent:
            yield tried


def check(engine: Engine, case: Case, chance: random.Random) -> Brief:
    brief = engine.brief(case).brief
    left = brief.open.scope + brief.open.safety + brief.open.management
    if brief.settled:
        assert left == 0, case
        for more in completions(engine, case, chance):
            assert stands(engine.brief(more).brief) == stands(brief), (case, more)
    if brief.level == "undetermined" and not left:
        assert brief.because, f"undetermined with nothing open and no reason: {case}"
    return brief


@pytest.mark.parametrize("seed", range(8))
def test_patients_who_answer_everything_are_settled_for_good(seed: int, engine: Engine) -> None:
    chance = random.Random(seed)  # noqa: S311
    start = Case(present=(chance.choice(["back_pain", "low_back_pain", "palpable_knots"]),))
    brief = check(engine, answers(engine, start, chance), chance)
    assert brief.settled


def test_no_random_record_is_settled_before_it_is(engine: Engine) -> None:
    chance = random.Random(7)  # noqa: S311
    cases = [case for case in itertools.islice(random_cases(engine.program, seed=5), 60) if engine.explain(case).consistent]
    assert sum(check(engine, msgspec.structs.replace(case, audience="clinician"), chance).settled for case in cases) > 3


def test_what_can_lower_the_level_keeps_it_from_being_final(engine: Engine) -> None:
    start = engine.brief(Case(present=("back_pain",))).brief
    assert (start.level, start.level_final) == ("undetermined", False)
    emergency = engine.brief(Case(present=("back_pain", "saddle_anesthesia", "urinary_retention"))).brief
    assert (emergency.level, emergency.level_final) == ("emergency", True)


def test_of_a_record_that_contradicts_itself_nothing_is_proven(engine: Engine) -> None:
    brief = engine.brief(Case(present=("back_pain", "fever"), absent=("fever",))).brief
    assert not brief.settled
    assert not brief.level_final
    assert [marker.code for marker in brief.because] == ["fever"]
    assert "contradicts itself about fever" in brief.headline
