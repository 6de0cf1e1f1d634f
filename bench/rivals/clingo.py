"""The program as an answer set program of clingo: an atom for each side of each criterion, which one patient's facts decide.

It is stratified, so that there is one answer set. It is grounded once; what a patient's facts are is an assumption each time.
"""

from __future__ import annotations

from collections.abc import Sequence

import clingo

from bench.rivals.translation import Translation, ways


class ClingoProgram:
    """A program that clingo runs for one patient at a time."""

    name = "clingo"

    def __init__(self, translation: Translation) -> None:
        self._translation = translation
        self._control = clingo.Control(["--warn=none"])
        self._control.add("base", [], text(translation))
        self._control.ground([("base", [])])
        atoms = self._control.symbolic_atoms
        given = (atoms[_plane(number)] for number in range(translation.recording.ones))
        self._inputs = [atom.literal for atom in given if atom is not None]  # each of them may be chosen: none is missing
        wanted = ((number, atoms[_plane(number)]) for number in translation.wanted)
        self._wanted = [(number, atom.literal) for number, atom in wanted if atom is not None]

    def decide(self, inputs: Sequence[int]) -> dict[str, str]:
        """The level and the verdicts, for the input planes of a case (see `CaseEncoder.planes`)."""
        assumed = [literal if one else -literal for literal, one in zip(self._inputs, inputs, strict=False)]
        with self._control.solve(assumptions=assumed, yield_=True) as answers:
            model = answers.model()
            if model is None:
                raise RuntimeError("The program has no answer set, which a stratified one always has.")
            return self._translation.told({number for number, literal in self._wanted if model.is_true(literal)})


def _plane(number: int) -> clingo.Symbol:
    return clingo.Function("plane", [clingo.Number(number)])


def text(translation: Translation) -> str:
    """The program. `plane(N)`: the plane of number N holds."""
    recording = translation.recording
    lines = [f"{{plane(0..{recording.ones - 1})}}.", f"plane({recording.ones})."]
    for number, instruction in recording.needed(translation.wanted):
        for way in ways(recording, instruction):
            body = ", ".join(f"plane({one})" if holds else f"not plane({one})" for one, holds in way)
            lines.append(f"plane({number}) :- {body}.")
    return "\n".join([*lines, "#show."])
