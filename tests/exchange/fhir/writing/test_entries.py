"""The entries of a case, one by one."""

from __future__ import annotations

from spinegraph.engine import Codebook, make_case
from spinegraph.engine.exchange.fhir.writing.entries import CaseEntry, about_the_answer, entries_of


def test_every_entry_has_its_member_its_date_and_its_value(codebook: Codebook) -> None:
    case = make_case(
        {
            "present": [{"code": "fever", "at": "2026-03-01"}],
            "absent": ["trauma"],
            "not_taking": ["nsaid"],
            "measurements": {"duration_weeks": 5, "temperature_c": {"value": 38.4, "at": "2026-03-02"}},
            "as_of": "2026-03-03",
        },
        codebook,
    )
    found = [*entries_of(case)]
    assert found == [
        CaseEntry("present", "fever", "2026-03-01"),
        CaseEntry("absent", "trauma"),
        CaseEntry("not_taking", "nsaid"),
        CaseEntry("measurements", "duration_weeks", value=5),
        CaseEntry("measurements", "temperature_c", "2026-03-02", value=38.4),
    ]
    assert [one.link_id for one in found] == ["fever", "trauma", "taking:nsaid", "duration_weeks", "temperature_c"]


def test_what_is_about_the_answer_is_no_entry(codebook: Codebook) -> None:
    case = make_case({"audience": "patient", "language": "de"}, codebook)
    assert (about_the_answer(case), [*entries_of(case)]) == (("audience", "language"), [])
