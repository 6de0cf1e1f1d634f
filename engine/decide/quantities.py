"""Numbers of a case → values in the units of their measurements: a UCUM unit is converted, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from spinegraph.engine.errors import MeasurementError, kind_of_value, shortened
from spinegraph.engine.model.units import in_words

MAX_NUMBER = 1e300
"""Greater numbers are reported as this: an integer may have more digits than a float can hold."""
_UNIT = re.compile(r"(?!.*\d{3}).{1,40}")
"""A unit that anything is measured in. Powers of three digits are none, and could take for ever to work out."""
QUANTITY = ("value", "unit")
_NOTE = re.compile(r"\{[^{}]*\}")
"""Words in a unit that UCUM gives no meaning."""


def read_quantity(given: Any, code: str, possible: tuple[float, float, str], where: str) -> float:
    """A number, or an object of value and UCUM unit → the value in the unit of the measurement.

    `possible`: its least and greatest value, its unit. Raises MeasurementError, also for a value that cannot be.
    """
    least, most, unit = possible
    sent = given if isinstance(given, Mapping) else {"value": given}
    for key in sent:
        if key not in QUANTITY:
            raise MeasurementError(
                f"{code} has {shortened(str(key))}, which is not read.",
                where=where,
                mend=f'Give a number, or {{"value": 20, "unit": "{unit}"}}.',
            )
    if "value" not in sent:
        raise MeasurementError(f"{code} has no value.", where=where, mend=f'Write {{"value": 20, "unit": "{unit}"}}.')
    value = _number(sent["value"], code, unit, where)
    own = sent.get("unit", unit)
    if own != unit:
        value = _converted(value, own, code, unit, where)
    if not least <= value <= most:
        raise MeasurementError(
            f"{code} is {value:g}, which cannot be: possible is {least:g} to {most:g} {in_words(unit)}.",
            where=where,
            mend=f"Check the value and its unit; {_read_as(unit)}",
        )
    return float(value)


def _number(value: Any, code: str, unit: str, where: str) -> float:
    if isinstance(value, str):
        raise MeasurementError(
            f"{code} is {shortened(value)}, which is text.",
            where=where,
            mend=f"Give a plain number, without a unit; {_read_as(unit)}",
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MeasurementError(
            f"{code} is {kind_of_value(value)}, not a number.", where=where, mend=f"Give a number; {_read_as(unit)}"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise MeasurementError(
            f"{code} is {value}, which nothing measures.", where=where, mend="Leave it out if it is not known."
        )
    return max(min(value, MAX_NUMBER), -MAX_NUMBER)


def _converted(value: float, own: Any, code: str, unit: str, where: str) -> float:
    factor = _conversion(own, unit) if isinstance(own, str) and _UNIT.fullmatch(own) else None
    if factor is None:
        named = shortened(own) if isinstance(own, str) else kind_of_value(own)
        raise MeasurementError(
            f"{code} has the unit {named}, which cannot be converted to {in_words(unit)}.",
            where=f"{where}/unit",
            mend=f"Give a UCUM unit of the same kind, or none; {_read_as(unit)}",
        )
    scale, offset = factor
    return float(f"{value * scale + offset:.12g}")  # so that no rounding of a conversion decides a bound


def _counted(note: re.Match[str]) -> str:
    """What stands for a note in braces: nothing behind a unit, and one where it stands for itself, as in `{beats}/min`."""
    before = note.string[: note.start()]
    return "1" if not before or before[-1] in "./(" else ""


@lru_cache(maxsize=256)
def _conversion(own: str, unit: str) -> tuple[float, float] | None:
    """Scale and offset from one UCUM unit to another; None where there is none that is of the same kind."""
    registry, plain = _registry(), _NOTE.sub(_counted, own)
    if "{" in plain or "}" in plain:
        return None
    from lark.exceptions import LarkError
    from pint.errors import PintError

    try:
        one, zero = (
            registry.Quantity(number, registry.from_ucum(plain)).to(registry.from_ucum(unit)).magnitude for number in (1.0, 0.0)
        )
    except (LarkError, PintError, ArithmeticError):
        return None
    return one - zero, zero


@cache
def _registry() -> Any:
    """Made at the first unit that has to be converted: that takes a second."""
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


def _read_as(unit: str) -> str:
    return f"it is read as {in_words(unit)} (UCUM {unit})."
