"""Which planes of a program a population is asked for, and what they come to: verdicts, the level, tensions that are met.

A verdict is three bits. Everything here that is no column yet is recorded with the program, and so computed by the same code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.decide.suggestions import require_recommendations
from spinegraph.engine.model import VERDICTS, Recommendation, Tension
from spinegraph.engine.population.encoding import Encoded
from spinegraph.engine.program.buffered import BufferedProgram, Words
from spinegraph.engine.program.instructions import RecordedPlane, Recording, record
from spinegraph.engine.program.program import Program

BITS = 3
"""A verdict is the number of its place among VERDICTS, in so many bits, the least first; a level likewise among LEVELS."""
CONFLICTING, OUT_OF_SCOPE = VERDICTS.index("conflicting"), VERDICTS.index("out-of-scope")
UNDETERMINED_LEVEL, ROUTINE = LEVELS.index("undetermined"), LEVELS.index("routine")
_BYTES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little").view(np.uint64).reshape(256)
"""For each byte of a plane eight bytes, one for each patient."""
_OF_BIT = tuple(_BYTES << np.uint64(bit) for bit in range(BITS))


class Outcome(NamedTuple):
    """What a batch comes to. `verdicts`: by rule id, three planes of bits; `level`: likewise; `tensions`: by id, who meets it;
    `assessed`: by code of a finding, of whom it is known, given or derived."""

    rows: int
    verdicts: Mapping[str, Sequence[Words]]
    level: Sequence[Words]
    tensions: Mapping[str, Words]
    assessed: Mapping[str, Words]


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
    """The planes of one engine's program that a population is asked for. Not for two threads at once."""

    def __init__(self, program: Program, asked: Asked, size: int) -> None:
        """`size`: so many patients are decided at a time, at most."""
        self._program, self._asked = program, asked
        recording, planes = record(program)
        words = -(-size // 64)
        self._assessed = [program.knowledge.findings[iri].code for iri in program.findings]
        wanted = [planes[program.clash]]
        for rule in asked.rules:
            wanted += _bits([planes[slot] for slot in program.verdicts[rule.iri]], recording)
        wanted += _bits([planes[slot] for slot in program.level], recording)
        wanted += [_met(rule, program, planes, recording) for rule in asked.tensions]
        wanted += [planes[program.present[iri]] | planes[program.absent[iri]] for iri in program.findings]
        self._whole = BufferedProgram(recording, [plane.number for plane in wanted], words)
        both = [planes[program.present[iri]] & planes[program.absent[iri]] for iri in program.findings]
        self._clashes = BufferedProgram(recording, [plane.number for plane in both], words)
        self._certain = BufferedProgram(recording, [plane.number for plane in wanted], words)

    def run(self, encoded: Encoded) -> Outcome:
        """What a batch comes to. The planes are overwritten by the next batch."""
        clash, *found = self._whole.run(encoded.inputs)
        words = np.flatnonzero(clash)
        rules = len(self._asked.rules)
        if len(words):
            found = self._settled(found, encoded.inputs[:, words], words)
        verdicts = {rule.id: found[BITS * number : BITS * (number + 1)] for number, rule in enumerate(self._asked.rules)}
        level, rest = found[BITS * rules : BITS * (rules + 1)], found[BITS * (rules + 1) :]
        tensions = {rule.id: plane for rule, plane in zip(self._asked.tensions, rest, strict=False)}
        assessed = dict(zip(self._assessed, rest[len(tensions) :], strict=True))
        return Outcome(encoded.rows, verdicts, level, tensions, assessed)

    def _settled(self, found: Sequence[Words], inputs: Words, words: NDArray[np.intp]) -> list[Words]:
        """The planes, where somebody's facts contradict each other with what holds without these facts taken into account.

        See `position.settled` and `level.level_of`, which do the same for one case. Only words with such a patient are run again.
        """
        with_, without = [plane[words] for plane in found], self._without(inputs)
        rules = len(self._asked.rules)
        made = list(found)
        for number in range(rules + 1):
            part = slice(BITS * number, BITS * (number + 1))
            settle = _settled_level if number == rules else _settled_verdict
            for place, plane in zip(range(part.start, part.stop), settle(with_[part], without[part]), strict=True):
                made[place] = found[place].copy()
                made[place][words] = plane
        return made

    def _without(self, inputs: Words) -> Sequence[Words]:
        """The planes of patients without their contradictory facts."""
        kept = inputs.copy()
        for number, both in enumerate(self._clashes.run(inputs)):
            kept[2 * number] &= ~both
            kept[2 * number + 1] &= ~both
        for place in range(self._program.first_timed, self._program.input_size - 1, 2):
            both = kept[place] & kept[place + 1]
            kept[place] ^= both
            kept[place + 1] ^= both
        return self._certain.run(kept)[1:]


def _bits(planes: Sequence[RecordedPlane], recording: Recording) -> list[RecordedPlane]:
    """The bits of the number of the one plane that is set."""
    found = []
    for bit in range(BITS):
        joined = recording.nothing
        for number, plane in enumerate(planes):
            joined = joined | plane if number >> bit & 1 else joined
        found.append(joined)
    return found


def _met(tension: Tension, program: Program, planes: Sequence[RecordedPlane], recording: Recording) -> RecordedPlane:
    """Who meets a tension: it holds, and nothing says that its package does not speak of the patient."""
    excluded = recording.nothing
    for other in program.relations.of_package(tension):
        holds, refuted = (planes[slot] for slot in program.rules[other.iri].whole)
        excluded = excluded | (holds & ~refuted)
    return planes[program.rules[tension.iri].whole.holds] & ~excluded


def equals(bits: Sequence[Words], number: int) -> Words:
    """Who has a number."""
    first, *rest = (plane if number >> bit & 1 else ~plane for bit, plane in enumerate(bits))
    for plane in rest:
        first = first & plane
    return first


def _settled_verdict(found: Sequence[Words], certain: Sequence[Words]) -> list[Words]:
    """What holds only because of a contradiction is conflicting."""
    kept = equals(found, CONFLICTING) | equals(found, OUT_OF_SCOPE)
    other = (found[0] ^ certain[0] | found[1] ^ certain[1] | found[2] ^ certain[2]) & ~kept
    return [plane | other if CONFLICTING >> bit & 1 else plane & ~other for bit, plane in enumerate(found)]


def _settled_level(found: Sequence[Words], certain: Sequence[Words]) -> list[Words]:
    """No side of a contradiction raises the level, or makes it routine."""
    open_ = equals(certain, ROUTINE) & ~equals(found, ROUTINE)
    return [plane | open_ if UNDETERMINED_LEVEL >> bit & 1 else plane & ~open_ for bit, plane in enumerate(certain)]


def numbers(bits: Sequence[Words], rows: int) -> NDArray[np.int8]:
    """The number of each patient, of the planes of its bits.

    >>> numbers([np.array([0b01], dtype=np.uint64), np.array([0b11], dtype=np.uint64)], 2).tolist()
    [3, 2]
    """
    found = _OF_BIT[0][bits[0].view(np.uint8)]
    for of_bit, plane in zip(_OF_BIT[1:], bits[1:], strict=False):
        found |= of_bit[plane.view(np.uint8)]
    return found.view(np.int8)[:rows]


def count(plane: Words) -> int:
    """How many patients a plane has."""
    return int(np.bitwise_count(plane).sum())
