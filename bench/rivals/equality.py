"""`python -m bench.rivals.equality --rows 100000`: random patients by a population and by engines for tables, every rule.

Patients that contradict themselves are among them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.model import VERDICTS
from spinegraph.engine.population.outcomes import Decoder, count
from spinegraph.engine.program.buffered import BufferedProgram
from spinegraph.engine.program.instructions import record

from bench.rivals.tables import ENGINES, TableProgram, differences
from bench.rivals.translation import Translation, translate
from tests.population.made import Both, all_packages, made

AT_ONCE = 20_000


def main() -> int:
    """Compare, print the figures, and say by the exit code whether all was alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--over", choices=("shipped", "packages"), default="shipped")
    parser.add_argument("--engines", default=",".join(ENGINES), help="which of them, with commas between")
    asked = parser.parse_args()
    engine = Engine(all_packages() if asked.over == "packages" else load_knowledge())
    translation = translate(engine, made(engine.program, 1).column_names)
    programs = [ENGINES[name](translation) for name in asked.engines.split(",")]
    for id_, reason in translation.left_out.items():
        print(f"left out: {id_}: {reason}")
    differing = contradictory = 0
    started = time.perf_counter()
    for first in range(0, asked.rows, AT_ONCE):
        rows = min(AT_ONCE, asked.rows - first)
        both = Both(engine, made(engine.program, rows, asked.seed + first))
        contradictory += contradicting(both)
        for difference in compared(both, translation, programs):
            print(f"  {difference}")
            differing += 1
        patients = f"{first + rows:,} patients, {contradictory:,} of them contradictory"
        rules = f"{len(translation.verdicts)} rules{' and the level' if translation.level else ''}"
        print(f"{patients}, {rules}, {', '.join(one.name for one in programs)}: {differing} differences", flush=True)
    print(f"{time.perf_counter() - started:.0f} s")
    return int(differing > 0)


def compared(both: Both, translation: Translation, programs: list[TableProgram]) -> Iterator[str]:
    """What other engines decide differently of one table, in words."""
    expected = {name: texts for name, texts in told(both).items() if name == "level" or name in translation.verdicts}
    if not translation.level:
        del expected["level"]
    for program in programs:
        yield from (f"{program.name}: {one}" for one in differences(expected, program.decide(both.table)))


def told(both: Both) -> Mapping[str, NDArray[Any]]:
    """What a population comes to, by column, a text for each row."""
    outcome = both.outcome()
    level, *verdicts = Decoder(outcome.rows).numbers([outcome.level, *outcome.verdicts.values()], outcome.rows)
    names = np.array(VERDICTS, dtype=object)
    found = {id_: names[codes] for id_, codes in zip(outcome.verdicts, verdicts, strict=True)}
    return {"level": np.array(LEVELS, dtype=object)[level], **found}


def contradicting(both: Both) -> int:
    """How many patients of a table contradict themselves."""
    recording, planes = record(both.engine.program)
    inputs = both.encoded().inputs
    (clash,) = BufferedProgram(recording, [planes[both.engine.program.clash].number], inputs.shape[1]).run(inputs)
    return count(clash)


if __name__ == "__main__":
    sys.exit(main())
