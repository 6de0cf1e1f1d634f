"""Words that every rendering of a report shares: counts, witnesses, what was not run or kept back, where a kind is explained."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from spinegraph.engine.decide.disclaimer import DISCLAIMER
from spinegraph.engine.knowledge.numbers import written_decimal
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.validation.catalogue import CATALOGUE, Entry
from spinegraph.engine.validation.diagnostics import SEVERITIES, Diagnostic, NotRun, Report, Severity, Suppression, Witness

DOCUMENTATION = f"{BASE}docs/diagnostics.md"
"""Where each kind of diagnostic is explained; `docs/diagnostics.md` of the repository."""
MANY = 5
"""More statements than this that take part are a list: short in a terminal, folded on a page."""
CLINICAL = f"Witness patients are made up by the analysis to show a defect. {DISCLAIMER}"
"""Stands in every rendering that shows a witness patient."""

Catalogue = Mapping[str, Entry]
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(0x7F, 0xA0)) if code not in (9, 10)}
_CONTROLS |= {code: f"\\u{code:04x}" for code in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF)}
_CONTROLS |= {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)}


class Explained(NamedTuple):
    """A kind of diagnostic as a rendering needs it; `entry` is None for an id that the catalogue does not have."""

    id: str
    name: str
    uri: str
    entry: Entry | None


def explained(id_: str, catalogue: Catalogue = CATALOGUE) -> Explained:
    """What the catalogue says of an id."""
    entry = catalogue.get(id_)
    name = entry.name if entry else ""
    return Explained(id_, name, f"{DOCUMENTATION}#{'-'.join(filter(None, (id_, name))).lower()}", entry)


def texts_of(diagnostic: Diagnostic, catalogue: Catalogue = CATALOGUE) -> tuple[str, str]:
    """Why it matters and how to mend it: what the diagnostic says itself, else what the catalogue says of its kind."""
    entry = catalogue.get(diagnostic.id)
    return diagnostic.why or (entry.why if entry else ""), diagnostic.mend or (entry.mend if entry else "")


def printable(text: str) -> str:
    """Text without characters that steer a terminal, hide what follows, or cannot stand in XML: they are shown as escapes."""
    return text.replace("\r\n", "\n").translate(_CONTROLS)


def plural(number: int, noun: str) -> str:
    """`1 error`, `2 errors`, `1,000 errors`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def counts(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning and 1 note`; `nothing` if there are none."""
    numbers: dict[Severity, int] = {severity: sum(d.severity == severity for d in diagnostics) for severity in SEVERITIES}
    return listed([plural(number, severity) for severity, number in numbers.items() if number]) or "nothing"


def headline(report: Report) -> str:
    """What was found, without a full stop: `2 errors and 1 note in 2 files`."""
    if not report.diagnostics:
        return "Nothing found"
    files = {diagnostic.place.file for diagnostic in report.diagnostics}
    found = counts(report.diagnostics)
    return f"{found[:1].upper()}{found[1:]} in {plural(len(files), 'place' if '' in files else 'file')}"


def basis(report: Report) -> str:
    """How much was looked at, without a full stop: `12 checks of 18 files, 1 not run`."""
    checks = f"{plural(len(report.ran), 'check')} of {plural(len(report.files), 'file')}"
    return f"{checks}, {len(report.not_run):,} not run" if report.not_run else checks


def summary(report: Report) -> str:
    """The report in a sentence."""
    return f"{headline(report)}: {basis(report)}."


def by_file(diagnostics: Sequence[Diagnostic]) -> dict[str, list[Diagnostic]]:
    """Diagnostics by their file, in the order of the report; those without a file first, and notes after the others."""
    groups: dict[str, list[Diagnostic]] = {}
    for diagnostic in sorted(diagnostics, key=lambda diagnostic: (diagnostic.place.file != "", diagnostic.severity == "note")):
        groups.setdefault(diagnostic.place.file, []).append(diagnostic)
    return groups


def kept_back(suppressed: Sequence[Suppression]) -> dict[str, list[Diagnostic]]:
    """Suppressed diagnostics by the reason for which they are."""
    groups: dict[str, list[Diagnostic]] = {}
    for entry in suppressed:
        groups.setdefault(entry.reason, []).append(entry.diagnostic)
    return groups


def gaps(not_run: Sequence[NotRun]) -> dict[str, str]:
    """Why checks did not run → their names: one file that cannot be read often stands in the way of many."""
    groups: dict[str, list[str]] = {}
    for gap in not_run:
        groups.setdefault(gap.reason, []).append(gap.check)
    return {reason: ", ".join(checks) for reason, checks in groups.items()}


def witnesses(report: Report) -> bool:
    """Whether a patient is shown, so that the clinical notice has to stand beside him."""
    shown = (*report.diagnostics, *(entry.diagnostic for entry in report.suppressed))
    return any(diagnostic.witness for diagnostic in shown)


def case_text(witness: Witness) -> str:
    """A witness as the `case:` of a case file, on one line that can be pasted into one."""
    case = witness.case
    parts = [f"{side}: [{', '.join(codes)}]" for side, codes in (("present", case.present), ("absent", case.absent)) if codes]
    if case.measurements:
        values = (f"{code}: {_number(value)}" for code, value in case.measurements.items())
        parts.append(f"measurements: {{{', '.join(values)}}}")
    if case.coded:
        parts.append(f"coded: {{{', '.join(f'{name}: {json.dumps(code)}' for name, code in case.coded.items())}}}")
    return f"case: {{{', '.join(parts)}}}"


def _number(value: float) -> str:
    """All digits of a number and no exponent, which YAML may take for text: 38.5, 44, 0.0000001."""
    return written_decimal(value).removesuffix(".0")


def tool_version() -> str:
    """Version of this distribution, or `0` where it is not installed."""
    try:
        return version("spinegraph")
    except PackageNotFoundError:
        return "0"
