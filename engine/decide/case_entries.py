"""The entries of a request → codes, values and dates: what is understood, and what of it decides nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from spinegraph.engine.decide.codebook import Codebook, code_named
from spinegraph.engine.decide.dates import Moment, age_in_years, check_past, read_age, read_moment
from spinegraph.engine.decide.quantities import read_quantity
from spinegraph.engine.decide.suggestions import CODED, nearest_codes
from spinegraph.engine.errors import (
    LONGEST_ECHO,
    CaseTooLargeError,
    MalformedCaseError,
    MeasurementError,
    UnknownCodeError,
    kind_of_value,
    shortened,
)
from spinegraph.engine.knowledge.build.coded_values import UNKNOWN
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.model import IgnoredInput, IgnoredReason

MAX_EXPLAINED = 20
"""So many unknown codes get a suggestion by their spelling."""
MAX_IGNORED = 1000
"""A request with more entries than this that decide nothing is refused."""
ENTRY = 'Write "code", or {"code": "code", "at": "2026-03-01"}.'


class Entry(NamedTuple):
    """One entry of a list: a name as it was sent, its place, and its date if it has one."""

    name: str
    where: str
    at: Moment | None


class CaseEntries:
    """Reads the entries of one request, and keeps what of them is unknown, dated, or decides nothing."""

    def __init__(self, codebook: Codebook, as_of: Moment | None) -> None:
        self._codebook = codebook
        self._as_of = as_of
        self._unknown: dict[tuple[str, str], Entry] = {}
        self._ignored: dict[IgnoredInput, None] = {}
        self._signs: list[Moment] = []
        self.dates: dict[str, dict[str, str]] = {}

    # Lists of codes --------------------------------------------------------------------------

    def findings(self, given: Any, side: str) -> tuple[str, ...]:
        """Codes of findings, recorded "present" or "absent": a narrower external code may say the one, but not the other."""
        found = self._by_code(given, side, self._codebook.findings, narrower=side == "present")
        if side == "present":
            self._signs += [moment for moments in found.values() for moment in moments if moment]
        return self._current(side, found)

    def performed(self, given: Any) -> tuple[str, ...]:
        """Codes of interventions that were done: each is what it says, and what is narrower or wider is another one.

        One that is older than a sign that is present was not done for it. To be read after the findings.
        """
        found = self._by_code(given, "performed", self._codebook.interventions, narrower=False)
        for code, moments in found.items():
            for moment in [moment for moment in moments if moment and any(sign.order > moment.order for sign in self._signs)]:
                self._ignore("performed", code, "before-a-sign", moment)
                moments.remove(moment)
        return self._current("performed", {code: moments for code, moments in found.items() if moments})

    def taking(self, given: Any) -> tuple[str, ...]:
        """Codes of interventions that the patient takes: a narrower external code says so of what is wider."""
        return self._current("taking", self._by_code(given, "taking", self._codebook.interventions, narrower=True))

    def not_done(self, given: Any, member: str) -> tuple[str, ...]:
        """Codes of interventions that were not done ("not_performed"), or are not taken ("not_taking")."""
        return self._current(member, self._by_code(given, member, self._codebook.interventions, narrower=False))

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

    def _by_code(self, given: Any, member: str, names: Mapping[str, str], narrower: bool) -> dict[str, list[Moment | None]]:
        """Code → the dates of its entries; an entry without a date has None."""
        if not isinstance(given, list):
            raise MalformedCaseError(
                f"{member!r} is a list of codes, not {kind_of_value(given)}.", where=f"/{member}", mend='Write ["code"].'
            )
        found: dict[str, list[Moment | None]] = {}
        for number, sent in enumerate(given):
            entry = self._entry(sent, f"/{member}/{number}")
            for code in self._codes_of(entry, member, names, narrower):
                moments = found.setdefault(code, [])
                if entry.at not in moments:
                    moments.append(entry.at)
        return found

    def _entry(self, sent: Any, where: str) -> Entry:
        if not isinstance(sent, dict):
            if not isinstance(sent, str):
                raise MalformedCaseError(
                    f"A code is a string, not {kind_of_value(sent)}.", where=where, mend="Put the code in quotes."
                )
            return Entry(sent, where, None)
        for key in sent:
            if key not in ("code", "at"):
                raise MalformedCaseError(f"An entry has {shortened(str(key))}, which is not read.", where=where, mend=ENTRY)
        if not isinstance(sent.get("code"), str):
            what = f"A code is a string, not {kind_of_value(sent['code'])}." if "code" in sent else "An entry has no code."
            raise MalformedCaseError(what, where=where, mend=ENTRY)
        return Entry(sent["code"], where, self._moment(sent, sent["code"], where))

    def _moment(self, sent: Mapping[str, Any], code: str, where: str) -> Moment | None:
        if "at" not in sent:
            return None
        moment = read_moment(sent["at"], "at", f"{where}/at")
        return check_past(moment, self._as_of, code if len(code) <= LONGEST_ECHO else shortened(code), f"{where}/at")

    def _codes_of(self, entry: Entry, member: str, names: Mapping[str, str], narrower: bool) -> tuple[str, ...]:
        code = code_named(entry.name, names)
        if code is None:
            if narrower and (entailed := self._codebook.entailed(entry.name, names)):
                return entailed
            self._check_place(entry, names is self._codebook.findings)
            self._note_unknown(member, entry)
            return ()
        if names is self._codebook.findings and code in self._codebook.derived_only:
            raise MalformedCaseError(
                f"{entry.name!r} is not recorded: it follows from other facts.",
                where=entry.where,
                mend=f"Record what it follows from: {self._codebook.derived_only[code]}.",
            )
        return (code,)

    def _check_place(self, entry: Entry, among_findings: bool) -> None:
        """Raises MalformedCaseError for a name that is known, but belongs elsewhere."""
        name, where = entry.name, entry.where
        if name in self._codebook.measurements:
            raise MalformedCaseError(f"{name!r} is a measurement.", where=where, mend=f'Write "measurements": {{"{name}": …}}.')
        if not among_findings and name in self._codebook.findings:
            raise MalformedCaseError(f"{name!r} is a finding.", where=where, mend=f'Write "present": ["{name}"], or "absent".')
        path = self._codebook.concluded.get(name)
        if path is None:
            return
        if among_findings and path.startswith("/intervention/"):
            raise MalformedCaseError(
                f"{shortened(name)} is no finding, but an intervention.",
                where=where,
                mend=f'If it was done, write "performed": ["{name}"].',
            )
        raise MalformedCaseError(
            f"{shortened(name)} is no {'finding' if among_findings else 'intervention'}: it is what rules conclude, "
            "and is not recorded.",
            where=where,
            mend=f"Record the findings that its rules ask for: GET {path} names them.",
        )

    def _current(self, member: str, found: Mapping[str, list[Moment | None]]) -> tuple[str, ...]:
        """The codes, sorted. Of several entries one without a date counts, as one of now, or else the latest."""
        for code, moments in found.items():
            dated = sorted((moment for moment in moments if moment), key=lambda moment: moment.order)
            if None not in moments:
                self._date(member, code, dated.pop())
            for moment in dated:
                self._ignore(member, code, "older-entry", moment)
        return tuple(sorted(found))

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
            self._ignore("measurements", code, "older-entry", moment, other)
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

    # What decides nothing --------------------------------------------------------------------

    def check_known(self) -> None:
        """Raises UnknownCodeError where a code is not known: all of them at once."""
        if self._unknown:
            first: dict[str, tuple[str, Entry]] = {}
            for (member, name), entry in self._unknown.items():
                first.setdefault(name, (member, entry))
            explained = dict(list(first.items())[:MAX_EXPLAINED])
            nearest = {name: [*nearest_codes(name, member, self._codebook)] for name, (member, _) in explained.items()}
            where = {name: entry.where for name, (_, entry) in explained.items()}
            raise UnknownCodeError(nearest, where, len(first) - len(explained))

    def ignored(self) -> tuple[IgnoredInput, ...]:
        """What decides nothing, sorted. Raises CaseTooLargeError where that is too much to be listed, MalformedCaseError."""
        size = len(self._ignored) + len(self._unknown)
        if size > MAX_IGNORED:
            raise CaseTooLargeError(
                f"The case has {size:,} entries that decide nothing; the limit is {MAX_IGNORED:,}.",
                mend="Leave out what the knowledge does not have (GET /v1/knowledge), and older values.",
            )
        found = list(self._ignored)
        for number, ((member, name), entry) in enumerate(sorted(self._unknown.items(), key=lambda one: one[0])):
            if unshown := unshown_character(name):
                raise MalformedCaseError(
                    f"A code has a character that nobody can read: {unshown}.", where=entry.where, mend="Take it out."
                )
            nearest = nearest_codes(name, member, self._codebook, alike=number < MAX_EXPLAINED)
            at = entry.at.text if entry.at else ""
            found.append(IgnoredInput(member=member, code=name[:LONGEST_ECHO], reason="unknown-code", at=at, nearest=nearest))
        return tuple(sorted(found, key=lambda one: (one.member, one.code, one.reason, one.at, one.value or 0)))

    def _note_unknown(self, member: str, entry: Entry) -> None:
        self._unknown.setdefault((member, entry.name), entry)

    def _ignore(self, member: str, code: str, reason: IgnoredReason, at: Moment, value: float | None = None) -> None:
        self._ignored[IgnoredInput(member=member, code=code, reason=reason, at=at.text, value=value)] = None

    def _date(self, member: str, code: str, moment: Moment) -> None:
        self.dates.setdefault(member, {})[code] = moment.text
