"""30 random cases in each engine; exit 1 where one that is held to agree does not."""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rdflib import Graph, URIRef
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.case_graph import CaseGraph
from spinegraph.engine.decide.reference import program_bits
from spinegraph.engine.decide.shape_graph import CORE
from spinegraph.engine.exchange.portable import Form, write_portable
from spinegraph.engine.knowledge.files import shipped_paths

from tests.portable.engines import concluded, with_javascript, with_pyrudof, with_pyshifty, with_topbraid
from tests.random_cases import random_cases

FAILURES = (subprocess.CalledProcessError, OSError, ImportError, ValueError)


class Trial(NamedTuple):
    """An engine with a form, and whether it is held to agree."""

    name: str
    form: Form
    run: Callable[[Path, Path], Graph]
    held: bool = True


TRIALS = (
    Trial("pyshifty", "sparql", with_pyshifty),
    Trial("pyshifty", "core", with_pyshifty),
    Trial("TopBraid", "sparql", with_topbraid),
    Trial("TopBraid", "core", with_topbraid),
    Trial("pyrudof", "core", with_pyrudof, held=False),
    Trial("rdf-validate-shacl", "core", with_javascript("rdf-validate-shacl"), held=False),
    Trial("shacl-engine", "core", with_javascript("shacl-engine"), held=False),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--engine", choices=dict.fromkeys(trial.name for trial in TRIALS), action="append")
    options = parser.parse_args()
    engine = Engine(load_knowledge())
    cases = list(itertools.islice(random_cases(engine.program, options.seed), options.cases))
    with tempfile.TemporaryDirectory() as folder:
        agreed = [_tried(trial, engine, cases, Path(folder)) for trial in TRIALS if trial.name in (options.engine or trial.name)]
    return 0 if all(agreed) else 1


def _tried(trial: Trial, engine: Engine, cases: list[Case], folder: Path) -> bool:
    """Whether an engine agrees, or need not; what it does is printed."""
    where = folder / trial.form
    write_portable(engine, shipped_paths(), trial.form, where)
    data = Graph().parse(where / "data.ttl")
    writer, encoder = CaseGraph(engine.program), CaseEncoder(engine.program)
    nodes = [URIRef(f"urn:spinegraph:case:{number}") for number in range(len(cases))]
    for node, case in zip(nodes, cases, strict=True):
        writer.add(data, node, case)
    data.serialize(where / "all.ttl", format="turtle")
    start = time.monotonic()
    try:
        found = trial.run(where / "all.ttl", where / "shapes.ttl")
    except FAILURES as error:
        print(f"{trial.name}, {trial.form}: {type(error).__name__}: {getattr(error, 'stderr', '') or error}"[:800])
        return not trial.held
    wrong, program = 0, engine.program
    for node, case in zip(nodes, cases, strict=True):
        expected = program_bits(engine.knowledge, program.run(encoder.planes(case)), program.rules, {}, {})
        for predicate, ours in ((CORE.holds, expected.holds), (CORE.refuted, expected.refuted)):
            wrong += len(ours ^ (concluded(found, node, predicate) & engine.knowledge.rules.keys()))
    seconds = time.monotonic() - start
    print(f"{trial.name}, {trial.form}: {len(cases)} cases, {wrong} differences ({seconds:.0f} s)", flush=True)
    return not (wrong and trial.held)


if __name__ == "__main__":
    sys.exit(main())
