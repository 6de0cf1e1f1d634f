"""What to ask next: every unknown fact that can still change a live verdict, most dangerous first, and no other.

A fact can change a verdict if it is unknown and some answer makes it another one, now or once other unknown facts are known,
without a contradiction. Positions and conditions say which facts can (`open_facts.py`, `assignments.py`): of what rules speak of,
none is left out but those that wait for the scope of a rule, and findings wider or narrower than one that is asked; one too
many only where facts are shared and there are too many assignments to try, or where the record contradicts itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from spinegraph.engine.criteria.bits import bits_of
from spinegraph.engine.criteria.facts import date_of
from spinegraph.engine.decide.facts import Facts
from spinegraph.engine.knowledge.dates import date_words, only_first
from spinegraph.engine.knowledge.showing import choices_of
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import URGENCIES, CodedProperty, Concept, Measurement, Question, Rule
from spinegraph.engine.model.shown import Choice

ASSESSING_RANK = len(URGENCIES)
"""Questions that settle no recommendation for something, only a suspicion or a bar, come after those that do."""
ACTING_RANK = len(URGENCIES) + 1
"""Questions that can only displace a recommendation, exclude the patient or leave something open come last."""


class Open(NamedTuple):
    """Facts (a mask) that can still change what a rule says; a low `rank` is dangerous to leave open."""

    rule: str
    facts: int
    rank: int


class QuestionIndex:
    """The questions of one program, by fact: how each is put, and which passages make it matter. Prepared once."""

    def __init__(self, facts: Facts) -> None:
        knowledge = facts.program.knowledge
        self._rules = tuple(knowledge.rules.values())
        self._say = messages_of(knowledge.language)
        self._bit = {rule.id: 1 << number for number, rule in enumerate(self._rules)}
        self._ask = lru_cache(maxsize=1 << 12)(self._write)
        self._ids = lru_cache(maxsize=1 << 12)(self._decode)
        concepts = {concept.code: concept for concept in knowledge.findings.values()}
        valued = {thing.code: thing for thing in knowledge.valued.values()}
        stated = _passages_of_facts(facts, knowledge.rules.values())
        self._first = {date_of(facts.code_of[iri]) for iri in only_first(facts.program.timed)}
        self._words: dict[bool, list[tuple[str, str, str, tuple[str, ...], tuple[Choice, ...]]]] = {False: [], True: []}
        for code in facts.codes:
            if code in facts.dates:
                self._add_date(code, {**concepts, **valued}, stated)
                continue
            concept = concepts.get(code) or valued[code]
            passages = tuple(dict.fromkeys((*stated.get(code, ()), *concept.passages)))
            for for_patient, words in self._words.items():
                label = concept.patient_label if for_patient else concept.label
                question = concept.patient_question if for_patient else concept.question
                choices = choices_of(concept, for_patient=for_patient) if isinstance(concept, CodedProperty) else ()
                words.append((code, label, question or f"{label}?", passages, choices))

    def _add_date(
        self, code: str, concepts: Mapping[str, Concept | Measurement | CodedProperty], stated: Mapping[str, tuple[str, ...]]
    ) -> None:
        """How the date of a fact is asked for, or that of the case."""
        fact = concepts.get(code.removeprefix(date_of("")))
        for for_patient, words in self._words.items():
            label, question = date_words(fact, code in self._first, self._say, for_patient=for_patient)
            words.append((code, label, question, stated.get(fact.code, ()) if fact else (), ()))

    def ranked(self, opens: Iterable[Open], for_patient: bool = False) -> tuple[Question, ...]:
        """The questions about open facts.

        First comes the most urgent rule that a fact can settle, then how many it can settle, then the order of the ontology.
        """
        grouped: dict[tuple[int, int], int] = {}
        for rule, facts, rank in opens:
            grouped[rank, facts] = grouped.get((rank, facts), 0) | self._bit[rule]
        settles: dict[int, int] = {}
        danger: dict[int, tuple[int, int]] = {}
        for (rank, facts), rules in sorted(grouped.items(), key=lambda entry: entry[0][0]):
            for number in bits_of(facts):
                if number in settles:
                    settles[number] |= rules
                else:
                    settles[number] = rules
                    danger[number] = rank, rules
        ordered = sorted(settles, key=lambda number: (danger[number][0], -settles[number].bit_count(), number))
        return tuple([self._ask(for_patient, number, settles[number], danger[number][1]) for number in ordered])

    def _write(self, for_patient: bool, number: int, rules: int, dangerous: int) -> Question:
        code, label, question, passages, choices = self._words[for_patient][number]
        say, first = self._say, self._rules[bits_of(dangerous & -dangerous)[0]].label
        others = rules.bit_count() - 1
        why = say("can change “{first}”", first=first)
        if others:
            one = say("can change “{first}” and 1 other", first=first)
            why = one if others == 1 else say("can change “{first}” and {others} others", first=first, others=others)
        return Question(
            finding=code,
            label=label,
            question=question,
            why=why,
            settles=self._ids(rules),
            passages=passages,
            choices=choices,
        )

    def _decode(self, rules: int) -> tuple[str, ...]:
        return tuple(self._rules[number].id for number in bits_of(rules))


def _passages_of_facts(facts: Facts, rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    """Which passages make a fact matter: those on the leaves of criteria that test it."""
    knowledge = facts.program.knowledge
    things: dict[str, Concept | Measurement | CodedProperty] = {**knowledge.findings, **knowledge.valued}
    found: dict[str, dict[str, None]] = {}
    for rule in rules:
        for criterion in rule.criterion.walk() if rule.criterion is not None else ():
            for iri in (iri for iri in criterion.mentions if not criterion.parts and iri in things):
                found.setdefault(things[iri].code, {}).update(dict.fromkeys(criterion.passages))
    return {code: tuple(passages) for code, passages in found.items()}
