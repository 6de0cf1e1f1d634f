"""What is read from Turtle: rules, what is asked, and all of it together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import structs
from spinegraph.engine.model.base import Direction, Frozen, Modality, Urgency
from spinegraph.engine.model.concepts import CodedProperty, CodeMapping, Concept, DeprecatedTerm, Hierarchy, Measurement
from spinegraph.engine.model.criteria import Act, Criterion, Score
from spinegraph.engine.model.sources import ArticleSection, CitationMapping, Passage, PassageKind, Reference, Source
from spinegraph.engine.model.statements import Certainty, Dose, Recurrence, Strength

# Knowledge: rules (design section 5) ---------------------------------------------------------


class Rule(Frozen, frozen=True, kw_only=True):
    """What follows when `criterion` holds for a case within `scope`; `id` is the IRI's local name.

    `reading`: what of it is an interpretation of ours, and why.
    """

    iri: str
    id: str
    label: str
    source: str
    scope: Criterion | None
    criterion: Criterion | None
    order: int
    passages: tuple[str, ...] = ()
    rationale: str = ""
    reading: str = ""


class DerivedFinding(Rule, frozen=True, kw_only=True):
    """`finding` is present when the criterion holds and absent when it is refuted."""

    finding: str


class Assessment(Rule, frozen=True, kw_only=True):
    """`condition` is suspected when the criterion holds."""

    condition: str


class Recommendation(Rule, frozen=True, kw_only=True):
    """For or against an intervention. `strength` and `certainty` are "" where the source does not grade it.

    `preference`: what to talk about with the patient, where the choice depends on what the patient prefers. `if_chosen`: IRIs of
    recommendations within one of which it is only a proposal: it follows the one of them that is furthest on.
    """

    direction: Direction
    modality: Modality
    urgency: Urgency
    intervention: str
    text: str
    patient_text: str
    timing: str = ""
    line: str = ""
    overrides: tuple[str, ...] = ()
    overrides_if_known: tuple[str, ...] = ()
    strength: Strength | Literal[""] = ""
    certainty: Certainty | Literal[""] = ""
    doses: tuple[Dose, ...] = ()
    recurrence: Recurrence | None = None
    preference: str = ""
    patient_preference: str = ""
    if_chosen: tuple[str, ...] = ()


class Exclusion(Rule, frozen=True, kw_only=True):
    """Patients about whom the source, or with an empty `source` no source at all, speaks."""

    text: str
    patient_text: str = ""


class SourceGap(Rule, frozen=True, kw_only=True):
    """A question that a case raises and the sources leave open; `leaves_open` are provisional meanwhile.

    `leaves_level_open`: while it holds, no case is routine, for it is about a sign that no passage grades.
    """

    text: str
    patient_text: str = ""
    leaves_open: tuple[str, ...] = ()
    leaves_level_open: bool = False


class Position(Frozen, frozen=True, kw_only=True):
    """One side of a tension: the recommendation that takes it, where there is one, and the passages."""

    label: str
    recommendation: str
    passages: tuple[str, ...]


class Tension(Rule, frozen=True, kw_only=True):
    """A declared disagreement (conflicts.tsv); shown while its criterion holds, never where it has none.

    `topics`: IRIs of what it is about.
    """

    definition: str
    handling: str
    resolution: Literal["exposed", "resolved"]
    positions: tuple[Position, ...]
    leaves_open: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


# Knowledge: what is asked, and what is not covered -------------------------------------------

AskedOf = Literal["patient", "examiner", "record"]
Tier = Literal["scope", "safety", "management", "detail"]


class ScreenItem(Frozen, frozen=True, kw_only=True):
    """One thing that a screen asks: the IRI of a finding or measurement, of whom, and the gate behind which it stands.

    `short`: its name where there is little room, for clinicians.
    """

    asks: str
    asked_of: AskedOf
    short: str = ""
    patient_label: str = ""
    gate: Criterion | None = None
    reading: str = ""


class Screen(Frozen, frozen=True, kw_only=True):
    """Items that are asked together; `id` is its code.

    `short`: its name where there is little room, for clinicians. `tier`: the highest thing that an answer can change.
    `gate`: while it is refuted, nobody is asked. `before`: interventions;
    it is asked only while a recommendation for one of them, or for a narrower one, is indicated or provisional.
    """

    iri: str
    id: str
    label: str
    order: int
    question: str
    patient_question: str
    none_of_these: str
    patient_none_of_these: str
    asked_of: AskedOf
    tier: Tier
    items: tuple[ScreenItem, ...]
    gate: Criterion | None = None
    before: tuple[str, ...] = ()
    reading: str = ""
    passages: tuple[str, ...] = ()
    short: str = ""


class UncoveredTopic(Frozen, frozen=True, kw_only=True):
    """Something that no source here covers; `id` is the IRI's local name."""

    iri: str
    id: str
    label: str
    patient_label: str
    order: int


