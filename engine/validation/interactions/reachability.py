"""Rules that never hold (SG904), that hold in all of their scope (SG905), that are shadowed (SG906) or stated twice (SG910);
overrides that never act (SG902)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.model import URGENCIES, Assessment, Recommendation, Rule, Tension
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour, named
from spinegraph.engine.validation.outline import outline

MODALITIES = ("must", "should", "may")


def idle_overrides(analysis: Analysis) -> Iterator[Behaviour]:
    """Overrides whose two rules never hold for one patient."""
    for rule in analysis.recommendations:
        for message, targets in (("always", rule.overrides), ("if-known", rule.overrides_if_known)):
            for target in targets:
                displaced = analysis.knowledge.rules[target]
                if not isinstance(displaced, Recommendation):
                    continue
                if not analysis.exists(analysis.acts(rule), analysis.stands(displaced)):
                    yield Behaviour(
                        name="idle-override",
                        rule=rule.iri,
                        others=(target,),
                        message=message,
                        terms={"rule": named(rule), "target": named(displaced)},
                        witness=analysis.example(rule),
                    )


def unreachable(analysis: Analysis) -> Iterator[Behaviour]:
    """Rules whose scope and criterion no patient meets."""
    for rule in analysis.knowledge.rules.values():
        if isinstance(rule, Tension) or not _says_when(rule):
            continue
        if not analysis.exists(analysis.holds(rule)):
            parts = [f"“{part.label or ', '.join(outline(part))}”" for part in analysis.excluding(rule)]
            message = "never-true" if len(parts) == 1 else "exclude-each-other"
            yield Behaviour(name="never-holds", rule=rule.iri, message=message, terms={"rule": named(rule), "parts": parts})


def trivial(analysis: Analysis) -> Iterator[Behaviour]:
    """Rules with a criterion that is true for everybody in scope, so that it says nothing."""
    for rule in analysis.knowledge.rules.values():
        if rule.criterion is None:
            continue
        criterion = analysis.planes[analysis.program.rules[rule.iri].criterion.holds]
        scope = analysis.in_scope(rule)
        if analysis.exists(scope) and not analysis.exists(scope, -criterion):
            yield Behaviour(
                name="always-holds",
                rule=rule.iri,
                message="everybody",
                terms={"rule": named(rule), "scoped": rule.scope is not None},
                witness=analysis.witness(analysis.somebody(scope), ((rule, "holds"),)),
            )


def shadowed(analysis: Analysis) -> Iterator[Behaviour]:
    """Recommendations that are overridden whenever they hold."""
    for rule in analysis.recommendations:
        if not analysis.exists(analysis.stands(rule)) or analysis.exists(
            analysis.verdict(rule, "indicated", "provisional", "done")
        ):
            continue
        patient = analysis.somebody(analysis.verdict(rule, "overridden"))
        yield Behaviour(
            name="shadowed",
            rule=rule.iri,
            others=tuple(other.iri for other in _overriding(analysis, rule)),
            message="overridden",
            terms={"rule": named(rule)},
            witness=analysis.witness(patient, ((rule, "overridden"),)),
        )


def repeated(analysis: Analysis) -> Iterator[Behaviour]:
    """Rules for which another of the same source says at least as much to at least the same patients."""
    for rule in analysis.knowledge.rules.values():
        if not analysis.exists(analysis.holds(rule)):
            continue
        for other in analysis.knowledge.rules.values():
            if other is rule or not _says_as_much(other, rule):
                continue
            if analysis.exists(analysis.holds(rule), -analysis.holds(other)):
                continue
            alike = not analysis.exists(analysis.holds(other), -analysis.holds(rule))
            if alike and _says_as_much(rule, other) and rule.iri > other.iri:
                continue  # each says what the other says: reported once
            patient = analysis.somebody(analysis.holds(rule))
            yield Behaviour(
                name="said-twice",
                rule=rule.iri,
                others=(other.iri,),
                message="as-much",
                terms={"rule": named(rule), "counterpart": named(other)},
                witness=analysis.witness(patient, ((rule, "holds"), (other, "holds"))),
            )
            break


def _says_as_much(rule: Rule, other: Rule) -> bool:
    """Whether the conclusion of `rule` contains that of `other`, from the same source."""
    if rule.source != other.source:
        return False
    if isinstance(rule, Assessment) and isinstance(other, Assessment):
        return rule.condition == other.condition
    if isinstance(rule, Recommendation) and isinstance(other, Recommendation):
        return (
            _action(rule) == _action(other)
            and MODALITIES.index(rule.modality) <= MODALITIES.index(other.modality)
            and URGENCIES.index(rule.urgency) <= URGENCIES.index(other.urgency)
        )
    return False


def _action(rule: Recommendation) -> tuple[object, ...]:
    return rule.direction, rule.intervention, rule.timing, rule.doses, rule.recurrence, rule.if_chosen


def _overriding(analysis: Analysis, rule: Recommendation) -> Iterator[Recommendation]:
    for other in analysis.recommendations:
        if rule.iri in (*other.overrides, *other.overrides_if_known):
            yield other


def _says_when(rule: Rule) -> bool:
    return rule.scope is not None or rule.criterion is not None
