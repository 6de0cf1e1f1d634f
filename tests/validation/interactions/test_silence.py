"""Whom exclusions silence, in random guidelines of two packages: the solver reports what counting over every patient finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from spinegraph.engine import Knowledge
from spinegraph.engine.model import Exclusion, Recommendation
from spinegraph.engine.validation.diagnostics import Witness
from spinegraph.engine.validation.interactions.analysis import Analysis
from spinegraph.engine.validation.interactions.silence import silenced

from tests.validation.interactions.random_guidelines import EveryPatient, Writer

pytestmark = pytest.mark.slow

GUIDELINES = 200
Silence = tuple[str, str, frozenset[str]]
"""Kind of message, exclusion, and the rules that it silences; of rules elsewhere, the package alone."""


def counted(knowledge: Knowledge) -> Iterator[tuple[Silence, int]]:
    """Each silence, and the fewest facts of a patient who shows it (0 where rules are kept from patients)."""
    every, package = EveryPatient(knowledge), knowledge.package_of
    advice = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]
    for exclusion in (rule for rule in knowledge.rules.values() if isinstance(rule, Exclusion)):
        own, excluded = package[exclusion.iri], every.holds[exclusion.iri]
        reached = [rule for rule in advice if (rule.source == exclusion.source if exclusion.source else package[rule.iri] == own)]
        kept = [rule for rule in reached if (excluded & every.holds[rule.iri]).any()]
        urgent = [rule for rule in kept if package[rule.iri] == own and (rule.direction, rule.urgency) == ("for", "emergency")]
        for message, rules in (("emergency", urgent), ("other-package", [rule for rule in kept if package[rule.iri] != own])):
            if rules:
                yield (message, exclusion.iri, frozenset(rule.iri for rule in rules)), 0
        told = [rule for rule in advice if package[rule.iri] != own and rule.direction == "for" and not exclusion.source]
        heard = [excluded & (every.verdict[rule.iri] == "indicated") for rule in told]
        if any(patients.any() for patients in heard):
            first = next(patients for patients in heard if patients.any())
            (elsewhere,) = {package[rule.iri] for rule in told}
            yield ("speaking-elsewhere", exclusion.iri, frozenset([elsewhere])), int(every.sizes[first].min())


def _size(witness: Witness | None) -> int:
    assert witness is not None
    return len(witness.case.present) + len(witness.case.absent) + len(witness.case.values)


@pytest.mark.parametrize("seed", range(GUIDELINES))
def test_the_solver_finds_who_is_silenced(seed: int, tmp_path: Path) -> None:
    knowledge = Writer(seed, packages=True).write(tmp_path)
    reported = {}
    for one in silenced(Analysis(knowledge)):
        others = [one.terms["package"]] if one.message == "speaking-elsewhere" else one.others
        reported[one.message, one.rule, frozenset(map(str, others))] = one.witness
    found = dict(counted(knowledge))
    assert set(reported) == set(found)
    for silence, fewest in found.items():
        assert not fewest or _size(reported[silence]) == fewest


def test_the_random_guidelines_show_every_silence(tmp_path: Path) -> None:
    """Otherwise agreement would prove nothing."""
    shown = set()
    for seed in range(GUIDELINES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        shown |= {one.message for one in silenced(Analysis(Writer(seed, packages=True).write(folder)))}
        if shown >= {"emergency", "other-package", "speaking-elsewhere"}:
            return
    pytest.fail(f"only {shown} are shown")
