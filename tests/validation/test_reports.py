"""Every format of a report, over one that is awkward to render: golden, and valid by the rules of its own format.

`SPINEGRAPH_GOLDEN=write pytest tests/validation/test_reports.py` writes the golden texts anew, to be reviewed as a diff.
"""

from __future__ import annotations

import html.parser
import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyoxigraph as ox
import pytest
import yaml
from sarif_pydantic import Sarif
from spinegraph.engine.model import Case
from spinegraph.engine.validation.diagnostics import Diagnostic, NotRun, Place, Report, Witness
from spinegraph.engine.validation.fingerprints import fingerprints
from spinegraph.engine.validation.reports import MEDIA_TYPES, Format, render_report
from spinegraph.engine.validation.reports.html import render_html
from spinegraph.engine.validation.reports.json import JsonReport, render_json
from spinegraph.engine.validation.reports.junit import render_junit
from spinegraph.engine.validation.reports.sarif import render_sarif
from spinegraph.engine.validation.reports.text import render_text
from spinegraph.engine.validation.reports.turtle import DIAGNOSTIC, render_turtle
from spinegraph.engine.validation.reports.words import CLINICAL, case_text, listed, plural, printable, tool_version

from tests.validation.awkward import CATALOGUE, CLEAN, MISSPELT, OPPOSITE, REPORT

GOLDEN = Path(__file__).parent / "golden"
RENDERINGS: dict[str, Callable[[Report], bytes]] = {
    "txt": lambda report: render_text(report, CATALOGUE).encode(),
    "json": lambda report: render_json(report, CATALOGUE),
    "sarif": lambda report: render_sarif(report, CATALOGUE),
    "xml": lambda report: render_junit(report, catalogue=CATALOGUE),
    "html": lambda report: render_html(report, CATALOGUE),
    "ttl.txt": lambda report: render_turtle(report, CATALOGUE),
}
SH = "http://www.w3.org/ns/shacl#"


