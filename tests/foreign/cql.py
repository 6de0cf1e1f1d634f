"""Exported CQL and ELM in engines of others: every rule, verdict and level of random cases against our own program.

The text goes to the reference translator and engine (`@cqframework/cql`), the ELM to `cql-execution`; what the translator makes
of the text has to be the ELM that we write. `make foreign`, or `python -m tests.foreign.cql --over PACKAGE`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import structs
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.level import level_of
from spinegraph.engine.exchange.cql.definitions import SIDES
from spinegraph.engine.exchange.cql.export import Exported, export_packages
from spinegraph.engine.exchange.cql.library import LEVEL, VERDICT
from spinegraph.engine.exchange.cql.tree import operation
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import Case

from tests.foreign.patients import Patients
from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer

HERE = Path(__file__).parent
ENGINES = ("reference", "execution")
PER_GUIDELINE = 20
"""So many cases are tried of each random guideline."""


def expected(engine: Engine, case: Case) -> dict[str, Any]:
    """What the definitions of a library have to come to."""
    program = engine.program
    planes, certain = CaseEncoder(program).run(case)
    found: dict[str, Any] = {}
    for iri, rule in engine.knowledge.rules.items():
        for side, slot in zip(SIDES, program.rules[iri].whole, strict=True):
            found[side.format(rule.id)] = bool(planes[slot])
    found |= {VERDICT.format(name): verdict for name, verdict in engine.verdicts(case).items()}
    return {**found, LEVEL: level_of(program.level, planes, certain)}


def differences(engine: Engine, exported: Exported, cases: list[Case]) -> Iterator[str]:
    """What is said differently, in words; of the translator first what it warns of."""
    wanted = sorted(expected(engine, cases[0]))
    patients = Patients(engine.program)
    lines: list[dict[str, Any]] = [{"wanted": wanted}, *({"parameters": patients.parameters(case)} for case in cases)]
    translated, *results = run(exported, lines)
    yield from (f"the translator says: {message}" for message in translated["messages"])
    yield from _translated_otherwise(exported, translated["library"])
    for case, result in zip(cases, results, strict=True):
        right = expected(engine, case)
        for name in ENGINES:
            for definition, value in zip(wanted, result[name], strict=True):
                if value != right[definition]:
                    yield f"{name}: {definition} is {value}, not {right[definition]}; {case}"


UNTESTED = ("annotation", "context", "localId", "locator", "signature")
"""Members that a translator writes besides: where something stands in the text, and which overload of an operator is meant. The
context is said by ELM alone: CQL text that uses no model has no patients."""


def _translated_otherwise(exported: Exported, translated: dict[str, Any]) -> Iterator[str]:
    """Definitions of which the translator makes other ELM of our text than we write, or other passages."""
    ours = json.loads(dict(exported.files())[f"{exported.library.name}.json"])["library"]
    for part in ("parameters", "statements"):
        both = ({one["name"]: one for one in library[part]["def"]} for library in (ours, translated))
        own, theirs = both
        for name in dict.fromkeys((*own, *theirs)):
            mine, made = (_plain(one.get(name)) for one in (own, theirs))
            if mine != made or _tags(own.get(name, {})) != _tags(theirs.get(name, {})):
                yield f"the translator makes of {name}: {made}, not {mine}"


def _tags(definition: dict[str, Any]) -> list[str]:
    annotations = (one for one in definition.get("annotation", ()) if one["type"] == "Annotation")
    return [tag["value"] for annotation in annotations for tag in annotation["t"] if tag["name"] == "passage"]


def _plain(value: Any) -> Any:
    """ELM without what is not compared, and without the type that a translator gives a null."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "As" and value["operand"]["type"] == "Null":
        return {"type": "Null"}
    if value.get("type") == "Query":
        value = {name: part for name, part in value.items() if name != "return"}
    return {name: _plain(part) for name, part in value.items() if name not in UNTESTED}


def run(exported: Exported, lines: list[dict[str, Any]]) -> list[Any]:
    """What the engines answer to these lines."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in exported.files():
            (Path(folder) / name).write_bytes(content)
        written = "\n".join(map(json.dumps, lines))
        results = Path(folder) / "results"
        command = ["node", str(HERE / "cql.mjs"), folder, exported.library.name, str(results)]
        done = subprocess.run(command, input=written, capture_output=True, text=True, check=False, cwd=HERE)
        answers = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
        if done.returncode:
            said = answers[0]["messages"] if answers else []
            raise RuntimeError(f"node ended with {done.returncode}: {said[:5]} {done.stderr[-1000:]}")
        return answers


def sees_a_mistake() -> bool:
    """Whether both engines tell a library in which one fact is turned round from the program: a panel that sees nothing proves
    nothing."""
    engine, count, seed = next(contents("ankle-and-foot", PER_GUIDELINE, 1))
    (exported,) = export_packages(engine.knowledge, (), {})
    first, *sections = exported.library.sections
    fact, *others = first.definitions
    turned = structs.replace(fact, expression=operation("Not", fact.expression))
    library = structs.replace(exported.library, sections=(first._replace(definitions=(turned, *others)), *sections))
    cases = list(itertools.islice(random_cases(engine.program, seed), count))
    found = list(differences(engine, exported._replace(library=library), cases))
    return all(any(one.startswith(name) for one in found) for name in ENGINES)


def contents(over: str, count: int, seed: int) -> Iterator[tuple[Engine, int, int]]:
    """Engines, each with how many cases to try and a seed for them."""
    if over != "random":
        yield Engine(load_knowledge(named_paths(*shipped_packages()[over]))), count, seed
        return
    for number in range(-(-count // PER_GUIDELINE)):
        own = seed + number
        with tempfile.TemporaryDirectory() as folder:
            writer = Writer(own, acts=bool(own % 2), sums=not own % 2, time=own % 5 == 0)
            yield Engine(writer.write(Path(folder))), PER_GUIDELINE, own


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--over", choices=(*shipped_packages(), "random"), action="append")
    options = parser.parse_args()
    if not sees_a_mistake():
        print("A fact that was turned round was not seen: the comparison is worth nothing.")
        return 1
    total = 0
    for over in options.over or (*shipped_packages(), "random"):
        start, tried, values, found = time.monotonic(), 0, 0, 0
        for engine, count, seed in contents(over, options.cases, options.seed):
            cases = list(itertools.islice(random_cases(engine.program, seed), count))
            (exported,) = export_packages(engine.knowledge, (), {})
            for difference in differences(engine, exported, cases):
                found += 1
                if found <= 20:
                    print(difference)
            tried += len(cases)
            values += len(cases) * len(expected(engine, cases[0])) * len(ENGINES)
        print(f"{over}: {tried} cases, {values} values, {found} differences ({time.monotonic() - start:.0f} s)", flush=True)
        total += found
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
