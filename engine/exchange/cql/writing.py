"""Formulas → definitions: what has a name is referred to, what several share gets one, all else is written where it stands."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from spinegraph.engine.exchange.cql.formulas import ALWAYS, NEVER, Formulas
from spinegraph.engine.exchange.cql.names import DefinitionNames
from spinegraph.engine.exchange.cql.tree import Definition, Expression, Literal, Operation, Ref

MOST_LINKS = 64
"""So many operands stand side by side: ELM nests them, and neither writers nor engines nest without end."""


class Composed(NamedTuple):
    """An expression on formulas: their numbers, and what makes it of their expressions."""

    parts: tuple[int, ...]
    make: Callable[[tuple[Expression, ...]], Expression]


class Wanted(NamedTuple):
    """A definition that a library is to have: of a formula, or composed of some. `label` and `reading` are comments; `serves`:
    the formulas for which one that is composed is needed."""

    name: str
    what: int | Composed
    label: str = ""
    reading: str = ""
    passages: tuple[str, ...] = ()
    serves: tuple[int, ...] = ()

    @property
    def roots(self) -> tuple[int, ...]:
        """The formulas that it is about."""
        return self.what.parts if isinstance(self.what, Composed) else (self.what,)


class Writer:
    """Writes the definitions of one library from its formulas."""

    def __init__(self, pool: Formulas, names: DefinitionNames) -> None:
        self._pool = pool
        self._names = names
        self._named: dict[int, str] = {}
        self._instead: dict[int, Composed] = {}
        self._steps: set[int] = set()

    def name(self, number: int, name: str) -> bool:
        """Let a formula be known by a definition; False where it is a constant, or known by another one."""
        if number in (NEVER, ALWAYS):
            return False
        return self._named.setdefault(number, name) == name

    def known(self, number: int) -> bool:
        """Whether a formula needs no definition of its own."""
        return number in (NEVER, ALWAYS) or number in self._named

    def write_instead(self, number: int, composed: Composed) -> None:
        """Let the definition of a named formula be written in another way that comes to the same.

        Not where what it is composed of rests on the formula itself, as a score does of which one item is enough.
        """
        if number not in self._reached(composed.parts):
            self._instead[number] = composed

    def _reached(self, numbers: Iterable[int]) -> set[int]:
        """Formulas with all that they rest on, as it will be written."""
        found: set[int] = set()
        waiting = list(numbers)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._below(number)
        return found

    def share(self, wanted: Iterable[Wanted]) -> None:
        """Find what several definitions share, before any is written: each of that becomes a step with a name."""
        joined = ("And", "Or", "Xor")
        uses = self.uses(wanted)
        self._steps |= {one for one, times in uses.items() if times > 1 and self._pool[one].operator in joined}

    def uses(self, wanted: Iterable[Wanted]) -> dict[int, int]:
        """The formulas on which definitions rest, each with how often it is used."""
        found: dict[int, int] = {}
        waiting = [number for want in wanted for number in self._roots(want)]
        while waiting:
            number = self._positive(waiting.pop())
            found[number] = found.get(number, 0) + 1
            if found[number] == 1:
                waiting += self._below(number)
        return found

    def needs(self, want: Wanted, used: Container[int]) -> bool:
        """Whether a definition is the one by which something that is used is known, or serves it."""
        if isinstance(want.what, int):
            return want.what in used and self._named.get(want.what) == want.name
        return any(number in used for number in want.serves)

    def definitions(self, wanted: Iterable[Wanted]) -> Iterator[Definition]:
        """Definitions in order, each after the steps that it is the first to use."""
        for want in wanted:
            yield from self._new_steps(self._roots(want))
            yield self._defined(want)

    def expression(self, number: int) -> Expression:
        """A formula where it is used."""
        if number in self._named:
            return Ref(self._named[number])
        return self._whole(number)

    def _roots(self, want: Wanted) -> tuple[int, ...]:
        """The formulas from which a definition is written."""
        if isinstance(want.what, int) and want.what in self._instead and self._named[want.what] == want.name:
            return self._instead[want.what].parts
        return want.roots

    def _positive(self, number: int) -> int:
        """What a denial denies, unless it has a name itself."""
        formula = self._pool[number]
        return formula.operands[0] if formula.operator == "Not" and number not in self._named else number

    def _below(self, number: int) -> tuple[int, ...]:
        return self._instead[number].parts if number in self._instead else self._pool[number].operands

    def _new_steps(self, roots: Iterable[int]) -> Iterator[Definition]:
        """The steps below some formulas that have no name yet, those that others rest on first."""
        own = [self._positive(number) for number in roots]
        waiting = [(number, False) for number in reversed(own)]
        seen: set[int] = set()
        while waiting:
            number, finished = waiting.pop()
            if finished:
                if number in self._steps and number not in self._named:
                    name = self._names.free("step")
                    yield Definition(name=name, expression=self._whole(number))
                    self._named[number] = name
            elif number not in seen and (number in own or number not in self._named):
                seen.add(number)
                waiting.append((number, True))
                waiting += [(self._positive(one), False) for one in reversed(self._pool[number].operands)]

    def _defined(self, want: Wanted) -> Definition:
        what = want.what
        own = isinstance(what, int) and self._named.get(what) == want.name
        composed = self._instead.get(what) if own and isinstance(what, int) else what
        if isinstance(composed, Composed):
            expression = composed.make(tuple(map(self.expression, composed.parts)))
        else:
            expression = self._whole(want.roots[0]) if own else self.expression(want.roots[0])
        return Definition(name=want.name, expression=expression, label=want.label, reading=want.reading, passages=want.passages)

    def _whole(self, number: int) -> Expression:
        """A formula written out, down to what has a name."""
        formula = self._pool[number]
        if number in (NEVER, ALWAYS):
            return Literal(number == ALWAYS)
        if formula.leaf is not None:
            return formula.leaf
        if formula.operator in ("And", "Or"):
            return _grouped(formula.operator, [self.expression(link) for link in self._links(number, formula.operator)])
        return Operation(formula.operator, tuple(map(self.expression, formula.operands)))

    def _links(self, number: int, joint: str) -> list[int]:
        links: list[int] = []
        waiting = list(reversed(self._pool[number].operands))
        while waiting:
            one = waiting.pop()
            if one not in self._named and self._pool[one].operator == joint:
                waiting += reversed(self._pool[one].operands)
            else:
                links.append(one)
        return list(dict.fromkeys(links))


def _grouped(operator: str, links: list[Expression]) -> Operation:
    """A chain of one operator; of many links, by groups."""
    while len(links) > MOST_LINKS:
        groups = (links[start : start + MOST_LINKS] for start in range(0, len(links), MOST_LINKS))
        links = [Operation(operator, tuple(group)) if len(group) > 1 else group[0] for group in groups]
    return Operation(operator, tuple(links))