@pytest.mark.parametrize("name", ["report", "clean"])
@pytest.mark.parametrize("suffix", RENDERINGS)
def test_a_rendering_is_as_reviewed(suffix: str, name: str) -> None:
    text = RENDERINGS[suffix](REPORT if name == "report" else CLEAN).decode().replace(tool_version(), "{version}")
    path = GOLDEN / f"{name}.{suffix}"
    if os.environ.get("SPINEGRAPH_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_a_report_is_rendered_the_same_each_time_whatever_its_texts_are(form: Format) -> None:
    odd = Diagnostic(
        id="SG101", severity="error", place=Place(file="caf\udce9\x00.ttl", line=1), what="\x00\x1b\ud800\u202e]]>\ufffe</script>"
    )
    report = msgspec.structs.replace(REPORT, diagnostics=(*REPORT.diagnostics, odd))
    written = render_report(report, form)
    assert written == render_report(report, form)
    assert "caf" in written.decode()


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_a_witness_never_stands_without_disclaimer_and_review_status(form: Format) -> None:
    flat = " ".join(render_report(REPORT, form).decode().split())
    assert "not a medical device" in flat
    assert "pending" in flat
    assert "witness" in CLINICAL.lower()


def test_what_was_not_run_is_told_everywhere() -> None:
    for form in MEDIA_TYPES:
        assert "HermiT is not installed" in render_report(REPORT, form).decode()


# Text ----------------------------------------------------------------------------------------


def test_text_keeps_its_width_and_breaks_no_word() -> None:
    long = "https://w3id.org/spinegraph/" + "x" * 150
    diagnostic = Diagnostic(id="SG201", severity="error", place=Place(file="a.ttl", line=1), what=f"{'word ' * 60}{long} end")
    text = render_text(Report(knowledge="", files=("a.ttl",), diagnostics=(diagnostic,)), CATALOGUE)
    assert long in text
    assert all(len(line) <= 100 for line in text.split("\n") if long not in line)
    assert all(line == line.rstrip() for line in text.split("\n"))


def test_a_reason_is_told_once_in_each_file() -> None:
    """Everything else is told each time; a report of its own, as JUnit has it for each diagnostic, tells all."""
    text = render_text(REPORT, CATALOGUE)
    assert text.count("A misspelt term is passed over in silence") == 1
    assert text.count("There is no core:presnt") == 2
    assert text.count("Write the term as the vocabulary has it.") == 1
    apart = msgspec.structs.replace(MISSPELT, place=Place(file="other.ttl", line=1))
    both = msgspec.structs.replace(REPORT, diagnostics=(MISSPELT, apart))
    assert render_text(both, CATALOGUE).count("A misspelt term is passed over in silence") == 2


def test_checks_that_one_thing_hinders_are_told_together() -> None:
    reasons = ("x.ttl could not be read.", "HermiT is missing.", "x.ttl could not be read.")
    hindered = tuple(NotRun(check=name, reason=reason) for name, reason in zip("abc", reasons, strict=True))
    text = render_text(msgspec.structs.replace(CLEAN, not_run=hindered), CATALOGUE)
    assert "not run       a, c: x.ttl could not be read.\nnot run       b: HermiT is missing.\n" in text


def test_controls_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31mb\r\nc\td\u202ee\x00") == "a\\x1b[31mb\nc\td\\u202ee\\x00"


def test_words() -> None:
    assert [plural(number, "error") for number in (0, 1, 1234)] == ["0 errors", "1 error", "1,234 errors"]
    assert [listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_a_witness_can_be_pasted_into_a_case_file() -> None:
    assert OPPOSITE.witness is not None
    assert yaml.safe_load(case_text(OPPOSITE.witness)) == {
        "case": {"present": ["drooling", "sore_throat"], "absent": ["fever"], "measurements": {"temperature_c": 38.5}}
    }
    assert yaml.safe_load(case_text(Witness(case=Case(), words=()))) == {"case": {}}
    exact = Witness(case=Case(measurements={"a": 1234567.25, "b": 3.0, "c": 1e-7}), words=())
    assert yaml.safe_load(case_text(exact))["case"]["measurements"] == {"a": 1234567.25, "b": 3, "c": 1e-7}


# JSON ----------------------------------------------------------------------------------------


def test_json_says_all_that_the_report_says() -> None:
    read = msgspec.json.decode(render_json(REPORT, CATALOGUE), type=JsonReport)
    assert (read.summary.error, read.summary.warning, read.summary.note, read.summary.suppressed) == (3, 1, 2, 1)
    assert [one.what for one in read.diagnostics] == [one.what for one in REPORT.diagnostics]
    assert [one.witness for one in read.diagnostics] == [one.witness for one in REPORT.diagnostics]
    assert not read.complete
    assert read.sources == REPORT.sources
    assert read.suppressed[0].suppressed == REPORT.suppressed[0].reason
    assert len({one.fingerprint for one in (*read.diagnostics, *read.suppressed)}) == 7


# SARIF ---------------------------------------------------------------------------------------


def _log(report: Report = REPORT) -> Any:
    return json.loads(render_sarif(report, CATALOGUE))


def test_sarif_is_read_by_another_implementation() -> None:
    for report in (REPORT, CLEAN):
        read = Sarif.model_validate(_log(report))
        assert len(read.runs[0].results or ()) == len(report.diagnostics) + len(report.suppressed)


def test_sarif_has_what_code_hosting_sites_ask_for() -> None:
    """https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support"""
    run = _log()["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert run["invocations"][0]["executionSuccessful"] is False
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert result["partialFingerprints"]
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            physical = location["physicalLocation"]
            assert physical["region"]["startLine"] >= 1
            assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
            assert not physical["artifactLocation"]["uri"].startswith("/")
    assert all(rule["helpUri"].startswith("https://") for rule in rules)


def test_sarif_leads_to_files_outside_by_an_absolute_uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    places = ["in side/ä.ttl", "../out.ttl", str(tmp_path / "own.ttl"), "/elsewhere/#1.ttl"]
    found = tuple(Diagnostic(id="SG201", severity="error", place=Place(file=file, line=1), what=file) for file in places)
    results = _log(Report(knowledge="", files=(), diagnostics=found))["runs"][0]["results"]
    assert [one["locations"][0]["physicalLocation"]["artifactLocation"] for one in results] == [
        {"uri": "in%20side/%C3%A4.ttl", "uriBaseId": "%SRCROOT%"},
        {"uri": (tmp_path.parent / "out.ttl").as_uri()},
        {"uri": "own.ttl", "uriBaseId": "%SRCROOT%"},
        {"uri": "file:///elsewhere/%231.ttl"},
    ]


def test_braces_and_links_are_literal_in_sarif_messages() -> None:
    text = _log()["runs"][0]["results"][0]["message"]["text"]
    assert "[not a link] (https://example.org) \\ {{{{ 7 * 7 }}}}" in text


# JUnit ---------------------------------------------------------------------------------------


def test_junit_counts_what_it_holds() -> None:
    root = ElementTree.fromstring(render_junit(REPORT, catalogue=CATALOGUE))  # noqa: S314 (our own)
    for element in (root, *root):
        assert int(element.get("tests", "")) == len(element.findall(".//testcase"))
        assert int(element.get("failures", "")) == len(element.findall(".//failure"))
        assert int(element.get("skipped", "")) == len(element.findall(".//skipped"))
    assert [suite.get("name") for suite in root] == ["Checks", "Files", "Names and vocabulary", "Authoring shapes", "Behaviour"]
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) == len(set(names))


def test_junit_fails_from_the_threshold_on() -> None:
    failures = [
        len(ElementTree.fromstring(render_junit(REPORT, fail_on, CATALOGUE)).findall(".//failure"))  # noqa: S314
        for fail_on in ("error", "warning", "note")
    ]
    assert failures == [3, 4, 6]


# HTML ----------------------------------------------------------------------------------------


class _Page(html.parser.HTMLParser):
    """Collects tags, ids and links; fails on what is left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("report", [REPORT, CLEAN], ids=["report", "clean"])
def test_the_page_stands_alone_and_leads_somewhere(report: Report) -> None:
    page = _Page()
    page.feed(render_html(report, CATALOGUE).decode())
    assert page.open == []
    assert page.tags & {"script", "img", "link", "iframe", "throat", "fever", "intervention", "else", "used"} == set()
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert all(link.startswith(("#", "https://w3id.org/spinegraph/")) for link in page.links)
    said = "".join(page.text)
    for diagnostic in report.diagnostics:
        assert printable(diagnostic.what) in said
        assert str(diagnostic.place) in said
        if diagnostic.witness:
            assert case_text(diagnostic.witness) in said


# SHACL report --------------------------------------------------------------------------------


@pytest.mark.parametrize("report", [REPORT, CLEAN], ids=["report", "clean"])
def test_the_turtle_is_a_shacl_validation_report(report: Report) -> None:
    """https://www.w3.org/TR/shacl/#results-validation-report: what each result must have, and how often."""
    graph = ox.Store()
    graph.load(render_turtle(report, CATALOGUE), format=ox.RdfFormat.TURTLE)

    def values(subject: Any, name: str) -> list[Any]:
        return [quad.object for quad in graph.quads_for_pattern(subject, ox.NamedNode(SH + name), None)]

    (this,) = [quad.subject for quad in graph.quads_for_pattern(None, None, ox.NamedNode(f"{SH}ValidationReport"))]
    results = values(this, "result")
    assert [one.value for one in values(this, "conforms")] == ["false" if results else "true"]
    assert len(results) == len(report.diagnostics) + len(report.not_run)
    severities = []
    for result in results:
        for name in ("focusNode", "resultSeverity", "sourceConstraintComponent", "resultMessage"):
            assert len(values(result, name)) == 1, name
        assert values(result, "sourceConstraintComponent")[0].value.startswith(DIAGNOSTIC)
        severities.append(values(result, "resultSeverity")[0].value.removeprefix(SH))
    order = {"error": "Violation", "warning": "Warning", "note": "Info"}
    wanted = [order[one.severity] for one in report.diagnostics] + ["Warning" for _ in report.not_run]
    assert sorted(severities) == sorted(wanted)


def test_a_focus_node_is_the_iri_where_there_is_one() -> None:
    graph = ox.Store()
    graph.load(render_turtle(REPORT, CATALOGUE), format=ox.RdfFormat.TURTLE)
    found = {str(quad.object) for quad in graph.quads_for_pattern(None, ox.NamedNode(f"{SH}focusNode"), None)}
    assert "<https://w3id.org/spinegraph/shape/Markers>" in found
    assert '"https://example.org/a thing"' in found
    assert '"ontology/naïve-日本.ttl:3"' in found


# Fingerprints --------------------------------------------------------------------------------


def test_a_fingerprint_outlives_shifted_lines_and_tells_repetitions_apart() -> None:
    moved = msgspec.structs.replace(MISSPELT, place=Place(file="other.ttl", line=900))
    assert fingerprints([MISSPELT]) == fingerprints([moved])
    first, second = fingerprints([MISSPELT, moved])
    assert first.removesuffix(":1") == second.removesuffix(":2")
    said = [msgspec.structs.replace(MISSPELT, what=f"also at x.ttl:{line}:1, line {line}") for line in (3, 4)]
    assert fingerprints(said[:1]) == fingerprints(said[1:])


@pytest.mark.parametrize("change", [{"id": "SG202"}, {"subject": "shape:Other"}, {"what": "There is no core:absnt."}])
def test_another_mistake_has_another_fingerprint(change: dict[str, str]) -> None:
    assert fingerprints([MISSPELT]) != fingerprints([msgspec.structs.replace(MISSPELT, **change)])


def test_without_a_subject_the_file_tells_mistakes_apart() -> None:
    here = msgspec.structs.replace(MISSPELT, subject="")
    there = msgspec.structs.replace(here, place=Place(file="other.ttl"))
    assert fingerprints([here]) != fingerprints([there])
