"""Where two answers differ: member by member, entries of lists by what names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from spinegraph.engine.model import Frozen, doc

NAMES = ("id", "code", "condition", "recommendation", "text")
"""Members by which an entry of a list is known again, the first that all entries have."""


class MemberChange(Frozen, frozen=True, kw_only=True):
    """A member that is not as it was."""

    member: Annotated[str, doc("Where it stands: a JSON pointer, with names for entries of lists that have one.")]
    was: Annotated[str, doc("Its value as JSON; empty where there was none.")]
    now: Annotated[str, doc("Its value as JSON; empty where there is none.")]


def changed_members(was: bytes, now: bytes, aside: Sequence[str] = ()) -> Iterator[MemberChange]:
    """What differs between two answers in JSON, but for the members at the top that are left `aside`.

    Raises MsgspecError where one is none.
    """
    sides = [msgspec.json.decode(answer, type=dict[str, Any]) for answer in (was, now)]
    for name in aside:
        for side in sides:
            side.pop(name, None)
    yield from _changed("", *sides)


_NONE = object()


def _changed(place: str, was: Any, now: Any) -> Iterator[MemberChange]:
    if was == now:
        return
    match was, now:
        case dict(), dict():
            yield from _of_members(place, was, now)
        case list(), list() if name := _name(was, now):
            yield from _of_members(place, *({entry[name]: entry for entry in side} for side in (was, now)))
        case list(), list() if len(was) == len(now):
            for number, (old, new) in enumerate(zip(was, now, strict=True)):
                yield from _changed(f"{place}/{number}", old, new)
        case _:
            yield MemberChange(member=place or "/", was=_text(was), now=_text(now))


def _of_members(place: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[MemberChange]:
    for name in dict.fromkeys((*was, *now)):
        yield from _changed(f"{place}/{name}", was.get(name, _NONE), now.get(name, _NONE))
    order = [[name for name in side if name in was and name in now] for side in (was, now)]
    if order[0] != order[1]:
        yield MemberChange(member=f"{place}: order", was=_text(order[0]), now=_text(order[1]))


def _name(*sides: Sequence[Any]) -> str:
    """The member by which the entries of both lists are told apart, or ""."""
    if not all(isinstance(entry, dict) for side in sides for entry in side):
        return ""
    for name in NAMES:
        named = [[entry.get(name) for entry in side] for side in sides]
        if all(all(isinstance(one, str) for one in side) and len({*side}) == len(side) for side in named):
            return name
    return ""


def _text(value: Any) -> str:
    return "" if value is _NONE else msgspec.json.encode(value).decode()
