"""Missing facts of random small guidelines held against counting: those that some completion of the record makes decisive."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from spinegraph.engine.decide import assignments
from spinegraph.engine.model import VERDICTS

from tests.decide.counting import AXES, RECORDS, Counted
from tests.validation.interactions.random_guidelines import Writer

GUIDELINES = 40
QUICK = 10
"""Of the guidelines, so many are tried by `make quick` too."""
CASES = 40
UNDETERMINED = VERDICTS.index("undetermined")


SEEDS = [*range(QUICK), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(QUICK, GUIDELINES))]


@pytest.mark.parametrize("sums", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_missing_from_an_undetermined_verdict_is_what_can_still_settle_it(
    seed: int, sums: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing can, or is wider or narrower than what can, where all was tried; what looks open and can is not left out.

    Too many assignments to try them, so that it is the trials of flips that tell what cannot; where parts of sums share facts,
    the trials leave some in doubt that assignments do not.
    """
    if not sums:
        monkeypatch.setattr(assignments, "MAX_ASSIGNMENTS", 0)
    counted = Counted(Writer(seed, sums=sums).write(tmp_path))
    engine = counted.engine
    facts = engine.graph.facts
    decides = {rule: counted.all_decisive(table == UNDETERMINED) for rule, table in counted.verdicts.items()}
    for number in random.Random(seed).sample(list(np.flatnonzero(counted.consistent)), CASES):  # noqa: S311
        explained = engine.explain(RECORDS[number])
        for entry in engine.decide(RECORDS[number]).recommendations:
            if entry.verdict == "undetermined":
                exact = sum(facts.bit[code] for code in AXES if decides[entry.id][code][number])
                missing = sum(facts.bit[code] for code in entry.missing)
                about = (RECORDS[number], entry.id, entry.missing, facts.decode(exact))
                if entry.flips_complete:
                    assert not missing & ~(exact | facts.related(exact)), about
                looks_open = engine.graph.rule(engine.knowledge.rules[entry.iri]).open_facts(explained).facts
                assert not looks_open & exact & ~missing, about
