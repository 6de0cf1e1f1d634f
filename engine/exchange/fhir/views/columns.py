"""Codes of ours → the codings by which records say them, as the reader of records understands these."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.exchange.fhir.elements import Coding
from spinegraph.engine.exchange.fhir.reading.codes import Codes
from spinegraph.engine.exchange.fhir.writing.codings import Codings, mapped_coding
from spinegraph.engine.model import Knowledge

Said = Mapping[str, tuple[Coding, ...]]
"""Code of ours → the codings that say it."""
KINDS = ("findings", "wider_findings", "interventions", "wider_interventions", "measurements", "coded")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""What SQL on FHIR takes for the name of a column (its constraint `sql-name`)."""


class Columns(NamedTuple):
    """What codings say. `findings`, `interventions`: exactly; `wider_findings`, `wider_interventions`: those as well that are
    narrower, so that they say that something is so, and not that it is not; `units`: of measurements, the UCUM unit of each;
    `choices`: of coded values, the codes of each."""

    findings: Said
    wider_findings: Said
    interventions: Said
    wider_interventions: Said
    measurements: Said
    coded: Said
    units: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    history: frozenset[str]


def read_columns(knowledge: Knowledge, book: Codebook) -> Columns:
    """What every coding that the mappings name, and each of our own, means to the reader of records."""
    codes = Codes(knowledge, book)
    found: dict[str, dict[str, dict[Coding, None]]] = {kind: {} for kind in KINDS}
    for coding in dict.fromkeys(_codings(knowledge)):
        meaning = codes.of(coding)
        for kind, meant in (
            ("findings", meaning.findings),
            ("wider_findings", (*meaning.findings, *meaning.wider_findings)),
            ("interventions", meaning.interventions),
            ("wider_interventions", (*meaning.interventions, *meaning.wider_interventions)),
            ("measurements", meaning.measurements),
            ("coded", meaning.coded),
        ):
            for code in meant:
                if _NAME.fullmatch(code):  # an act is a finding, too, and is said as an act
                    found[kind].setdefault(code, {})[coding] = None
    said: list[Said] = [{code: tuple(codings) for code, codings in sorted(found[kind].items())} for kind in KINDS]
    findings, wider_findings, interventions, wider_interventions, measurements, coded = said
    return Columns(
        findings,
        wider_findings,
        interventions,
        wider_interventions,
        measurements,
        coded,
        units={code: book.ranges[code][2] for code in measurements},
        choices={code: book.choices[code] for code in coded},
        history=book.history,
    )


def _codings(knowledge: Knowledge) -> Iterator[Coding]:
    own = Codings(knowledge)
    terms = (knowledge.findings, knowledge.interventions, knowledge.measurements, knowledge.coded, knowledge.idle_coded)
    for iri in dict.fromkeys(iri for group in terms for iri in group):
        for one in own.codings(iri):
            yield Coding(system=one["system"], code=one["code"])
    for mapping in knowledge.mappings:
        one = mapped_coding(mapping)
        if one["system"]:
            yield Coding(system=one["system"], code=one["code"])


def has(concept: str, codings: Iterable[Coding]) -> str:
    """FHIRPath: whether a concept has one of some codings.

    >>> has("code", [Coding(system="http://loinc.org", code="8310-5"), Coding(system="http://loinc.org", code="8302-2")])
    "code.coding.where((system = 'http://loinc.org' and (code = '8302-2' or code = '8310-5'))).exists()"
    """
    by_system: dict[str, list[str]] = {}
    for one in sorted(codings, key=lambda one: (one.system or "", one.code or "")):
        by_system.setdefault(one.system or "", []).append(one.code or "")
    parts = (f"(system = {quoted(system)} and ({any_of('code', codes)}))" for system, codes in by_system.items())
    return f"{concept}.coding.where({' or '.join(parts)}).exists()"


def any_of(element: str, values: Iterable[str]) -> str:
    """FHIRPath: whether an element is one of some texts."""
    return " or ".join(f"{element} = {quoted(value)}" for value in values)


def quoted(text: str) -> str:
    """A text as FHIRPath writes it.

    >>> quoted("it's")
    "'it\\\\\\\\'s'"
    """
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
