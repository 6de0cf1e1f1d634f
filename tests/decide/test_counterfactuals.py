"""Flips: each alters its verdict when decided anew, no part of it does, and they are what one would expect."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.criteria.measurement import ranges, ranges_in_words
from spinegraph.engine.model import Bound, Change, DecidedRecommendation, Measured, Range

from tests.decide.changes import in_range
from tests.decide.every_case import EveryCase
from tests.random_cases import random_cases
from tests.small import VALUES, write_small

pytestmark = pytest.mark.slow

CONTRADICTORY = 3
"""Index of "conflicting" among TRUTHS."""


def sample_of(engine: Engine, seed: int, count: int) -> list[Case]:
    return list(itertools.islice(random_cases(engine.program, seed), count))


def applied(case: Case, changes: Iterable[Change], values: Mapping[str, Iterable[float]]) -> Iterator[Case]:
    """The case with the changes made: "assessed" becomes absent, a range each of the values that lie in it."""
    present, absent = {*case.present}, {*case.absent}
    ranges: dict[str, list[str]] = {}
    for change in changes:
        if change.code in values:
            ranges.setdefault(change.code, []).append(change.to)
        elif change.to == "present":
            present.add(change.code)
            absent.discard(change.code)
        else:
            absent.add(change.code)
            present.discard(change.code)
    witnesses = [
        [(code, value) for value in values[code] if all(in_range(value, words) for words in ranges[code])] for code in ranges
    ]
    for choice in itertools.product(*witnesses):
        measurements = dict(sorted({**case.measurements, **dict(choice)}.items()))
        yield msgspec.structs.replace(
            case, present=tuple(sorted(present)), absent=tuple(sorted(absent)), measurements=measurements
        )


class Verdicts:
    """Verdicts of cases, each decided once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[object, ...], Mapping[str, str]] = {}

    def of(self, case: Case, rule: str) -> str:
        key = (case.present, case.absent, tuple(case.measurements.items()), case.performed)
        if key not in self._known:
            self._known[key] = self._engine.verdicts(case)
        return self._known[key][rule]


SMALL_VALUES = {code: tuple(value for value in values if value is not None) for code, values in VALUES.items()}


@pytest.fixture(scope="module")
def small_flips(small: Engine, every_case: EveryCase) -> list[tuple[Case, DecidedRecommendation]]:
    """Every flip of every recommendation in every case without contradiction (age beyond infancy left out: it is idle)."""
    return [
        (case, entry)
        for _, case in every_case.consistent_cases()
        if case.measurements.get("age_months") != 24
        for entry in small.decide(case, include_all=True).recommendations
    ]


def test_every_flip_changes_the_verdict_when_decided_anew(
    small: Engine, small_flips: list[tuple[Case, DecidedRecommendation]]
) -> None:
    verdicts = Verdicts(small)
    checked = 0
    for case, entry in small_flips:
        for flip in entry.flips:
            found = {verdicts.of(changed, entry.id) for changed in applied(case, flip, SMALL_VALUES)} - {"conflicting"}
            assert found, flip
            assert entry.verdict not in found, (case, entry.id, flip, found)
            checked += 1
    assert checked > 100_000


def parts_of(flip: tuple[Change, ...], only_large: bool) -> Iterator[tuple[Change, ...]]:
    """The proper parts of a flip that are not empty; of a long one, on request, only those that lack one change."""
    for size in range(len(flip) - 1, 0, -1):
        if not only_large or size == len(flip) - 1:
            yield from itertools.combinations(flip, size)


def parts_that_do_it_alone(
    flips: Iterable[tuple[Case, DecidedRecommendation]],
    verdicts: Verdicts,
    values: Mapping[str, Iterable[float]],
    only_large: bool = False,
) -> Iterator[str]:
    """Proper parts of flips after which every witness has another verdict, and no conflicting one."""
    for case, entry in flips:
        for flip in entry.flips:
            for part in parts_of(flip, only_large):
                found = {verdicts.of(changed, entry.id) for changed in applied(case, part, values)} - {"conflicting"}
                if found and entry.verdict not in found:
                    yield f"{case}: {entry.id} is {entry.verdict}; of {flip} {part} alone makes it {', '.join(found)}"


def test_no_part_of_a_flip_alters_the_verdict_alone(small: Engine, small_flips: list[tuple[Case, DecidedRecommendation]]) -> None:
    found = parts_that_do_it_alone(small_flips, Verdicts(small), SMALL_VALUES)
    assert next(found, None) is None


