"""What forms of ours have beside their questions: entries, "none of these", hidden questions, the moment of the case."""

from __future__ import annotations

from typing import Any

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.errors import MalformedCaseError
from spinegraph.engine.exchange.fhir.form.link_ids import CASE_MEMBERS, CHOICE, FORMS, HOW, RECORDED, VALUE, WHAT, WHEN
from spinegraph.engine.exchange.fhir.reading.record import FhirReader

from tests.exchange.fhir.reading.making import OURS, Json, kinds, last, patient, read
from tests.exchange.fhir.reading.test_answers import coded, item, response

TICKED: Json = {"valueBoolean": True}
OUR_FORM = f"{FORMS}all"


def entry(what: str, **more: Any) -> Json:
    """An entry of a case: `how` names its side, the rest are answers by the name of the part."""
    how = more.pop("how", None)
    parts = {WHAT: {"valueCoding": {"system": OURS, "code": what}}}
    if how:
        parts[HOW] = {"valueCoding": {"system": CASE_MEMBERS, "code": how}}
    parts |= {name: answer for name, answer in ((VALUE, more.get("value")), (CHOICE, more.get("choice"))) if answer}
    if at := more.get("at"):
        parts[WHEN] = {"valueDateTime": at}
    return {"linkId": RECORDED, "item": [item(link, answer) for link, answer in parts.items()]}


def test_none_of_these_denies_what_was_asked(reader: FhirReader) -> None:
    file = read(reader, patient(), response(item("none:cancer", TICKED), authored="2026-03-01"))
    assert file.case.absent == ("constant_pain", "history_of_cancer", "night_pain", "unexplained_weight_loss")
    assert {fact.via for fact in last(file).facts} == {"none:cancer"}


@pytest.mark.parametrize(
    ("answers", "present", "absent"),
    [
        pytest.param([item("none:infection/fever,iv_drug_use", TICKED)], (), ("fever", "iv_drug_use"), id="of a part"),
        pytest.param([item("none:mind-and-work", {"valueBoolean": False})], (), (), id="not ticked"),
        pytest.param([item("none:mind-and-work")], (), (), id="not answered"),
        pytest.param(
            [item("depression", coded("yes")), item("passive_coping", coded("not-asked")), item("none:mind-and-work", TICKED)],
            ("depression",), ("job_dissatisfaction",), id="beside answers",
        ),
        pytest.param(
            [item("great_toe_dorsiflexion_weak", coded("yes")), item("none:examination/weakness,tachycardia", TICKED)],
            ("great_toe_dorsiflexion_weak",), ("tachycardia",), id="never what is wider than what is ticked",
        ),
        pytest.param(
            [entry("great_toe_dorsiflexion_weak", how="present"), item("none:examination/weakness", TICKED)],
            ("great_toe_dorsiflexion_weak",), (), id="nor than what is recorded",
        ),
    ],
)  # fmt: skip
def test_none_of_these_leaves_answers_alone(
    reader: FhirReader, answers: list[Json], present: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    file = read(reader, patient(), response(*answers))
    assert (file.case.present, file.case.absent) == (present, absent)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([item("none:elsewhere", TICKED)], "unmapped-code"),
        ([item("none:cancer", {"valueString": "yes"})], "value-not-read"),
    ],
)
def test_none_of_what(reader: FhirReader, answers: list[Json], kind: str) -> None:
    file = read(reader, patient(), response(*answers))
    assert kinds(file) == [kind]
    assert not file.case.absent


HIDDEN = (item("duration_weeks", {"valueDecimal": 2}), item("early_stage", coded("yes")), item("none:earlier-care", TICKED))


@pytest.mark.parametrize("form", [OUR_FORM, f"{OUR_FORM}|VERSION", f"{FORMS}screen-earlier-care.patient"])
def test_what_the_form_hides_is_not_used(reader: FhirReader, engine: Engine, form: str) -> None:
    form = form.replace("VERSION", engine.knowledge.version)
    file = read(reader, patient(), response(*HIDDEN, questionnaire=form))
    assert (file.case.present, file.case.absent) == ((), ())
    assert file.case.measurements == {"duration_weeks": 2}
    (note,) = last(file).notes
    assert note.kind == "hidden"
    assert note.text.startswith("early stage of symptoms:")


