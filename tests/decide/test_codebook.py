"""Codes as FHIR writes them: `system|code`, in the systems of the tables and no others."""

from __future__ import annotations

import pytest
from spinegraph.engine import Codebook
from spinegraph.engine.decide.case import make_case
from spinegraph.engine.errors import UnknownCodeError


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("http://snomed.info/sct|386661006", "fever"),
        ("https://snomed.info/sct|386661006", "fever"),
        ("urn:oid:2.16.840.1.113883.6.96|386661006", "fever"),
        ("http://hl7.org/fhir/sid/icd-10-cm|M62.830", "muscle_spasm"),
        ("http://hl7.org/fhir/sid/icd-10-cm|m62.830", "muscle_spasm"),
    ],
)
def test_a_finding_may_be_written_as_fhir_does(name: str, code: str, codebook: Codebook) -> None:
    assert make_case({"present": [name]}, codebook).present == (code,)


def test_a_measurement_may_be_written_as_fhir_does(codebook: Codebook) -> None:
    names = {name.partition(":")[2] for name, code in codebook.measurements.items() if name.startswith("loinc:")}
    assert names
    for number in names:
        expected = codebook.measurements[f"loinc:{number}"]
        assert codebook.ranges[expected]
        least = codebook.ranges[expected][0]
        case = make_case({"measurements": {f"http://loinc.org|{number}": least}}, codebook)
        assert case.measurements == {expected: least}


@pytest.mark.parametrize(
    "name", ["http://snomed.info/sct|1", "http://nowhere.example|386661006", "|386661006", "fever|", "|fever"]
)
def test_what_no_table_has_stays_unknown(name: str, codebook: Codebook) -> None:
    with pytest.raises(UnknownCodeError):
        make_case({"present": [name]}, codebook)