def test_every_verdict_has_a_flip(small_flips: list[tuple[Case, DecidedRecommendation]]) -> None:
    """At least that the patient leaves the scope of the source, or enters it."""
    assert [(case, entry.id) for case, entry in small_flips if not entry.flips] == []


@pytest.mark.parametrize("which", ["small_flips", "shipped_flips"])
def test_no_flip_contains_another(which: str, request: pytest.FixtureRequest) -> None:
    checked = 0
    for _, entry in request.getfixturevalue(which):
        flips = [frozenset((change.code, change.to) for change in flip) for flip in entry.flips]
        assert not any(one <= other for one, other in itertools.permutations(flips, 2)), entry
        checked += len(flips)
    assert checked > 1000


CONTRADICTIONS = {
    "its criterion": ("give-penicillin", Case(present=("fever", "sore_throat", "tender_nodes"), absent=("strep_sign",))),
    "its scope": ("give-penicillin", Case(present=("fever", "sore_throat", "tender_nodes"), absent=("sore_throat",))),
    "what overrides it": (
        "give-penicillin",
        Case(
            present=("drooling", "fever", "sore_throat", "tender_nodes"),
            absent=("drooling",),
            measurements={"temperature_c": 38.5},
        ),
    ),
    "what excludes the patient": ("gargle", Case(present=("fever", "sore_throat"), absent=("fever",))),
}


