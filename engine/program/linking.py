"""The knowledge of some packages alone: their own rules, and those of others without which these could not be decided.

Packages are linked through what they share: a rule can test what a rule of another package concludes, and be displaced or left
open by one. All that bears on a verdict comes along, so that the verdict is the same as among all packages; nothing else does,
so that a decision costs what was asked for.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TypeVar

from msgspec import structs
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.model import (
    Assessment,
    Criterion,
    DerivedFinding,
    Knowledge,
    Recommendation,
    Rule,
    Screen,
    Tension,
)
from spinegraph.engine.program.relations import Relations
from spinegraph.engine.program.strata import dependencies

Stated = TypeVar("Stated")
ALL = "all"
"""What asks for every package, and is the name of none."""


class Linker:
    """Takes packages out of one knowledge."""

    def __init__(self, knowledge: Knowledge, relations: Relations) -> None:
        self._knowledge = knowledge
        self._relations = relations
        self._needed = dependencies(knowledge)
        self.packages = frozenset((*map(relations.package, knowledge.rules.values()), *knowledge.package_of.values()))

    def linked(self, packages: frozenset[str]) -> Knowledge:
        """The knowledge of these packages. Raises VocabularyError where there is none of a name."""
        if unknown := sorted(packages - self.packages):
            names = ", ".join(sorted(filter(None, self.packages))) or "none, for all content stands in one"
            raise VocabularyError(f"There is no package {unknown[0]!r}.", mend=f"Name one of these: {names}.")
        whole = self._knowledge
        chosen = self._bearing_on(rule for rule in whole.rules.values() if self._relations.package(rule) in packages)
        named = set(self._named(chosen.values()))
        sources = {rule.source for rule in chosen.values()}
        cited = {passage for rule in chosen.values() for passage in rule.passages}
        own = (screen for iri, screen in whole.screens.items() if whole.package_of.get(iri, "") in packages)
        named |= {item.asks for screen in own for item in screen.items if item.asks not in whole.package_of}

        def kept(things: Mapping[str, Stated]) -> dict[str, Stated]:
            return {iri: thing for iri, thing in things.items() if iri in named or whole.package_of.get(iri, "") in packages}

        findings, measurements, coded = kept(whole.findings), kept(whole.measurements), kept(whole.coded)
        interventions = kept(whole.interventions)
        known = {*findings, *measurements, *coded, *interventions, *named}
        asking = [screen for screen in whole.screens.values() if self._asks(screen, packages, findings)]
        screens = [_linked_screen(screen, known) for screen in asking]
        linked = {*chosen, *known, *(screen.iri for screen in screens), *named}
        lines = {rule.line for rule in chosen.values() if isinstance(rule, Recommendation)}
        return structs.replace(
            whole,
            findings=findings,
            conditions=kept(whole.conditions),
            interventions=interventions,
            measurements=measurements,
            coded=coded,
            acts={iri: act for iri, act in whole.acts.items() if iri in findings},
            screens={screen.iri: screen for screen in screens if screen.items},
            uncovered={iri: topic for iri, topic in whole.uncovered.items() if whole.package_of.get(iri, "") in packages},
            lines={iri: line for iri, line in whole.lines.items() if iri in lines},
            sources={iri: source for iri, source in whole.sources.items() if iri in sources},
            passages={iri: one for iri, one in whole.passages.items() if one.source in sources or one.id in cited},
            citations=tuple(citation for citation in whole.citations if citation.source in sources),
            rules={iri: rule for iri, rule in whole.rules.items() if iri in chosen},
            package_of={iri: name for iri, name in whole.package_of.items() if iri in linked or name in packages},
        )

    def _asks(self, screen: Screen, packages: Container[str], findings: Container[str]) -> bool:
        """Whether a screen is of these packages, or asks for a finding that bears on them."""
        own = self._knowledge.package_of.get(screen.iri, "") in packages
        return own or any(item.asks in findings for item in screen.items)

    def _bearing_on(self, rules: Iterable[Rule]) -> dict[str, Rule]:
        """Rules with all others that they rest on, that keep them from a patient, displace them or leave them open."""
        chosen: dict[str, Rule] = {}
        waiting = list(rules)
        while waiting:
            rule = waiting.pop()
            if rule.iri not in chosen:
                chosen[rule.iri] = rule
                waiting += self._directly(rule)
        return chosen

    def _directly(self, rule: Rule) -> Iterator[Rule]:
        yield from (self._knowledge.rules[iri] for iri in self._needed[rule.iri])
        yield from self._relations.excluding(rule)
        if isinstance(rule, Recommendation):
            yield from self._relations.overriding(rule)
            yield from self._relations.leaving(rule)
            yield from self._relations.choices(rule)
            yield from self._deriving(present.finding for present in self._relations.contraindications(rule))
            obtained = self._relations.obtained(rule)
            yield from self._deriving(part.subject for part in (obtained.walk() if obtained else ()))
        if isinstance(rule, Tension):
            yield from (self._knowledge.rules[side.recommendation] for side in rule.positions if side.recommendation)

    def _deriving(self, findings: Iterable[str]) -> Iterator[Rule]:
        """The rules that derive findings or narrower ones."""
        narrower = self._knowledge.hierarchy.narrower
        for finding in findings:
            yield from (self._relations.deriving[iri] for iri in narrower.get(finding, ()) if iri in self._relations.deriving)

    def _named(self, rules: Iterable[Rule]) -> Iterator[str]:
        """IRIs of what rules test and conclude, with everything that is wider or narrower."""
        hierarchy = self._knowledge.hierarchy
        direct: dict[str, None] = {}
        for rule in rules:
            for criterion in filter(None, (rule.scope, rule.criterion)):
                direct.update(dict.fromkeys(iri for part in criterion.walk() for iri in part.mentions))
            match rule:
                case DerivedFinding():
                    direct[rule.finding] = None
                case Assessment():
                    direct[rule.condition] = None
                case Recommendation():
                    direct[rule.intervention] = None
                    direct.update((iri, None) for dose in rule.doses for iri in (dose.per, dose.medicine) if iri)
                    direct.update((present.finding, None) for present in self._relations.contraindications(rule))
                    obtained = self._relations.obtained(rule)
                    direct.update((part.subject, None) for part in (obtained.walk() if obtained else ()))
        for iri in direct:
            yield iri
            yield from hierarchy.broader.get(iri, ())
            yield from hierarchy.narrower.get(iri, ())


def _linked_screen(screen: Screen, known: set[str]) -> Screen:
    """What a screen asks of what is known; a gate about anything else stands open."""
    items = [structs.replace(item, gate=_linked_gate(item.gate, known)) for item in screen.items if item.asks in known]
    return structs.replace(screen, items=tuple(items), gate=_linked_gate(screen.gate, known))


def _linked_gate(gate: Criterion | None, known: set[str]) -> Criterion | None:
    return gate if gate is not None and all(known.issuperset(part.mentions) for part in gate.walk() if not part.parts) else None
