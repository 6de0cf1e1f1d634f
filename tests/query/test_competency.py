"""The competency questions: each answers what it is asked of, with results that are reviewed when they change.

`SPINEGRAPH_GOLDEN=write python -m pytest tests/query/test_competency.py` writes the results anew; review the diff.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from spinegraph.api.query_library import IN_SOURCES, CompetencyQuery, QuestionError, competency_queries, read_query
from spinegraph.api.sparql_settings import derived_graph, served_files
from spinegraph.engine import Engine, load_knowledge, make_codebook, read_case_file
from spinegraph.engine.exchange.provenance.decision import decision_graph
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Program
from spinegraph.engine.query.dataset import load_store, take_snapshot

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = Path(__file__).parent / "expected"
QUERIES = competency_queries()
EMPTY_WITHOUT_FAULT: frozenset[str] = frozenset()
"""Questions whose answer may be that there is nothing."""


@pytest.fixture(scope="module")
def content() -> bytes:
    return take_snapshot(served_files(), derived_graph()).quads


@pytest.fixture(scope="module")
def knowledge(content: bytes) -> ox.Store:
    return load_store(content)


@pytest.fixture(scope="module")
def decided(content: bytes) -> ox.Store:
    store = load_store(content)
    engine = Engine(load_knowledge())
    case = read_case_file(ROOT / "docs" / "examples" / "red-flag.yaml", make_codebook(engine.knowledge)).case
    store.extend(
        ox.Quad(quad.subject, quad.predicate, quad.object) for quad in decision_graph(engine.knowledge, engine.decide(case))
    )
    return store


def _csv(store: ox.Store, query: CompetencyQuery) -> str:
    results = store.query(query.text)
    assert isinstance(results, ox.QuerySolutions)
    return (results.serialize(format=ox.QueryResultsFormat.CSV) or b"").decode().replace("\r\n", "\n")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_the_answer_is_as_reviewed(query: CompetencyQuery, knowledge: ox.Store, decided: ox.Store) -> None:
    answer = _csv(decided if query.case else knowledge, query)
    path = EXPECTED / f"{query.name}.csv"
    if os.environ.get("SPINEGRAPH_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(answer, encoding="utf-8")
    assert answer == path.read_text(encoding="utf-8")
    if query.name not in EMPTY_WITHOUT_FAULT:
        assert answer.count("\n") > 1


def test_there_are_enough_of_them_and_nothing_is_left_over() -> None:
    assert len(QUERIES) >= 50
    assert {path.stem for path in EXPECTED.glob("*.csv")} == {query.name for query in QUERIES}


@pytest.mark.parametrize("query", [query for query in QUERIES if not query.case], ids=lambda query: query.name)
def test_a_decision_beside_the_knowledge_changes_no_answer_about_the_knowledge(
    query: CompetencyQuery, knowledge: ox.Store, decided: ox.Store
) -> None:
    assert _csv(knowledge, query) == _csv(decided, query)


@pytest.mark.parametrize("query", [query for query in QUERIES if query.case], ids=lambda query: query.name)
def test_questions_about_a_case_find_nothing_without_one(query: CompetencyQuery, knowledge: ox.Store) -> None:
    assert _csv(knowledge, query).count("\n") == 1


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_question_is_well_written(query: CompetencyQuery) -> None:
    assert query.title.endswith("?")
    assert len(query.title) <= 130
    assert query.why.endswith(".")
    assert query.title not in [other.title for other in QUERIES if other.name != query.name]
    declared = set(re.findall(r"^PREFIX (\w+):", query.text, re.MULTILINE))
    body = query.text.split("SELECT", 1)[1]
    assert declared == set(re.findall(r"(?<![\w<])([a-z]+):\w", re.sub(r'"[^"]*"', "", body)))
    assert re.search(r"ORDER BY [^}]+$", query.text), "the last thing is an order: the same question, the same answer"


@pytest.fixture(scope="module")
def program() -> Program:
    return compile_program(load_knowledge())


def _resting_on(program: Program, inputs: set[str], slots: Iterable[int]) -> bool:
    """Whether any of some outputs of the rules' code is computed from any of some inputs: an oracle that reads no graph."""
    rests = {line.split(" = ")[0].strip(): set(re.findall(r"[a-z]+\d+", line.split(" = ")[1])) for line in _lines(program)}
    outputs = re.findall(r"\w+", program.code.rsplit("return", 1)[1])
    waiting = [outputs[slot] for slot in slots]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += rests.get(name, ())
    return bool(seen & inputs)


