"""Why a class can have no member, or an ontology no model: the fewest axioms that already make it so.

An explanation is minimal: without any one of its axioms the contradiction is gone. Found by growing prefixes: the axiom
that completes the shortest contradictory prefix belongs to an explanation within that prefix; moved to the front, it
leaves a shorter question of the same kind (compare QuickXplain, Junker 2004). HermiT answers many prefixes in one run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from spinegraph.engine.errors import ReasonerError
from spinegraph.engine.knowledge.owl.axioms import (
    DEEPEST,
    DISJOINT,
    EQUIVALENT,
    LARGEST,
    MEMBERS,
    SUBCLASS,
    Axiom,
    Axioms,
    items,
    members,
    module,
    statements,
)
from spinegraph.engine.knowledge.owl.hermit import Triple, first_broken
from spinegraph.engine.knowledge.turtle.terms import FIRST, NIL, RDF_TYPE, REST, Term, expand

WIDTH = 40
"""So many prefixes are tried in one run."""
WIDEST_GROUP = 25
"""A disjointness of more classes than these is not narrowed to two of them."""

FirstBroken = Callable[[Sequence[Sequence[Axiom]]], int | None]
"""Sets of axioms → index of the first that is contradictory."""


class Explanation(NamedTuple):
    """Axioms that contradict each other; where not `minimal`, some of them may have nothing to do with it."""

    axioms: tuple[Axiom, ...]
    minimal: bool


def explain(axioms: Axioms, target: str = "", seconds: float = 20.0) -> Explanation:
    """Why the class `target` can have no member, or, without one, why the ontology is inconsistent.

    Where the time is up, what has been found by then. Raises ReasonerError where HermiT cannot run, or where the axioms
    found one by one do not make the contradiction that the files make.
    """
    deadline = time.monotonic() + seconds

    def oracle(candidates: Sequence[Sequence[Axiom]]) -> int | None:
        documents = [list(axioms.document(candidate)) for candidate in candidates]
        return first_broken(documents, target, max(0.1, deadline - time.monotonic()))

    found = minimise(module(axioms, target), oracle)
    found = narrow(found, oracle) if found.minimal else found
    return Explanation(_in_reading_order(found.axioms, target), found.minimal)


def minimise(axioms: Sequence[Axiom], first: FirstBroken) -> Explanation:
    """Shrink contradictory axioms to a minimal set; not minimal where a ReasonerError says that the time is up."""
    needed: tuple[Axiom, ...] = ()
    rest = tuple(axioms)
    settled = False
    while True:
        try:
            length = _shortest(needed, rest, first)
        except ReasonerError as error:
            if error.details.get("limit") != "time" or not settled:
                raise
            return Explanation((*needed, *rest), minimal=False)
        if length is None:
            raise ReasonerError(
                "The contradiction could not be traced to single axioms.",
                mend="Look for OWL constructs that are written in an unusual way.",
            )
        settled = True
        if length == 0:
            return Explanation(needed, minimal=True)
        needed, rest = (rest[length - 1], *needed), rest[: length - 1]


def _shortest(needed: tuple[Axiom, ...], rest: tuple[Axiom, ...], first: FirstBroken) -> int | None:
    """How many of `rest`, from its start, make `needed` contradictory."""
    low, high = -1, len(rest)  # more than `low` are needed, no more than `high`, if any number will do
    while True:
        steps = max(1, -(-(high - low) // WIDTH))
        lengths: list[int] = sorted({*range(low + steps, high, steps), high})
        index = first([(*needed, *rest[:length]) for length in lengths])
        if index is None:
            return None
        low, high = (lengths[index - 1] if index else low), lengths[index]
        if high - low == 1:
            return high


def narrow(found: Explanation, first: FirstBroken) -> Explanation:
    """Put a disjointness (or difference) of two in the place of one of many, where two suffice."""
    axioms = list(found.axioms)
    for number, axiom in enumerate(axioms):
        group = members(axiom)
        if not 2 < len(group) <= WIDEST_GROUP:
            continue
        pairs = [_pair(axiom, *two) for two in combinations(group, 2)]
        others = [other for other in axioms if other is not axiom]
        try:
            index = first([(*others, pair) for pair in pairs])
        except ReasonerError as error:
            if error.details.get("limit") != "time":
                raise
            break  # the explanation is minimal as it stands
        if index is not None:
            axioms[number] = pairs[index]
    return Explanation(tuple(axioms), found.minimal)


def _pair(axiom: Axiom, first: Term, second: Term) -> Axiom:
    """The part of a group that speaks of two of its members; its main statement stays, so that its place does."""
    subject = axiom.main[0]
    listed = next(predicate for holder, predicate, _ in axiom.triples if holder == subject and predicate in MEMBERS)
    cell, last = f"{subject}-1", f"{subject}-2"
    cells: tuple[Triple, ...] = ((cell, FIRST, first), (cell, REST, last), (last, FIRST, second), (last, REST, NIL))
    return Axiom((axiom.main, (subject, listed, cell), *cells))


def _in_reading_order(axioms: Iterable[Axiom], target: str) -> tuple[Axiom, ...]:
    """In the order in which one would say them: from the class on, step by step; what joins the ends comes last."""
    left = sorted(axioms, key=lambda axiom: (bool(members(axiom)), axiom.main[1] == DISJOINT, axiom.main[1] != RDF_TYPE))
    ordered: list[Axiom] = []
    names = {target}
    while left:
        following = next((axiom for axiom in left if axiom.main[0] in names and not members(axiom)), left[0])
        left.remove(following)
        ordered.append(following)
        names |= following.signature
    return tuple(ordered)


def roots(empty: Collection[str], axioms: Iterable[Axiom]) -> Mapping[str, tuple[str, ...]]:
    """Of classes without members those to explain, each with the classes that have none because of it.

    A class is derived if it is declared below another such class, or needs one; where some depend on each other in a
    circle, the first in the alphabet stands for them.
    """
    needs: dict[str, set[str]] = {iri: set() for iri in empty}
    for axiom in axioms:
        subject, predicate, value = axiom.main
        if subject in needs and predicate in (SUBCLASS, EQUIVALENT):
            needs[subject] |= _needed(axiom, value) & needs.keys() - {subject}
    reached = {iri: _reach(iri, needs) for iri in needs}
    found: dict[str, tuple[str, ...]] = {}
    for iri in sorted(needs):
        circle = {other for other in reached[iri] if iri in reached[other]}
        if reached[iri] <= circle | {iri} and iri == min(circle | {iri}):
            found[iri] = tuple(sorted(other for other in needs if other != iri and iri in reached[other]))
    return found


def _needed(axiom: Axiom, expression: Term, depth: int = 0) -> set[str]:
    """Named classes whose emptiness empties the expression."""
    if not isinstance(expression, str) or depth > DEEPEST or len(axiom.triples) > LARGEST:
        return set()
    if not expression.startswith("_:"):
        return {expression}
    by_predicate = statements(axiom, expression)
    parts = [part for head in by_predicate.get(expand("owl:intersectionOf"), ()) for part in items(axiom, head)]
    parts += by_predicate.get(expand("owl:someValuesFrom"), ())
    return {name for part in parts for name in _needed(axiom, part, depth + 1)}


def _reach(start: str, edges: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    queue = [start]
    while queue:
        for target in edges[queue.pop()]:
            if target not in reached:
                reached.add(target)
                queue.append(target)
    return reached
