"""What a service of CDS Hooks answers, member for member as version 2.0 has it (https://cds-hooks.hl7.org/2.0/)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from spinegraph.engine.model import Frozen, doc

EXTENSION = "org.w3id.spinegraph"
"""The key of what is ours: a domain name in reverse, as the specification wants it."""
LONGEST_SUMMARY = 139
"""A summary has fewer than 140 characters."""
Indicator = Literal["info", "warning", "critical"]


class HookService(Frozen, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One service, as discovery tells of it."""

    hook: Annotated[str, doc("The hook at which it wants to be called.")]
    id: Annotated[str, doc("Its name in the URL.")]
    title: Annotated[str, doc("What it is called.")]
    description: Annotated[str, doc("What it does.")]
    prefetch: Annotated[Mapping[str, str], doc("What it wants to be sent of the record: a search of FHIR by key.")]
    usage_requirements: Annotated[str, doc("What to know before it is called.")] = ""


class HookServices(Frozen, frozen=True, kw_only=True):
    """What there is to be called."""

    services: Annotated[tuple[HookService, ...], doc("The services.")]


class CardSource(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """On what a card rests."""

    label: Annotated[str, doc("Its name.")]
    url: Annotated[str, doc("Where it is described.")] = ""


class CardAction(Frozen, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One change of what is being ordered."""

    type: Annotated[Literal["create", "update", "delete"], doc("What is done.")]
    description: Annotated[str, doc("The same in words.")]
    resource: Annotated[Mapping[str, Any], doc("The resource of FHIR R4 that is created, or takes the place of another.")] = {}
    resource_id: Annotated[str, doc("Type and id of what is deleted.")] = ""


class CardSuggestion(Frozen, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Changes that are made together where the clinician accepts them."""

    label: Annotated[str, doc("What it comes to.")]
    uuid: Annotated[str, doc("Its name, for feedback.")]
    is_recommended: Annotated[bool, doc("Whether it is the one that the sources advise.")]
    actions: Annotated[tuple[CardAction, ...], doc("The changes.")]


class OverrideReason(Frozen, frozen=True, kw_only=True):
    """A reason for which a clinician may set a card aside."""

    code: Annotated[str, doc("Its code.")]
    system: Annotated[str, doc("The code system.")]
    display: Annotated[str, doc("The reason in words.")]


class CardLink(Frozen, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Where to read on."""

    label: Annotated[str, doc("What is there.")]
    url: Annotated[str, doc("Its URL.")]
    type: Annotated[Literal["absolute", "smart"], doc("Whether it is opened as it is, or launched as a SMART app.")]
    app_context: Annotated[str, doc("What a SMART app is told at its launch: JSON.")] = ""


class Card(Frozen, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One thing to tell a clinician."""

    uuid: Annotated[str, doc("Its name, for feedback; the same request gets the same.")]
    summary: Annotated[str, doc("What it says, in fewer than 140 characters.")]
    indicator: Annotated[Indicator, doc("How pressing it is.")]
    source: Annotated[CardSource, doc("On what it rests.")]
    detail: Annotated[str, doc("More of it, as GitHub Flavored Markdown.")] = ""
    suggestions: Annotated[tuple[CardSuggestion, ...], doc("What could be done instead.")] = ()
    selection_behavior: Annotated[Literal["", "at-most-one", "any"], doc("How many suggestions may be accepted.")] = ""
    override_reasons: Annotated[tuple[OverrideReason, ...], doc("Reasons to set it aside.")] = ()
    links: Annotated[tuple[CardLink, ...], doc("Where to read on.")] = ()
    extension: Annotated[
        Mapping[str, Any], doc("Under `org.w3id.spinegraph`: the rules, their verdicts and the facts on which they rest.")
    ] = {}


class HookAnswer(Frozen, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The answer to a hook; without anything to say it has no cards."""

    cards: Annotated[tuple[Card, ...], doc("What to tell.")]
    system_actions: Annotated[
        tuple[CardAction, ...], doc("Ratings of the orders, where the service is set up to rate them.")
    ] = ()
    extension: Annotated[
        Mapping[str, Any], doc("Under `org.w3id.spinegraph`: the decision, its verdicts, and what became of the record.")
    ] = {}


def summary_of(text: str) -> str:
    """A text as a summary: whole where it is short enough, or else up to the last word that fits.

    >>> len(summary_of("word " * 60))
    139
    """
    if len(text) <= LONGEST_SUMMARY:
        return text
    return f"{text[: LONGEST_SUMMARY - 1].rpartition(' ')[0].rstrip(',;:.')}…"
