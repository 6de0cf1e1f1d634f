"""A case as plain data or a file: what is understood, and with which words everything else is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from spinegraph.engine import (
    Case,
    CaseError,
    Codebook,
    MalformedCaseError,
    MeasurementError,
    UnknownCodeError,
    make_case,
    read_case_file,
)

IRI = "https://w3id.org/spinegraph"


# Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["sore_throat", "SORE_THROAT", "finding:SoreThroat", f"{IRI}/finding/SoreThroat", "snomedct:1", "SNOMEDCT:1"]
)
def test_a_finding_has_a_code_a_curie_an_iri_and_mapped_codes(name: str, small_codebook: Codebook) -> None:
    assert make_case({"present": [name]}, small_codebook) == Case(present=("sore_throat",))
    assert make_case({"absent": [name]}, small_codebook) == Case(absent=("sore_throat",))


@pytest.mark.parametrize(
    "name",
    ["temperature_c", "TEMPERATURE_C", "core:temperatureC", f"{IRI}/core/temperatureC", "loinc:2-2", "LOINC:2-2"],
)
def test_a_measurement_has_a_code_a_curie_an_iri_and_mapped_codes(name: str, small_codebook: Codebook) -> None:
    assert make_case({"measurements": {name: 38.5}}, small_codebook) == Case(measurements={"temperature_c": 38.5})


def test_order_and_repetition_of_codes_do_not_matter(small_codebook: Codebook) -> None:
    one = make_case({"present": ["fever", "drooling"], "measurements": {"temperature_c": 38, "age_months": 20}}, small_codebook)
    two = make_case(
        {"measurements": {"age_months": 20.0, "temperature_c": 38.0}, "present": ["drooling", "FEVER", "fever", "drooling"]},
        small_codebook,
    )
    assert one == two == Case(present=("drooling", "fever"), measurements={"age_months": 20.0, "temperature_c": 38.0})
    assert list(one.measurements) == list(two.measurements)


def test_the_same_finding_may_be_on_both_sides(small_codebook: Codebook) -> None:
    assert make_case({"present": ["fever"], "absent": ["fever"]}, small_codebook) == Case(present=("fever",), absent=("fever",))


def test_everything_may_be_left_out(small_codebook: Codebook) -> None:
    assert make_case({}, small_codebook) == Case()
    assert make_case({"audience": "patient"}, small_codebook).audience == "patient"


@pytest.mark.parametrize("value", [30, 45, 37.5])
def test_a_measurement_may_have_any_possible_value(value: float, small_codebook: Codebook) -> None:
    assert make_case({"measurements": {"temperature_c": value}}, small_codebook).measurements == {"temperature_c": value}


# Plain data that is no case ------------------------------------------------------------------

KEYS = (
    "present, absent, measurements, performed, not_performed, taking, not_taking, coded, birth_date, as_of, audience, "
    "language, unknown_codes"
)
CODES = "Use a code from GET /v1/knowledge or `spinegraph codes`; nothing was decided."
LIST = 'Write ["code"].'
QUOTES = "Put the code in quotes."
OBJECT = 'Write {"age_years": 54}.'
NUMBER = "Give a number; it is read as °C (UCUM Cel)."
PLAIN_NUMBER = "Give a plain number, without a unit; it is read as °C (UCUM Cel)."
KNOWN = "Leave it out if it is not known."
UNIT = "Check the value and its unit; it is read as °C (UCUM Cel)."
ONE_MOMENT = "A case is one moment: give one value."
T = "/measurements/temperature_c"

MALFORMED: dict[str, tuple[Any, str, str]] = {
    "a list": ([], f"/: A case is an object with {KEYS}, not a list.", "Wrap it in braces."),
    "nothing": (None, f"/: A case is an object with {KEYS}, not null.", "Wrap it in braces."),
    "text": ("fever", f"/: A case is an object with {KEYS}, not text.", "Wrap it in braces."),
    "a number": (5, f"/: A case is an object with {KEYS}, not a number.", "Wrap it in braces."),
    "a truth": (True, f"/: A case is an object with {KEYS}, not true or false.", "Wrap it in braces."),
    "a misspelt key": ({"presnt": []}, "/presnt: A case has no 'presnt'; did you mean 'present'?", f"Use {KEYS}."),
    "a foreign key": ({"foo": 1}, "/foo: A case has no 'foo'.", f"Use {KEYS}."),
    "a key of another type": ({1: 2}, "/1: A case has no '1'.", f"Use {KEYS}."),
    "the title of a case file": ({"title": "x"}, "/title: A case has no 'title'.", f"Use {KEYS}."),
    "one code without list": ({"present": "fever"}, "/present: 'present' is a list of codes, not text.", LIST),
    "an object of codes": ({"absent": {"fever": True}}, "/absent: 'absent' is a list of codes, not an object.", LIST),
    "no list at all": ({"present": None}, "/present: 'present' is a list of codes, not null.", LIST),
    "a number as code": ({"absent": ["fever", 3]}, "/absent/1: A code is a string, not a number.", QUOTES),
    "a truth as code": ({"present": [False]}, "/present/0: A code is a string, not true or false.", QUOTES),
    "a list as code": ({"present": [["fever"]]}, "/present/0: A code is a string, not a list.", QUOTES),
    "nothing as code": ({"present": [None]}, "/present/0: A code is a string, not null.", QUOTES),
    "a measurement as finding": (
        {"present": ["fever", "temperature_c"]},
        "/present/1: 'temperature_c' is a measurement.",
        'Write "measurements": {"temperature_c": …}.',
    ),
    "the curie of a measurement as finding": (
        {"absent": ["core:temperatureC"]},
        "/absent/0: 'core:temperatureC' is a measurement.",
        'Write "measurements": {"core:temperatureC": …}.',
    ),
    "a finding that is only derived": (
        {"present": ["infant"]},
        "/present/0: 'infant' is not recorded: it follows from other facts.",
        "Record what it follows from: age_months.",
    ),
    "its curie": (
        {"absent": ["finding:Infant"]},
        "/absent/0: 'finding:Infant' is not recorded: it follows from other facts.",
        "Record what it follows from: age_months.",
    ),
    "a condition": (
        {"present": ["strep_throat"]},
        "/present/0: 'strep_throat' is no finding: it is what rules conclude, and is not recorded.",
        "Record the findings that its rules ask for: GET /condition/StrepThroat names them.",
    ),
    "the curie of an intervention": (
        {"absent": ["intervention:Penicillin"]},
        "/absent/0: 'intervention:Penicillin' is no finding, but an intervention.",
        'If it was done, write "performed": ["intervention:Penicillin"].',
    ),
    "no audience": ({"audience": None}, "/audience: The audience cannot be null.", "Use clinician or patient."),
    "a list of measurements": (
        {"measurements": []},
        "/measurements: 'measurements' is an object of numbers, not a list.",
        OBJECT,
    ),
    "no measurements": ({"measurements": None}, "/measurements: 'measurements' is an object of numbers, not null.", OBJECT),
    "another audience": (
        {"audience": "doctor"},
        "/audience: The audience cannot be 'doctor'.",
        "Use clinician or patient.",
    ),
}


@pytest.mark.parametrize(("data", "what", "mend"), MALFORMED.values(), ids=MALFORMED)
def test_what_has_not_the_shape_of_a_case_is_refused(data: Any, what: str, mend: str, small_codebook: Codebook) -> None:
    with pytest.raises(MalformedCaseError) as caught:
        make_case(data, small_codebook)
    assert str(caught.value) == f"{what}\n  {mend}"


IMPOSSIBLE: dict[str, tuple[Any, str, str]] = {
    "not a number": (float("nan"), "temperature_c is nan, which nothing measures.", KNOWN),
    "infinite": (float("inf"), "temperature_c is inf, which nothing measures.", KNOWN),
    "infinite downwards": (float("-inf"), "temperature_c is -inf, which nothing measures.", KNOWN),
    "a truth": (True, "temperature_c is true or false, not a number.", NUMBER),
    "nothing": (None, "temperature_c is null, not a number.", NUMBER),
    "an object": ({}, "temperature_c has no value.", 'Write {"value": 20, "unit": "Cel"}.'),
    "text": ("38", "temperature_c is '38', which is text.", PLAIN_NUMBER),
    "text with unit": ("38 C", "temperature_c is '38 C', which is text.", PLAIN_NUMBER),
    "too much": (380, "temperature_c is 380, which cannot be: possible is 30 to 45 °C.", UNIT),
    "just too much": (45.01, "temperature_c is 45.01, which cannot be: possible is 30 to 45 °C.", UNIT),
    "too little": (-1, "temperature_c is -1, which cannot be: possible is 30 to 45 °C.", UNIT),
    "the latest of a list": (
        [{"value": 38, "at": "2025"}, {"value": 46, "at": "2026"}],
        "temperature_c is 46, which cannot be: possible is 30 to 45 °C.",
        UNIT,
    ),
    "more than a float holds": (10**400, "temperature_c is 1e+300, which cannot be: possible is 30 to 45 °C.", UNIT),
}


@pytest.mark.parametrize(("value", "what", "mend"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_value_that_cannot_be_is_refused(value: Any, what: str, mend: str, small_codebook: Codebook) -> None:
    with pytest.raises(MeasurementError) as caught:
        make_case({"measurements": {"temperature_c": value}}, small_codebook)
    place = f"{T}/1" if isinstance(value, list) else T
    assert str(caught.value) == f"{place}: {what}\n  {mend}"


@pytest.mark.parametrize("other", ["core:temperatureC", f"{IRI}/core/temperatureC", "loinc:2-2"])
def test_two_values_of_one_measurement_are_refused(other: str, small_codebook: Codebook) -> None:
    with pytest.raises(MeasurementError) as caught:
        make_case({"measurements": {"temperature_c": 38, other: 39}}, small_codebook)
    assert str(caught.value) == f"/measurements/{other}: temperature_c is given twice.\n  {ONE_MOMENT}"


UNKNOWN: dict[str, tuple[Any, str, list[str]]] = {
    "a misspelt code": ({"present": ["feverr"]}, "/present/0: unknown code 'feverr'; nearest: fever", ["fever"]),
    "a space for an underscore": (
        {"absent": ["fever", "sore throat"]},
        "/absent/1: unknown code 'sore throat'; nearest: sore_throat",
        ["sore_throat"],
    ),
    "a hyphen and capitals": (
        {"present": ["Tender-Nodes"]},
        "/present/0: unknown code 'Tender-Nodes'; nearest: tender_nodes",
        ["tender_nodes"],
    ),
    "nothing like it": ({"present": ["xyzzyq"]}, "/present/0: unknown code 'xyzzyq'; nothing similar is known", []),
    "a misspelt measurement": (
        {"measurements": {"temperatur": 38}},
        "/measurements/temperatur: unknown code 'temperatur'; nearest: temperature_c",
        ["temperature_c"],
    ),
    "a code with two meanings": (
        {"present": ["snomedct:3"]},
        "/present/0: unknown code 'snomedct:3'; nearest: fever, strep_sign",
        ["fever", "strep_sign"],
    ),
    "a code that is only similar": (
        {"present": ["snomedct:4"]},
        "/present/0: unknown code 'snomedct:4'; nearest: drooling",
        ["drooling"],
    ),
    "no code": ({"present": [""]}, "/present/0: unknown code ''; nothing similar is known", []),
}


@pytest.mark.parametrize(("data", "what", "nearest"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_code_is_refused_with_the_nearest_known_ones(
    data: Any, what: str, nearest: list[str], small_codebook: Codebook
) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        make_case(data, small_codebook)
    assert str(caught.value) == f"{what}\n  {CODES}"
    assert list(caught.value.unknown.values()) == [nearest]


def test_all_unknown_codes_are_told_at_once(small_codebook: Codebook) -> None:
    data = {"present": ["feverr", "fever"], "absent": ["xyzzyq"], "measurements": {"ages": 3}}
    with pytest.raises(UnknownCodeError) as caught:
        make_case(data, small_codebook)
    assert caught.value.details == {
        "unknown": [
            {"code": "feverr", "at": "/present/0", "nearest": ["fever"]},
            {"code": "xyzzyq", "at": "/absent/0", "nearest": []},
            {"code": "ages", "at": "/measurements/ages", "nearest": ["age_months"]},
        ],
        "more": 0,
    }


def test_a_finding_among_the_measurements_is_told_to_be_one(small_codebook: Codebook) -> None:
    with pytest.raises(CaseError) as caught:
        make_case({"measurements": {"fever": 1}}, small_codebook)
    assert "unknown code" not in str(caught.value)


@pytest.mark.parametrize("name", ["finding:Fevr", f"{IRI}/finding/Fevr"])
def test_a_misspelt_curie_or_iri_has_something_near_it(name: str, small_codebook: Codebook) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        make_case({"present": [name]}, small_codebook)
    assert "fever" in caught.value.unknown[name]


# Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("case.json", json.dumps({"present": ["fever"], "title": "A", "narrative": "B"})),
        ("case.yaml", "title: A\nnarrative: B\npresent: [fever]\n"),
        ("case.yml", "present:\n  - fever\n"),
        (
            "case.ttl",
            f"@prefix core: <{IRI}/core/> . @prefix finding: <{IRI}/finding/> . [] a core:Case ; core:present finding:Fever .",
        ),
    ],
)
def test_a_case_file_is_read_by_its_suffix(name: str, text: str, small_codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert read_case_file(path, small_codebook).case == Case(present=("fever",))


def test_a_file_of_another_kind_or_none_at_all_is_refused(small_codebook: Codebook, tmp_path: Path) -> None:
    (tmp_path / "case.txt").write_text("{}")
    (tmp_path / "folder.json").mkdir()
    expected = {
        "case.txt": "This is no case file.\n  Use one of .json, .yaml, .yml, .ttl.",
        "gone.json": "It cannot be read: No such file or directory.\n  Check the path.",
        "folder.json": "It cannot be read: Is a directory.\n  Check the path.",
    }
    for name, message in expected.items():
        with pytest.raises(MalformedCaseError) as caught:
            read_case_file(tmp_path / name, small_codebook)
        assert str(caught.value) == f"{tmp_path / name}: {message}"


@pytest.mark.parametrize(("name", "text"), [("case.json", "{"), ("case.yaml", "present: [feverr]")])
def test_an_error_in_a_case_file_names_the_file(name: str, text: str, small_codebook: Codebook, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CaseError) as caught:
        read_case_file(tmp_path / name, small_codebook)
    assert str(caught.value).startswith(str(tmp_path / name))
