"""JSON, YAML or RDF → Case, and Case → the input planes of the program.

What cannot be understood is refused with the nearest thing that can; nothing is dropped. A contradiction is no error:
the same finding may be recorded present and absent, and is then decided and shown as conflicting.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Container, Iterable, Mapping
from itertools import compress, count
from operator import and_
from pathlib import Path
from typing import Any, NamedTuple

from spinegraph.engine.decide.case_text import MAX_BYTES, parse_json, parse_text, parse_turtle, parse_yaml, read_yaml_case
from spinegraph.engine.decide.codebook import Codebook, code_named
from spinegraph.engine.decide.facts import compare
from spinegraph.engine.decide.quantities import read_quantity
from spinegraph.engine.errors import (
    LONGEST_ECHO,
    CaseError,
    MalformedCaseError,
    MeasurementError,
    UnknownCodeError,
    kind_of_value,
    shortened,
)
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.knowledge.yaml_text import Place
from spinegraph.engine.model import Case, Knowledge, Measured
from spinegraph.engine.program.program import Program

AUDIENCES = ("clinician", "patient")
KEYS = ("present", "absent", "measurements", "audience")
MAX_EXPLAINED, MAX_SHOWN = 20, 60
"""So many unknown codes get a suggestion, and so many characters of a code are looked at."""
FILE_KEYS = (*KEYS, "title", "narrative")
"""A case file may also say in words who the patient is."""


Parser = Callable[[bytes], Any]
PARSERS: Mapping[str, Parser] = {".json": parse_json, ".yaml": parse_yaml, ".yml": parse_yaml, ".ttl": parse_turtle}


class CaseFile(NamedTuple):
    """A case, and what its file says in words of who the patient is: shown to clinicians, never reasoned over."""

    case: Case
    title: str = ""
    narrative: str = ""


def read_case_file(path: Path, codebook: Codebook) -> CaseFile:
    """Read one case file by its suffix (.yaml, .json, .ttl), or stdin (`-`) as JSON or YAML. Raises CaseError that names it."""
    parser = parse_text if str(path) == "-" else PARSERS.get(path.suffix)
    if parser is None:
        raise MalformedCaseError("This is no case file.", where=str(path), mend=f"Use one of {', '.join(PARSERS)}.")
    places: Mapping[str, Place] = {}
    try:
        body = _read(path)
        data, places = read_yaml_case(body) if parser is parse_yaml else (parser(body), places)
        return make_case_file(data, codebook)
    except OSError as error:
        raise MalformedCaseError(f"It cannot be read: {error.strerror}.", where=str(path), mend="Check the path.") from error
    except CaseError as error:
        place = places.get(error.where) if error.where else None
        file = f"{path}:{place.line}:{place.column}" if place else str(path)
        error.where = f"{file}, {error.where}" if error.where else file
        raise


def _read(path: Path) -> bytes:
    """What a file or stdin holds, up to what is more than is read."""
    if str(path) != "-":
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    if sys.stdin is None:
        raise MalformedCaseError("Standard input is closed.", mend="Name a case file.")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


# Plain data → Case ---------------------------------------------------------------------------


def make_case_file(data: Any, codebook: Codebook) -> CaseFile:
    """Check plain data that may also say in words who the patient is. Raises as `make_case` does."""
    case = make_case(data, codebook, FILE_KEYS)
    return CaseFile(case, _words(data, "title"), _words(data, "narrative"))


def _words(data: Mapping[str, Any], key: str) -> str:
    said = data.get(key)
    if said is not None and not isinstance(said, str):
        raise MalformedCaseError(f"{key!r} is text, not {kind_of_value(said)}.", where=f"/{key}", mend="Put it in quotes.")
    if unshown := unshown_character(said or ""):
        raise MalformedCaseError(
            f"{key!r} has a character that nobody can read: {unshown}.", where=f"/{key}", mend="Take it out."
        )
    return " ".join((said or "").split())


def make_case(data: Any, codebook: Codebook, keys: tuple[str, ...] = KEYS) -> Case:
    """Check plain data and turn it into a Case with sorted codes.

    Raises MalformedCaseError, UnknownCodeError (all unknown codes at once), MeasurementError.
    """
    if not isinstance(data, dict):
        raise MalformedCaseError(
            f"A case is an object with {', '.join(KEYS)}, not {kind_of_value(data)}.", where="/", mend="Wrap it in braces."
        )
    for key in data:
        if key not in keys:
            near = difflib.get_close_matches(str(key)[:MAX_SHOWN], keys, n=1)
            raise MalformedCaseError(
                f"A case has no {shortened(str(key))}" + (f"; did you mean {near[0]!r}?" if near else "."),
                where=f"/{str(key)[:LONGEST_ECHO]}",
                mend=f"Use {', '.join(keys)}.",
            )
    unknown: dict[str, str] = {}
    present = _codes(data, "present", codebook, unknown)
    absent = _codes(data, "absent", codebook, unknown)
    measurements = _measurements(data.get("measurements", {}), codebook, unknown)
    if unknown:
        names = [*codebook.findings, *codebook.measurements]
        explained = dict(list(unknown.items())[:MAX_EXPLAINED])
        nearest = {code: [*(code_named(code, codebook.near) or ())] or _nearest(code, names) for code in explained}
        raise UnknownCodeError(nearest, explained, len(unknown) - len(explained))
    audience: Any = data.get("audience", "clinician")
    if audience not in AUDIENCES:
        said = shortened(audience) if isinstance(audience, str) else kind_of_value(audience)
        raise MalformedCaseError(f"The audience cannot be {said}.", where="/audience", mend="Use clinician or patient.")
    return Case(present=present, absent=absent, measurements=measurements, audience=audience)


def _codes(data: Mapping[str, Any], side: str, codebook: Codebook, unknown: dict[str, str]) -> tuple[str, ...]:
    given = data.get(side, [])
    if not isinstance(given, list):
        raise MalformedCaseError(
            f"{side!r} is a list of codes, not {kind_of_value(given)}.", where=f"/{side}", mend='Write ["code"].'
        )
    codes = set()
    for number, name in enumerate(given):
        if not isinstance(name, str):
            raise MalformedCaseError(
                f"A code is a string, not {kind_of_value(name)}.", where=f"/{side}/{number}", mend="Put the code in quotes."
            )
        code = code_named(name, codebook.findings)
        if code is None:
            if name in codebook.measurements:
                raise MalformedCaseError(
                    f"{name!r} is a measurement.", where=f"/{side}/{number}", mend=f'Write "measurements": {{"{name}": …}}.'
                )
            if name in codebook.concluded:
                path = codebook.concluded[name]
                raise MalformedCaseError(
                    f"{shortened(name)} is no finding: it is what rules conclude, and is not recorded.",
                    where=f"/{side}/{number}",
                    mend=f"Record the findings that its rules ask for: GET {path} names them.",
                )
            unknown.setdefault(name, f"/{side}/{number}")
        elif code in codebook.derived_only:
            raise MalformedCaseError(
                f"{name!r} is not recorded: it follows from other facts.",
                where=f"/{side}/{number}",
                mend=f"Record what it follows from: {codebook.derived_only[code]}.",
            )
        else:
            codes.add(code)
    return tuple(sorted(codes))


def _measurements(given: Any, codebook: Codebook, unknown: dict[str, str]) -> dict[str, float]:
    if not isinstance(given, dict):
        raise MalformedCaseError(
            f"'measurements' is an object of numbers, not {kind_of_value(given)}.",
            where="/measurements",
            mend='Write {"age_years": 54}.',
        )
    values: dict[str, float] = {}
    for name, value in given.items():
        where = f"/measurements/{name}"
        code = code_named(str(name), codebook.measurements)
        if code is None and str(name) in codebook.findings:
            raise MalformedCaseError(f"{name!r} is a finding.", where=where, mend=f'Write "present": ["{name}"], or "absent".')
        if code is None:
            unknown.setdefault(str(name), where)
            continue
        number = read_quantity(value, code, codebook.ranges[code], where)
        if code in values:
            raise MeasurementError(f"{code} is given twice.", where=where, mend="A case is one moment: give one value.")
        values[code] = number
    return dict(sorted(values.items()))


def _nearest(name: str, names: Iterable[str]) -> list[str]:
    plain = local_name(name.rpartition(":")[2]).lower().replace("-", "_").replace(" ", "_")[:MAX_SHOWN]
    codes = [known for known in names if ":" not in known]
    beginning = [code for code in codes if plain and code.startswith(f"{plain}_")]
    return [*beginning, *difflib.get_close_matches(plain, codes, n=3, cutoff=0.55)][:3]


# Part of a case -----------------------------------------------------------------------------


def known_part(case: Case, knowledge: Knowledge) -> Case:
    """What of a record some knowledge can see: facts whose codes it has."""
    return _seen_part(
        case,
        {finding.code for finding in knowledge.findings.values() if not finding.derived_only},
        {measurement.code for measurement in knowledge.measurements.values()},
    )


def _seen_part(case: Case, findings: Container[str], measurements: Container[str]) -> Case:
    return Case(
        present=tuple([code for code in case.present if code in findings]),
        absent=tuple([code for code in case.absent if code in findings]),
        measurements={code: value for code, value in case.measurements.items() if code in measurements},
        audience=case.audience,
    )


# Case → planes -------------------------------------------------------------------------------


class CaseEncoder:
    """Runs the program over one case at a time (planes of one bit)."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self._program = program
        self._blank = [0] * (program.input_size - 1) + [1]
        self._finding = {knowledge.findings[iri].code: 2 * number for number, iri in enumerate(program.findings)}
        starts = (next(iter(side.values()), 0) for side in (program.present, program.absent))
        self._present, self._absent = (slice(start, start + len(program.findings)) for start in starts)
        self._measured = {measurement.code for measurement in knowledge.measurements.values()}
        self._compared: dict[str, list[tuple[int, Measured]]] = {}
        for number, comparison in enumerate(program.comparisons):
            position = 2 * len(program.findings) + 2 * number
            code = knowledge.measurements[comparison.measurement].code
            self._compared.setdefault(code, []).append((position, comparison.criterion))

    def known_part(self, case: Case) -> Case:
        """What of a record the program can see."""
        return _seen_part(case, self._finding, self._measured)

    def planes(self, case: Case) -> list[int]:
        """The input planes of one case."""
        planes = self._blank.copy()
        for code in case.present:
            planes[self._finding[code]] = 1
        for code in case.absent:
            planes[self._finding[code] + 1] = 1
        for code, value in case.measurements.items():
            for position, criterion in self._compared.get(code, ()):
                planes[position], planes[position + 1] = compare(criterion, value)
        return planes

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
        return outputs, self._program.run(inputs)
