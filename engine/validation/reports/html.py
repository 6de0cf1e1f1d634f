"""A report as a web page that stands alone: by file, with the sources' lines, witness patients and what each id means."""

from __future__ import annotations

from spinegraph.engine.decide.disclaimer import DISCLAIMER
from spinegraph.engine.templates import make_environment
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.diagnostics import SEVERITIES, Report
from spinegraph.engine.validation.reports.words import (
    CLINICAL,
    MANY,
    Catalogue,
    basis,
    by_file,
    case_text,
    counts,
    explained,
    gaps,
    headline,
    kept_back,
    plural,
    printable,
    texts_of,
    tool_version,
    witnesses,
)

_ENVIRONMENT = make_environment("spinegraph.engine.validation.reports")
_ENVIRONMENT.filters |= {"clean": printable, "case_text": case_text, "counts": counts, "plural": plural}


def render_html(report: Report, catalogue: Catalogue = CATALOGUE) -> bytes:
    """The report as HTML in UTF-8, without scripts and without anything to be loaded."""
    shown = (*report.diagnostics, *(entry.diagnostic for entry in report.suppressed))
    page = _ENVIRONMENT.get_template("report.html.j2").render(
        report=report,
        headline=headline(report),
        basis=basis(report),
        state="error" if report.count("error") or report.not_run else "warning" if report.count("warning") else "good",
        severities=SEVERITIES,
        files=by_file(report.diagnostics),
        kept=kept_back(report.suppressed),
        gaps=gaps(report.not_run),
        kinds=[explained(id_, catalogue) for id_ in sorted({diagnostic.id for diagnostic in shown})],
        kind=lambda diagnostic: explained(diagnostic.id, catalogue),
        texts=lambda diagnostic: texts_of(diagnostic, catalogue),
        many=MANY,
        clinical=CLINICAL if witnesses(report) else "",
        disclaimer=DISCLAIMER,
        version=tool_version(),
    )
    return page.encode()
