"""What two states of the knowledge state differently, field by field. Order and the names of shapes do not count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from spinegraph.engine.criteria.words import in_points
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import CodedValue, Criterion, DeprecatedTerm, Frozen, Knowledge, Position, ScoreItem
from spinegraph.engine.validation.diagnostics import Place
from spinegraph.engine.validation.diff.model import FieldChange, How, StatementChange
from spinegraph.engine.validation.outline import outline

KINDS: Mapping[str, str] = {
    "stated_findings": "finding",
    "conditions": "condition",
    "interventions": "intervention",
    "measurements": "measurement",
    "coded": "coded property",
    "deprecated": "deprecated term",
    "scores": "score",
    "sources": "source",
    "passages": "passage",
    "references": "reference",
    "rules": "rule",
}
NOT_COMPARED = frozenset(("iri", "id", "kind", "positions"))


class State:
    """One state of the knowledge: assembled, and the graph that knows where each statement stands."""

    def __init__(
        self, name: str, graph: Graph, knowledge: Knowledge, root: str = "", names: Mapping[Path, str] | None = None
    ) -> None:
        """`root`: what file names are relative to; `names`: those of files that are called otherwise than where they stand."""
        self.name = name
        self.knowledge = knowledge
        self._graph = graph
        self._root = root
        self._names = names or {}

    def place(self, iri: str) -> Place | None:
        """file:line of a statement, the file as the state names it; None where the state has no statement about it."""
        located = self._graph.place(iri)
        if located is None:
            return None
        path = located.path
        file = self._names.get(path) or path.as_posix().removeprefix(self._root).lstrip("/")
        return Place(file=file, line=located.line, column=located.column)


def changed_statements(old: State, new: State) -> Iterator[StatementChange]:
    """Every statement that is not the same in both, kind by kind, in the order of the new state, then what is gone."""
    for table, kind in KINDS.items():
        olds: Mapping[str, Any] = getattr(old.knowledge, table)
        news: Mapping[str, Any] = getattr(new.knowledge, table)
        for iri in dict.fromkeys((*news, *olds)):
            earlier, later = olds.get(iri), news.get(iri)
            parents = [_parents(state.knowledge, iri) for state in (old, new)]
            if earlier is None or later is None:
                how: How = "added" if earlier is None else "removed"
                state = new if earlier is None else old
                yield _change(kind, how, later or earlier, state.place(iri), tuple(_replacement(later)))
            elif fields := tuple(_fields(earlier, later, parents)):
                yield _change(kind, "changed", later, new.place(iri), fields)
    yield from _mappings(old.knowledge, new.knowledge)


def _change(kind: str, how: How, thing: Any, place: Place | None, fields: tuple[FieldChange, ...]) -> StatementChange:
    label = getattr(thing, "label", "") or getattr(thing, "title", "") or getattr(thing, "paraphrase", "")
    return StatementChange(kind=kind, subject=shorten(thing.iri), label=label, how=how, fields=fields, place=place)


def _replacement(thing: Frozen | None) -> Iterator[FieldChange]:
    """Of a term that is newly out of use: what takes its place."""
    if isinstance(thing, DeprecatedTerm) and thing.replaced_by:
        yield FieldChange(field="replaced by", old=(), new=(shorten(thing.replaced_by),))


def _fields(earlier: Frozen, later: Frozen, parents: list[tuple[str, ...]]) -> Iterator[FieldChange]:
    if type(earlier) is not type(later):
        yield FieldChange(field="kind", old=(type(earlier).__name__,), new=(type(later).__name__,))
    if parents[0] != parents[1]:
        yield FieldChange(field="wider", old=parents[0], new=parents[1])
    for field in dict.fromkeys((*earlier.__struct_fields__, *later.__struct_fields__)):
        before, after = (_lines(getattr(thing, field, None)) for thing in (earlier, later))
        if before != after and field not in NOT_COMPARED:
            yield FieldChange(field=field.replace("_", " "), old=before, new=after)
    sides = [tuple(sorted(_position(position) for position in getattr(thing, "positions", ()))) for thing in (earlier, later)]
    if sides[0] != sides[1]:
        yield FieldChange(field="positions", old=sides[0], new=sides[1])


def _lines(value: object) -> tuple[str, ...]:
    """A value as lines. Sets of IRIs and passages have no order."""
    if value is None or value == "":
        return ()
    if isinstance(value, Criterion):
        return outline(value)
    if isinstance(value, tuple):
        if any(isinstance(member, ScoreItem) for member in value):
            return tuple(f"{in_points(item.points)}: {line}" for item in value for line in outline(item.criterion))
        return tuple(sorted(_line(member) for member in value))
    return (shorten(str(value)),)


def _line(member: object) -> str:
    return f"{member.code}: {member.label}" if isinstance(member, CodedValue) else shorten(str(member))


def _position(position: Position) -> str:
    who = f" ({shorten(position.recommendation)})" if position.recommendation else ""
    return f"{position.label}{who}: {', '.join(sorted(position.passages))}"


def _parents(knowledge: Knowledge, iri: str) -> tuple[str, ...]:
    return tuple(sorted(shorten(wider) for wider in knowledge.hierarchy.broader.get(iri, ()) if wider != iri))


def _mappings(old: Knowledge, new: Knowledge) -> Iterator[StatementChange]:
    before, after = old.external_codes, new.external_codes
    for code in sorted({*before, *after}):
        if before.get(code) != after.get(code):
            sides = [(shorten(codes[code]),) if code in codes else () for codes in (before, after)]
            how: How = "changed" if all(sides) else "added" if sides[1] else "removed"
            field = FieldChange(field="means", old=sides[0], new=sides[1])
            yield StatementChange(kind="mapping", subject=code, label="", how=how, fields=(field,))
