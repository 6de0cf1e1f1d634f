"""A patient for whom a recommendation stands: the smallest record there can be, found by the solver on the program."""

from __future__ import annotations

from functools import cached_property
from threading import Lock

from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.model import VERDICTS, Case, Recommendation, Verdict
from spinegraph.engine.program.program import Program

STANDING: tuple[Verdict, ...] = ("indicated", "provisional")
"""What is looked for: plainly indicated, else for now."""


class Witnesses:
    """Finds patients for the recommendations of one program, one at a time; made when it is first asked."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._asking = Lock()

    @cached_property
    def _everybody(self) -> Patients:
        return Patients(self._program)

    def find(self, rule: Recommendation) -> tuple[Case, Verdict] | None:
        """The patient with the fewest facts for whom it is indicated, else provisional; None where there is nobody."""
        with self._asking:
            (literals,) = self._everybody.planes
            for verdict in STANDING:
                plane = self._program.verdicts[rule.iri][VERDICTS.index(verdict)]
                case = self._everybody.smallest(literals[plane])
                if case is not None:
                    return case, verdict
        return None
