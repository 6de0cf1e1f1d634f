"""Changes that would alter the verdict of a position if each part of its criteria stood alone: what is then tried."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.criteria.bits import bits_of
from spinegraph.engine.criteria.changes import DONE, NEVER, ChangeSets, all_of, any_of
from spinegraph.engine.criteria.node import CONFLICTING, HOLD, REFUTE, TRUE, UNHOLD, UNKNOWN, UNREFUTE, Explanation
from spinegraph.engine.decide.facts import Facts
from spinegraph.engine.decide.position import Position
from spinegraph.engine.model import Verdict


def propose(position: Position, case: Explanation, verdict: Verdict, facts: Facts, ahead: bool = False) -> ChangeSets:
    """The sets of changes to try.

    While the scope is not known, larger sets are not looked for; but `ahead`, where a set is carried on, they are.
    For a choice within others, also what alters the verdicts of those; both together is found by carrying on.
    """
    own = _of_position(position, case, verdict, facts, ahead)
    if not position.within:
        return own
    wider = [propose(one, case, one.verdict(case.planes, case.certain), facts, ahead) for one in position.within]
    return any_of(part for part in (own, *wider) if part != DONE)


def _of_position(position: Position, case: Explanation, verdict: Verdict, facts: Facts, ahead: bool) -> ChangeSets:
    """What alters the verdict through its own scope and criterion, and the rules that act on it."""
    scope = position.node.scope
    if verdict == "conflicting":
        return _reconcile(position, case, facts)
    if verdict == "out-of-scope":
        excluded = [rule.change(case, UNHOLD) for rule in position.excluding if rule.truth(case) & TRUE]
        return all_of([*excluded, *([scope.change(case, UNREFUTE)] if scope else [])], facts.contradicts)
    if position.node.pending(case) and not ahead:
        return scope.change(case, REFUTE) if scope else NEVER
    leaving = [rule.change(case, HOLD) for rule in position.excluding]
    if scope is not None:
        leaving.append(scope.change(case, REFUTE))
    return any_of((*_of_criterion(position, case, verdict), *leaving, *_of_acting_rules(position, case, verdict, facts)))


def _of_criterion(position: Position, case: Explanation, verdict: Verdict) -> Iterator[ChangeSets]:
    """Changes of the rule's own criterion."""
    node, criterion = position.node, position.node.criterion
    if verdict == "not-indicated":
        yield criterion.change(case, UNREFUTE) if criterion else NEVER
    elif verdict == "undetermined":
        yield node.change(case, HOLD)
        yield criterion.change(case, REFUTE) if criterion else NEVER
    else:
        yield node.change(case, UNHOLD)


def _of_acting_rules(position: Position, case: Explanation, verdict: Verdict, facts: Facts) -> Iterator[ChangeSets]:
    """Changes of what displaces the recommendation or leaves it open, where it holds."""
    if verdict == "overridden":
        yield all_of([rule.change(case, UNHOLD) for rule in position.overriding if rule.truth(case) & TRUE], facts.contradicts)
    if verdict not in ("indicated", "provisional", "done"):
        return
    for rule in position.overriding:
        yield rule.change(case, HOLD)
    if verdict == "indicated":
        for rule in position.obtaining:
            yield rule.change(case, HOLD)
    if verdict != "provisional":
        for rule in position.leaving:
            yield rule.change(case, HOLD)
        for rule in position.strict:
            yield rule.change(case, UNREFUTE)
        return
    blocking = [rule.change(case, UNHOLD) for rule in position.leaving if rule.truth(case) & TRUE]
    blocking += [rule.change(case, REFUTE) for rule in position.strict if rule.truth(case) == UNKNOWN]
    yield all_of(blocking, facts.contradicts)


def _reconcile(position: Position, case: Explanation, facts: Facts) -> ChangeSets:
    """Settle, either way, everything that is contradictory."""
    clashes = clashes_of(position, case)
    if clashes:
        known = case.settling.get(clashes)
        if known is None:
            known = case.settling[clashes] = all_of([_settle_clash(*clash) for clash in clashes], facts.contradicts)
        return known
    parts = (position.node.scope, position.node.criterion, *position.overriding, *position.excluding)
    clashing = [part for part in parts if part is not None and part.truth(case) == CONFLICTING]
    return all_of([any_of((part.change(case, HOLD), part.change(case, REFUTE))) for part in clashing], facts.contradicts)


def clashes_of(position: Position, case: Explanation) -> tuple[tuple[int, int], ...]:
    """Records that contradict each other and bear on the position: pairs of masks, see `Facts.clashes`."""
    return tuple([(absent, present) for absent, present in case.clashes if (absent | present) & position.bearing])


def _settle_clash(absent: int, present: int) -> ChangeSets:
    """Record the wider finding present, or everything of it absent."""
    to_present = sum(1 << 2 * number for number in bits_of(absent))
    to_absent = sum(2 << 2 * number for number in bits_of(present))
    return any_of((ChangeSets(0, (to_present,)), ChangeSets(0, (to_absent,))))
