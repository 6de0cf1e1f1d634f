"""What is read from Turtle: concepts, sources, passages, criteria, rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from spinegraph.engine.model.base import Frozen, Urgency


class Concept(Frozen, frozen=True, kw_only=True):
    """A finding, condition or intervention: an OWL class with its code and its words."""

    iri: str
    code: str
    kind: Literal["finding", "condition", "intervention"]
    label: str
    patient_label: str
    definition: str
    synonyms: tuple[str, ...] = ()
    question: str = ""
    patient_question: str = ""
    derived_only: bool = False
    passages: tuple[str, ...] = ()


class Measurement(Frozen, frozen=True, kw_only=True):
    """A number of a patient: UCUM `unit`, least and greatest possible value."""

    iri: str
    code: str
    label: str
    patient_label: str
    definition: str
    unit: str
    minimum: float
    maximum: float
    question: str = ""
    patient_question: str = ""
    passages: tuple[str, ...] = ()


class Hierarchy(Frozen, frozen=True, kw_only=True):
    """Subclass relations between named classes, as asserted and inferred; both maps are reflexive and transitive."""

    broader: Mapping[str, tuple[str, ...]]
    narrower: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]


# Knowledge: where statements come from -------------------------------------------------------


class Reference(Frozen, frozen=True, kw_only=True):
    """An entry of a source's reference list."""

    iri: str
    source: str
    position: int
    type: str
    title: str
    publisher: str
    year: int | None
    passages: tuple[str, ...] = ()


class CitationMapping(Frozen, frozen=True, kw_only=True):
    """What citation `number` of a source most likely means: inferred, never asserted."""

    source: str
    number: int
    reference: str | None
    confidence: Literal["high", "medium", "low", "none"]
    note: str = ""


class Source(Frozen, frozen=True, kw_only=True):
    """A guideline document. `number` is its short name in passage ids ("000")."""

    iri: str
    number: str
    title: str
    title_question: str
    publisher: str
    modified: str
    review_status: str
    review_note: str
    audience: str
    disclaimer: str
    file_name: str
    text_digest: str
    passages: tuple[str, ...] = ()


class Passage(Frozen, frozen=True, kw_only=True):
    """One atomic statement of a source: paraphrase, place (character offsets, end exclusive) and SHA-256 of the span."""

    iri: str
    id: str
    source: str
    section: str
    kind: str
    modality: str
    urgency: str
    citations: tuple[int, ...]
    paraphrase: str
    start: int
    end: int
    digest: str
    figure: str = ""
    ambiguity: str = ""
    not_modelled: str = ""


# Knowledge: criteria (design section 4) ------------------------------------------------------


