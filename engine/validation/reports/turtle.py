"""A report as a SHACL validation report (https://www.w3.org/TR/shacl/#validation-report) in Turtle.

Our diagnostics go beyond what shapes can say, so each names its kind (`diagnostic:SG201`) as the constraint component.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pyoxigraph as ox
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.diagnostics import Diagnostic, NotRun, Report, Severity
from spinegraph.engine.validation.fingerprints import fingerprints
from spinegraph.engine.validation.reports.words import (
    CLINICAL,
    Catalogue,
    case_text,
    explained,
    summary,
    texts_of,
    tool_version,
    witnesses,
)

DIAGNOSTIC = f"{BASE}diagnostic/"
SEVERITY: dict[Severity, str] = {"error": "sh:Violation", "warning": "sh:Warning", "note": "sh:Info"}
_PREFIXES = {**PREFIXES, "diagnostic": DIAGNOSTIC}
_LOCAL = re.compile(r"[^\s<>\"{}|\\^`\x00-\x20]+")

Value = ox.NamedNode | ox.Literal


def render_turtle(report: Report, catalogue: Catalogue = CATALOGUE) -> bytes:
    """The report as Turtle in UTF-8. As SHACL has it, it conforms only if nothing at all was found, and every check ran.

    What was kept back is counted in a comment, not a result.
    """
    this = ox.NamedNode(f"urn:spinegraph:validation:{report.knowledge or 'none'}")
    marks = fingerprints(report.diagnostics)
    nodes = [ox.NamedNode(f"urn:spinegraph:result:{mark}") for mark in marks]
    triples = list(_head(this, report, nodes))
    for node, diagnostic, mark in zip(nodes, report.diagnostics, marks, strict=True):
        triples += [ox.Triple(node, _iri(name), value) for name, value in _result(diagnostic, mark, catalogue)]
    for number, gap in enumerate(report.not_run):
        triples += _gap(this, ox.NamedNode(f"{this.value}:not-run:{number}"), gap)
    for id_ in sorted({diagnostic.id for diagnostic in report.diagnostics}):
        triples += _kind(id_, catalogue)
    written = ox.serialize(dict.fromkeys(triples), format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES) or b""
    return _with_prefixes_in_order(written.decode()).encode()


def _with_prefixes_in_order(written: str) -> str:
    """Oxigraph writes prefixes in a different order each time, and those that nothing uses."""
    lines = [line for line in written.split("\n") if line]
    body = "\n".join(line for line in lines if not line.startswith("@prefix "))
    prefixes = sorted(line for line in lines if line.startswith("@prefix ") and line.split()[1] in body)
    spaced = re.sub(r"^(?=\S)", "\n", body, flags=re.MULTILINE)
    return "\n".join([*prefixes, spaced, ""])


def _head(this: ox.NamedNode, report: Report, results: Sequence[ox.NamedNode]) -> Iterator[ox.Triple]:
    comments = [summary(report)]
    comments += [f"{len(report.suppressed)} kept back by the profile or the baseline."] if report.suppressed else []
    if witnesses(report):
        comments += [
            CLINICAL,
            *(f"Source {source.number}, {source.title}: review status {source.review_status}." for source in report.sources),
        ]
    yield ox.Triple(this, _iri("rdf:type"), _iri("sh:ValidationReport"))
    yield ox.Triple(this, _iri("sh:conforms"), ox.Literal(not report.diagnostics and not report.not_run))
    yield ox.Triple(this, _iri("dcterms:creator"), ox.Literal(f"Spinegraph {tool_version()}"))
    yield from (ox.Triple(this, _iri("rdfs:comment"), ox.Literal(text, language="en")) for text in comments)
    yield from (ox.Triple(this, _iri("sh:result"), result) for result in results)


def _result(diagnostic: Diagnostic, mark: str, catalogue: Catalogue) -> Iterator[tuple[str, Value]]:
    why, mend = texts_of(diagnostic, catalogue)
    yield "rdf:type", _iri("sh:ValidationResult")
    yield "sh:focusNode", _focus(diagnostic)
    yield "sh:resultSeverity", _iri(SEVERITY[diagnostic.severity])
    yield "sh:sourceConstraintComponent", ox.NamedNode(DIAGNOSTIC + diagnostic.id)
    yield "sh:resultMessage", ox.Literal(diagnostic.what, language="en")
    yield "dcterms:identifier", ox.Literal(mark)
    if str(diagnostic.place):
        yield "rdfs:label", ox.Literal(str(diagnostic.place))
    for text in filter(None, (why, mend)):
        yield "rdfs:comment", ox.Literal(text, language="en")
    for other in diagnostic.related:
        other_text = ", ".join(filter(None, (other.subject, str(other.place), other.message)))
        yield "rdfs:comment", ox.Literal(f"See also {other_text}", language="en")
    if diagnostic.witness:
        witness = diagnostic.witness
        words = "; ".join(witness.words) or "nothing is recorded"
        shows = f" Decided: {'; '.join(witness.shows)}." if witness.shows else ""
        yield "rdfs:comment", ox.Literal(f"Witness patient: {words}.{shows} As a case: {case_text(witness)}", language="en")


def _gap(this: ox.NamedNode, node: ox.NamedNode, gap: NotRun) -> Iterator[ox.Triple]:
    """A check that did not run is a result too: nobody may read conformance out of a check that never was."""
    yield ox.Triple(this, _iri("sh:result"), node)
    yield ox.Triple(node, _iri("rdf:type"), _iri("sh:ValidationResult"))
    yield ox.Triple(node, _iri("sh:focusNode"), ox.Literal(gap.check))
    yield ox.Triple(node, _iri("sh:resultSeverity"), _iri("sh:Warning"))
    yield ox.Triple(node, _iri("sh:sourceConstraintComponent"), ox.NamedNode(f"{DIAGNOSTIC}not-run"))
    yield ox.Triple(node, _iri("sh:resultMessage"), ox.Literal(f"The check {gap.check} was not run: {gap.reason}", language="en"))


def _kind(id_: str, catalogue: Catalogue) -> Iterator[ox.Triple]:
    kind = explained(id_, catalogue)
    node = ox.NamedNode(DIAGNOSTIC + id_)
    yield ox.Triple(node, _iri("rdf:type"), _iri("sh:ConstraintComponent"))
    yield ox.Triple(node, _iri("dcterms:identifier"), ox.Literal(id_))
    if kind.entry:
        yield ox.Triple(node, _iri("rdfs:label"), ox.Literal(f"{kind.name}: {kind.entry.title}", language="en"))
    yield ox.Triple(node, _iri("rdfs:seeAlso"), ox.NamedNode(kind.uri))


def _focus(diagnostic: Diagnostic) -> Value:
    """What the diagnostic is about as an IRI, else the place or the text that stands for it: SHACL wants one in any case."""
    subject = diagnostic.subject
    prefix, colon, name = subject.partition(":")
    written = PREFIXES[prefix] + name if colon and prefix in PREFIXES else subject
    if "://" in written and _LOCAL.fullmatch(written):
        return ox.NamedNode(written)
    return ox.Literal(subject or str(diagnostic.place) or diagnostic.id)


def _iri(curie: str) -> ox.NamedNode:
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + name)
