"""What a verdict rests on: scope, criterion, and whatever displaces a recommendation or leaves it open (design section 5).

Many recommendations share one ground ("all red flags absent" carries a whole list of treatments), so verdict, missing
facts and flips are worked out once per ground.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.changes import ChangeSets
from spinegraph.engine.criteria.node import FALSE, TRUE, UNKNOWN, CriterionNode, Explanation
from spinegraph.engine.criteria.open_facts import shared_facts
from spinegraph.engine.criteria.rule import ActingRule, RuleNode
from spinegraph.engine.decide.alterations import Alterations, Outcome, confirmed
from spinegraph.engine.decide.completions import Completions
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.workbench import Workbench
from spinegraph.engine.model import QUIET, VERDICTS, Change, Proof, Recommendation, Rule, Verdict


class Standing:
    """How a ground stands in a case."""

    __slots__ = ("beside", "complete", "displacing", "flips", "missing", "opening", "own", "proofs", "truth", "verdict")

    def __init__(self, verdict: Verdict, truth: int) -> None:
        self.verdict = verdict
        self.truth = truth
        self.own = 0
        self.beside = 0
        self.missing: tuple[str, ...] = ()
        self.displacing: tuple[str, ...] = ()
        self.opening: tuple[str, ...] = ()
        self.flips: tuple[tuple[Change, ...], ...] = ()
        self.complete = True
        self.proofs: tuple[Proof, ...] = ()


UNSHOWN = {verdict: Standing(verdict, UNKNOWN) for verdict in VERDICTS if verdict in QUIET}
"""How a ground stands that is not shown: nothing else is told of it."""


class Ground:
    """Scope, criterion and what stands beside them, with the rules that are in the same position."""

    def __init__(self, graph: CriterionGraph, rule: Recommendation, completions: Completions) -> None:
        relations = graph.facts.program.relations
        self.node: RuleNode = graph.rule(rule)

        def acting(other: Rule) -> ActingRule:
            return ActingRule(graph.rule(other), tuple(map(graph.rule, relations.of_source(other))))

        self.strict = tuple(map(acting, relations.strict(rule)))
        self.exceptions = tuple(map(acting, relations.exceptions(rule)))
        self.leaving = tuple(map(acting, relations.leaving(rule)))
        self.excluding = tuple(map(graph.rule, relations.excluding(rule)))
        self._facts = graph.facts
        self.iri = rule.iri
        self._program = graph.facts.program
        beside: tuple[ActingRule | RuleNode, ...] = (*self.strict, *self.exceptions, *self.leaving, *self.excluding)
        self.named = self.node.named() | joined(rule.named() for rule in beside)
        self.reach = joined(itertools.chain(self.node.reaches(), *(rule.reaches() for rule in beside)))
        self.alterations = Alterations(self, completions.bench)
        self._completions = completions
        self._acting = (self.strict, self.exceptions, self.leaving)
        full = frozenset(self.node.entailed())
        self._if_held = tuple(tuple(rule.restrict(full) for rule in rules) for rules in self._acting)
        self._shared = shared_facts([self.node])
        self._entangled = shared_facts([self.node, *(rule.node for rules in self._acting for rule in rules), *self.excluding])

    @property
    def identity(self) -> tuple[Any, ...]:
        """Equal for rules that always stand alike."""
        parts = (self.strict, self.exceptions, self.leaving, self.excluding)
        numbers = tuple(tuple(node.number for node in part) for part in parts)
        return _number(self.node.scope), _number(self.node.criterion), *numbers

    def _verdict_planes(self, planes: Sequence[int], ones: int) -> Sequence[int]:  # noqa: ARG002 (one is always set)
        slots = self._program.verdicts[self.iri]
        return planes[slots.start : slots.stop]

    def verdict(self, planes: tuple[int, ...], certain: tuple[int, ...]) -> Verdict:
        """The verdict of a case, from its planes and from those without contradictory facts.

        What holds only because of a fact that is recorded both ways is conflicting, whatever else is unknown.
        """
        found = self._program.verdict(self.iri, planes)
        if planes is certain or found in ("conflicting", "out-of-scope") or found == self._program.verdict(self.iri, certain):
            return found
        return "conflicting"

    def stand(self, case: Explanation, verdict: Verdict, outcome: Outcome) -> Standing:
        """Verdict, proofs, missing facts, flips and open facts in a case."""
        standing = Standing(verdict, self.node.truth(case))
        standing.proofs = self.node.parts(case)
        standing.flips = self._facts.decode_changes(outcome.flips.singles, outcome.flips.larger)
        standing.complete = outcome.complete
        if verdict in QUIET:
            return standing
        if verdict in ("overridden", "provisional", "conflicting"):
            standing.displacing = tuple(node.id for node in (*self.strict, *self.exceptions) if node.truth(case) & TRUE)
            unsettled = (node for node in self.strict if node.truth(case) == UNKNOWN)
            standing.opening = tuple(
                node.id for node in (*(node for node in self.leaving if node.truth(case) & TRUE), *unsettled)
            )
        standing.own = self.node.open_facts(case).facts
        if outcome.idle:
            standing.own &= ~outcome.idle | self._facts.related(standing.own & ~outcome.idle)
        if not self.node.pending(case):
            standing.beside = self._open_beside(case)
        if (standing.own | standing.beside) & self._entangled and case.consistent:
            decisive = self._completions.decisive(case, self.reach, self._verdict_planes)
            if decisive is not None:
                standing.own, standing.beside = standing.own & decisive, standing.beside & decisive
        standing.missing = self._facts.decode(self._missing(case, standing))
        return standing

    def doubtful(self, case: Explanation) -> int:
        """The open facts, if one bears on several parts: then looking at the parts alone may name what decides nothing."""
        own = self.node.open_facts(case).facts
        return own if own & self._shared and not self.node.pending(case) else 0

    def _open_beside(self, case: Explanation) -> int:
        """Facts that can exclude the patient, or alter what displaces the recommendation or leaves it open once it holds.

        Nothing displaces it twice, and nothing leaves open what is displaced or open already.
        """
        total = 0
        for exclusion in self.excluding:
            total |= exclusion.open_facts(case).hold
        truth = self.node.truth(case)
        if case.consistent and not truth & TRUE and not self.node.open_facts(case).hold:
            return total
        strict, exceptions, leaving = self._if_held if truth == UNKNOWN and case.consistent else self._acting
        if any(_for_good(rule, case) for rule in (*strict, *exceptions)):
            return total
        for rule in (*strict, *exceptions):
            total |= rule.open_facts(case).hold
        if any(_for_good(rule, case) for rule in leaving):
            return total
        if all(rule.truth(case) & FALSE or rule.open_facts(case).refute for rule in strict):
            for rule in strict:
                total |= rule.open_facts(case).refute
            for rule in leaving:
                total |= rule.open_facts(case).hold
        return total

    def _missing(self, case: Explanation, standing: Standing) -> int:
        """The unknown facts that would settle the verdict."""
        if standing.verdict in ("undetermined", "conflicting"):
            return standing.own
        missing = 0
        if standing.verdict == "provisional":
            for node in self.strict:
                if node.truth(case) == UNKNOWN:
                    missing |= node.open_facts(case).facts
        return missing & standing.beside


def _for_good(rule: ActingRule, case: Explanation) -> bool:
    """Whether a rule acts, and nothing changes that."""
    return rule.truth(case) == TRUE and not rule.open_facts(case).facts


def _number(node: CriterionNode | None) -> int:
    return -1 if node is None else node.number


def stand_all(grounds: Iterable[Ground], case: Explanation, include_all: bool, bench: Workbench) -> dict[int, Standing]:
    """How each ground (by its id) stands in a case: the flips of all of them are worked out together."""
    standing = {}
    shown: list[tuple[Ground, Verdict, ChangeSets]] = []
    for ground in grounds:
        verdict = ground.verdict(case.planes, case.certain)
        if include_all or verdict not in QUIET:
            shown.append((ground, verdict, ground.alterations.propose(case, verdict)))
        else:
            standing[id(ground)] = UNSHOWN[verdict]
    outcomes = confirmed([(ground.alterations, verdict, proposed) for ground, verdict, proposed in shown], case, bench)
    for (ground, verdict, _), found in zip(shown, outcomes, strict=True):
        standing[id(ground)] = ground.stand(case, verdict, found)
    return standing
