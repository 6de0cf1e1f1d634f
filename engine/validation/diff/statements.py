"""What two states of the knowledge state differently, field by field. Order and the names of shapes do not count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Criterion, Frozen, Knowledge, Position
from spinegraph.engine.validation.diagnostics import Place
from spinegraph.engine.validation.diff.model import FieldChange, How, StatementChange
from spinegraph.engine.validation.outline import outline

KINDS: Mapping[str, str] = {
    "findings": "finding",
    "conditions": "condition",
    "interventions": "intervention",
    "measurements": "measurement",
    "sources": "source",
    "passages": "passage",
    "references": "reference",
    "rules": "rule",
}
UNTOLD = frozenset(("iri", "id", "kind", "positions"))


class State:
    """One state of the knowledge: assembled, and the graph that knows where each statement stands."""

    def __init__(self, name: str, graph: Graph, knowledge: Knowledge, root: str = "") -> None:
        """`root`: what file names are relative to."""
        self.name = name
        self.knowledge = knowledge
        self._graph = graph
        self._root = root

    def place(self, iri: str) -> Place | None:
        """file:line of a statement, the file relative to the state's root; None where nothing is said about it."""
        located = self._graph.place(iri)
        if located is None:
            return None
        file = located.path.as_posix()
        return Place(file=file.removeprefix(self._root).lstrip("/"), line=located.line, column=located.column)


def changed_statements(old: State, new: State) -> Iterator[StatementChange]:
    """Every statement that is not the same in both, kind by kind, in the order of the new state, then what is gone."""
    for table, kind in KINDS.items():
        before: Mapping[str, Any] = getattr(old.knowledge, table)
        after: Mapping[str, Any] = getattr(new.knowledge, table)
        for iri in dict.fromkeys((*after, *before)):
            one, other = before.get(iri), after.get(iri)
            parents = [_parents(state.knowledge, iri) for state in (old, new)]
            if one is None or other is None:
                how: How = "added" if one is None else "removed"
                state = new if one is None else old
                yield _change(kind, how, other or one, state.place(iri), ())
            elif fields := tuple(_fields(one, other, parents)):
                yield _change(kind, "changed", other, new.place(iri), fields)
    yield from _mappings(old.knowledge, new.knowledge)


def _change(kind: str, how: How, thing: Any, place: Place | None, fields: tuple[FieldChange, ...]) -> StatementChange:
    label = getattr(thing, "label", "") or getattr(thing, "title", "") or getattr(thing, "paraphrase", "")
    return StatementChange(kind=kind, subject=shorten(thing.iri), label=label, how=how, fields=fields, place=place)


def _fields(one: Frozen, other: Frozen, parents: list[tuple[str, ...]]) -> Iterator[FieldChange]:
    if type(one) is not type(other):
        yield FieldChange(field="kind", old=(type(one).__name__,), new=(type(other).__name__,))
    if parents[0] != parents[1]:
        yield FieldChange(field="wider", old=parents[0], new=parents[1])
    for field in dict.fromkeys((*one.__struct_fields__, *other.__struct_fields__)):
        before, after = (_told(getattr(thing, field, None)) for thing in (one, other))
        if before != after and field not in UNTOLD:
            yield FieldChange(field=field.replace("_", " "), old=before, new=after)
    sides = [tuple(sorted(_position(position) for position in getattr(thing, "positions", ()))) for thing in (one, other)]
    if sides[0] != sides[1]:
        yield FieldChange(field="positions", old=sides[0], new=sides[1])


def _told(value: object) -> tuple[str, ...]:
    """A value as lines. Sets of IRIs and passages have no order."""
    if value is None or value == "":
        return ()
    if isinstance(value, Criterion):
        return outline(value)
    if isinstance(value, tuple):
        return tuple(sorted(shorten(str(member)) for member in value))
    return (shorten(str(value)),)


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
