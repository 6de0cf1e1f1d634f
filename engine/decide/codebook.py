"""The names that a case may use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from spinegraph.engine.decide.timeline import asked_about
from spinegraph.engine.knowledge.build.mapping_table import same_code
from spinegraph.engine.knowledge.turtle.terms import BASE, expand, shorten
from spinegraph.engine.model import CodedProperty, Compared, Concept, DerivedFinding, Knowledge, Measurement

if TYPE_CHECKING:
    from spinegraph.engine.search.index import SearchIndex

T = TypeVar("T")
AGE = expand("core:ageYears")
_ICD_10_CM = re.compile(r"(?P<system>\S*[:/|])(?P<code>[A-Z][0-9][0-9A-Z]\.[0-9A-Z]{1,4})", re.ASCII | re.IGNORECASE)
"""A code that can be below others: the codes of ICD-10-CM begin with those of their category and subcategory."""


class Codebook(NamedTuple):
    """Every name of a finding or measurement (code, IRI, CURIE, mapped external code) → its code.

    `interventions`: the same for interventions. `derived_only`: code of a finding that only follows → what to record; `ranges`:
    code of a measurement → least, most, UCUM unit; `concluded`: every name of a condition or intervention → its path; `near`:
    external code → IRIs of what it is nearly; `narrower`: of what it is narrower than. `age`: code of the measurement of age in
    years, or "". `coded`: every name of a coded property → its code; `choices`: that code → the codes of its values.
    `acts`: codes of the facts that something is done or taken, which rules ask about; `idle`: coded properties that none does.
    `dated`: members of a request with codes in them, of which rules ask about the date. `replaced`: every name of a term out of
    use → the code of what replaces it; `withdrawn`: where nothing does → the codes among which people may choose. `history`:
    codes of findings that say that something has been so at any time; `unrecorded`: code of a finding that is absent where a
    whole record has nothing to do with it → why, and the codes of what is wider or narrower. `search`: the
    search in the same knowledge, made when it is first asked for.
    """

    findings: Mapping[str, str]
    measurements: Mapping[str, str]
    interventions: Mapping[str, str]
    derived_only: Mapping[str, str]
    ranges: Mapping[str, tuple[float, float, str]]
    concluded: Mapping[str, str]
    near: Mapping[str, tuple[str, ...]]
    narrower: Mapping[str, tuple[str, ...]]
    age: str
    coded: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    acts: frozenset[str]
    idle: frozenset[str]
    search: Callable[[], SearchIndex]
    dated: frozenset[tuple[str, str]] = frozenset()
    replaced: Mapping[str, str] = {}
    withdrawn: Mapping[str, tuple[str, ...]] = {}
    history: frozenset[str] = frozenset()
    unrecorded: Mapping[str, tuple[str, frozenset[str]]] = {}

    def entailed(self, name: str, names: Mapping[str, str]) -> tuple[str, ...]:
        """The codes among `names` that an external code is narrower than: who has it has these, but not the other way round."""
        found = dict.fromkeys(names[iri] for iri in code_named(name, self.narrower) or () if iri in names)
        for heading in _headings(name):
            exact = code_named(heading, names)
            iris = code_named(heading, self.narrower) or ()
            found |= dict.fromkeys((*filter(None, (exact,)), *(names[iri] for iri in iris if iri in names)))
        return tuple(code for code in found if code not in self.derived_only)

    def nearest(self, name: str, names: Mapping[str, str]) -> tuple[str, ...]:
        """The codes among `names` that an external code, or a heading of it, is mapped to in some way."""
        near = (iri for code in (name, *_headings(name)) for iri in code_named(code, self.near) or ())
        return tuple(dict.fromkeys((*(names[iri] for iri in near if iri in names), *self.entailed(name, names))))


def _headings(name: str) -> list[str]:
    """The codes that an ICD-10-CM code begins with, longest first; of another name none.

    >>> _headings("icd10cm:M54.50")
    ['icd10cm:M54.5', 'icd10cm:M54.', 'icd10cm:M54']
    """
    child = _ICD_10_CM.fullmatch(name)
    if child is None:
        return []
    system, code = child["system"], child["code"]
    return [system + code[:end] for end in range(len(code) - 1, 2, -1)]


def make_codebook(knowledge: Knowledge, index: SearchIndex | None = None) -> Codebook:
    """Index the names that a case may use. `index` is the search in it, if there is one already."""
    kinds: tuple[Mapping[str, Concept | Measurement | CodedProperty], ...] = (
        knowledge.findings, knowledge.measurements, knowledge.interventions, {**knowledge.idle_coded, **knowledge.coded},
    )  # fmt: skip
    named = [{name: one.code for one in kind.values() for name in (one.code, one.iri, shorten(one.iri))} for kind in kinds]
    for external, iri in knowledge.external_codes.items():
        for kind, names in zip(kinds, named, strict=True):
            if iri in kind:
                for name in spellings(external, knowledge.code_systems):
                    names.setdefault(name, kind[iri].code)
    replaced = {name: code for kind, names in zip(kinds, named, strict=True) for name, code in _old_names(knowledge, kind, names)}
    age = knowledge.measurements.get(AGE)

    def spelt(codes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        systems = knowledge.code_systems
        return {name: iris for external, iris in codes.items() for name in spellings(external, systems)}

    findings, measurements, interventions, coded = named
    return Codebook(
        findings=findings,
        measurements=measurements,
        interventions=interventions,
        derived_only={f.code: _grounds(knowledge, f) for f in knowledge.findings.values() if f.derived_only},
        ranges={m.code: (m.minimum, m.maximum, m.unit) for m in knowledge.measurements.values()},
        concluded={
            name: concept.iri.replace(BASE, "/", 1) if concept.iri.startswith(BASE) else concept.iri
            for concept in (*knowledge.interventions.values(), *knowledge.conditions.values())
            for name in (concept.code, concept.iri, shorten(concept.iri))
        },
        replaced=replaced,
        withdrawn=dict(_withdrawn(knowledge)),
        near=spelt(knowledge.near_codes),
        narrower=spelt(knowledge.narrower_codes),
        age=age.code if age else "",
        coded=coded,
        choices={thing.code: thing.codes for thing in (*knowledge.idle_coded.values(), *knowledge.coded.values())},
        acts=frozenset(knowledge.findings[iri].code for iri in knowledge.acts),
        idle=frozenset(thing.code for thing in knowledge.idle_coded.values()),
        dated=asked_about(knowledge),
        history=frozenset(finding.code for finding in knowledge.findings.values() if finding.history),
        unrecorded=dict(_unrecorded(knowledge)),
        search=cache(lambda: index or _make_index(knowledge)),
    )


def _old_names(
    knowledge: Knowledge, kind: Mapping[str, Concept | Measurement | CodedProperty], names: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Names of terms out of use, which are added to the `names` of a kind, each with the code of what replaces it."""
    for term in knowledge.deprecated.values():
        if term.replaced_by in kind:
            for name in (term.code, term.iri, shorten(term.iri)):
                yield name, names.setdefault(name, kind[term.replaced_by].code)


