"""Coded values from a request to its answer: codes and words everywhere, and what is unknown stays unknown."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest
from spinegraph.engine import (
    Codebook,
    Engine,
    MalformedCaseError,
    MeasurementError,
    UnknownCodeError,
    make_case,
    parse_turtle,
)
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.exchange.decision_table.table import find_recommendation, make_table
from spinegraph.engine.exchange.decision_table.words import cell_words
from spinegraph.engine.exchange.formats import FORMATS, Answer, Format
from spinegraph.engine.model import Case, Fact, IgnoredInput, Proof

from tests.coded import write_coded
from tests.decide.written import fixtures
from tests.oracle import differences
from tests.random_cases import random_cases

THROAT: dict[str, Any] = {"present": ["sore_throat"]}


paths, engine, codebook = fixtures(write_coded)


def verdict(engine: Engine, codebook: Codebook, coded: dict[str, Any]) -> str:
    return engine.verdicts(make_case({**THROAT, "coded": coded}, codebook))["stop-smoking"]


def leaf(proof: Proof, code: str) -> Fact:
    found = [node.fact for node in _nodes(proof) if node.fact and node.fact.code == code]
    return found[0]


def _nodes(proof: Proof) -> list[Proof]:
    return [proof, *(node for child in proof.children for node in _nodes(child))]


# Requests ------------------------------------------------------------------------------------


def test_a_value_is_one_of_some_or_none_of_them_or_not_known(engine: Engine, codebook: Codebook) -> None:
    assert verdict(engine, codebook, {"smoking": "current-smoker"}) == "indicated"
    assert verdict(engine, codebook, {"smoking": "former-smoker"}) == "indicated"
    assert verdict(engine, codebook, {"smoking": "never-smoked"}) == "not-indicated"
    assert verdict(engine, codebook, {}) == "undetermined"


def test_unknown_is_not_known_and_a_code_may_be_in_capitals(engine: Engine, codebook: Codebook) -> None:
    assert make_case({"coded": {"sex": "unknown"}}, codebook) == Case()
    assert make_case({"coded": {"sex": "Female"}}, codebook).coded == {"sex": "female"}
    assert make_case({"coded": {"core:tobacco": "never-smoked"}}, codebook).coded == {"smoking": "never-smoked"}
    assert verdict(engine, codebook, {"smoking": {"code": "current-smoker", "at": "2025"}}) == "indicated"


@pytest.mark.parametrize(
    ("data", "error", "what"),
    [
        ({"coded": {"sex": "femal"}}, UnknownCodeError, "/coded/sex: unknown code 'femal'; nearest: female, male"),
        ({"coded": {"sex": "x"}}, UnknownCodeError, "/coded/sex: unknown code 'x'; nearest: female, male, other"),
        ({"coded": {"smokin": "x"}}, UnknownCodeError, "/coded/smokin: unknown code 'smokin'; nearest: smoking"),
        ({"coded": {"sex": "male", "core:sex": "female"}}, MalformedCaseError, "/coded/core:sex: sex is given twice."),
        ({"coded": {"fever": "yes"}}, MalformedCaseError, "/coded/fever: 'fever' is a finding."),
        ({"coded": {"temperature_c": "38"}}, MeasurementError, "/coded/temperature_c: temperature_c is '38', which is text."),
        ({"measurements": {"sex": 1}}, MalformedCaseError, "/measurements/sex: 'sex' is a coded value."),
    ],
)
def test_what_is_no_value_is_refused_with_the_nearest(
    data: dict[str, Any], error: type[Exception], what: str, codebook: Codebook
) -> None:
    with pytest.raises(error) as caught:
        make_case(data, codebook)
    assert str(caught.value).startswith(what)


def test_what_is_not_known_is_listed_on_demand(engine: Engine, codebook: Codebook) -> None:
    data = {**THROAT, "coded": {"sex": "femal", "weight_class": "high"}, "unknown_codes": "report"}
    case = make_case(data, codebook)
    assert case.ignored == (
        IgnoredInput(member="coded", code="weight_class", reason="unknown-code"),
        IgnoredInput(member="coded/sex", code="femal", reason="unknown-code", nearest=("female", "male")),
    )
    (notice,) = [notice for notice in engine.decide(case).notices if notice.code == "ignored-input"]
    assert notice.message == ("Not known here, and not used: 'weight_class' (coded); 'femal' (coded/sex; nearest: female, male).")


def test_a_case_in_turtle_has_codes_as_plain_texts(codebook: Codebook) -> None:
    body = b'PREFIX core: <https://w3id.org/spinegraph/core/> [] a core:Case ; core:sex "female" ; core:temperatureC 38.5 .'
    case = make_case(parse_turtle(body), codebook)
    assert (case.coded, case.measurements) == ({"sex": "female"}, {"temperature_c": 38.5})
    assert make_case(case_data(case), codebook) == case


# Answers -------------------------------------------------------------------------------------


def test_proof_flips_and_questions_have_codes_and_words(engine: Engine, codebook: Codebook) -> None:
    case = make_case({**THROAT, "coded": {"smoking": "never-smoked"}}, codebook)
    decision = engine.decide(case, include_all=True)
    smoking = next(entry for entry in decision.recommendations if entry.id == "stop-smoking")
    assert leaf(smoking.explanation, "smoking") == Fact(code="smoking", state="known", basis="given", choice="never-smoked")
    assert [[(one.code, one.to, one.choices) for one in flip] for flip in smoking.flips if flip[0].code == "smoking"] == [
        [("smoking", "former smoker or current smoker", ("former-smoker", "current-smoker"))]
    ]
    sex = next(entry for entry in decision.recommendations if entry.id == "ask-for-pregnancy")
    assert sex.missing == ("sex",)
    asked = {question.finding: question for question in decision.questions}
    assert [choice.code for choice in asked["sex"].choices] == ["female", "male", "other"]
    without = [question for question in decision.questions if not question.choices]
    assert without
    assert b"choices" not in msgspec.json.encode(without)


def test_a_screen_asks_with_choices_in_the_words_of_the_audience(engine: Engine, codebook: Codebook) -> None:
    for audience, label in (("clinician", "female"), ("patient", "a woman")):
        (screen,) = engine.open_screens(make_case({**THROAT, "audience": audience}, codebook))
        sex, smoking, *_ = screen.items
        assert (sex.code, sex.kind, sex.choices[0].code, sex.choices[0].label) == ("sex", "coded", "female", label)
        assert (smoking.kind, len(smoking.choices)) == ("coded", 3)
    known = make_case({**THROAT, "coded": {"sex": "female", "smoking": "never-smoked"}}, codebook)
    assert {item.code for screen in engine.open_screens(known) for item in screen.items} <= {"temperature_c"}
    assert engine.brief(known).brief.because[0].label == "sex: female"


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)
def test_every_format_has_the_value(format_: Format, engine: Engine, codebook: Codebook) -> None:
    case = make_case({**THROAT, "coded": {"sex": "female"}}, codebook)
    assert b"female" in format_.write(Answer(engine.knowledge, engine.decide(case, include_all=True)))


def test_the_table_of_a_recommendation_lists_the_values(engine: Engine) -> None:
    table = make_table(engine.program, find_recommendation(engine.knowledge, "stop-smoking"))
    (row,) = table.rows
    assert [column.kind for column in table.columns] == ["finding", "coded"]
    assert [cell_words(fact) for fact in row.facts] == ["yes", "former smoker or current smoker"]


# The oracle ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_program_agrees_with_pyshacl(engine: Engine, paths: tuple[Path, ...]) -> None:
    cases = list(itertools.islice(random_cases(engine.program, seed=23), 40))
    assert any(case.coded for case in cases)
    assert list(differences(engine, Oracle(engine.knowledge, paths), cases)) == []
