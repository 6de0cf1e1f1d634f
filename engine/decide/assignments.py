"""All assignments of a few unknown facts, decided in one run: which of these facts can change a verdict.

An assignment is one bit of every plane, as a hypothetical patient is in `hypothetical_batch.py`; facts may stay unknown in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from spinegraph.engine.criteria.bits import bits_of, joined
from spinegraph.engine.criteria.node import Explanation
from spinegraph.engine.decide.batch_layout import BatchLayout

MAX_ASSIGNMENTS = 3**7
"""What has more assignments than this is not tried."""


Outcome = Callable[[Sequence[int], int], Sequence[int]]
"""From the program's planes, and a full one: planes of which equal bits mean an equal outcome."""


class Assignments:
    """The assignments of the unknown facts of cases of one program."""

    def __init__(self, layout: BatchLayout) -> None:
        facts = layout.facts
        self._program = facts.program
        self._encoder = layout.encoder
        findings = [((), (2 * number,), (2 * number + 1,)) for number in range(len(layout.sides))]
        values = [
            ((), *(interval.planes for interval in layout.intervals if interval.code == code))
            for code in facts.codes[len(findings) :]
        ]
        self._related = [joined(facts.bit[code] for code in codes) for codes in facts.program.codes_of_related]
        self._dates = joined(facts.bit[code] for code in facts.dates)
        self._answers: Sequence[tuple[tuple[int, ...], ...]] = [*findings, *values]

    def decisive(self, case: Explanation, facts: int, outcome: Outcome) -> int | None:
        """The unknown facts (a mask) of which some answer changes an outcome, now or once others are known.

        `facts`: those that bear on the outcome (a mask). No assignment contradicts itself; None where there are too many of them,
        or some are about values that are related to others, or about dates.
        """
        if facts & self._dates:
            return None
        if any(pair & facts & ~case.known for pair in self._related):
            return None
        unknown = bits_of(facts & ~case.known)
        size = 1
        for number in unknown:
            size *= len(self._answers[number])
            if size > MAX_ASSIGNMENTS:
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
        return joined(
            1 << number
            for number, step in zip(unknown, steps, strict=True)
            if _differs(read, possible, size, step, len(self._answers[number]))
        )


def _differs(read: Sequence[int], possible: int, size: int, step: int, answers: int) -> bool:
    """Whether some answer to a fact, `step` apart from its being unknown, gives another outcome."""
    unanswered = _pattern(step, answers, size) & possible
    return any(
        (plane ^ plane >> shift) & unanswered & possible >> shift for shift in range(step, answers * step, step) for plane in read
    )


@lru_cache(maxsize=1 << 10)
def _pattern(step: int, answers: int, size: int) -> int:
    """The assignments in which a fact is unknown: `step` of them, then as many for each other answer, and so on.

    >>> bin(_pattern(step=2, answers=3, size=12))
    '0b11000011'
    """
    return ((1 << step) - 1) * (((1 << size) - 1) // ((1 << step * answers) - 1))
