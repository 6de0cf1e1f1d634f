"""What the readers of all resources need: the codes, the moment of the case, and what references lead to."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from spinegraph.engine.decide.dates import Moment, read_moment
from spinegraph.engine.errors import MalformedCaseError, shortened
from spinegraph.engine.exchange.fhir.elements import CodeableConcept, Period, Reference
from spinegraph.engine.exchange.fhir.reading.codes import Codes
from spinegraph.engine.exchange.fhir.reading.statements import UnusableError


class Reading(NamedTuple):
    """One record that is being read. `medication`: what a reference to a medicine leads to, or None; `mentioned`: collects the
    codes of findings that the record has to do with, also where it does not say whether they are there."""

    codes: Codes
    as_of: Moment | None
    medication: Callable[[Reference], CodeableConcept | None]
    mentioned: set[str]

    def moment(self, text: str) -> Moment:
        """A date of FHIR (dateTime, instant, date). Raises UnusableError where it is none, or lies after the case."""
        moment = _moment(text)
        if self.as_of and moment.after(self.as_of):
            raise UnusableError("future-date", at=moment.text)
        return moment

    def began(self, *given: str | Period | None) -> Moment | None:
        """The first date that is there; of a period its beginning. Raises UnusableError."""
        for one in given:
            text = one.start if isinstance(one, Period) else one
            if text:
                return self.moment(text)
        return None

    def done(self, *given: str | Period | None) -> Moment | None:
        """The first date that is there; of a period its end, if that has come, or else its beginning. Raises UnusableError."""
        for one in given:
            if isinstance(one, Period):
                ended = _moment(one.end) if one.end else None
                if ended and not (self.as_of and ended.after(self.as_of)):
                    return ended
                one = one.start
            if one:
                return self.moment(one)
        return None

    def has_come(self, *given: str | Period | None) -> bool:
        """Whether one of the dates is there, and not after the moment of the case. Raises UnusableError where one is no date."""
        texts = [one.start or one.end if isinstance(one, Period) else one for one in given]
        return any(text and not (self.as_of and _moment(text).after(self.as_of)) for text in texts)

    def is_over(self, period: Period | None) -> bool:
        """Whether a period has certainly ended before the moment of the case. Raises UnusableError where its end is no date."""
        return bool(period and period.end and self.as_of and self.as_of.after(_moment(period.end)))


@lru_cache(maxsize=1 << 13)
def _moment(text: str) -> Moment:
    try:
        return read_moment(text, "", "")
    except MalformedCaseError as error:
        raise UnusableError("bad-date", text=shortened(text)) from error