@pytest.mark.parametrize("form", [None, "http://example.org/Questionnaire/back", f"{OUR_FORM}|0.0.1"])
def test_what_other_forms_hide_is_not_known(reader: FhirReader, form: str | None) -> None:
    file = read(reader, patient(), response(*HIDDEN, **({"questionnaire": form} if form else {})))
    assert "early_stage" in file.case.present


def test_entries_are_read_as_they_are(reader: FhirReader, pressure: FhirReader) -> None:
    file = read(
        reader,
        patient(),
        response(
            entry("fever", how="present", at="2026-02-01"),
            entry("fever", how="absent", at="2026-03-01"),
            entry("mri_lumbar", how="performed"),
            entry("mri_lumbar", how="not_performed"),
            entry("temperature_c", value={"valueDecimal": 38.2}, at="2026-03-02"),
        ),
    )
    assert (file.case.present, file.case.absent) == (("fever",), ("fever",)), "one does not take the place of the other"
    assert (file.case.performed, file.case.not_performed) == (("mri_lumbar",), ("mri_lumbar",))
    assert file.case.measurements == {"temperature_c": 38.2}
    assert file.case.dates["measurements"] == {"temperature_c": "2026-03-02"}
    assert set(kinds(file)) == {"contradictory-findings"}
    chosen = read(pressure, patient(), response(entry("smoking_status", choice=coded("former"))))
    assert chosen.case.coded == {"smoking_status": "former"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param(entry("fever"), "no-value", id="no side"),
        pytest.param(entry("fever", how="maybe"), "value-not-read", id="no such side"),
        pytest.param(entry("fever", how="performed"), "not-a-fact", id="a finding that is done"),
        pytest.param(entry("magic", how="present"), "unmapped-code", id="no such code"),
        pytest.param(entry("temperature_c", value={"valueString": "warm"}), "value-not-read", id="no number"),
        pytest.param(entry("temperature_c", value={"valueDecimal": 384}), "unusable-value", id="no possible number"),
        pytest.param(entry("fever", how="present", at="soon"), "bad-date", id="no date"),
        pytest.param(entry("fever", how="present", at="2027"), "future-date", id="after the case"),
        pytest.param({"linkId": RECORDED, "item": [item(WHAT)]}, "not-answered", id="of nothing yet"),
        pytest.param({"linkId": RECORDED, "item": [item(HOW, coded("present"))]}, "no-code", id="of nothing"),
        pytest.param({"linkId": RECORDED, "item": [item("entry:who", coded("x"))]}, "unmapped-code", id="no such part"),
    ],
)
def test_entries_that_are_none(reader: FhirReader, given: Json, kind: str) -> None:
    file = read(reader, patient(), response(given, item("severe_pain", coded("yes"))))
    assert kinds(file) == [kind]
    assert file.case.present == ("severe_pain",), "one that is wrong does not touch the others"


def test_a_form_gives_moment_and_birth(reader: FhirReader) -> None:
    answers = (item("as_of", {"valueDateTime": "2026-03-03"}), item("birth_date", {"valueDate": "1972-05-01"}))
    file = read(reader, patient(), response(*answers), as_of="")
    assert (file.case.as_of, file.case.birth_date, file.case.measurements) == ("2026-03-03", "1972-05-01", {"age_years": 53})
    beside = read(reader, patient(), response(*answers), as_of="2026-06-01")
    assert (beside.case.as_of, beside.case.measurements) == ("2026-06-01", {"age_years": 54})
    wrong = read(reader, patient(), response(*answers, status="entered-in-error"), as_of="")
    assert wrong.case.as_of == ""


def test_two_moments_are_refused(reader: FhirReader) -> None:
    given = (response(item("as_of", {"valueDate": day}), id=f"r{day}") for day in ("2026-03-03", "2026-03-04"))
    with pytest.raises(MalformedCaseError, match="different moments"):
        read(reader, patient(), *given, as_of="")


def test_a_date_of_a_value(pressure: FhirReader) -> None:
    value, when = item("systolic_mmhg", {"valueDecimal": 142}), item("at:systolic_mmhg", {"valueDate": "2026-03-01"})
    file = read(pressure, patient(), response(value, when, authored="2026-03-03"))
    assert (file.case.measurements, file.case.dates) == (
        {"systolic_mmhg": 142}, {"measurements": {"systolic_mmhg": "2026-03-01"}},
    )  # fmt: skip
