"""Recommendations that displace each other in a circle (SG911), or whose document covers nobody who meets them (SG906)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Exclusion, Recommendation
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour, named

MOST_CIRCLES = 200
"""So many circles of overrides are looked at; sound content has none."""


def circular_overrides(analysis: Analysis) -> Iterator[Behaviour]:
    """Circles of overrides in which each rule displaces the next for one patient, who gets none of them.

    An override acts whether or not its rule is itself overridden, so nothing breaks such a circle.
    """
    for circle in islice(_circles(analysis), MOST_CIRCLES):
        patient = analysis.smallest(*(analysis.acts(rule) for rule in circle), *(analysis.stands(rule) for rule in circle))
        if patient is not None:
            yield Behaviour(
                name="circular-override",
                rule=circle[0].iri,
                others=tuple(rule.iri for rule in circle[1:]),
                message="circle",
                terms={"circle": " → ".join(shorten(rule.iri) for rule in (*circle, circle[0]))},
                witness=analysis.witness(patient, [(rule, "overridden") for rule in circle]),
            )


def _circles(analysis: Analysis) -> Iterator[tuple[Recommendation, ...]]:
    """Each circle once, beginning at its first rule by IRI. (A rule that overrides itself has a diagnostic of its own.)"""
    rules = {rule.iri: rule for rule in analysis.recommendations}
    targets = {iri: dict.fromkeys((*rule.overrides, *rule.overrides_if_known)) for iri, rule in rules.items()}
    for start in sorted(rules):
        for path in _returning(start, targets):
            yield tuple(rules[iri] for iri in path)


def _returning(start: str, targets: Mapping[str, Mapping[str, None]]) -> Iterator[tuple[str, ...]]:
    """Ways from a rule along overrides back to it, over rules that come after it only."""
    back = _leading_to(start, targets)
    waiting: list[tuple[str, ...]] = [(start,)]
    while waiting:
        path = waiting.pop()
        for target in targets[path[-1]]:
            if target == start and len(path) > 1:
                yield path
            elif target in back and target not in path:
                waiting.append((*path, target))


def _leading_to(start: str, targets: Mapping[str, Mapping[str, None]]) -> set[str]:
    """The rules after `start` from which overrides lead to it: where there is no circle, nothing has to be walked."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        reached = waiting.pop()
        here = [iri for iri, named_there in targets.items() if iri > start and iri not in found and reached in named_there]
        found.update(here)
        waiting += here
    return found


def uncovered(analysis: Analysis) -> Iterator[Behaviour]:
    """Recommendations that hold for nobody whom their document covers."""
    for rule in analysis.recommendations:
        if analysis.exists(analysis.stands(rule)) or not analysis.exists(analysis.holds(rule)):
            continue
        exclusions = [other for other in analysis.knowledge.rules.values() if isinstance(other, Exclusion)]
        excluding = [other for other in exclusions if other.source in ("", rule.source) and _meets(analysis, rule, other)]
        patient = analysis.somebody(analysis.verdict(rule, "out-of-scope"), analysis.holds(rule))
        yield Behaviour(
            name="shadowed",
            rule=rule.iri,
            others=tuple(other.iri for other in excluding),
            message="excluded",
            terms={"rule": named(rule)},
            witness=analysis.witness(patient, ((rule, "out-of-scope"),)),
        )


def _meets(analysis: Analysis, rule: Recommendation, exclusion: Exclusion) -> bool:
    return analysis.exists(analysis.holds(rule), analysis.holds(exclusion))
