"""30 random cases in each engine; exit 1 where one that is held to agree does not, or has no answer within its time."""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
import time
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

from tests.portable.engines import JAVASCRIPT, PROJECT, concluded
from tests.portable.limited import Failure, answer_of
from tests.random_cases import random_cases

BATCH = 10
"""So many cases an engine is given at once: what has answers before its time is up is counted."""


class Trial(NamedTuple):
    """An engine with a form, and whether it is held to agree."""

    name: str
    form: Form
    held: bool = True


TRIALS = (
    Trial("pyshifty", "sparql"),
    Trial("pyshifty", "core"),
    Trial("TopBraid", "sparql"),
    Trial("TopBraid", "core"),
    Trial("pyrudof", "core"),
    Trial("rdf-validate-shacl", "core"),
    Trial("shacl-engine", "core", held=False),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--limit", type=float, default=300, metavar="SECONDS", help="the time of each engine (default: 300)")
    parser.add_argument("--engine", choices=dict.fromkeys(trial.name for trial in TRIALS), action="append")
    options = parser.parse_args()
    engine = Engine(load_knowledge())
    cases = list(itertools.islice(random_cases(engine.program, options.seed), options.cases))
    chosen = [trial for trial in TRIALS if trial.name in (options.engine or trial.name)]
    with tempfile.TemporaryDirectory() as folder:
        agreed = [_tried(trial, engine, cases, Path(folder) / trial.form, options.limit) for trial in chosen]
    return 0 if all(agreed) else 1


def _tried(trial: Trial, engine: Engine, cases: list[Case], folder: Path, limit: float) -> bool:
    """Whether an engine agrees, or need not; what it does is printed."""
    if trial.name in JAVASCRIPT and not (PROJECT / "node_modules" / trial.name).exists():
        print(f"{trial.name}, {trial.form}: not asked, npm has not installed it", flush=True)
        return True
    write_portable(engine, shipped_paths(), trial.form, folder)
    start, wrong, answered, failure = time.monotonic(), 0, 0, ""
    for number in range(0, len(cases), BATCH):
        batch = cases[number : number + BATCH]
        try:
            wrong += _differences(trial, engine, batch, folder, limit - (time.monotonic() - start))
        except subprocess.TimeoutExpired:
            failure = f"no answer to the other {len(cases) - answered} within {limit:.0f} s"
            break
        except Failure as error:
            failure = str(error)
            break
        answered += len(batch)
    told = f"{trial.name}, {trial.form}: {answered} cases, {wrong} differences ({time.monotonic() - start:.0f} s)"
    print("; ".join(filter(None, (told, failure))), flush=True)
    return not (trial.held and (wrong or failure))


def _differences(trial: Trial, engine: Engine, cases: list[Case], folder: Path, limit: float) -> int:
    """How many conclusions about some cases are not those of the program. Raises TimeoutExpired and Failure."""
    data = Graph().parse(folder / "data.ttl")
    writer, encoder, program = CaseGraph(engine.program), CaseEncoder(engine.program), engine.program
    nodes = [URIRef(f"urn:spinegraph:case:{number}") for number in range(len(cases))]
    for node, case in zip(nodes, cases, strict=True):
        writer.add(data, node, case)
    data.serialize(folder / "all.ttl", format="turtle")
    found = answer_of(trial.name, folder / "all.ttl", folder / "shapes.ttl", limit)
    wrong = 0
    for node, case in zip(nodes, cases, strict=True):
        expected = program_bits(engine.knowledge, program.run(encoder.planes(case)), program.rules, {}, {})
        for predicate, ours in ((CORE.holds, expected.holds), (CORE.refuted, expected.refuted)):
            wrong += len(ours ^ (concluded(found, node, predicate) & engine.knowledge.rules.keys()))
    return wrong


if __name__ == "__main__":
    sys.exit(main())
