"""What can still become of parts that are joined, each seen alone; and what is left of them where some are settled.

Exact where no fact bears on two parts and the record is consistent: then any answers to the facts of one part leave the others
as they are, so that a fact of a part matters if, and only if, the others can be such that the part matters. In a contradictory
record what looks settled may rest on a contradiction.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

from spinegraph.engine.criteria.node import CLOSED, FALSE, TRUE, UNKNOWN, CriterionNode, Explanation, OpenFacts, Part


def open_facts_of_all(parts: Sequence[Part], case: Explanation) -> OpenFacts:
    """Of an `and`: it holds only if all parts can; one that is refuted for good settles it."""
    hold = refute = 0
    possible = True
    for part in parts:
        more_hold, more_refute = part.open_facts(case)
        if not more_hold:
            truth = part.truth(case)
            if truth == FALSE and not more_refute:
                return CLOSED
            possible = possible and bool(truth & TRUE)
        hold |= more_hold
        refute |= more_refute
    return OpenFacts(hold if possible else 0, refute)


def open_facts_of_any(parts: Sequence[Part], case: Explanation) -> OpenFacts:
    """Of an `or`: it is refuted only if all parts can be; one that holds for good settles it."""
    hold = refute = 0
    possible = True
    for part in parts:
        more_hold, more_refute = part.open_facts(case)
        if not more_refute:
            truth = part.truth(case)
            if truth == TRUE and not more_hold:
                return CLOSED
            possible = possible and bool(truth & FALSE)
        hold |= more_hold
        refute |= more_refute
    return OpenFacts(hold, refute if possible else 0)


def open_facts_of_rule(parts: Sequence[Part], case: Explanation) -> OpenFacts:
    """Of scope and criterion: while the scope is open, its facts alone, and only as far as the criterion leaves them a say."""
    scope, criterion = parts
    truth = scope.truth(case)
    if truth == FALSE:
        return CLOSED
    if truth == UNKNOWN and not case.consistent:
        return scope.open_facts(case)
    later = criterion.open_facts(case)
    if truth != UNKNOWN:
        return later
    found = criterion.truth(case)
    if found == FALSE and not later.hold:
        return CLOSED
    first = scope.open_facts(case)
    if not first.facts:
        return OpenFacts(0, later.refute)
    return first if later.hold or found & TRUE else OpenFacts(0, first.refute)


class Constant:
    """A part of which it is known whether it holds."""

    def __init__(self, truth: int) -> None:
        self._truth = truth

    def truth(self, case: Explanation) -> int:  # noqa: ARG002 (the same in every case)
        """Index of TRUTHS."""
        return self._truth

    def open_facts(self, case: Explanation) -> OpenFacts:  # noqa: ARG002
        """Nothing changes it."""
        return CLOSED


HOLDING, REFUTED = Constant(TRUE), Constant(FALSE)
Joined = Callable[[Sequence[Part], Explanation], OpenFacts]
"""How the open facts of parts make that of a whole."""


class Residual:
    """What is left of joined parts without the constant ones, which do not settle the whole."""

    def __init__(self, parts: Sequence[Part], settling: int, joined: Joined) -> None:
        """`settling`: the truth of one part that is enough for that of the whole."""
        self._parts = parts
        self._settling = settling
        self._joined = joined

    def truth(self, case: Explanation) -> int:
        """Index of TRUTHS: that of the whole, if the settled parts are as they are supposed to be."""
        truths = [part.truth(case) for part in self._parts]
        if self._settling in truths:
            return self._settling
        return truths[0] if len(set(truths)) == 1 else UNKNOWN

    def open_facts(self, case: Explanation) -> OpenFacts:
        """As of a node."""
        return self._joined(self._parts, case)


def constant_or(node: CriterionNode, full: frozenset[int]) -> Part:
    """A node, or its truth if one of its planes is among those that are full."""
    return HOLDING if node.holds in full else REFUTED if node.refuted in full else node


def residual(whole: CriterionNode, parts: Sequence[CriterionNode], full: frozenset[int], settling: int, joined: Joined) -> Part:
    """What is left of joined parts where these planes are full: the whole, some of them, or its truth."""
    deciding, neutral = (HOLDING, REFUTED) if settling == TRUE else (REFUTED, HOLDING)
    restricted = [part.restrict(full) for part in parts]
    if deciding in restricted:
        return deciding
    left = [part for part in restricted if part is not neutral]
    if len(left) < 2:
        return left[0] if left else neutral
    return whole if left == list(parts) else Residual(left, settling, joined)


def shared_facts(nodes: Iterable[CriterionNode]) -> int:
    """The facts that bear on more than one leaf of these nodes."""
    seen = shared = 0
    for reach in itertools.chain.from_iterable(node.reaches() for node in nodes):
        shared |= seen & reach
        seen |= reach
    return shared