def _lines(program: Program) -> list[str]:
    return [line for line in program.code.splitlines() if re.match(r" +\w+ = ", line)]


def _comparisons(program: Program, measurement: str) -> set[str]:
    numbers = [number for number, one in enumerate(program.comparisons) if one.measurement == f"{BASE}core/{measurement}"]
    assert numbers
    return {f"c{side}{number}" for number in numbers for side in "hr"}


def _column(store: ox.Store, name: str, variable: str) -> set[str]:
    found = store.query(next(query for query in QUERIES if query.name == name).text)
    assert isinstance(found, ox.QuerySolutions)
    return {row[variable].value for row in found}


def test_what_depends_on_age_is_what_the_code_of_the_rules_computes_from_it(knowledge: ox.Store, program: Program) -> None:
    inputs = _comparisons(program, "ageYears")
    resting = {iri for iri, slots in program.rules.items() if _resting_on(program, inputs, slots.whole)}
    assert _column(knowledge, "depends-on-age", "rule") == resting


def test_what_an_esr_changes_is_what_the_code_of_the_rules_and_verdicts_computes_from_it(
    knowledge: ox.Store, program: Program
) -> None:
    inputs = _comparisons(program, "esrMmH")
    resting = {iri for iri, slots in program.rules.items() if _resting_on(program, inputs, slots.whole)}
    resting |= {iri for iri, slots in program.verdicts.items() if _resting_on(program, inputs, slots)}
    assert _column(knowledge, "what-an-esr-changes", "rule") == resting


def test_a_finding_has_no_consequence_if_the_code_of_the_rules_computes_nothing_from_it(
    knowledge: ox.Store, program: Program
) -> None:
    slots = [slot for one in (*(rule.whole for rule in program.rules.values()), *program.verdicts.values()) for slot in one]
    unused = {
        iri for number, iri in enumerate(program.findings) if not _resting_on(program, {f"gp{number}", f"ga{number}"}, slots)
    }
    assert _column(knowledge, "findings-without-consequence", "finding") == unused


def test_a_finding_raises_what_its_wider_findings_raise(knowledge: ox.Store) -> None:
    """Urinary retention is a bowel or bladder dysfunction, of which the document on knots speaks."""
    answer = _csv(knowledge, next(query for query in QUERIES if query.name == "findings-raising-several-suspicions"))
    assert "urinary retention,2,cauda equina syndrome; spinal cord compression" in answer
    only = _csv(knowledge, next(query for query in QUERIES if query.name == "suspicions-by-document"))
    assert "cauda equina syndrome,urinary retention" not in only
    assert "cauda equina syndrome,saddle anesthesia,000" in only


def test_the_page_lists_every_question() -> None:
    page = (IN_SOURCES / "README.md").read_text(encoding="utf-8")
    for query in QUERIES:
        assert f"[{query.title}]({query.name}.rq)" in page
        assert query.why in page
    assert page.count(".rq)") == len(QUERIES)


def test_a_file_without_a_head_is_refused() -> None:
    with pytest.raises(QuestionError, match="title, why, parameters"):
        read_query("bare", "SELECT * WHERE { ?s ?p ?o }")


def test_dependence_on_age_is_found_through_what_follows_from_it(knowledge: ox.Store) -> None:
    answer = _csv(knowledge, next(query for query in QUERIES if query.name == "depends-on-age"))
    assert "rule/age-over-50-from-age" in answer, "directly"
    assert "rule/spinal-malignancy-from-markers" in answer, "through the finding"
    assert "recommendation,https" in answer, "through the suspicion"
