"""The minimal changes of facts that alter a verdict (design section 7, `flips`).

A flip is a set of changes after which the verdict is another one, whichever value a measurement has in the range that the
set asks for and whichever way is recorded what it asks to assess, unless that contradicts the record; and of which no part
does so already. "Another" is any other verdict but conflicting. Changes are those that the rules of a position name (a
finding present, absent, assessed, a measurement in a range or out of it), and the reversal of what is recorded.

Sets are proposed from the structure of the criteria (`proposals.py`), as if each of their parts stood alone, and then tried
(`hypothetical_batch.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.bits import bits_of, joined
from spinegraph.engine.criteria.changes import NEVER, ChangeSets, minimal, sets_of
from spinegraph.engine.criteria.node import Explanation
from spinegraph.engine.decide.batch_layout import BatchLayout
from spinegraph.engine.decide.hypothetical_batch import Effect, HypotheticalBatch
from spinegraph.engine.decide.position import Position
from spinegraph.engine.decide.proposals import clashes_of, propose
from spinegraph.engine.model import Verdict

MAX_ROUNDS = 4
"""How often a proposal that does not alter the verdict is carried on from where it leads."""
MAX_TRIED = 64
"""How many sets are tried in such a round."""
MAX_CARRIED_ON, MAX_WITNESSES_CARRIED_ON = 16, 4
"""How many proposals are carried on in a round, and for how many of the values that a measurement may have."""


class Counterfactuals(NamedTuple):
    """The flips of a position, and facts (a mask) that look open in a part, but cannot settle the verdict: all was tried.

    `complete`: whether the flips are all that there are.
    """

    flips: ChangeSets
    idle: int
    complete: bool


NOT_SEARCHED = Counterfactuals(NEVER, 0, False)
"""Of a position whose flips nobody wants."""


class CounterfactualSearch:
    """What the searches for flips of one position have in common. Prepared once."""

    def __init__(self, position: Position, layout: BatchLayout) -> None:
        self.position = position
        self.layout = layout
        self.facts = layout.facts
        first_range, first_assessed = 2 * len(layout.sides), self.facts.first_assessed
        self.blocked = self._of_related_values(position, layout) | self._of_dated_facts(position, layout)
        self._in_time = bool(self._dated(position))
        self.findings = position.named & (1 << first_range) - 1 & ~self.blocked
        ranges = [
            plane
            for plane in bits_of(position.named & ~self.blocked & (1 << first_assessed) - (1 << first_range))
            if layout.fitting[plane]
        ]
        ranges.sort(key=lambda plane: -layout.fitting[plane].bit_count())
        self.ranges = [(plane, layout.fitting[plane], layout.implied[plane]) for plane in ranges]
        self.assessed = bits_of((position.named & ~self.blocked) >> first_assessed)
        self.concerned = joined((*(fitting for _, fitting, _ in self.ranges), *(3 << 2 * number for number in self.assessed)))

    def _of_related_values(self, position: Position, layout: BatchLayout) -> int:
        """The changes (a mask) of values that bear on the position together with others: what these do is not worked out."""
        facts = self.facts
        pairs = [joined(facts.bit[code] for code in codes) for codes in facts.program.codes_of_related]
        related = joined(pair for pair in pairs if pair & position.bearing == pair)
        return joined(1 << plane for plane in layout.fitting if facts.about_one(plane) & related)

    def _dated(self, position: Position) -> int:
        """The facts (a mask) of which criteria of the position read the dates."""
        return joined(read.recorded for read in self.facts.timed if read.all & position.bearing == read.all)

    def _of_dated_facts(self, position: Position, layout: BatchLayout) -> int:
        """The changes (a mask) of facts of which the position reads the dates: what these do is not worked out."""
        facts, dated = self.facts, self._dated(position)
        numbers = bits_of(dated & (1 << len(layout.sides)) - 1)
        ranges = (1 << plane for plane in layout.fitting if facts.about_one(plane) & dated)
        assessed = (1 << facts.first_assessed + number for number in numbers)
        return joined((*(3 << 2 * number for number in numbers), *assessed, *ranges))

    @property
    def partial(self) -> bool:
        """Whether some changes that bear on the position are not worked out."""
        if self._in_time:
            return True
        facts = self.facts
        pairs = (joined(facts.bit[code] for code in codes) for codes in facts.program.codes_of_related)
        return any(pair & self.position.bearing == pair for pair in pairs)

    def propose(self, case: Explanation, verdict: Verdict) -> ChangeSets:
        """The sets of changes to try first."""
        found = propose(self.position, case, verdict, self.facts)
        if not self.blocked:
            return found
        larger = tuple(change for change in found.larger if not change & self.blocked)
        return ChangeSets(found.singles & ~self.blocked, larger, found.cut)

    def carried_on(self, case: Explanation, verdict: Verdict, change: int) -> tuple[set[int], bool]:
        """A set that does not alter the verdict, with what would alter it once the set is made; and whether a limit cut that."""
        proposals: set[int] = set()
        cut = False
        reversing = joined(1 << reversal for reversal in case.reversals)
        for changed in itertools.islice(self.layout.with_changes(case, change), MAX_WITNESSES_CARRIED_ON):
            if self.position.verdict(changed.planes, changed.certain) in (verdict, "conflicting"):
                proposed = propose(self.position, changed, verdict, self.facts, ahead=True)
                cut |= proposed.cut
                proposals.update([change | more for more in sets_of(proposed)])
        proposals.discard(change)
        sensible = (more for more in proposals if not (more & self.blocked or self.facts.contradicts(more)))
        further = {self.layout.reduced(more, reversing) for more in sensible}
        return further, cut


class Search:
    """What is known so far of the flips of one position in a case."""

    __slots__ = (
        "_case", "_common", "_covered", "_cut", "_doubtful", "_kept", "_leading_nowhere", "_seen", "_singles", "_verdict",
        "_waiting",
    )  # fmt: skip

    def __init__(self, common: CounterfactualSearch, case: Explanation, verdict: Verdict) -> None:
        self._common = common
        self._case = case
        self._verdict = verdict
        self._kept: list[int] = []
        self._seen: set[int] = set()
        self._waiting: set[int] = set()
        self._leading_nowhere: list[int] = []
        self._singles = 0
        self._covered = 0
        self._doubtful = common.position.doubtful(case) if verdict == "undetermined" else 0
        self._cut = False

    def start(self, proposed: ChangeSets, batch: HypotheticalBatch, reversing: int, sensible: int) -> None:
        """Find the single changes that alter the verdict, all there are, and try the larger sets that are proposed.

        `reversing`: the changes that reverse what is recorded; `sensible`: the single changes that do not contradict it.
        """
        common = self._common
        self._cut = proposed.cut or common.partial
        findings = (common.findings | reversing) & sensible & ~common.blocked
        effect = self._effect(batch, proposed.larger, findings | common.concerned)
        self._note_singles(effect, findings)
        if self._doubtful:
            alone = effect.altered & findings
            alone |= joined(1 << plane for plane, fitting, _ in common.ranges if effect.altered & fitting)
            self._doubtful &= ~common.facts.about(alone)
        self._leading_nowhere += [1 << number for number in bits_of(proposed.singles & ~self._covered)]
        if proposed.larger:
            self._sort(batch, proposed.larger, effect)

    def _note_singles(self, effect: Effect, findings: int) -> None:
        altered, kept = effect
        common = self._common
        singles = altered & findings
        covered = 0
        for plane, fitting, implied in common.ranges:
            if altered & fitting and not kept & fitting and not covered >> plane & 1:
                singles |= 1 << plane
                covered |= implied
        for number in common.assessed:
            if altered >> 2 * number & 3 == 3:
                change = common.facts.first_assessed + number
                singles = singles & ~(3 << 2 * number) | 1 << change
                covered |= common.layout.implied[change]
        self._singles, self._covered = singles, covered | singles

    def continue_with(self, tried: Iterable[int], batch: HypotheticalBatch) -> None:
        """Take in what a batch shows of the sets that were wanted."""
        self._sort(batch, tried, self._effect(batch, tried))

    def _effect(self, batch: HypotheticalBatch, tried: Iterable[int], concerned: int = 0) -> Effect:
        """What the batch does to the verdict; of patients that are neither tried nor concerned, nothing certain."""

        def asked() -> int:
            return concerned | joined(batch.blocks[change].bits for change in tried if change in batch.blocks)

        return batch.effect(self._common.position.iri, self._verdict, asked)

    def _note_decisive(self, batch: HypotheticalBatch, change: int, effect: Effect) -> None:
        """A fact is not in doubt where a set of new facts alters the verdict that would not without it."""
        facts = self._common.facts
        about = facts.about(change)
        if about & self._doubtful and not about & self._case.known:
            self._doubtful &= ~facts.about(batch.decisive(change, effect))

    def _sort(self, batch: HypotheticalBatch, tried: Iterable[int], effect: Effect) -> None:
        """Keep the sets that alter the verdict and of which no part does; note the parts that do, and what leads nowhere."""
        for change in tried:
            if change & self._covered or change in self._seen:
                continue
            self._seen.add(change)
            if self._doubtful:
                self._note_decisive(batch, change, effect)
            whole, parts = batch.alters(change, effect)
            self._cut |= change not in batch.blocks
            if parts:
                self._waiting.update(parts)
            elif whole:
                self._kept.append(change)
                self._waiting.update(batch.blocks[change].undecided_parts(change))
            else:
                self._leading_nowhere.append(change)

    @property
    def unsettled(self) -> bool:
        """Whether there is anything left to try. A contradictory record is not looked into further than needed for a flip."""
        if self._leading_nowhere and (self._singles or self._kept) and clashes_of(self._common.position, self._case):
            self._leading_nowhere = []
        return bool(self._waiting or self._leading_nowhere)

    def wanted(self) -> list[int]:
        """The sets to try next: parts of what was tried, and what carries on where a proposal leads nowhere."""
        self._cut |= len(self._leading_nowhere) > MAX_CARRIED_ON
        for change in self._leading_nowhere[:MAX_CARRIED_ON]:
            further, cut = self._common.carried_on(self._case, self._verdict, change)
            self._waiting |= further
            self._cut |= cut
        ahead = [change for change in self._waiting if change not in self._seen and not change & self._covered]
        self._waiting.clear()
        self._leading_nowhere = []
        self._cut |= len(ahead) > MAX_TRIED
        return sorted(ahead, key=lambda change: (change.bit_count(), change))[:MAX_TRIED]

    def result(self) -> Counterfactuals:
        """All single changes that are flips, and the larger sets found, smallest first; and what decides the verdict."""
        kept = self._kept
        flips = minimal(self._singles, kept) if len(kept) > 1 else ChangeSets(self._singles, tuple(kept))
        whole = not self._cut and not self._waiting and not self._leading_nowhere
        complete = whole and not flips.cut and not self._narrowed()
        return Counterfactuals(flips, self._doubtful if whole else 0, complete)

    def _narrowed(self) -> bool:
        """Whether larger sets are left out on purpose: while the scope is not known, and in a contradictory record."""
        position = self._common.position
        pending = any(one.node.pending(self._case) for one in (position, *position.within))
        return pending or self._verdict == "conflicting" or bool(clashes_of(position, self._case))


def search_all(
    proposals: Sequence[tuple[CounterfactualSearch, Verdict, ChangeSets]], case: Explanation, layout: BatchLayout
) -> list[Counterfactuals]:
    """The flips of several positions, with their verdicts and what was proposed; all are tried together."""
    reversing, sensible = joined(1 << change for change in case.reversals), ~layout.contradicting(case)
    reduced = [_reduced(proposed, reversing, layout) for _, _, proposed in proposals]
    batch = layout.try_changes(case, (change for proposed in reduced for change in proposed.larger))
    searches = [Search(common, case, verdict) for common, verdict, _ in proposals]
    for search, proposed in zip(searches, reduced, strict=True):
        search.start(proposed, batch, reversing, sensible)
    for _ in range(MAX_ROUNDS):
        wanted = [(search, ahead) for search in searches if search.unsettled and (ahead := search.wanted())]
        if not wanted:
            break
        batch = layout.try_changes(case, (change for _, ahead in wanted for change in ahead), singles=False)
        for search, ahead in wanted:
            search.continue_with(ahead, batch)
    return [search.result() for search in searches]


def _reduced(proposed: ChangeSets, reversing: int, layout: BatchLayout) -> ChangeSets:
    """What was proposed, without changes that others imply."""
    if not proposed.larger or not proposed.larger[0]:
        return ChangeSets(proposed.singles, (), proposed.cut)
    larger = [layout.reduced(change, reversing) for change in proposed.larger]
    return minimal(proposed.singles, larger, proposed.cut) if larger != list(proposed.larger) else proposed
