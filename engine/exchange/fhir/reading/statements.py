"""What one resource says of a patient, before it is compared with what the others say; and what keeps it from being used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spinegraph.engine.decide.dates import Moment


class Statement(NamedTuple):
    """One fact for a member of a case. `via`: by which code or element it was understood; `ongoing`: it is said of now, from its
    date on, and not only of its date."""

    member: str
    code: str
    at: Moment | None
    via: str
    value: float | None = None
    choice: str = ""
    ongoing: bool = False


class Note(NamedTuple):
    """Why something is not used, or what to know of it: a kind of `reasons.REASONS`, and what fills its sentence."""

    kind: str
    parts: Mapping[str, str] = {}


class UnusableError(Exception):
    """Ends the reading of one resource: nothing of it is used, for the reason that the note gives."""

    def __init__(self, kind: str, /, **parts: str) -> None:
        super().__init__(kind)
        self.note = Note(kind, parts)

    @classmethod
    def of(cls, note: Note) -> UnusableError:
        """For the reason that a note gives, which is kept as it is."""
        error = cls(note.kind)
        error.note = note
        return error
