"""What applies to a patient: verdict, proofs, flips, missing and open facts of each position (design section 5).

Many recommendations share one position ("all red flags absent" carries a whole list of treatments), so all this is worked
out once for each position.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.node import FALSE, TRUE, UNKNOWN, Explanation
from spinegraph.engine.criteria.rule import ActingRule, RuleNode
from spinegraph.engine.decide.assignments import Assignments
from spinegraph.engine.decide.batch_layout import BatchLayout
from spinegraph.engine.decide.counterfactuals import NOT_SEARCHED, Counterfactuals, CounterfactualSearch, search_all
from spinegraph.engine.decide.position import Position
from spinegraph.engine.model import QUIET, Change, Proof, Verdict


class ApplicabilityResult(NamedTuple):
    """What a position comes to in a case.

    `own`, `others`: the unknown facts (masks) that can still change it through its own scope and criterion, and through the
    rules that act on it.
    """

    verdict: Verdict
    truth: int = UNKNOWN
    proofs: tuple[Proof, ...] = ()
    flips: tuple[tuple[Change, ...], ...] = ()
    flips_complete: bool = True
    overridden_by: tuple[str, ...] = ()
    left_open_by: tuple[str, ...] = ()
    own: int = 0
    others: int = 0
    missing: tuple[str, ...] = ()


class Applicability:
    """One position, ready to be evaluated."""

    def __init__(self, position: Position, layout: BatchLayout, assignments: Assignments) -> None:
        self.position = position
        self.search = CounterfactualSearch(position, layout)
        self._facts = layout.facts
        self._assignments = assignments
        self._within = tuple(Applicability(one, layout, assignments) for one in position.within)
        self._acting = (position.strict, position.exceptions, position.leaving, position.obtaining)
        full = frozenset(position.node.entailed())
        self._if_held = tuple(tuple(rule.restrict(full) for rule in rules) for rules in self._acting)

    def _verdict_planes(self, planes: Sequence[int], ones: int) -> Sequence[int]:  # noqa: ARG002 (one is always set)
        slots = self.position.program.verdicts[self.position.iri]
        return planes[slots.start : slots.stop]

    def evaluate(self, case: Explanation, verdict: Verdict, found: Counterfactuals) -> ApplicabilityResult:
        """Verdict, proofs, missing facts, flips and open facts in a case."""
        node = self.position.node
        flips = self._facts.decode_changes(found.flips.singles, found.flips.larger)
        if verdict in QUIET:
            return ApplicabilityResult(verdict, node.truth(case), node.parts(case), flips, found.complete)
        own, others = self._open_facts(case, found.idle)
        return self._whole(case, verdict, own, others)._replace(
            truth=node.truth(case), proofs=node.parts(case), flips=flips, flips_complete=found.complete
        )

    def in_short(self, case: Explanation, verdict: Verdict) -> ApplicabilityResult:
        """The same without proofs and flips, and so without open facts of what is plain."""
        if verdict in QUIET:
            return ApplicabilityResult(verdict)
        if (
            verdict == "undetermined"
            and case.consistent
            and not self._within
            and not self.position.node.open_facts(case).facts & self.position.entangled
        ):
            return self._whole(case, verdict, self.position.node.open_facts(case).facts, 0)
        open_ = verdict in ("undetermined", "provisional", "conflicting")
        own, others = self._open_facts(case, 0) if open_ else (0, 0)
        return self._whole(case, verdict, own, others)

    def _whole(self, case: Explanation, verdict: Verdict, own: int, others: int) -> ApplicabilityResult:
        return ApplicabilityResult(
            verdict,
            overridden_by=self._overridden_by(case, verdict),
            left_open_by=self._left_open_by(case, verdict),
            own=own,
            others=others,
            missing=self._facts.decode(self._missing(case, verdict, own, others)),
        )

    def _overridden_by(self, case: Explanation, verdict: Verdict) -> tuple[str, ...]:
        if verdict not in ("overridden", "provisional", "conflicting"):
            return ()
        own = [rule.id for rule in self.position.overriding if rule.truth(case) & TRUE]
        wider = (rule for one in self._within for rule in one._overridden_by(case, one._verdict(case)))
        return tuple(dict.fromkeys((*own, *wider)))

    def _left_open_by(self, case: Explanation, verdict: Verdict) -> tuple[str, ...]:
        if verdict not in ("overridden", "provisional", "conflicting"):
            return ()
        holding = [rule.id for rule in self.position.leaving if rule.truth(case) & TRUE]
        own = holding + [rule.id for rule in self.position.strict if rule.truth(case) == UNKNOWN]
        wider = (name for one in self._within for name in one._left_open_by(case, one._verdict(case)))
        return tuple(dict.fromkeys((*own, *wider)))

    def _verdict(self, case: Explanation) -> Verdict:
        return self.position.verdict(case.planes, case.certain)

    def _open_facts(self, case: Explanation, idle: int) -> tuple[int, int]:
        """The fields `own` and `others` of the result. `idle`: facts that are known to change nothing."""
        position = self.position
        own = position.node.open_facts(case).facts
        if idle:
            own &= ~idle | self._facts.related(own & ~idle)
        others = 0 if position.node.pending(case) else self._open_in_others(case)
        for wider in self._within:
            of_wider, acting = wider._open_facts(case, 0)
            own, others = own | of_wider, others | acting
        if (own | others) & position.entangled and case.consistent:
            decisive = self._assignments.decisive(case, position.bearing, self._verdict_planes)
            if decisive is not None:
                return own & decisive, others & decisive
        return own, others

    def _open_in_others(self, case: Explanation) -> int:
        """Facts that can exclude the patient, or alter what displaces the recommendation or leaves it open once it holds.

        Nothing displaces it twice, and nothing leaves open what is displaced or open already, nor is that done.
        """
        node = self.position.node
        excluding = _that_make_hold(self.position.excluding, case)
        truth = node.truth(case)
        if case.consistent and not truth & TRUE and not node.open_facts(case).hold:
            return excluding
        strict, exceptions, leaving, obtaining = self._if_held if truth == UNKNOWN and case.consistent else self._acting
        if any(_for_good(rule, case) for rule in (*strict, *exceptions)):
            return excluding
        total = excluding | _that_make_hold((*strict, *exceptions), case)
        if any(_for_good(rule, case) for rule in leaving):
            return total
        if self.position.performable in case.case.performed:
            obtaining = ()
        if all(rule.truth(case) & FALSE or rule.open_facts(case).refute for rule in strict):
            for rule in strict:
                total |= rule.open_facts(case).refute
            total |= _that_make_hold((*leaving, *obtaining), case)
        return total

    def _missing(self, case: Explanation, verdict: Verdict, own: int, others: int) -> int:
        """The unknown facts that would settle the verdict."""
        if verdict in ("undetermined", "conflicting"):
            return own
        missing = 0
        if verdict == "provisional":
            for rule in self.position.strict:
                if rule.truth(case) == UNKNOWN:
                    missing |= rule.open_facts(case).facts
            for wider in self._within:
                missing |= wider._missing(case, wider._verdict(case), own, others)
        return missing & others


def verdicts_alone(applicabilities: Iterable[Applicability], case: Explanation) -> dict[int, ApplicabilityResult]:
    """The verdict of each position in a case, by the id of its Applicability, and nothing else."""
    return {id(one): ApplicabilityResult(one.position.verdict(case.planes, case.certain)) for one in applicabilities}


def evaluate_all(
    applicabilities: Iterable[Applicability], case: Explanation, include_all: bool, layout: BatchLayout, flips: bool = True
) -> dict[int, ApplicabilityResult]:
    """What each position comes to in a case, by the id of its Applicability; flips, if wanted, are searched together."""
    results = {}
    shown: list[tuple[Applicability, Verdict]] = []
    for applicability in applicabilities:
        verdict = applicability.position.verdict(case.planes, case.certain)
        if include_all or verdict not in QUIET:
            shown.append((applicability, verdict))
        else:
            results[id(applicability)] = ApplicabilityResult(verdict)
    searched: Iterable[Counterfactuals] = itertools.repeat(NOT_SEARCHED, len(shown))
    if flips:
        searched = search_all([(one.search, verdict, one.search.propose(case, verdict)) for one, verdict in shown], case, layout)
    for (applicability, verdict), found in zip(shown, searched, strict=True):
        results[id(applicability)] = applicability.evaluate(case, verdict, found)
    return results


def _that_make_hold(rules: Iterable[ActingRule | RuleNode], case: Explanation) -> int:
    """The unknown facts (a mask) that can make one of the rules hold."""
    return joined(rule.open_facts(case).hold for rule in rules)


def _for_good(rule: ActingRule, case: Explanation) -> bool:
    """Whether a rule acts, and nothing changes that."""
    return rule.truth(case) == TRUE and not rule.open_facts(case).facts
