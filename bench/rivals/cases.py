"""The engines for one patient at a time, by name, and what each of them decides differently than our program.

`python -m bench.rivals.cases --cases 1000` prints that of random cases, which often contradict themselves.

Comparisons of numbers and dates are made for them: clingo has whole numbers only. What they are given is what our own program is
given, the input planes of a case, so that they leave nothing out.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from spinegraph.engine import Engine
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.level import level_of
from spinegraph.engine.model import Case

from bench.rivals.clingo import ClingoProgram
from bench.rivals.clips import ClipsProgram
from bench.rivals.translation import Translation, translate_for_cases
from bench.subjects import shipped_engine
from tests.random_cases import random_cases


class CaseProgram(Protocol):
    """A program of another engine. `decide`: the input planes of a case → its level, and its verdicts by rule id."""

    name: str

    def __init__(self, translation: Translation) -> None: ...

    def decide(self, inputs: Sequence[int]) -> dict[str, str]: ...


ENGINES: Mapping[str, type[CaseProgram]] = {"clingo": ClingoProgram, "clips": ClipsProgram}


def differences(engine: Engine, program: CaseProgram, cases: Sequence[Case]) -> Iterator[str]:
    """What another engine decides differently of some cases, in words."""
    encoder = CaseEncoder(engine.program)
    for case in cases:
        expected = {"level": level_of(engine.program.level, *encoder.run(case)), **engine.verdicts(case)}
        found = program.decide(encoder.planes(case))
        for name in dict.fromkeys((*expected, *found)):
            if expected.get(name) != found.get(name):
                yield f"{name}: {expected.get(name)}, {program.name} {found.get(name)}; {case}"


def main() -> int:
    """Compare, print the figures, and say by the exit code whether all was alike."""
    parser = argparse.ArgumentParser(prog="python -m bench.rivals.cases", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    engine = shipped_engine()
    cases = list(itertools.islice(random_cases(engine.program, options.seed), options.cases))
    translation = translate_for_cases(engine)
    differing = 0
    for class_ in ENGINES.values():
        found = list(differences(engine, class_(translation), cases))
        differing += len(found)
        print(
            "\n".join([*found[:20], f"{len(cases):,} cases, every rule and the level, {class_.name}: {len(found)} differences"])
        )
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
