"""The values of a request: measured numbers in the unit that their code names, and codes of coded values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from spinegraph.engine.decide.codebook import code_named
from spinegraph.engine.decide.dates import Moment, age_in_years, read_age, read_moment
from spinegraph.engine.decide.entry_reader import Entry, EntryReader
from spinegraph.engine.decide.quantities import read_quantity
from spinegraph.engine.decide.suggestions import CODED
from spinegraph.engine.errors import LONGEST_ECHO, MalformedCaseError, MeasurementError, kind_of_value, shortened
from spinegraph.engine.knowledge.build.coded_values import UNKNOWN
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.model import IgnoredInput


class ValueEntries(EntryReader):
    """Reads the values of one request."""

    # Coded values ----------------------------------------------------------------------------

    def coded(self, given: Any) -> dict[str, str]:
        """Code of a coded property → the code of its value. One that is sent as unknown is not known."""
        if not isinstance(given, dict):
            raise MalformedCaseError(
                f"'coded' is an object of texts, not {kind_of_value(given)}.", where="/coded", mend='Write {"sex": "female"}.'
            )
        values = {}
        for key, sent in given.items():
            name, where = str(key), f"/coded/{str(key)[:LONGEST_ECHO]}"
            entry = self._entry(sent, where)
            for text in (name, entry.name):
                if not text.strip() or len(text) > LONGEST_ECHO or unshown_character(text):
                    raise MalformedCaseError(
                        f"{shortened(text)} is no coded value.", where=where, mend='Write a short code, as in {"sex": "female"}.'
                    )
            property_ = code_named(name, self._codebook.coded)
            if property_ is None:
                self._check_coded(name, entry)
                self._note_unknown("coded", Entry(name, where, entry.at))
                continue
            if property_ in values:
                raise MalformedCaseError(
                    f"{property_} is given twice.", where=where, mend="A case is one moment: give one value."
                )
            self._note_replaced(name, property_)
            code = self._choice(property_, entry)
            if code and property_ in self._codebook.idle:
                self._ignored[IgnoredInput(member="coded", code=property_, reason="no-rule", choice=code)] = None
            elif code:
                values[property_] = code
                if entry.at:
                    self._date("coded", property_, entry.at)
        return dict(sorted(values.items()))

    def _check_coded(self, name: str, entry: Entry) -> None:
        """Raises CaseError for a name that is known, but stands for no coded property."""
        if code := code_named(name, self._codebook.measurements):
            self._value(code, entry.name, entry.where)  # which is text
        if code := code_named(name, self._codebook.findings):
            raise MalformedCaseError(
                f"{name!r} is a finding.", where=entry.where, mend=f'Write "present": ["{code}"], or "absent".'
            )

    def _choice(self, property_: str, entry: Entry) -> str:
        """The code of a value, as it is written or in small letters; "" where it is not known, or is no value of this."""
        codes = self._codebook.choices[property_]
        found = next((code for code in codes if entry.name in (code, code.lower()) or entry.name.lower() == code), "")
        if not found and entry.name.lower() != UNKNOWN:
            self._note_unknown(f"{CODED}{property_}", entry)
        return found

    # Measurements ----------------------------------------------------------------------------

    def measurements(self, given: Any) -> dict[str, float]:
        """Code → the value that counts, in the unit of the measurement."""
        if not isinstance(given, dict):
            raise MalformedCaseError(
                f"'measurements' is an object of numbers, not {kind_of_value(given)}.",
                where="/measurements",
                mend='Write {"age_years": 54}.',
            )
        names = self._codebook.measurements
        values: dict[str, float] = {}
        for key, value in given.items():
            name, where = str(key), f"/measurements/{key}"
            code = code_named(name, names) or next(iter(self._codebook.entailed(name, names)), None)
            if code is None and name in self._codebook.findings:
                what, mend = f"{name!r} is a finding.", f'Write "present": ["{name}"], or "absent".'
                raise MalformedCaseError(what, where=where, mend=mend)
            if code is None and (coded := code_named(name, self._codebook.coded)):
                raise MalformedCaseError(f"{name!r} is a coded value.", where=where, mend=f'Write "coded": {{"{coded}": …}}.')
            if code is None:
                self._note_unknown("measurements", Entry(name, where, None))
                continue
            self._note_replaced(name, code)
            number = self._value(code, value, where)
            if code in values:
                raise MeasurementError(f"{code} is given twice.", where=where, mend="A case is one moment: give one value.")
            values[code] = number
        return dict(sorted(values.items()))

    def _value(self, code: str, given: Any, where: str) -> float:
        if isinstance(given, list):
            return self._latest_value(code, given, where)
        number, moment = self._dated_value(code, given, where)
        if moment:
            self._date("measurements", code, moment)
        return number

    def _dated_value(self, code: str, given: Any, where: str) -> tuple[float, Moment | None]:
        """A value and its date, if it has one."""
        possible = self._codebook.ranges[code]
        if not isinstance(given, dict) or "at" not in given:
            return read_quantity(given, code, possible, where), None
        moment = self._moment(given, code, where)
        return read_quantity({key: part for key, part in given.items() if key != "at"}, code, possible, where), moment

    def _latest_value(self, code: str, given: list[Any], where: str) -> float:
        """The latest of several dated values. Raises MeasurementError where it cannot be known which that is."""
        unit = self._codebook.ranges[code][2]
        mend = f'Give one value, or date each of them: [{{"value": 20, "unit": "{unit}", "at": "2026-03-01"}}].'
        if not given:
            raise MeasurementError(f"{code} is an empty list.", where=where, mend=mend)
        dated: list[tuple[Moment, float]] = []
        for number, sent in enumerate(given):
            value, moment = self._dated_value(code, sent, f"{where}/{number}")
            if moment is None:
                raise MeasurementError(f"A value in the list of {code} has no date.", where=f"{where}/{number}", mend=mend)
            dated.append((moment, value))
        *older, (latest, value) = sorted(dict.fromkeys(dated), key=lambda one: (one[0].order, one[1]))
        for moment, other in older:
            if moment.overlaps(latest):
                raise MeasurementError(
                    f"{code} is {other:g} at {moment.text} and {value:g} at {latest.text}: which is the later cannot be known.",
                    where=where,
                    mend="Give the later one alone, or dates that tell them apart.",
                )
            self._older("measurements", code, moment, other)
        self._date("measurements", code, latest)
        return value

    def with_age(self, birth_date: Any, values: Mapping[str, float]) -> dict[str, float]:
        """Values with the age that follows from a date of birth; a given one stays if it agrees, and is of the case's moment.

        Raises MalformedCaseError where no age follows, MeasurementError where it cannot be, or another one is given.
        """
        code, where = self._codebook.age, "/birth_date"
        born, age = read_age(birth_date, self._as_of)
        if not code:
            raise MalformedCaseError(
                "birth_date gives an age, which this knowledge does not read.", where=where, mend="Leave it out."
            )
        read_quantity(age, code, self._codebook.ranges[code], where)
        if code not in values:
            return dict(sorted({**values, code: float(age)}.items()))
        dated = self.dates.get("measurements", {}).pop(code, "")
        least, most = age_in_years(born, read_moment(dated, "at", "")) if dated else (age, age)
        if not least <= math.floor(values[code]) <= most:
            raise MeasurementError(
                f"{code} is {values[code]:g}, but birth_date {born.text} makes it {most:g}.",
                where=where,
                mend="Mend one of them, or leave one out.",
            )
        return {**values, code: float(age)} if dated else {**values}
