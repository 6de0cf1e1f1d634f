"""What the engine offers to others: a pinned list, so that adding or losing a name is a decision."""

from __future__ import annotations

import textwrap
from importlib import import_module

import pytest
from spinegraph.engine import Decision, SpinegraphError

engine = import_module("spinegraph.engine")

PUBLIC = [
    "DISCLAIMER",
    "MAX_BYTES",
    "Case",
    "CaseError",
    "CaseFile",
    "CaseTooLargeError",
    "Codebook",
    "CriterionError",
    "Decision",
    "Engine",
    "IncoherentOntologyError",
    "Knowledge",
    "KnowledgeError",
    "MalformedCaseError",
    "MeasurementError",
    "PopulationError",
    "Proof",
    "ProvenanceError",
    "Question",
    "ReasonerError",
    "Recommendation",
    "RuleCycleError",
    "SpinegraphError",
    "TurtleSyntaxError",
    "UnknownCodeError",
    "VocabularyError",
    "decide_patients",
    "disclaimer_of",
    "knowledge_paths",
    "load_knowledge",
    "make_case",
    "make_case_file",
    "make_codebook",
    "parse_json",
    "parse_turtle",
    "parse_yaml",
    "read_case_file",
    "shipped_paths",
]


def test_the_facade_is_pinned() -> None:
    assert engine.__all__ == PUBLIC


def test_every_public_name_is_there() -> None:
    assert [name for name in PUBLIC if not hasattr(engine, name)] == []


@pytest.mark.parametrize(
    "name",
    [name for name in PUBLIC if name != name.upper() and not name.endswith("Error")],
)
def test_every_public_class_and_function_is_documented(name: str) -> None:
    assert getattr(engine, name).__doc__


def test_every_error_that_names_a_kind_of_mistake_has_a_title_of_its_own() -> None:
    tree: list[type[SpinegraphError]] = [SpinegraphError]
    for kind in tree:
        tree += kind.__subclasses__()
    assert {kind.__name__ for kind in tree} >= {name for name in PUBLIC if name.endswith("Error")}
    titles = [kind.title for kind in tree if "title" in vars(kind)]
    assert len(set(titles)) == len(titles)


def test_the_example_in_the_facade_runs() -> None:
    assert engine.__doc__ is not None
    example = textwrap.dedent(engine.__doc__.split("\n\n", 1)[1])
    space: dict[str, object] = {}
    exec(compile(example, "<example>", "exec"), space)  # noqa: S102
    decision = space["decision"]
    assert isinstance(decision, Decision)
    assert decision.recommendations
