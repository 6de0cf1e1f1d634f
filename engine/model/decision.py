"""A case and what is decided about it: field for field the JSON contract of `POST /v1/decisions` (design section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from spinegraph.engine.model.base import Frozen, Truth, Urgency
from spinegraph.engine.model.verdict import Verdict


class Case(Frozen, frozen=True, kw_only=True):
    """One patient at one moment, in sorted codes; the same finding may be on both sides (shown as a conflict)."""

    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    measurements: Mapping[str, float] = {}
    audience: Literal["clinician", "patient"] = "clinician"


class Fact(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """What a leaf of a proof rests on: the state of a finding, or a value, and how it is known.

    `basis`: given | derived | not-assessed. `through`: the codes of the findings that were given, or ids of rules.
    """

    code: str
    state: Literal["present", "absent", "unknown", "contradictory", "known"]
    basis: Literal["given", "derived", "not-assessed"]
    value: float | None = None
    through: tuple[str, ...] = ()


class Proof(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """A node of an explanation: the criterion, its truth, the fact used or the children, and the passages that state it."""

    iri: str = ""
    label: str = ""
    operator: str = ""
    truth: Truth
    fact: Fact | None = None
    passages: tuple[str, ...] = ()
    children: tuple[Proof, ...] = ()


class Change(Frozen, frozen=True, kw_only=True):
    """One fact changed: a finding to "present", "absent" or (either) "assessed", a measurement to a range such as "> 50"."""

    code: str
    to: str


class AssessedCondition(Frozen, frozen=True, kw_only=True):
    """What is said of a condition: its verdict, the facts that would settle it, the passages that carry it, its proof."""

    condition: str
    iri: str
    label: str
    verdict: Literal["suspected", "not-suspected", "undetermined", "conflicting", "out-of-scope"]
    missing: tuple[str, ...]
    passages: tuple[str, ...]
    explanation: Proof


class DecidedRecommendation(Frozen, frozen=True, kw_only=True):
    """What is said of a recommendation: verdict, what displaces it or leaves it open, what would settle or change it, proof."""

    id: str
    iri: str
    label: str
    text: str
    direction: Literal["for", "against"]
    intervention: str
    modality: Literal["must", "should", "may"]
    verdict: Verdict
    urgency: Urgency
    timing: str
    source: str
    passages: tuple[str, ...]
    citations: tuple[int, ...]
    overrides: tuple[str, ...]
    overridden_by: tuple[str, ...]
    left_open_by: tuple[str, ...]
    missing: tuple[str, ...]
    flips: tuple[tuple[Change, ...], ...]
    explanation: Proof


class Question(Frozen, frozen=True, kw_only=True):
    """A fact to ask for: its code, how to ask, why, and the ids of the rules that it can settle."""

    finding: str
    label: str
    question: str
    why: str
    settles: tuple[str, ...]
    passages: tuple[str, ...]


class ShownPosition(Frozen, frozen=True, kw_only=True):
    """One side of a shown tension, with the verdict of its recommendation in this case."""

    label: str
    recommendation: str
    verdict: str
    passages: tuple[str, ...]


class ShownTension(Frozen, frozen=True, kw_only=True):
    """A disagreement of the sources that this case touches."""

    id: str
    iri: str
    label: str
    handling: str
    positions: tuple[ShownPosition, ...]


class Notice(Frozen, frozen=True, kw_only=True):
    """Something to know besides the verdicts; `about` names codes, rules, passages or sources."""

    code: Literal["contradictory-input", "out-of-scope", "source-gap", "review-pending", "inferred-citation", "stale-passage"]
    message: str
    about: tuple[str, ...]


class KnowledgeVersion(Frozen, frozen=True, kw_only=True):
    """Which knowledge a decision rests on."""

    version: str
    digest: str


class Decision(Frozen, frozen=True, kw_only=True):
    """The answer to a case. `id` is the SHA-256 of case and knowledge digest: same input, same knowledge, same id."""

    id: str
    knowledge: KnowledgeVersion
    case: Case
    urgency: Literal["emergency", "urgent", "routine", "undetermined"]
    assessments: tuple[AssessedCondition, ...]
    recommendations: tuple[DecidedRecommendation, ...]
    questions: tuple[Question, ...]
    tensions: tuple[ShownTension, ...]
    notices: tuple[Notice, ...]
    disclaimer: str