Place = Literal["do", "avoid", "review", "nowhere"]


class BriefLine(Frozen, frozen=True, kw_only=True):
    """How recommendations are worded in a brief: those with one line stand there together, as one action.

    `{}` in a text stands for the names of their interventions. `headline`: the same as part of a sentence. `yields_to`: IRIs of
    interventions; while one of them, or a narrower one, is proposed, the line is left out. `passages` come on top of those that
    the recommendations rest on.
    """

    iri: str
    id: str
    order: int
    place: Place
    text: str
    patient_text: str
    headline: str
    patient_headline: str
    yields_to: tuple[str, ...] = ()
    reading: str = ""
    passages: tuple[str, ...] = ()


class Knowledge(Frozen, frozen=True, kw_only=True):
    """Everything that was read, keyed by IRI; rules in dependency-free file order. `digest` names exactly this content.

    Codes of other systems: `external_codes` → what they mean exactly; `narrower_codes` → what they are narrower than;
    `near_codes` → all that they are mapped to; `mappings` are the rows of the tables from which these follow. `package_of`: IRI
    of a rule or concept → the package that states it; what is not in it belongs to "". `passage_kinds` are keyed by notation,
    `article_sections` by key. `screens` and `uncovered` come in their order. `idle_coded`: what requests may say though nothing
    here asks for it. `subjects`: the criteria that sources and passages name as those of whom they speak, by IRI of the shape.
    `languages`: the same in each language in which something is written besides English; `language` is that of one of these, ""
    for English, and `in_english` how many of its texts are English. `deprecated`: terms out of use, which are in none of the
    others.
    """

    version: str
    digest: str
    findings: Mapping[str, Concept]
    conditions: Mapping[str, Concept]
    interventions: Mapping[str, Concept]
    measurements: Mapping[str, Measurement]
    hierarchy: Hierarchy
    sources: Mapping[str, Source]
    passages: Mapping[str, Passage]
    references: Mapping[str, Reference]
    citations: tuple[CitationMapping, ...]
    rules: Mapping[str, Rule]
    external_codes: Mapping[str, str]
    narrower_codes: Mapping[str, tuple[str, ...]] = {}
    near_codes: Mapping[str, tuple[str, ...]] = {}
    code_systems: Mapping[str, str] = {}
    mappings: tuple[CodeMapping, ...] = ()
    package_of: Mapping[str, str] = {}
    passage_kinds: Mapping[str, PassageKind] = {}
    article_sections: Mapping[str, ArticleSection] = {}
    screens: Mapping[str, Screen] = {}
    uncovered: Mapping[str, UncoveredTopic] = {}
    lines: Mapping[str, BriefLine] = {}
    subjects: Mapping[str, Criterion] = {}
    coded: Mapping[str, CodedProperty] = {}
    idle_coded: Mapping[str, CodedProperty] = {}
    acts: Mapping[str, Act] = {}
    scores: Mapping[str, Score] = {}
    deprecated: Mapping[str, DeprecatedTerm] = {}
    language: str = ""
    in_english: int = 0
    languages: Mapping[str, Knowledge] = {}

    def in_language(self, language: str) -> Knowledge:
        """The same in the words of a language, with English ones where it has none; "" is English."""
        if language == self.language:
            return self
        return self.languages.get(language) or structs.replace(self, language=language)

    @property
    def stated_findings(self) -> dict[str, Concept]:
        """The findings that the content states, without the acts."""
        return {iri: finding for iri, finding in self.findings.items() if iri not in self.acts}

    @property
    def valued(self) -> dict[str, Measurement | CodedProperty]:
        """What has a value, by IRI: measurements, then coded properties."""
        return {**self.measurements, **self.coded}

    @property
    def criteria(self) -> Iterator[Criterion]:
        """Every criterion that is stated: scopes and conditions of rules, gates of screens and of their items."""
        for rule in self.rules.values():
            yield from (stated for stated in (rule.scope, rule.criterion) if stated is not None)
        for screen in self.screens.values():
            yield from (gate for gate in (screen.gate, *(item.gate for item in screen.items)) if gate is not None)
