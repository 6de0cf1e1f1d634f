"""Observation → measurements, findings and coded values (FHIR R4, section 10.1)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.decide.dates import Moment
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import Observation, Valued
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.exchange.fhir.reading.statuses import OBSERVATION
from spinegraph.engine.exchange.fhir.reading.values import coded_answer, quantity_of, said_present, target_of

VALUES = tuple(name for name in Valued.__struct_fields__ if name.startswith(("value_", "data_absent")))
"""The members that say what was found, or why nothing was."""


def read_observation(given: Observation, reading: Reading) -> Iterator[Statement | Note]:
    """What was observed, and each of its components. A preliminary result is used, and said to be one."""
    status = OBSERVATION.get(given.status or "", "unknown-status")
    if status not in ("", "preliminary"):
        raise UnusableError(status, status=given.status or "not given")
    if given.focus:
        raise UnusableError("other-focus")
    at = _at(given, reading)
    components = given.component or ()
    parts = components if components and not _has_value(given) else (given, *components)
    found = [one for part in parts for one in _part(part, reading, at, given.body_site is not None)]
    if status and (first := next((one.code for one in found if isinstance(one, Statement)), "")):
        found.append(Note("preliminary", {"name": first, "status": status}))
    yield from found


def _at(given: Observation, reading: Reading) -> Moment | None:
    if given.effective_timing:
        raise UnusableError("bad-date", text="effectiveTiming")
    return reading.done(given.effective_date_time, given.effective_instant, given.effective_period, given.issued)


def _has_value(part: Valued) -> bool:
    """Whether there is a value of any kind, or a word on why there is none."""
    return any(getattr(part, name) is not None for name in VALUES)


def _part(part: Valued, reading: Reading, at: Moment | None, of_site: bool) -> Iterator[Statement | Note]:
    """One code with its value. What is wrong with one does not touch the others."""
    try:
        yield from _read_part(part, reading, at, of_site)
    except UnusableError as error:
        yield error.note


def _read_part(part: Valued, reading: Reading, at: Moment | None, of_site: bool) -> Iterator[Statement | Note]:
    if part.modifier_extension:
        raise UnusableError("must-understand", what="modifierExtension")
    meanings = reading.codes.meanings(part.code)
    reading.mentioned.update(code for one in meanings for code in one.mentioned)
    target = target_of(meanings)
    if part.data_absent_reason is not None:
        reason = part.data_absent_reason
        code = next((one.code for one in reason.codings if one.code), reason.text or "")
        raise UnusableError("data-absent", name=target.code, reason=code[:80])
    if target.member == "measurements":
        yield quantity_of(part, target, reading, at)
    elif target.member == "coded":
        yield Statement("coded", target.code, at, target.via, choice=coded_answer(part, target, reading))
    elif said_present(part, target):
        yield Statement("present", target.code, at, target.via)
    elif not target.exact:
        yield Note("narrower-denied", {"code": target.via, "name": target.code})
    elif of_site:
        yield Note("site-denied", {"name": target.code})
    else:
        yield Statement("absent", target.code, at, target.via)
