"""The program as production rules of CLIPS: a fact for each side of a criterion that is so, asserted by a rule.

A rule that asks for the absence of a fact has to wait until nothing can assert that any more: the salience of a rule falls with
the number of steps on which its conclusion rests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import clips

from bench.rivals.translation import Translation, ways

LOWEST = -10_000
"""The lowest salience there is."""


class ClipsProgram:
    """A program that CLIPS runs for one patient at a time."""

    name = "CLIPS"

    def __init__(self, translation: Translation) -> None:
        """Raises ValueError where a conclusion rests on more steps than CLIPS has saliences."""
        self._translation = translation
        self._environment = clips.Environment()
        for construct in constructs(translation):
            self._environment.build(construct)

    def decide(self, inputs: Sequence[int]) -> dict[str, str]:
        """The level and the verdicts, for the input planes of a case (see `CaseEncoder.planes`)."""
        given = "".join(f"(p{number})" for number, one in enumerate(inputs) if one)
        # One call, and a text for an answer: objects of facts that are handed to Python are never given back.
        found = self._environment.eval(f"(progn (reset) (assert {given}) (run) (found))")
        return self._translation.told({int(number) for number in str(found).split()})


def constructs(translation: Translation) -> Iterator[str]:
    """The templates, the rules, and what collects the wanted facts."""
    recording = translation.recording
    needed = recording.needed(translation.wanted)
    for number in (*range(recording.inputs), *(number for number, _ in needed)):
        yield f"(deftemplate p{number})"
    steps: dict[int, int] = {}
    for number, instruction in needed:
        steps[number] = 1 + max(steps.get(operand, 0) for operand in instruction[1:])
        if -steps[number] < LOWEST:
            raise ValueError(f"A conclusion rests on more than {-LOWEST:,} steps; CLIPS has no more saliences.")
        for place, way in enumerate(ways(recording, instruction)):
            condition = " ".join(f"(p{one})" if holds else f"(not (p{one}))" for one, holds in way)
            yield f"(defrule r{number}-{place} (declare (salience {-steps[number]})) {condition} => (assert (p{number})))"
    collected = (
        f'(if (any-factp ((?fact p{number})) TRUE) then (bind ?found (str-cat ?found " {number}")))'
        for number in translation.wanted
        if number != recording.zero
    )
    yield f'(deffunction found () (bind ?found "") {" ".join(collected)} ?found)'
