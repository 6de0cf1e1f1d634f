"""The minimal changes of facts that alter a verdict (design section 7, `flips`).

A flip is a set of changes after which the verdict is another one, whichever value a measurement has in the range that the
set asks for and whichever way is recorded what it asks to assess, unless that contradicts the record; and of which no part
does so already. "Another" is any other verdict but conflicting. Changes are those that the rule and what stands beside it
name (a finding present, absent, assessed, a measurement in a range or out of it), and the reversal of what is recorded.

Sets are proposed from the structure of the criteria, as if each of their parts stood alone, and then tried (`trials.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from spinegraph.engine.criteria.bits import bits_of
from spinegraph.engine.criteria.changes import NEVER, ChangeSets, all_of, any_of, minimal, sets_of
from spinegraph.engine.criteria.node import CONFLICTING, HOLD, REFUTE, TRUE, UNHOLD, UNKNOWN, UNREFUTE, Explanation
from spinegraph.engine.decide.trials import Effect, Trials
from spinegraph.engine.decide.workbench import Workbench
from spinegraph.engine.model import Verdict

if TYPE_CHECKING:
    from spinegraph.engine.decide.ground import Ground

MAX_ROUNDS = 4
"""How often a proposal that does not alter the verdict is carried on from where it leads."""
MAX_TRIED = 64
"""How many sets are tried in such a round."""
MAX_CARRIED_ON, MAX_WITNESSES_CARRIED_ON = 16, 4
"""How many proposals are carried on in a round, and for how many of the values that a measurement may have."""


class Alterations:
    """Proposes and confirms what alters the verdict of one ground."""

    def __init__(self, ground: Ground, bench: Workbench) -> None:
        self.ground = ground
        self._bench = bench
        self.facts = bench.facts
        first_range, first = 2 * len(bench.sides), self.facts.first_assessed
        self._findings = ground.named & (1 << first_range) - 1
        ranges = [plane for plane in bits_of(ground.named & (1 << first) - (1 << first_range)) if bench.fitting[plane]]
        ranges.sort(key=lambda plane: -bench.fitting[plane].bit_count())
        self._ranges = [(plane, bench.fitting[plane], bench.implied[plane]) for plane in ranges]
        self._assessed = bits_of(ground.named >> first)
        self._cells = 0
        for _, cells, _ in self._ranges:
            self._cells |= cells
        for number in self._assessed:
            self._cells |= 3 << 2 * number

    # Proposals -------------------------------------------------------------------------------

    def propose(self, case: Explanation, verdict: Verdict, ahead: bool = False) -> ChangeSets:
        """What would alter the verdict if every part of the ground stood alone.

        While its scope is not known, larger sets are not looked for; but `ahead`, where a set is carried on, they are.
        """
        ground = self.ground
        node = ground.node
        if verdict == "conflicting":
            return self._reconcile(case)
        if verdict == "out-of-scope":
            excluded = [other.change(case, UNHOLD) for other in ground.excluding if other.truth(case) & TRUE]
            return all_of([*excluded, *([node.scope.change(case, UNREFUTE)] if node.scope else [])], self.facts.contradicts)
        if node.pending(case) and not ahead:
            return node.scope.change(case, REFUTE) if node.scope else NEVER
        leaving = [other.change(case, HOLD) for other in ground.excluding]
        if node.scope is not None:
            leaving.append(node.scope.change(case, REFUTE))
        if verdict == "not-indicated":
            return any_of((node.criterion.change(case, UNREFUTE) if node.criterion else NEVER, *leaving))
        if verdict == "undetermined":
            refuted = node.criterion.change(case, REFUTE) if node.criterion else NEVER
            return any_of((node.change(case, HOLD), refuted, *leaving))
        return any_of((node.change(case, UNHOLD), *leaving, *self._beside(case, verdict)))

    def _beside(self, case: Explanation, verdict: Verdict) -> Iterator[ChangeSets]:
        """Changes of what displaces the recommendation or leaves it open."""
        ground = self.ground
        overriding = (*ground.strict, *ground.exceptions)
        if verdict == "overridden":
            yield all_of([node.change(case, UNHOLD) for node in overriding if node.truth(case) & TRUE], self.facts.contradicts)
            return
        for node in overriding:
            yield node.change(case, HOLD)
        if verdict == "indicated":
            for node in ground.leaving:
                yield node.change(case, HOLD)
            for node in ground.strict:
                yield node.change(case, UNREFUTE)
            return
        blocking = [node.change(case, UNHOLD) for node in ground.leaving if node.truth(case) & TRUE]
        blocking += [node.change(case, REFUTE) for node in ground.strict if node.truth(case) == UNKNOWN]
        yield all_of(blocking, self.facts.contradicts)

    def _reconcile(self, case: Explanation) -> ChangeSets:
        """Settle, either way, everything that is contradictory."""
        ground = self.ground
        clashes = self.clashes(case)
        if clashes:
            known = case.settling.get(clashes)
            if known is None:
                known = case.settling[clashes] = all_of([_settle_clash(*clash) for clash in clashes], self.facts.contradicts)
            return known
        parts = (ground.node.scope, ground.node.criterion, *ground.strict, *ground.exceptions, *ground.excluding)
        clashing = [part for part in parts if part is not None and part.truth(case) == CONFLICTING]
        return all_of([any_of((part.change(case, HOLD), part.change(case, REFUTE))) for part in clashing], self.facts.contradicts)

    def clashes(self, case: Explanation) -> tuple[tuple[int, int], ...]:
        """Records that contradict each other, of those that bear on the ground."""
        return tuple([(out, below) for out, below in case.clashes if (out | below) & self.ground.reach])

    # Confirmation ----------------------------------------------------------------------------

    def confirm(
        self, case: Explanation, verdict: Verdict, proposed: ChangeSets, trials: Trials, reversing: int, sensible: int
    ) -> Finding:
        """The single changes that alter the verdict, all there are; and of the larger sets, those that do and are minimal.

        `reversing`: the changes that reverse what is recorded; `sensible`: the single changes that do not contradict it.
        """
        found = Finding(self, case, verdict)
        found.cut = proposed.cut
        findings = (self._findings | reversing) & sensible
        tried = proposed.larger
        effect = found.effect(trials, tried, findings | self._cells)
        altered, kept = effect
        singles = altered & findings
        covered = 0
        for plane, cells, implied in self._ranges if altered & self._cells else ():
            if altered & cells and not kept & cells and not covered >> plane & 1:
                singles |= 1 << plane
                covered |= implied
        for number in self._assessed:
            if altered >> 2 * number & 3 == 3:
                change = self.facts.first_assessed + number
                singles = singles & ~(3 << 2 * number) | 1 << change
                covered |= self._bench.implied[change]
        found.singles, found.covered = singles, covered | singles
        if found.doubted:
            alone = altered & findings | sum(1 << plane for plane, cells, _ in self._ranges if altered & cells)
            found.doubted &= ~self.facts.told_by(alone)
        if proposed.singles & ~found.covered:
            found.open_ends += [1 << number for number in bits_of(proposed.singles & ~found.covered)]
        if tried:
            found.sort(trials, tried, effect)
        return found

    def carried_on(self, case: Explanation, verdict: Verdict, change: int) -> tuple[set[int], bool]:
        """A set that does not alter the verdict, with what would alter it once the set is made; and whether a limit cut that."""
        further: set[int] = set()
        cut = False
        reversing = sum(1 << reversal for reversal in case.reversals)
        for changed in itertools.islice(self._bench.with_changes(case, change), MAX_WITNESSES_CARRIED_ON):
            if self.ground.verdict(changed.planes, changed.certain) in (verdict, "conflicting"):
                proposed = self.propose(changed, verdict, ahead=True)
                cut |= proposed.cut
                for more in sets_of(proposed):
                    if more and not self.facts.contradicts(change | more):
                        further.add(self._bench.reduced(change | more, reversing))
        return further, cut

    def narrowed(self, case: Explanation, verdict: Verdict) -> bool:
        """Whether larger sets are left out on purpose: while the scope is not known, and in a contradictory record."""
        return self.ground.node.pending(case) or verdict == "conflicting" or bool(self.clashes(case))


class Outcome(NamedTuple):
    """The flips of a ground, and facts (a mask) that look open in a part, but cannot settle the verdict: all was tried.

    `complete`: whether the flips are all that there are.
    """

    flips: ChangeSets
    idle: int
    complete: bool


class Finding:
    """What is known so far of the flips of one ground in a case."""

    __slots__ = (
        "_alterations", "_case", "_kept", "_seen", "_verdict", "_waiting", "covered", "cut", "doubted", "open_ends", "singles",
    )  # fmt: skip

    def __init__(self, alterations: Alterations, case: Explanation, verdict: Verdict) -> None:
        self._alterations = alterations
        self._case = case
        self._verdict = verdict
        self._kept: list[int] = []
        self._seen: set[int] = set()
        self._waiting: set[int] = set()
        self.open_ends: list[int] = []
        self.singles = 0
        self.covered = 0
        self.doubted = alterations.ground.doubtful(case) if verdict == "undetermined" else 0
        self.cut = False

    def effect(self, trials: Trials, tried: Iterable[int], concerned: int = 0) -> Effect:
        """What the trials do to the verdict; of those that are neither tried nor concerned, nothing certain."""

        def asked() -> int:
            bits = concerned
            for change in tried:
                if change in trials.places:
                    bits |= trials.places[change].bits
            return bits

        return trials.effect(self._alterations.ground.iri, self._verdict, asked)

    def _note(self, trials: Trials, change: int, effect: Effect) -> None:
        """A fact is not in doubt where a set of news alters the verdict that would not without it."""
        facts = self._alterations.facts
        told = facts.told_by(change)
        if told & self.doubted and not told & self._case.known:
            self.doubted &= ~facts.told_by(trials.decisive(change, effect))

    def sort(self, trials: Trials, tried: Iterable[int], effect: Effect) -> None:
        """Keep the sets that alter the verdict and of which no part does; note the parts that do, and what leads nowhere."""
        for change in tried:
            if change & self.covered or change in self._seen:
                continue
            self._seen.add(change)
            if self.doubted:
                self._note(trials, change, effect)
            whole, parts = trials.succeeds(change, effect)
            self.cut |= change not in trials.places
            if parts:
                self._waiting.update(parts)
            elif whole:
                self._kept.append(change)
                doubtful = trials.places[change].doubtful
                if doubtful:
                    self._waiting.update(
                        change ^ 1 << m for n, m in enumerate(trials.places[change].members) if doubtful >> n & 1
                    )
            else:
                self.open_ends.append(change)

    @property
    def unsettled(self) -> bool:
        """Whether there is anything left to try. A contradictory record is not looked into further than needed for a flip."""
        if self.open_ends and (self.singles or self._kept) and self._alterations.clashes(self._case):
            self.open_ends = []
        return bool(self._waiting or self.open_ends)

    def wanted(self) -> list[int]:
        """The sets to try next: parts of what was tried, and what carries on where a proposal leads nowhere."""
        self.cut |= len(self.open_ends) > MAX_CARRIED_ON
        for change in self.open_ends[:MAX_CARRIED_ON]:
            further, cut = self._alterations.carried_on(self._case, self._verdict, change)
            self._waiting |= further
            self.cut |= cut
        ahead = [change for change in self._waiting if change not in self._seen and not change & self.covered]
        self._waiting.clear()
        self.open_ends = []
        self.cut |= len(ahead) > MAX_TRIED
        return sorted(ahead, key=lambda change: (change.bit_count(), change))[:MAX_TRIED]

    def outcome(self) -> Outcome:
        """All single changes that are flips, and the larger sets found, smallest first; and what decides the verdict."""
        flips = minimal(self.singles, self._kept) if len(self._kept) > 1 else ChangeSets(self.singles, tuple(self._kept))
        whole = not self.cut and not self._waiting and not self.open_ends
        complete = whole and not flips.cut and not self._alterations.narrowed(self._case, self._verdict)
        return Outcome(flips, self.doubted if whole else 0, complete)


def confirmed(proposals: Sequence[tuple[Alterations, Verdict, ChangeSets]], case: Explanation, bench: Workbench) -> list[Outcome]:
    """The flips of several grounds, with their verdicts and what was proposed; all are tried together."""
    reversing, sensible = sum(1 << change for change in case.reversals), ~bench.contradicting(case)
    reduced = [_reduced(proposed, reversing, bench) for _, _, proposed in proposals]
    trials = bench.try_changes(case, (change for proposed in reduced for change in proposed.larger))
    findings = [
        alterations.confirm(case, verdict, proposed, trials, reversing, sensible)
        for (alterations, verdict, _), proposed in zip(proposals, reduced, strict=True)
    ]
    for _ in range(MAX_ROUNDS):
        wanted = [(found, ahead) for found in findings if found.unsettled and (ahead := found.wanted())]
        if not wanted:
            break
        trials = bench.try_changes(case, (change for _, ahead in wanted for change in ahead), singles=False)
        for found, ahead in wanted:
            found.sort(trials, ahead, found.effect(trials, ahead))
    return [found.outcome() for found in findings]


def _reduced(proposed: ChangeSets, reversing: int, bench: Workbench) -> ChangeSets:
    """What was proposed, without changes that others imply."""
    if not proposed.larger or not proposed.larger[0]:
        return ChangeSets(proposed.singles, (), proposed.cut)
    larger = [bench.reduced(change, reversing) for change in proposed.larger]
    return minimal(proposed.singles, larger, proposed.cut) if larger != list(proposed.larger) else proposed


def _settle_clash(absent: int, present: int) -> ChangeSets:
    """Record the wider finding present, or everything of it absent."""
    to_present = sum(1 << 2 * number for number in bits_of(absent))
    to_absent = sum(2 << 2 * number for number in bits_of(present))
    return any_of((ChangeSets(0, (to_present,)), ChangeSets(0, (to_absent,))))
