"""Scores as they are read, and what is refused of them, in which words and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.errors import CriterionError, KnowledgeError, RuleCycleError
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import And, Bound, Measured, Present, Scored

from tests.knowledge.given import load

FEVER = "[ core:points 1 ; core:criterion [ core:present finding:Fever ] ]"
NODES = "[ core:points 2 ; core:criterion [ core:present finding:TenderNodes ] ]"
READS = (
    "shape:Reads a sh:NodeShape ; core:score score:throat ; {bounds} .\n"
    "rule:reads a core:Assessment , sh:TripleRule ; sh:order {order} ; sh:condition shape:Reads ; sh:subject sh:this ; "
    "sh:predicate core:holds ; sh:object rule:reads ; core:assesses condition:StrepThroat ; "
    "core:source source:sore-throat ; prov:wasDerivedFrom passage:900-L002a .\n"
    "shape:RulesOf{order} a sh:NodeShape ; sh:targetClass core:Case ; sh:order {order} ; sh:rule rule:reads ."
)


def score(items: str = f"{FEVER} {NODES}", bounds: str = "core:atLeast 2", order: int = 25, more: str = "") -> str:
    """A score on line 2, and a rule that reads it."""
    head = 'score:throat a core:Score ; rdfs:label "throat score"@en ; skos:notation "throat_score" ;'
    return f"{head} core:item ( {items} ) {more}.\n" + READS.format(bounds=bounds, order=order)


def test_a_score_is_read_with_its_items_in_their_order(tmp_path: Path) -> None:
    temperature = "[ sh:path core:temperatureC ; sh:minCount 1 ; sh:minInclusive 38 ]"
    third = f'[ core:points -0.5 ; rdfs:label "hot"@en ; prov:wasDerivedFrom passage:900-L002b ; core:criterion {temperature} ]'
    fourth = "[ core:points 1 ; core:criterion shape:Feverish ]"
    words = '; rdfs:label "your throat score"@en-x-patient ; prov:wasDerivedFrom passage:900-L001a '
    knowledge = load(tmp_path, more=score(f"{NODES} {FEVER} {third} {fourth}", more=words))
    (found,) = knowledge.scores.values()
    assert (found.code, found.label, found.patient_label) == ("throat_score", "throat score", "your throat score")
    assert [item.points for item in found.items] == [2, 1, -0.5, 1]
    nodes, fever, hot, named = (item.criterion for item in found.items)
    assert (nodes, fever) == (Present(finding=expand("finding:TenderNodes")), Present(finding=expand("finding:Fever")))
    assert isinstance(hot, Measured)
    assert (hot.label, hot.passages) == ("hot", ("900-L002b",))
    assert isinstance(named, Present)
    assert named.iri == expand("shape:Feverish")
    reads = knowledge.rules[expand("rule:reads")].criterion
    assert reads == Scored(
        iri=expand("shape:Reads"), score=found, lower=Bound(value=2, inclusive=True), passages=("900-L001a",)
    )  # the passages of a score are those of what reads it


def test_an_item_that_names_and_cites_a_named_shape_keeps_both(tmp_path: Path) -> None:
    item = '[ core:points 1 ; rdfs:label "fever"@en ; core:criterion shape:Feverish ]'
    (found,) = load(tmp_path, more=score(f"{item} {NODES}")).scores.values()
    wrapped = found.items[0].criterion
    assert isinstance(wrapped, And)
    assert (wrapped.label, wrapped.children[0].iri) == ("fever", expand("shape:Feverish"))


STEPS = " ".join(f"[ core:points {points} ; core:criterion [ core:present finding:Fever ] ]" for points in ("100.5", "200.5"))
REFUSED = {
    "no items": (
        score("").replace("core:item ( ) ", ""),
        "score:throat has no list of items.",
        "Write e.g. core:item ( [ core:points 1 ; core:criterion shape:X ] … ).",
    ),
    "an item without a criterion": (
        score(f"{FEVER} [ core:points 1 ]"),
        "something without a name names 0 shapes by core:criterion.",
        "Name one shape: core:criterion [ … ].",
    ),
    "an item with two criteria": (
        score(f"{FEVER} [ core:points 1 ; core:criterion shape:Infant , shape:Feverish ]"),
        "something without a name names 2 shapes by core:criterion.",
        "Name one shape: core:criterion [ … ].",
    ),
    "no points": (
        score("[ core:criterion shape:Feverish ]"),
        "An item of score:throat gives no points.",
        "Add core:points and a number, which may be negative.",
    ),
    "points of zero": (
        score(f"{FEVER} [ core:points 0 ; core:criterion shape:Feverish ]"),
        "An item of score:throat gives 0 points, so it changes nothing.",
        "Correct the points, or take the item out.",
    ),
    "a finding for a criterion": (
        score("[ core:points 1 ; core:criterion finding:Fever ]"),
        "core:criterion needs a shape, not finding:Fever.",
        "Write [ core:present finding:Fever ].",
    ),
    "too fine points": (
        score(STEPS),
        "The points of score:throat come to 602 steps of their greatest common measure.",
        "Round them, so that they come to 500 at most.",
    ),
    "no bound": (
        score(bounds='rdfs:label "x"@en'),
        "core:score stands without a bound.",
        "Add one of core:atLeast, core:moreThan, core:atMost, core:lessThan.",
    ),
    "two lower bounds": (
        score(bounds="core:atLeast 1 ; core:moreThan 1"),
        "Both core:atLeast and core:moreThan are given.",
        "Keep one of them.",
    ),
    "a count as well": (
        score(bounds="core:atLeast 1 ; core:of finding:StrepSign"),
        "core:of stands beside core:score.",
        "A shape counts findings or reads a score: keep one.",
    ),
    "a bound that everybody keeps": (
        score(bounds="core:atMost 3"),
        "core:atMost 3 of score:throat, which lies between 0 and 3.",
        "Use a bound that some patients reach and others do not.",
    ),
    "bounds between which no sum lies": (
        score(bounds="core:moreThan 1 ; core:lessThan 2"),
        "No sum of score:throat lies between the bounds.",
        "Correct the numbers.",
    ),
    "a score for a measurement": (
        score().replace(
            "sh:condition shape:Reads",
            "sh:condition [ a sh:NodeShape ; sh:property [ sh:path score:throat ; sh:minCount 1 ; sh:minInclusive 2 ] ]",
        ),
        "sh:path needs one measurement, not score:throat.",
        "Write [ core:score score:throat ; core:atLeast … ]: a score is read by its own bounds.",
    ),
    "a facet of SHACL": (
        score(bounds="sh:minInclusive 2"),
        "sh:minInclusive stands without sh:path.",
        "Bound a score by core:atLeast, core:moreThan, core:atMost, core:lessThan.",
    ),
}


@pytest.mark.parametrize(("text", "what", "mend"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_with_a_score_is_said_with_its_cure(text: str, what: str, mend: str, tmp_path: Path) -> None:
    with pytest.raises(CriterionError) as caught:
        load(tmp_path, more=text)
    assert (caught.value.what, caught.value.mend) == (what, mend)
    assert str(caught.value).startswith("more.ttl:")


def test_a_score_that_stands_in_its_own_items_through_another_is_refused(tmp_path: Path) -> None:
    through = "[ core:points 1 ; core:criterion [ core:score score:other ; core:atLeast 1 ] ]"
    other = (
        '\nscore:other a core:Score ; rdfs:label "other"@en ; skos:notation "other_score" ; core:item ( '
        "[ core:points 1 ; core:criterion [ core:score score:throat ; core:atLeast 1 ] ] ) ."
    )
    with pytest.raises(CriterionError, match="score:throat refers to itself") as caught:
        load(tmp_path, more=score(f"{FEVER} {through}") + other)
    assert caught.value.kind == "circular"


def test_a_rule_that_rests_on_its_own_conclusion_through_a_score_is_refused(tmp_path: Path) -> None:
    suspected = "[ core:points 1 ; core:criterion shape:StrepSuspected ]"
    knowledge = load(tmp_path, more=score(f"{FEVER} {NODES} {suspected}"))
    with pytest.raises(RuleCycleError, match="rule:reads"):
        Engine(knowledge)


def test_a_rule_that_reads_a_score_comes_after_what_its_items_rest_on(tmp_path: Path) -> None:
    knowledge = load(tmp_path, more=score(order=5))
    with pytest.raises(CriterionError, match=r"rule:reads \(sh:order 5\) depends on rule:fever-from-temperature \(sh:order 10\)"):
        Engine(knowledge)


@pytest.mark.parametrize("code", ["fever", "temperature_c"])
def test_a_code_that_something_else_has_is_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=f"{code}: a (finding|measurement) and a score share this code"):
        load(tmp_path, more=score().replace("throat_score", code))


def test_what_no_score_has_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="score:throat has core:unit, which no Score has here"):
        load(tmp_path, more=score(more='; core:unit "1" '))
