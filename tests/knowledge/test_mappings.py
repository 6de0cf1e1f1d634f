"""The terminology mappings: valid SSSOM, codes that can exist, concepts that do, and cases that may use them."""

from __future__ import annotations

import csv
import logging
import re
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from spinegraph.engine import Codebook, UnknownCodeError, load_knowledge, make_case, make_codebook, shipped_paths
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Concept, Knowledge, Measurement

# sssom 0.4.21 sets a pandas option and passes an argument that pandas 4 will no longer have; no code of ours uses pandas.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "terminologies.md"
PREDICATES = {f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")}


class Row(NamedTuple):
    """One line of the table, as it is written."""

    subject_id: str
    subject_label: str
    predicate_id: str
    object_id: str
    object_label: str
    mapping_justification: str
    confidence: str
    comment: str

    @property
    def system(self) -> str:
        return self.object_id.partition(":")[0]

    @property
    def code(self) -> str:
        return self.object_id.partition(":")[2]


def _path() -> Path:
    (path,) = (path for path in shipped_paths() if path.name == "mappings.sssom.tsv")
    return path


def _rows() -> tuple[Row, ...]:
    with _path().open(encoding="utf-8", newline="") as lines:
        table = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
        assert tuple(next(table)) == Row._fields
        return tuple(Row(*cells) for cells in table)


ROWS = _rows()
EXACT = tuple(row for row in ROWS if row.predicate_id == "skos:exactMatch")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="module")
def codebook(knowledge: Knowledge) -> Codebook:
    return make_codebook(knowledge)


@pytest.fixture(scope="module")
def things(knowledge: Knowledge) -> Mapping[str, Concept | Measurement]:
    """Everything that can be mapped, by IRI."""
    return {**knowledge.findings, **knowledge.measurements, **knowledge.conditions, **knowledge.interventions}


# SSSOM ---------------------------------------------------------------------------------------


