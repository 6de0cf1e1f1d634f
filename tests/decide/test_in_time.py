"""When something was so: windows, counts and what came after what; dates that are vague or missing; as_of."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from spinegraph.engine import (
    Case,
    Codebook,
    Engine,
    MalformedCaseError,
    MeasurementError,
    load_knowledge,
    make_case,
)
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.exchange.decision_table.table import find_recommendation, make_table
from spinegraph.engine.exchange.formats import BY_NAME, Answer
from spinegraph.engine.model import DatedEntry, Fact, Recommendation, Verdict

from tests.decide.written import fixtures
from tests.in_time import write_in_time
from tests.oracle import differences
from tests.random_cases import random_cases
from tests.small import Edit
from tests.validation.interactions.random_guidelines import Writer, paths_in, shows_only_what_the_engine_decides

AS_OF = "2026-03-31"


paths, engine, codebook = fixtures(write_in_time)


def at(code: str, *dates: str) -> list[dict[str, str]]:
    return [{"code": code, "at": date} for date in dates]


SORE = "sore_throat"
VERDICTS: dict[str, tuple[dict[str, Any], str, Verdict]] = {
    "on the first day of the window": ({"present": [SORE, *at("fever", "2026-03-01")]}, "recent", "indicated"),
    "a day before it": ({"present": [SORE, *at("strep_sign", "2026-02-28")]}, "recent", "not-indicated"),
    "a narrower one before it leaves others open": ({"present": [SORE, *at("fever", "2026-02-28")]}, "recent", "undetermined"),
    "a month that lies in part in it": ({"present": [SORE, *at("strep_sign", "2026-02")]}, "recent", "not-indicated"),
    "a year that lies in part in it": ({"present": [SORE, *at("strep_sign", "2026")]}, "recent", "undetermined"),
    "no date": ({"present": [SORE, "fever"]}, "recent", "undetermined"),
    "one entry without a date, one in it": ({"present": [SORE, "fever", *at("fever", "2026-03-30")]}, "recent", "indicated"),
    "denied for good": ({"present": [SORE], "absent": ["strep_sign"]}, "recent", "not-indicated"),
    "denied of one day": ({"present": [SORE], "absent": at("strep_sign", "2026-03-31")}, "recent", "undetermined"),
    "three dates": ({"present": at(SORE, "2026-03-31", "2025-12-01", "2025-03-31")}, "often", "indicated"),
    "one of three too early": ({"present": at(SORE, "2026-03-31", "2025-12-01", "2025-03-30")}, "often", "undetermined"),
    "a month that can be a day of them": ({"present": at(SORE, "2026-03-31", "2025-12-01", "2025-12")}, "often", "undetermined"),
    "a month that is another": ({"present": at(SORE, "2026-03-31", "2025-12-01", "2025-11")}, "often", "indicated"),
    "all too early": ({"present": at(SORE, "2025-03-30", "2024")}, "often", "not-indicated"),
    "after it": (
        {"present": at("drooling", "2026-03-02"), "performed": at("throat_examination", "2026-03-01")}, "since", "indicated",
    ),
    "on the same day": (
        {"present": at("drooling", "2026-03-01"), "performed": at("throat_examination", "2026-03-01")}, "since", "undetermined",
    ),
    "before it": (
        {"present": at("drooling", "2026-02-01"), "performed": at("throat_examination", "2026-03-01")}, "since", "not-indicated",
    ),
    "after the first and before the last": (
        {"present": at("drooling", "2026-02-01"), "performed": at("throat_examination", "2026-01-01", "2026-03-01")},
        "since", "not-indicated",
    ),
    "that was never done": (
        {"present": at("drooling", "2026-02-01"), "not_performed": ["throat_examination"]}, "since", "not-indicated",
    ),
    "that has no date": (
        {"present": at("drooling", "2026-02-01"), "performed": ["throat_examination"]}, "since", "undetermined",
    ),
    "done long ago": ({"performed": at("throat_examination", "2024-03-30")}, "lately", "indicated"),
    "done in the window": ({"performed": at("throat_examination", "2024-03-31")}, "lately", "not-indicated"),
    "done before a sign, which is done nevertheless": (
        {"present": at("drooling", "2026-03-02"), "performed": at("throat_examination", "2026-03-01")},
        "lately", "not-indicated",
    ),
    "the fact itself among findings": ({"present": at("performed:throat_examination", "2026-01")}, "lately", "not-indicated"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "rule", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_only_what_is_certain_of_dates_counts(
    data: dict[str, Any], rule: str, verdict: Verdict, engine: Engine, codebook: Codebook
) -> None:
    case = make_case({**data, "as_of": AS_OF}, codebook)
    assert engine.verdicts(case)[rule] == verdict
    assert make_case(case_data(case), codebook) == case


def test_without_as_of_a_window_is_unknown_and_as_of_is_asked(engine: Engine, codebook: Codebook) -> None:
    decision = engine.decide(make_case({"present": [SORE, *at("fever", "2026-03-30")]}, codebook), include_all=True)
    missing = {entry.id: set(entry.missing) for entry in decision.recommendations}
    assert missing["recent"] == {"as_of"}
    assert missing["often"] == {"as_of", "at:sore_throat"}
    assert missing["since"] == {"drooling", "performed:throat_examination"}
    assert {"as_of", "at:sore_throat"} <= {question.finding for question in decision.questions}
    assert not engine.brief(decision.case).brief.settled


def test_a_date_that_is_missing_is_what_is_asked(engine: Engine, codebook: Codebook) -> None:
    decision = engine.decide(make_case({"present": [SORE, "fever"], "as_of": AS_OF}, codebook), include_all=True)
    (entry,) = [entry for entry in decision.recommendations if entry.id == "recent"]
    assert entry.missing == ("at:strep_sign",)
    asked = {question.finding: question.question for question in decision.questions}
    assert asked["at:strep_sign"] == "When was it (last): sign of streptococci?"


def test_the_proof_has_the_date_that_was_used(engine: Engine, codebook: Codebook) -> None:
    data = {"present": [SORE, *at("fever", "2026-03-10", "2026-03-20", "2020")], "as_of": AS_OF}
    decision = engine.decide(make_case(data, codebook), include_all=True)
    (entry,) = [entry for entry in decision.recommendations if entry.id == "recent"]
    leaf = entry.explanation.children[-1]
    assert leaf.label == "sign of streptococci present within the last 30 days"
    assert leaf.fact == Fact(code="strep_sign", state="present", basis="derived", at="2026-03-20", through=("fever",))
    assert not entry.flips_complete
    assert not [change for flip in entry.flips for change in flip if change.code in ("strep_sign", "fever")]


def test_older_entries_are_kept_where_rules_ask_about_dates_and_nowhere_else(codebook: Codebook) -> None:
    data = {"present": [*at("fever", "2026-03-10", "2026-03-01"), *at("penicillin_allergy", "2020", "2021")], "as_of": AS_OF}
    case = make_case(data, codebook)
    assert case.earlier == {"present": {"fever": (DatedEntry(at="2026-03-01"),)}}
    assert [(entry.code, entry.reason) for entry in case.ignored] == [("penicillin_allergy", "older-entry")]


def test_the_dates_that_are_read_are_not_called_unused(engine: Engine, codebook: Codebook) -> None:
    data = {"present": [*at("fever", "2026-03-10"), *at("penicillin_allergy", "2020")], "as_of": AS_OF}
    notices = engine.decide(make_case(data, codebook)).notices
    (listed,) = [notice.message for notice in notices if notice.code == "ignored-input"]
    assert "penicillin allergy" in listed
    assert "fever" not in listed


BAD_DATES: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no date of the calendar": ({"present": at("fever", "last week")}, MalformedCaseError, "which is no date."),
    "a number": ({"present": [{"code": "fever", "at": 2026}]}, MalformedCaseError, "not a date."),
    "the future": ({"present": at("fever", "2026-04-01"), "as_of": AS_OF}, MalformedCaseError, "lies after as_of"),
    "two values of one moment": (
        {"measurements": {"temperature_c": [{"value": 38, "at": "2026-03-01"}, {"value": 39, "at": "2026-03-01"}]}},
        MeasurementError,
        "which is the later cannot be known.",
    ),
    "another kind of unit": (
        {"measurements": {"temperature_c": {"value": 38, "unit": "kg", "at": "2026-03-01"}}}, MeasurementError, "kg",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "error", "what"), BAD_DATES.values(), ids=BAD_DATES)
def test_a_bad_date_is_refused(data: dict[str, Any], error: type[Exception], what: str, codebook: Codebook) -> None:
    with pytest.raises(error) as caught:
        make_case(data, codebook)
    assert what in str(caught.value)


def test_a_time_without_a_zone_is_of_the_day_that_its_clock_shows(engine: Engine, codebook: Codebook) -> None:
    for moment in ("2026-03-01T00:05:00", "2026-03-01T00:05:00+05:00", "2026-03-01T23:55:00-08:00"):
        case = make_case({"present": [SORE, *at("fever", moment)], "as_of": AS_OF}, codebook)
        assert engine.verdicts(case)["recent"] == "indicated"


REFUSED = {
    "months and days": ('"P30D"', '"P1M2D"', "core:within needs one duration in whole days, months or years, not 'P1M2D'."),
    "hours": ('"P30D"', '"PT12H"', "core:within needs one duration"),
    "longer than a life": ('"P30D"', '"P3000Y"', "core:within is 3000 years."),
    "days longer than a life": ('"P30D"', '"P99999D"', "core:within is 99999 days."),
    "nothing": ('"P30D"', '"P0D"', "core:within needs one duration"),
    "a text": ('"P30D"^^xsd:duration', '"P30D"', "core:within needs one duration"),
    "once": ("core:times 3", "core:times 1", "core:times is 1."),
    "times alone": (' ; core:within "P12M"^^xsd:duration ; core:times 3', " ; core:times 3", "core:times stands without"),
    "times since": (
        "core:since intervention:ThroatExamination", "core:since intervention:ThroatExamination ; core:times 2",
        "core:times stands beside core:since",
    ),
    "within and since": (
        "core:since intervention:ThroatExamination",
        'core:since intervention:ThroatExamination ; core:within "P30D"^^xsd:duration', "core:within stands beside core:since",
    ),
    "a condition": ("core:since intervention:ThroatExamination", "core:since condition:StrepThroat", "core:since needs one"),
    "a finding that only follows": ("core:present finding:StrepSign", "core:present finding:Infant", "so has no date"),
    "an absence that says nothing": (
        "core:present finding:StrepSign ;", "core:present finding:StrepSign ; core:absenceInconclusive true ;", "stands beside",
    ),
    "a denial with a count": (
        'core:within "P2Y"^^xsd:duration', 'core:within "P2Y"^^xsd:duration ; core:times 2', "core:times",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused(old: str, new: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(write_in_time(tmp_path, Edit("shapes/rules/time.ttl", old, new)))
    assert what in str(caught.value)


@pytest.mark.parametrize("name", ["ttl", "md", "html"])
def test_formats_tell_the_criterion(name: str, engine: Engine, codebook: Codebook) -> None:
    case = make_case({"present": [SORE, *at("fever", "2026-03-10")], "as_of": AS_OF}, codebook)
    body = BY_NAME[name].write(Answer(engine.knowledge, engine.decide(case, include_all=True))).decode()
    assert "within the last 30 days" in body


def test_a_table_of_rows_cannot_say_when_something_was(engine: Engine) -> None:
    assert not make_table(engine.program, find_recommendation(engine.knowledge, "recent")).complete


# Every patient -------------------------------------------------------------------------------


def test_a_witness_has_dates_as_the_rule_asks(engine: Engine, codebook: Codebook) -> None:
    patients = Patients(engine.program)
    (planes,) = patients.planes
    found = set()
    for iri, rule in engine.knowledge.rules.items():
        if isinstance(rule, Recommendation):
            for verdict, plane in engine.program.verdict_planes(iri, planes).items():
                witness = patients.smallest(plane)
                if witness is not None:
                    found.add((rule.id, verdict))
                    assert engine.verdicts(witness)[rule.id] == verdict, (rule.id, witness)
                    assert engine.verdicts(make_case(case_data(witness), codebook))[rule.id] == verdict, witness
    assert {("often", "indicated"), ("since", "indicated"), ("since", "not-indicated"), ("lately", "indicated")} <= found


def test_what_is_settled_stays_whatever_is_dated(engine: Engine) -> None:
    answers: list[Case] = list(itertools.islice(random_cases(engine.program, seed=11), 40))
    for known in itertools.islice(random_cases(engine.program, seed=12), 40):
        brief = engine.brief(known).brief
        if brief.settled:
            for other in answers:
                sides = {"present": set(known.present), "absent": set(known.absent)}
                more = {
                    side: tuple(
                        sorted(codes | {code for code in getattr(other, side) if code not in {*known.present, *known.absent}})
                    )
                    for side, codes in sides.items()
                }
                told = Case(**more, measurements=known.measurements, as_of=known.as_of, dates=known.dates, earlier=known.earlier)  # type: ignore[arg-type]
                explained = engine.explain(told)
                if explained.consistent:
                    assert engine.brief(told).brief.level == brief.level


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 3))
def test_the_analysis_of_random_guidelines_shows_only_what_the_engine_decides_so(seed: int, tmp_path: Path) -> None:
    shows_only_what_the_engine_decides(Writer(seed, time=True).write(tmp_path), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_the_program_agrees_with_pyshacl_on_random_guidelines(seed: int, tmp_path: Path) -> None:
    engine = Engine(Writer(seed, time=True).write(tmp_path))
    cases = list(itertools.islice(random_cases(engine.program, seed), 3))
    assert list(differences(engine, Oracle(engine.knowledge, paths_in(tmp_path)), cases)) == []
