"""What a source says of a recommendation besides for whom it is: its grade, the dose, how often, and what the patient weighs."""

from __future__ import annotations

from typing import Annotated, Literal

from spinegraph.engine.model.base import Frozen, doc
from spinegraph.engine.model.durations import Duration

Strength = Literal["strong", "weak"]
Certainty = Literal["high", "moderate", "low", "very-low"]
ShownStrength = Literal["strong", "weak", "not-graded"]
ShownCertainty = Literal["high", "moderate", "low", "very-low", "not-graded"]
"""`not-graded`: by a source that grades other recommendations."""


# Stated in content ---------------------------------------------------------------------------


class Dose(Frozen, frozen=True, kw_only=True):
    """One dose of a medicine: `amount` in UCUM `unit`, for each unit of the measurement `per` (its IRI) where that is given.

    `limit`: the greatest amount of one dose, in `unit`. `medicine`: IRI of the intervention, where it is not that of the
    recommendation. At most one of `every` and `times_a_day` says how often.
    """

    amount: float
    unit: str
    per: str = ""
    limit: float | None = None
    medicine: str = ""
    route: str = ""
    every: Duration | None = None
    times_a_day: int = 0
    lasting: Duration | None = None


class Recurrence(Frozen, frozen=True, kw_only=True):
    """How often something is to be done again: after `every` at the earliest, after `at_most` at the latest."""

    every: Duration
    at_most: Duration | None = None


# Shown in an answer --------------------------------------------------------------------------


class ShownDose(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """A dose as it is stated, and what it comes to for this patient. For clinicians alone."""

    text: Annotated[str, doc("The dose in words, as the source states it.")]
    amount: Annotated[float, doc("The stated amount of one dose; with `per`, for each unit of that measurement.")]
    unit: Annotated[str, doc("Its unit, in UCUM.")]
    medicine: Annotated[str, doc("Code of the intervention, where it is not that of the recommendation.")] = ""
    per: Annotated[str, doc("Code of the measurement by which the amount is multiplied, such as `weight_kg`.")] = ""
    limit: Annotated[float | None, doc("The greatest amount of one dose, where the source states one.")] = None
    route: Annotated[str, doc("How it is given, in words.")] = ""
    every: Annotated[str, doc("Time between two doses, as xsd:duration: `PT8H`.")] = ""
    times_a_day: Annotated[int, doc("How many doses a day.")] = 0
    lasting: Annotated[str, doc("For how long, as xsd:duration: `P10D`.")] = ""
    given: Annotated[
        float | None,
        doc("The amount of one dose for this patient, not rounded; not there while `missing` is unknown, or nothing is ordered."),
    ] = None
    calculation: Annotated[str, doc("How `given` follows: the stated amount, the measurement, the limit.")] = ""
    missing: Annotated[tuple[str, ...], doc("Code of the unknown measurement on which the amount depends.")] = ()


DueState = Literal["not-yet", "due", "overdue", ""]


class Due(Frozen, omit_defaults=True, frozen=True, kw_only=True):
    """How often something is to be done again, and when it is due next after it was done."""

    text: Annotated[str, doc("The same in words.")]
    every: Annotated[str, doc("After what time at the earliest, as xsd:duration: `P6M`.")]
    every_at_most: Annotated[str, doc("After what time at the latest, where the source gives a range.")] = ""
    performed: Annotated[str, doc("When it was last done, as the case has it.")] = ""
    first: Annotated[str, doc("First day on which it is due again, where `performed` is known.")] = ""
    last: Annotated[str, doc("Last day on which it is due in time; overdue after that.")] = ""
    state: Annotated[DueState, doc("How `as_of` stands to that; empty where one of the dates is not known.")] = ""


# Members of a shown recommendation ------------------------------------------------------------

ShownGrade = Annotated[
    ShownStrength,
    doc("How strong the source calls it (GRADE); `not-graded` where it grades others alone, left out where it grades none."),
]
ShownEvidence = Annotated[ShownCertainty, doc("How certain the source calls the evidence (GRADE); likewise.")]
Doses = Annotated[tuple[ShownDose, ...], doc("The dose, or doses of which one is chosen; left out where none is stated.")]
NextDue = Annotated[Due, doc("How often it is to be done, and when it is due again; left out where the source says nothing.")]
IfChosen = Annotated[
    tuple[str, ...],
    doc("Ids of the recommendations within one of which it is only a proposal: its verdict is never further on than theirs."),
]
Preference = Annotated[
    str, doc("Where the choice is the patient's: what to talk about, in the words of the audience; left out elsewhere.")
]
