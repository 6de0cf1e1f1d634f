"""What answers can still change of a brief: proven by the program over all of them, not by looking at some.

A few hundred answers are tried first, in one run (`answers.py`): what one of them changes is open. Where none changes anything,
the solver is asked over every combination of answers there can be, on the circuit of the same program: where there is no patient
for whom level, do or avoid differ, the brief is settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache, reduce
from itertools import compress
from operator import and_, or_
from threading import Lock
from typing import NamedTuple

from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.criteria.node import Explanation
from spinegraph.engine.decide.brief.answers import Answers, Tried
from spinegraph.engine.decide.brief.places import Bits, PlaceContent, Places
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.memory import Memory
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.model import Case
from spinegraph.engine.model.knowledge import Tier
from spinegraph.engine.program.program import Program

MOST_KEPT = 16
"""For so many sets of what was done, all patients are kept as a circuit."""

MOST_REMEMBERED = 1024
"""So many outlooks are remembered, without the planes of the answers tried."""


class Effects(NamedTuple):
    """Masks of the answers that change something: level, do or avoid, any verdict at all; and of those that lower the level."""

    safety: int
    management: int
    detail: int
    lower: int


class Outlook(NamedTuple):
    """What is open. `tiers`: for each thing that can be asked (IRI; of its date, `at:` and the IRI; `as_of`), the highest that an
    answer about it can change.

    `do`, `avoid`: what stands there now. `closed`: IRIs of measurements behind a gate that is shut.
    `tried`: the answers that were tried, where the outlook is no remembered one.
    """

    settled: bool
    level_final: bool
    tiers: Mapping[str, Tier]
    do: PlaceContent
    avoid: PlaceContent
    closed: frozenset[str] = frozenset()
    tried: Tried | None = None


class Reaching(NamedTuple):
    """`about`: for each thing that can be asked (IRI), the answers (a mask) about it; `changing`: recommendation IRI → the
    answers that change whether it has a place in the brief; `first`: those that some answer brings among its lines, or takes out.
    """

    about: Mapping[str, int]
    changing: Mapping[str, int]
    first: frozenset[str]

    def changed(self, asked: Iterable[str]) -> list[str]:
        """The recommendations (IRIs) that answers about some things bring into the brief, or take out of it."""
        about = reduce(or_, (self.about.get(iri, 0) for iri in asked), 0)
        return [rule for rule, answers in self.changing.items() if answers & about]


class Outlooks:
    """Works out what is open, for one program."""

    def __init__(self, program: Program, places: Places, encoder: CaseEncoder) -> None:
        self._encoder = encoder
        self._everybody = lru_cache(maxsize=MOST_KEPT)(self._patients)
        self._program = program
        self._places = places
        self._asking = Lock()
        self._memory: Memory[Outlook] = Memory(MOST_REMEMBERED)

    @cached_property
    def _answers(self) -> Answers:
        """Every fact is a plane over all answers: of tens of thousands of rules these take gigabytes, and verdicts need none."""
        return Answers(self._program)

    def _patients(self, performed: tuple[int, ...]) -> Patients:
        """Every consistent patient there can be for whom the same was done; made when a first brief looks settled."""
        return Patients(self._program, performed=performed)

    def contradictory(self, certain: Sequence[int], tiers: Mapping[str, Tier]) -> Outlook:
        """Of a record that contradicts itself nothing can be proven. `certain`: its output planes without the contradictions."""
        do, avoid = self._standing(certain.__getitem__)
        return Outlook(settled=False, level_final=False, tiers=tiers, do=do, avoid=avoid)

    def outlook(self, case: Case, planes: Sequence[int], closed: frozenset[str]) -> Outlook:
        """What is open in a consistent record, whose output planes are given.

        `closed`: IRIs of measurements behind a gate that is shut.
        """
        recorded = self._encoder.planes(case)
        seen, performed = self._answers.as_seen(case, recorded), tuple(self._encoder.performed(case))
        fresh: list[Outlook] = []

        def work_out() -> Outlook:
            fresh.append(self._work_out(seen, recorded, planes, closed, performed))
            return fresh[0]._replace(tried=None)

        timed = tuple(recorded[self._program.first_timed : -1])
        key = (seen.present, seen.absent, tuple(seen.values.items()), performed, closed, timed)
        known = self._memory.get(key, work_out)
        return fresh[0] if fresh else known

    def _work_out(
        self, case: Case, recorded: Sequence[int], planes: Sequence[int], closed: frozenset[str], performed: tuple[int, ...]
    ) -> Outlook:
        tried = self._answers.try_all(case, recorded, planes, closed)
        do, avoid = self._standing(planes.__getitem__)
        watched = (*do.watched, *avoid.watched)
        now = self._effects(tried, watched, tried.all, (planes, 1))
        alone = Effects(*(changed & tried.alone for changed in now))
        tiers = self._tiers(alone, self._effects_with_denials(tried))
        given = _Given(case, planes, closed, performed, recorded)
        turned = None
        settled = not now.safety and not now.management
        if settled and self._possible(given, self._changes(watched, planes)):
            settled, turned = False, self._smallest(given, self._changes(watched, planes))
        final = not now.lower and not self._possible(given, self._lower(planes))
        if turned is not None:
            tiers |= self._asking_for(turned, case, planes)
        return Outlook(settled, final, tiers, do, avoid, closed, tried)

    def reaching(self, outlook: Outlook, explained: Explanation) -> Reaching:
        """Which answers bring which recommendations into the brief, or take them out of it.

        None of a record that contradicts itself, of which nothing can be proven.
        """
        found: dict[str, int] = {}
        if not explained.consistent:
            return Reaching(self._answers.about, found, frozenset())
        case, planes = explained.case, explained.planes
        tried = outlook.tried or self._answers.try_all(case, self._encoder.planes(case), planes, outlook.closed)
        for iri, plane in self._program.standing.items():
            answers = tried.planes[plane]
            changed = tried.alone & (answers ^ (tried.alone if planes[plane] else 0))
            if tried.with_denials:
                changed |= tried.with_denials & (answers ^ (tried.with_denials if answers & tried.denied else 0))
            if changed:
                found[iri] = changed
        first = {plane for plane, _ in (*outlook.do.watched, *outlook.avoid.watched)}
        return Reaching(self._answers.about, found, frozenset(iri for iri in found if self._program.standing[iri] in first))

    def _standing(self, bits: Bits) -> tuple[PlaceContent, PlaceContent]:
        return self._places.standing("do", bits), self._places.standing("avoid", bits)

    def _effects(self, tried: Tried, watched: Iterable[tuple[int, int]], among: int, now: tuple[Sequence[int], int]) -> Effects:
        """The effects of some answers, against a patient of some planes (the other of `now` is the bit of the patient)."""
        planes = tried.planes
        of, bit = now
        slots = self._program.level
        level = next(number for number, slot in enumerate(slots) if of[slot] & bit)
        lower = reduce(or_, (planes[slot] for slot in slots[level + 1 :]), 0)
        management = reduce(or_, (planes[plane] ^ among if value else planes[plane] for plane, value in watched), 0)
        # each verdict is one plane of several, so that it is another one wherever the plane of the present one is clear
        verdicts = self._program.of_verdicts
        present = compress(planes[verdicts.start : verdicts.stop], map(bit.__and__, of[verdicts.start : verdicts.stop]))
        detail = reduce(and_, present, among) ^ among
        safety = planes[slots[level]] ^ among
        return Effects(among & safety, among & management, among & detail, among & lower)

    def _level(self, planes: Sequence[int]) -> int:
        return [planes[slot] for slot in self._program.level].index(1)

    def _effects_with_denials(self, tried: Tried) -> Effects:
        """The same against the patient in whom everything open is denied."""
        denied, planes = tried.denied, tried.planes
        if not tried.with_denials:
            return Effects(0, 0, 0, 0)
        do, avoid = self._standing(lambda plane: 1 if planes[plane] & denied else 0)
        return self._effects(tried, (*do.watched, *avoid.watched), tried.with_denials, (planes, denied))

    def _tiers(self, *effects: Effects) -> dict[str, Tier]:
        safety, management, detail, _ = map(lambda *several: reduce(or_, several), *effects)
        found: dict[str, Tier] = {}
        for iri, bits in self._answers.about.items():
            if bits & safety:
                found[iri] = "safety"
            elif bits & management:
                found[iri] = "management"
            elif bits & detail:
                found[iri] = "detail"
        return found

    def _changes(self, watched: Iterable[tuple[int, int]], planes: Sequence[int]) -> list[int]:
        """Planes, negative where they are set now, of which one is otherwise wherever level, do or avoid differ."""
        level = self._program.level[self._level(planes)]
        return [~level, *(~plane if value else plane for plane, value in watched)]

    def _lower(self, planes: Sequence[int]) -> list[int]:
        return list(self._program.level[self._level(planes) + 1 :])

    def _asking_for(self, turned: Case, case: Case, planes: Sequence[int]) -> dict[str, Tier]:
        """What has to be asked so that a patient is found in whom only several answers together change the brief."""
        knowledge = self._program.knowledge
        known = {*case.present, *case.absent, *case.values}
        codes = {*turned.present, *turned.absent, *turned.values} - known
        level = self._level(self._encoder.run(turned)[0])
        tier: Tier = "management" if level == self._level(planes) else "safety"
        asked = [finding.iri for finding in knowledge.findings.values() if finding.code in codes]
        asked += [thing.iri for thing in knowledge.valued.values() if thing.code in codes]
        if turned.as_of:  # some of it is dated: which dates are still to be asked, the screens know
            asked += [AS_OF, *(date_of(iri) for one in self._program.timed for iri in one.dated)]
        return dict.fromkeys(asked, tier)

    def _possible(self, given: _Given, wanted: Sequence[int]) -> bool:
        """Whether some combination of answers sets one of these planes (or clears one that is given as its complement)."""
        if not wanted:
            return False
        with self._asking, self._assuming(given, wanted) as (everybody, literals):
            return everybody.exists(*literals) if everybody.is_tried else everybody.circuit.model(literals) is not None

    def _smallest(self, given: _Given, wanted: Iterable[int]) -> Case | None:
        """The smallest patient in whom it does."""
        with self._asking, self._assuming(given, wanted) as (everybody, literals):
            return everybody.smallest(*literals)

    @contextmanager
    def _assuming(self, given: _Given, wanted: Iterable[int]) -> Iterator[tuple[Patients, tuple[int, ...]]]:
        """Everybody, and the literals of having this record and one of these planes.

        Nobody is asked for what follows from the record already, nor for a measurement behind a gate that is shut.
        """
        case, planes, closed, performed, recorded = given
        program, knowledge = self._program, self._program.knowledge
        everybody = self._everybody(performed)
        (literals,) = everybody.planes
        asked = everybody.one_of([-literals[~plane] if plane < 0 else literals[plane] for plane in wanted])
        decided = recorded[program.first_timed : -1]
        pairs = list(zip(decided[::2], decided[1::2], strict=True))
        record = dict.fromkeys((*everybody.record(case), *everybody.in_time.seen(program, pairs)))
        unasked = [everybody.unmeasured(knowledge.valued[iri].code) for iri in closed]
        for iri in program.findings:
            if planes[program.present[iri]] or planes[program.absent[iri]]:
                sides = (everybody.recorded(knowledge.findings[iri].code, side) for side in ("present", "absent"))
                unasked += [-literal for literal in sides if literal not in record]
        try:
            yield everybody, (*record, *unasked, asked)
        finally:
            everybody.forget(asked)


class _Given(NamedTuple):
    """A record, its output planes, the measurements (IRIs) that nobody can be asked for, the planes of what was done, and all
    input planes."""

    case: Case
    planes: Sequence[int]
    closed: frozenset[str]
    performed: tuple[int, ...]
    recorded: Sequence[int]
