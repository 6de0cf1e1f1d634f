"""What an engine has decided before never changes an answer: a used engine is held byte-equal to a fresh one."""

from __future__ import annotations

import itertools
import random
import tempfile
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.decide.memory import MAX_REMEMBERED, Memory
from spinegraph.engine.model import Knowledge

from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import VALUES, Writer

pytestmark = pytest.mark.slow

SIDES = ("present", "absent")
shipped = lru_cache(load_knowledge)


@lru_cache
def random_guideline(seed: int) -> Knowledge:
    """The random guideline of a seed."""
    with tempfile.TemporaryDirectory() as folder:
        return Writer(seed).write(Path(folder))


class Records(RuleBasedStateMachine):
    """One engine is asked about a record whenever that has changed, and each time answers as a fresh one does."""

    facts = st.integers(0, 999)
    """A fact is named by a number, because the knowledge is not known before it is drawn."""
    presentation: tuple[str, ...] = ()
    """What is recorded from the start, so that rules speak of the patient."""

    def knowledge_of(self, seed: int) -> Knowledge:
        raise NotImplementedError

    @initialize(seed=st.integers(0, 24))
    def start(self, seed: int) -> None:
        knowledge = self.knowledge_of(seed)
        self.used = Engine(knowledge)
        self.codes = self.pool(seed)
        self.measured = {measurement.code: measurement for measurement in knowledge.measurements.values()}
        self.record: dict[str, set[str]] = {"present": set(self.presentation), "absent": set()}
        self.values: dict[str, float] = {}

    def pool(self, seed: int) -> list[str]:
        """The findings that are recorded: few, so that what was recorded before is met again."""
        program = self.used.program
        codes = [program.knowledge.findings[iri].code for iri in program.findings]
        return random.Random(seed).sample(codes, min(len(codes), 12))  # noqa: S311

    @rule(number=facts, side=st.sampled_from(SIDES))
    def add(self, number: int, side: str) -> None:
        self.record[side].add(self.codes[number % len(self.codes)])

    @rule(number=facts)
    def contradict(self, number: int) -> None:
        for side in SIDES:
            self.record[side].add(self.codes[number % len(self.codes)])

    @precondition(lambda self: self.record["present"] & self.record["absent"])
    @rule(number=facts, side=st.sampled_from(SIDES))
    def mend(self, number: int, side: str) -> None:
        both = sorted(self.record["present"] & self.record["absent"])
        self.record[side].discard(both[number % len(both)])

    @rule(number=facts, kept=st.sampled_from(SIDES))
    def contradict_and_mend(self, number: int, kept: str) -> None:
        self.contradict(number)
        self.answers_as_a_fresh_one()
        (other,) = {*SIDES} - {kept}
        self.record[other].discard(self.codes[number % len(self.codes)])

    @precondition(lambda self: self.record["present"] | self.record["absent"])
    @rule(number=facts)
    def remove(self, number: int) -> None:
        recorded = sorted(self.record["present"] | self.record["absent"])
        for side in SIDES:
            self.record[side].discard(recorded[number % len(recorded)])

    @rule(number=facts, value=st.sampled_from(VALUES))
    def measure(self, number: int, value: float | None) -> None:
        code = sorted(self.measured)[number % len(self.measured)]
        self.values.pop(code, None)
        if value is not None:
            self.values[code] = max(value, self.measured[code].minimum)

    @invariant()
    def answers_as_a_fresh_one(self) -> None:
        present, absent = (tuple(sorted(self.record[side])) for side in SIDES)
        case = Case(present=present, absent=absent, measurements=dict(sorted(self.values.items())))
        assert self.used.decide_json(case) == Engine(self.used.knowledge).decide_json(case)


class RecordsOfTheShippedContent(Records):
    presentation = ("back_pain",)

    def knowledge_of(self, seed: int) -> Knowledge:  # noqa: ARG002 (there is one)
        return shipped()


class RecordsOfRandomGuidelines(Records):
    def knowledge_of(self, seed: int) -> Knowledge:
        return random_guideline(seed)


@pytest.mark.parametrize(
    ("machine", "examples", "steps"), [(RecordsOfTheShippedContent, 3, 8), (RecordsOfRandomGuidelines, 25, 20)]
)
def test_whatever_was_recorded_before(machine: type[Records], examples: int, steps: int) -> None:
    """Not shrunk where it fails: the few steps are read sooner than that takes."""
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, phases=(Phase.generate,))
    )


@pytest.fixture(scope="module")
def used() -> Engine:
    """An engine that has decided more cases than it remembers."""
    engine = Engine(shipped())
    for case in itertools.islice(random_cases(engine.program, seed=1), MAX_REMEMBERED + 10):
        engine.decide_json(case)
    return engine


def test_a_used_engine_answers_as_a_new_one_does(used: Engine) -> None:
    fresh = Engine(used.knowledge)
    for case in itertools.islice(random_cases(used.program, seed=2), 10):
        for audience in ("clinician", "patient"):
            asked = msgspec.structs.replace(case, audience=audience)
            answers = {
                "full": fresh.decide(asked, include_all=True),
                "standard": fresh.answer(asked),
                "brief": fresh.brief(asked),
            }
            for view, answer in answers.items():
                expected = msgspec.json.encode(answer)
                assert used.decide_json(asked, view) == expected  # type: ignore[arg-type]
                assert used.decide_json(asked, view) == expected  # type: ignore[arg-type]


def test_near_twins_are_not_confused(used: Engine) -> None:
    """Cases that differ in one measured value, or in which side a fact is on, have answers of their own."""
    case = next(random_cases(used.program, seed=3))
    for value in (3.9, 4.0, 4.3, 5.0, 6.0, 6.1, 8.6):
        twin = msgspec.structs.replace(case, measurements={**case.measurements, "duration_weeks": value})
        assert used.decide_json(twin) == msgspec.json.encode(Engine(used.knowledge).answer(twin))


def test_what_is_open_is_remembered_by_what_the_rules_see_of_a_value() -> None:
    """Two engines see the same patients, each with two values of one range or of two, in opposite orders."""
    first, second = Engine(shipped()), Engine(shipped())
    near = [("duration_weeks", 2.0, 2.5), ("duration_weeks", 3.5, 4.0), ("age_years", 50, 51), ("temperature_c", 37, 39.5)]
    for code, one, other in near:
        for present in (("low_back_pain",), ("back_pain", "palpable_knots"), ("low_back_pain", "history_of_cancer")):
            twins = [Case(present=present, measurements={"age_years": 40, code: value}) for value in (one, other)]
            ahead = [msgspec.json.encode((first.brief(case), first.answer(case))) for case in twins]
            back = [msgspec.json.encode((second.brief(case), second.answer(case))) for case in reversed(twins)]
            assert ahead == back[::-1]


class Counter:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


def test_the_last_answers_are_remembered_and_no_more() -> None:
    memory: Memory[int] = Memory(8)
    work_out = Counter()
    for number in range(9):
        assert memory.get(number, work_out) == number + 1
    assert memory.get(8, work_out) == 9
    assert memory.get(1, work_out) == 2
    assert work_out.asked == 9
    assert memory.get(0, work_out) == 10
