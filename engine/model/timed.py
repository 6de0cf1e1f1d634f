"""Criteria that ask when something was so, or how values went; each has two planes that a case's dates decide."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import structs
from spinegraph.engine.model.base import Frozen
from spinegraph.engine.model.criteria import Act, ActKind, Bound, Criterion

HOUR = 3600
"""Seconds."""


class Window(Frozen, frozen=True, kw_only=True):
    """So many days ("d") or calendar months ("mo") back from the moment of a case, both ends included.

    >>> Window(amount=12, unit="mo").written
    'P12M'
    """

    amount: int
    unit: Literal["d", "mo"]

    @property
    def written(self) -> str:
        """As an xsd:duration."""
        return f"P{self.amount}{'D' if self.unit == 'd' else 'M'}"


class Apart(Frozen, frozen=True, kw_only=True):
    """A least distance in time, in calendar days ("d") or hours ("h")."""

    amount: int
    unit: Literal["d", "h"]

    @property
    def written(self) -> str:
        """As an xsd:duration: `P1D`, `PT4H`."""
        return f"P{self.amount}D" if self.unit == "d" else f"PT{self.amount}H"

    @property
    def least(self) -> int:
        """The amount in days, or in seconds where it is given in hours."""
        return self.amount if self.unit == "d" else HOUR * self.amount


NEXT_DAY = Apart(amount=1, unit="d")
"""What comes after something else at all is of a later day: on one day nothing is in order."""


class Following(Frozen, frozen=True, kw_only=True):
    """After the first time that something was so: `event` is a finding, or an intervention that was done or taken (`kind`)."""

    event: str
    kind: Literal["", "performed", "taking"] = ""
    apart: Apart = NEXT_DAY

    @property
    def reference(self) -> str:
        """The IRI of the fact."""
        return Act(self.kind, self.event).iri if self.kind else self.event


class Timed(Criterion, frozen=True, kw_only=True):
    """What only the dates of a case decide. `affirmed` is the criterion whose planes a program has as inputs."""

    denied: ClassVar[bool] = False
    window: Window | None = None

    @property
    def affirmed(self) -> Timed:
        """Itself; of one that is `denied`, the criterion of which it is the mirror image."""
        return self

    @property
    def dated(self) -> tuple[str, ...]:
        """The facts and measurements (IRIs) of which it reads the dates."""
        return (self.subject,)


class Occurring(Timed, frozen=True, kw_only=True):
    """Asks whether something was so within a `window`, `times` times at distinct dates; `since` something else, which is
    after the last time of it; or `after` its first time.

    `thing` and `since` are IRIs of a finding, or of an intervention that was done (taken, where `kind` says so).
    """

    kind: ClassVar[ActKind | None] = None
    thing: str
    times: int = 1
    since: str = ""
    since_kind: Literal["", "performed"] = ""
    after: Following | None = None

    @property
    def finding(self) -> str:
        """The IRI of the fact that is asked about."""
        return Act(self.kind, self.thing).iri if self.kind else self.thing

    @property
    def reference(self) -> str:
        """The IRI of the fact since or after which it is asked; "" of a window."""
        if self.after:
            return self.after.reference
        return Act("performed", self.since).iri if self.since_kind else self.since

    @property
    def subject(self) -> str:
        return self.finding

    @property
    def dated(self) -> tuple[str, ...]:
        return tuple(iri for iri in (self.finding, self.reference) if iri)

    @property
    def mentions(self) -> tuple[str, ...]:
        named = (self.finding, self.thing, self.reference, self.after.event if self.after else self.since)
        return tuple(dict.fromkeys(iri for iri in named if iri))


class DatedPresent(Occurring, frozen=True, kw_only=True):
    """Holds if the finding or a narrower one is dated so; refuted if it is known not to have been."""

    operator: ClassVar[str] = "dated-present"


class DatedPerformed(Occurring, frozen=True, kw_only=True):
    """The same of an intervention that was done."""

    operator: ClassVar[str] = "dated-performed"
    kind: ClassVar[ActKind | None] = "performed"


class DatedTaking(Occurring, frozen=True, kw_only=True):
    """The same of an intervention that was taken."""

    operator: ClassVar[str] = "dated-taking"
    kind: ClassVar[ActKind | None] = "taking"


class DatedAbsent(Occurring, frozen=True, kw_only=True):
    """The mirror image of DatedPresent."""

    operator: ClassVar[str] = "dated-absent"
    denied: ClassVar[bool] = True

    @property
    def affirmed(self) -> Timed:
        return _as(DatedPresent, self)


class DatedNotPerformed(Occurring, frozen=True, kw_only=True):
    """The mirror image of DatedPerformed."""

    operator: ClassVar[str] = "dated-not-performed"
    kind: ClassVar[ActKind | None] = "performed"
    denied: ClassVar[bool] = True

    @property
    def affirmed(self) -> Timed:
        return _as(DatedPerformed, self)


class DatedNotTaking(Occurring, frozen=True, kw_only=True):
    """The mirror image of DatedTaking."""

    operator: ClassVar[str] = "dated-not-taking"
    kind: ClassVar[ActKind | None] = "taking"
    denied: ClassVar[bool] = True

    @property
    def affirmed(self) -> Timed:
        return _as(DatedTaking, self)


def _as(kind: type[Occurring], other: Occurring) -> Occurring:
    """The question of another criterion, without its names."""
    named = set(Criterion.__struct_fields__)
    return kind(**{name: value for name, value in structs.asdict(other).items() if name not in named})


class OfReadings(Timed, frozen=True, kw_only=True):
    """Asks about the dated values of a measurement, all of them in a `window` where there is one."""

    measurement: str
    lower: Bound | None = None
    upper: Bound | None = None

    @property
    def subject(self) -> str:
        return self.measurement


class Repeated(OfReadings, frozen=True, kw_only=True):
    """Holds if so many readings in range lie so far apart; refuted if so many were taken, and none that many can be in range."""

    operator: ClassVar[str] = "repeated"
    times: int
    apart: Apart


class Latest(OfReadings, frozen=True, kw_only=True):
    """Holds if the last reading is in range; refuted if it is out of it."""

    operator: ClassVar[str] = "latest"


class Altered(OfReadings, frozen=True, kw_only=True):
    """Compares the last reading with the one before."""

    ratio: ClassVar[bool]


class Changed(Altered, frozen=True, kw_only=True):
    """The one before is taken from the last."""

    operator: ClassVar[str] = "change"
    ratio: ClassVar[bool] = False


class ChangedRatio(Altered, frozen=True, kw_only=True):
    """The last is divided by the one before; by nothing, it is not known."""

    operator: ClassVar[str] = "change-ratio"
    ratio: ClassVar[bool] = True