@pytest.mark.parametrize(("rule", "case"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_flips_of_a_conflicting_verdict_resolve_the_contradiction_in(rule: str, case: Case, small: Engine) -> None:
    (entry,) = (entry for entry in small.decide(case).recommendations if entry.id == rule)
    assert entry.verdict == "conflicting"
    assert entry.flips
    for flip in entry.flips:
        found = {small.verdicts(changed)[rule] for changed in applied(case, flip, SMALL_VALUES)}
        assert found, flip
        assert "conflicting" not in found, flip


@pytest.mark.parametrize(
    ("rule", "case", "flips"),
    [
        (
            "gargle",
            Case(),
            {("sore_throat absent",), ("sore_throat present",), ("fever present",), ("temperature_c >= 38",)},
        ),
        ("gargle", Case(present=("sore_throat",)), {("sore_throat absent",), ("fever present",), ("temperature_c >= 38",)}),
        (
            "examine-throat",
            Case(present=("sore_throat",), absent=("tonsillar_exudate",)),
            {("sore_throat absent",), ("tender_nodes assessed",)},
        ),
        (
            "refer-at-once",
            Case(present=("sore_throat",), absent=("drooling", "tender_nodes"), measurements={"temperature_c": 39.0}),
            {("sore_throat absent",), ("drooling present",), ("temperature_c > 40",)},
        ),
    ],
)
def test_flips_are_what_one_would_expect(rule: str, case: Case, flips: set[tuple[str, ...]], small: Engine) -> None:
    (entry,) = (entry for entry in small.decide(case, include_all=True).recommendations if entry.id == rule)
    found = {tuple(f"{change.code} {change.to}" for change in flip) for flip in entry.flips}
    assert {flip for flip in found if not any("age_months" in change for change in flip)} == flips


def witness_values(engine: Engine) -> dict[str, list[float]]:
    """For each measurement a value at, below and above each of its thresholds, further off than durations are told apart."""
    found: dict[str, list[float]] = {}
    for iri, measurement in engine.knowledge.measurements.items():
        thresholds = {
            value
            for comparison in engine.program.comparisons
            if comparison.measurement == iri and isinstance(comparison.criterion, Measured)
            for value in _thresholds(comparison.criterion)
        }
        around = sorted({threshold + step for threshold in thresholds for step in (-0.01, 0.0, 0.01)})
        found[measurement.code] = [value for value in around if measurement.minimum <= value <= measurement.maximum]
    return found


def _thresholds(criterion: Measured) -> Iterator[float]:
    for bound in (criterion.lower, criterion.upper):
        if bound:
            yield bound.value
            if bound.other is not None:
                yield bound.other


@pytest.fixture(scope="module")
def shipped_flips(engine: Engine) -> list[tuple[Case, DecidedRecommendation]]:
    """Up to three flips, chosen by seed, of each recommendation in twelve cases without contradiction."""
    chance = random.Random(25)  # noqa: S311
    found = []
    for case in sample_of(engine, 25, 24):
        decision = engine.decide(case, include_all=True)
        if not any(notice.code == "contradictory-input" for notice in decision.notices):
            for entry in decision.recommendations:
                chosen = chance.sample(entry.flips, min(3, len(entry.flips)))
                found.append((case, msgspec.structs.replace(entry, flips=tuple(chosen))))
    return found


def test_flips_of_the_shipped_knowledge_change_the_verdict_when_decided_anew(
    engine: Engine, shipped_flips: list[tuple[Case, DecidedRecommendation]]
) -> None:
    values = witness_values(engine)
    verdicts = Verdicts(engine)
    checked = 0
    for case, entry in shipped_flips:
        for flip in entry.flips:
            found = {verdicts.of(changed, entry.id) for changed in applied(case, flip, values)} - {"conflicting"}
            assert found, flip
            assert entry.verdict not in found, (case, entry.id, flip)
            checked += 1
    assert checked > 1000


def test_no_large_part_of_a_flip_of_the_shipped_knowledge_alters_the_verdict_alone(
    engine: Engine, shipped_flips: list[tuple[Case, DecidedRecommendation]]
) -> None:
    found = parts_that_do_it_alone(shipped_flips, Verdicts(engine), witness_values(engine), only_large=True)
    assert next(found, None) is None


# Criteria whose parts depend on each other ---------------------------------------------------

CONTRIVED = """
rule:contrived a core:Recommendation , sh:TripleRule ; rdfs:label "Contrived"@en ; sh:order 30 ; core:direction core:for ;
    core:modality core:may ; core:urgency core:routine ; core:intervention intervention:Gargling ;
    sh:condition shape:Contrived .
shape:Contrived a sh:NodeShape ; {} .
"""
HOT, COLD = (
    f"[ sh:path core:temperatureC ; sh:minCount 1 ; {facet} ]" for facet in ("sh:minExclusive 40", "sh:maxExclusive 37.5")
)


def contrived(folder: Path, criterion: str) -> Engine:
    """The small knowledge with one more recommendation."""
    return Engine(load_knowledge(write_small(folder, more={"shapes/rules/more.ttl": CONTRIVED.format(criterion)})))


def test_a_flip_never_asks_for_two_values_of_one_measurement(tmp_path: Path) -> None:
    engine = contrived(tmp_path, f"sh:and ( [ sh:or ( {COLD} [ core:present finding:Drooling ] ) ] {HOT} )")
    (entry,) = (entry for entry in engine.decide(Case()).recommendations if entry.id == "contrived")
    assert [flip for flip in entry.flips if not list(applied(Case(), flip, SMALL_VALUES))] == []


def test_a_flip_of_one_part_does_not_leave_the_verdict_to_another(tmp_path: Path) -> None:
    engine = contrived(
        tmp_path,
        "sh:or ( [ core:present finding:Drooling ] "
        "[ sh:and ( [ core:absent finding:Drooling ] [ core:present finding:PenicillinAllergy ] ) ] )",
    )
    case = Case(present=("drooling", "penicillin_allergy"))
    (entry,) = (entry for entry in engine.decide(case).recommendations if entry.id == "contrived")
    assert entry.verdict == "indicated"
    for flip in entry.flips:
        assert {engine.verdicts(changed)["contrived"] for changed in applied(case, flip, SMALL_VALUES)} != {"indicated"}, flip


def test_a_fact_that_no_completion_makes_decisive_is_not_missing(tmp_path: Path) -> None:
    engine = contrived(
        tmp_path,
        "sh:or ( [ core:present finding:Fever ] "
        "[ sh:and ( [ core:present finding:Fever ] [ core:present finding:Drooling ] ) ] )",
    )
    (entry,) = (entry for entry in engine.decide(Case()).recommendations if entry.id == "contrived")
    assert set(entry.missing) == {"fever", "temperature_c"}


def test_a_change_of_a_measurement_has_its_ranges_as_numbers() -> None:
    over = Measured(measurement="age", lower=Bound(value=50, inclusive=False))
    band = Measured(measurement="age", lower=Bound(value=6, inclusive=True, other=4), upper=Bound(value=12, inclusive=True))
    assert ranges(over) == ((Range(exclusive_minimum=50),), (Range(maximum=50),))
    assert ranges(band) == ((Range(minimum=6, maximum=12),), (Range(exclusive_maximum=4), Range(exclusive_minimum=12)))
    assert ranges_in_words(band) == (">= 6 and <= 12", "< 4 or > 12")
