"""On random guidelines with a random edit the solver says that a rule differs exactly if some patient gets another outcome."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from spinegraph.engine import Knowledge, load_knowledge
from spinegraph.engine.knowledge.files import schema_paths
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.validation.diff.compare import compare
from spinegraph.engine.validation.diff.statements import State

from tests.validation.interactions.random_guidelines import EveryPatient, Writer

pytestmark = pytest.mark.slow

SWAPS = (
    ("core:present finding", "core:absent finding"),
    ("sh:and (", "sh:or ("),
    ("Inclusive", "Exclusive"),
    ("finding:B ]", "finding:D ]"),
)


def _edited(text: str, seed: int) -> str:
    """The text with one occurrence of one word swapped for its counterpart, where there is one."""
    draw = random.Random(seed)  # noqa: S311 (reproducible, not secret)
    pairs = [(old, new) for pair in SWAPS for old, new in (pair, pair[::-1]) if old in text]
    old, new = draw.choice(pairs)
    parts = text.split(old)
    place = draw.randrange(1, len(parts))
    return old.join(parts[:place]) + new + old.join(parts[place:])


def _state(folder: Path, knowledge: Knowledge) -> State:
    paths = sorted(folder.glob("*.ttl"))
    return State(folder.name, read_graph(paths), knowledge, str(folder))


@pytest.mark.parametrize("seed", range(100))
def test_what_differs_is_what_counting_finds(seed: int, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    before = Writer(seed).write(old)
    (new / "guideline.ttl").write_text(_edited((old / "guideline.ttl").read_text(), seed))
    after = load_knowledge([*schema_paths(), new / "guideline.ttl"])
    difference = compare(_state(old, before), _state(new, after))
    counted = EveryPatient(before), EveryPatient(after)
    differing = set()
    for iri in before.rules:
        if iri in counted[0].verdict:
            outcomes = [every.verdict[iri] for every in counted]
        else:
            outcomes = [every.holds[iri] + 2 * every.refuted[iri].astype(int) for every in counted]
        kept = _together(*counted)
        if (outcomes[0][kept[0]] != outcomes[1][kept[1]]).any():
            differing.add(shorten(iri))
    assert set(difference.differing) == differing
    assert difference.compared == len(before.rules)
    assert bool(difference.patients) == bool(differing)
    assert {outcome[0] for patient in difference.patients for outcome in patient.outcomes} == differing


def _together(old: EveryPatient, new: EveryPatient) -> tuple[list[int], list[int]]:
    """Positions of the records that are free of contradiction in both states, in one order."""
    keys = [{(case.present, case.absent, *case.values.items()): n for n, case in enumerate(every.cases)} for every in (old, new)]
    both = [key for key in keys[0] if key in keys[1]]
    return [keys[0][key] for key in both], [keys[1][key] for key in both]
