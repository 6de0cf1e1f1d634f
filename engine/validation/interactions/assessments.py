"""Two documents that can disagree about one condition (SG909)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Assessment, Rule, Tension
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour, named


def disagreeing_assessments(analysis: Analysis) -> Iterator[Behaviour]:
    """A patient for whom one source suspects a condition, and another, which speaks about him, refutes it.

    Assessments of one source add up, its lists of signs being meant together. Those of two sources add up as well
    (a suspicion is enough), so nothing is decided wrongly; but a reader of the second document would not expect it, unless a
    tension says so, by passages of both.
    """
    rules = [rule for rule in analysis.knowledge.rules.values() if isinstance(rule, Assessment)]
    for suspecting, refuting in permutations(rules, 2):
        if (
            suspecting.condition != refuting.condition
            or suspecting.source == refuting.source
            or _declared(analysis, suspecting, refuting)
        ):
            continue
        refuted_by_all = [
            analysis.refuted(rule) for rule in rules if rule.condition == refuting.condition and rule.source == refuting.source
        ]
        patient = analysis.smallest(analysis.holds(suspecting), analysis.in_scope(refuting), *refuted_by_all)
        if patient is not None:
            yield Behaviour(
                name="assessments-disagree",
                rule=suspecting.iri,
                others=(refuting.iri,),
                message="one-patient",
                terms={"rule": named(suspecting), "condition": shorten(suspecting.condition), "counterpart": named(refuting)},
                witness=analysis.witness(patient, ((suspecting, "holds"), (refuting, "refuted"))),
            )


def _declared(analysis: Analysis, *rules: Assessment) -> bool:
    """Whether the positions of a tension cite each of the rules, by a passage that it or its criterion rests on."""
    tensions = (rule for rule in analysis.knowledge.rules.values() if isinstance(rule, Tension))
    cited = ({passage for position in tension.positions for passage in position.passages} for tension in tensions)
    return any(all(passages & _passages(rule) for rule in rules) for passages in cited)


def _passages(rule: Rule) -> set[str]:
    criteria = (criterion for criterion in (rule.scope, rule.criterion) if criterion is not None)
    return {*rule.passages, *(passage for criterion in criteria for node in criterion.walk() for passage in node.passages)}
