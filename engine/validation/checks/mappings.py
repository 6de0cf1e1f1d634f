"""Mapping tables: SSSOM in form, about things that exist, one exact match for each code, each row justified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.knowledge.build.mapping_table import NEEDED, MappingTable, Row, read_table
from spinegraph.engine.knowledge.files import is_shared
from spinegraph.engine.knowledge.numbers import read_number
from spinegraph.engine.knowledge.turtle.terms import PREFIXES
from spinegraph.engine.validation.content import TABLE, Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Related

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


def check_mappings(content: Content) -> Iterator[Diagnostic]:
    """Every defect of every table, at its line."""
    pairs: dict[tuple[str, str], Found] = {}
    exact: dict[str, Found] = {}
    for path in content.paths:
        if path.suffix == TABLE and path in content.triples:
            shared = is_shared(path)  # it gives way to every other
            yield from _Table(content, path).check({} if shared else pairs, {} if shared else exact)


class Found(NamedTuple):
    """A row, and the table in which it stands."""

    path: Path
    row: Row


class _Table:
    def __init__(self, content: Content, path: Path) -> None:
        self._content = content
        self._table: MappingTable = read_table(path)

    def check(self, pairs: dict[tuple[str, str], Found], exact: dict[str, Found]) -> Iterator[Diagnostic]:
        table = self._table
        yield from self._head()
        missing = [column for column in NEEDED if column not in table.columns]
        if missing:  # reported by loading
            return
        if "mapping_justification" not in table.columns:
            yield self._at(table.first, "unjustified-mapping", "no-column")
        for row in table.rows:
            yield from self._row(row)
        yield from self._twice(pairs, exact)

    def _head(self) -> Iterator[Diagnostic]:
        table = self._table
        for key in ("curie_map", "mapping_set_id", "license"):
            if not table.unreadable and not table.metadata.get(key):
                yield self._at(1, "malformed-mapping", "head-lacks", key=key)
        for prefix, namespace in table.prefixes.items():
            if prefix in PREFIXES and PREFIXES[prefix] != namespace:
                line = table.line_of(f"{prefix}:")
                right = PREFIXES[prefix]
                yield self._at(line, "malformed-mapping", "other-namespace", prefix=prefix, right=right, given=namespace)

    def _row(self, row: Row) -> Iterator[Diagnostic]:
        cells = row.cells
        if row.surplus:  # reported by loading
            return
        if "mapping_justification" in cells and cells["mapping_justification"] not in JUSTIFICATIONS:
            given = cells["mapping_justification"]
            yield self._at(row.line, "unjustified-mapping", "unknown" if given else "none", given=given)
        if cells.get("confidence") and not _is_confidence(cells["confidence"]):
            yield self._at(row.line, "unjustified-mapping", "confidence", given=cells["confidence"])
        label = "" if self._is_unsure(row.subject) else self._content.label(row.subject)
        if label and cells.get("subject_label") and cells["subject_label"] != label:
            subject, given = cells["subject_id"], cells["subject_label"]
            yield self._at(row.line, "malformed-mapping", "label", of=subject, called=label, given=given)

    def _is_unsure(self, subject: str) -> bool:
        """Whether another table than this one knows what a term is called, or a file that could not be read may."""
        by_vocabulary, here = any(map(is_shared, self._content.graph.files_of(subject))), is_shared(self._table.path)
        return not subject or (here and not by_vocabulary) or (by_vocabulary and not here and bool(self._content.broken))

    def _twice(self, pairs: dict[tuple[str, str], Found], exact: dict[str, Found]) -> Iterator[Diagnostic]:
        """The same pair in two rows, and a code that is the exact match of two concepts; whatever table has the other."""
        for row in self._table.rows:
            if row.surplus:
                continue
            found = Found(self._table.path, row)
            subject, mapped = row.cells["subject_id"], row.cells["object_id"]
            first = pairs.setdefault((subject, row.code), found)
            if first is not found:
                yield self._at(row.line, "ambiguous-mapping", "same-pair", first, of=subject, to=mapped, first=first.row.line)
            if row.cells["predicate_id"] != "skos:exactMatch":
                continue
            first = exact.setdefault(row.code, found)
            if (holder := first.row.cells["subject_id"]) != subject:
                yield self._at(row.line, "ambiguous-mapping", "two-exact", first, to=mapped, of=holder, counterpart=subject)

    def _at(self, line: int, name: str, message: str, other: Found | None = None, **terms: object) -> Diagnostic:
        file = self._content.shown(self._table.path)
        related: tuple[Related, ...] = ()
        if other is not None:
            place = Place(file=self._content.shown(other.path), line=other.row.line)
            related = (Related(subject=other.row.cells["subject_id"], place=place, message="the first row"),)
        return self._content.diagnose(name, message, place=Place(file=file, line=line), related=related, terms=terms)


def _is_confidence(text: str) -> bool:
    try:
        return 0 < (read_number(text) or 0) <= 1
    except ValueError:  # thousands of digits
        return False
