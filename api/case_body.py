"""The body of `POST /v1/decisions`, as the OpenAPI document describes it; `make_case` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import UNSET, UnsetType
from spinegraph.engine.model import Audience, Frozen, doc

Date = Annotated[str | UnsetType, doc("Its date in ISO 8601: a year, a month, a day, or a time. One after `as_of` is refused.")]


class CodeEntry(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code with its date."""

    code: Annotated[str, doc("The code.")]
    at: Date = UNSET


class Quantity(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value with its unit and its date."""

    value: Annotated[float, doc("The number.")]
    unit: Annotated[str | UnsetType, doc("Its unit, in UCUM; without one, the unit that the code names.")] = UNSET
    at: Date = UNSET


class CaseBody(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One patient at one moment, and words about it that are never reasoned over. What is not sent is unknown."""

    present: Annotated[
        tuple[str | CodeEntry, ...],
        doc("Findings that are recorded present: our codes, CURIEs, IRIs, or external codes that mean them or less."),
    ] = ()
    absent: Annotated[
        tuple[str | CodeEntry, ...], doc("Findings that are recorded absent: the same, but for external codes that mean less.")
    ] = ()
    measurements: Annotated[
        Mapping[str, float | Quantity | tuple[Quantity, ...]],
        doc("Values by the code of the measurement: a number, a value with its unit, or dated values: the latest counts."),
    ] = {}
    performed: Annotated[tuple[str | CodeEntry, ...], doc("Interventions that were done already; each does what it says.")] = ()
    taking: Annotated[tuple[str | CodeEntry, ...], doc("Interventions that the patient takes.")] = ()
    not_performed: Annotated[tuple[str | CodeEntry, ...], doc("Interventions that were not done.")] = ()
    not_taking: Annotated[tuple[str | CodeEntry, ...], doc("Interventions that the patient does not take.")] = ()
    coded: Annotated[
        Mapping[str, str | CodeEntry], doc("Codes of coded values by name, such as `sex`; `unknown` is what is not known.")
    ] = {}
    birth_date: Annotated[str | UnsetType, doc("Date of birth: with `as_of` it gives the age.")] = UNSET
    as_of: Annotated[
        str | UnsetType, doc("The moment of the case: no clock is read, so without it no date is in the future.")
    ] = UNSET
    audience: Annotated[Audience, doc("For whom the words of the answer are meant.")] = "clinician"
    language: Annotated[
        Literal["en", "de"], doc("The language of the words of the answer; what is not written in it is English.")
    ] = "en"
    unknown_codes: Annotated[
        Literal["refuse", "report"],
        doc("Whether a code that is not known refuses the case, or is listed in a notice while the rest is decided."),
    ] = "refuse"
    title: Annotated[str, doc("Heads the article for clinicians; no part of the decision.")] = ""
    narrative: Annotated[str, doc("The patient's story in words, shown in the article for clinicians.")] = ""
