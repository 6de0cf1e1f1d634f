"""Answers to questionnaires: `linkId` is one of our codes."""

from __future__ import annotations

from typing import Any

import pytest
from spinegraph.engine import Codebook, Engine
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.exchange.fhir.reading.statuses import RESPONSE

from tests.exchange.fhir.reading.making import LOINC, OURS, SNOMED, Json, account, kinds, last, patient, quantity, read, resource


def response(*items: Json, status: str = "completed", **more: Any) -> Json:
    return resource("QuestionnaireResponse", status=status, item=list(items), **more)


def item(link: str, *answers: Json) -> Json:
    return {"linkId": link, **({"answer": list(answers)} if answers else {})}


def coded(code: str, system: str = f"{OURS}/answers") -> Json:
    return {"valueCoding": {"system": system, "code": code}}


@pytest.mark.parametrize(
    ("answer", "side", "kind"),
    [
        (coded("yes"), "present", ""),
        (coded("no"), "absent", ""),
        (coded("not-asked"), "", "not-answered"),
        (coded("373066001", SNOMED), "present", ""),
        (coded("LA32-8", LOINC), "absent", ""),
        (coded("maybe"), "", "value-not-read"),
        ({"valueBoolean": True}, "present", ""),
        ({"valueBoolean": False}, "absent", ""),
        ({"valueString": "yes"}, "", "value-not-read"),
        ({"valueDecimal": 1}, "", "value-not-read"),
        ({}, "", "no-value"),
    ],
)
def test_yes_no_and_not_asked(reader: FhirReader, answer: Json, side: str, kind: str) -> None:
    file = read(reader, patient(), response(item("fever", answer), authored="2026-03-01"))
    assert (file.case.present, file.case.absent) == tuple(("fever",) if side == one else () for one in ("present", "absent"))
    assert kinds(file) == ([kind] if kind else [])
    assert [fact.at for fact in last(file).facts] == (["2026-03-01"] if side else [])


@pytest.mark.parametrize("status", [*RESPONSE, "live"])
def test_a_status_says_whether_answers_count(reader: FhirReader, status: str) -> None:
    file = read(reader, patient(), response(item("fever", coded("yes")), status=status))
    kind = RESPONSE.get(status, "unknown-status")
    assert ("fever" in file.case.present) == (kind in ("", "preliminary"))
    assert kinds(file) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("link", "answer", "value", "kind"),
    [
        ("temperature_c", {"valueDecimal": 38.4}, 38.4, ""),
        ("temperature_c", {"valueInteger": 38}, 38, ""),
        ("temperature_c", {"valueQuantity": quantity(101.3, "[degF]")}, 38.5, ""),
        ("temperature_c", {"valueQuantity": {"value": 38, "unit": "warm"}}, None, "no-unit"),
        ("temperature_c", {"valueDecimal": 384}, None, "unusable-value"),
        ("temperature_c", {"valueBoolean": True}, None, "value-not-read"),
        ("http://loinc.org|8310-5", {"valueDecimal": 38.4}, 38.4, ""),
        ("pulse", {"valueDecimal": 70}, None, "unmapped-code"),
        ("", {"valueDecimal": 70}, None, "unmapped-code"),
    ],
)
def test_numbers_have_the_unit_that_the_code_names(
    reader: FhirReader, link: str, answer: Json, value: float | None, kind: str
) -> None:
    file = read(reader, patient(), response(item(link, answer)))
    assert file.case.measurements.get("temperature_c") == (pytest.approx(value) if value else None)
    assert kinds(file) == ([kind] if kind else [])


def test_acts_and_choices_are_answered_by_their_names(reader: FhirReader) -> None:
    file = read(
        reader,
        patient(),
        response(
            item("taking:nsaid", coded("yes")),
            item("performed:mri_lumbar", coded("no")),
            item("smoking_status", coded("former")),
            item("taking:magic", coded("yes")),
        ),
    )
    assert (file.case.taking, file.case.not_performed) == (("nsaid",), ("mri_lumbar",))
    assert set(kinds(file)) == {"unmapped-code", "no-rule"}


@pytest.mark.parametrize(
    ("link", "answer", "dates", "kind"),
    [
        ("at:fever", {"valueDate": "2026-03-01"}, {"present": {"fever": "2026-03-01"}}, ""),
        ("at:fever", {"valueDateTime": "2026-03-01T08:00:00Z"}, {"present": {"fever": "2026-03-01T08:00:00Z"}}, ""),
        ("at:performed:mri_lumbar", {"valueDate": "2026-02"}, {"performed": {"mri_lumbar": "2026-02"}}, ""),
        ("at:fever", {"valueDate": "2026-03-30"}, {}, "future-date"),
        ("at:fever", {"valueString": "monday"}, {}, "value-not-read"),
        ("at:temperature_c", {"valueDate": "2026-03-01"}, {}, "no-value"),
    ],
)
def test_when_it_was_so_says_that_it_was(reader: FhirReader, link: str, answer: Json, dates: Json, kind: str) -> None:
    file = read(reader, patient(), response(item(link, answer)))
    assert file.case.dates == dates
    assert kinds(file) == ([kind] if kind else [])


def test_where_rules_ask_when_the_day_of_the_answer_is_no_date(engine: Engine, codebook: Codebook) -> None:
    asked = FhirReader(engine.knowledge, codebook._replace(dated=frozenset({("present", "fever")})))
    both = response(item("fever", coded("yes")), item("at:fever", {"valueDate": "2026-01-05"}), authored="2026-03-01")
    assert read(asked, patient(), both).case.dates == {"present": {"fever": "2026-01-05"}}
    alone = response(item("fever", coded("yes")), authored="2026-03-01")
    assert (read(asked, patient(), alone).case.present, read(asked, patient(), alone).case.dates) == (("fever",), {})


def test_questions_stand_in_groups_and_below_answers(reader: FhirReader) -> None:
    below = {**coded("yes"), "item": [item("back_pain", coded("no"))]}
    group = {"linkId": "screen-1", "item": [item("fever", below), item("night_pain")]}
    file = read(reader, patient(), response(group))
    assert (file.case.present, file.case.absent) == (("fever",), ("back_pain",))
    assert [note.text for note in last(file).notes] == ["1 questions have no answer, or one that says that it is not known."]


def test_what_goes_too_deep_is_not_read(reader: FhirReader) -> None:
    deep = item("fever", coded("yes"))
    for _ in range(60):
        deep = {"linkId": "g", "item": [deep]}
    assert kinds(read(reader, patient(), response(deep))) == ["unreadable"]


def test_several_answers_to_one_question_are_none(reader: FhirReader) -> None:
    file = read(reader, patient(), response(item("fever", coded("yes"), coded("no"))))
    assert (file.case.present, file.case.absent, kinds(file)) == ((), (), ["value-not-read"])
    assert account(file).used == 0
