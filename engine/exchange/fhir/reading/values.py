"""The value of an observation, or of an answer → a number in the unit of a measurement, a coded value, or present and absent."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from spinegraph.engine.decide.dates import Moment
from spinegraph.engine.decide.quantities import read_quantity
from spinegraph.engine.errors import MeasurementError, shortened
from spinegraph.engine.exchange.fhir.elements import Coding, Quantity
from spinegraph.engine.exchange.fhir.form.link_ids import YES
from spinegraph.engine.exchange.fhir.reading.codes import Meaning, answer_of, not_understood
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import Valued
from spinegraph.engine.exchange.fhir.reading.statements import Statement, UnusableError

UCUM = "http://unitsofmeasure.org"
PLAIN_UNITS = ("", "1")
"""Units of what is only counted."""
READ_VALUES = ("value_quantity", "value_codeable_concept", "value_boolean", "value_integer")
"""Members whose values are read; every other `value[x]` is named as not read."""


class Target(NamedTuple):
    """What a value is of. `exact`: the code names it, and not something narrower."""

    member: str
    code: str
    via: str
    exact: bool = True


@lru_cache(maxsize=1 << 12)
def target_of(meanings: tuple[Meaning, ...]) -> Target:
    """What codes ask for: one measurement, finding or coded value. Raises UnusableError where it is none, or more than one."""
    found = {Target("measurements", code, one.via) for one in meanings for code in one.measurements}
    found |= {Target("coded", code, one.via) for one in meanings for code in one.coded}
    if not found:
        exact = {Target("findings", code, one.via) for one in meanings for code in one.findings}
        found = exact or {Target("findings", code, one.via, False) for one in meanings for code in one.wider_findings}
    if not found:
        raise not_understood(meanings)
    codes = sorted({one.code for one in found})
    if len(codes) > 1:
        raise UnusableError("ambiguous-code", names=",".join(codes))
    return min(found)


def quantity_of(part: Valued, target: Target, reading: Reading, at: Moment | None) -> Statement:
    """The number of a measurement, converted. Raises UnusableError: no unit is guessed, and a bound is no number."""
    quantity = part.value_quantity
    if quantity is None and part.value_integer is not None:
        quantity = Quantity(value=part.value_integer)
    if quantity is None or quantity.value is None:
        raise _without(part, target, "value_quantity")
    return Statement("measurements", target.code, at, target.via, value=number_of(quantity, target, reading))


def number_of(quantity: Quantity, target: Target, reading: Reading) -> float:
    """A quantity in the unit of a measurement. Raises UnusableError."""
    if quantity.comparator:
        raise UnusableError(
            "comparator", name=target.code, comparator=shortened(quantity.comparator), value=f"{quantity.value or 0:g}"
        )
    possible = reading.codes.book.ranges[target.code]
    unit = quantity.code if quantity.system == UCUM else None
    if unit is None and not (possible[2] in PLAIN_UNITS and quantity.code is None and not quantity.unit):
        raise UnusableError("no-unit", name=target.code)
    plain = unit is None or (unit in PLAIN_UNITS and possible[2] in PLAIN_UNITS)  # unity is the unit of what has none
    given = {"value": quantity.value} if plain else {"value": quantity.value, "unit": unit}
    try:
        return read_quantity(given, target.code, possible, "")
    except MeasurementError as error:
        raise UnusableError("unusable-value", problem=error.what) from error


def plain_number(number: float, target: Target, reading: Reading) -> float:
    """A number of an answer, which has the unit that the code names, as in a case. Raises UnusableError."""
    return number_of(Quantity(value=number, system=UCUM, code=reading.codes.book.ranges[target.code][2]), target, reading)


def coded_answer(part: Valued, target: Target, reading: Reading) -> str:
    """The code of a coded value. Raises UnusableError where it is none of those that are known."""
    concept = part.value_codeable_concept
    if concept is None:
        raise _without(part, target, "value_codeable_concept")
    for coding in concept.codings:
        if choice := choice_of(coding, target, reading):
            return choice
    raise UnusableError("value-not-read", name=target.code, what=shortened(_first_code(concept.codings)))


def choice_of(coding: Coding, target: Target, reading: Reading) -> str:
    """The value of a list that a coding names by its code, or ""."""
    code = (coding.code or "").lower()
    return next((choice for choice in reading.codes.book.choices[target.code] if choice.lower() == code), "")


def said_present(part: Valued, target: Target) -> bool:
    """Whether a finding is there. Raises UnusableError where the value is neither yes nor no."""
    if part.value_boolean is not None:
        return part.value_boolean
    concept = part.value_codeable_concept
    if concept is None:
        raise _without(part, target, "value_boolean")
    answers = {answer for coding in concept.codings if (answer := answer_of(coding))}
    return yes_or_no(answers, target, shortened(_first_code(concept.codings) or concept.text or ""))


def yes_or_no(answers: set[str], target: Target, shown: str) -> bool:
    """What coded answers say together. Raises UnusableError where that is not known, or they are no answers."""
    if len(answers) != 1:
        raise UnusableError("value-not-read", name=target.code, what=shown)
    (answer,) = answers
    if answer == "unknown":
        raise UnusableError("data-absent", name=target.code, reason=shown)
    return answer == YES


def _first_code(codings: Iterable[Coding]) -> str:
    return next((one.code for one in codings if one.code), "")


def _without(part: Valued, target: Target, wanted: str) -> UnusableError:
    """Why there is no value of the kind that is wanted: there is none, or one that is not read."""
    for name in part.__struct_fields__:
        if name.startswith("value_") and name != wanted and getattr(part, name) is not None:
            kind = "".join(word.capitalize() for word in name.split("_")[1:])
            return UnusableError("value-not-read", name=target.code, what=f"value{kind}")
    return UnusableError("no-value", name=target.code)
