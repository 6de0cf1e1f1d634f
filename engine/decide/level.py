"""How urgent a case is (design section 5, *Level*): read off the planes that `program/levels.py` writes."""

from __future__ import annotations

from collections.abc import Sequence

from spinegraph.engine.model import Level
from spinegraph.engine.program.program import LevelSlots

LEVELS: tuple[Level, ...] = ("emergency", "urgent", "undetermined", "routine")
"""Highest first: what is not known may yet be anything, so that routine is lower."""
RAISING: tuple[Level, ...] = ("emergency", "urgent")
"""The grades that something indicated raises a case to, highest first."""


def level_of(slots: LevelSlots, planes: Sequence[int], certain: Sequence[int]) -> Level:
    """The highest grade of what is to be done; routine only for a clean picture with something plainly indicated.

    `certain`: the planes without contradictory facts: no side of a contradiction raises the level or makes it routine.
    """
    found = LEVELS[[certain[slot] for slot in slots].index(1)]
    return found if found != "routine" or planes[slots.routine] else "undetermined"
