"""YAML → plain data with the place of everything in it: the only reader of YAML.

It is YAML 1.2 with JSON's grammar of numbers: `054`, `1:30`, `0x36`, `5_4`, `.5` and `+5` are texts, and so are `no`, `off` and
days. Whoever needs a number refuses them; none is ever taken for another number. Aliases and tags are refused. Size, number
of values and depth are limited before anything is built, and libyaml reads, so that no text takes long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml
from spinegraph.engine.errors import CaseTooLargeError, MalformedCaseError, shortened
from spinegraph.engine.knowledge.numbers import read_number

WRITE = "Write `present: [code, code]`, `absent: […]`, `measurements: {age_years: 54}`."
DEEP = "A case has lists of codes, nothing deeper."
WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""Words without quotation marks that are no text (YAML 1.2, core schema)."""
PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}": kind for kind in ("str", "seq", "map")} | {"!": "str"}

_OTHER_ENDS = re.compile(rb"\xc2\x85|\xe2\x80[\xa8\xa9]")
"""What ended a line in YAML 1.1, as libyaml has it, and does so neither in YAML 1.2 nor in an editor."""


class Limits(NamedTuple):
    """The most bytes, values (and ends of lists and objects), and lists and objects inside each other."""

    size: int
    values: int
    depth: int = 20


CASE = Limits(1 << 18, 5_000)
"""One case: the shipped knowledge has less than 150 codes."""
DOCUMENT = Limits(1 << 20, 200_000)
"""A file of many cases, or a profile."""


def too_many_values(limits: Limits) -> CaseTooLargeError:
    """That there are more values than are read."""
    return CaseTooLargeError(f"The case has more than {limits.values:,} values.", mend="Send only codes and measurements.")


class Place(NamedTuple):
    """1-based line and column."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class YamlText(NamedTuple):
    """Plain data, and by JSON pointer ("/0/case/present/2") the place of each of its members."""

    data: Any
    places: Mapping[str, Place]


def read_yaml(body: bytes, limits: Limits = CASE) -> YamlText:
    """Read one document. Raises MalformedCaseError with line and column, CaseTooLargeError."""
    if len(body) > limits.size:
        raise CaseTooLargeError(
            f"The case has {len(body):,} bytes; the limit for YAML is {limits.size:,}.", mend="Send only codes and measurements."
        )
    if other := _OTHER_ENDS.search(body):
        before = body[: other.start()].decode(errors="replace").split("\n")
        raise _malformed(
            f"U+{ord(other[0].decode()):04X} ends a line to some readers, and to others it does not",
            f"line {len(before)}, column {len(before[-1]) + 1}",
            "Take it out, or write it as an escape in quotation marks.",
        )
    builder = _Builder(limits)
    try:
        for event in yaml.parse(body, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else None
        raise _malformed(_problem(error, body, place), str(place or "")) from error
    except yaml.reader.ReaderError as error:
        what = f"This is not YAML: {error.reason}."
        raise MalformedCaseError(what, where=f"byte {error.position}", mend="Save the file as UTF-8 YAML.") from error
    except ValueError as error:  # UTF-16 that is none, and integers of thousands of digits
        raise MalformedCaseError(f"This is not YAML: {error}.", mend="Save the file as UTF-8 YAML.") from error
    return YamlText(builder.data, builder.places)


def _problem(error: yaml.MarkedYAMLError, body: bytes, place: Place | None) -> str:
    """What libyaml says, with the character where it speaks of one."""
    problem = str(error.problem or error.context)
    if place is None or not problem.startswith("found character that"):
        return problem
    line = body.decode(errors="replace").split("\n")[place.line - 1]
    return problem.replace("character", f"character {line[place.column - 1 : place.column]!r}", 1)


def _malformed(problem: str, where: str, mend: str = WRITE) -> MalformedCaseError:
    return MalformedCaseError(f"This is not YAML: {problem}.", where=where, mend=mend)


class _Open(NamedTuple):
    """A list or an object that has not ended; `key` holds the key whose value comes next."""

    held: list[Any] | dict[str, Any]
    pointer: str
    key: list[str]


class _Builder:
    """Builds plain data from the events of a parser, without recursion."""

    def __init__(self, limits: Limits) -> None:
        self.data: Any = None
        self.places: dict[str, Place] = {}
        self._limits = limits
        self._open: list[_Open] = []
        self._taken = 0

    def take(self, event: yaml.Event) -> None:
        self._taken += 1
        if self._taken > self._limits.values:
            raise too_many_values(self._limits)
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.SequenceStartEvent():
                self._begin(event, [], "seq")
            case yaml.MappingStartEvent():
                self._begin(event, {}, "map")
            case yaml.CollectionEndEvent():
                self._open.pop()
            case yaml.AliasEvent():
                raise MalformedCaseError(
                    f"{shortened(f'*{event.anchor}')} stands for something that is written elsewhere.",
                    where=str(_place(event)),
                    mend="Write it out: aliases are not read here.",
                )
            case yaml.DocumentStartEvent() if self._taken > 2:
                raise _malformed("another document begins here", str(_place(event)))
            case _:
                pass

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._expects_key():
            self._take_key(event)
            return
        self._check_tag(event, "str")
        plain = event.tag is None and event.implicit[0]
        self._put(event, plain_value(event.value) if plain else event.value)

    def _begin(self, event: yaml.CollectionStartEvent, held: list[Any] | dict[str, Any], kind: str) -> None:
        if self._expects_key():
            raise _malformed("a key that is not plain text", str(_place(event)))
        self._check_tag(event, kind)
        if len(self._open) >= self._limits.depth:
            raise MalformedCaseError("This is nested too deeply.", where=str(_place(event)), mend=DEEP)
        self._open.append(_Open(held, self._put(event, held), []))

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].held, dict) and not self._open[-1].key

    def _take_key(self, event: yaml.ScalarEvent) -> None:
        self._check_tag(event, "str")
        holder, key = self._open[-1], event.value
        if key in holder.held:
            raise MalformedCaseError(
                f"{shortened(key)} stands more than once in one object.",
                where=str(_place(event)),
                mend="Join the entries: nothing is dropped.",
            )
        holder.key.append(key)
        self.places[f"{holder.pointer}/{key}"] = _place(event)

    def _put(self, event: yaml.Event, value: Any) -> str:
        """Put a value where the next one is expected; its pointer."""
        if not self._open:
            self.data = value
            self.places.setdefault("", _place(event))
            return ""
        holder = self._open[-1]
        if isinstance(holder.held, dict):
            key = holder.key.pop()
            holder.held[key] = value
            return f"{holder.pointer}/{key}"
        holder.held.append(value)
        pointer = f"{holder.pointer}/{len(holder.held) - 1}"
        self.places[pointer] = _place(event)
        return pointer

    def _check_tag(self, event: yaml.NodeEvent, kind: str) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and PLAIN_TAGS.get(tag) != kind:
            raise _malformed(f"the tag {shortened(tag)} is not read here", str(_place(event)), "Write the value without a tag.")


def _place(event: yaml.Event) -> Place:
    mark: Any = event.start_mark
    return Place(mark.line + 1, mark.column + 1)


def plain_value(text: str) -> Any:
    """What a scalar without quotation marks means: a number, nothing, a truth value, or else its text.

    >>> [plain_value(text) for text in ("54", "-1.5e3", "054", "1:30", "0x36", ".5", "no", "true", "~")]
    [54, -1500.0, '054', '1:30', '0x36', '.5', 'no', True, None]
    """
    number = read_number(text)
    return WORDS.get(text, text) if number is None else number
