"""Every kind of criterion has every facet; the worked examples in the modules of criteria are true."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
from spinegraph.engine import criteria
from spinegraph.engine.criteria import KINDS, clause_of, dual_of, kind_of, words_of
from spinegraph.engine.criteria.kind import Kind
from spinegraph.engine.criteria.words import LABEL, OUTLINE, PAGE, Names
from spinegraph.engine.knowledge.profile import CONSTRAINTS, MODIFIERS
from spinegraph.engine.model import (
    Absent,
    And,
    Apart,
    AtLeast,
    AtMost,
    Bound,
    Changed,
    ChangedRatio,
    Criterion,
    DatedAbsent,
    DatedNotPerformed,
    DatedNotTaking,
    DatedPerformed,
    DatedPresent,
    DatedTaking,
    Difference,
    Following,
    Latest,
    Measured,
    NotPerformed,
    NotSuspected,
    NotTaking,
    OneOf,
    Or,
    Performed,
    Present,
    Ratio,
    Repeated,
    Score,
    Scored,
    ScoreItem,
    Suspected,
    Taking,
    Unassessed,
    Window,
)

FEVER = Present(finding="fever")
SCORE = Score(
    iri="mcisaac", code="mcisaac", label="McIsaac score", patient_label="your score",
    items=(ScoreItem(points=2.5, criterion=FEVER), ScoreItem(points=-1, criterion=Absent(finding="chills"))),
)  # fmt: skip
ONE_OF_EACH: tuple[Criterion, ...] = (
    FEVER,
    Present(finding="fever", absence_inconclusive=True),
    Absent(finding="fever"),
    Unassessed(finding="fever"),
    Suspected(condition="sepsis"),
    NotSuspected(condition="sepsis"),
    Measured(measurement="age", lower=Bound(value=50, inclusive=False)),
    Measured(measurement="weeks", lower=Bound(value=6, inclusive=True, other=4), upper=Bound(value=12, inclusive=True)),
    Measured(measurement="age"),
    OneOf(coded="sex", codes=("female", "other"), others=("male",)),
    OneOf(coded="sex", codes=("female",), others=()),
    Difference(measurement="urea", other="creatinine", factor=10, lower=Bound(value=0, inclusive=False)),
    Ratio(measurement="urea", other="creatinine", factor=1, upper=Bound(value=2, inclusive=True)),
    Performed(intervention="scan"),
    NotPerformed(intervention="scan"),
    Taking(intervention="drug"),
    NotTaking(intervention="drug"),
    DatedPresent(thing="fever", window=Window(amount=12, unit="mo"), times=3),
    DatedAbsent(thing="fever", since="scan", since_kind="performed"),
    DatedPerformed(thing="scan", window=Window(amount=1, unit="d")),
    DatedNotPerformed(thing="scan", window=Window(amount=30, unit="d")),
    DatedTaking(thing="drug", since="fever"),
    DatedNotTaking(thing="drug", window=Window(amount=1, unit="mo")),
    DatedPresent(thing="fever", after=Following(event="scan", kind="performed")),
    DatedAbsent(thing="fever", after=Following(event="drug", kind="taking", apart=Apart(amount=14, unit="d"))),
    Repeated(measurement="urea", lower=Bound(value=140, inclusive=True), times=2, apart=Apart(amount=1, unit="d")),
    Latest(measurement="urea", upper=Bound(value=2, inclusive=False), window=Window(amount=3, unit="mo")),
    Changed(measurement="urea", upper=Bound(value=-10, inclusive=True)),
    ChangedRatio(measurement="urea", lower=Bound(value=2, inclusive=True)),
    AtLeast(count=1, group="sign", members=(FEVER, Absent(finding="chills"))),  # type: ignore[arg-type]
    AtMost(count=0, group="sign", members=(FEVER,)),
    And(children=(FEVER,)),
    Or(children=(FEVER,)),
    Scored(score=SCORE, lower=Bound(value=2, inclusive=True)),
    Scored(score=SCORE, lower=Bound(value=0, inclusive=False), upper=Bound(value=2, inclusive=False)),
)
NAMES = Names(lambda iri: f"<{iri}>", lambda _: "a", lambda _, code: code)


def _structs(kind: type[Criterion]) -> Iterator[type[Criterion]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for one in below:
        yield from _structs(one)


def test_every_criterion_of_the_model_is_of_one_kind() -> None:
    assert sorted(kind.criterion.__name__ for kind in KINDS) == sorted(struct.__name__ for struct in _structs(Criterion))


def test_a_kind_that_lacks_a_facet_cannot_be_made() -> None:
    """No facet has a default: forgetting one is an error when the module is imported."""
    assert Kind._field_defaults == {}
    with pytest.raises(TypeError, match="missing"):
        Kind(Present, "core:present", ())  # type: ignore[call-arg]


@pytest.mark.parametrize("criterion", ONE_OF_EACH, ids=lambda one: one.operator)
def test_every_facet_answers(criterion: Criterion) -> None:
    kind = kind_of(criterion)
    assert all(callable(facet) for facet in kind[3:])
    assert kind.constraint in CONSTRAINTS
    assert set(kind.modifiers) <= MODIFIERS.keys()
    assert dual_of(criterion)
    assert clause_of(criterion, NAMES).operator == criterion.operator
    assert words_of(criterion, NAMES, OUTLINE)


def test_the_sample_has_every_kind() -> None:
    assert {type(criterion) for criterion in ONE_OF_EACH} == {kind.criterion for kind in KINDS}


def test_criteria_in_the_words_of_each_text() -> None:
    written = [[words_of(criterion, NAMES, style) for style in (LABEL, PAGE, OUTLINE)] for criterion in ONE_OF_EACH]
    assert written == [
        ["<fever> present", "<fever>: present", "present <fever>"],
        [
            "<fever> present",
            "<fever>: present (its absence refutes nothing)",
            "present <fever> (its absence proves nothing)",
        ],
        ["<fever> absent", "<fever>: absent", "absent <fever>"],
        ["<fever> not assessed", "<fever>: not assessed", "unassessed <fever>"],
        ["<sepsis> suspected", "<sepsis>: suspected", "suspected <sepsis>"],
        ["<sepsis> not suspected", "<sepsis>: not suspected", "not suspected <sepsis>"],
        ["<age> > 50 a", "<age> > 50 a", "<age> > 50 (refuted: <= 50)"],
        [
            "<weeks> >= 6 and <= 12 a",
            "<weeks> >= 6 and <= 12 a (refuted < 4 or > 12; open between)",
            "<weeks> >= 6 and <= 12 (refuted: < 4 or > 12)",
        ],
        ["<age> known a", "<age> known a", "<age> known (refuted: not known)"],
        ["<sex> female or other", "<sex> female or other", "<sex> female or other (refuted: male)"],
        ["<sex> female", "<sex> female", "<sex> female (refuted: not known)"],
        [
            "<urea> minus 10 times <creatinine> > 0 a",
            "<urea> minus 10 times <creatinine> > 0 a",
            "<urea> minus 10 times <creatinine> > 0 (refuted: <= 0)",
        ],
        ["<urea> divided by <creatinine> <= 2"] * 2 + ["<urea> divided by <creatinine> <= 2 (refuted: > 2)"],
        ["<scan> done", "<scan>: done", "performed <scan>"],
        ["<scan> not done", "<scan>: not done", "not performed <scan>"],
        ["<drug> taken", "<drug>: taken", "taking <drug>"],
        ["<drug> not taken", "<drug>: not taken", "not taking <drug>"],
        [
            *["<fever> present 3 times within the last 12 months"] * 2,
            "<fever> present 3 times within the last 12 months (refuted: not present within the last 12 months)",
        ],
        ["<fever> not present since <scan>"] * 2 + ["<fever> not present since <scan> (refuted: present since <scan>)"],
        ["<scan> done within the last 1 day"] * 2
        + ["<scan> done within the last 1 day (refuted: not done within the last 1 day)"],
        ["<scan> not done within the last 30 days"] * 2
        + ["<scan> not done within the last 30 days (refuted: done within the last 30 days)"],
        ["<drug> taken since <fever>"] * 2 + ["<drug> taken since <fever> (refuted: not taken since <fever>)"],
        ["<drug> not taken within the last 1 month"] * 2
        + ["<drug> not taken within the last 1 month (refuted: taken within the last 1 month)"],
        ["<fever> present after <scan>"] * 2 + ["<fever> present after <scan> (refuted: not present after <scan>)"],
        ["<fever> not present at least 14 days after taking <drug>"] * 2
        + [
            "<fever> not present at least 14 days after taking <drug> (refuted: present at least 14 days after taking <drug>)",
        ],
        ["<urea> >= 140 a 2 times, 1 day apart"] * 2 + ["<urea> >= 140 a 2 times, 1 day apart (refuted: not 2 times)"],
        [
            *["last <urea> within the last 3 months < 2 a"] * 2,
            "last <urea> within the last 3 months < 2 (refuted: >= 2)",
        ],
        [
            *["last <urea> minus the one before <= -10 a"] * 2,
            "last <urea> minus the one before <= -10 (refuted: > -10)",
        ],
        ["last <urea> divided by the one before >= 2"] * 2 + ["last <urea> divided by the one before >= 2 (refuted: < 2)"],
        ["at least 1 of <sign>"] * 3,
        ["at most 0 of <sign>"] * 3,
        ["all of"] * 3,
        ["any of"] * 3,
        ["<mcisaac> at least 2"] * 3,
        ["<mcisaac> more than 0 and less than 2"] * 3,
    ]


@pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.iter_modules(criteria.__path__)))
def test_worked_examples(name: str) -> None:
    module = importlib.import_module(f"{criteria.__name__}.{name}")
    assert doctest.testmod(module).failed == 0


def test_kinds_rest_on_the_model_alone() -> None:
    """What they need of shapes, programs and facts they ask of protocols; words come from the catalogues."""
    for module in pkgutil.iter_modules(criteria.__path__):
        source = inspect.getsource(importlib.import_module(f"{criteria.__name__}.{module.name}"))
        imports = [line for line in source.splitlines() if line.startswith("from spinegraph.")]
        foreign = [line for line in imports if line.split(".")[2].split()[0] not in ("criteria", "model", "errors", "messages")]
        assert foreign == []
