"""Answers to the questions of an interview → what is known of the patient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from spinegraph.engine import Case, Codebook, Knowledge, MalformedCaseError, make_case
from spinegraph.engine.criteria.facts import date_of
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.knowledge.numbers import read_number
from spinegraph.engine.model import units
from spinegraph.engine.model.shown import ShownItem, ShownScreen

NONE, UNKNOWN, BACK, QUIT = ("0", "n", "no", "none"), ("?", "u", "unknown"), ("b", "back"), ("q", "quit")
"""Words of an answer."""
_QUANTITY = re.compile(r"([-+.\d]+(?:e[-+]?\d+)?)\s*(.*)")


class Record(NamedTuple):
    """What is known so far, and the codes of what is not known, which is not asked again."""

    case: Case
    declined: frozenset[str] = frozenset()


def open_items(screen: ShownScreen, record: Record) -> Iterator[ShownItem]:
    """The items of a screen that were not declined."""
    return (item for item in screen.items if item.code not in record.declined)


def is_theirs(item: ShownItem, record: Record) -> bool:
    """Whether a patient who answers alone cannot: somebody has to examine, or to look into the record."""
    return record.case.audience == "patient" and item.asked_of != "patient"


def keys(items: Sequence[ShownItem]) -> str:
    """How to answer."""
    rest = "? not known, b back, q quit."
    if items[0].kind == "measurement":
        return f"A number, {rest}"
    if items[0].kind == "coded":
        return f"The number of what it is, {rest}"
    if items[0].kind == "date":
        return f"A date such as 2026-03-01, 2026-03 or 2026, {rest}"
    return f"{'1 if it holds' if len(items) == 1 else 'Numbers of what holds (1 2)'}, 0 none of these, {rest}"


HELP = "What is not ticked is denied; a ? behind the numbers (1 2 ?) leaves it open."


def quantity_range(item: ShownItem) -> str:
    """The unit of a measurement and its possible values."""
    return f"{item.minimum:g} to {item.maximum:g} {units.in_words(item.unit)}".rstrip()


def answered(record: Record, items: Sequence[ShownItem], text: str, codebook: Codebook, knowledge: Knowledge) -> Record:
    """The record with one answer more: a measurement, a date, a coded value or findings. Raises CaseError, if it cannot be."""
    codes = [item.code for item in items]
    if text in UNKNOWN:
        return record._replace(declined=record.declined.union(codes))
    case = record.case
    if items[0].kind == "measurement":
        given = make_case({"measurements": {codes[0]: _quantity(text)}}, codebook).measurements
        values = dict(sorted({**case.measurements, **given}.items()))
        return record._replace(case=msgspec.structs.replace(case, measurements=values))
    if items[0].kind == "date":
        # one that is vague can leave things open, but is all that is known
        return Record(_dated(case, items[0], text, codebook), record.declined.union(codes))
    if items[0].kind == "coded":
        chosen, _ = _ticked([choice.code for choice in items[0].choices], text)
        if len(chosen) != 1:
            raise MalformedCaseError(f"{text!r} is no answer here: it is one of these.")
        coded = dict(sorted({**case.coded, codes[0]: chosen.pop()}.items()))
        return record._replace(case=msgspec.structs.replace(case, coded=coded))
    held, left = _ticked(codes, text)
    present = set(case.present).difference(codes) | held
    absent = set(case.absent).difference(codes).union(_denied(set(codes) - held - left, present, knowledge))
    known = msgspec.structs.replace(case, present=tuple(sorted(present)), absent=tuple(sorted(absent)))
    return Record(known, record.declined | left)


def _dated(case: Case, item: ShownItem, text: str, codebook: Codebook) -> Case:
    """The case with a date, put where the item says. Raises CaseError."""
    data = case_data(case)
    date = text.upper()
    if not text:
        raise MalformedCaseError("Nothing is answered yet.")
    if not item.dates:
        data[item.member] = date
    elif item.member == "measurements":
        readings = data[item.member]
        given = readings[item.dates]
        *earlier, last = given if isinstance(given, list) else [given]
        value = last["value"] if isinstance(last, dict) else last
        data[item.member] = {**readings, item.dates: [*earlier, {"value": value, "at": date}]}
    else:
        # an entry without a date beside it would be another one; what is done or taken stands among findings, too
        for member, code in (("present", item.code.removeprefix(date_of(""))), (item.member, item.dates)):
            data[member] = [entry for entry in data.get(member, []) if entry != code]
        data[item.member].append({"code": item.dates, "at": date})
    return make_case(data, codebook)


def _ticked(codes: Sequence[str], text: str) -> tuple[set[str], set[str]]:
    """The codes that hold, and those that are left open, of an answer such as `0`, `1 3` or `1 ?`."""
    words = re.findall(r"[^\s,;]+", text)
    ticks, left = [word for word in words if word not in UNKNOWN], len(words)
    if text in NONE:
        return set(), set()
    numbers = [int(word) for word in ticks if word.isdecimal() and len(word) <= len(str(len(codes)))]
    if not ticks or len(numbers) != len(ticks) or not all(1 <= number <= len(codes) for number in numbers):
        raise MalformedCaseError(f"{text!r} is no answer here." if text else "Nothing is answered yet.")
    held = {codes[number - 1] for number in numbers}
    return held, set(codes) - held if left > len(ticks) else set()


def _denied(codes: set[str], present: set[str], knowledge: Knowledge) -> Iterator[str]:
    """What is denied of what was not ticked: nothing that is wider than something present."""
    by_code = {concept.code: iri for iri, concept in knowledge.findings.items()}
    holding = {by_code[code] for code in present if code in by_code}
    for code in codes:
        if holding.isdisjoint(knowledge.hierarchy.narrower.get(by_code[code], ())):
            yield code


def _quantity(text: str) -> Any:
    """A number, or one with a unit such as `20 days` or `39 Cel`; otherwise the text, for `make_case` to refuse."""
    found = _QUANTITY.fullmatch(text)
    try:
        number = read_number(found[1]) if found else None
    except ValueError:  # thousands of digits
        number = None
    if not text:
        raise MalformedCaseError("Nothing is answered yet.")
    if found is None or number is None:
        return text
    word = found[2]
    return {"value": number, "unit": units.CODES.get(word, units.CODES.get(f"{word}s", word))} if word else number
