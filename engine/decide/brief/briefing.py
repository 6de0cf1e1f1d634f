"""A decided case → its brief (design section 7). Everything is read off the planes that decide it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.node import CONFLICTING, TRUE, Explanation
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.decide.brief.headline import Headline, Situation, for_clinicians, for_patients
from spinegraph.engine.decide.brief.outlook import Outlook, Outlooks
from spinegraph.engine.decide.brief.places import Line, Places
from spinegraph.engine.decide.brief.reasons import MOST_MARKERS, Names, Reasons
from spinegraph.engine.decide.brief.screens import TIERS, OpenScreen, Screens
from spinegraph.engine.decide.brief.wording import Wording
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.condition import SuspectedCondition
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.disclaimer import disclaimer_for
from spinegraph.engine.decide.level import RAISING, level_of
from spinegraph.engine.decide.notices import NoticeRules
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import (
    VERDICTS,
    Brief,
    BriefAction,
    Level,
    Marker,
    OpenScreens,
    OtherLevel,
    Recommendation,
    SourceGap,
    SourceState,
)

MOST_ASKED, MOST_IF = 3, 3


class BriefBasis(NamedTuple):
    """What a brief is made of besides the planes: the level, the open screens, what they can change."""

    level: Level
    outlook: Outlook
    screens: tuple[OpenScreen, ...]


class Briefing:
    """Makes the briefs of one program."""

    def __init__(
        self,
        graph: CriterionGraph,
        conditions: Sequence[SuspectedCondition],
        encoder: CaseEncoder,
        notice_rules: NoticeRules,
    ) -> None:
        self._notice_rules = notice_rules
        program = graph.facts.program
        knowledge = program.knowledge
        self._program = program
        self.places = Places(program)
        self.outlooks = Outlooks(program, self.places, encoder)
        self._screens = Screens(graph)
        self._reasons = Reasons(graph, conditions)
        self._names = {audience: Names(knowledge, for_patient=audience == "patient") for audience in ("clinician", "patient")}
        self._wording = {audience: Wording(program, names, notice_rules.classes) for audience, names in self._names.items()}
        rules = knowledge.rules.values()
        ungraded = [rule for rule in rules if isinstance(rule, SourceGap) and rule.leaves_level_open]
        self._ungraded = [(program.relations.package(rule), graph.rule(rule)) for rule in ungraded]
        grading = [rule for rule in rules if isinstance(rule, Recommendation) and program.relations.grades(rule)]
        self._nodes = {rule.iri: graph.rule(rule) for rule in rules if isinstance(rule, Recommendation)}
        place = VERDICTS.index("provisional")
        self._raising = [
            (rule, graph.rule(rule), program.verdicts[rule.iri][place], program.standing[rule.iri])
            for rule in grading
            if rule.urgency in RAISING
        ]
        self._sources = tuple(
            SourceState(id=source.number, date=source.modified or None, review=_review(source.review_status))
            for source in sorted(knowledge.sources.values(), key=lambda source: source.number)
        )
        topics = knowledge.uncovered.values()
        self._not_covered = {
            "clinician": tuple(topic.label for topic in topics),
            "patient": tuple(topic.patient_label for topic in topics),
        }
        self._disclaimer = {
            audience: disclaimer_for(audience, knowledge.sources.values(), messages_of(knowledge.language))
            for audience in ("clinician", "patient")
        }

    def find(self, case: Explanation) -> BriefBasis:
        """The level of a case, and what answers can still change."""
        level = level_of(self._program.level, case.planes, case.certain)
        if not case.consistent:
            outlook = self.outlooks.contradictory(case.certain, self._screens.own_tiers())
        else:
            outlook = self.outlooks.outlook(case.case, case.planes, self._screens.shut(case))
        return BriefBasis(level, outlook, self._screens.open(case, outlook.tiers))

    def brief(self, case: Explanation, basis: BriefBasis) -> Brief:
        """The brief of a case."""
        audience = case.case.audience
        names, wording = self._names[audience], self._wording[audience]
        excluding = [node for _, node, _ in self._notice_rules.exclusions if node.truth(case) == TRUE]
        excluded = self._notice_rules.excluded_packages(case)
        do, avoid = basis.outlook.do.lines, basis.outlook.avoid.lines
        review = self.places.standing("review", case.certain.__getitem__).lines
        weighed = self._weighed(case)
        higher = RAISING[: RAISING.index(basis.level)] if basis.level in RAISING else RAISING
        others = [_other(rule, by, names.for_patient) for rule, _, by, apart in weighed if apart and rule.urgency in higher]
        set_apart = frozenset(code for _, node, _, _ in weighed for code in self._reasons.facts(node, case))
        ruled_out = self._reasons.to_rule_out(case, excluded, set_apart, names)
        because, headline = self._headline(case, basis, excluding, excluded, (do, avoid, review))
        actions = [wording.action(line, case) for line in do]
        against = [wording.action(line, case) for line in avoid]
        likely = None if ruled_out or excluding else self._reasons.likely(case, excluded, names)
        if not because and basis.level == "routine" and likely:
            because = (Marker(code=likely.condition, label=likely.label),)
        return Brief(
            level=basis.level,
            because=because[:MOST_MARKERS],
            headline=headline.text,
            level_if=tuple(others[:MOST_IF]),
            do=tuple(actions),
            avoid=tuple(against),
            rule_out=ruled_out,
            likely=likely,
            review=wording.review(review),
            ask=tuple([screen.screen.id for screen in basis.screens if screen.tier != "detail"][:MOST_ASKED]),
            not_covered=self._not_covered[audience],
            readings=tuple(dict.fromkeys(_readings(headline, actions, against))),
            settled=basis.outlook.settled,
            level_final=basis.outlook.level_final,
            open=OpenScreens(**{tier: sum(one.tier == tier for one in basis.screens) for tier in TIERS}),
            sources=self._sources,
            disclaimer=self._disclaimer[audience],
        )

    def _headline(
        self,
        case: Explanation,
        basis: BriefBasis,
        excluding: Sequence[RuleNode],
        excluded: Container[str],
        lines: tuple[Sequence[Line], ...],
    ) -> tuple[tuple[Marker, ...], Headline]:
        """What the level rests on, and the one thing to do."""
        names, wording = self._names[case.case.audience], self._wording[case.case.audience]
        do, avoid, review = lines
        raising = [node for rule, node, _, _ in self._raising if rule.urgency == basis.level and self._raises(rule, node, case)]
        ungraded = [] if basis.level in RAISING else list(self._ungraded_signs(case, excluded))
        raised, open_ = self._reasons.markers(raising, case, names), self._reasons.markers(ungraded, case, names)
        outside = self._reasons.markers(excluding, case, names, unfolded=False)
        clashing = () if case.consistent or basis.level in RAISING else tuple(self._clashing(case, names))
        situation = Situation(
            level=basis.level,
            do=[wording.fragment(line) for line in do],
            avoid=[wording.fragment(line) for line in avoid],
            review=[wording.fragment(line) for line in review],
            barred=[names.of(concept) for concept in (wording.barring(do[0], case) if do else ())],
            contradictory=[marker.label for marker in clashing],
            uncovered=[marker.label for marker in outside],
            ungraded=[marker.label for marker in open_],
            settled=basis.outlook.settled,
            ask=[names.title(one.screen) for one in basis.screens if one.tier != "detail"][:MOST_ASKED],
        )
        write = for_patients if names.for_patient else for_clinicians
        because = (*raised, *clashing, *open_, *outside)
        if basis.level == "undetermined" and not because:
            # what is to be done has no grade: nobody says how urgent it is
            because = self._reasons.markers((self._nodes[rule.iri] for line in do for rule in line.rules), case, names)
        return tuple({marker.code: marker for marker in because}.values()), write(situation, names.say)

    def _raises(self, rule: Recommendation, node: RuleNode, case: Explanation) -> bool:
        standing = case.certain[self._program.standing[rule.iri]]
        verdict = self._program.verdict(rule.iri, case.certain)
        return bool(standing) or (verdict == "out-of-scope" and node.truth(case) == TRUE)

    def _ungraded_signs(self, case: Explanation, excluded: Container[str]) -> Iterator[RuleNode]:
        return (node for package, node in self._ungraded if package not in excluded and node.truth(case) & TRUE)

    def _clashing(self, case: Explanation, names: Names) -> Iterator[Marker]:
        """The findings that are both present and absent."""
        for iri, finding in self._program.knowledge.findings.items():
            if case.finding_state(iri) == CONFLICTING:
                yield Marker(code=finding.code, label=names.of(finding))

    def _weighed(self, case: Explanation) -> list[tuple[Recommendation, RuleNode, str, bool]]:
        """Recommendations whose criterion holds and which a declared disagreement or a reading leaves open.

        With each its node, the id of what leaves it open, and whether that alone keeps it from raising the level.
        """
        found = []
        relations = self._program.relations
        for rule, node, provisional, standing in self._raising:
            if node.truth(case) & TRUE:
                holding = [
                    other.id
                    for other in relations.leaving(rule)
                    if relations.declared(other) and case.planes[self._program.rules[other.iri].whole.holds]
                ]
                apart = bool(case.certain[provisional] and not case.certain[standing])
                found += [(rule, node, holding[0], apart)] if holding else []
        return found


def _other(rule: Recommendation, by: str, for_patient: bool) -> OtherLevel:
    if for_patient:
        return OtherLevel(level=rule.urgency, recommendation=rule.id, text=rule.patient_text or rule.text)
    return OtherLevel(level=rule.urgency, recommendation=rule.id, left_open_by=by, text=rule.text)


def _readings(headline: Headline, *actions: Sequence[BriefAction]) -> Iterator[str]:
    texts = (headline.reading, *(action.reading for place in actions for action in place))
    yield from filter(None, texts)


def _review(status: str) -> str:
    return status if status and status != "none" else "unknown"
