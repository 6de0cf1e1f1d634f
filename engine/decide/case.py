"""JSON, YAML or RDF → Case, and Case → the input planes of the program.

What cannot be understood is refused with the nearest thing that can; nothing is dropped. A contradiction is no error:
the same finding may be recorded present and absent, and is then decided and shown as conflicting.
"""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterator, Mapping
from itertools import compress, count
from operator import and_
from typing import Any

from msgspec import structs
from spinegraph.engine.criteria.related import relate
from spinegraph.engine.decide.case_entries import CaseEntries
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.decide.facts import compare
from spinegraph.engine.decide.input_planes import input_planes
from spinegraph.engine.decide.recurrence import is_due
from spinegraph.engine.decide.suggestions import MAX_SHOWN
from spinegraph.engine.decide.timeline import Timelines
from spinegraph.engine.errors import (
    LONGEST_ECHO,
    MalformedCaseError,
    kind_of_value,
    shortened,
)
from spinegraph.engine.messages import LANGUAGES
from spinegraph.engine.model import Case, DatedEntry, Knowledge
from spinegraph.engine.program.program import Program

OF_FHIR = "Send it as application/fhir+json; on the command line, `spinegraph decide FILE.json` reads it."
AUDIENCES = ("clinician", "patient")
KEYS = (
    "present", "absent", "measurements", "performed", "not_performed", "taking", "not_taking", "coded", "birth_date", "as_of",
    "audience", "language", "unknown_codes",
)  # fmt: skip


# Plain data → Case ---------------------------------------------------------------------------


def make_case(data: Any, codebook: Codebook, keys: tuple[str, ...] = KEYS) -> Case:
    """Check plain data and turn it into a Case with sorted codes.

    Raises MalformedCaseError, UnknownCodeError (all unknown codes at once), MeasurementError.
    """
    if not isinstance(data, dict):
        raise MalformedCaseError(
            f"A case is an object with {', '.join(KEYS)}, not {kind_of_value(data)}.", where="/", mend="Wrap it in braces."
        )
    if "resourceType" in data:
        raise MalformedCaseError("This is FHIR, not a case.", where="/resourceType", mend=OF_FHIR)
    for key in data:
        if key not in keys:
            near = difflib.get_close_matches(str(key)[:MAX_SHOWN], keys, n=1)
            raise MalformedCaseError(
                f"A case has no {shortened(str(key))}" + (f"; did you mean {near[0]!r}?" if near else "."),
                where=f"/{str(key)[:LONGEST_ECHO]}",
                mend=f"Use {', '.join(keys)}.",
            )
    as_of = read_moment(data["as_of"], "as_of", "/as_of") if "as_of" in data else None
    entries = CaseEntries(codebook, as_of)
    present, absent = (entries.findings(data.get(side, []), side) for side in ("present", "absent"))
    measurements = entries.measurements(data.get("measurements", {}))
    performed = entries.performed(data.get("performed", []))
    taking, coded = entries.taking(data.get("taking", [])), entries.coded(data.get("coded", {}))
    not_performed, not_taking = (entries.not_done(data.get(member, []), member) for member in ("not_performed", "not_taking"))
    present, performed, taking = _with_acts(present, {"performed": performed, "taking": taking}, codebook)
    absent, not_performed, not_taking = _with_acts(absent, {"performed": not_performed, "taking": not_taking}, codebook)
    if _choice(data, "unknown_codes", ("refuse", "report")) == "refuse":
        entries.check_known()
    if "birth_date" in data:
        measurements = entries.with_age(data["birth_date"], measurements)
    return Case(
        present=present,
        absent=absent,
        measurements=measurements,
        audience=_choice(data, "audience", AUDIENCES),
        performed=performed,
        taking=taking,
        not_performed=not_performed,
        not_taking=not_taking,
        coded=coded,
        birth_date=data.get("birth_date", ""),
        as_of=data.get("as_of", ""),
        dates={member: dict(sorted(dates.items())) for member, dates in sorted(entries.dates.items())},
        earlier=_sorted_entries(entries.earlier),
        ignored=entries.ignored(),
        language=_language(data),
        replaced=dict(sorted(entries.replaced.items())),
    )


