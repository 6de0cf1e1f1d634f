"""A case as JSON, YAML or Turtle: what is understood, and with which words everything else is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from spinegraph.engine import (
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
)
from spinegraph.engine.knowledge.yaml_text import CASE

IRI = "https://w3id.org/spinegraph"


# JSON ----------------------------------------------------------------------------------------

SEND = 'Send {"present": […], "absent": […], "measurements": {…}}.'
EMPTY = 'Give {"present": […], "absent": […], "measurements": {…}}; {} is a case of which nothing is known.'
JOIN = "Join the entries: nothing is dropped."
DEEP = "This is nested too deeply.\n  A case has lists of codes, nothing deeper."


def too_large(size: int, limit: str = "is 1,048,576") -> str:
    return f"The case has {size:,} bytes; the limit {limit}.\n  Send only codes and measurements."


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
    "deep lists": (b"[" * CASE.values, DEEP),
    "deep objects": (b'{"a":' * CASE.values, DEEP),
    "deep and closed": (b"[" * CASE.values + b"]" * CASE.values, DEEP),
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


@pytest.mark.parametrize(
    ("parse", "limit"), [(parse_json, "is 1,048,576"), (parse_yaml, "for YAML is 262,144"), (parse_turtle, "is 1,048,576")]
)
def test_a_case_that_is_too_large_is_refused_unread(parse: Callable[[bytes], Any], limit: str) -> None:
    with pytest.raises(CaseTooLargeError) as caught:
        parse(b"\xff" * (MAX_BYTES + 1))
    assert str(caught.value) == too_large(MAX_BYTES + 1, limit)


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
        f"line 2, column 1: This is not YAML: did not find expected ',' or ']'.\n  {WRITE}",
    ),
    "a tab": (
        b"present:\n\t- fever",
        f"line 2, column 1: This is not YAML: found character '\\t' that cannot start any token.\n  {WRITE}",
    ),
    "two documents": (b"a: 1\n---\nb: 2", f"line 2, column 1: This is not YAML: another document begins here.\n  {WRITE}"),
    "a list as key": (b"? [a]\n: b", f"line 1, column 3: This is not YAML: a key that is not plain text.\n  {WRITE}"),
    "an alias": (
        b"present: &a [*a]",
        "line 1, column 14: '*a' stands for something that is written elsewhere.\n  Write it out: aliases are not read here.",
    ),
    "a Python object": (
        b"!!python/object/apply:os.system [ls]",
        "line 1, column 1: This is not YAML: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not read here.\n"
        "  Write the value without a tag.",
    ),
    "deep lists": (b"[" * 100_000, f"line 1, column 21: {DEEP}"),
    "deep objects": (b"{a: " * 20_000, f"line 1, column 81: {DEEP}"),
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
    with pytest.raises(MalformedCaseError, match="This is not YAML: incomplete UTF-") as caught:
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
        b"%YAML 9.9\n---\na: 1",
    ],
)
def test_a_tag_that_does_not_fit_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedCaseError, match="This is not YAML"):
        parse_yaml(body)


@pytest.mark.parametrize("word", ["1.5", "~", "true", "[a]", "{code: 1}"])
def test_what_yaml_does_not_read_as_text_is_no_code(word: str, small_codebook: Codebook) -> None:
    with pytest.raises(MalformedCaseError, match=r"/present/0: A code is a string, not "):
        make_case(parse_yaml(f"present: [{word}]".encode()), small_codebook)


def bomb(levels: int, last: str) -> bytes:
    """Aliases of aliases: 10 to the power of `levels` once written out."""
    lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join([*lines, f"{last}: *x{levels - 1}"]).encode()


def test_aliases_of_aliases_are_refused() -> None:
    with pytest.raises(MalformedCaseError, match="is written elsewhere"):
        parse_yaml(bomb(40, "present"))


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

CODES = "Use a code from GET /v1/knowledge or `spinegraph codes`; nothing was decided."
PLAIN_NUMBER = "Give a plain number, without a unit; it is read as °C (UCUM Cel)."
ONE_MOMENT = "A case is one moment: give one value."
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


def test_a_case_graph_may_say_what_was_performed(small_codebook: Codebook) -> None:
    assert read_turtle(
        "[] a core:Case ; core:performed <https://w3id.org/spinegraph/intervention/Gargling> .", small_codebook
    ) == Case(performed=("gargling",))


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
        f"/coded/{IRI}/core/temperatureC: temperature_c is 'warm', which is text.\n  {PLAIN_NUMBER}",
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
