"""Flips held against counting: on small random guidelines, every set of changes there is, decided anew.

A set of changes alters a verdict if it gives another one, whichever value a measurement has in the range that it names, or a
coded property has of those, but for values that contradict the record. A flip does so, and no part of it does.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.criteria.bits import bits_of
from spinegraph.engine.criteria.changes import MAX_SETS
from spinegraph.engine.decide.facts import members
from spinegraph.engine.knowledge.files import shipped_folder
from spinegraph.engine.model import CaseValue, Change, DecidedRecommendation, Knowledge

from tests.decide.changes import in_range
from tests.small import HEAD
from tests.validation.interactions.random_guidelines import CODES as RISKS
from tests.validation.interactions.random_guidelines import VALUES, EveryPatient, Writer

pytestmark = pytest.mark.slow

GUIDELINES = 16
CASES = 5
CODES = tuple(f"f_{name}" for name in "abcde")
VALUED: Mapping[str, tuple[CaseValue, ...]] = {"level": tuple(value for value in VALUES if value is not None), "risk": RISKS}
Changes = frozenset[tuple[str, str]]


class Counting:
    """One guideline and one of its patients: what every set of changes does to the verdicts."""

    def __init__(self, engine: Engine, case: Case, known: dict[tuple[object, ...], Mapping[str, str]]) -> None:
        self._engine = engine
        self.case = case
        self._known = known
        self.verdicts = self._decide(case)

    def alters(self, changes: Changes, rule: str) -> bool:
        """Whether every record that the changes allow without a contradiction has another verdict."""
        verdicts = {self._decide(record)[rule] for record in self._records(changes)} - {"conflicting"}
        return bool(verdicts) and self.verdicts[rule] not in verdicts

    def is_flip(self, changes: Changes, rule: str) -> bool:
        return self.alters(changes, rule) and not any(self.alters(part, rule) for part in parts_of(changes))

    def possible(self, changes: Changes, rule: str) -> Iterator[Mapping[str, CaseValue]]:
        """The values of what the changes measure anew with which they do not contradict the record."""
        moved = {code for code, _ in changes} & VALUED.keys()
        for record in self._records(changes):
            if self._decide(record)[rule] != "conflicting":
                yield {code: record.values[code] for code in moved}

    def _records(self, changes: Changes) -> Iterator[Case]:
        sides = dict.fromkeys(self.case.present, "present") | dict.fromkeys(self.case.absent, "absent")
        sides |= {code: to for code, to in changes if code not in VALUED}
        present, absent = (tuple(sorted(c for c, found in sides.items() if found == side)) for side in ("present", "absent"))
        moved = [code for code in VALUED if any(code == other for other, _ in changes)]
        fitting = [
            [value for value in VALUED[code] if all(fits(value, to) for on, to in changes if on == code)] for code in moved
        ]
        for values in itertools.product(*fitting):
            known = {**self.case.values, **dict(zip(moved, values, strict=True))}
            yield Case(present=present, absent=absent, **members(known))

    def _decide(self, case: Case) -> Mapping[str, str]:
        key = (case.present, case.absent, case.values.get("level"), case.values.get("risk"))
        if key not in self._known:
            self._known[key] = self._engine.verdicts(case)
        return self._known[key]


def fits(value: CaseValue, to: str) -> bool:
    """Whether a value is what a change says in words."""
    return value in to.split(" or ") if isinstance(value, str) else in_range(value, to)


def parts_of(changes: Changes) -> Iterator[Changes]:
    """The proper parts that are not empty."""
    for size in range(1, len(changes)):
        yield from map(frozenset, itertools.combinations(sorted(changes), size))


def every_set(ranges: Iterable[tuple[str, str]]) -> Iterator[Changes]:
    """All sets of changes, with at most two of what has a value, smallest first."""
    levels = [(), *itertools.combinations(sorted(ranges), 1), *itertools.combinations(sorted(ranges), 2)]
    found = []
    for sides in itertools.product((None, "present", "absent"), repeat=len(CODES)):
        told = [(code, side) for code, side in zip(CODES, sides, strict=True) if side]
        found += [frozenset([*told, *level]) for level in levels]
    return iter(sorted(filter(None, found), key=len))


def as_changes(flip: tuple[Change, ...]) -> Changes:
    return frozenset((change.code, change.to) for change in flip)


class Implied:
    """What a set of changes also makes true: broader findings present, narrower ones absent, wider ranges."""

    def __init__(self, engine: Engine) -> None:
        knowledge = engine.knowledge
        code_of = {iri: finding.code for iri, finding in knowledge.findings.items()}
        self._reach = {
            side: {
                code_of[iri]: {code_of[other] for other in reached if other in code_of}
                for iri, reached in relation.items()
                if iri in code_of
            }
            for side, relation in (("present", knowledge.hierarchy.broader), ("absent", knowledge.hierarchy.narrower))
        }
        self._ranges = {(change.code, change.to) for change in engine.graph.facts.changes if change.code in VALUED}

    def closed(self, changes: Changes, values: Mapping[str, CaseValue]) -> Changes:
        """With these values of what does not stay as it is."""
        found = {(other, to) for code, to in changes if code not in VALUED for other in (code, *self._reach[to].get(code, ()))}
        return frozenset({*found, *((code, to) for code, to in self._ranges if code in values and fits(values[code], to))})


def ranges_named(engine: Engine, rule: str) -> list[tuple[str, str]]:
    """The ranges and coded values that the rule, and what displaces it, leaves it open or excludes the patient, name."""
    (named,) = (entry.applicability.position.named for entry in engine._recommendations if entry.rule.id == rule)
    changes = engine.graph.facts.changes
    return sorted({(changes[number].code, changes[number].to) for number in bits_of(named) if changes[number].code in VALUED})


@pytest.fixture(scope="module", params=[(seed, sums) for sums in (False, True) for seed in range(GUIDELINES)])
def guideline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, list[Case]]:
    """A random guideline, and some of its patients without contradiction."""
    seed, sums = request.param
    knowledge = Writer(seed, sums=sums).write(tmp_path_factory.mktemp("guideline"))
    patients = EveryPatient(knowledge).cases
    return Engine(knowledge), random.Random(seed).sample(patients, CASES)  # noqa: S311


def decided(engine: Engine, cases: Iterable[Case]) -> Iterator[tuple[Counting, DecidedRecommendation]]:
    known: dict[tuple[object, ...], Mapping[str, str]] = {}
    for case in cases:
        counting = Counting(engine, case, known)
        for entry in engine.decide(case, include_all=True).recommendations:
            yield counting, entry


def test_every_flip_alters_the_verdict_and_no_part_of_it_does(guideline: tuple[Engine, list[Case]]) -> None:
    flips = 0
    for counting, entry in decided(*guideline):
        assert counting.verdicts[entry.id] == entry.verdict
        for flip in map(as_changes, entry.flips):
            assert counting.is_flip(flip, entry.id), (counting.case, entry.id, entry.verdict, flip)
            flips += 1
    assert flips


def test_every_way_to_alter_a_verdict_is_among_its_flips(guideline: tuple[Engine, list[Case]]) -> None:
    """Itself, or with less to be found: a broader finding present, a narrower one absent, a wider range.

    Single changes always; larger sets where the decision says that all are listed.
    """
    engine, cases = guideline
    implied = Implied(engine)
    for counting, entry in decided(engine, cases):
        flips = [as_changes(flip) for flip in entry.flips]
        for changes in every_set(ranges_named(engine, entry.id)):
            if len(changes) > 1 and not entry.flips_complete:
                break
            reached = (implied.closed(changes, value) for value in counting.possible(changes, entry.id))
            if not all(any(flip <= closed for flip in flips) for closed in reached):
                assert not counting.is_flip(changes, entry.id), (counting.case, entry.id, entry.verdict, changes, flips)


def test_that_all_flips_are_listed_is_said_where_the_scope_is_known(guideline: tuple[Engine, list[Case]]) -> None:
    """On guidelines this small no limit is met but that of the sets that are kept, at the end or on the way."""
    engine, cases = guideline
    for counting, entry in decided(engine, cases):
        scope = engine.knowledge.rules[entry.iri].scope
        pending = scope is not None and engine.graph.node(scope).truth(engine.explain(counting.case)) == 0
        larger = sum(len(flip) > 1 for flip in entry.flips)
        assert entry.flips_complete == (not pending) or larger >= MAX_SETS // 2, (counting.case, entry.id, larger)


@pytest.mark.parametrize(
    ("signs", "case", "larger", "complete"),
    [
        (3, Case(), 6, True),
        (4, Case(), MAX_SETS, False),
        (4, Case(present=("sign_1",)), 4, True),
        (3, Case(present=("sign_1",), absent=("sign_1",)), 6, False),
    ],
    ids=["three pairs of signs to have and three to lack", "six and four are too many", "one sign is known", "a contradiction"],
)
def test_a_list_that_a_limit_cut_says_so(signs: int, case: Case, larger: int, complete: bool, tmp_path: Path) -> None:
    (entry,) = Engine(two_signs_of(signs, tmp_path)).decide(case).recommendations
    assert sum(len(flip) > 1 for flip in entry.flips) == larger
    assert entry.flips_complete is complete


def two_signs_of(count: int, folder: Path) -> Knowledge:
    """One recommendation, for whoever has two of so many signs."""
    kinds = "".join(
        f'finding:Sign{number} a owl:Class ; rdfs:subClassOf finding:Sign ; skos:notation "sign_{number}" .\n'
        for number in range(1, count + 1)
    )
    path = folder / "guideline.ttl"
    path.write_text(HEAD + kinds + TWO_SIGNS, encoding="utf-8")
    return load_knowledge([shipped_folder("ontology") / "core.ttl", shipped_folder("shapes") / "criteria.ttl", path])


TWO_SIGNS = """
finding:Sign a owl:Class ; rdfs:subClassOf core:Finding ; skos:notation "sign" ; core:derivedOnly true .
intervention:Rest a owl:Class ; rdfs:subClassOf core:Intervention ; skos:notation "rest" .
source:P a core:Source ; dcterms:identifier "P" .
passage:P1 a core:Passage ; core:source source:P ; dcterms:identifier "P1" .
shape:two-signs a sh:NodeShape ; sh:node [ core:atLeast 2 ; core:of finding:Sign ] .
rule:rest a core:Recommendation , sh:TripleRule ; sh:order 30 ; sh:condition shape:two-signs ; sh:subject sh:this ;
    sh:predicate core:holds ; sh:object rule:rest ; core:direction core:for ; core:modality core:should ;
    core:urgency core:routine ; core:intervention intervention:Rest ; core:source source:P ; prov:wasDerivedFrom passage:P1 .
shape:Rules a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule rule:rest .
"""
