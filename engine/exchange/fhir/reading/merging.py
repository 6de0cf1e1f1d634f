"""What all resources say together → the entries of a case: the latest counts, and where two say otherwise at one time, neither.

The reader of cases refuses values whose order cannot be known; a record that a clinic keeps has them, so that they are set aside
here, and said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.decide.dates import Moment, age_in_years, read_moment
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement

ACTS = ("performed", "taking")
"""Members of what is done or taken; each has one of what is not, whose name begins with `not_`."""
MAX_VALUES = 5
"""So many values that contradict one another are named."""
_NOW = (datetime.max.replace(tzinfo=UTC),) * 2


class Said(NamedTuple):
    """A statement and the number of the resource that makes it."""

    source: int
    what: Statement


class Merged(NamedTuple):
    """The members of a case; what of all statements stands in it; and what is said of those that do not, or contradict."""

    data: Mapping[str, Any]
    used: tuple[Said, ...]
    notes: tuple[tuple[int, Note], ...]


def merge(said: Iterable[Said], book: Codebook, as_of: Moment | None) -> Merged:
    """The statements of a record as the entries of a case."""
    by_fact: dict[tuple[str, str], list[Said]] = {}
    for one in said:
        member = one.what.member.removeprefix("not_")
        by_fact.setdefault(("findings" if member in ("present", "absent") else member, one.what.code), []).append(one)
    data: dict[str, Any] = {}
    used: list[Said] = []
    notes: list[tuple[int, Note]] = []
    born = [one for (member, _), group in by_fact.items() if member == "birth_date" for one in group]
    if born and as_of:
        _age(born, by_fact, book, as_of, notes)
    for (member, code), group in by_fact.items():
        kept = _kept(member, code, group, book, notes)
        used += kept
        _enter(data, member, code, kept)
    return Merged(data, tuple(used), tuple(notes))


def _age(
    born: list[Said], by_fact: dict[tuple[str, str], list[Said]], book: Codebook, as_of: Moment, notes: list[tuple[int, Note]]
) -> None:
    """Of a recorded age and a date of birth the latter counts, if they agree; else neither."""
    recorded = by_fact.pop(("measurements", book.age), [])
    (birth, *_) = born
    for source, age in recorded:
        least, most = age_in_years(read_moment(birth.what.code, "birth_date", ""), age.at or as_of)
        if max(least, 0) <= int(age.value or 0) <= most:
            notes.append((source, Note("birth-date-counts")))
            continue
        contradiction = Note("contradictory-age", {"value": f"{age.value:g}"})
        notes += [(source, contradiction), (birth.source, contradiction)]
        by_fact.pop(("birth_date", birth.what.code), None)


def _kept(member: str, code: str, group: list[Said], book: Codebook, notes: list[tuple[int, Note]]) -> list[Said]:
    """The statements about one fact that stand in the case."""
    if member in ("measurements", "coded"):
        return _values(member, code, group, book, notes)
    if member in ACTS:
        done, not_done = _parted(group, lambda one: one.member == member)
        standing, left = _parted(not_done, lambda one: not done or one.ongoing)
        notes += [(one.source, Note("said-otherwise", {"name": code})) for one in left]
        return _both_sides(code, [done, standing], book, notes)
    if member == "findings":
        return _findings(code, group, book, notes)
    return group


def _findings(code: str, group: list[Said], book: Codebook, notes: list[tuple[int, Note]]) -> list[Said]:
    """Of what is said of a finding the latest counts; where it cannot be known which that is, both sides stand."""
    present, absent = _parted(group, lambda one: one.member == "present")
    held = [_not_before(present, absent, notes), _not_before(absent, present, notes)]
    return _both_sides(code, held, book, notes)


def _both_sides(code: str, sides: list[list[Said]], book: Codebook, notes: list[tuple[int, Note]]) -> list[Said]:
    """The entries that count of what is said for a fact and against it; where both stand, that is a contradiction."""
    kept = [one for side in sides for one in _entries(code, side, book, notes)]
    if all(sides):
        notes += [(one.source, Note("contradictory-findings", {"name": code})) for one in kept]
    return kept


def _not_before(side: list[Said], other: list[Said], notes: list[tuple[int, Note]]) -> list[Said]:
    """What one side says that is not certainly of an earlier time than what the other says last."""
    if not side or not other:
        return side
    last = max((one.what for one in other), key=_order)
    earlier, held = _parted(side, lambda one: _before(one, last))
    notes += [(one.source, Note("older-entry", {"name": one.what.code})) for one in earlier]
    return held


def _before(one: Statement, other: Statement) -> bool:
    """Whether one is certainly said of an earlier time than another. What goes on, or has no date, is said of now."""
    return one.at is not None and not one.ongoing and (other.at is None or other.at.after(one.at))


def _entries(code: str, group: list[Said], book: Codebook, notes: list[tuple[int, Note]]) -> list[Said]:
    """Of entries of one fact on one side one without a date counts, as one of now, or else the latest; all of them where rules
    ask about dates."""
    if not group or (group[0].what.member, code) in book.dated:
        return group
    last = max((one.what for one in group), key=_order)
    kept, older = _parted(group, lambda one: one.at == last.at)
    notes += [(one.source, Note("older-entry", {"name": code})) for one in older]
    return kept


def _values(member: str, code: str, group: list[Said], book: Codebook, notes: list[tuple[int, Note]]) -> list[Said]:
    """The latest value, and those before it where rules ask about dates; none where two are of one time, and differ."""
    ordered = sorted(group, key=lambda one: _order(one.what))
    last = ordered[-1].what
    of_one_time, older = _parted(ordered, lambda one: _together(one, last))
    given = dict.fromkeys(one.what.choice or f"{one.what.value:g}" for one in of_one_time)
    clash = len({(one.what.value, one.what.choice) for one in of_one_time}) > 1
    if clash:
        shown = ", ".join([*given][:MAX_VALUES])
        notes += [(one.source, Note("contradictory-values", {"name": code, "values": shown})) for one in of_one_time]
    elif (member, code) in book.dated:
        return ordered
    notes += [(one.source, Note("older-entry", {"name": code})) for one in older]
    return [] if clash else of_one_time


def _parted(group: list[Said], chosen: Callable[[Statement], bool]) -> tuple[list[Said], list[Said]]:
    """Those of which something is true, and the others."""
    parts: tuple[list[Said], list[Said]] = ([], [])
    for one in group:
        parts[not chosen(one.what)].append(one)
    return parts


def _order(one: Statement) -> tuple[datetime, datetime]:
    """A key that sorts by time; what has no date is of now."""
    return one.at.order if one.at else _NOW


def _together(one: Statement, last: Statement) -> bool:
    """Whether it cannot be known which of two values is the later."""
    return one.at is None or last.at is None or one.at.overlaps(last.at)


def _enter(data: dict[str, Any], member: str, code: str, kept: list[Said]) -> None:
    """Put what stands in the case among its members, as JSON has them."""
    if not kept:
        return
    last = kept[-1].what
    if member == "birth_date":
        data[member] = code
    elif member == "coded":
        data.setdefault(member, {})[code] = {"code": last.choice, **_at(last)}
    elif member == "measurements":
        values = [*(one.what for one in kept if not _together(one.what, last)), last]
        written = [{"value": one.value, **_at(one)} for one in values]
        data.setdefault(member, {})[code] = written if last.at else written[0]
    else:
        for one in kept:
            data.setdefault(one.what.member, []).append({"code": code, **_at(one.what)})


def _at(one: Statement) -> dict[str, str]:
    return {"at": one.at.text} if one.at else {}
