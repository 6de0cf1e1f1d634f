"""Facts that no rule acts on (prognosis, epidemiology, test performance), put with what they bear on, each once.

A fact belongs to whatever rests on the same thing. From close to far: a red flag, the criterion of a recommendation, its
intervention, the lines next to those that state it; then the conditions and findings that it speaks about. Facts that
follow each other in the source stay together where they can.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.exchange.article.placement import sections_for_advice
from spinegraph.engine.exchange.article.reading import Flag, Reading, nodes_of, passages_of
from spinegraph.engine.model import Assessment, Concept, Criterion, Measurement, Passage, Recommendation

TEST_FIGURES, BACKGROUND = "test-figures", "background"
"""Keys of the sections of facts about tests, and of facts about patients: those hold for whom their source speaks about."""
NEIGHBOURING = 12
"""Characters between two passages that still make them neighbours in the source."""
FLAG, CRITERION, INTERVENTION, NEIGHBOUR, ASSESSED, CONDITION, FINDING, BROADER = range(8)
"""How far a fact is from what it is put with."""


class Facts(NamedTuple):
    """`added`: shown in full. `cited`: figures that the text gives already, so that only their source is added."""

    added: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()


class _Holder(NamedTuple):
    """What facts may be put with: how far each is, and how much else the criterion is about."""

    key: str
    text: str
    near: Mapping[str, int]
    breadth: int = 0


def flag_key(flag: Flag) -> str:
    """The name of a red flag among what facts are put with."""
    return f"flag {flag.finding or flag.criterion.iri}"


def place_facts(reading: Reading) -> Mapping[str, Facts]:
    """Rule IRI, condition IRI or `flag_key` → the facts that belong to it."""
    acting = {section.key for section in sections_for_advice(reading.knowledge)}
    facts = [passage for passage in reading.passages.values() if _is_fact(passage, reading, acting)]
    holders = [*_flag_holders(reading), *_recommendation_holders(reading, facts), *_condition_holders(reading)]
    stated = {passage for entry in reading.live for passage in entry.rule.passages} | reading.withheld
    added: dict[str, list[str]] = {}
    cited: dict[str, list[str]] = {}
    last: tuple[Passage, _Holder] | None = None
    for fact in facts:
        candidates = [holder for holder in holders if fact.id in holder.near]
        if fact.id in stated or not candidates:
            continue
        figures = _percentages(fact.figure)
        giving = [holder for holder in candidates if figures and figures <= _percentages(holder.text)]
        if giving:
            cited.setdefault(giving[0].key, []).append(fact.id)
            continue
        following = last is not None and last[1] in candidates and _follows(fact, last[0])
        holder = (
            last[1] if last and following else min(candidates, key=lambda candidate: (candidate.near[fact.id], candidate.breadth))
        )
        added.setdefault(holder.key, []).append(fact.id)
        last = fact, holder
    return {key: Facts(tuple(added.get(key, ())), tuple(cited.get(key, ()))) for key in {**added, **cited}}


def _is_fact(passage: Passage, reading: Reading, acting: set[str]) -> bool:
    """A background fact; also what a source says about a kind of intervention as such, so that no rule states it."""
    sections = set(reading.sections(passage.id))
    if TEST_FIGURES in sections:
        return True
    if passage.source not in reading.speaking:
        return False
    in_general = sections & acting and passage.modality == "informational" and passage.id not in reading.stated_by_rules
    return BACKGROUND in sections or bool(in_general)


def _percentages(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?%", text))


# What facts can be put with -------------------------------------------------------------------


def _flag_holders(reading: Reading) -> Iterator[_Holder]:
    for flag in reading.flags:
        passages = dict.fromkeys((*passages_of(flag.criterion), *_of_facts(flag.criterion, reading)), FLAG)
        yield _Holder(flag_key(flag), "", passages)


def _recommendation_holders(reading: Reading, facts: list[Passage]) -> Iterator[_Holder]:
    for entry in reading.live:
        rule = entry.rule
        concepts = reading.knowledge.interventions
        broader = reading.knowledge.hierarchy.broader.get(rule.intervention, ())
        conditions = [reading.knowledge.conditions[iri] for iri in _conditions_in(rule, reading.knowledge.conditions)]
        near: dict[str, int] = {}
        for distance, passages in (
            (CRITERION, passages_of(rule.criterion)),
            (INTERVENTION, concepts[rule.intervention].passages),
            (NEIGHBOUR, _neighbours(map(reading.passages.__getitem__, rule.passages), facts)),
            (CONDITION, _passages(conditions)),
            (FINDING, _of_facts(rule.criterion, reading)),
            (BROADER, _passages(concepts[iri] for iri in broader if iri in concepts)),
        ):
            for passage in passages:
                if distance < BROADER or reading.passages[passage].source in reading.speaking:
                    near.setdefault(passage, distance)
        yield _Holder(rule.iri, rule.text, near, len(list(nodes_of(rule.criterion))))


def _condition_holders(reading: Reading) -> Iterator[_Holder]:
    for condition, rules in reading.assessed.items():
        if reading.verdicts[condition] == "not-suspected":
            continue
        own = dict.fromkeys(reading.knowledge.conditions[condition].passages, ASSESSED)
        yield _Holder(condition, "", {**own, **dict.fromkeys(_stating(rules), ASSESSED)})


def _stating(rules: Iterable[Assessment]) -> Iterator[str]:
    for rule in rules:
        yield from rule.passages
        yield from passages_of(rule.criterion)


def _conditions_in(rule: Recommendation, conditions: Container[str]) -> list[str]:
    return [node.subject for node in nodes_of(rule.criterion) if node.subject in conditions]


def _of_facts(criterion: Criterion | None, reading: Reading) -> tuple[str, ...]:
    """Passages about the findings and measurements that a criterion tests."""
    knowledge = reading.knowledge
    things: dict[str, Concept | Measurement] = {**knowledge.findings, **knowledge.measurements}
    return _passages(things[node.subject] for node in nodes_of(criterion) if not node.parts and node.subject in things)


def _passages(things: Iterable[Concept | Measurement]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(passage for thing in things for passage in thing.passages))


def _neighbours(passages: Iterable[Passage], facts: list[Passage]) -> Iterator[str]:
    """Facts that stand with one of the passages, or right behind it, in its source."""
    for passage in passages:
        for fact in facts:
            if _follows(fact, passage):
                yield fact.id


def _follows(fact: Passage, passage: Passage) -> bool:
    together = (fact.source, fact.section) == (passage.source, passage.section)
    return together and passage.start <= fact.start <= passage.end + NEIGHBOURING
