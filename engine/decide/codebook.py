"""The names that a case may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from spinegraph.engine.knowledge.build.mapping_table import same_code
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Concept, DerivedFinding, Knowledge, Measured

T = TypeVar("T")


class Codebook(NamedTuple):
    """Every name of a finding or measurement (code, IRI, CURIE, mapped external code) → its code.

    `derived_only`: code of a finding that only follows → what to record; `ranges`: code of a measurement → least, most, UCUM
    unit; `concluded`: every name of a condition or intervention → its path; `near`: external code → codes that it is nearly.
    """

    findings: Mapping[str, str]
    measurements: Mapping[str, str]
    derived_only: Mapping[str, str]
    ranges: Mapping[str, tuple[float, float, str]]
    concluded: Mapping[str, str]
    near: Mapping[str, tuple[str, ...]]


def make_codebook(knowledge: Knowledge) -> Codebook:
    """Index the names that a case may use."""
    findings = {name: f.code for f in knowledge.findings.values() for name in (f.code, f.iri, shorten(f.iri))}
    measurements = {name: m.code for m in knowledge.measurements.values() for name in (m.code, m.iri, shorten(m.iri))}
    for external, iri in knowledge.external_codes.items():
        for name in spellings(external, knowledge.code_systems):
            if iri in knowledge.findings:
                findings.setdefault(name, knowledge.findings[iri].code)
            elif iri in knowledge.measurements:
                measurements.setdefault(name, knowledge.measurements[iri].code)
    recorded = {iri: concept.code for iri, concept in knowledge.findings.items()}
    recorded |= {iri: measurement.code for iri, measurement in knowledge.measurements.items()}
    return Codebook(
        findings,
        measurements,
        {f.code: _grounds(knowledge, f) for f in knowledge.findings.values() if f.derived_only},
        {m.code: (m.minimum, m.maximum, m.unit) for m in knowledge.measurements.values()},
        {
            name: "/" + shorten(concept.iri).replace(":", "/")
            for concept in (*knowledge.interventions.values(), *knowledge.conditions.values())
            for name in (concept.code, concept.iri, shorten(concept.iri))
        },
        {
            name: tuple(recorded[iri] for iri in iris if iri in recorded)
            for external, iris in knowledge.near_codes.items()
            for name in spellings(external, knowledge.code_systems)
        },
    )


def code_named(name: str, names: Mapping[str, T]) -> T | None:
    """The code that a name means, if it is one of `names`: as it is written, in small letters, or as FHIR's `system|code`."""
    return names.get(name) or names.get(name.lower()) or (names.get(_token(same_code(name, {}))) if "|" in name else None)


def _token(meant: str) -> str:
    """The key of FHIR's `system|code` for what it means (`same_code`): no name that is written otherwise has it."""
    return f"|{meant}"


def spellings(code: str, systems: Mapping[str, str]) -> tuple[str, ...]:
    """The ways to write an external code, in small letters: with each prefix of its system, as an IRI, and as `system|code`.

    >>> spellings("snomedct:4", {"snomedct": "http://snomed.info/id/", "SCTID": "http://snomed.info/id/"})
    ('snomedct:4', 'sctid:4', 'http://snomed.info/id/4', 'https://snomed.info/id/4', '|snomed.info/id/4')
    """
    prefix, _, name = code.partition(":")
    namespace = next((given for known, given in systems.items() if known.lower() == prefix), "")
    if not namespace:
        return (code,)
    meant = same_code(code, {prefix: namespace})
    prefixes = [known.lower() for known, given in systems.items() if same_code(f"{prefix}:{name}", {prefix: given}) == meant]
    iri = namespace + ("/" if namespace[-1:].isalnum() else "") + name
    schemes = [iri, iri.replace("http://", "https://", 1), iri.replace("https://", "http://", 1)]
    return tuple(
        dict.fromkeys(
            (code, *(f"{known}:{name}" for known in prefixes), *(written.lower() for written in schemes), _token(meant))
        )
    )


def _grounds(knowledge: Knowledge, finding: Concept) -> str:
    """What to record instead of a finding that only follows: its narrower findings, or what its rule tests."""
    children = [knowledge.findings[iri].code for iri in knowledge.hierarchy.children.get(finding.iri, ())]
    rules = [rule for rule in knowledge.rules.values() if isinstance(rule, DerivedFinding) and rule.finding == finding.iri]
    measured = [knowledge.measurements[rule.criterion.measurement].code for rule in rules if isinstance(rule.criterion, Measured)]
    return ", ".join([*children, *measured]) or "see its definition"
