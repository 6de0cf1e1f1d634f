"""Mapping tables: SSSOM in form, about things that exist, one exact match for each code, each row justified."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from spinegraph.engine.knowledge.build.mapping_table import NEEDED, MappingTable, Row, read_table
from spinegraph.engine.knowledge.numbers import read_number
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
        if missing:  # reported by loading
            return
        if "mapping_justification" not in table.columns:
            yield self._at(table.first, "unjustified-mapping", "no-column")
        for row in table.rows:
            yield from self._row(row)
        yield from self._twice()

    def _head(self) -> Iterator[Diagnostic]:
        try:
            head = yaml.safe_load(self._table.head) or {}
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            reason = getattr(error, "problem", None) or "it cannot be read"
            yield self._at(line, "malformed-mapping", "head-no-yaml", reason=reason)
            return
        if not isinstance(head, dict) or not isinstance(head.get("curie_map", {}), dict):
            yield self._at(1, "malformed-mapping", "head-no-mapping")
            return
        self._prefixes = head.get("curie_map") or {}
        for key in ("curie_map", "mapping_set_id", "license"):
            if not head.get(key):
                yield self._at(1, "malformed-mapping", "head-lacks", key=key)
        for prefix, namespace in self._prefixes.items():
            if prefix in PREFIXES and PREFIXES[prefix] != namespace:
                line = self._line_of(f"{prefix}:")
                right = PREFIXES[prefix]
                yield self._at(line, "malformed-mapping", "other-namespace", prefix=prefix, right=right, given=namespace)

    def _line_of(self, text: str) -> int:
        lines = self._table.head.splitlines()
        return next((number for number, line in enumerate(lines, 1) if line.strip().startswith(text)), 1)

    def _row(self, row: Row) -> Iterator[Diagnostic]:
        cells = row.cells
        if row.surplus:  # reported by loading
            return
        for column in NEEDED:
            curie = cells[column]
            prefix = curie.partition(":")[0]
            if not _CURIE.fullmatch(curie):
                yield self._at(row.line, "malformed-mapping", "no-curie", column=column, given=curie)
            elif self._prefixes and prefix not in self._prefixes:
                yield self._at(row.line, "malformed-mapping", "unknown-prefix", prefix=prefix, column=column)
        if cells["predicate_id"] not in PREDICATES:
            given = cells["predicate_id"]
            yield self._at(row.line, "malformed-mapping", "predicate", given=given, allowed=PREDICATES)
        if "mapping_justification" in cells and cells["mapping_justification"] not in JUSTIFICATIONS:
            given = cells["mapping_justification"]
            yield self._at(row.line, "unjustified-mapping", "unknown" if given else "none", given=given)
        if cells.get("confidence") and not _is_confidence(cells["confidence"]):
            yield self._at(row.line, "unjustified-mapping", "confidence", given=cells["confidence"])
        label = self._content.label(row.subject) if row.subject else ""
        if label and cells.get("subject_label") and cells["subject_label"] != label:
            subject, given = cells["subject_id"], cells["subject_label"]
            yield self._at(row.line, "malformed-mapping", "label", of=subject, called=label, given=given)

    def _twice(self) -> Iterator[Diagnostic]:
        """The same pair in two rows, and a code that is the exact match of two concepts."""
        pairs: dict[tuple[str, str], Row] = {}
        exact: dict[str, Row] = {}
        for row in self._table.rows:
            subject, code = row.cells["subject_id"], row.cells["object_id"].lower()
            first = pairs.setdefault((subject, code), row)
            if first is not row:
                mapped = row.cells["object_id"]
                yield self._at(row.line, "ambiguous-mapping", "same-pair", first, of=subject, to=mapped, first=first.line)
            if row.cells["predicate_id"] != "skos:exactMatch":
                continue
            first = exact.setdefault(code, row)
            if first.cells["subject_id"] != subject:
                mapped, holder = row.cells["object_id"], first.cells["subject_id"]
                yield self._at(row.line, "ambiguous-mapping", "two-exact", first, to=mapped, of=holder, counterpart=subject)

    def _at(self, line: int, name: str, message: str, other: Row | None = None, **terms: object) -> Diagnostic:
        file = self._content.shown(self._table.path)
        related: tuple[Related, ...] = ()
        if other is not None:
            place = Place(file=file, line=other.line)
            related = (Related(subject=other.cells["subject_id"], place=place, message="the first row"),)
        return self._content.diagnose(name, message, place=Place(file=file, line=line), related=related, terms=terms)


def _is_confidence(text: str) -> bool:
    try:
        return 0 < (read_number(text) or 0) <= 1
    except ValueError:  # thousands of digits
        return False
