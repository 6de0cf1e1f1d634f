"""docs/criteria.md is true: every row of its tables is what the program and pySHACL decide, every dual what the tool writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import SH
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.criteria import dual_of
from spinegraph.engine.criteria.shapes import node_shape
from spinegraph.engine.decide.case import make_case
from spinegraph.engine.decide.codebook import make_codebook
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.decide.shape_graph import DUAL, add_score_rules, add_shape
from spinegraph.engine.knowledge.profile import TERMS
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import TRUTHS, Criterion, Truth

from tests.oracle import differences
from tests.small import HEAD, write_small

PAGE = (Path(__file__).parent.parent / "docs" / "criteria.md").read_text(encoding="utf-8")
RULE = """
rule:tested a core:Assessment , sh:TripleRule ; rdfs:label "tested"@en ; sh:order 25 ; sh:condition shape:Example ;
    sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:tested ; core:assesses condition:DeepNeckInfection ;
    core:source source:sore-throat ; prov:wasDerivedFrom passage:900-L003a .
shape:RulesOfOrder25 a sh:NodeShape ; sh:targetClass core:Case ; sh:order 25 ; sh:rule rule:tested .
"""
TESTED = expand("rule:tested")
FORM = re.compile(
    r"```turtle\n((?:(?!```).)*?shape:Example.*?)```\n\n(\|.*?)\n\nRefuted[^\n]*:\n\n```turtle\n(.*?)```", re.DOTALL
)
NAMING = re.compile(
    r"(?:core|sh):(?:at\w+|score|path|in|difference|ratio|\w*[pP]erformed|\w*[tT]aking|\w*[sS]uspected|present|absent|unassessed|and|or|node)\b"
)


class Example(NamedTuple):
    """A shape, what it says of which records (and the words of its score), and its dual."""

    shape: str
    rows: tuple[tuple[str, str, Truth], ...]
    dual: str


def examples() -> Iterator[Example]:
    """Each block with a shape, the table below it and the block below that."""
    for shape, table, dual in FORM.findall(PAGE):
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]
        yield Example(shape, tuple((row[0], row[1] if len(row) > 2 else "", _truth(row[-1])) for row in rows), dual)


def _truth(word: str) -> Truth:
    (found,) = (truth for truth in TRUTHS if truth == word)
    return found


EXAMPLES = list(examples())
IDS = [" ".join(dict.fromkeys(NAMING.findall(one.shape))) for one in EXAMPLES]


def case_of(recorded: str, engine: Engine) -> Case:
    data = {} if recorded == "nothing" else yaml.safe_load("{" + recorded.strip("`") + "}")
    return make_case(data, make_codebook(engine.knowledge))


def engine_of(example: Example, folder: Path) -> tuple[Engine, tuple[Path, ...]]:
    paths = write_small(folder, more={"shapes/rules/tested.ttl": example.shape + RULE})
    return Engine(load_knowledge(paths)), paths


def criterion_of(engine: Engine) -> Criterion:
    criterion = engine.knowledge.rules[TESTED].criterion
    assert criterion is not None
    return criterion


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_every_row_is_what_is_decided(example: Example, tmp_path: Path) -> None:
    engine, _ = engine_of(example, tmp_path)
    node = engine.graph.node(criterion_of(engine))
    for recorded, words, truth in example.rows:
        explained = engine.explain(case_of(recorded, engine))
        assert TRUTHS[node.truth(explained)] == truth, recorded
        assert words in node.proof(explained).label, recorded


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_every_row_is_what_shacl_says(example: Example, tmp_path: Path) -> None:
    engine, paths = engine_of(example, tmp_path)
    cases = [case_of(recorded, engine) for recorded, _, _ in example.rows]
    assert list(differences(engine, Oracle(engine.knowledge, paths), cases)) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_the_dual_is_the_one_that_is_written(example: Example, tmp_path: Path) -> None:
    engine, _ = engine_of(example, tmp_path)
    written, shown = Graph(), Graph()
    add_shape(written, URIRef(expand("shape:Dual")), node_shape(dual_of(criterion_of(engine))))
    shown.parse(data=f"{HEAD}\n{example.dual}", format="turtle")
    assert isomorphic(written, shown), written.serialize(format="turtle")


def test_the_sums_of_a_score_are_written_as_the_page_shows(tmp_path: Path) -> None:
    (example,) = (one for one in EXAMPLES if "core:score" in one.shape)
    engine, paths = engine_of(example, tmp_path)
    graph = Graph()
    for path in paths:
        if path.suffix == ".ttl":
            graph.parse(path)
    add_score_rules(graph, engine.knowledge)
    (written,) = graph.objects(DUAL["sum-throat"], SH.construct)
    (shown,) = re.findall(r"```sparql\n(.*?)```", PAGE, re.DOTALL)
    form = re.escape(" ".join(shown.split())).replace("…", ".*")
    assert re.fullmatch(form, " ".join(str(written).split())), written


def test_every_term_of_the_profile_is_on_the_page() -> None:
    assert [term for term in TERMS if term not in PAGE] == []
    assert len(EXAMPLES) >= len(TERMS) // 2
