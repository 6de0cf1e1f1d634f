"""Mapping tables: SSSOM in form, about things that exist, one exact match for each code, each row justified."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from spinegraph.engine.errors import shortened
from spinegraph.engine.knowledge.build.mapping_table import NEEDED, MappingTable, Row, read_table
from spinegraph.engine.knowledge.turtle.terms import PREFIXES
from spinegraph.engine.validation.content import TABLE, Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Related

PREDICATES = tuple(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
JUSTIFICATIONS = tuple(
    f"semapv:{name}"
    for name in (
        "BackgroundKnowledgeBasedMatching", "CompositeMatching", "DatabaseCrossReference", "InstanceBasedMatching",
        "LexicalMatching", "LexicalSimilarityThresholdMatching", "LogicalReasoning", "ManualMappingCuration",
        "MappingChaining", "MappingInversion", "MappingReview", "SemanticSimilarityThresholdMatching", "StructuralMatching",
        "UnspecifiedMatching",
    )
)  # fmt: skip
"""The terms of SEMAPV that SSSOM takes as mapping_justification."""
_CURIE = re.compile(r"[A-Za-z][\w.-]*:\S+")


def check_mappings(content: Content) -> Iterator[Diagnostic]:
    """Every defect of every table, at its line."""
    for path in content.paths:
        if path.suffix == TABLE and path in content.triples:
            yield from _Table(content, path).check()


class _Table:
    def __init__(self, content: Content, path: Path) -> None:
        self._content = content
        self._table: MappingTable = read_table(path)
        self._prefixes: Mapping[str, Any] = {}

    def check(self) -> Iterator[Diagnostic]:
        table = self._table
        yield from self._head()
        missing = [column for column in NEEDED if column not in table.columns]
        if missing:  # told by loading
            return
        if "mapping_justification" not in table.columns:
            what = "There is no column mapping_justification."
            yield self._at(table.first, "unjustified-mapping", what)
        for row in table.rows:
            yield from self._row(row)
        yield from self._twice()

    def _head(self) -> Iterator[Diagnostic]:
        try:
            head = yaml.safe_load(self._table.head) or {}
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            what = f"The head of the table is no YAML: {getattr(error, 'problem', None) or 'it cannot be read'}."
            yield self._at(line, "malformed-mapping", what)
            return
        if not isinstance(head, dict) or not isinstance(head.get("curie_map", {}), dict):
            yield self._at(1, "malformed-mapping", "The head of the table has no keys and values.")
            return
        self._prefixes = head.get("curie_map") or {}
        for key in ("curie_map", "mapping_set_id", "license"):
            if not head.get(key):
                yield self._at(1, "malformed-mapping", f"The head of the table has no {key}.", f"Add `# {key}: …`.")
        for prefix, namespace in self._prefixes.items():
            if prefix in PREFIXES and PREFIXES[prefix] != namespace:
                what = f"The prefix {prefix} stands for {PREFIXES[prefix]}, not for {shortened(str(namespace))}."
                yield self._at(self._line_of(f"{prefix}:"), "malformed-mapping", what)

    def _line_of(self, text: str) -> int:
        lines = self._table.head.splitlines()
        return next((number for number, line in enumerate(lines, 1) if line.strip().startswith(text)), 1)

    def _row(self, row: Row) -> Iterator[Diagnostic]:
        cells = row.cells
        if row.surplus:  # told by loading
            return
        for column in NEEDED:
            curie = cells[column]
            prefix = curie.partition(":")[0]
            if not _CURIE.fullmatch(curie):
                yield self._at(row.line, "malformed-mapping", f"{column} {shortened(curie)} is no CURIE.")
            elif self._prefixes and prefix not in self._prefixes:
                what = f"The prefix {prefix!r} of {column} is not in the curie_map."
                yield self._at(row.line, "malformed-mapping", what, f"Add `#   {prefix}: …` below `# curie_map:`.")
        if cells["predicate_id"] not in PREDICATES:
            what = f"{shortened(cells['predicate_id'])} is none of {', '.join(PREDICATES)}."
            yield self._at(row.line, "malformed-mapping", what)
        if "mapping_justification" in cells and cells["mapping_justification"] not in JUSTIFICATIONS:
            given = cells["mapping_justification"]
            what = f"{shortened(given)} is no justification that SEMAPV has." if given else "The row has no justification."
            yield self._at(row.line, "unjustified-mapping", what)
        if cells.get("confidence") and not _is_confidence(cells["confidence"]):
            what = f"The confidence {shortened(cells['confidence'])} is no number above 0 and up to 1."
            yield self._at(row.line, "unjustified-mapping", what)
        label = self._content.label(row.subject) if row.subject else ""
        if label and cells.get("subject_label") and cells["subject_label"] != label:
            what = f"{cells['subject_id']} is called {label!r}, not {shortened(cells['subject_label'])}."
            yield self._at(row.line, "malformed-mapping", what, "Write the label of the concept.")

    def _twice(self) -> Iterator[Diagnostic]:
        """The same pair in two rows, and a code that is the exact match of two concepts."""
        pairs: dict[tuple[str, str], Row] = {}
        exact: dict[str, Row] = {}
        for row in self._table.rows:
            subject, code = row.cells["subject_id"], row.cells["object_id"].lower()
            first = pairs.setdefault((subject, code), row)
            if first is not row:
                what = f"{subject} and {row.cells['object_id']} are mapped in line {first.line} too."
                yield self._at(row.line, "ambiguous-mapping", what, "Keep one of the rows.", first)
            if row.cells["predicate_id"] != "skos:exactMatch":
                continue
            first = exact.setdefault(code, row)
            if first.cells["subject_id"] != subject:
                what = f"{row.cells['object_id']} is the exact match of {first.cells['subject_id']} and of {subject}."
                yield self._at(row.line, "ambiguous-mapping", what, "", first)

    def _at(self, line: int, name: str, what: str, mend: str = "", first: Row | None = None) -> Diagnostic:
        file = self._content.shown(self._table.path)
        related: tuple[Related, ...] = ()
        if first is not None:
            place = Place(file=file, line=first.line)
            related = (Related(subject=first.cells["subject_id"], place=place, message="the first row"),)
        return self._content.diagnose(name, what, place=Place(file=file, line=line), mend=mend, related=related)


def _is_confidence(text: str) -> bool:
    try:
        return 0 < float(text) <= 1
    except ValueError:
        return False