def _sorted_entries(earlier: Mapping[str, Mapping[str, set[DatedEntry]]]) -> dict[str, dict[str, tuple[DatedEntry, ...]]]:
    """Dated entries beside those that count, by member and code, the earliest first."""

    def order(entry: DatedEntry) -> tuple[Any, ...]:
        return *read_moment(entry.at, "at", "").order, entry.at, entry.value or 0

    return {
        member: {code: tuple(sorted(entries, key=order)) for code, entries in sorted(codes.items())}
        for member, codes in sorted(earlier.items())
    }


def _with_acts(facts: tuple[str, ...], lists: Mapping[str, tuple[str, ...]], codebook: Codebook) -> tuple[tuple[str, ...], ...]:
    """The facts of a side, and what is done and what is taken (or not): what rules ask about stands among both."""
    named = {f"{kind}:{code}" for kind, codes in lists.items() for code in codes}
    found = {*facts, *(named & codebook.acts)}
    acts = {*named, *(found & codebook.acts)}
    listed = (tuple(sorted(act.removeprefix(f"{kind}:") for act in acts if act.startswith(f"{kind}:"))) for kind in lists)
    return (tuple(sorted(found)), *listed)


def _language(data: Mapping[str, Any]) -> str:
    """The language of the words of the answer; English is the default, and said by nothing."""
    language = _choice(data, "language", LANGUAGES)
    return "" if language == LANGUAGES[0] else str(language)


