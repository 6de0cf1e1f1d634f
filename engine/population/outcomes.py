"""Which planes of a program a population is asked for, and what they come to: verdicts, the level, tensions that are met.

A verdict is three bits. Everything here that is no column yet is recorded with the program, and so computed by the same code.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.decide.suggestions import require_recommendations
from spinegraph.engine.model import VERDICTS, Recommendation, Tension
from spinegraph.engine.population.encoding import Encoded
from spinegraph.engine.population.settling import Settling
from spinegraph.engine.program.buffered import BufferedProgram, Words
from spinegraph.engine.program.instructions import RecordedPlane, Recording, record
from spinegraph.engine.program.program import Program

BITS = 3
"""A verdict is the number of its place among VERDICTS, in so many bits, the least first; a level likewise among LEVELS."""
CONFLICTING, OUT_OF_SCOPE = VERDICTS.index("conflicting"), VERDICTS.index("out-of-scope")
Bits = Words
"""The planes of the bits of a number, a row each."""
UNDETERMINED_LEVEL, ROUTINE = LEVELS.index("undetermined"), LEVELS.index("routine")
AnyPlane = TypeVar("AnyPlane", Words, RecordedPlane)


class Outcome(NamedTuple):
    """What a batch comes to. `verdicts`: by rule id, three planes of bits, the same array for rules that stand on the same
    ground; `level`: likewise; `tensions`: by id, who meets it; `assessed`: by code of a finding, of whom it is known, given or
    derived; `contradictory`: who has contradictory facts; `undetermined`: the bits of how many of
    the rules are undetermined. Behind the last patient no bit is set."""

    rows: int
    verdicts: Mapping[str, Bits]
    level: Bits
    tensions: Mapping[str, Words]
    assessed: Mapping[str, Words]
    contradictory: Words
    undetermined: Bits


class Asked(NamedTuple):
    """What a population is asked for, of one engine."""

    rules: tuple[Recommendation, ...]
    tensions: tuple[Tension, ...]


def asked_of(engine: Engine, rules: Collection[str] = ()) -> Asked:
    """The recommendations of these ids, or all, with the tensions in which they stand. Raises VocabularyError."""
    all_ = [rule for rule in engine.knowledge.rules.values() if isinstance(rule, Recommendation)]
    require_recommendations(rules, {rule.id for rule in all_})
    chosen = tuple(rule for rule in all_ if not rules or rule.id in rules)
    iris = {rule.iri for rule in chosen}
    tensions = (rule for rule in engine.knowledge.rules.values() if isinstance(rule, Tension) and (rule.scope or rule.criterion))
    about = (rule for rule in tensions if not rules or any(side.recommendation in iris for side in rule.positions))
    return Asked(chosen, tuple(about))


class PopulationProgram:
    """The planes of one engine's program that a population is asked for. Not for two threads at once.

    Of those who have facts that contradict each other, the verdicts and the level are settled as they are for one case
    (see `position.settled` and `level.level_of`).
    """

    def __init__(self, program: Program, asked: Asked, size: int) -> None:
        """`size`: so many patients are decided at a time, at most."""
        self._asked = asked
        self._grounds = list(dict.fromkeys(program.verdicts[rule.iri] for rule in asked.rules))
        self._ground = {rule.id: self._grounds.index(program.verdicts[rule.iri]) for rule in asked.rules}
        self._findings = [program.knowledge.findings[iri].code for iri in program.findings]
        recording, planes = record(program)
        words = -(-size // 64)
        found = self._numbers(program, planes, recording)
        undetermined = VERDICTS.index("undetermined")
        found.append(recording.added([planes[program.verdicts[rule.iri][undetermined]] for rule in asked.rules]))
        rest = [planes[program.clash], *(_met(rule, program, planes, recording) for rule in asked.tensions)]
        rest += [planes[program.present[iri]] | planes[program.absent[iri]] for iri in program.findings]
        wanted = [*itertools.chain(*found), *rest]
        self._plain = BufferedProgram(recording, [plane.number for plane in wanted], words)
        again = self._numbers(program, program.run(without_clashes(program, recording.given, planes)), recording)
        settled = [settled_verdict(*pair) for pair in zip(found[:-2], again[:-1], strict=True)]
        open_ = [equals(bits, undetermined) for bits in settled]
        settled += [settled_level(found[-2], again[-1]), recording.added([open_[self._ground[rule.id]] for rule in asked.rules])]
        self._found = sum(map(len, found))
        self._settling = Settling(recording, list(itertools.chain(*found)), list(itertools.chain(*settled)), words)

    def _numbers(self, program: Program, planes: Sequence[RecordedPlane], recording: Recording) -> list[list[RecordedPlane]]:
        """The bits of all verdicts, and of the level."""
        slots: list[Iterable[int]] = [*self._grounds, program.level]
        return [bits_of([planes[slot] for slot in one], recording) for one in slots]

    def run(self, encoded: Encoded) -> Outcome:
        """What a batch comes to. The planes are overwritten by the next batch."""
        planes = self._plain.run(encoded.inputs)
        count = len(self._grounds) + 1
        found, (clash, *rest) = planes[: self._found], planes[self._found :]
        if clash.any():
            found = self._settling.settled(encoded.inputs, found, clash)
        bits = [found[BITS * number : BITS * (number + 1)] for number in range(count)]
        met = len(self._asked.tensions)
        return Outcome(
            encoded.rows,
            {id_: bits[ground] for id_, ground in self._ground.items()},
            bits[-1],
            {rule.id: plane for rule, plane in zip(self._asked.tensions, rest[:met], strict=True)},
            dict(zip(self._findings, rest[met:], strict=True)),
            clash,
            found[BITS * count :],
        )


def without_clashes(program: Program, given: Sequence[RecordedPlane], planes: Sequence[RecordedPlane]) -> Sequence[RecordedPlane]:
    """The input planes without facts that contradict each other: what `CaseEncoder.run` does for one case.

    `planes`: what the program comes to with them as they are given.
    """
    kept = list(given)
    for number, iri in enumerate(program.findings):
        once = ~(planes[program.present[iri]] & planes[program.absent[iri]])
        kept[2 * number], kept[2 * number + 1] = kept[2 * number] & once, kept[2 * number + 1] & once
    for place in range(program.first_timed, program.input_size - 1, 2):
        once = ~(kept[place] & kept[place + 1])
        kept[place], kept[place + 1] = kept[place] & once, kept[place + 1] & once
    return kept


def bits_of(planes: Sequence[RecordedPlane], recording: Recording) -> list[RecordedPlane]:
    """The bits of the number of the one plane that is set: since no two are, those of any of them are those of an odd number."""
    return [recording.odd([plane for number, plane in enumerate(planes) if number >> bit & 1]) for bit in range(BITS)]


def _met(tension: Tension, program: Program, planes: Sequence[RecordedPlane], recording: Recording) -> RecordedPlane:
    """Who meets a tension: it holds, and nothing says that its package does not speak of the patient."""
    excluded = recording.nothing
    for other in program.relations.of_package(tension):
        holds, refuted = (planes[slot] for slot in program.rules[other.iri].whole)
        excluded = excluded | (holds & ~refuted)
    return planes[program.rules[tension.iri].whole.holds] & ~excluded


def equals(bits: Iterable[AnyPlane], number: int) -> AnyPlane:
    """Who has a number."""
    sides = [plane if number >> bit & 1 else ~plane for bit, plane in enumerate(bits)]
    found = sides[0]
    for plane in sides[1:]:
        found = found & plane
    return found


def settled_verdict(found: Sequence[RecordedPlane], certain: Sequence[RecordedPlane]) -> list[RecordedPlane]:
    """What holds only because of a contradiction is conflicting."""
    kept = equals(found, CONFLICTING) | equals(found, OUT_OF_SCOPE)
    other = ((found[0] ^ certain[0]) | (found[1] ^ certain[1]) | (found[2] ^ certain[2])) & ~kept
    return [plane | other if CONFLICTING >> bit & 1 else plane & ~other for bit, plane in enumerate(found)]


def settled_level(found: Sequence[RecordedPlane], certain: Sequence[RecordedPlane]) -> list[RecordedPlane]:
    """No side of a contradiction raises the level, or makes it routine."""
    open_ = equals(certain, ROUTINE) & ~equals(found, ROUTINE)
    return [plane | open_ if UNDETERMINED_LEVEL >> bit & 1 else plane & ~open_ for bit, plane in enumerate(certain)]


class Decoder:
    """Planes of bits → numbers, a byte for each patient. What it gives is overwritten by the next batch.

    >>> bits = np.array([[0b01], [0b11], [0b00]], dtype=np.uint64)
    >>> Decoder(2).numbers([bits], 2)[0].tolist()
    [3, 2]
    """

    def __init__(self, size: int) -> None:
        """`size`: so many patients has a batch at most."""
        self._size = size
        self._held: list[NDArray[np.uint8]] = []

    def numbers(self, all_bits: Sequence[Bits], rows: int) -> list[NDArray[np.int8]]:
        """The numbers of some planes of bits: one array for what is the same array."""
        made: dict[int, NDArray[np.int8]] = {}
        for bits in all_bits:
            if id(bits) not in made:
                if len(made) == len(self._held):
                    self._held.append(np.empty(self._size, dtype=np.uint8))
                made[id(bits)] = _decoded(bits, self._held[len(made)][:rows])
        return [made[id(bits)] for bits in all_bits]


def summed(bits: Bits, rows: int) -> NDArray[np.int32]:
    """The numbers of any bits.

    >>> summed(np.array([[0b1], [0b0], [0b1]] * 3, dtype=np.uint64), 1).tolist()
    [365]
    """
    found = np.zeros(rows, dtype=np.int32)
    for start in range(0, len(bits), 8):
        part = _decoded(bits[start : start + 8], np.empty(rows, dtype=np.uint8)).view(np.uint8)
        found += part if not start else part.astype(np.int32) << start
    return found


def _decoded(bits: Bits, into: NDArray[np.uint8]) -> NDArray[np.int8]:
    """The numbers of at most eight bits. Adding is what NumPy does fastest with bytes."""
    highest, *lower = np.unpackbits(bits.view(np.uint8), axis=1, count=len(into), bitorder="little")[::-1]
    doubled = highest
    for part in lower:
        np.add(doubled, doubled, out=into)
        doubled = np.add(into, part, out=into)
    if not lower:
        into[:] = highest
    return into.view(np.int8)


def count(plane: Words) -> int:
    """How many patients a plane has."""
    return int(np.bitwise_count(plane).sum())


def counted(planes: Words) -> list[int]:
    """How many patients each of several planes has, a row each."""
    found: list[int] = np.bitwise_count(planes).sum(axis=1, dtype=np.uint32).tolist()
    return found


def numbers_counted(bits: Bits, rows: int) -> list[int]:
    """How many of so many patients have each number, from 0 on.

    >>> numbers_counted(np.array([[0b01], [0b11], [0b00]], dtype=np.uint64), 5)
    [3, 0, 1, 1, 0, 0, 0, 0]
    """
    ones, twos, fours = bits
    together = np.empty((7, len(ones)), dtype=np.uint64)
    together[:3] = bits
    for into, (left, right) in enumerate(((ones, twos), (ones, fours), (twos, fours), (together[3], fours)), start=3):
        np.bitwise_and(left, right, out=together[into])
    one, two, four, three, five, six, seven = counted(together)
    single = (one - three - five + seven, two - three - six + seven, four - five - six + seven)
    found = (single[0], single[1], three - seven, single[2], five - seven, six - seven, seven)
    return [rows - sum(found), *found]
