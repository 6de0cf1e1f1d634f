"""Which rules act on which others, looked up once: no rule has to look at all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from spinegraph.engine.model import (
    Absent,
    And,
    Assessment,
    Criterion,
    DerivedFinding,
    Exclusion,
    Knowledge,
    Measured,
    OneOf,
    Or,
    Present,
    Recommendation,
    Rule,
    SourceGap,
    Tension,
)
from spinegraph.engine.model.units import DAYS

Acting = TypeVar("Acting", bound=Rule)


class Relations:
    """The relations between the rules of one knowledge; rules come in its order everywhere."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._package_of = knowledge.package_of
        self._rules = knowledge.rules
        self._narrower = knowledge.hierarchy.narrower
        self._interventions = knowledge.interventions
        contraindications = (concept.contraindications for concept in knowledge.interventions.values())
        self._contraindications = {
            finding: Present(finding=finding) for finding in dict.fromkeys(iri for iris in contraindications for iri in iris)
        }
        self._obtained = {
            iri: _all_known(concept.obtains, knowledge) for iri, concept in knowledge.interventions.items() if concept.obtains
        }
        recommendations = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]
        self.grading = frozenset(rule.source for rule in recommendations if rule.strength or rule.certainty)
        """IRIs of the sources that grade any recommendation: what they leave ungraded is said to be so."""
        self._screening = {iri for iri, concept in knowledge.interventions.items() if concept.screening}
        self._position = {iri: number for number, iri in enumerate(knowledge.rules)}
        self.deriving: dict[str, DerivedFinding] = {}
        self._assessing: dict[str, list[Assessment]] = {}
        self._strict: dict[str, list[Recommendation]] = {}
        self._exceptions: dict[str, list[Recommendation]] = {}
        self._leaving: dict[str, list[SourceGap | Tension]] = {}
        self._exclusions: dict[tuple[str, str], list[Exclusion]] = {}
        for rule in knowledge.rules.values():
            match rule:
                case DerivedFinding():
                    self.deriving[rule.finding] = rule
                case Assessment():
                    self._assessing.setdefault(rule.condition, []).append(rule)
                case Recommendation():
                    _note(self._strict, rule.overrides, rule)
                    _note(self._exceptions, rule.overrides_if_known, rule)
                case SourceGap() | Tension():
                    _note(self._leaving, rule.leaves_open, rule)
                case Exclusion():
                    package = "" if rule.source else self.package(rule)
                    self._exclusions.setdefault((rule.source, package), []).append(rule)

    def strict(self, rule: Rule) -> tuple[Recommendation, ...]:
        """What overrides a rule, also while it is unknown whether it holds."""
        return tuple(self._strict.get(rule.iri, ()))

    def exceptions(self, rule: Rule) -> tuple[Recommendation, ...]:
        """What overrides a rule once it is known to hold."""
        return tuple(self._exceptions.get(rule.iri, ()))

    def overriding(self, rule: Rule) -> tuple[Recommendation, ...]:
        """What overrides a rule in either way."""
        return self._in_order((*self.strict(rule), *self.exceptions(rule)))

    def leaving(self, rule: Rule) -> tuple[SourceGap | Tension, ...]:
        """Gaps and tensions that leave a rule open."""
        return tuple(self._leaving.get(rule.iri, ()))

    def choices(self, rule: Recommendation) -> tuple[Recommendation, ...]:
        """The recommendations within one of which a recommendation is only a proposal."""
        found = (self._rules.get(iri) for iri in rule.if_chosen)
        return tuple(other for other in found if isinstance(other, Recommendation))

    def contraindications(self, rule: Recommendation) -> tuple[Present, ...]:
        """What speaks against the intervention of a recommendation for it: while one of these holds, it is left open."""
        if rule.direction != "for" or rule.intervention not in self._interventions:
            return ()
        return tuple(self._contraindications[iri] for iri in self._interventions[rule.intervention].contraindications)

    def obtained(self, rule: Recommendation) -> And | None:
        """Of a recommendation that can be done: that all that its intervention obtains is known.

        What is recorded has no date here, so that an urgent or emergency order is never done by it: it could be long past. So
        with one that recurs.
        """
        return self._obtained.get(rule.intervention) if self.performable(rule) and rule.recurrence is None else None

    @staticmethod
    def performable(rule: Recommendation) -> bool:
        """Whether a recommendation is done once its intervention is performed, with the guard of `obtained`.

        Only that very intervention does it: a film is no "image", and to do something narrower need not be what was meant.
        """
        return rule.direction == "for" and rule.urgency not in ("emergency", "urgent")

    def grades(self, rule: Recommendation) -> bool:
        """Whether how urgent a case is can be read from a recommendation: not before its screen, so not from one to assess."""
        return rule.direction == "for" and rule.intervention not in self._screening

    def excluding(self, rule: Rule) -> tuple[Exclusion, ...]:
        """The exclusions that keep a rule from a patient: those of its source, and those of its whole package."""
        return self._in_order((*self.of_source(rule), *self.of_package(rule)))

    def of_source(self, rule: Rule) -> tuple[Exclusion, ...]:
        """The exclusions of the source of a rule alone."""
        return tuple(self._exclusions.get((rule.source, ""), ())) if rule.source else ()

    def of_package(self, rule: Rule) -> tuple[Exclusion, ...]:
        """The exclusions that hold for all sources of the package of a rule."""
        return tuple(self._exclusions.get(("", self.package(rule)), ()))

    def assessing(self, condition: str) -> tuple[Assessment, ...]:
        """Assessments of a condition, or of a narrower one."""
        below = self._narrower.get(condition, (condition,))
        return self._in_order([rule for iri in below for rule in self._assessing.get(iri, ())])

    def declared(self, rule: Rule | None) -> bool:
        """Whether what leaves a recommendation open is a declared disagreement, or a reading of ours.

        That, and nothing else, does not raise the level of a case (design section 5, *Level*).
        """
        reading = isinstance(rule, SourceGap) and bool(rule.reading) and not rule.leaves_level_open
        return reading or isinstance(rule, Tension)

    def package(self, rule: Rule) -> str:
        """The package that states a rule."""
        return self._package_of.get(rule.iri, "")

    def _in_order(self, rules: Iterable[Acting]) -> tuple[Acting, ...]:
        """Each rule once, in the order of the knowledge."""
        found = {rule.iri: rule for rule in rules}
        return tuple(sorted(found.values(), key=lambda rule: self._position[rule.iri]))


def _note(index: dict[str, list[Acting]], targets: Iterable[str], rule: Acting) -> None:
    for target in dict.fromkeys(targets):
        index.setdefault(target, []).append(rule)


def packages_of(knowledge: Knowledge) -> Mapping[str, tuple[str, ...]]:
    """Package → IRIs of its rules."""
    found: dict[str, list[str]] = {}
    for iri in knowledge.rules:
        found.setdefault(knowledge.package_of.get(iri, ""), []).append(iri)
    return {package: tuple(rules) for package, rules in found.items()}


def _all_known(obtained: Iterable[str], knowledge: Knowledge) -> And:
    """That each of some findings is recorded either way, and each of some measurements and coded properties has a value."""
    return And(children=tuple(_known(iri, knowledge) for iri in obtained))


def _known(iri: str, knowledge: Knowledge) -> Criterion:
    if iri in knowledge.findings:
        return Or(children=(Present(finding=iri), Absent(finding=iri)))
    if iri in knowledge.coded:
        return OneOf(coded=iri, codes=knowledge.coded[iri].codes, others=())
    unit = knowledge.measurements[iri].unit
    return Measured(measurement=iri, unit=unit if unit in DAYS else "")