def _choice(data: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> Any:
    """What is chosen of a few words; the first is the default."""
    given = data.get(key, choices[0])
    if given not in choices:
        named = shortened(given) if isinstance(given, str) else kind_of_value(given)
        what = f"{'The audience' if key == 'audience' else key} cannot be {named}."
        raise MalformedCaseError(what, where=f"/{key}", mend=f"Use {' or '.join(choices)}.")
    return given


def case_data(case: Case) -> dict[str, Any]:
    """Plain data of which `make_case` makes this case, but for what of its request was ignored."""

    def entry(member: str, code: str) -> Any:
        at = case.dates.get(member, {}).get(code)
        return {"code": code, "at": at} if at else code

    def entries(member: str, codes: tuple[str, ...]) -> list[Any]:
        earlier = case.earlier.get(member, {})
        older = [{"code": code, "at": one.at} for code, dated in earlier.items() for one in dated]
        return [*older, *(entry(member, code) for code in codes)]

    def value(code: str, number: float) -> Any:
        at = case.dates.get("measurements", {}).get(code)
        older = [{"value": _plain(one.value or 0.0), "at": one.at} for one in case.earlier.get("measurements", {}).get(code, ())]
        latest = {"value": _plain(number), "at": at} if at else _plain(number)
        return [*older, latest] if older else latest

    data = {
        "present": entries("present", case.present),
        "absent": entries("absent", case.absent),
        "measurements": {code: value(code, number) for code, number in case.measurements.items()},
        "performed": entries("performed", case.performed),
        "taking": entries("taking", case.taking),
        "not_performed": entries("not_performed", case.not_performed),
        "not_taking": entries("not_taking", case.not_taking),
        "coded": {
            name: entry("coded", name) | {"code": text} if name in case.dates.get("coded", {}) else text
            for name, text in case.coded.items()
        },
        "birth_date": case.birth_date,
        "as_of": case.as_of,
        "audience": case.audience if case.audience != "clinician" else "",
        "language": case.language,
    }
    return {key: given for key, given in data.items() if given}


def _plain(number: float) -> float:
    """A number as a person writes it."""
    return int(number) if number.is_integer() else number


# Part of a case -----------------------------------------------------------------------------


def known_part(case: Case, knowledge: Knowledge) -> Case:
    """What of a record some knowledge can see: facts whose codes it has."""
    findings, measurements = knowledge.findings.values(), knowledge.measurements.values()
    return _seen_part(
        case,
        {finding.code for finding in findings if not finding.derived_only},
        {measurement.code for measurement in measurements},
        {concept.code for concept in knowledge.interventions.values()},
        {thing.code for thing in knowledge.coded.values()},
    )


def _seen_part(
    case: Case,
    findings: Container[str],
    measurements: Container[str],
    interventions: Container[str],
    coded: Container[str],
) -> Case:
    return structs.replace(
        case,
        present=tuple([code for code in case.present if code in findings]),
        absent=tuple([code for code in case.absent if code in findings]),
        measurements={code: value for code, value in case.measurements.items() if code in measurements},
        performed=tuple([code for code in case.performed if code in interventions]),
        taking=tuple([code for code in case.taking if code in interventions]),
        not_performed=tuple([code for code in case.not_performed if code in interventions]),
        not_taking=tuple([code for code in case.not_taking if code in interventions]),
        coded={name: code for name, code in case.coded.items() if name in coded},
    )


# Case → planes -------------------------------------------------------------------------------


class CaseEncoder:
    """Runs the program over one case at a time (planes of one bit)."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self._program = program
        self._blank = [0] * (program.input_size - 1) + [1]
        self._places = input_planes(program)
        starts = (next(iter(side.values()), 0) for side in (program.present, program.absent))
        self._present, self._absent = (slice(start, start + len(program.findings)) for start in starts)
        self._measured = {measurement.code for measurement in knowledge.measurements.values()}
        self._coded = {thing.code for thing in knowledge.coded.values()}
        self._timelines = Timelines(program)
        self._interventions = {concept.code for concept in knowledge.interventions.values()}

    def known_part(self, case: Case) -> Case:
        """What of a record the program can see."""
        return _seen_part(case, self._places.findings, self._measured, self._interventions, self._coded)

    def planes(self, case: Case) -> list[int]:
        """The input planes of one case."""
        planes = self._blank.copy()
        for code in case.present:
            planes[self._places.findings[code]] = 1
        for code in case.absent:
            planes[self._places.findings[code] + 1] = 1
        for code, value in case.values.items():
            for position, criterion in self._places.compared.get(code, ()):
                planes[position], planes[position + 1] = compare(criterion, value)
        for position in self.performed(case):
            planes[position] = 1
        for position, pair in self.related(case):
            planes[position : position + 2] = pair
        for position, pair in self.timed(case):
            planes[position : position + 2] = pair
        return planes

    def related(self, case: Case) -> Iterator[tuple[int, tuple[int, int]]]:
        """The positions of the input planes of two values that are both known, with what the two planes are."""
        known = case.measurements
        for (one, other), position, criterion in self._places.related:
            if one in known and other in known:
                yield position, relate(criterion, known[one], known[other])

    def timed(self, case: Case) -> Iterator[tuple[int, tuple[int, int]]]:
        """The positions of the input planes of what only dates decide, with what the two planes are."""
        first = self._program.first_timed
        return ((first + 2 * number, pair) for number, pair in enumerate(self._timelines.pairs(case)))

    def performed(self, case: Case) -> list[int]:
        """The positions of the input planes of what is performed, as far as it does any recommendation: not if due again."""
        return [
            position
            for code in case.performed
            for position, recurrence in self._places.performed.get(code, ())
            if recurrence is None or not is_due(recurrence, code, case)
        ]

    def run(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The output planes of a case, and those without its contradictory facts (the same where there are none).

        What differs between the two rests on a contradiction: neither side of it may decide anything silently.
        """
        inputs = self.planes(case)
        outputs = self._program.run(inputs)
        if not outputs[self._program.clash]:
            return outputs, outputs
        for number in compress(count(), map(and_, outputs[self._present], outputs[self._absent])):
            inputs[2 * number] = inputs[2 * number + 1] = 0
        for position in range(self._program.first_timed, self._program.input_size - 1, 2):
            if inputs[position] and inputs[position + 1]:
                inputs[position] = inputs[position + 1] = 0
        return outputs, self._program.run(inputs)
