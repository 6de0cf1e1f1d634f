"""`python -m bench.rivals.one_patient`: the verdicts of one patient by engines of others, beside ours, case by case in one run.

In processor time of this process and of those that it starts. What an engine makes ready once is not counted; HermiT starts anew
for each patient, as its command line and owlready2 do.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from rich.console import Console
from spinegraph.engine import Engine
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.level import level_of
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.exchange.cql.export import export_packages
from spinegraph.engine.exchange.cql.library import LEVEL, VERDICT
from spinegraph.engine.model import Case

from bench.measured import Measured
from bench.rivals.cases import ENGINES, CaseProgram, differences
from bench.rivals.hermit import HermitPatient
from bench.rivals.translation import translate_for_cases
from bench.subjects import clinical_cases, frozen_objects, shipped_engine
from tests.foreign import cql
from tests.foreign.patients import Patients

TOPIC = "one patient"
AGAINST = "the verdicts alone"
HERMITS = 3
"""So many patients are asked of HermiT."""
NAMES = {"reference": "@cqframework/cql", "execution": "cql-execution"}


def one_patient_rivals_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic, as soon as they are measured. Raises ValueError where an engine decides otherwise."""
    engine, cases = shipped_engine(), clinical_cases(quick=True)[: 10 if quick else 40]
    with frozen_objects():
        yield from _program_rows(engine, cases)
        yield from _pyshifty_row(engine, cases)
        yield from cql_rows(engine, cases)
        yield from _hermit_row(engine, cases[:HERMITS])


def _program_rows(engine: Engine, cases: Sequence[Case]) -> Iterator[Measured]:
    encoder = CaseEncoder(engine.program)
    for class_ in ENGINES.values():
        program = class_(translate_for_cases(engine, settled=False))
        _require_same(differences(engine, program, cases))
        ours, theirs = _in_turn(cases, engine.verdicts, partial(_asked, program, encoder))
        yield _row(f"verdicts by {program.name}", theirs, ours)


def _asked(program: CaseProgram, encoder: CaseEncoder, case: Case) -> dict[str, str]:
    return program.decide(encoder.planes(case))


def _pyshifty_row(engine: Engine, cases: Sequence[Case]) -> Iterator[Measured]:
    oracle = Oracle(engine.knowledge, engine="pyshifty")
    ours, theirs = _in_turn(cases[:5], engine.verdicts, lambda case: oracle.evaluate([case]))
    yield _row("pyshifty on the exported rules", theirs, ours, "which rules hold and are refuted, no verdicts")


def cql_rows(engine: Engine, cases: Sequence[Case]) -> Iterator[Measured]:
    """What both engines of CQL say of the exported library; they time themselves."""
    names = [f"{name} on the exported library" for name in NAMES.values()]
    if not (cql.HERE / "node_modules").exists():
        for what in names:
            yield Measured(TOPIC, what, None, "× the time", AGAINST, "node_modules are not there: run `make foreign` first")
        return
    (exported,) = export_packages(engine.knowledge, (), {})
    wanted = [LEVEL, *(VERDICT.format(id_) for id_ in engine.verdicts(cases[0]))]
    patients = Patients(engine.program)
    warm, *rest = [{"parameters": patients.parameters(case)} for case in cases]
    _, _, *answers = cql.run(exported, [{"wanted": wanted}, warm, *rest])
    ours, _ = _in_turn(cases[1:], engine.verdicts, lambda _: None)
    for what, (name, label) in zip(names, NAMES.items(), strict=True):
        _require_same(_told_otherwise(engine, label, wanted, cases[1:], [answer[name] for answer in answers]))
        yield _row(what, statistics.median(answer["seconds"][name] for answer in answers), ours)


def _told_otherwise(
    engine: Engine, name: str, wanted: Sequence[str], cases: Sequence[Case], answers: Sequence[Sequence[Any]]
) -> Iterator[str]:
    encoder = CaseEncoder(engine.program)
    for case, answer in zip(cases, answers, strict=True):
        right = [level_of(engine.program.level, *encoder.run(case)), *engine.verdicts(case).values()]
        yield from (
            f"{name}: {one} is {found}, not {expected}; {case}"
            for one, found, expected in zip(wanted, answer, right, strict=True)
            if found != expected
        )


def _hermit_row(engine: Engine, cases: Sequence[Case]) -> Iterator[Measured]:
    hermit = HermitPatient()
    iris = {finding.code: finding.iri for finding in engine.knowledge.findings.values()}
    broader = engine.knowledge.hierarchy.broader

    def recorded(case: Case) -> list[str]:
        return [iris[code] for code in case.present]

    for case in cases:
        expected = {wider for iri in recorded(case) for wider in broader[iri]}
        _require_same(f"HermiT: {iri}; {case}" for iri in sorted(hermit.present(recorded(case)) ^ expected))
    ours, theirs = _in_turn(cases, engine.verdicts, lambda case: hermit.present(recorded(case)))
    yield _row("HermiT", theirs, ours, "which findings are present by narrower ones: OWL has no word for the rest")


def _in_turn(cases: Sequence[Case], *engines: Callable[[Case], Any]) -> list[float]:
    """Median seconds of processor time a case, of some engines turn by turn. Of processes that are started it is
    told in hundredths of a second."""
    taken: list[list[float]] = [[] for _ in engines]
    for case in cases:
        for engine, times in zip(engines, taken, strict=True):
            started = _spent()
            engine(case)
            times.append(_spent() - started)
    return [statistics.median(times) for times in taken]


def _spent() -> float:
    """Seconds of processor time, of this process and of those that it started and that have ended."""
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def _require_same(found: Iterator[str]) -> None:
    for difference in found:
        raise ValueError(f"It does not decide alike, so it is not timed: {difference}")


def _row(what: str, theirs: float, ours: float, note: str = "") -> Measured:
    figures = f"{_time(theirs)} against {_time(ours)}"
    return Measured(TOPIC, what, theirs / ours, "× the time", AGAINST, f"{figures}; {note}" if note else figures)


def _time(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 0.1 else f"{seconds * 1e6:,.0f} µs"


def main() -> None:
    """Measure, and print each row."""
    parser = argparse.ArgumentParser(prog="python -m bench.rivals.one_patient", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer cases")
    console = Console(highlight=False)
    for row in one_patient_rivals_rows(parser.parse_args().quick):
        console.print(f"{row.what}: {row.figure} (against {row.against}). {row.note}", soft_wrap=True)


if __name__ == "__main__":
    main()
