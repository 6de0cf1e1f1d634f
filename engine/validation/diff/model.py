"""What differs between two states of the knowledge: what they state, what they decide, and which statement is responsible."""

from __future__ import annotations

from typing import Annotated, Literal

from spinegraph.engine.model import Frozen, doc
from spinegraph.engine.validation.diagnostics import Place, Witness

How = Literal["added", "removed", "changed"]


ADVICE = ("direction", "intervention", "modality", "urgency")
"""What a recommendation says, whomever it is for."""


class FieldChange(Frozen, frozen=True, kw_only=True):
    """One property of a statement: its lines before and after; a criterion is an outline, one node a line."""

    field: Annotated[str, doc("Name of the property.")]
    old: Annotated[tuple[str, ...], doc("Its lines before.")]
    new: Annotated[tuple[str, ...], doc("Its lines after.")]


class StatementChange(Frozen, frozen=True, kw_only=True):
    """A concept, rule, source, passage, reference or mapping that was added, removed or changed; a rename is both."""

    kind: Annotated[str, doc("What it is: finding, rule, passage, …")]
    subject: Annotated[str, doc("Its CURIE, or the code of a mapping.")]
    label: Annotated[str, doc("Its name, where it has one.")]
    how: Annotated[How, doc("Whether it is new, gone, or otherwise.")]
    fields: Annotated[tuple[FieldChange, ...], doc("The properties that differ, of one that changed.")] = ()
    place: Annotated[Place | None, doc("Where it stands: in the new state, or in the old one where it is gone.")] = None


class Responsible(Frozen, frozen=True, kw_only=True):
    """A change that alone makes the difference, or, if `alone` is false, only together with others.

    `shapes` are the named criteria that changed; `passages` those that state what changed.
    """

    subject: Annotated[str, doc("CURIE of the rule or concept that changed, or `the hierarchy`.")]
    alone: Annotated[bool, doc("Whether this change alone is enough.")]
    shapes: Annotated[tuple[str, ...], doc("CURIEs of the named criteria that changed.")] = ()
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that state what changed.")] = ()
    place: Annotated[Place | None, doc("Where the statement stands.")] = None


Outcome = tuple[str, str, str]
"""What it is about (CURIE of a rule, or code of a condition), and its outcome before and after; "" where it is not there."""
Outcomes = Annotated[
    tuple[Outcome, ...],
    doc(
        "What is decided differently: CURIE of a rule or code of a condition, its outcome before, and after; empty where it is "
        "not there."
    ),
]
Causes = Annotated[tuple[Responsible, ...], doc("The changes that are responsible.")]


class PatientChange(Frozen, frozen=True, kw_only=True):
    """A patient whom the two states decide differently, and all that differs: verdicts, and of other rules open, holds, refuted.

    He is the smallest who shows the first of the outcomes, and was decided by both.
    """

    witness: Annotated[Witness, doc("The patient.")]
    outcomes: Outcomes
    responsible: Causes = ()


class CaseChange(Frozen, frozen=True, kw_only=True):
    """A case of the authors that is decided otherwise."""

    name: Annotated[str, doc("Its name.")]
    place: Annotated[Place, doc("Where it stands.")]
    urgency: Annotated[tuple[str, str] | None, doc("The level before and after, where that differs.")]
    outcomes: Outcomes
    responsible: Causes = ()


class StateVersion(Frozen, frozen=True, kw_only=True):
    """One of the two states, as it can be told from any other."""

    name: Annotated[str, doc("The folder or revision as it was named; `served` is what a service answers with.")]
    version: Annotated[str, doc("Version of the knowledge.")]
    digest: Annotated[str, doc("Digest of its files.")]


class Difference(Frozen, frozen=True, kw_only=True):
    """All of it. `compared` rules are in both states; all but the `differing` were proven to decide every patient alike."""

    old: Annotated[StateVersion, doc("The state before.")]
    new: Annotated[StateVersion, doc("The state after.")]
    statements: Annotated[tuple[StatementChange, ...], doc("What is stated differently.")]
    patients: Annotated[tuple[PatientChange, ...], doc("Patients who show together every way in which a decision changes.")]
    compared: Annotated[int, doc("How many rules both states have.")]
    differing: Annotated[tuple[str, ...], doc("CURIEs of those that decide some patient differently.")]
    cases: Annotated[tuple[CaseChange, ...], doc("The authors' cases that are decided otherwise.")]
    cases_compared: Annotated[int, doc("How many of the authors' cases were decided by both.")]
    not_compared: Annotated[tuple[str, ...], doc("Case files that neither state can read, with the reason.")] = ()
    review: Annotated[
        tuple[str, ...], doc("The review status of each source of the new state, as every rendering shows it.")
    ] = ()
    disclaimer: Annotated[str, doc("What this is no substitute for.")]

    @property
    def advising_otherwise(self) -> tuple[str, ...]:
        """Rules that say something else to those for whom they hold: for whom that is, may be the same."""
        return tuple(
            change.subject
            for change in self.statements
            if change.how == "changed" and any(field.field in ADVICE for field in change.fields)
        )

    @property
    def changes_behaviour(self) -> bool:
        """Whether any patient is decided otherwise."""
        return bool(self.differing or self.patients or self.cases)
