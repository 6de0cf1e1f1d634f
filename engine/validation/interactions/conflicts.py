"""Opposite directions for one patient (SG901), and tensions that no patient ever shows (SG903)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Recommendation, SourceGap, Tension
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour, named


def opposite_directions(analysis: Analysis) -> Iterator[Behaviour]:
    """For an intervention and against it, or against a wider one, both indicated, and no tension that shows both."""
    knowledge = analysis.knowledge
    for bar in analysis.recommendations:
        below = knowledge.hierarchy.narrower.get(bar.intervention, (bar.intervention,)) if bar.direction == "against" else ()
        for order in analysis.recommendations:
            if order.direction != "for" or order.intervention not in below:
                continue
            both = [analysis.verdict(rule, "indicated") for rule in (order, bar)]
            tensions = _tensions(analysis, order, bar)
            if not all(tension.scope or tension.criterion for tension in tensions):
                continue  # a tension without scope and criterion declares the disagreement for every patient
            shown = [analysis.holds(tension) for tension in tensions]
            patient = analysis.smallest(*both, *(-literal for literal in shown))
            if patient is not None:
                yield Behaviour(
                    name="opposite-directions",
                    rule=order.iri,
                    others=(bar.iri,),
                    message="one-patient",
                    terms={
                        "order": named(order),
                        "bar": named(bar),
                        "wanted": shorten(order.intervention),
                        "barred": shorten(bar.intervention),
                        "wider": order.intervention != bar.intervention,
                    },
                    witness=analysis.witness(patient, ((order, "indicated"), (bar, "indicated"))),
                )


def _tensions(analysis: Analysis, order: Recommendation, bar: Recommendation) -> list[Tension]:
    """The tensions in which both take a position."""
    tensions = (rule for rule in analysis.knowledge.rules.values() if isinstance(rule, Tension))
    return [tension for tension in tensions if {order.iri, bar.iri} <= {p.recommendation for p in tension.positions}]


def idle_tensions(analysis: Analysis) -> Iterator[Behaviour]:
    """Tensions that hold for no patient, whose positions never meet, or that leave open what they never reach."""
    for rule in analysis.knowledge.rules.values():
        if not isinstance(rule, Tension | SourceGap) or not (rule.scope or rule.criterion):
            continue
        if not analysis.exists(analysis.holds(rule)):
            if isinstance(rule, Tension):
                yield Behaviour(name="idle-tension", rule=rule.iri, message="nobody", terms={"rule": named(rule)})
            continue
        if isinstance(rule, Tension) and not _positions_meet(analysis, rule):
            yield Behaviour(
                name="idle-tension",
                rule=rule.iri,
                others=tuple(position.recommendation for position in rule.positions if position.recommendation),
                message="positions-apart",
                terms={"rule": named(rule)},
                witness=analysis.example(rule),
            )
        for target in rule.leaves_open:
            left_open = analysis.knowledge.rules[target]
            if isinstance(left_open, Recommendation) and not analysis.exists(analysis.acts(rule), analysis.stands(left_open)):
                yield Behaviour(
                    name="idle-tension",
                    rule=rule.iri,
                    others=(target,),
                    message="nothing-left-open",
                    terms={"rule": named(rule), "target": named(left_open)},
                    witness=analysis.example(rule),
                )


def _positions_meet(analysis: Analysis, tension: Tension) -> bool:
    """Whether two of the recommendations that take a position can hold at once; true where fewer than two take one."""
    rules = [analysis.knowledge.rules[p.recommendation] for p in tension.positions if p.recommendation]
    taking = list(dict.fromkeys(rule for rule in rules if isinstance(rule, Recommendation)))
    pairs = [(rule, other) for number, rule in enumerate(taking) for other in taking[:number]]
    holds = analysis.holds(tension)
    return not pairs or any(analysis.exists(holds, *map(analysis.stands, pair)) for pair in pairs)
