"""Five readers of numbers: `age_years: 072` was decided as 58 years, `1:30` weeks as 90, `"6"^^unit:month` as 6 weeks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from spinegraph.engine import (
    CaseError,
    Codebook,
    KnowledgeError,
    MalformedCaseError,
    MeasurementError,
    load_knowledge,
    make_case,
    parse_json,
    parse_turtle,
    parse_yaml,
    read_case_file,
)
from spinegraph.engine.knowledge.numbers import read_number

from tests.small import write_small

NUMBERS = {"54": 54.0, "54.5": 54.5, "5.4e1": 54.0, "540E-1": 54.0, "0": 0.0, "0.5": 0.5}
OTHER_FORMS = (
    "054", "072", "0100", "00", "0o66", "0x36", "0b11", "5_4", "+54", ".5", "5.", "-5.", "1:30", "1:30:00", "1e", "1.e3", "5,4",
    "٥٤", "５４", ".inf", "-.INF", ".nan", "NaN", "Infinity", "54 years", "1/2", "1 000", "2024-01-01",
)  # fmt: skip
"""What YAML 1.1, YAML 1.2, Python or people take for numbers, and JSON does not."""
WORDS = ("yes", "no", "on", "off", "y", "n", "Yes", "NO", "On", "OFF")


@pytest.mark.parametrize(("written", "value"), NUMBERS.items())
def test_what_json_calls_a_number_is_one_everywhere(written: str, value: float, codebook: Codebook) -> None:
    turtle = f"[] a <https://w3id.org/spinegraph/core/Case> ; <https://w3id.org/spinegraph/core/ageYears> {written} ."
    for data in (
        parse_json(f'{{"measurements": {{"age_years": {written}}}}}'.encode()),
        parse_yaml(f"measurements: {{age_years: {written}}}".encode()),
        parse_turtle(turtle.encode()),
    ):
        assert make_case(data, codebook).measurements == {"age_years": value}
    assert read_number(written) == value


@pytest.mark.parametrize("written", OTHER_FORMS)
def test_no_other_form_is_taken_for_a_number_in_yaml(written: str, codebook: Codebook) -> None:
    assert read_number(written) is None
    for body in (f"measurements: {{age_years: '{written}'}}", f"measurements:\n  age_years: {written}\n"):
        with pytest.raises(MeasurementError, match=r"/measurements/age_years: age_years is .*, which is text"):
            make_case(parse_yaml(body.encode()), codebook)


@pytest.mark.parametrize("word", WORDS)
def test_words_are_no_truth_values(word: str) -> None:
    assert parse_yaml(f"present: [{word}]\n{word}: 1".encode()) == {"present": [word], word: 1}


@pytest.mark.parametrize(
    "literal",
    [
        '"6"^^<http://unitsofmeasure.org/mo>', '"54"@de', '"54"', '"5_4"^^xsd:decimal', '"٥٤"^^xsd:integer', '"054"^^xsd:integer',
        "+54", "054", ".5", '"INF"^^xsd:double', '"2024"^^xsd:gYear', '"P6M"^^xsd:duration', "true", "<urn:54>", "[]",
    ],
)  # fmt: skip
def test_in_turtle_the_datatype_is_looked_at(literal: str, codebook: Codebook) -> None:
    text = f"""PREFIX core: <https://w3id.org/spinegraph/core/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        [] a core:Case ; core:ageYears {literal} ."""
    with pytest.raises(CaseError, match=r"age_years is|also speaks about"):
        make_case(parse_turtle(text.encode()), codebook)


def test_turtle_with_a_byte_order_mark_is_read(codebook: Codebook) -> None:
    text = "\ufeffPREFIX core: <https://w3id.org/spinegraph/core/> [] a core:Case ; core:ageYears 54 ."
    assert make_case(parse_turtle(text.encode()), codebook).measurements == {"age_years": 54}


@pytest.mark.parametrize("value", ["4 {| core:ageYears 5 |}", "4 ~", "4 ; core:present <<( <urn:a> <urn:b> 4 )>>"])
def test_rdf_1_2_in_a_case_is_named_with_its_place(value: str) -> None:
    text = f"PREFIX core: <https://w3id.org/spinegraph/core/>\n[] a core:Case ; core:ageYears {value} ."
    with pytest.raises(MalformedCaseError, match=r"^line 2, column [0-9]+: This is RDF 1\.2"):
        parse_turtle(text.encode())


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029"])
def test_what_ends_a_line_to_some_readers_of_yaml_is_refused(end: str) -> None:
    body = f"present: []\nabsent: [] # seen{end}measurements: {{age_years: 5}}\n"
    with pytest.raises(MalformedCaseError, match=rf"^line 2, column 18: This is not YAML: U\+{ord(end):04X} ends a line"):
        parse_yaml(body.encode())
    assert parse_yaml(f'title: "a\\u{ord(end):04x}b"'.encode()) == {"title": f"a{end}b"}


def test_emoji_of_json_are_read_from_stdin(codebook: Codebook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = tmp_path / "stdin"
    given.write_bytes(b'{"title": "\\ud83d\\ude00 /", "present": ["back_pain"]}')
    with given.open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert read_case_file(Path("-"), codebook).title == "😀 /"
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(MalformedCaseError, match="-: Standard input is closed"):
        read_case_file(Path("-"), codebook)


@pytest.mark.parametrize(
    "written",
    ["4.00000000000000000001", "054", '"5_4"^^xsd:decimal', "+4", '"38"^^<urn:celsius>', '"38"', '"٣٨"^^xsd:integer', "1e1"],
)
@pytest.mark.parametrize("where", ["sh:minInclusive", "core:maximum", "sh:order"])
def test_content_has_plain_numbers_only(written: str, where: str, tmp_path: Path) -> None:
    edits: dict[str, Callable[[str], str]] = {
        "sh:minInclusive": lambda text: text.replace("sh:minInclusive 38", f"sh:minInclusive {written}", 1),
        "core:maximum": lambda text: text.replace("core:maximum 45", f"core:maximum {written}", 1),
        "sh:order": lambda text: text.replace("sh:order 30", f"sh:order {written}"),
    }
    with pytest.raises(KnowledgeError, match=where):
        _load_edited(tmp_path, edits[where])


def _load_edited(folder: Path, edit: Callable[[str], str]) -> None:
    paths = write_small(folder)
    changed = False
    for path in paths:
        if path.suffix == ".ttl" and path.is_relative_to(folder):
            text = path.read_text(encoding="utf-8")
            changed |= edit(text) != text
            path.write_text(edit(text), encoding="utf-8")
    assert changed
    load_knowledge(paths)
