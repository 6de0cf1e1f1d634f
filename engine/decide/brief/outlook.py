"""What answers can still change of a brief: proven by the program over all of them, not by looking at some.

A few hundred answers are tried first, in one run (`answers.py`): what one of them changes is open. Where none changes anything,
the solver is asked over every combination of answers there can be, on the circuit of the same program: where there is no patient
for whom level, do or avoid differ, the brief is settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from spinegraph.engine.decide.brief.answers import Answers, Tried
from spinegraph.engine.decide.brief.places import Bits, Places, bits_of_one
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.model import Case
from spinegraph.engine.model.knowledge import Tier
from spinegraph.engine.program.program import Program

TIERS: tuple[Tier, ...] = ("scope", "safety", "management", "detail")
MOST_KEPT = 16
"""For so many sets of what was done, all patients are kept as a circuit."""


class Effects(NamedTuple):
    """Masks of the answers that change something: level, do or avoid, any verdict at all; and of those that lower the level."""

    safety: int
    management: int
    detail: int
    lower: int


class Outlook(NamedTuple):
    """What is open. `tiers`: for each thing that can be asked (IRI), the highest that an answer about it can change.

    `about`: for each thing, the answers (a mask) about it; `standing`: recommendation IRI → the answers that change whether it
    has a place in the brief; `reaching`: those that some answer brings in among its first lines, or takes out of them.
    """

    settled: bool
    level_final: bool
    tiers: Mapping[str, Tier]
    about: Mapping[str, int]
    standing: Mapping[str, int]
    reaching: frozenset[str]

    def changed(self, asked: Iterable[str]) -> list[str]:
        """The recommendations (IRIs) that answers about some things bring into the brief, or take out of it."""
        about = 0
        for iri in asked:
            about |= self.about.get(iri, 0)
        return [rule for rule, answers in self.standing.items() if answers & about]


UNKNOWN = Outlook(settled=False, level_final=False, tiers={}, about={}, standing={}, reaching=frozenset())
"""Of a record that contradicts itself nothing can be proven."""


class Outlooks:
    """Works out what is open, for one program."""

    def __init__(self, program: Program, places: Places, encoder: CaseEncoder) -> None:
        self._encoder = encoder
        self._everybody = lru_cache(maxsize=MOST_KEPT)(self._patients)
        self._program = program
        self._places = places
        self._answers = Answers(program)
        self._asking = Lock()

    def _patients(self, performed: tuple[int, ...]) -> Patients:
        """Every consistent patient there can be for whom the same was done; made when a first brief looks settled."""
        return Patients(self._program, performed=performed)

    def outlook(self, case: Case, planes: Sequence[int], closed: frozenset[str]) -> Outlook:
        """What is open in a consistent record. `closed`: IRIs of measurements behind a gate that is shut."""
        performed = tuple(self._encoder.performed(case))
        tried = self._answers.try_all(case, planes, closed, performed)
        watched = self._watched(bits_of_one(planes))
        now = self._effects(tried, watched, tried.all, planes)
        alone = Effects(*(changed & tried.alone for changed in now))
        beside = self._effects_beside(tried) if tried.beside else Effects(0, 0, 0, 0)
        tiers = self._tiers(Effects(*(one | other for one, other in zip(alone, beside, strict=True))))
        given = _Given(case, planes, closed, performed)
        turned = None
        settled = not now.safety and not now.management
        if settled and self._possible(given, self._changes(watched, planes)):
            settled, turned = False, self._smallest(given, self._changes(watched, planes))
        final = not now.lower and not self._possible(given, self._lower(planes))
        if turned is not None:
            tiers |= self._asking_for(turned, case, planes)
        standing = self._standing(tried, planes)
        planes_watched = {plane for plane, _ in watched}
        reaching = frozenset(iri for iri in standing if self._program.standing[iri] in planes_watched)
        return Outlook(settled, final, tiers, self._answers.about, standing, reaching)

    def _standing(self, tried: Tried, planes: Sequence[int]) -> dict[str, int]:
        """For each recommendation, the answers that change whether it has a place, here or where all else is denied."""
        found = {}
        denied = tried.denied.bit_length() - 1
        for iri, plane in self._program.standing.items():
            answers = tried.planes[plane]
            changed = tried.alone & (answers ^ (tried.alone if planes[plane] else 0))
            if tried.beside:
                changed |= tried.beside & (answers ^ (tried.beside if answers >> denied & 1 else 0))
            if changed:
                found[iri] = changed
        return found

    def _watched(self, bits: Bits) -> tuple[tuple[int, int], ...]:
        return (*self._places.watched("do", bits), *self._places.watched("avoid", bits))

    def _effects(self, tried: Tried, watched: Iterable[tuple[int, int]], among: int, now: Sequence[int]) -> Effects:
        """The effects of some answers, against a patient with the output planes `now` (of one bit)."""
        planes, level = tried.planes, self._level(now)
        lower = 0
        for slot in self._program.level[level + 1 :]:
            lower |= planes[slot]
        management = 0
        for plane, value in watched:
            management |= planes[plane] ^ (among if value else 0)
        detail = 0
        for plane in self._program.of_verdicts:
            detail |= planes[plane] ^ (among if now[plane] else 0)
        safety = planes[self._program.level[level]] ^ among
        return Effects(among & safety, among & management, among & detail, among & lower)

    def _level(self, planes: Sequence[int]) -> int:
        return [planes[slot] for slot in self._program.level].index(1)

    def _effects_beside(self, tried: Tried) -> Effects:
        """The same against the patient in whom everything open is denied."""
        denied = tried.denied
        now = _OneOfMany(tried.planes, denied.bit_length() - 1)
        return self._effects(tried, self._watched(now.__getitem__), tried.beside, now)

    def _tiers(self, effects: Effects) -> dict[str, Tier]:
        found: dict[str, Tier] = {}
        for iri, bits in self._answers.about.items():
            for tier, changed in zip(TIERS[1:], effects, strict=False):
                if bits & changed:
                    found[iri] = tier
                    break
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
        known = {*case.present, *case.absent, *case.measurements}
        codes = {*turned.present, *turned.absent, *turned.measurements} - known
        level = self._level(self._encoder.run(turned)[0])
        tier: Tier = "management" if level == self._level(planes) else "safety"
        asked = [finding.iri for finding in knowledge.findings.values() if finding.code in codes]
        asked += [measurement.iri for measurement in knowledge.measurements.values() if measurement.code in codes]
        return dict.fromkeys(asked, tier)

    def _possible(self, given: _Given, wanted: Iterable[int]) -> bool:
        """Whether some combination of answers sets one of these planes (or clears one that is given as its complement)."""
        with self._asking, self._assuming(given, wanted) as (everybody, literals):
            return everybody.circuit.model(literals) is not None

    def _smallest(self, given: _Given, wanted: Iterable[int]) -> Case | None:
        """The smallest patient in whom it does."""
        with self._asking, self._assuming(given, wanted) as (everybody, literals):
            return everybody.smallest(*literals)

    @contextmanager
    def _assuming(self, given: _Given, wanted: Iterable[int]) -> Iterator[tuple[Patients, tuple[int, ...]]]:
        """Everybody, and the literals of having this record and one of these planes.

        Nobody is asked for what follows from the record already, nor for a measurement behind a gate that is shut.
        """
        case, planes, closed, performed = given
        program, knowledge = self._program, self._program.knowledge
        everybody = self._everybody(performed)
        (literals,) = everybody.planes
        asked = everybody.one_of([-literals[~plane] if plane < 0 else literals[plane] for plane in wanted])
        record = dict.fromkeys(everybody.record(case))
        unasked = [everybody.unmeasured(knowledge.measurements[iri].code) for iri in closed]
        for iri in program.findings:
            if planes[program.present[iri]] or planes[program.absent[iri]]:
                sides = (everybody.recorded(knowledge.findings[iri].code, side) for side in ("present", "absent"))
                unasked += [-literal for literal in sides if literal not in record]
        try:
            yield everybody, (*record, *unasked, asked)
        finally:
            everybody.forget(asked)


class _Given(NamedTuple):
    """A record, its output planes, the measurements (IRIs) that nobody can be asked for, and the planes of what was done."""

    case: Case
    planes: Sequence[int]
    closed: frozenset[str]
    performed: tuple[int, ...]


class _OneOfMany(Sequence[int]):
    """One patient of many, as planes of one bit."""

    def __init__(self, planes: Sequence[int], number: int) -> None:
        self._planes = planes
        self._number = number

    def __getitem__(self, plane: int) -> int:  # type: ignore[override]
        return self._planes[plane] >> self._number & 1

    def __len__(self) -> int:
        return len(self._planes)
