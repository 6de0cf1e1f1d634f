"""The facts of a program as criteria see them: numbered, so that sets of them are masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from spinegraph.engine.criteria.occurrence import Timeline
from spinegraph.engine.model import Case, Compared, Hierarchy

AS_OF = "as_of"
"""The code of the moment of a case, as a fact that can be missing."""


def date_of(code: str) -> str:
    """The code of the date of a fact, as a fact that can be missing.

    >>> date_of("fever")
    'at:fever'
    """
    return f"at:{code}"


class FactNumbers(Protocol):
    """Bit numbers of askable facts and of changes, and the positions of the planes of findings (`engine.decide.facts`)."""

    @property
    def bit(self) -> Mapping[str, int]:
        """Code of an askable fact → its mask."""
        ...

    @property
    def number(self) -> Mapping[str, int]:
        """IRI of a finding that can be asked → its number."""
        ...

    @property
    def code_of(self) -> Mapping[str, str]:
        """IRI of a finding, measurement or coded property → its code."""
        ...

    @property
    def present(self) -> Mapping[str, int]:
        """IRI of a finding → the position of the plane of its being present."""
        ...

    @property
    def absent(self) -> Mapping[str, int]: ...

    @property
    def hierarchy(self) -> Hierarchy: ...

    @property
    def first_assessed(self) -> int:
        """The number of the first of the changes "assessed, either way"."""
        ...

    def narrower(self, finding: str) -> int: ...

    def broader(self, finding: str) -> int: ...

    def decode(self, mask: int) -> tuple[str, ...]:
        """The codes of facts."""
        ...

    def clashes(self, present: int, absent: int) -> list[tuple[int, int]]: ...

    def contradicts(self, change: int) -> bool: ...

    def comparison_of(self, criterion: Compared) -> int:
        """The number of a comparison."""
        ...

    def timeline(self, case: Case) -> Timeline:
        """The dates of a case, as far as some criterion asks about them."""
        ...

    def leaving(self, comparison: int, out: int) -> tuple[int, tuple[int, ...]]: ...
