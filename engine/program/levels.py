"""The planes from which the brief of a case is read: its level (design section 5), and what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from spinegraph.engine.criteria.planes import join, only_holds, without
from spinegraph.engine.model import Criterion, Knowledge, Recommendation, Rule, SourceGap, Urgency, Verdict
from spinegraph.engine.program.program import LevelSlots
from spinegraph.engine.program.relations import Relations


class Planes(Protocol):
    """What the compiler lends: names of planes, and new planes from expressions on them."""

    def assign(self, prefix: str, expression: str) -> str: ...

    def output(self, name: str) -> int: ...

    def rule(self, rule: Rule) -> tuple[str, str]: ...

    def acting(self, rule: Rule) -> tuple[str, str]: ...

    def criterion(self, criterion: Criterion | None) -> tuple[str, str]: ...

    def verdict(self, rule: Recommendation, verdict: Verdict) -> str: ...


class Levels:
    """Writes the planes of one program."""

    def __init__(self, planes: Planes, knowledge: Knowledge, relations: Relations) -> None:
        self._planes = planes
        self._relations = relations
        rules = knowledge.rules.values()
        self._knowledge = knowledge
        self._recommendations = [rule for rule in rules if isinstance(rule, Recommendation)]
        aside = {iri for iri, line in knowledge.lines.items() if line.place == "nowhere"}
        self._in_briefs = [rule for rule in self._recommendations if rule.line not in aside]
        self._names_in_briefs = {rule.iri for rule in self._in_briefs}
        self._proposing: dict[str, list[int]] = {}
        """Intervention → the places among those in briefs of what proposes it."""
        for number, rule in enumerate(self._in_briefs):
            if rule.direction == "for":
                self._proposing.setdefault(rule.intervention, []).append(number)
        self._grading = [rule for rule in rules if isinstance(rule, Recommendation) and relations.grades(rule)]
        self._gaps = [rule for rule in rules if isinstance(rule, SourceGap) and rule.leaves_level_open]

    def slots(self) -> LevelSlots:
        """Where they stand in the output. Of each, only what no higher one is."""
        emergency, urgent, ungraded = self._raised("emergency"), self._raised("urgent"), self._ungraded()
        pressing = self._any([emergency, urgent])
        routine = self._less(self._routine(), self._any([pressing, ungraded]))
        undetermined = self._less("ones", self._any([pressing, routine]))
        planes = (emergency, self._less(urgent, emergency), undetermined, routine)
        return LevelSlots(*map(self._planes.output, planes))

    def standing(self) -> dict[str, int]:
        """For each recommendation, by IRI, where the plane stands of its having a place in a brief.

        For something: it is indicated, or pressing and left open, but not by a declared disagreement. Against something: it is
        indicated, or left open by what is no unknown and no ungraded sign, unless something is proposed to which its line yields.
        """
        proposed = {rule.iri: self._proposed(rule) for rule in self._recommendations if rule.direction == "for"}
        advised = {rule.iri: self._advised_against(rule, proposed) for rule in self._recommendations if rule.direction != "for"}
        return {iri: self._planes.output(plane) for iri, plane in (proposed | advised).items()}

    def _proposed(self, rule: Recommendation) -> str:
        pressing = rule.urgency in ("emergency", "urgent")
        return self._raising(rule) if pressing else self._planes.verdict(rule, "indicated")

    def _advised_against(self, rule: Recommendation, proposed: Mapping[str, str]) -> str:
        planes = self._planes
        ungraded = [
            planes.acting(gap)[0] for gap in self._relations.leaving(rule) if isinstance(gap, SourceGap) and gap.leaves_level_open
        ]
        unknown = [f"(({holds} | {refuted}) ^ ones)" for holds, refuted in map(planes.acting, self._relations.strict(rule))]
        open_ = self._less(planes.verdict(rule, "provisional"), self._any([*ungraded, *unknown]))
        standing = self._any([planes.verdict(rule, "indicated"), open_])
        line = self._knowledge.lines.get(rule.line)
        if line is None or not line.yields_to:
            return standing
        narrower = self._knowledge.hierarchy.narrower
        to = {iri for wider in line.yields_to for iri in narrower.get(wider, (wider,))}
        others = sorted(number for iri in to for number in self._proposing.get(iri, ()))
        return self._less(standing, self._any([proposed[self._in_briefs[number].iri] for number in others]))

    def _raised(self, urgency: Urgency) -> str:
        """Something of that grade is to be done, or a sign has it in a patient of whom no source speaks."""
        graded = [rule for rule in self._grading if rule.urgency == urgency]
        return self._any([*map(self._raising, graded), *map(self._outside, graded)])

    def _raising(self, rule: Recommendation) -> str:
        """Indicated, or open, but not by a declared disagreement: that stays, whatever else is answered."""
        open_ = self._less(self._planes.verdict(rule, "provisional"), self._declared(rule))
        return self._any([self._planes.verdict(rule, "indicated"), open_])

    def _outside(self, rule: Recommendation) -> str:
        """It would raise the level, did its package speak of the patient: nothing is ordered, but its sign keeps the grade."""
        planes = self._planes
        excluded = self._any([only_holds(planes.rule(other)) for other in self._relations.of_package(rule)])
        if excluded == "zero":
            return excluded
        sign = self._both(planes.verdict(rule, "out-of-scope"), excluded, only_holds(planes.rule(rule)))
        displaced = [planes.acting(other)[0] for other in self._relations.overriding(rule)]
        return self._less(sign, self._any([*displaced, self._declared(rule)]))

    def _declared(self, rule: Recommendation) -> str:
        """A declared disagreement, or a reading of ours, leaves it open."""
        leaving = (other for other in self._relations.leaving(rule) if self._relations.declared(other))
        return self._any([self._planes.acting(other)[0] for other in leaving])

    def _ungraded(self) -> str:
        """A sign that no passage grades is present, in a patient of whom its package speaks."""
        excluding = ([only_holds(self._planes.rule(other)) for other in self._relations.of_package(gap)] for gap in self._gaps)
        gaps = zip(self._gaps, map(self._any, excluding), strict=True)
        return self._any([self._less(self._planes.rule(gap)[0], excluded) for gap, excluded in gaps])

    def _routine(self) -> str:
        """Something plain that can stand in a brief, and is more than an option, is indicated, or done already."""
        graded = [rule for rule in self._grading if rule.urgency == "routine" and rule.iri in self._names_in_briefs]
        plain = [rule for rule in graded if rule.modality != "may" and not rule.if_chosen]  # a choice is no more than its whole
        verdicts: tuple[Verdict, ...] = ("indicated", "done")
        return self._any([self._planes.verdict(rule, verdict) for rule in plain for verdict in verdicts])

    def _any(self, terms: list[str]) -> str:
        return self._planes.assign("l", join("|", terms))

    def _both(self, *terms: str) -> str:
        return self._planes.assign("l", join("&", list(terms)))

    def _less(self, plane: str, part: str) -> str:
        """A plane without what it has in common with another one."""
        return self._planes.assign("l", without(plane, self._both(plane, part)))
