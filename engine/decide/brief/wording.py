"""The lines of a brief in the words of an audience."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spinegraph.engine.criteria.node import Explanation
from spinegraph.engine.decide.brief.places import Line
from spinegraph.engine.decide.brief.reasons import Names
from spinegraph.engine.decide.members import Classes
from spinegraph.engine.messages import noted
from spinegraph.engine.model import BriefAction, Concept, Recommendation, Review
from spinegraph.engine.program.program import Program

FOR_PATIENTS = noted("This is how we read the texts; they can be read in another way.")
"""Stands for a reading of ours where a patient reads."""


class Wording:
    """Writes lines for one audience."""

    def __init__(self, program: Program, names: Names, classes: Classes) -> None:
        self._program = program
        self._knowledge = program.knowledge
        self._names = names
        self._classes = classes

    def action(self, line: Line, case: Explanation) -> BriefAction:
        """A line as a thing to do or to avoid."""
        return BriefAction(
            recommendations=tuple([rule.id for rule in line.rules]),
            text=self._conditional(line),
            passages=self._passages(line),
            reading=self._reading(line),
            caution=" ".join(self._cautions(line, case)),
        )

    def review(self, lines: Sequence[Line]) -> Review | None:
        """When to look again."""
        if not lines:
            return None
        passages = dict.fromkeys(passage for line in lines for passage in self._passages(line))
        return Review(text=" ".join(map(self._text, lines)), passages=tuple(passages))

    def fragment(self, line: Line) -> str:
        """A line as part of a sentence. A choice within something never reads as more than that."""
        chosen, fragment = self._chosen(line), self._fragment(line)
        return self._names.say("{what} if {chosen} is chosen", what=fragment, chosen=chosen) if chosen else fragment

    def _chosen(self, line: Line) -> str:
        """What has to be chosen first, where a line has nothing but choices within that; else ""."""
        if not all(rule.if_chosen for rule in line.rules):
            return ""
        wider = (other for rule in line.rules for other in self._program.relations.choices(rule))
        return in_a_row(dict.fromkeys(self._names.of(self._intervention(rule)) for rule in wider), self._names.say("or"))

    def _fragment(self, line: Line) -> str:
        written = line.line and (line.line.patient_headline if self._names.for_patient else line.line.headline)
        if written:
            return self._filled(written, line)
        first = line.rules[0]
        if not self._names.for_patient:
            name = first.label
        elif first.direction == "against":  # the bare name of what is advised against would read as advice
            name = first.patient_text.split(". ")[0].removesuffix(".")
        else:
            name = self._names.of(self._intervention(first))
        return self._names.say.in_a_sentence(name) if name[1:2].islower() else name

    def barring(self, line: Line, case: Explanation) -> Iterator[Concept]:
        """What is recorded and speaks against what a line proposes."""
        for finding in self._contraindications(line):
            for iri in self._knowledge.hierarchy.narrower.get(finding, (finding,)):
                concept = self._knowledge.findings.get(iri)
                if concept is not None and concept.code in case.case.present:
                    yield concept

    def _conditional(self, line: Line) -> str:
        chosen, text, say = self._chosen(line), self._text(line), self._names.say
        if not chosen:
            return text
        if self._names.for_patient:
            return say("If you choose {chosen}: {text}", chosen=chosen, text=text)
        return say("If {chosen} is chosen: {text}", chosen=chosen, text=text)

    def _text(self, line: Line) -> str:
        if line.line is not None:
            return self._filled(line.line.patient_text if self._names.for_patient else line.line.text, line)
        return " ".join(dict.fromkeys(rule.patient_text if self._names.for_patient else rule.text for rule in line.rules))

    def _filled(self, text: str, line: Line) -> str:
        if "{}" not in text:
            return text
        names = dict.fromkeys(self._names.of(self._intervention(rule)) for rule in line.rules)
        return text.replace("{}", in_a_row(names, self._names.say("and")))

    def _passages(self, line: Line) -> tuple[str, ...]:
        own = line.line.passages if line.line else ()
        return tuple(dict.fromkeys((*(passage for rule in line.rules for passage in rule.passages), *own)))

    def _reading(self, line: Line) -> str:
        """What of it is ours: as the line says it, or else its rules. A patient learns only that there is something."""
        own = line.line.reading if line.line else ""
        reading = own or " ".join(dict.fromkeys(rule.reading for rule in line.rules if rule.reading))
        return self._names.say(FOR_PATIENTS) if reading and self._names.for_patient else reading

    def _cautions(self, line: Line, case: Explanation) -> Iterator[str]:
        rules = line.rules
        if rules[0].direction == "against":
            yield from self._left_open(rules, case)
            return
        cautions = [self._intervention(rule) for rule in rules]
        yield from dict.fromkeys(
            text for concept in cautions if (text := concept.patient_caution if self._names.for_patient else concept.caution)
        )
        yield from self._without_member(rules, case)
        present = list(dict.fromkeys(map(self._names.of, self.barring(line, case))))
        if present:
            yield from self._barred(in_a_row(present, self._names.say("and")))
        elif unknown := list(dict.fromkeys(self._not_asked(line, case))):
            say = self._names.say
            names = in_a_row(unknown, say("or"))
            yield (
                say("Say first if this holds: {names}.", names=names)
                if self._names.for_patient
                else say("First ask: {names}.", names=names)
            )

    def _without_member(self, rules: Iterable[Recommendation], case: Explanation) -> Iterator[str]:
        """Of a recommended class, that nothing in it can be used."""
        fallen = {one.rule.intervention: one.rule for rule in rules for one in self._classes.without_member(rule, case)}
        if fallen and self._names.for_patient:
            yield self._names.say("Of what our texts name for this, nothing may suit you: ask the doctors.")
        elif fallen:
            named = [self._names.of(self._intervention(rule)) for rule in fallen.values()]
            names = in_a_row(named, self._names.say("and"))
            yield self._names.say("Nothing that the sources name for it can be used here: not {names}.", names=names)

    def _barred(self, names: str) -> Iterator[str]:
        say = self._names.say
        if self._names.for_patient:
            yield say("Say first that this holds: {names}. The doctors decide at once how to go on.", names=names)
        else:
            told = noted(
                "Recorded against it: {names}; no source names another way here. Decide now with senior help (our reading)."
            )
            yield say(told, names=names)

    def _not_asked(self, line: Line, case: Explanation) -> Iterator[str]:
        hierarchy = self._knowledge.hierarchy
        for finding in self._contraindications(line):
            for iri in hierarchy.narrower.get(finding, (finding,)):
                concept = self._knowledge.findings.get(iri)
                leaf = len(hierarchy.narrower.get(iri, (iri,))) == 1
                if concept is not None and leaf and not case.finding_state(iri):
                    yield self._names.of(concept)

    def _left_open(self, rules: Iterable[Recommendation], case: Explanation) -> Iterator[str]:
        """By which disagreement or gap of the sources a bar is open."""
        relations = self._program.relations
        labels = {other.label: None for rule in rules for other in relations.leaving(rule) if self._holds(other.iri, case)}
        if labels and self._names.for_patient:
            yield self._names.say("Our texts leave one point open here: talk it over with your doctor.")
        elif labels:
            yield self._names.say("Left open: {labels}.", labels=in_a_row(labels, self._names.say("and")))

    def _holds(self, rule: str, case: Explanation) -> int:
        return case.planes[self._program.rules[rule].whole.holds]

    def _contraindications(self, line: Line) -> Iterator[str]:
        for rule in line.rules:
            yield from self._intervention(rule).contraindications

    def _intervention(self, rule: Recommendation) -> Concept:
        return self._knowledge.interventions[rule.intervention]


def in_a_row(names: Iterable[str], word: str = "and") -> str:
    """Names in a sentence.

    >>> in_a_row(["CBC", "ESR", "CRP"]), in_a_row(["CBC"])
    ('CBC, ESR and CRP', 'CBC')
    """
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last
