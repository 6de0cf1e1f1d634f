"""Planes as formulas: the compiled program, run on them, writes its own rules down.

As with `program/circuit.py`, a plane may be anything with `&`, `|` and `^`. Here it is the number of a formula in a pool that
holds equal formulas once, so that what criteria, rules and verdicts come to can be written with what they share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from spinegraph.engine.exchange.cql.tree import Expression

Joint = Literal["And", "Or"]
NEVER, ALWAYS = 0, 1
"""The numbers of the formulas that never hold, and that always do."""


class Formula(NamedTuple):
    """An input (`leaf`), or an operator of ELM with the numbers of its operands."""

    operator: str
    operands: tuple[int, ...] = ()
    leaf: Expression | None = None


class Formulas:
    """A pool of formulas, by number."""

    def __init__(self) -> None:
        self._all: list[Formula] = []
        self._number: dict[Formula, int] = {}
        for constant in ("Never", "Always"):
            self._keep(Formula(constant))

    def __getitem__(self, number: int) -> Formula:
        return self._all[number]

    def _keep(self, formula: Formula) -> int:
        if formula not in self._number:
            self._number[formula] = len(self._all)
            self._all.append(formula)
        return self._number[formula]

    def leaf(self, expression: Expression) -> int:
        """The formula of an input."""
        return self._keep(Formula("Leaf", leaf=expression))

    def negated(self, number: int) -> int:
        """Not."""
        if number in (NEVER, ALWAYS):
            return ALWAYS - number
        formula = self[number]
        return formula.operands[0] if formula.operator == "Not" else self._keep(Formula("Not", (number,)))

    def joined(self, joint: Joint, left: int, right: int) -> int:
        """Both, or either."""
        neutral, absorbing = (ALWAYS, NEVER) if joint == "And" else (NEVER, ALWAYS)
        if absorbing in (left, right) or left == self.negated(right):
            return absorbing
        if left in (neutral, right):
            return right
        return left if right == neutral else self._keep(Formula(joint, (left, right)))

    def differing(self, left: int, right: int) -> int:
        """Exactly one of the two. The compiler takes parts away by it: `a ^ (a & b)` is a without b, `(a | b) ^ a` b without a.

        >>> from spinegraph.engine.exchange.cql.tree import ParameterRef
        >>> pool = Formulas()
        >>> a, b = pool.leaf(ParameterRef("a")), pool.leaf(ParameterRef("b"))
        >>> pool[pool.differing(a, pool.joined("And", a, b))].operands == (a, pool.negated(b))
        True
        """
        for constant, other in ((left, right), (right, left)):
            if constant in (NEVER, ALWAYS):
                return self.negated(other) if constant == ALWAYS else other
        for whole, part in ((left, right), (right, left)):
            if (rest := self.without("And", part, whole)) is not None:
                return self.joined("And", whole, self.negated(rest))
            if (rest := self.without("Or", whole, part)) is not None:
                return self.joined("And", rest, self.negated(part))
        return NEVER if left == right else self._keep(Formula("Xor", (left, right)))

    def without(self, joint: Joint, number: int, part: int) -> int | None:
        """What a chain of one joint joins besides a part; None where the part is none of its links."""
        links = self.chain(number, joint, stop=part)
        if part not in links or number == part:
            return None
        rest = NEVER if joint == "Or" else ALWAYS
        for link in links:
            rest = rest if link == part else self.joined(joint, rest, link)
        return rest

    def besides(self, number: int, others: Collection[int]) -> int:
        """What a formula says to whoever knows that none of some others is so, where it takes these away itself."""
        formula = self[number]
        for part, taken in (formula.operands, formula.operands[::-1]) if formula.operator == "And" else ():
            if self[taken].operator == "Not" and set(self.chain(self[taken].operands[0], "Or")) <= set(others):
                return part
        return number

    def chain(self, number: int, joint: str, stop: int = -1) -> list[int]:
        """The formulas that a chain of one joint joins, in order; `stop` is not looked into."""
        links: list[int] = []
        waiting = [number]
        while waiting:
            one = waiting.pop()
            if one != stop and self[one].operator == joint:
                waiting += reversed(self[one].operands)
            else:
                links.append(one)
        return links

    def plane(self, number: int) -> FormulaPlane:
        """A formula as a plane of the program."""
        return FormulaPlane(self, number)


class FormulaPlane:
    """A formula with the operators that compiled rules use."""

    __slots__ = ("_pool", "number")

    def __init__(self, pool: Formulas, number: int) -> None:
        self._pool = pool
        self.number = number

    def __and__(self, other: FormulaPlane) -> FormulaPlane:
        return FormulaPlane(self._pool, self._pool.joined("And", self.number, other.number))

    def __or__(self, other: FormulaPlane) -> FormulaPlane:
        return FormulaPlane(self._pool, self._pool.joined("Or", self.number, other.number))

    def __xor__(self, other: FormulaPlane) -> FormulaPlane:
        return FormulaPlane(self._pool, self._pool.differing(self.number, other.number))


def numbers(planes: Iterable[FormulaPlane]) -> tuple[int, ...]:
    """The formulas of planes."""
    return tuple(plane.number for plane in planes)
