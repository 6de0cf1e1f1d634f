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
from spinegraph.engine.knowledge.files import SHARED_TABLE, shipped_folder
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
    author_label: str
    reviewer_label: str
    subject_source: str
    object_source: str
    object_source_version: str
    mapping_date: str
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


def _rows(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8", newline="") as lines:
        table = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
        assert tuple(next(table)) == Row._fields
        return tuple(Row(*cells) for cells in table)


SHARED = shipped_folder("ontology") / SHARED_TABLE
ROWS = (*_rows(_path()), *_rows(SHARED))
KNOWN = load_knowledge()
THINGS = {**KNOWN.findings, **KNOWN.conditions, **KNOWN.interventions, **KNOWN.measurements}
USED = tuple(row for row in ROWS if expand(row.subject_id) in THINGS)
"""Those of the shared vocabulary as far as the content uses it."""
EXACT = tuple(row for row in USED if row.predicate_id == "skos:exactMatch")
NARROW = tuple(row for row in USED if row.predicate_id == "skos:narrowMatch")


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


@pytest.fixture(params=[_path(), SHARED], ids=["of the content", "of the shared vocabulary"])
def table(request: pytest.FixtureRequest) -> Path:
    """Each table in turn."""
    path: Path = request.param
    return path


@pytest.fixture
def mapping_set(table: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The file as the maintained SSSOM library reads it, without a network."""

    def refuse(*_: object) -> None:
        raise AssertionError("reading the mappings reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    from sssom.parsers import parse_sssom_table  # under the filter above: its import warns

    return parse_sssom_table(str(table))


@pytest.mark.slow
def test_the_file_is_valid_sssom(mapping_set: Any, table: Path, caplog: pytest.LogCaptureFixture) -> None:
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
    assert len(mapping_set.df) == len(_rows(table))


@pytest.mark.slow
def test_sssom_and_the_engine_expand_the_names_of_our_concepts_alike(mapping_set: Any) -> None:
    for subject in set(mapping_set.df["subject_id"]):
        assert mapping_set.converter.expand(subject) == expand(subject)


def test_the_set_names_itself_its_licence_and_the_version_of_the_knowledge(mapping_set: Any, knowledge: Knowledge) -> None:
    metadata = mapping_set.metadata
    assert metadata["mapping_set_id"].startswith("https://w3id.org/spinegraph/ontology/")
    assert metadata["mapping_set_version"] == knowledge.version
    assert metadata["license"] == "https://www.apache.org/licenses/LICENSE-2.0"
    assert "LOINC is copyright" in metadata["comment"]


# Rows ----------------------------------------------------------------------------------------


def test_a_row_is_about_a_concept_that_exists_under_its_own_label(things: Mapping[str, Concept | Measurement]) -> None:
    labels = {iri: thing.label for iri, thing in things.items()}
    assert [row for row in USED if labels.get(expand(row.subject_id)) != row.subject_label] == []


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
    "hp": shaped(r"\d{7}"),
    "mondo": shaped(r"\d{7}"),
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


def test_a_row_says_from_where_to_where_it_leads_and_since_when() -> None:
    for row in ROWS:
        assert row.subject_source.startswith("ontology:")
        assert row.object_source == f"bioregistry:{row.system}"
        assert "2026-11-20" <= row.mapping_date <= "2026-11-30"
    assert {row.author_label for row in ROWS} == {"The Spinegraph developers"}


def test_only_what_was_compared_with_a_release_names_one() -> None:
    named = {(row.system, row.object_source_version) for row in ROWS if row.object_source_version}
    assert named == {("hp", "2023-07-21"), ("mondo", "2026-08-04")}
    assert {row.reviewer_label for row in ROWS} == {""}


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


@pytest.mark.parametrize("row", _of("intervention"))
def test_a_case_may_name_what_was_done_by_its_exact_code(row: Row, knowledge: Knowledge, codebook: Codebook) -> None:
    case = make_case({"performed": [row.object_id]}, codebook)
    assert case.performed == (knowledge.interventions[expand(row.subject_id)].code,)


def _narrow(kind: str) -> dict[str, set[str]]:
    """Code → what it is narrower than."""
    found: dict[str, set[str]] = {}
    for row in NARROW:
        if row.subject_id.startswith(f"{kind}:"):
            found.setdefault(row.object_id, set()).add(expand(row.subject_id))
    return found


def _recordable(code: str) -> bool:
    """Whether a code says that a finding is present: by its own row, or by that of a code that it begins with."""
    meant = {row.object_id for row in (*EXACT, *NARROW) if row.subject_id.startswith("finding:")}
    return code in meant or (code.startswith("icd10cm:") and any(code.startswith(f"{heading}") for heading in meant))


@pytest.mark.parametrize("row", _of("condition") + _of("intervention"))
def test_a_diagnosis_or_a_procedure_is_no_fact_of_a_case(row: Row, codebook: Codebook) -> None:
    if row.object_id in _narrow("finding"):  # a cancer of now is a cancer at any time
        return
    with pytest.raises(UnknownCodeError):
        make_case({"present": [row.object_id]}, codebook)


@pytest.mark.parametrize(("code", "iris"), sorted(_narrow("finding").items()))
def test_a_narrower_code_says_that_a_finding_is_present_and_not_that_it_is_absent(
    code: str, iris: set[str], knowledge: Knowledge, codebook: Codebook
) -> None:
    expected = {knowledge.findings[iri].code for iri in iris}
    assert set(make_case({"present": [code]}, codebook).present) >= expected
    with pytest.raises(UnknownCodeError) as caught:
        make_case({"absent": [code]}, codebook)
    assert expected <= set(caught.value.unknown[code])


@pytest.mark.parametrize("code", ["loinc:1988-5", "loinc:24972-2", "cpt:72156"])
def test_what_is_narrower_than_an_intervention_is_another_one(code: str, codebook: Codebook) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        make_case({"performed": [code]}, codebook)
    assert caught.value.unknown[code]


def test_a_narrower_drug_is_the_taking_of_its_group(codebook: Codebook) -> None:
    assert make_case({"taking": ["rxnorm:5640"]}, codebook).taking == ("nsaid",)


def test_a_value_by_one_method_is_a_value(codebook: Codebook) -> None:
    assert make_case({"measurements": {"loinc:4537-7": 30}}, codebook).measurements == {"esr_mm_h": 30}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("icd10cm:R33.9", ("urinary_retention",)),
        ("icd10cm:r33.9", ("urinary_retention",)),
        ("http://hl7.org/fhir/sid/icd-10-cm|R33.9", ("urinary_retention",)),
        ("icd10cm:Z85.42", ("history_of_cancer",)),
        ("icd10cm:C50.911", ("history_of_cancer",)),
        ("http://hl7.org/fhir/sid/icd-10-cm|C7A.00", ("history_of_cancer",)),
        ("snomedct:363346000", ("history_of_cancer",)),
        ("icd10cm:M54.50", ("low_back_pain",)),
        ("icd10cm:M54.41", ("leg_or_buttock_radiating_pain", "low_back_pain")),
        ("icd10cm:M80.08XA", ("osteoporosis_history",)),
        ("icd10cm:M48.061", ("spinal_stenosis",)),
        ("icd10cm:M21.371", ("foot_dorsiflexion_weak",)),
        ("HP:0001945", ("fever",)),
        ("http://purl.obolibrary.org/obo/HP_0003419", ("low_back_pain",)),
        ("http://human-phenotype-ontology.org|HP:0002607", ("fecal_incontinence",)),
        ("hp:0000939", ("osteoporosis_history",)),
    ],
)
def test_the_codes_that_records_carry_are_understood(code: str, expected: tuple[str, ...], codebook: Codebook) -> None:
    assert make_case({"present": [code]}, codebook).present == expected


@pytest.mark.parametrize(
    "code", ["icd10cm:R26.9", "icd10cm:D48.9", "icd10cm:M54.9", "icd10cm:M46.26", "icd10cm:R33.12345", "R33.9"]
)
def test_what_is_wider_or_no_code_is_not_taken_for_narrower(code: str, codebook: Codebook) -> None:
    with pytest.raises(UnknownCodeError):
        make_case({"present": [code]}, codebook)


def test_a_code_below_one_that_is_mapped_in_another_way_has_it_near(codebook: Codebook) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        make_case({"present": ["icd10cm:M53.2X6"]}, codebook)
    assert caught.value.unknown["icd10cm:M53.2X6"] == ["spinal_instability_on_imaging"]


def test_a_code_that_is_neither_exact_nor_narrower_is_refused_and_not_guessed(codebook: Codebook) -> None:
    others = sorted({row.object_id for row in ROWS if not _recordable(row.object_id)} - {row.object_id for row in EXACT})
    assert len(others) > 50
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
