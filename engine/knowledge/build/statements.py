"""Graph → what a recommendation states besides for whom it is: grade, dose, how often, preference. What is amiss is noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.numbers import PLAIN, STRING, as_written, plain_number
from spinegraph.engine.knowledge.problems import Problems, ending, nearest
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PATIENT, PREFIXES, Term, Text, shorten
from spinegraph.engine.model import Dose, Knowledge, Recommendation, Recurrence
from spinegraph.engine.model.durations import EXAMPLE, Duration, read_duration

DURATIONS = frozenset(PREFIXES["xsd"] + name for name in ("duration", "dayTimeDuration", "yearMonthDuration"))
WORDS = frozenset({STRING, f"{PREFIXES['rdf']}langString"})
PER = ("kg", "m2")
"""Units of the measurements by which an amount can be multiplied: body weight, body surface."""
MOST_TIMES = 48
"""Who takes something more often has it all the time."""


class Rule(Protocol):
    """The reader of a recommendation, as far as its statements need it."""

    @property
    def graph(self) -> Graph: ...
    @property
    def iri(self) -> str: ...
    @property
    def problems(self) -> Problems: ...
    def word(self, predicate: str) -> Any:
        """One of the words that a predicate can have."""
        ...

    def rules(self, predicate: str) -> tuple[str, ...]:
        """The rules that a predicate names."""
        ...


def read_statements(rule: Rule) -> Mapping[str, Any]:
    """The members of a Recommendation that say what is stated of it; those of which nothing is said are left out."""
    graph, iri = rule.graph, rule.iri
    found: dict[str, Any] = {}
    if graph.terms(iri, "core:strength"):
        found["strength"] = rule.word("core:strength")
    if graph.terms(iri, "core:certainty"):
        found["certainty"] = {"veryLow": "very-low"}.get(word := rule.word("core:certainty"), word)
    part = _Part(rule, iri)
    doses = [dose for node in part.nodes("core:dose") if (dose := _dose(_Part(rule, node))) is not None]
    recurrence = _recurrence(part)
    preference = part.text("core:preference")
    if not preference and graph.terms(iri, "core:preference"):
        part.refuse("has no core:preference in English", 'Write words for clinicians: "…"@en.', "core:preference")
    words = {"preference": preference, "patient_preference": graph.text(iri, "core:preference", PATIENT) or preference}
    found["if_chosen"] = rule.rules("core:ifChosen")
    found |= {"doses": tuple(doses), "recurrence": recurrence, **words}
    if graph.iri(iri, "core:direction") == f"{PREFIXES['core']}against":
        for predicate in ("core:dose", "core:every", "core:ifChosen"):
            if graph.terms(iri, predicate):
                part.refuse(f"has {predicate}, and advises against", "Take it out: only what is recommended has it.", predicate)
    return {name: value for name, value in found.items() if value}


class _Part:
    """A recommendation, or a dose of it: what it states, with what is wrong noted as said of the recommendation."""

    def __init__(self, rule: Rule, node: str) -> None:
        self._rule = rule
        self._node = node
        self.graph = rule.graph

    def refuse(self, what: str, mend: str, predicate: str = "", value: Term | None = None, kind: str = "wrong-kind") -> None:
        whose = shorten(self._rule.iri) if self._node == self._rule.iri else f"A dose of {shorten(self._rule.iri)}"
        self._rule.problems.report(VocabularyError, f"{whose} {what}.", mend, kind, self._node, predicate, value)

    def nodes(self, predicate: str) -> list[str]:
        for term in self.graph.terms(self._node, predicate):
            if isinstance(term, Text) or not self.graph.predicates(term):
                what = f"has {predicate} {as_written(term, shorten(str(term)))}, which states nothing"
                self.refuse(what, 'Write core:dose [ core:amount 500 ; core:unit "mg" ].', predicate, term)
        return [iri for iri in self.graph.iris(self._node, predicate) if self.graph.predicates(iri)]

    def single(self, predicate: str) -> Term | None:
        """The one value; of several the first, with a note."""
        terms = self.graph.terms(self._node, predicate)
        if len(terms) > 1:
            self.refuse(f"has {len(terms)} values of {predicate}", "Keep one.", predicate, terms[1])
        return terms[0] if terms else None

    def positive(self, predicate: str, *, whole: bool = False) -> float | None:
        """A number above zero, or None where there is none, or none that is right."""
        term = self.single(predicate)
        if term is None:
            return None
        number = plain_number(term)
        if number is None:
            written = as_written(term, shorten(str(term)))
            self.refuse(f"has {predicate} {written}, which is no plain number", PLAIN, predicate, term)
        elif number <= 0 or (whole and not (number.is_integer() and number <= MOST_TIMES)):
            needed = f"a whole number from 1 to {MOST_TIMES}" if whole else "a number above 0"
            self.refuse(f"has {predicate} {number:g}", f"Write {needed}.", predicate, term)
            return None
        return number

    def text(self, predicate: str, language: str = "en") -> str:
        """A text in a language; of something else, a note."""
        for term in self.graph.terms(self._node, predicate):
            if not isinstance(term, Text) or term.datatype not in WORDS:
                written = as_written(term, shorten(str(term)))
                self.refuse(
                    f"has {predicate} {written}, which is no text",
                    'Write words with their language: "by mouth"@en.',
                    predicate,
                    term,
                )
        return self.graph.text(self._node, predicate, language)

    def duration(self, predicate: str, *, clock: bool = True) -> Duration | None:
        """A duration longer than nothing, or None. Without `clock` it has whole days only."""
        term = self.single(predicate)
        if term is None:
            return None
        written = as_written(term, shorten(str(term)))
        if not isinstance(term, Text) or term.datatype not in DURATIONS:
            self.refuse(f"has {predicate} {written}, which is no xsd:duration", EXAMPLE, predicate, term)
            return None
        found = read_duration(term.value)
        if found is None:
            what = f"has {predicate} {written}, which is no duration above nothing in years, months, days, hours and minutes"
            self.refuse(what, EXAMPLE, predicate, term)
        elif found.minutes and not clock:
            self.refuse(f"has {predicate} {written}, which is less than days", EXAMPLE, predicate, term)
            return None
        return found


def _dose(part: _Part) -> Dose | None:
    amount, unit = part.positive("core:amount"), part.single("core:unit")
    for predicate, there in (("core:amount", part.single("core:amount")), ("core:unit", unit)):
        if there is None:
            example = 'core:amount 500 ; core:unit "mg"'
            part.refuse(f"has no {predicate}", f"A dose is a number with its UCUM unit: {example}.", kind="incomplete-rule")
    if unit is not None and not (isinstance(unit, Text) and unit.value):
        part.refuse("has a core:unit that is no text", 'Write a UCUM unit: core:unit "mg".', "core:unit", unit)
    limit, every = part.positive("core:limit"), part.duration("core:every")
    times = part.positive("core:timesPerDay", whole=True)
    if every and times:
        part.refuse("has core:every and core:timesPerDay", "Keep the one that the source states.", "core:timesPerDay")
    per, medicine = part.single("core:per"), part.single("core:medicine")
    if amount is not None and limit is not None and not per and limit < amount:
        part.refuse(f"has core:limit {limit:g}, which is less than its amount, {amount:g}", "Correct one of them.", "core:limit")
    lasting, route = part.duration("core:lasting"), part.text("core:route")
    if amount is None or not isinstance(unit, Text):
        return None
    return Dose(
        amount=amount,
        unit=unit.value,
        per=per if isinstance(per, str) else "",
        limit=limit,
        medicine=medicine if isinstance(medicine, str) else "",
        route=route,
        every=every,
        times_a_day=int(times or 0),
        lasting=lasting,
    )


def _recurrence(part: _Part) -> Recurrence | None:
    every, at_most = (part.duration(predicate, clock=False) for predicate in ("core:every", "core:everyAtMost"))
    if at_most and not every:
        if part.single("core:every") is None:
            part.refuse("has core:everyAtMost without core:every", "Add core:every, the shortest time.", "core:everyAtMost")
        return None
    if every and at_most and (at_most.months, at_most.days) <= (every.months, every.days):
        what = f"has core:everyAtMost {at_most.text}, which is no longer than core:every, {every.text}"
        part.refuse(what, "Write the shorter time as core:every.", "core:everyAtMost")
    return Recurrence(every=every, at_most=at_most) if every else None


# Whether what they name is there --------------------------------------------------------------


def check_statements(graph: Graph, knowledge: Knowledge, problems: Problems) -> None:
    """Note choices within what is none or within themselves, and doses by a measurement, or of a medicine, that does not fit."""
    _check_choices(knowledge, problems)
    rules = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation) and rule.doses]
    for rule in rules:
        for node in graph.iris(rule.iri, "core:dose"):
            for term in graph.terms(node, "core:per"):
                _check_per(rule, node, term, knowledge, problems)
            for term in graph.terms(node, "core:medicine"):
                _check_medicine(rule, node, term, knowledge, problems)


def _check_choices(knowledge: Knowledge, problems: Problems) -> None:
    chosen = {iri: rule.if_chosen for iri, rule in knowledge.rules.items() if isinstance(rule, Recommendation) and rule.if_chosen}
    for iri, wider in chosen.items():
        for other in wider:
            rule = knowledge.rules.get(other)
            if isinstance(rule, Recommendation) and rule.direction != "for":
                what = f"{shorten(iri)}: core:ifChosen names {shorten(other)}, which advises against its intervention."
                mend = "Name the recommendation within which this is a choice."
                problems.report(VocabularyError, what, mend, "wrong-kind", iri, "core:ifChosen", other)
        if circle := _circle(iri, chosen):
            what = f"{' → '.join(map(shorten, circle))}: each is a choice within the next."
            problems.report(VocabularyError, what, "Break the circle.", "circular", iri, "core:ifChosen", circle[1])


def _circle(start: str, chosen: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A way from a recommendation along core:ifChosen back to it, told once: by the first of them."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        for other in chosen.get(path[-1], ()):
            if other == start:
                return (*path, other) if start == min(path) else ()
            if other not in seen:
                seen.add(other)
                waiting.append((*path, other))
    return ()


def _check_per(rule: Recommendation, node: str, term: Term, knowledge: Knowledge, problems: Problems) -> None:
    measurement = knowledge.measurements.get(term) if isinstance(term, str) else None
    if measurement is not None and measurement.unit in PER:
        return
    meant = nearest(term, knowledge.measurements) if isinstance(term, str) and measurement is None else ""
    named = as_written(term, shorten(str(term)))
    why = f"is measured in {measurement.unit}." if measurement else f"is no measurement here{ending(meant)}"
    what = f"A dose of {shorten(rule.iri)} has core:per {named}, which {why}"
    mend = f"Name a measurement in {' or '.join(PER)}, such as core:weightKg."
    problems.report(VocabularyError, what, mend, "wrong-kind", node, "core:per", term, meant=meant)


def _check_medicine(rule: Recommendation, node: str, term: Term, knowledge: Knowledge, problems: Problems) -> None:
    narrower = knowledge.hierarchy.narrower.get(rule.intervention, (rule.intervention,))
    if term in knowledge.interventions and term in narrower:
        return
    named = as_written(term, shorten(str(term)))
    why = f"is not {shorten(rule.intervention)} or narrower" if term in knowledge.interventions else "is no intervention here"
    what = f"A dose of {shorten(rule.iri)} has core:medicine {named}, which {why}."
    mend = "Name an intervention that is a kind of what is recommended, or leave it out."
    problems.report(VocabularyError, what, mend, "wrong-kind", node, "core:medicine", term)
