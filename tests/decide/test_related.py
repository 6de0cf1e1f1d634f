"""Two measurements together: decided in decimals, known only if both are; what is missing is named, flips leave them alone."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.exchange.decision_table.table import find_recommendation, make_table
from spinegraph.engine.exchange.formats import BY_NAME, Answer
from spinegraph.engine.model import Fact, Recommendation, Verdict

from tests.oracle import differences
from tests.random_cases import random_cases
from tests.related import write_related
from tests.small import Edit
from tests.validation.interactions.random_guidelines import Writer, shows_only_what_the_engine_decides


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return write_related(tmp_path_factory.mktemp("related"))


@pytest.fixture(scope="module")
def engine(paths: tuple[Path, ...]) -> Engine:
    return Engine(load_knowledge(paths))


def case(body: float | None, skin: float | None, **more: tuple[str, ...]) -> Case:
    known = {code: value for code, value in (("skin_c", skin), ("temperature_c", body)) if value is not None}
    return Case(**{"present": ("sore_throat",), **more}, measurements=known)  # type: ignore[arg-type]


TRUTHS: dict[str, tuple[float | None, float | None, str, Verdict]] = {
    "at the bound, in decimals": (38.1, 35.6, "measure-again", "indicated"),
    "just below": (38.0, 35.6, "measure-again", "not-indicated"),
    "the first is not known": (None, 35.6, "measure-again", "undetermined"),
    "the second is not known": (38.1, None, "measure-again", "undetermined"),
    "a ratio at its limit": (36.0, 30.0, "wait", "indicated"),
    "a ratio beyond it": (36.1, 30.0, "wait", "not-indicated"),
    "at the lower limit, which is left out": (36.0, 36.0, "wait", "not-indicated"),
    "divided by nothing": (36.0, 0.0, "wait", "undetermined"),
}


@pytest.mark.parametrize(("body", "skin", "rule", "verdict"), TRUTHS.values(), ids=TRUTHS)
def test_the_verdict_is_that_of_the_numbers_as_written(
    body: float | None, skin: float | None, rule: str, verdict: Verdict, engine: Engine
) -> None:
    assert engine.verdicts(case(body, skin))[rule] == verdict


def test_what_is_missing_is_asked_and_flips_leave_the_two_values_alone(engine: Engine) -> None:
    for known, missing in ((case(None, None), {"temperature_c", "skin_c"}), (case(38.1, None), {"skin_c"})):
        decision = engine.decide(known, include_all=True)
        entry = next(entry for entry in decision.recommendations if entry.id == "measure-again")
        assert set(entry.missing) == missing
        assert missing <= {question.finding for question in decision.questions}
        assert {item.code for screen in engine.open_screens(known) for item in screen.items} >= missing
    told = engine.decide(case(38.1, 35.6), include_all=True)
    entry = next(entry for entry in told.recommendations if entry.id == "measure-again")
    assert not entry.flips_complete
    assert not [change for flip in entry.flips for change in flip if change.code in ("temperature_c", "skin_c")]
    (leaf,) = [child for child in entry.explanation.children if child.operator == "difference"]
    assert leaf.label == "temperature minus skin temperature >= 2.5 Cel"
    assert leaf.fact == Fact(
        code="temperature_c", state="known", basis="derived", value=38.1, through=("temperature_c", "skin_c")
    )
    assert [marker.label for marker in told.brief.because][:2] == ["temperature: 38.1 °C", "skin temperature: 35.6 °C"]


def test_every_flip_alters_the_verdict(engine: Engine) -> None:
    for known in itertools.islice(random_cases(engine.program, seed=3), 12):
        for entry in engine.decide(known, include_all=True).recommendations:
            for flip in entry.flips:
                if all(change.to in ("present", "absent") for change in flip):
                    sides = dict.fromkeys(known.present, "present") | dict.fromkeys(known.absent, "absent")
                    sides |= {change.code: change.to for change in flip}
                    told = {
                        side: tuple(sorted(code for code, to in sides.items() if to == side)) for side in ("present", "absent")
                    }
                    if set(known.present).isdisjoint(known.absent):
                        changed = Case(**told, measurements=known.measurements)  # type: ignore[arg-type]
                        assert engine.verdicts(changed)[entry.id] != entry.verdict


def test_what_is_settled_stays_whatever_is_measured(engine: Engine) -> None:
    """And the level is not called settled while two values together can still change it."""
    assert not engine.brief(case(38.1, None)).brief.settled
    answers = [(body, skin) for body in (30.0, 36.0, 38.1, 41.0) for skin in (0.0, 25.0, 30.0, 35.6, 36.0, 45.0)]
    for known in itertools.islice(random_cases(engine.program, seed=5), 60):
        brief = engine.brief(known).brief
        if brief.settled:
            for body, skin in answers:
                values = {"temperature_c": body, "skin_c": skin} | dict(known.measurements)
                other = engine.brief(Case(present=known.present, absent=known.absent, measurements=dict(sorted(values.items()))))
                assert other.brief.level == brief.level


def test_what_was_decided_before_does_not_matter(engine: Engine, paths: tuple[Path, ...]) -> None:
    cases = [case(38.1, skin) for skin in (35.6, 35.7, 20.0, 35.6)]
    fresh = [Engine(engine.knowledge).decide_json(one, "brief") for one in cases]
    assert [engine.decide_json(one, "brief") for one in cases] == fresh
    assert fresh[0] != fresh[1]


@pytest.mark.parametrize("name", ["ttl", "md", "html"])
def test_formats_tell_both_values(name: str, engine: Engine) -> None:
    body = BY_NAME[name].write(Answer(engine.knowledge, engine.decide(case(38.1, 35.6), include_all=True))).decode()
    assert "38.1" in body
    assert "35.6" in body


def test_a_table_of_rows_cannot_say_how_values_are_related(engine: Engine) -> None:
    table = make_table(engine.program, find_recommendation(engine.knowledge, "measure-again"))
    assert not table.complete


REFUSED = {
    "no second": (" core:to core:skinC ; core:factor 1 ;", " core:factor 1 ;", "core:difference stands without core:to."),
    "no factor": ("core:skinC ; core:factor 1 ;", "core:skinC ;", "It is not said by what the other measurement is multiplied"),
    "nothing times": ("core:factor 1 ;", "core:factor 0 ;", "core:factor is 0."),
    "no range": ("core:factor 1 ;\n    core:minInclusive 2.5", "core:factor 1", "core:difference has no range."),
    "an empty range": ("core:minInclusive 2.5", "core:minInclusive 2.5 ; core:maxExclusive 2.5", "core:difference is empty."),
    "two lower bounds": ("core:minInclusive 2.5", "core:minInclusive 2 ; core:minExclusive 2", "Both core:minInclusive and"),
    "itself": ("core:to core:skinC ; core:factor 1", "core:to core:temperatureC ; core:factor 1", "is compared with itself."),
    "another unit": (
        "core:to core:skinC ; core:factor 1", "core:to core:ageMonths ; core:factor 1",
        "core:temperatureC is in Cel and core:ageMonths in mo, of which there is no difference.",
    ),
    "a facet of a value": ("core:minInclusive 2.5", "sh:minInclusive 2.5", "sh:minInclusive stands without sh:path."),
    "no number": ("core:minInclusive 2.5", 'core:minInclusive "2.5"', "core:minInclusive needs one number"),
    "no measurement": ("core:to core:skinC ; core:factor 1", "core:to finding:Fever ; core:factor 1", "core:to needs one"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused(old: str, new: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(write_related(tmp_path, Edit("shapes/rules/related.ttl", old, new)))
    assert what in str(caught.value)


def test_two_units_have_a_ratio(tmp_path: Path) -> None:
    ratio = Edit("shapes/rules/related.ttl", "core:to core:skinC ; core:factor 2", "core:to core:ageMonths ; core:factor 2")
    assert load_knowledge(write_related(tmp_path, ratio)).rules


# Every patient -------------------------------------------------------------------------------


def test_a_witness_has_values_that_are_related_as_the_rule_asks(engine: Engine) -> None:
    program = engine.program
    patients = Patients(program)
    (planes,) = patients.planes
    for iri, rule in engine.knowledge.rules.items():
        if isinstance(rule, Recommendation):
            for verdict, plane in program.verdict_planes(iri, planes).items():
                found = patients.smallest(plane)
                if found is not None:
                    assert engine.verdicts(found)[rule.id] == verdict, (rule.id, found)
    order = program.verdict_planes("https://w3id.org/spinegraph/rule/measure-again", planes)["indicated"]
    bar = program.verdict_planes("https://w3id.org/spinegraph/rule/wait", planes)["indicated"]
    both = patients.smallest(order, bar)
    assert both is not None
    assert (engine.verdicts(both)["measure-again"], engine.verdicts(both)["wait"]) == ("indicated", "indicated")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_the_analysis_of_random_guidelines_shows_only_what_the_engine_decides_so(seed: int, tmp_path: Path) -> None:
    shows_only_what_the_engine_decides(Writer(seed, acts=True).write(tmp_path), seed)


@pytest.mark.slow
def test_the_program_agrees_with_pyshacl(engine: Engine, paths: tuple[Path, ...]) -> None:
    cases = list(itertools.islice(random_cases(engine.program, seed=31), 40))
    verdicts = [engine.verdicts(known)["wait"] for known in cases]
    assert {"indicated", "not-indicated", "undetermined"} <= set(verdicts)
    assert list(differences(engine, Oracle(engine.knowledge, paths), cases)) == []
