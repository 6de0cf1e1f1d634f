"""A case as JSON, YAML or Turtle: what is understood, and with which words everything else is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import (
    MAX_BYTES,
    Case,
    CaseError,
    CaseTooLargeError,
    Codebook,
    MalformedCaseError,
    MeasurementError,
    UnknownCodeError,
    make_case,
    parse_json,
    parse_turtle,
    parse_yaml,
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

KEYS = "present, absent, measurements, audience"
CODES = "Use a code from GET /v1/knowledge or `spinegraph codes`; nothing was decided."
LIST = 'Write ["code"].'
QUOTES = 'Put the code in quotes: "fever".'
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
    "a key of another type": ({1: 2}, "/1: A case has no 1.", f"Use {KEYS}."),
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
        "/absent/0: 'intervention:Penicillin' is no finding: it is what rules conclude, and is not recorded.",
        "Record the findings that its rules ask for: GET /intervention/Penicillin names them.",
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
    "a list": ([38], "temperature_c is a list, not a number.", NUMBER),
    "an object": ({}, "temperature_c is an object, not a number.", NUMBER),
    "text": ("38", "temperature_c is '38', which is text.", PLAIN_NUMBER),
    "text with unit": ("38 C", "temperature_c is '38 C', which is text.", PLAIN_NUMBER),
    "too much": (380, "temperature_c is 380, which cannot be: possible is 30 to 45 °C.", UNIT),
    "just too much": (45.01, "temperature_c is 45.01, which cannot be: possible is 30 to 45 °C.", UNIT),
    "too little": (-1, "temperature_c is -1, which cannot be: possible is 30 to 45 °C.", UNIT),
    "more than a float holds": (10**400, "temperature_c is 1e+300, which cannot be: possible is 30 to 45 °C.", UNIT),
}


@pytest.mark.parametrize(("value", "what", "mend"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_value_that_cannot_be_is_refused(value: Any, what: str, mend: str, small_codebook: Codebook) -> None:
    with pytest.raises(MeasurementError) as caught:
        make_case({"measurements": {"temperature_c": value}}, small_codebook)
    assert str(caught.value) == f"{T}: {what}\n  {mend}"


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


# JSON ----------------------------------------------------------------------------------------

SEND = 'Send {"present": […], "absent": […], "measurements": {…}}.'
EMPTY = 'Give {"present": […], "absent": […], "measurements": {…}}; {} is a case of which nothing is known.'
JOIN = "Join the entries: nothing is dropped."
DEEP = "This is nested too deeply.\n  A case has lists of codes, nothing deeper."


def too_large(size: int) -> str:
    return f"The case has {size:,} bytes; the limit is 1,048,576.\n  Send only codes and measurements."


BAD_JSON: dict[str, tuple[bytes, str]] = {
    "a comma too many": (b'{"present": [\n "fever",]}', f"line 2, column 10: This is not JSON: Expecting value.\n  {SEND}"),
    "nothing": (b"", f"This is empty.\n  {EMPTY}"),
    "blanks": (b" \n", f"This is empty.\n  {EMPTY}"),
    "an open brace": (
        b"{",
        f"line 1, column 2: This is not JSON: Expecting property name enclosed in double quotes.\n  {SEND}",
    ),
    "a key twice": (
        b'{"present": ["fever"], "present": []}',
        f"line 1, column 24: 'present' stands more than once in one object.\n  {JOIN}",
    ),
    "two keys twice, deeper": (
        b'{"measurements": {"b": 1, "a": 2, "b": 1, "a": 1}}',
        f"line 1, column 43: 'a', 'b' stands more than once in one object.\n  {JOIN}",
    ),
    "latin 1": (b'{"a": "\xe9"}', "byte 7: This is not UTF-8.\n  Save or send it as UTF-8."),
    "deep lists": (b"[" * 100_000, DEEP),
    "deep objects": (b'{"a":' * 100_000, DEEP),
    "deep and closed": (b"[" * 100_000 + b"]" * 100_000, DEEP),
}


@pytest.mark.parametrize(("body", "message"), BAD_JSON.values(), ids=BAD_JSON)
def test_what_is_not_json_is_refused_with_its_place(body: bytes, message: str) -> None:
    with pytest.raises(MalformedCaseError) as caught:
        parse_json(body)
    assert str(caught.value) == message


def test_a_number_with_thousands_of_digits_is_refused() -> None:
    with pytest.raises(MalformedCaseError, match="This cannot be read"):
        parse_json(b'{"x": ' + b"9" * 5000 + b"}")


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_the_numbers_that_json_does_not_have_are_refused(word: str, small_codebook: Codebook) -> None:
    with pytest.raises(MeasurementError, match="Leave it out if it is not known"):
        make_case(parse_json(f'{{"measurements": {{"temperature_c": {word}}}}}'.encode()), small_codebook)


@pytest.mark.parametrize("parse", [parse_json, parse_yaml, parse_turtle])
def test_a_case_that_is_too_large_is_refused_unread(parse: Callable[[bytes], Any]) -> None:
    with pytest.raises(CaseTooLargeError) as caught:
        parse(b"\xff" * (MAX_BYTES + 1))
    assert str(caught.value) == too_large(MAX_BYTES + 1)


def test_a_case_of_exactly_the_limit_is_read(small_codebook: Codebook) -> None:
    body = b'{"present": ["fever"]}'
    assert make_case(parse_json(body + b" " * (MAX_BYTES - len(body))), small_codebook) == Case(present=("fever",))


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse_json(b'\xef\xbb\xbf{"present": []}') == {"present": []}


# YAML ----------------------------------------------------------------------------------------

WRITE = "Write `present: [code, code]`, `absent: […]`, `measurements: {age_years: 54}`."
BAD_YAML: dict[str, tuple[bytes, str]] = {
    "an open bracket": (
        b"present: [fever\n",
        f"line 2, column 1: This is not YAML: expected ',' or ']', but got '<stream end>'.\n  {WRITE}",
    ),
    "a tab": (
        b"present:\n\t- fever",
        f"line 2, column 1: This is not YAML: found character '\\t' that cannot start any token.\n  {WRITE}",
    ),
    "two documents": (b"a: 1\n---\nb: 2", f"line 2, column 1: This is not YAML: but found another document.\n  {WRITE}"),
    "a list as key": (b"? [a]\n: b", f"line 1, column 1: This is not YAML: a key that is not plain text.\n  {WRITE}"),
    "an alias of nothing": (
        b"present: [*x]",
        f"line 1, column 11: This is not YAML: found undefined alias 'x'.\n  {WRITE}",
    ),
    "a list that holds itself": (
        b"present: &a [*a]",
        f"line 1, column 10: This is not YAML: found unconstructable recursive node.\n  {WRITE}",
    ),
    "a Python object": (
        b"!!python/object/apply:os.system [ls]",
        "line 1, column 1: This is not YAML: could not determine a constructor for the tag "
        f"'tag:yaml.org,2002:python/object/apply:os.system'.\n  {WRITE}",
    ),
    "a day that is none": (
        b"present: [2020-13-45]",
        "This is not YAML: month must be in 1..12.\n  Save the file as UTF-8 YAML.",
    ),
    "deep lists": (b"[" * 100_000, DEEP),
    "deep objects": (b"{a: " * 20_000, DEEP),
}


@pytest.mark.parametrize(("body", "message"), BAD_YAML.values(), ids=BAD_YAML)
def test_what_is_not_yaml_is_refused_with_its_place(body: bytes, message: str) -> None:
    with pytest.raises(MalformedCaseError) as caught:
        parse_yaml(body)
    assert str(caught.value) == message


@pytest.mark.parametrize("body", [b"present: [fever]\npresent: []\n", b"measurements:\n  a: 1\n  a: 2\n"])
def test_a_key_that_stands_twice_in_yaml_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedCaseError, match="stands more than once in one object") as caught:
        parse_yaml(body)
    assert caught.value.mend == JOIN


@pytest.mark.parametrize(("parse", "body"), [(parse_yaml, b"a: 1\nb: 2\na: 3\n"), (parse_json, b'{\n"a": 1,\n"b": 2,\n"a": 3}')])
def test_a_key_that_stands_twice_is_told_with_its_place(parse: Callable[[bytes], Any], body: bytes) -> None:
    with pytest.raises(MalformedCaseError) as caught:
        parse(body)
    assert caught.value.where.startswith("line ")


@pytest.mark.parametrize("body", [b'a: "\xe9"', b"\xff\xfe\x00"])
def test_yaml_that_is_not_utf_8_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedCaseError, match="This is not YAML: unacceptable character") as caught:
        parse_yaml(body)
    assert caught.value.mend == "Save the file as UTF-8 YAML."


@pytest.mark.parametrize(
    "body",
    [
        b"present: !!timestamp abc",
        b"present: !!bool abc",
        b"present: !!int abc",
        b"present: !!float abc",
        b"present: !!binary abc",
        b"<<: {present: [fever]}",
        b"%YAML 9.9\n---\na: 1",
    ],
)
def test_a_tag_that_does_not_fit_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedCaseError, match="This is not YAML"):
        parse_yaml(body)


@pytest.mark.parametrize("word", ["no", "2020-01-01", "1.5", "~", "[a]", "!!set {a}"])
def test_what_yaml_does_not_read_as_text_is_no_code(word: str, small_codebook: Codebook) -> None:
    with pytest.raises(MalformedCaseError, match=r"/present/0: A code is a string, not "):
        make_case(parse_yaml(f"present: [{word}]".encode()), small_codebook)


def bomb(levels: int, last: str) -> bytes:
    """Aliases of aliases: 10 to the power of `levels` once written out."""
    lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join([*lines, f"{last}: *x{levels - 1}"]).encode()


def test_aliases_of_aliases_are_shared_and_not_written_out() -> None:
    data = parse_yaml(bomb(40, "present"))
    distinct = set()
    waiting = [data["present"]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list) and id(node) not in distinct:
            distinct.add(id(node))
            waiting += node
    assert len(distinct) == 40


@pytest.mark.parametrize(
    "key",
    [
        "present",
        "absent",
        "measurements",
        "foo",
        "audience",
    ],
)
def test_a_message_about_aliases_of_aliases_stays_small(key: str, small_codebook: Codebook) -> None:
    data = parse_yaml(bomb(4, key))
    with pytest.raises(CaseError) as caught:
        make_case({key: data[key]}, small_codebook)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"present": ["x" * 100_000]}, id="as a code"),
        pytest.param(
            {"measurements": {"temperature_c": "x" * 100_000}},
            id="as a value",
        ),
    ],
)
def test_a_message_about_a_long_text_stays_small(data: Any, small_codebook: Codebook) -> None:
    with pytest.raises(CaseError) as caught:
        make_case(data, small_codebook)
    assert len(str(caught.value)) < 1000


# Turtle --------------------------------------------------------------------------------------

PREFIXES = "@prefix core: <https://w3id.org/spinegraph/core/> . @prefix finding: <https://w3id.org/spinegraph/finding/> .\n"


def read_turtle(text: str, small_codebook: Codebook) -> Case:
    return make_case(parse_turtle((PREFIXES + text).encode()), small_codebook)


@pytest.mark.parametrize(
    "text",
    [
        "[] a core:Case ; core:present finding:Fever ; core:absent finding:Drooling ; core:temperatureC 38.5 .",
        "<urn:x> core:absent finding:Drooling ; core:present 'fever' . <urn:x> core:temperatureC 38.5e0 ; a core:Case .",
    ],
)
def test_a_case_may_be_a_graph(text: str, small_codebook: Codebook) -> None:
    expected = Case(present=("fever",), absent=("drooling",), measurements={"temperature_c": 38.5})
    assert read_turtle(text, small_codebook) == expected


BAD_TURTLE: dict[str, tuple[str, type[CaseError], str]] = {
    "no case": ("", MalformedCaseError, "The graph holds 0 cases.\n  Give exactly one subject the type core:Case."),
    "two cases": (
        "<urn:a> a core:Case . <urn:b> a core:Case .",
        MalformedCaseError,
        "The graph holds 2 cases.\n  Give exactly one subject the type core:Case.",
    ),
    "a syntax error": (
        "[] a core:Case ; core:present .",
        MalformedCaseError,
        "line 2, column 31: This is not Turtle: Parser error at line 2 column 31: . is not a valid RDF object.\n"
        "  Mend the Turtle.",
    ),
    "two values": (
        "[] a core:Case ; core:temperatureC 38 , 39 .",
        MeasurementError,
        f"core:temperatureC has more than one value.\n  {ONE_MOMENT}",
    ),
    "words for a value": (
        "[] a core:Case ; core:temperatureC 'warm' .",
        MeasurementError,
        f"/measurements/{IRI}/core/temperatureC: temperature_c is 'warm', which is text.\n  {PLAIN_NUMBER}",
    ),
    "an unknown finding": (
        "[] a core:Case ; core:present finding:Hunger .",
        UnknownCodeError,
        f"/present/0: unknown code '{IRI}/finding/Hunger'; nothing similar is known\n  {CODES}",
    ),
    "an unknown predicate": (
        "[] a core:Case ; core:presnt finding:Fever .",
        UnknownCodeError,
        f"/measurements/{IRI}/core/presnt: unknown code '{IRI}/core/presnt'; nothing similar is known\n  {CODES}",
    ),
}


@pytest.mark.parametrize(("text", "kind", "message"), BAD_TURTLE.values(), ids=BAD_TURTLE)
def test_a_graph_that_is_no_case_is_refused(text: str, kind: type[CaseError], message: str, small_codebook: Codebook) -> None:
    with pytest.raises(kind) as caught:
        read_turtle(text, small_codebook)
    assert str(caught.value) == message


def test_turtle_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(MalformedCaseError, match=r"line 2, column 32: This is not Turtle: .*Invalid UTF-8"):
        parse_turtle(PREFIXES.encode() + b"[] a core:Case ; core:present '\xe9' .")


def test_nothing_that_a_graph_says_is_dropped(small_codebook: Codebook) -> None:
    with pytest.raises(CaseError):
        read_turtle("<urn:a> a core:Case . <urn:b> core:present finding:Fever .", small_codebook)


# Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("case.json", json.dumps({"present": ["fever"], "title": "A", "narrative": "B"})),
        ("case.yaml", "title: A\nnarrative: B\npresent: [fever]\n"),
        ("case.yml", "present:\n  - fever\n"),
        ("case.ttl", PREFIXES + "[] a core:Case ; core:present finding:Fever ."),
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
