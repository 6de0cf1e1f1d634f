"""Everything that can still be learned of a few unknown facts, all of it decided in one run: which of them can change a verdict.

A completion is one bit of every plane, as a changed record is in `trials.py`; facts may stay unknown in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from spinegraph.engine.criteria.bits import bits_of
from spinegraph.engine.criteria.node import Explanation
from spinegraph.engine.decide.workbench import Workbench

MAX_COMPLETIONS = 3**7
"""What has more completions than this is not tried."""


Outcome = Callable[[Sequence[int], int], Sequence[int]]
"""From the program's planes, and a full one: planes of which equal bits mean an equal outcome."""


class Completions:
    """The completions of the cases of one program."""

    def __init__(self, bench: Workbench) -> None:
        facts = bench.facts
        self.bench = bench
        self._program = facts.program
        self._encoder = bench.encoder
        findings = [((), (2 * number,), (2 * number + 1,)) for number in range(len(bench.sides))]
        values = [((), *(cell.planes for cell in bench.cells if cell.code == code)) for code in facts.codes[len(findings) :]]
        self._answers: Sequence[tuple[tuple[int, ...], ...]] = [*findings, *values]

    def decisive(self, case: Explanation, facts: int, outcome: Outcome) -> int | None:
        """The unknown facts (a mask) of which some answer changes an outcome, now or once others are known.

        `facts`: those that bear on the outcome (a mask). No completion contradicts itself; None where there are too many of them.
        """
        unknown = bits_of(facts & ~case.known)
        size = 1
        for number in unknown:
            size *= len(self._answers[number])
            if size > MAX_COMPLETIONS:
                return None
        ones = (1 << size) - 1
        inputs = [ones * plane for plane in self._encoder.planes(case.case)]
        steps = []
        step = 1
        for number in unknown:
            ways = self._answers[number]
            for answer, filled in enumerate(ways):
                for plane in filled:
                    inputs[plane] |= _pattern(step, len(ways), size) << answer * step
            steps.append(step)
            step *= len(ways)
        planes = self._program.run(inputs)
        read = outcome(planes, ones)
        possible = ones ^ planes[self._program.clash]
        found = 0
        for number, step in zip(unknown, steps, strict=True):
            answers = len(self._answers[number])
            unanswered = _pattern(step, answers, size) & possible
            for shift in range(step, answers * step, step):
                compared = unanswered & possible >> shift
                if any((plane ^ plane >> shift) & compared for plane in read):
                    found |= 1 << number
                    break
        return found


@lru_cache(maxsize=1 << 10)
def _pattern(step: int, answers: int, size: int) -> int:
    """The completions in which a fact is unknown: `step` of them, then as many for each other answer, and so on."""
    return ((1 << step) - 1) * (((1 << size) - 1) // ((1 << step * answers) - 1))
