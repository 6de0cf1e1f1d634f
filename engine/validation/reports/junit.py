"""A report as JUnit XML, which CI servers show as test results.

One suite says which checks ran (passed) and which did not (skipped); one suite per group of the catalogue has a test case
for each diagnostic: failed where its severity makes validation fail, else passed with its text as output.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Sequence

from spinegraph.engine.validation.catalogue import CATALOGUE, GROUPS
from spinegraph.engine.validation.diagnostics import SEVERITIES, Diagnostic, Report, Severity
from spinegraph.engine.validation.reports.text import render_text
from spinegraph.engine.validation.reports.words import CLINICAL, Catalogue, explained, printable, summary, witnesses

Element = ElementTree.Element


def render_junit(report: Report, fail_on: Severity = "error", catalogue: Catalogue = CATALOGUE) -> bytes:
    """The report as XML in UTF-8. Diagnostics of severity `fail_on` or worse are failures."""
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    groups: dict[str, list[Diagnostic]] = {}
    for diagnostic in report.diagnostics:
        groups.setdefault(diagnostic.id[2:3], []).append(diagnostic)
    suites = [_checks(report), *(_group(name, groups[name], failing, report, catalogue) for name in sorted(groups))]
    root = ElementTree.Element("testsuites", name="spinegraph validate")
    for key in ("tests", "failures", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.set("errors", "0")
    root.extend(suites)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _checks(report: Report) -> Element:
    suite = _suite("Checks", len(report.ran) + len(report.not_run), 0, len(report.not_run))
    for name in report.ran:
        _under(suite, "testcase", name=name, classname="spinegraph.checks")
    for gap in report.not_run:
        case = _under(suite, "testcase", name=gap.check, classname="spinegraph.checks")
        _under(case, "skipped", message=gap.reason)
    lines = [summary(report), f"Knowledge: {report.knowledge}"]
    if witnesses(report):
        lines += [
            CLINICAL,
            *(f"Source {source.number}, {source.title}: review status {source.review_status}." for source in report.sources),
        ]
    _under(suite, "system-out").text = printable("\n".join(lines))
    return suite


def _group(
    name: str, diagnostics: list[Diagnostic], failing: Sequence[Severity], report: Report, catalogue: Catalogue
) -> Element:
    failures = sum(diagnostic.severity in failing for diagnostic in diagnostics)
    suite = _suite(GROUPS.get(name, "Others"), len(diagnostics), failures, 0)
    names: Counter[str] = Counter()
    for diagnostic in diagnostics:
        kind = explained(diagnostic.id, catalogue)
        title = f"{kind.name or diagnostic.id}: {diagnostic.subject or diagnostic.place.file}"  # no line: it would shift
        names[title] += 1
        number = f" ({names[title]})" if names[title] > 1 else ""
        case = _under(suite, "testcase", name=title + number, classname=f"spinegraph.{diagnostic.id}")
        if diagnostic.place.file:
            case.set("file", printable(diagnostic.place.file))
        if diagnostic.place.line:
            case.set("line", str(diagnostic.place.line))
        text = printable(_text(diagnostic, report, catalogue))
        if diagnostic.severity in failing:
            failure = _under(case, "failure", message=diagnostic.what, type=f"{diagnostic.id} {kind.name}".strip())
            failure.text = text
        else:
            _under(case, "system-out").text = text
    return suite


def _text(diagnostic: Diagnostic, report: Report, catalogue: Catalogue) -> str:
    """What the plain text says of one diagnostic, without head of the file and summary."""
    alone = Report(knowledge=report.knowledge, files=report.files, diagnostics=(diagnostic,))
    return render_text(alone, catalogue).split("\n\n")[1]


def _suite(name: str, tests: int, failures: int, skipped: int) -> Element:
    numbers = {"tests": str(tests), "failures": str(failures), "errors": "0", "skipped": str(skipped)}
    return ElementTree.Element("testsuite", {"name": name, **numbers})


def _under(parent: Element, tag: str, **attributes: str) -> Element:
    return ElementTree.SubElement(parent, tag, {name: printable(value) for name, value in attributes.items()})
