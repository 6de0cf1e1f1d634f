"""Ways of writing the same: none of them is a mistake, and a mistake beside them is still found at its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.diagnostics import Report
from spinegraph.engine.validation.validate import CHECKS, validate

from tests.authoring.guideline import write_good

SLOW = frozenset(check.name for check in CHECKS if check.apart)
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RULES, FINDINGS = "shapes/rules/sore-throat.ttl", "ontology/findings.ttl"

Rewrite = Callable[[str], str]

EVERYWHERE: dict[str, Rewrite] = {
    "lines end as on Windows": lambda text: text.replace("\n", "\r\n"),
    "lines end as on old Macs": lambda text: text.replace("\n", "\r"),
    "tabs": lambda text: text.replace("    ", "\t"),
    "@prefix": lambda text: re.sub(r"^PREFIX (\S+) (<.*>)$", r"@prefix \1 \2 .", text, flags=re.MULTILINE),
    "comments with odd signs": lambda text: '# "head [ ( <\n' + re.sub(r" ;$", ' ; # it\'s "odd" [', text, flags=re.MULTILINE),
    "rdf:type for a": lambda text: f"PREFIX r: <{RDF}>\n" + re.sub(r"^(\s+)a(?=[ \n])", r"\1r:type", text, flags=re.MULTILINE),
    "other prefixes": lambda text: re.sub(r"(?<![\w/#])finding:", "f:", text),
    "long literals": lambda text: re.sub(r'(?<!")"([^"\n]+)"@en ', r'"""\1"""@en ', text),
    "one line": lambda text: re.sub(r"\n(?!PREFIX)\s*", " ", text).strip(),
    "empty statements": lambda text: text.replace(" ;\n", " ;;\n"),
}

IN_ONE_FILE: dict[str, tuple[str, str, str]] = {
    "an IRI that is relative": (
        FINDINGS,
        "finding:Drooling\n",
        "BASE <https://w3id.org/spinegraph/>\n<finding/Drooling>\n",
    ),
    "a letter that is escaped": (FINDINGS, '"drooling"@en', '"dro\\u006Fling"@en'),
    "a subject in two parts": (
        FINDINGS,
        '    rdfs:label "drooling"@en ;\n',
        '    rdfs:label "drooling"@en .\nfinding:Drooling\n',
    ),
    "notes in another language": (
        FINDINGS,
        '    rdfs:label "drooling"@en ;\n',
        '    rdfs:label "drooling"@en ; rdfs:comment "Salive"@fr ; skos:editorialNote "prüfen"@de ; rdfs:seeAlso <urn:x> ;\n',
    ),
    "an annotation of one's own": (
        FINDINGS,
        "finding:Drooling\n",
        '<urn:seen> a owl:AnnotationProperty .\nfinding:Drooling <urn:seen> "yes" .\nfinding:Drooling\n',
    ),
    "shapes inside each other": (
        RULES,
        "    core:present finding:SoreThroat ;\n",
        "    sh:and ( [ a sh:NodeShape ; sh:node [ sh:or ( [ core:present finding:SoreThroat ] ) ] ] ) ;\n",
    ),
    "a blank node with a name": (
        RULES,
        "    core:present finding:SoreThroat ;\n.\n",
        "    sh:node _:sore ;\n.\n_:sore core:present finding:SoreThroat .\n",
    ),
    "a number with noughts behind the point": (RULES, "sh:minInclusive 38 ;", "sh:minInclusive 38.00 ;"),
}


def report_on(folder: Path) -> Report:
    return validate(read_content([folder], sources=folder / "documents", root=folder), without=SLOW)


@pytest.mark.parametrize("rewrite", EVERYWHERE.values(), ids=EVERYWHERE)
def test_another_way_of_writing_is_no_mistake_and_hides_none(rewrite: Rewrite, tmp_path: Path) -> None:
    write_good(tmp_path)
    for path in (*tmp_path.glob("ontology/**/*.ttl"), *tmp_path.glob("shapes/**/*.ttl")):
        path.write_bytes(rewrite(path.read_text(encoding="utf-8")).encode())
    report = report_on(tmp_path)
    assert (report.diagnostics, report.not_run) == ((), ())

    path = tmp_path / FINDINGS
    spoilt = path.read_bytes().replace(b"skos:notation", b"skos:notaton", 1)
    path.write_bytes(spoilt)
    before = spoilt[: spoilt.index(b"skos:notaton")].decode()
    line = len(re.findall(r"\r\n|\r|\n", before)) + 1
    assert ("SG201", FINDINGS, line) in {(one.id, one.place.file, one.place.line) for one in report_on(tmp_path).diagnostics}


@pytest.mark.parametrize(("file", "old", "new"), IN_ONE_FILE.values(), ids=IN_ONE_FILE)
def test_what_is_said_otherwise_is_no_mistake(file: str, old: str, new: str, tmp_path: Path) -> None:
    write_good(tmp_path)
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    report = report_on(tmp_path)
    assert (report.diagnostics, report.not_run) == ((), ())
