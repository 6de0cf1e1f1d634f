"""One patient, several doors: a case in JSON, the Bundle and the answers to a form that say the same, and the exported CQL in
engines of others come to one verdict for every recommendation.

`make foreign`, or `python -m tests.foreign.doors`. It ends with 1 where they differ.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from spinegraph.engine import Case, Engine, load_knowledge, read_case_file
from spinegraph.engine.exchange.cql.export import export_packages

from tests.exchange.fhir.round_trips import Doors, doors_of
from tests.foreign.cql import differences

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.yaml"))


def main() -> int:
    """0 if every door leads to the same verdicts."""
    engine = Engine(load_knowledge())
    doors = doors_of(engine)
    cases = [read_case_file(path, doors.codebook).case for path in EXAMPLES]
    read = [again for case in cases for again in _through_fhir(doors, case)]
    faults = [
        f"{path.stem}: other verdicts through {door}"
        for path, case in zip(EXAMPLES, cases, strict=True)
        for door, again in zip(("a Bundle", "answers"), _through_fhir(doors, case), strict=True)
        if engine.verdicts(again) != engine.verdicts(case)
    ]
    (exported,) = export_packages(engine.knowledge, (), {})
    faults += differences(engine, exported, [*cases, *read])
    print("\n".join(faults) or f"{len(cases)} patients: JSON, a Bundle, answers and CQL come to the same verdicts")
    return bool(faults)


def _through_fhir(doors: Doors, case: Case) -> Iterator[Case]:
    """The case as it is read of what is written of it."""
    for write in (doors.as_bundle, doors.as_answers):
        resource, _ = write(case)
        yield doors.reader.read(json.dumps(resource).encode()).case


if __name__ == "__main__":
    sys.exit(main())
