"""The nouns of a decision table, as interfaces answer them."""

from __future__ import annotations

from typing import Annotated, Literal

from spinegraph.engine.model import Direction, Frozen, Modality, Urgency, doc
from spinegraph.engine.model.decision import Range
from spinegraph.engine.model.shown import Choice, ItemKind

FactState = Literal["present", "absent", "not-present", "not-absent", "not-assessed", "measured"]
"""What a row asks of a fact. `not-present` is absent or unknown, `not-absent` present or unknown, `measured` any value, or one
in its ranges or among its choices."""


class Column(Frozen, frozen=True, kw_only=True):
    """A fact that some row asks for."""

    code: Annotated[str, doc("Code of the finding or measurement, or name of the coded value.")]
    iri: Annotated[str, doc("Its IRI.")]
    label: Annotated[str, doc("Its name.")]
    kind: Annotated[ItemKind, doc("Whether it is a finding, a measurement or a coded value.")]
    unit: Annotated[str, doc("Of a measurement: its unit, in UCUM.")] = ""
    narrower: Annotated[tuple[str, ...], doc("Names of narrower findings: one of them present is this one present.")] = ()


class RowFact(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """What a row asks of a fact."""

    code: Annotated[str, doc("Code of the finding or measurement, or name of the coded value.")]
    state: Annotated[
        FactState, doc("What it has to be; `measured` is a value in any of the ranges or one of the choices, or any without one.")
    ]
    ranges: Annotated[tuple[Range, ...], doc("Of a measurement: the values that will do, in any of these ranges.")] = ()
    example: Annotated[float | None, doc("Of a measurement: one of these values.")] = None
    choices: Annotated[tuple[Choice, ...], doc("Of a coded value: those that will do.")] = ()


class TableRow(Frozen, frozen=True, kw_only=True):
    """One minimal way: these facts alone make scope and criterion hold, and none of them can be left out."""

    facts: Annotated[tuple[RowFact, ...], doc("What it asks; every other fact is of no account.")]


class ActingRule(Frozen, frozen=True, kw_only=True):
    """A rule that keeps the recommendation from being plainly indicated although its criterion holds."""

    id: Annotated[str, doc("Id of the rule.")]
    iri: Annotated[str, doc("Its IRI.")]
    label: Annotated[str, doc("Its name.")]


class TableSource(Frozen, frozen=True, kw_only=True):
    """The document that states the recommendation."""

    number: Annotated[str, doc("Number of the document.")]
    title: Annotated[str, doc("Its title.")]
    review_status: Annotated[str, doc("How far it has been reviewed.")]


class DecisionTable(Frozen, frozen=True, kw_only=True):
    """When a recommendation comes to hold: a row for each minimal way, a column for each fact that any of them asks for."""

    id: Annotated[str, doc("Id of the recommendation.")]
    iri: Annotated[str, doc("Its IRI.")]
    label: Annotated[str, doc("Its name.")]
    text: Annotated[str, doc("What it says.")]
    direction: Annotated[Direction, doc("For or against.")]
    modality: Annotated[Modality, doc("How binding it is.")]
    urgency: Annotated[Urgency, doc("Its grade.")]
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that state it.")]
    source: Annotated[TableSource | None, doc("Its document, where it has one.")]
    columns: Annotated[tuple[Column, ...], doc("What the rows ask for, in order.")]
    rows: Annotated[tuple[TableRow, ...], doc("The minimal ways, shortest first.")]
    complete: Annotated[bool, doc("Whether these are all; if not, the search stopped at `limit`.")]
    limit: Annotated[int, doc("So many rows are looked for at most.")]
    overridden_by: Annotated[tuple[ActingRule, ...], doc("What displaces it, and leaves it provisional while unknown.")]
    overridden_if_known: Annotated[tuple[ActingRule, ...], doc("What displaces it once it is known to hold.")]
    left_open_by: Annotated[tuple[ActingRule, ...], doc("Gaps and disagreements that leave it provisional.")]
    not_for: Annotated[tuple[ActingRule, ...], doc("Patients about whom its source says nothing.")]
    contraindications: Annotated[tuple[Column, ...], doc("Findings that leave it provisional while they are present.")]
    knowledge: Annotated[str, doc("Version of the knowledge.")]
    digest: Annotated[str, doc("Its digest.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]
