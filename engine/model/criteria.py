"""Criteria, the conditions of rules (design section 4): what each kind is written down as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, NamedTuple

from spinegraph.engine.model.base import Frozen


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
    reading: str = ""
    """What of it is an interpretation of ours, and why."""

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The criteria that it is made of; of a leaf, none."""
        return ()

    @property
    def subject(self) -> str:
        """The IRI of the finding, condition, measurement or score that it asks about; of one that only joins others, empty."""
        return ""

    @property
    def mentions(self) -> tuple[str, ...]:
        """The IRIs of everything that it asks about."""
        return (self.subject,)

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


ActKind = Literal["performed", "taking"]


class Act(NamedTuple):
    """What is done or taken, by IRI of the intervention: a fact of a case, with an IRI and a code of its own."""

    kind: ActKind
    intervention: str

    @property
    def iri(self) -> str:
        """A part of the page of the intervention."""
        return f"{self.intervention}#{self.kind}"

    def code(self, of_intervention: str) -> str:
        """The code of the fact, from that of the intervention: `taking:nsaid`."""
        return f"{self.kind}:{of_intervention}"


class ActCriterion(Criterion, frozen=True, kw_only=True):
    """Asks whether an intervention is done or taken, or, where `denied`, is not."""

    kind: ClassVar[ActKind]
    denied: ClassVar[bool] = False
    intervention: str

    @property
    def finding(self) -> str:
        """The IRI of the fact."""
        return Act(self.kind, self.intervention).iri

    @property
    def subject(self) -> str:
        return self.finding

    @property
    def mentions(self) -> tuple[str, ...]:
        return (self.finding, self.intervention)


class Performed(ActCriterion, frozen=True, kw_only=True):
    """Holds if the intervention or a narrower one is done; refuted if it or a wider one is recorded as not done."""

    operator: ClassVar[str] = "performed"
    kind: ClassVar[ActKind] = "performed"


class NotPerformed(ActCriterion, frozen=True, kw_only=True):
    """The mirror image of Performed."""

    operator: ClassVar[str] = "not-performed"
    kind: ClassVar[ActKind] = "performed"
    denied: ClassVar[bool] = True


class Taking(ActCriterion, frozen=True, kw_only=True):
    """Holds if the intervention or a narrower one is taken; refuted if it or a wider one is recorded as not taken."""

    operator: ClassVar[str] = "taking"
    kind: ClassVar[ActKind] = "taking"


class NotTaking(ActCriterion, frozen=True, kw_only=True):
    """The mirror image of Taking."""

    operator: ClassVar[str] = "not-taking"
    kind: ClassVar[ActKind] = "taking"
    denied: ClassVar[bool] = True


class OneOf(Criterion, frozen=True, kw_only=True):
    """Holds if a coded value is known and one of `codes`; refuted if it is one of the `others` that it can be.

    Both are in the order in which the property lists its values; together they are all of them.
    """

    operator: ClassVar[str] = "one-of"
    coded: str
    codes: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def subject(self) -> str:
        return self.coded


class Related(Criterion, frozen=True, kw_only=True):
    """Holds if the difference or ratio of two known values is in range, the second times a factor; refuted if it is not."""

    ratio: ClassVar[bool]
    measurement: str
    other: str
    factor: float
    lower: Bound | None = None
    upper: Bound | None = None

    @property
    def subject(self) -> str:
        return self.measurement

    @property
    def mentions(self) -> tuple[str, ...]:
        return (self.measurement, self.other)


class Difference(Related, frozen=True, kw_only=True):
    """The second value times the factor is taken from the first."""

    operator: ClassVar[str] = "difference"
    ratio: ClassVar[bool] = False


class Ratio(Related, frozen=True, kw_only=True):
    """The first value is divided by the second times the factor; by nothing, it is not known."""

    operator: ClassVar[str] = "ratio"
    ratio: ClassVar[bool] = True


Compared = Measured | OneOf
"""Asks about the value of one thing."""


class Counted(Criterion, frozen=True, kw_only=True):
    """Counts the direct subclasses of a group of findings that are present."""

    count: int
    group: str
    members: tuple[Present, ...]

    @property
    def parts(self) -> tuple[Criterion, ...]:
        return self.members

    @property
    def subject(self) -> str:
        return self.group


class AtLeast(Counted, frozen=True, kw_only=True):
    """Holds if `count` direct subclasses of the group are present; refuted if too many are absent for that."""

    operator: ClassVar[str] = "at-least"


class AtMost(Counted, frozen=True, kw_only=True):
    """Holds if so many direct subclasses of the group are absent that no more than `count` can be present; refuted by more."""

    operator: ClassVar[str] = "at-most"


class ScoreItem(Frozen, frozen=True, kw_only=True):
    """Of a score: the points, also negative, that a criterion gives while it holds."""

    points: float
    criterion: Criterion


class Score(Frozen, frozen=True, kw_only=True):
    """A sum of points. While items are unknown it lies between the least and the greatest that they leave."""

    iri: str
    code: str
    label: str
    patient_label: str
    definition: str = ""
    items: tuple[ScoreItem, ...]
    passages: tuple[str, ...] = ()


class Scored(Criterion, frozen=True, kw_only=True):
    """Holds if a score lies between the bounds whatever its unknown items are; refuted if it lies beyond them."""

    operator: ClassVar[str] = "score"
    score: Score
    lower: Bound | None = None
    upper: Bound | None = None

    @property
    def parts(self) -> tuple[Criterion, ...]:
        return tuple(item.criterion for item in self.score.items)

    @property
    def subject(self) -> str:
        return self.score.iri


class And(Joined, frozen=True, kw_only=True):
    """Holds if every child holds; refuted if one is refuted."""

    operator: ClassVar[str] = "and"


class Or(Joined, frozen=True, kw_only=True):
    """Holds if one child holds; refuted if every child is refuted."""

    operator: ClassVar[str] = "or"
