"""What differs between two states of the knowledge: what they state, what they decide, and which statement is responsible."""

from __future__ import annotations

from typing import Literal

from spinegraph.engine.model import Frozen, KnowledgeVersion
from spinegraph.engine.validation.diagnostics import Place, Witness

How = Literal["added", "removed", "changed"]


ADVICE = ("direction", "intervention", "modality", "urgency")
"""What a recommendation says, whomever it is for."""


class FieldChange(Frozen, frozen=True, kw_only=True):
    """One property of a statement: its lines before and after; a criterion is an outline, one node a line."""

    field: str
    old: tuple[str, ...]
    new: tuple[str, ...]


class StatementChange(Frozen, frozen=True, kw_only=True):
    """A concept, rule, source, passage, reference or mapping that was added, removed or changed; a rename is both."""

    kind: str
    subject: str
    label: str
    how: How
    fields: tuple[FieldChange, ...] = ()
    place: Place | None = None


class Responsible(Frozen, frozen=True, kw_only=True):
    """A change that alone makes the difference, or, if `alone` is false, only together with others.

    `shapes` are the named criteria that changed; `passages` those that state what changed.
    """

    subject: str
    alone: bool
    shapes: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    place: Place | None = None


Outcome = tuple[str, str, str]
"""What it is about (CURIE of a rule, or code of a condition), and its outcome before and after; "" where it is not there."""


class PatientChange(Frozen, frozen=True, kw_only=True):
    """A patient whom the two states decide differently, and all that differs: verdicts, and of other rules open, holds, refuted.

    He is the smallest who shows the first of the outcomes, and was decided by both.
    """

    witness: Witness
    outcomes: tuple[Outcome, ...]
    responsible: tuple[Responsible, ...] = ()


class CaseChange(Frozen, frozen=True, kw_only=True):
    """A case of the authors that is decided otherwise."""

    name: str
    place: Place
    urgency: tuple[str, str] | None
    outcomes: tuple[Outcome, ...]
    responsible: tuple[Responsible, ...] = ()


class Difference(Frozen, frozen=True, kw_only=True):
    """All of it. `compared` rules are in both states; all but the `differing` were proven to decide every patient alike."""

    old: KnowledgeVersion
    new: KnowledgeVersion
    statements: tuple[StatementChange, ...]
    patients: tuple[PatientChange, ...]
    compared: int
    differing: tuple[str, ...]
    cases: tuple[CaseChange, ...]
    cases_compared: int
    not_compared: tuple[str, ...] = ()
    """Case files that one of the two states cannot read, with the reason."""
    review: tuple[str, ...] = ()
    """The review status of each source of the new state, as every rendering has to show it."""
    disclaimer: str

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
