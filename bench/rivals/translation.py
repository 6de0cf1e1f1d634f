"""What another engine has to be told of a program: how its input planes follow from columns, its instructions, what is wanted.

The list of instructions is the one that populations run (ADR 40). An engine's own module writes it in that engine's language.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.input_planes import input_planes
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.model import VERDICTS, Measured, OneOf
from spinegraph.engine.population.cutoffs import Stretch, stretches
from spinegraph.engine.population.outcomes import asked_of, bits_of, settled_level, settled_verdict, without_clashes
from spinegraph.engine.program.instructions import Instruction, RecordedPlane, Recording
from spinegraph.engine.program.program import Program

NumberBits = tuple[int, ...]
"""The planes of the bits of a number, the least first: a place among VERDICTS, or among LEVELS."""


@dataclass(frozen=True)
class Recorded:
    """A column of flags is true, or is false; where it says nothing, it is neither."""

    heading: str
    value: bool


@dataclass(frozen=True)
class Within:
    """A column of numbers lies in one of some ranges, each with its first number and the first that is beyond it."""

    heading: str
    ranges: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Among:
    """A column of texts is one of some codes."""

    heading: str
    codes: tuple[str, ...]


Condition = Recorded | Within | Among


@dataclass(frozen=True)
class Translation:
    """A program for another engine.

    `inputs`: by number of an input plane, the condition that it stands for. `level` and `verdicts` (by rule id): the planes of
    the bits of what is wanted. `left_out`: by rule id, why another engine cannot say it; "level" may be among them.
    """

    recording: Recording
    inputs: Mapping[int, Condition]
    level: NumberBits
    verdicts: Mapping[str, NumberBits]
    left_out: Mapping[str, str]

    @property
    def wanted(self) -> tuple[int, ...]:
        """The planes that are wanted, each once. Raises ValueError where everything is left out."""
        if not self.level and not self.verdicts:
            raise ValueError(f"No rule is left for another engine: {'; '.join(sorted(set(self.left_out.values())))}.")
        found = (plane for bits in (self.level, *self.verdicts.values()) for plane in bits)
        return tuple(dict.fromkeys(found))

    def told(self, planes: Collection[int]) -> dict[str, str]:
        """The level and the verdicts by rule id, where of the wanted planes these are set."""
        found: dict[str, str] = {"level": LEVELS[_number(self.level, planes)]} if self.level else {}
        return found | {id_: VERDICTS[_number(bits, planes)] for id_, bits in self.verdicts.items()}

    @property
    def needed(self) -> dict[int, Condition]:
        """The conditions on which the wanted planes rest."""
        reached = _reached(self.recording, self.wanted)
        return {number: condition for number, condition in self.inputs.items() if number in reached}


def translate(engine: Engine, headings: Collection[str], *, settled: bool = True, rules: Collection[str] = ()) -> Translation:
    """The program of an engine for tables with some columns; what has no column is not known.

    `settled`: right for patients with facts that contradict each other as well, which takes the program twice. Raises
    VocabularyError for a rule id that there is not.
    """
    program = engine.program
    inputs = {number: condition for number, condition in _conditions(program) if condition.heading in headings}
    outside = _outside(program)
    recording, found = _recorded(engine, {*inputs, *outside}, settled, rules)
    left_out = {name: reason for name, bits in found.items() if (reason := _reason(recording, bits, outside))}
    kept = {name: bits for name, bits in found.items() if name not in left_out}
    return Translation(recording, inputs, kept.pop("level", ()), kept, left_out)


def translate_for_cases(engine: Engine, *, settled: bool = True) -> Translation:
    """The program of an engine for one case at a time, whose input planes `CaseEncoder` makes: nothing is left out."""
    recording, found = _recorded(engine, range(engine.program.input_size), settled, ())
    return Translation(recording, {}, found.pop("level"), found, {})


def _recorded(
    engine: Engine, known: Collection[int], settled: bool, rules: Collection[str]
) -> tuple[Recording, dict[str, NumberBits]]:
    """The bits of the level and of each rule. `known`: the input planes that may be anything but empty."""
    program = engine.program
    recording = Recording(program.input_size)
    readable = {*known, recording.ones}
    given = [plane if plane.number in readable else recording.nothing for plane in recording.given]
    asked = asked_of(engine, rules)
    slots: list[Sequence[int]] = [program.level, *(program.verdicts[rule.iri] for rule in asked.rules)]

    def numbers(planes: Sequence[RecordedPlane]) -> list[list[RecordedPlane]]:
        return [bits_of([planes[slot] for slot in one], recording) for one in slots]

    planes = program.run(given)
    found = numbers(planes)
    if settled:
        again = numbers(program.run(without_clashes(program, given, planes)))
        level, *verdicts = zip(found, again, strict=True)
        found = [settled_level(*level), *(settled_verdict(*pair) for pair in verdicts)]
    names = ["level", *(rule.id for rule in asked.rules)]
    return recording, {name: tuple(plane.number for plane in bits) for name, bits in zip(names, found, strict=True)}


def _conditions(program: Program) -> Iterator[tuple[int, Condition]]:
    """What each input plane stands for that a column decides alone, by its number."""
    places = input_planes(program)
    measurements = {one.code: one for one in program.knowledge.measurements.values()}
    for code, place in places.findings.items():
        yield place, Recorded(code, True)
        yield place + 1, Recorded(code, False)
    for code, comparisons in places.compared.items():
        for place, asked in comparisons:
            if isinstance(asked, Measured):
                parts = stretches(asked, measurements[code])
                yield place, Within(code, _ranges(parts, [part.holds for part in parts]))
                yield place + 1, Within(code, _ranges(parts, [part.refuted for part in parts]))
            elif isinstance(asked, OneOf):
                yield place, Among(code, asked.codes)
                yield place + 1, Among(code, asked.others)
    for code, acts in places.performed.items():
        for place, recurrence in acts:
            if recurrence is None:
                yield place, Recorded(f"performed:{code}", True)


def _ranges(parts: Sequence[Stretch], flags: Sequence[int]) -> tuple[tuple[float, float], ...]:
    """The stretches with a flag; those that touch are one, and the last has no end."""
    ends = [*(part.start for part in parts[1:]), math.inf]
    found: list[tuple[float, float]] = []
    for part, end, flag in zip(parts, ends, flags, strict=True):
        if flag and found and found[-1][1] == part.start:
            found[-1] = (found[-1][0], end)
        elif flag:
            found.append((part.start, end))
    return tuple(found)


def _outside(program: Program) -> dict[int, str]:
    """Why no column alone decides an input plane, by its number."""
    first = range(program.first_related, program.first_timed)
    found = dict.fromkeys(first, "it compares two values in decimals")
    found |= dict.fromkeys(range(program.first_timed, program.input_size - 1), "it asks what dates decide")
    recurring = (place for place, act in enumerate(program.performable, program.first_performed) if act.recurrence)
    return found | dict.fromkeys(recurring, "it is due again after some time, which dates decide")


def _reason(recording: Recording, bits: NumberBits, outside: Mapping[int, str]) -> str:
    """Why some planes cannot be told to another engine, or ""."""
    return next((outside[number] for number in sorted(_reached(recording, bits) & outside.keys())), "")


def _reached(recording: Recording, wanted: Collection[int]) -> set[int]:
    """The planes on which some planes rest, and these."""
    return {*wanted, *(operand for _, instruction in recording.needed(wanted) for operand in instruction[1:])}


def _number(bits: NumberBits, planes: Collection[int]) -> int:
    return sum(1 << place for place, plane in enumerate(bits) if plane in planes)


def ways(recording: Recording, instruction: Instruction) -> Iterator[tuple[tuple[int, bool], ...]]:
    """The ways in which an instruction holds, of which one is enough: planes, and whether each has to hold or must not.

    >>> recording = Recording(3)
    >>> list(ways(recording, ("|", 0, 1))), list(ways(recording, ("^", 0, recording.ones)))
    ([((0, True),), ((1, True),)], [((2, True), (0, False))])
    """
    operator, left, right = instruction
    if operator == "&":
        yield (left, True), (right, True)
    elif operator == "|":
        yield from (((left, True),), ((right, True),))
    else:
        yield (right, True), (left, False)
        if right != recording.ones:
            yield (left, True), (right, False)


def heading(bits: NumberBits) -> str:
    """A name for the column of a number, the same for rules that stand on the same ground."""
    return f"_{'_'.join(map(str, bits))}"
