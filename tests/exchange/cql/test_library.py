"""What a library has to have: a definition of everything, each name once, nothing that refers to nothing."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from spinegraph.engine import Knowledge, VocabularyError, load_knowledge
from spinegraph.engine.exchange import cql
from spinegraph.engine.exchange.cql.export import export_packages
from spinegraph.engine.exchange.cql.library import make_library
from spinegraph.engine.exchange.cql.tree import Definition, Library, Operation, ParameterRef, Ref
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import Criterion, Recommendation

from tests.exchange.cql.conftest import PACKAGES
from tests.validation.interactions.random_guidelines import Writer

VERDICTS = {
    "indicated", "conflicting", "provisional", "overridden", "undetermined", "done", "not-indicated", "out-of-scope",
}  # fmt: skip


def nodes(value: Any) -> Iterator[Any]:
    """All nodes of an expression."""
    if isinstance(value, tuple):
        for one in value:
            yield from nodes(one)
    elif isinstance(value, msgspec.Struct):
        yield value
        yield from nodes(msgspec.structs.astuple(value))


def defined(library: Library) -> dict[str, Definition]:
    return {definition.name: definition for definition in library.definitions}


def is_closed(library: Library) -> None:
    """Each name is given once, and whatever is referred to is there."""
    names = [definition.name for definition in library.definitions]
    parameters = [parameter.name for parameter in library.parameters]
    assert len(names + parameters) == len({*names, *parameters})
    for definition in library.definitions:
        for node in nodes(definition.expression):
            if isinstance(node, Ref):
                assert node.name in names, (definition.name, node.name)
            if isinstance(node, ParameterRef):
                assert node.name in parameters, (definition.name, node.name)


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_refers_to_nothing(libraries: Mapping[str, Library], package: str) -> None:
    is_closed(libraries[package])


@pytest.mark.parametrize("seed", range(12))
def test_nor_in_guidelines_with_every_kind_of_criterion(tmp_path: Path, seed: int) -> None:
    knowledge = Writer(seed, acts=bool(seed % 2), sums=not seed % 2, time=seed % 3 == 0).write(tmp_path)
    is_closed(make_library(knowledge, "Random", "1"))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_rule_criterion_and_verdict_is_defined(
    knowledge: Mapping[str, Knowledge], libraries: Mapping[str, Library], package: str
) -> None:
    found = defined(libraries[package])
    for rule in knowledge[package].rules.values():
        for name in (rule.id, f"{rule.id}: holds", f"{rule.id}: refuted"):
            assert name in found
        assert found[f"{rule.id}: holds"].passages == rule.passages
        if isinstance(rule, Recommendation):
            assert found[f"{rule.id}: verdict"].passages == rule.passages
        for criterion in shapes(rule.scope, rule.criterion):
            name = f"criterion {criterion.iri.rsplit('/', 1)[-1]}"
            assert found[f"{name}: holds"].passages == found[f"{name}: refuted"].passages == criterion.passages


def shapes(*criteria: Criterion | None) -> Iterator[Criterion]:
    """The criteria that have a shape of their own."""
    yield from (one for criterion in criteria if criterion is not None for one in criterion.walk() if one.iri)


def test_a_fact_is_said_by_two_parameters(libraries: Mapping[str, Library]) -> None:
    parameters = {parameter.name: parameter for parameter in libraries["sore-throat"].parameters}
    assert (parameters["cough"].type, parameters["cough"].default) == ("Boolean", None)
    both = parameters["cough: recorded both ways"]
    assert both.default is not None
    assert (both.type, both.default.value) == ("Boolean", False)
    assert parameters["temperature_c"].type == "Decimal"


def test_a_score_is_a_sum_with_two_ends(libraries: Mapping[str, Library]) -> None:
    library = libraries["sore-throat"]
    for end in ("least", "greatest"):
        expression = defined(library)[f"mcisaac_score: {end}"].expression
        assert isinstance(expression, Operation)
        assert expression.operator == "Sum"
    assert not any(isinstance(node, Operation) and node.operator == "Xor" for one in library.definitions for node in nodes(one))


def test_dates_are_compared_in_cql(libraries: Mapping[str, Library]) -> None:
    library = libraries["blood-pressure"]
    parameters = {parameter.name: parameter.type for parameter in library.parameters}
    assert parameters["systolic_mmhg: readings"] == "List<Tuple{number Integer, value Decimal, at Interval<Date>}>"
    assert parameters["performed:blood_pressure_check: last done"] == parameters["as of"] == "Interval<Date>"
    assert parameters["smoking_status"] == "String"
    assert library.missing == ()


def test_what_cql_is_not_asked_is_said(tmp_path: Path) -> None:
    """The last reading, and hours between readings, are left to the caller: as parameters, in the header and as `missing`."""
    for seed in range(0, 60, 5):
        (folder := tmp_path / str(seed)).mkdir()
        library = make_library(Writer(seed, time=True).write(folder), "Random", "1")
        if library.missing:
            break
    assert library.missing
    assert {*library.missing} <= {parameter.name for parameter in library.parameters if parameter.type == "Boolean"}
    assert all(any(name in line for line in library.header) for name in library.missing)


def test_a_verdict_is_one_of_those_that_there_are(libraries: Mapping[str, Library]) -> None:
    said = {
        item.value
        for library in libraries.values()
        for name, definition in defined(library).items()
        if name.endswith(": verdict as recorded")
        for item in nodes(definition.expression)
        if isinstance(getattr(item, "value", None), str)
    }
    assert said == VERDICTS


def test_a_package_comes_with_what_bears_on_it_and_includes_no_other(knowledge: Mapping[str, Knowledge]) -> None:
    together = load_knowledge(named_paths(*(folder for name in PACKAGES[:2] for folder in shipped_packages()[name])))
    found = {one.package: one.library for one in export_packages(together, (), {"ankle-and-foot": "3.0"})}
    assert {name: library.name for name, library in found.items()} == {
        "ankle-and-foot": "AnkleAndFoot",
        "blood-pressure": "BloodPressure",
    }
    assert found["ankle-and-foot"].version == "3.0"
    assert found["blood-pressure"].version == together.version
    rules = [rule.id for rule in knowledge["ankle-and-foot"].rules.values()]
    assert set(rules) <= set(defined(found["ankle-and-foot"]))
    assert not set(rules) & set(defined(found["blood-pressure"]))
    with pytest.raises(VocabularyError, match="There is no package 'nose'"):
        list(export_packages(together, ("nose",), {}))


@pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.iter_modules(cql.__path__)))
def test_worked_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"{cql.__name__}.{name}")).failed == 0


@pytest.mark.parametrize("seed", [22])
def test_no_definition_rests_on_itself(tmp_path: Path, seed: int) -> None:
    """A score of which one item is enough is that item: it is not written as a sum of itself."""
    library = make_library(Writer(seed, sums=True).write(tmp_path), "Random", "1")
    resting = {
        name: {node.name for node in nodes(definition.expression) if isinstance(node, Ref)}
        for name, definition in defined(library).items()
    }
    TopologicalSorter(resting).prepare()
