"""Rules exported for other engines: what is in the folder, and that it decides what the program decides."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import shifty
from rdflib import DCTERMS, RDF, Graph
from rdflib.collection import Collection
from rdflib.namespace import SH
from spinegraph.engine import Case, Engine
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.portable_rules import LISTS, NESTED, RULE_TYPES
from spinegraph.engine.decide.reference import program_bits
from spinegraph.engine.decide.shape_graph import CORE
from spinegraph.engine.exchange.portable import CASE, Form, write_portable

from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer, paths_in

FORMS: tuple[Form, ...] = ("sparql", "core")


@pytest.mark.parametrize("form", FORMS)
def test_what_is_exported_decides_what_the_program_decides(
    form: Form, small: Engine, small_paths: tuple[Path, ...], tmp_path: Path
) -> None:
    encoder, program = CaseEncoder(small.program), small.program
    said = set()
    for case in itertools.islice(random_cases(program, seed=5), 5):
        write_portable(small, small_paths, form, tmp_path, case)
        result = shifty.infer([tmp_path / "data.ttl", tmp_path / "case.ttl"], tmp_path / "shapes.ttl", on_unsupported="error")
        found = Graph().parse(data=result.graph_ntriples, format="nt")
        expected = program_bits(small.knowledge, program.run(encoder.planes(case)), program.rules, {}, {})
        for predicate, ours in ((CORE.holds, expected.holds), (CORE.refuted, expected.refuted)):
            assert ours == set(map(str, found.objects(CASE, predicate)))
            said |= {(predicate, bool(ours))}
    assert {(CORE.holds, True), (CORE.refuted, True)} <= said


@pytest.mark.parametrize("form", FORMS)
def test_every_rule_and_every_shape_inside_another_has_one_type(
    form: Form, small: Engine, small_paths: tuple[Path, ...], tmp_path: Path
) -> None:
    write_portable(small, small_paths, form, tmp_path)
    graph = Graph().parse(tmp_path / "shapes.ttl")
    rules = set(graph.objects(None, SH.rule))
    assert len(rules) > len(small.knowledge.rules)
    assert all([kind in RULE_TYPES for kind in graph.objects(rule, RDF.type)] == [True] for rule in rules)
    assert (None, DCTERMS.type, CORE.Recommendation) in graph
    nested = {shape for predicate in NESTED for shape in graph.objects(None, predicate)}
    nested |= {shape for word in LISTS for head in graph.objects(None, word) for shape in Collection(graph, head)}
    assert nested
    assert [shape for shape in nested if len(list(graph.objects(shape, RDF.type))) != 1] == []
    assert not (tmp_path / "case.ttl").exists()


@pytest.mark.parametrize("form", FORMS)
def test_the_same_rules_are_written_in_the_same_bytes(
    form: Form, small: Engine, small_paths: tuple[Path, ...], tmp_path: Path
) -> None:
    case = Case(present=("sore_throat",))
    once, again = (write_portable(small, small_paths, form, tmp_path / name, case).files for name in ("once", "again"))
    assert len(once) == 4
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]


def test_what_core_cannot_say_is_named(tmp_path: Path) -> None:
    engine = Engine(Writer(1, acts=True).write(tmp_path))
    written = write_portable(engine, paths_in(tmp_path), "core", tmp_path / "out")
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert written.left_out
    assert written.rules + len(written.left_out) == len(engine.knowledge.rules)
    for iri in written.left_out:
        assert f"- `rule:{iri.rsplit('/', 1)[1]}`: it " in text.replace("tension:", "rule:")


def test_the_folder_says_what_it_is(small: Engine, small_paths: tuple[Path, ...], tmp_path: Path) -> None:
    write_portable(small, small_paths, "sparql", tmp_path, Case(present=("sore_throat",)))
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert small.knowledge.digest in text
    assert "not a medical device" in text
    assert all(source.number in text for source in small.knowledge.sources.values())
    assert "`case.ttl`" in text
