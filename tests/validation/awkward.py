"""A report with everything that is awkward to render: quotes, markup, line breaks, other scripts, controls, no line, no file."""

from __future__ import annotations

from spinegraph.engine.model import Case
from spinegraph.engine.validation.catalogue import Entry
from spinegraph.engine.validation.diagnostics import (
    Diagnostic,
    NotRun,
    Place,
    Related,
    Report,
    SourceStatus,
    Suppression,
    Witness,
)

ENTRIES = (
    Entry(
        id="SG101",
        name="turtle-syntax",
        severity="error",
        title="Not Turtle",
        why="Nothing of the file is read.",
        mend="Mend it.",
    ),
    Entry(
        id="SG201",
        name="unknown-term",
        severity="error",
        title="A term that no vocabulary has",
        why="A misspelt term is passed over in silence: the rule that needs it never fires.",
        mend="Write the term as the vocabulary has it.",
    ),
    Entry(
        id="SG306", name="ambiguous-label", severity="note", title="Two things of one name", why="Confusing.", mend="Rename one."
    ),
    Entry(
        id="SG901",
        name="opposite-directions",
        severity="warning",
        title="For and against the same <intervention>",
        why="A patient gets both answers at once.",
        mend="Let one rule override the other, or declare a tension.",
    ),
)
CATALOGUE = {entry.id: entry for entry in ENTRIES}

MISSPELT = Diagnostic(
    id="SG201",
    severity="error",
    place=Place(file="shapes/rules/sore throat & fever.ttl", line=21, column=5),
    subject="shape:Markers",
    label='markers of "strep" <throat>',
    what="There is no core:presnt; did you mean core:present?",
    mend='Write core:present. The line stays "as it is" otherwise & nothing <else> changes.',
)
SAME = Diagnostic(
    id="SG201",
    severity="error",
    place=Place(file="shapes/rules/sore throat & fever.ttl", line=40),
    subject="shape:Markers",
    what="There is no core:presnt; did you mean core:present?",
)
OPPOSITE = Diagnostic(
    id="SG901",
    severity="warning",
    place=Place(file="shapes/rules/sore throat & fever.ttl", line=77, column=1),
    subject="rule:penicillin",
    label="Penicillin – pénicilline, ペニシリン",
    what="rule:penicillin is for, and rule:no-antibiotic against, the same intervention in one patient, although neither "
    "overrides the other and no tension of the two is declared anywhere in the knowledge.",
    why="Axioms:\n  Penicillin SubClassOf Antibiotic\n  NoAntibiotic bars Antibiotic",
    related=(
        Related(
            subject="rule:no-antibiotic", place=Place(file="shapes/rules/other.ttl", line=12, column=1), message="against it"
        ),
        Related(subject="intervention:Penicillin", place=Place(file="ontology/interventions.ttl")),
    ),
    witness=Witness(
        case=Case(present=("drooling", "sore_throat"), absent=("fever",), measurements={"temperature_c": 38.5}),
        words=("sore throat", "drooling", "no fever", "temperature 38.5 °C"),
        shows=("rule:penicillin is indicated", "rule:no-antibiotic is indicated"),
    ),
)
SYNTAX = Diagnostic(
    id="SG101",
    severity="error",
    place=Place(file="ontology/naïve-日本.ttl", line=3),
    what="Unexpected character '\x1b[2J' and\nthen \"]]>\" (line 3, column 9).",
)
NOWHERE = Diagnostic(
    id="SG901",
    severity="note",
    place=Place(file=""),
    subject="https://example.org/a thing",
    what="This is said of nothing in particular: [not a link](https://example.org) \\ {{ 7 * 7 }}.",
    witness=Witness(case=Case(), words=()),
)
UNKNOWN_KIND = Diagnostic(
    id="SG499", severity="note", place=Place(file="shapes/rules/other.ttl", line=2), what="A kind of another day."
)
KEPT = Diagnostic(
    id="SG306",
    severity="note",
    place=Place(file="ontology/findings.ttl", line=9),
    subject="finding:Fever",
    what="finding:Fever and finding:HayFever are both called “fever”.",
)

REPORT = Report(
    knowledge="sha256:0123abcd",
    files=("ontology/findings.ttl", "ontology/naïve-日本.ttl", "shapes/rules/other.ttl", "shapes/rules/sore throat & fever.ttl"),
    diagnostics=(NOWHERE, SYNTAX, UNKNOWN_KIND, MISSPELT, SAME, OPPOSITE),
    suppressed=(Suppression(diagnostic=KEPT, reason="Both names are <used> at our clinic & understood."),),
    not_run=(NotRun(check="ontology", reason='HermiT is not installed.\n  Install "spinegraph[authoring]".'),),
    ran=("syntax", "names", "behaviour"),
    left_out=("documents",),
    sources=(SourceStatus(number="900", title="Sore throat & <fever>", review_status="pending"),),
)
CLEAN = Report(knowledge="sha256:4567", files=("ontology/findings.ttl",), diagnostics=(), ran=("syntax", "names"))