def _withdrawn(knowledge: Knowledge) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names of terms out of use that nothing replaces, each with the codes among which people may choose."""
    concepts = {**knowledge.findings, **knowledge.conditions, **knowledge.interventions, **knowledge.valued}
    for term in knowledge.deprecated.values():
        if not term.replaced_by:
            for name in (term.code, term.iri, shorten(term.iri)):
                yield name, tuple(concepts[iri].code for iri in term.consider if iri in concepts)


def _make_index(knowledge: Knowledge) -> SearchIndex:
    from spinegraph.engine.search.index import make_index  # SQLite is loaded only where a name is not known

    return make_index(knowledge)


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


def _unrecorded(knowledge: Knowledge) -> Iterator[tuple[str, tuple[str, frozenset[str]]]]:
    """The findings that are absent where nothing is recorded, each with why, and with what is wider or narrower."""
    hierarchy = knowledge.hierarchy
    for iri, finding in knowledge.findings.items():
        if finding.absent_when_unrecorded:
            related = {*hierarchy.narrower.get(iri, ()), *hierarchy.broader.get(iri, ())}
            codes = frozenset(knowledge.findings[one].code for one in related if one in knowledge.findings)
            yield finding.code, (finding.absent_when_unrecorded, codes)


def _grounds(knowledge: Knowledge, finding: Concept) -> str:
    """What to record instead of a finding that only follows: its narrower findings, or what its rule tests."""
    children = [knowledge.findings[iri].code for iri in knowledge.hierarchy.children.get(finding.iri, ())]
    rules = [rule for rule in knowledge.rules.values() if isinstance(rule, DerivedFinding) and rule.finding == finding.iri]
    measured = [knowledge.valued[rule.criterion.subject].code for rule in rules if isinstance(rule.criterion, Compared)]
    return ", ".join([*children, *measured]) or "see its definition"
