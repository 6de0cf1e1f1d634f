"""The brief: what a decision comes to on one screen, as section 7 of the design has it."""

from __future__ import annotations

from typing import Annotated, Literal

from spinegraph.engine.model.base import Frozen, Urgency, doc

Level = Literal["emergency", "urgent", "routine", "undetermined"]
Suspicion = Literal["suspected", "undetermined"]

PassageIds = Annotated[tuple[str, ...], doc("Ids of the passages of the sources that state it, such as 000-L033a.")]
Text = Annotated[str, doc("What it says, in the words of the audience.")]


class Marker(Frozen, frozen=True, kw_only=True):
    """Something for which a case has its level."""

    code: Annotated[str, doc("Code of a finding, a measurement or a condition; of a gap, its id.")]
    label: Annotated[str, doc("Its name in the words of the audience.")]


class OtherLevel(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """The level on the other side of something that the sources leave open."""

    level: Annotated[Urgency, doc("The grade on that side.")]
    recommendation: Annotated[str, doc("Id of the recommendation that would stand.")]
    left_open_by: Annotated[str, doc("Id of the tension or gap; only clinicians see it.")] = ""
    text: Text


class BriefAction(Frozen, frozen=True, kw_only=True):
    """One thing to do, or to avoid: one recommendation, or several that are one action."""

    recommendations: Annotated[tuple[str, ...], doc("Ids of the recommendations that stand in it.")]
    text: Text
    passages: PassageIds
    reading: Annotated[str, doc("What of it is an interpretation of ours.")]
    caution: Annotated[str, doc("What to know before it is done, or what leaves it open.")]


class RuleOut(Frozen, frozen=True, kw_only=True):
    """A condition that has to be ruled out."""

    condition: Annotated[str, doc("Code of the condition.")]
    label: Annotated[str, doc("Its name in the words of the audience.")]
    verdict: Annotated[Suspicion, doc("`undetermined` where the record contradicts itself about it.")]


class Likely(Frozen, frozen=True, kw_only=True):
    """What the picture is likely to be."""

    condition: Annotated[str, doc("Code of the condition.")]
    label: Annotated[str, doc("Its name in the words of the audience.")]


class Review(Frozen, frozen=True, kw_only=True):
    """When to look again."""

    text: Text
    passages: PassageIds


class ReturnSign(Frozen, frozen=True, kw_only=True):
    """A sign that was asked and denied, and for which the level would be a higher one."""

    code: Annotated[str, doc("Code of the finding.")]
    label: Annotated[str, doc("Its name in the words of the audience.")]
    level: Annotated[Level, doc("The level of this case were it there: emergency, or urgent.")]


class OpenScreens(Frozen, frozen=True, kw_only=True):
    """How many screens are open, by the highest thing that an answer in them can still change."""

    scope: Annotated[int, doc("Whether any source speaks of the patient.")]
    safety: Annotated[int, doc("The level.")]
    management: Annotated[int, doc("What to do, or to avoid.")]
    detail: Annotated[int, doc("Only what stands below the brief.")]


class SourceState(Frozen, frozen=True, kw_only=True):
    """A document on which the answer rests."""

    id: Annotated[str, doc("Number of the document.")]
    date: Annotated[str | None, doc("When it was last changed; null where it names no date.")]
    review: Annotated[str, doc("Its review status as printed, never upgraded; `unknown` where it says nothing.")]


class Brief(Frozen, frozen=True, kw_only=True):
    """What a decision comes to: the level, the one thing to do, and how far it can be relied on."""

    level: Annotated[Level, doc("The highest grade of what is to be done; `undetermined` until enough is known.")]
    because: Annotated[tuple[Marker, ...], doc("What the level rests on, or what keeps it undetermined.")]
    headline: Annotated[str, doc("The one thing to do, in at most 140 characters, safe to follow alone.")]
    level_if: Annotated[tuple[OtherLevel, ...], doc("Higher levels that only a disagreement or a reading keeps open.")]
    do: Annotated[tuple[BriefAction, ...], doc("What to do, the most pressing first; at most three.")]
    avoid: Annotated[tuple[BriefAction, ...], doc("What not to do; at most two.")]
    rule_out: Annotated[tuple[RuleOut, ...], doc("Serious conditions that are suspected; at most three.")]
    likely: Annotated[Likely | None, doc("What the picture is likely to be.")]
    review: Annotated[Review | None, doc("When to look again.")]
    ask: Annotated[tuple[str, ...], doc("Ids of the screens to ask next; at most three.")]
    not_covered: Annotated[tuple[str, ...], doc("What no source here covers.")]
    readings: Annotated[tuple[str, ...], doc("What of all this is an interpretation of ours.")]
    settled: Annotated[bool, doc("Whether no combination of answers changes level, do or avoid.")]
    level_final: Annotated[bool, doc("Whether no combination of answers lowers the level.")]
    open: Annotated[OpenScreens, doc("How many screens are open.")]
    sources: Annotated[tuple[SourceState, ...], doc("The documents.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]
