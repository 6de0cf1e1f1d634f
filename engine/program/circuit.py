"""The compiled program as a circuit: its planes are wires, so the very code that decides a patient is what is reasoned about.

A wire carries a literal of a propositional formula: `program.run` over wires builds an and-inverter graph with equal parts
shared, and each part tells the SAT solver its clauses as it is made (Tseitin). No second implementation of the rules exists.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spinegraph.engine.program.solver import Solver

SOLVER = "cadical153"
"""CaDiCaL, incremental: one solver answers every question about one circuit."""
KEPT = 48
"""So many solutions are kept: most questions have one of them for an answer."""
TRUE = 1
"""The literal that always holds; its negation never does. Literals are DIMACS integers."""


class Solution(NamedTuple):
    """The true variables among the first `size`."""

    model: frozenset[int]
    size: int

    def meets(self, literals: Iterable[int]) -> bool:
        """Whether all literals are about known variables, and true."""
        return all(abs(literal) <= self.size and (abs(literal) in self.model) == (literal > 0) for literal in literals)


class Circuit:
    """Gates over input variables, and the solver that knows them."""

    def __init__(self) -> None:
        self._solver = Solver(name=SOLVER)
        self._solver.add_clause([TRUE])
        self._gates: dict[tuple[int, int], int] = {}
        self._solutions: deque[Solution] = deque(maxlen=KEPT)
        self.size = TRUE

    def variable(self) -> int:
        """A new free variable."""
        self.size += 1
        return self.size

    def require(self, *clause: int) -> None:
        """One of these literals holds, for every question from now on."""
        self._solver.add_clause(list(clause))

    def both(self, left: int, right: int) -> int:
        """The literal of `left` and `right`."""
        if left == right or right == TRUE:
            return left
        if left == TRUE:
            return right
        if left == -right or -TRUE in (left, right):
            return -TRUE
        key = (left, right) if left < right else (right, left)
        if key not in self._gates:
            gate = self._gates[key] = self.variable()
            self.require(-gate, left)
            self.require(-gate, right)
            self.require(gate, -left, -right)
        return self._gates[key]

    def either(self, left: int, right: int) -> int:
        """The literal of `left` or `right`."""
        return -self.both(-left, -right)

    def differ(self, left: int, right: int) -> int:
        """The literal of exactly one of the two."""
        return self.either(self.both(left, -right), self.both(-left, right))

    def all_of(self, literals: Iterable[int]) -> int:
        """The literal of all; of none it is TRUE."""
        joined = TRUE
        for literal in literals:
            joined = self.both(joined, literal)
        return joined

    def any_of(self, literals: Iterable[int]) -> int:
        """The literal of at least one; of none it never holds."""
        return -self.all_of(-literal for literal in literals)

    def model(self, assumptions: Sequence[int]) -> frozenset[int] | None:
        """The variables that are true in some solution under the assumptions, or None where there is none."""
        if not self._solver.solve(assumptions=list(assumptions)):
            return None
        return frozenset(filter((0).__lt__, self._solver.get_model()))

    def possible(self, assumptions: Sequence[int]) -> bool:
        """Whether there is a solution under the assumptions. Solutions found lately are tried before the solver is asked."""
        if any(solution.meets(assumptions) for solution in self._solutions):
            return True
        model = self.model(assumptions)
        if model is None:
            return False
        self._solutions.appendleft(Solution(model, self.size))
        return True

    def core(self, assumptions: Sequence[int]) -> tuple[int, ...]:
        """Assumptions that exclude each other, none of them to spare; () where all can be met together."""
        if self._solver.solve(assumptions=list(assumptions)):
            return ()
        kept = list(dict.fromkeys(self._solver.get_core() or ()))
        for literal in tuple(kept):
            others = [other for other in kept if other != literal]
            if not self._solver.solve(assumptions=others):
                kept = others
        return tuple(kept)

    def wire(self, literal: int) -> Wire:
        """A literal as a plane of the program."""
        return Wire(self, literal)


class Wire:
    """A plane that stands for all patients at once: the operators that compiled rules use, as gates."""

    __slots__ = ("_circuit", "literal")

    def __init__(self, circuit: Circuit, literal: int) -> None:
        self._circuit = circuit
        self.literal = literal

    def __and__(self, other: Wire) -> Wire:
        return Wire(self._circuit, self._circuit.both(self.literal, other.literal))

    def __or__(self, other: Wire) -> Wire:
        return Wire(self._circuit, self._circuit.either(self.literal, other.literal))

    def __xor__(self, other: Wire) -> Wire:
        return Wire(self._circuit, self._circuit.differ(self.literal, other.literal))