@pytest.fixture
def mapping_set(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The file as the maintained SSSOM library reads it, without a network."""

    def refuse(*_: object) -> None:
        raise AssertionError("reading the mappings reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    from sssom.parsers import parse_sssom_table  # under the filter above: its import warns

    return parse_sssom_table(str(_path()))


@pytest.mark.slow
def test_the_file_is_valid_sssom(mapping_set: Any, caplog: pytest.LogCaptureFixture) -> None:
    from sssom.constants import SchemaValidationType
    from sssom.validators import validate

    kinds = [
        SchemaValidationType.JsonSchema,
        SchemaValidationType.PrefixMapCompleteness,
        SchemaValidationType.StrictCurieFormat,
    ]
    with caplog.at_level(logging.WARNING):
        reports = validate(mapping_set, kinds, fail_on_error=False)
    assert [result.message for kind in kinds for result in reports[kind].results] == []
    assert caplog.messages == []
    assert len(mapping_set.df) == len(ROWS)


@pytest.mark.slow
def test_sssom_and_the_engine_expand_the_names_of_our_concepts_alike(mapping_set: Any) -> None:
    for subject in {row.subject_id for row in ROWS}:
        assert mapping_set.converter.expand(subject) == expand(subject)


def test_the_set_names_itself_its_licence_and_the_version_of_the_knowledge(mapping_set: Any, knowledge: Knowledge) -> None:
    metadata = mapping_set.metadata
    assert metadata["mapping_set_id"] == "https://w3id.org/spinegraph/ontology/mappings"
    assert metadata["mapping_set_version"] == knowledge.version
    assert metadata["license"] == "https://www.apache.org/licenses/LICENSE-2.0"
    assert "LOINC is copyright" in metadata["comment"]


# Rows ----------------------------------------------------------------------------------------


def test_a_row_is_about_a_concept_that_exists_under_its_own_label(things: Mapping[str, Concept | Measurement]) -> None:
    labels = {iri: thing.label for iri, thing in things.items()}
    assert [row for row in ROWS if labels.get(expand(row.subject_id)) != row.subject_label] == []


def test_a_row_says_how_close_the_match_is_and_who_says_so() -> None:
    for row in ROWS:
        assert row.predicate_id in PREDICATES
        assert row.mapping_justification == "semapv:ManualMappingCuration"
        assert 0 < float(row.confidence) <= 1


def test_no_two_rows_are_about_the_same_concept_and_code() -> None:
    counted = Counter((row.subject_id, row.object_id) for row in ROWS)
    assert [pair for pair, times in counted.items() if times > 1] == []


def test_a_code_is_the_exact_match_of_one_concept_only() -> None:
    counted = Counter(row.object_id.lower() for row in EXACT)
    assert [code for code, times in counted.items() if times > 1] == []


def test_cpt_stands_with_bare_numbers_and_everything_else_with_a_label() -> None:
    assert [row.object_id for row in ROWS if bool(row.object_label) == (row.system == "cpt")] == []


# Codes ---------------------------------------------------------------------------------------

DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
PERMUTATION = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def is_snomed_concept(code: str) -> bool:
    """Length, partition (00, in an extension 10) and Verhoeff's check digit, by the SNOMED CT release file specification."""
    if not re.fullmatch(r"[1-9]\d{5,17}", code) or code[-3:-1] not in ("00", "10"):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(DIHEDRAL[check][int(PERMUTATION[place % 8][int(digit)])])
    return check == 0


def is_loinc(code: str) -> bool:
    """A number and its mod-10 check digit, by the LOINC users' guide."""
    if not re.fullmatch(r"\d{1,6}-\d", code):
        return False
    number, _, check = code.partition("-")
    doubled = (int(digit) * (1 + (place % 2 == 0)) for place, digit in enumerate(reversed(number)))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == -int(check) % 10


def shaped(pattern: str) -> Callable[[str], bool]:
    """Systems without a check digit: only the shape of a code can be told."""
    return lambda code: re.fullmatch(pattern, code) is not None


CAN_EXIST: Mapping[str, Callable[[str], bool]] = {
    "snomedct": is_snomed_concept,
    "loinc": is_loinc,
    "icd10cm": shaped(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?"),
    "rxnorm": shaped(r"[1-9]\d*"),
    "atc": shaped(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?"),
    "cpt": shaped(r"\d{5}"),
}


@pytest.mark.parametrize(
    ("code", "expected"), [("386661006", True), ("386661005", False), ("386616006", False), ("386661010", False)]
)
def test_a_wrong_digit_swapped_digits_and_the_id_of_a_description_are_no_snomed_concept(code: str, expected: bool) -> None:
    assert is_snomed_concept(code) is expected


@pytest.mark.parametrize(("code", "expected"), [("8310-5", True), ("8310-4", False), ("8301-5", False), ("83105", False)])
def test_the_check_digit_of_loinc_finds_a_wrong_and_a_swapped_digit(code: str, expected: bool) -> None:
    assert is_loinc(code) is expected


def test_every_code_can_exist_in_its_system() -> None:
    assert [row.object_id for row in ROWS if not CAN_EXIST[row.system](row.code)] == []


# Cases ---------------------------------------------------------------------------------------


def _of(kind: str) -> list[Any]:
    return [pytest.param(row, id=row.object_id) for row in EXACT if row.subject_id.startswith(f"{kind}:")]


def test_the_engine_knows_every_exact_code(knowledge: Knowledge) -> None:
    assert knowledge.external_codes == {row.object_id.lower(): expand(row.subject_id) for row in EXACT}


@pytest.mark.parametrize("row", _of("finding"))
@pytest.mark.parametrize("side", ["present", "absent"])
def test_a_case_may_name_a_finding_by_its_exact_code(row: Row, side: str, knowledge: Knowledge, codebook: Codebook) -> None:
    case = make_case({side: [row.object_id]}, codebook)
    assert getattr(case, side) == (knowledge.findings[expand(row.subject_id)].code,)


@pytest.mark.parametrize("row", _of("core"))
def test_a_case_may_name_a_measurement_by_its_exact_code(row: Row, knowledge: Knowledge, codebook: Codebook) -> None:
    measurement = knowledge.measurements[expand(row.subject_id)]
    case = make_case({"measurements": {row.object_id: measurement.maximum}}, codebook)
    assert case.measurements == {measurement.code: measurement.maximum}


@pytest.mark.parametrize("row", _of("condition") + _of("intervention"))
def test_a_diagnosis_or_a_procedure_is_no_fact_of_a_case(row: Row, codebook: Codebook) -> None:
    with pytest.raises(UnknownCodeError):
        make_case({"present": [row.object_id]}, codebook)


def test_a_code_that_is_not_exact_is_refused_and_not_guessed(codebook: Codebook) -> None:
    exact = {row.object_id for row in EXACT}
    others = sorted({row.object_id for row in ROWS} - exact)
    for code in others:
        with pytest.raises(UnknownCodeError) as caught:
            make_case({"present": [code]}, codebook)
        assert list(caught.value.unknown) == [code]


# Document ------------------------------------------------------------------------------------


def test_the_document_names_every_concept_without_a_mapping_and_no_other(things: Mapping[str, Concept | Measurement]) -> None:
    mapped = {expand(row.subject_id) for row in ROWS}
    section = DOCUMENT.read_text(encoding="utf-8").partition("## Without a mapping")[2].partition("\n## ")[0]
    table = "\n".join(line for line in section.splitlines() if line.startswith("|"))
    assert set(re.findall(r"`([a-z0-9_]+)`", table)) == {thing.code for iri, thing in things.items() if iri not in mapped}


def test_the_document_counts_the_rows_of_every_system() -> None:
    counted = re.findall(r"^\|[^|]+\| `([a-z0-9]+):[^|]+\|[^|]+\| (\d+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert {system: int(rows) for system, rows in counted} == Counter(row.system for row in ROWS)
