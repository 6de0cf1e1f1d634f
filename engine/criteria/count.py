"""at-least: how many of a group of findings are present."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.changes import DONE, NEVER, ChangeSets, all_of, any_of
from spinegraph.engine.criteria.joining import JoinedNode
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.node import ALL_OF_AND, CLOSED, FALSE, TRUE, Explanation, Head, OpenFacts, Part
from spinegraph.engine.criteria.open_facts import constant_or
from spinegraph.engine.criteria.planes import join
from spinegraph.engine.criteria.shapes import WIDER, Curie, Iri, ShapeData
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.model import AtLeast, Criterion, Hierarchy, Present

# Turtle ------------------------------------------------------------------------------------------


def _read(shape: Shape, annotations: Annotations) -> AtLeast:
    if not shape.states("core:of"):
        what, mend = "core:atLeast stands without core:of", "Add core:of and a finding."
        raise shape.error(what, mend, "core:atLeast", lacks=("core:of",))
    group = shape.finding("core:of")
    members = tuple(Present(finding=child) for child in shape.direct_subclasses(group))
    count = shape.number("core:atLeast") or 0.0
    if not (1 <= count <= len(members) and count.is_integer()):
        raise shape.error(
            f"core:atLeast {count:g} of {shape.named(group)}, which has {len(members)} direct subclasses",
            f"Use a whole number from 1 to {len(members)}.",
            "core:atLeast",
        )
    return AtLeast(count=int(count), group=group, members=members, **annotations)


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: AtLeast, to: Emitter) -> Planes:
    pairs = [to.criterion(member) for member in criterion.members]
    spare = len(pairs) - criterion.count
    return (
        threshold([holds for holds, _ in pairs], criterion.count, to),
        threshold([refuted for _, refuted in pairs], spare + 1, to),
    )


def threshold(planes: list[str], count: int, to: Emitter) -> str:
    """The plane of at least `count` of the planes, by counting upwards.

    After each plane, `reached[k]` is that of more than k of those seen so far. Of two of three, without names for each step:

    >>> class Inline:
    ...     def assign(self, prefix, expression):
    ...         return f"({expression})" if " " in expression else expression
    >>> threshold(["a", "b", "c"], 2, Inline())
    '((a & b) | (a | b) & c)'
    """
    reached = ["zero"] * count
    for plane in planes:
        for level in range(count - 1, -1, -1):
            step = plane if level == 0 else join("&", [reached[level - 1], plane])
            reached[level] = to.assign("t", join("|", [reached[level], step]))
    return reached[-1]


def _conclusions(_: AtLeast, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(_: AtLeast, __: Surroundings, ___: Callable[[Criterion], Reach]) -> Reach:
    return Reach(refuted=True, open=True)


# Case --------------------------------------------------------------------------------------------


class CountNode(JoinedNode):
    """at-least: facts of any member matter, as long as enough members can still hold, or be refuted."""

    __slots__ = ("_count",)

    def __init__(self, head: Head, criterion: AtLeast, graph: Preparation) -> None:
        super().__init__(head, criterion, graph)
        self._count = criterion.count

    def entailed(self) -> Iterator[int]:
        yield self.holds
        if len(self._children) == 1:
            yield from self._children[0].entailed()

    def restrict(self, full: frozenset[int]) -> Part:
        return constant_or(self, full)

    def _open_facts(self, case: Explanation) -> OpenFacts:
        if self.truth(case) in (TRUE, FALSE):
            return CLOSED
        hold = refute = holding = refuting = 0
        for child in self._children:
            found, truth = child.open_facts(case), child.truth(case)
            hold, refute = hold | found.hold, refute | found.refute
            holding += bool(found.hold or truth & TRUE)
            refuting += bool(found.refute or truth & FALSE)
        reached, missed = holding >= self._count, refuting > len(self._children) - self._count
        return OpenFacts(hold if reached else 0, refute if missed else 0)

    def _change(self, case: Explanation, goal: int) -> ChangeSets:
        """So many members that the count is reached, or no longer, or can be, or can no longer be."""
        needed = self._count if goal in ALL_OF_AND else len(self._children) - self._count + 1
        levels = [DONE] + [NEVER] * needed
        for child in self._children:
            sets = child.change(case, goal)
            for level in range(needed, 0, -1):
                levels[level] = any_of((levels[level], all_of((levels[level - 1], sets), self._contradicts)))
        return levels[needed]


# Words -------------------------------------------------------------------------------------------


def _clause(criterion: AtLeast, names: Names) -> Clause:
    return Clause(criterion.operator, names.name(criterion.group), joint=f"at least {criterion.count} of", least=criterion.count)


# SHACL -------------------------------------------------------------------------------------------


def _dual(criterion: AtLeast, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return {"core:atLeast": len(criterion.members) - criterion.count + 1, "core:ofAbsent": Iri(criterion.group)}


def _core(criterion: AtLeast, _: Surroundings, __: Callable[[Criterion], ShapeData]) -> ShapeData:
    return {
        "sh:property": {
            "sh:path": [Curie("core:present"), WIDER],
            "sh:qualifiedValueShape": {"sh:in": [Iri(member.finding) for member in criterion.members]},
            "sh:qualifiedMinCount": criterion.count,
        }
    }


KINDS = (
    Kind(
        criterion=AtLeast,
        constraint="core:atLeast",
        modifiers=("core:of",),
        read=_read,
        emit=_emit,
        conclusions=_conclusions,
        prepare=CountNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    ),
)