class Criterion(Frozen, frozen=True, kw_only=True):
    """A node of a criterion tree. `iri` is the shape's, or empty for a blank node.

    What each kind means, and everything that is done with it, stands in `engine.criteria`, one module per kind.
    """

    operator: ClassVar[str] = ""
    monotone: ClassVar[bool] = True
    """Whether more knowledge can never take back that it holds, as far as its parts do not."""
    iri: str = ""
    label: str = ""
    passages: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The criteria that it is made of; of a leaf, none."""
        return ()

    @property
    def subject(self) -> str:
        """The IRI of the finding, condition or measurement that it asks about; of one that only joins others, empty."""
        return ""

    def walk(self) -> Iterator[Criterion]:
        """It and everything below it, from the top, in the order written; a shape that is used twice comes once."""
        seen: set[int] = set()
        waiting: list[Criterion] = [self]
        while waiting:
            criterion = waiting.pop()
            if id(criterion) not in seen:
                seen.add(id(criterion))
                yield criterion
                waiting += reversed(criterion.parts)


class FindingCriterion(Criterion, frozen=True, kw_only=True):
    """Asks about one finding."""

    finding: str

    @property
    def subject(self) -> str:
        return self.finding


class ConditionCriterion(Criterion, frozen=True, kw_only=True):
    """Asks about one condition."""

    condition: str

    @property
    def subject(self) -> str:
        return self.condition


class Joined(Criterion, frozen=True, kw_only=True):
    """Joins other criteria."""

    children: tuple[Criterion, ...]

    @property
    def parts(self) -> tuple[Criterion, ...]:
        return self.children


class Present(FindingCriterion, frozen=True, kw_only=True):
    """Holds if the finding or a subclass is present; refuted if it or a superclass is absent, unless absence proves nothing."""

    operator: ClassVar[str] = "present"
    absence_inconclusive: bool = False


class Absent(FindingCriterion, frozen=True, kw_only=True):
    """The mirror image of Present."""

    operator: ClassVar[str] = "absent"


class Unassessed(FindingCriterion, frozen=True, kw_only=True):
    """Holds if the finding is neither present nor absent, else refuted."""

    operator: ClassVar[str] = "unassessed"
    monotone: ClassVar[bool] = False


class Suspected(ConditionCriterion, frozen=True, kw_only=True):
    """Holds if an assessment of the condition or a subclass holds; refuted if all of them are."""

    operator: ClassVar[str] = "suspected"


class NotSuspected(ConditionCriterion, frozen=True, kw_only=True):
    """The mirror image of Suspected."""

    operator: ClassVar[str] = "not-suspected"


class Bound(Frozen, frozen=True, kw_only=True):
    """One end of a range; `other` is where the opposite becomes certain, where the source prints a band ("4-6 weeks")."""

    value: float
    inclusive: bool
    other: float | None = None


class Measured(Criterion, frozen=True, kw_only=True):
    """Holds if the value is known and in range; refuted if known and out of range, beyond any printed band.

    With neither bound it holds whenever the value is known and is never refuted. `unit` is the UCUM unit of a
    duration, which is compared in days; "" for all else.
    """

    operator: ClassVar[str] = "measured"
    measurement: str
    unit: str = ""
    lower: Bound | None = None
    upper: Bound | None = None

    @property
    def subject(self) -> str:
        return self.measurement


class AtLeast(Criterion, frozen=True, kw_only=True):
    """Holds if `count` direct subclasses of the group are present; refuted if too many are absent for that."""

    operator: ClassVar[str] = "at-least"
    count: int
    group: str
    members: tuple[Present, ...]

    @property
    def parts(self) -> tuple[Criterion, ...]:
        return self.members

    @property
    def subject(self) -> str:
        return self.group


class And(Joined, frozen=True, kw_only=True):
    """Holds if every child holds; refuted if one is refuted."""

    operator: ClassVar[str] = "and"


class Or(Joined, frozen=True, kw_only=True):
    """Holds if one child holds; refuted if every child is refuted."""

    operator: ClassVar[str] = "or"


# Knowledge: rules (design section 5) ---------------------------------------------------------


class Rule(Frozen, frozen=True, kw_only=True):
    """What follows when `criterion` holds for a case within `scope`; `id` is the IRI's local name."""

    iri: str
    id: str
    label: str
    source: str
    scope: Criterion | None
    criterion: Criterion | None
    order: int
    passages: tuple[str, ...] = ()
    rationale: str = ""


class DerivedFinding(Rule, frozen=True, kw_only=True):
    """`finding` is present when the criterion holds and absent when it is refuted."""

    finding: str


class Assessment(Rule, frozen=True, kw_only=True):
    """`condition` is suspected when the criterion holds."""

    condition: str


class Recommendation(Rule, frozen=True, kw_only=True):
    """For or against an intervention."""

    direction: Literal["for", "against"]
    modality: Literal["must", "should", "may"]
    urgency: Urgency
    intervention: str
    text: str
    patient_text: str
    timing: str = ""
    overrides: tuple[str, ...] = ()
    overrides_if_known: tuple[str, ...] = ()


class Exclusion(Rule, frozen=True, kw_only=True):
    """Patients about whom the source, or with an empty `source` no source at all, speaks."""

    text: str


class SourceGap(Rule, frozen=True, kw_only=True):
    """A question that a case raises and the sources leave open; `leaves_open` are provisional meanwhile."""

    text: str
    leaves_open: tuple[str, ...] = ()


class Position(Frozen, frozen=True, kw_only=True):
    """One side of a tension: the recommendation that takes it, where there is one, and the passages."""

    label: str
    recommendation: str
    passages: tuple[str, ...]


class Tension(Rule, frozen=True, kw_only=True):
    """A declared disagreement (conflicts.tsv); shown while its criterion holds, never where it has none."""

    definition: str
    handling: str
    resolution: Literal["exposed", "resolved"]
    positions: tuple[Position, ...]
    leaves_open: tuple[str, ...] = ()


class Knowledge(Frozen, frozen=True, kw_only=True):
    """Everything that was read, keyed by IRI; rules in dependency-free file order. `digest` names exactly this content.

    `external_codes`: codes of other systems → what they mean exactly; `near_codes`: those that mean nothing here exactly → what
    they are mapped to.
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
    near_codes: Mapping[str, tuple[str, ...]] = {}
