"""Entries of a request: dates, lists of values, acts, coded values, unknown codes; what counts, and what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from spinegraph.engine import Case, CaseTooLargeError, Codebook, MalformedCaseError, MeasurementError, UnknownCodeError, make_case
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.decide.entry_reader import MAX_EXPLAINED, MAX_IGNORED
from spinegraph.engine.model import IgnoredInput

ENTRY = 'Write "code", or {"code": "code", "at": "2026-03-01"}.'
DATED = 'Give one value, or date each of them: [{"value": 20, "unit": "Cel", "at": "2026-03-01"}].'
T = "/measurements/temperature_c"


def test_what_was_written_before_there_were_dates_reads_as_before(small_codebook: Codebook) -> None:
    plain = make_case({"present": ["fever"], "measurements": {"temperature_c": 38.5}}, small_codebook)
    written = b'{"present":["fever"],"absent":[],"measurements":{"temperature_c":38.5},"audience":"clinician"}'
    assert msgspec.json.encode(plain) == written
    assert msgspec.json.encode(Case()) == b'{"present":[],"absent":[],"measurements":{},"audience":"clinician"}'


# Lists of codes ------------------------------------------------------------------------------


def test_entries_with_dates(small_codebook: Codebook) -> None:
    case = make_case(
        {
            "present": ["sore_throat", {"code": "snomedct:1"}, {"code": "fever", "at": "2026-03-01"}],
            "absent": [{"code": "drooling", "at": "2026-03"}],
            "performed": [{"code": "throat_examination", "at": "2026-03-02"}, "intervention:Gargling"],
            "taking": ["penicillin"],
            "as_of": "2026-03-03",
        },
        small_codebook,
    )
    assert case.present == ("fever", "sore_throat")
    assert case.absent == ("drooling",)
    assert case.performed == ("gargling", "throat_examination")
    assert case.taking == ("penicillin",)
    assert case.dates == {
        "absent": {"drooling": "2026-03"},
        "performed": {"throat_examination": "2026-03-02"},
        "present": {"fever": "2026-03-01"},
    }
    assert case.ignored == ()
    assert make_case(case_data(case), small_codebook) == case


def test_of_one_code_the_latest_entry_counts_and_one_without_a_date_is_of_now(small_codebook: Codebook) -> None:
    dated = [{"code": "fever", "at": at} for at in ("2025", "2026-03-02", "2026-03-01", "2026-03-02")]
    older = tuple(IgnoredInput(member="present", code="fever", reason="older-entry", at=at) for at in ("2025", "2026-03-01"))
    case = make_case({"present": dated}, small_codebook)
    assert (case.present, case.dates, case.ignored) == (("fever",), {"present": {"fever": "2026-03-02"}}, older)
    case = make_case({"present": [*dated, "fever"]}, small_codebook)
    latest = IgnoredInput(member="present", code="fever", reason="older-entry", at="2026-03-02")
    assert (case.present, case.dates, case.ignored) == (("fever",), {}, (*older, latest))


def test_the_order_of_a_request_does_not_matter(small_codebook: Codebook) -> None:
    present = [{"code": "fever", "at": "2026-03-01"}, "xyzzyq", {"code": "fever", "at": "2025"}, "drooling", "foo"]
    one, other = (make_case({"present": order, "unknown_codes": "report"}, small_codebook) for order in (present, present[::-1]))
    assert msgspec.json.encode(one) == msgspec.json.encode(other)


def test_both_sides_contradict_each_other_whatever_their_dates(small_codebook: Codebook) -> None:
    data = {"present": [{"code": "fever", "at": "2026-03-01"}], "absent": [{"code": "fever", "at": "2026-03-02"}]}
    case = make_case(data, small_codebook)
    assert (case.present, case.absent, case.ignored) == (("fever",), ("fever",), ())


def test_an_act_before_a_sign_was_not_done_for_it(small_codebook: Codebook) -> None:
    act = {"code": "throat_examination", "at": "2026-03-01"}
    for at, counts in {"2026-02": True, "2026-03-01": True, "2026-03-02": False}.items():
        case = make_case({"present": [{"code": "fever", "at": at}, "sore_throat"], "performed": [act]}, small_codebook)
        assert case.performed == (("throat_examination",) if counts else ())
        assert [entry.reason for entry in case.ignored] == ([] if counts else ["before-a-sign"])
    case = make_case({"present": [{"code": "fever", "at": "2026-03-02"}], "performed": [act, act["code"]]}, small_codebook)
    assert case.performed == ("throat_examination",)


BAD_ENTRIES: dict[str, tuple[Any, str, str]] = {
    "no code": ({"present": [{"at": "2026"}]}, "/present/0: An entry has no code.", ENTRY),
    "a number as code": ({"present": [{"code": 3}]}, "/present/0: A code is a string, not a number.", ENTRY),
    "something else": (
        {"absent": ["fever", {"code": "fever", "value": 3}]},
        "/absent/1: An entry has 'value', which is not read.",
        ENTRY,
    ),
    "an act in the future": (
        {"performed": [{"code": "gargling", "at": "2026-04"}], "as_of": "2026-03-03"},
        "/performed/0/at: gargling is dated 2026-04, which lies after as_of, 2026-03-03.",
        "Mend the date, or as_of: what has not happened yet is not recorded.",
    ),
    "no date": (
        {"present": [{"code": "fever", "at": "soon"}]},
        "/present/0/at: at is 'soon', which is no date.",
        'Write it like "2026-03-01"; "2026-03", "2026" and "2026-03-01T08:30:00Z" are read, too.',
    ),
    "a finding as act": (
        {"performed": ["fever"]},
        "/performed/0: 'fever' is a finding.",
        'Write "present": ["fever"], or "absent".',
    ),
    "a measurement as act": (
        {"taking": ["temperature_c"]},
        "/taking/0: 'temperature_c' is a measurement.",
        'Write "measurements": {"temperature_c": …}.',
    ),
    "a condition as act": (
        {"performed": ["strep_throat"]},
        "/performed/0: 'strep_throat' is no intervention: it is what rules conclude, and is not recorded.",
        "Record the findings that its rules ask for: GET /condition/StrepThroat names them.",
    ),
    "acts as text": ({"performed": "gargling"}, "/performed: 'performed' is a list of codes, not text.", 'Write ["code"].'),
    "coded as list": ({"coded": ["female"]}, "/coded: 'coded' is an object of texts, not a list.", 'Write {"sex": "female"}.'),
    "coded as number": ({"coded": {"sex": 1}}, "/coded/sex: A code is a string, not a number.", "Put the code in quotes."),
    "coded as nothing": (
        {"coded": {"sex": " "}},
        "/coded/sex: ' ' is no coded value.",
        'Write a short code, as in {"sex": "female"}.',
    ),
    "coded unreadable": (
        {"coded": {"sex": "\ud800"}},
        "/coded/sex: '\\ud800' is no coded value.",
        'Write a short code, as in {"sex": "female"}.',
    ),
    "another mode": ({"unknown_codes": "skip"}, "/unknown_codes: unknown_codes cannot be 'skip'.", "Use refuse or report."),
    "as_of as number": (
        {"as_of": 2026},
        "/as_of: as_of is a number, not a date.",
        'Write it like "2026-03-01"; "2026-03", "2026" and "2026-03-01T08:30:00Z" are read, too, in quotes.',
    ),
    "an age that is not read": (
        {"birth_date": "1972-05-01", "as_of": "2026-03-03"},
        "/birth_date: birth_date gives an age, which this knowledge does not read.",
        "Leave it out.",
    ),
}


@pytest.mark.parametrize(("data", "what", "mend"), BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_an_entry_that_is_not_understood_is_refused(data: Any, what: str, mend: str, small_codebook: Codebook) -> None:
    with pytest.raises(MalformedCaseError) as caught:
        make_case(data, small_codebook)
    assert str(caught.value) == f"{what}\n  {mend}"


# Measurements --------------------------------------------------------------------------------


def test_the_latest_value_counts_and_units_are_converted(small_codebook: Codebook) -> None:
    values = [
        {"value": 39, "at": "2026-03-01T08:00:00Z"},
        {"value": 100.4, "unit": "[degF]", "at": "2026-03-02"},
        {"value": 37, "at": "2025"},
    ]
    case = make_case({"measurements": {"temperature_c": values}, "as_of": "2026-03-03"}, small_codebook)
    assert case.measurements == {"temperature_c": 38.0}
    assert case.dates == {"measurements": {"temperature_c": "2026-03-02"}}
    assert [(entry.code, entry.reason, entry.at, entry.value) for entry in case.ignored] == [
        ("temperature_c", "older-entry", "2025", 37),
        ("temperature_c", "older-entry", "2026-03-01T08:00:00Z", 39),
    ]
    one = make_case({"measurements": {"temperature_c": {"value": 38, "at": "2026-03-02"}}}, small_codebook)
    assert (one.measurements, one.dates) == (case.measurements, case.dates)
    assert make_case(case_data(one), small_codebook) == one


BAD_VALUES: dict[str, tuple[Any, str, str]] = {
    "an empty list": ([], f"{T}: temperature_c is an empty list.", DATED),
    "no date": (
        [{"value": 38, "at": "2026"}, 39],
        f"{T}/1: A value in the list of temperature_c has no date.",
        DATED,
    ),
    "two of one day": (
        [{"value": 38, "at": "2026-03-01"}, {"value": 39, "at": "2026-03-01"}],
        f"{T}: temperature_c is 38 at 2026-03-01 and 39 at 2026-03-01: which is the later cannot be known.",
        "Give the later one alone, or dates that tell them apart.",
    ),
    "a day in the same year": (
        [{"value": 38, "at": "2026-03-01"}, {"value": 39, "at": "2026"}],
        f"{T}: temperature_c is 39 at 2026 and 38 at 2026-03-01: which is the later cannot be known.",
        "Give the later one alone, or dates that tell them apart.",
    ),
}


@pytest.mark.parametrize(("values", "what", "mend"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_values_of_which_the_latest_cannot_be_known_are_refused(
    values: Any, what: str, mend: str, small_codebook: Codebook
) -> None:
    with pytest.raises(MeasurementError) as caught:
        make_case({"measurements": {"temperature_c": values}}, small_codebook)
    assert str(caught.value) == f"{what}\n  {mend}"


def test_the_same_value_twice_is_one_and_a_value_of_the_future_is_refused(small_codebook: Codebook) -> None:
    value = {"value": 38, "at": "2026-03-01"}
    case = make_case({"measurements": {"temperature_c": [value, value]}}, small_codebook)
    assert (case.measurements, case.ignored) == ({"temperature_c": 38.0}, ())
    with pytest.raises(MalformedCaseError) as caught:
        make_case({"measurements": {"temperature_c": [value, {**value, "at": "2027"}]}, "as_of": "2026-03-03"}, small_codebook)
    assert str(caught.value).startswith(f"{T}/1/at: temperature_c is dated 2027, which lies after as_of, 2026-03-03.")


# Age -----------------------------------------------------------------------------------------


def test_the_age_follows_from_the_date_of_birth(codebook: Codebook) -> None:
    born = {"birth_date": "1972-05-01", "as_of": "2026-03-03"}
    case = make_case(born, codebook)
    assert (case.measurements, case.birth_date, case.as_of) == ({"age_years": 53.0}, "1972-05-01", "2026-03-03")
    assert make_case({**born, "measurements": {"age_years": 53.8}}, codebook).measurements == {"age_years": 53.8}
    past = {"age_years": {"value": 50, "at": "2022-06-01"}}
    assert make_case({**born, "measurements": past}, codebook).measurements == {"age_years": 53.0}
    assert make_case(case_data(case), codebook) == case


@pytest.mark.parametrize("given", [54, 52.9, {"value": 51, "at": "2022-06-01"}, {"value": 530, "unit": "mo"}])
def test_a_date_of_birth_and_another_age_are_refused(given: Any, codebook: Codebook) -> None:
    data = {"birth_date": "1972-05-01", "as_of": "2026-03-03", "measurements": {"age_years": given}}
    with pytest.raises(MeasurementError) as caught:
        make_case(data, codebook)
    assert caught.value.where == "/birth_date"
    assert caught.value.mend == "Mend one of them, or leave one out."
    assert ", but birth_date 1972-05-01 makes it 5" in caught.value.what


def test_an_age_that_nobody_has_is_refused(codebook: Codebook) -> None:
    with pytest.raises(MeasurementError, match="age_years is 326, which cannot be"):
        make_case({"birth_date": "1700-01-01", "as_of": "2026-03-03"}, codebook)


# Unknown codes -------------------------------------------------------------------------------


def test_unknown_codes_can_be_reported_and_the_rest_is_read(small_codebook: Codebook) -> None:
    data = {
        "present": ["feverr", {"code": "snomedct:3", "at": "2026"}, "fever"],
        "absent": ["xyzzyq", "drooling"],
        "measurements": {"ages": {"whatever": 3}, "temperature_c": 38},
        "performed": ["gargeling", "gargling"],
        "taking": ["rxnorm:1"],
    }
    with pytest.raises(UnknownCodeError) as caught:
        make_case(data, small_codebook)
    assert list(caught.value.unknown) == ["feverr", "snomedct:3", "xyzzyq", "ages", "gargeling", "rxnorm:1"]
    case = make_case({**data, "unknown_codes": "report"}, small_codebook)
    assert (case.present, case.absent, case.performed, case.taking) == (("fever",), ("drooling",), ("gargling",), ())
    assert case.measurements == {"temperature_c": 38.0}
    assert {(entry.member, entry.code, entry.at, entry.nearest) for entry in case.ignored} == {
        ("present", "feverr", "", ("fever",)),
        ("present", "snomedct:3", "2026", ("fever", "strep_sign")),
        ("absent", "xyzzyq", "", ()),
        ("measurements", "ages", "", ("age_months",)),
        ("performed", "gargeling", "", ("gargling",)),
        ("taking", "rxnorm:1", "", ()),
    }
    assert {entry.reason for entry in case.ignored} == {"unknown-code"}


def test_what_is_known_and_stands_in_the_wrong_place_is_refused_all_the_same(small_codebook: Codebook) -> None:
    with pytest.raises(MalformedCaseError, match="is a measurement"):
        make_case({"present": ["temperature_c"], "unknown_codes": "report"}, small_codebook)


def test_very_many_unknown_codes(small_codebook: Codebook) -> None:
    codes = [f"feve{number:04}" for number in range(MAX_IGNORED)]
    case = make_case({"present": codes, "unknown_codes": "report"}, small_codebook)
    assert len(case.ignored) == MAX_IGNORED
    assert sum(bool(entry.nearest) for entry in case.ignored) <= MAX_EXPLAINED
    with pytest.raises(CaseTooLargeError) as caught:
        make_case({"present": codes, "absent": ["foo"], "unknown_codes": "report"}, small_codebook)
    assert caught.value.what == "The case has 1,001 entries that decide nothing; the limit is 1,000."


def test_a_code_that_nobody_can_read_is_not_echoed(small_codebook: Codebook) -> None:
    with pytest.raises(MalformedCaseError) as caught:
        make_case({"present": ["fever", "a\ud800"], "unknown_codes": "report"}, small_codebook)
    message = "/present/1: A code has a character that nobody can read: U+D800 at character 2.\n  Take it out."
    assert str(caught.value) == message
