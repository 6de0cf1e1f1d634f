"""`make mutants`: is a mistake in the shipped content found, and by what: validation, the clinical cases, or the oracle?

Each mutant is one small edit (`mutations.py`) of a copy of the content. Cheap ways to find it are tried first. What nothing
finds is listed; docs/mutants.md says of every survivor why.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine import Engine, KnowledgeError, SpinegraphError, load_knowledge
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.knowledge.files import own_paths
from spinegraph.engine.validation.cases.files import read_cases
from spinegraph.engine.validation.cases.runs import failing
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Report
from spinegraph.engine.validation.validate import CHECKS, validate

from tests.authoring.mutations import Mutant, knowledge_texts, mutants
from tests.oracle import differences
from tests.random_cases import random_cases

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / "tests" / "cases"
SOURCES = ROOT.parent / "shared" / "sources"
COSTLY = frozenset(("behaviour",))
"""Checks that reason about every patient; they are asked about what no case shows."""
SLOW = frozenset(("ontology", "shapes"))
"""Checks that start another process; they are asked only about what nothing else has found."""
ORACLE_CASES = 5


class Outcome(NamedTuple):
    """`by`: "validate", "cases", "oracle", or "" of a survivor; `how`: the first diagnostic, failed case or difference."""

    mutant: Mutant
    told: str
    by: str
    how: str


def outcome_of(mutant: Mutant) -> Outcome:
    """Apply one mutant to a copy of the content, and look for it."""
    texts = _texts()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(mutant.apply(text) if name == mutant.file else text, encoding="utf-8")
        by, how = next(_found(Path(folder)), ("", ""))
    return Outcome(mutant, mutant.told(texts[mutant.file]), by, how)


@cache
def _texts() -> dict[str, str]:
    return knowledge_texts(ROOT)


def _found(folder: Path) -> Iterator[tuple[str, str]]:
    """Everything that finds the mistake, cheapest first."""
    paths = own_paths(folder / "ontology", folder / "shapes")
    content = Content(paths, sources=SOURCES if SOURCES.is_dir() else None, root=folder)
    yield from _diagnosed(validate(content, only=[check.name for check in CHECKS if check.name not in COSTLY | SLOW]))
    try:
        engine = Engine(load_knowledge(paths))
        cases = read_cases([CASES], engine.knowledge)
    except SpinegraphError as error:  # validation, which has run, should have said so
        yield ("cases" if not isinstance(error, KnowledgeError) else "loading"), str(error).splitlines()[0]
        return
    for result in failing(cases, engine):
        yield "cases", f"{result.name}: {result.failures[0]}"
    for checks in (COSTLY, SLOW):
        yield from _diagnosed(validate(content, only=sorted(checks)))
    drawn = list(itertools.islice(random_cases(engine.program, 1), ORACLE_CASES))
    for difference in differences(engine, Oracle(engine.knowledge, paths), drawn):
        yield "oracle", difference


def _diagnosed(report: Report) -> Iterator[tuple[str, str]]:
    for diagnostic in report.diagnostics:
        if diagnostic.severity != "note":
            yield "validate", f"{diagnostic.id} {diagnostic.place}: {diagnostic.what}"


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    ways = ("validate", "cases", "oracle", "loading", "")
    yield f"{'mistake':34}{'made':>6}" + "".join(f"{way or 'survived':>10}" for way in ways)
    for operator in dict.fromkeys(outcome.mutant.operator for outcome in outcomes):
        mine = Counter(outcome.by for outcome in outcomes if outcome.mutant.operator == operator)
        yield f"{operator:34}{sum(mine.values()):>6}" + "".join(f"{mine[way] or '':>10}" for way in ways)
    total = Counter(outcome.by for outcome in outcomes)
    yield f"{'all':34}{len(outcomes):>6}" + "".join(f"{total[way]:>10}" for way in ways)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="mutants of each seed")
    parser.add_argument("--seed", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--only", help="mutants of this operator alone")
    parser.add_argument("--show", action="store_true", help="tell of every mutant what found it")
    options = parser.parse_args()
    drawn = (mutant for seed in options.seed for mutant in mutants(_texts(), options.count, seed))
    chosen = [mutant for mutant in drawn if mutant.operator == options.only or not options.only]
    untouched = outcome_of(Mutant("untouched", min(_texts()), 0, 0, ""))
    if untouched.by:
        print(f"Something is found without any mistake, so nothing would be proven: {untouched.how}")
        return 2
    start = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        outcomes = []
        for outcome in pool.imap(outcome_of, chosen):
            outcomes.append(outcome)
            if options.show:
                print(
                    f"{outcome.by or 'SURVIVED':9} {outcome.mutant.operator}: {outcome.told}\n          {outcome.how}", flush=True
                )
    print("\n".join(_table(outcomes)))
    survivors = [outcome for outcome in outcomes if not outcome.by]
    for outcome in survivors:
        print(f"survived  {outcome.mutant.operator}: {outcome.told}")
    caught = 1 - len(survivors) / len(outcomes)
    print(f"{len(outcomes) - len(survivors)} of {len(outcomes)} caught ({caught:.1%}), {time.monotonic() - start:.0f} s")
    if not SOURCES.is_dir():
        print(f"The documents are not at {SOURCES}: changed digests and offsets could not be compared.")
    return 0 if caught >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
