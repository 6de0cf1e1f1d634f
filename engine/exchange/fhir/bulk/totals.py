"""What became of every resource of a folder, counted by type and reason, and written down one a line where that is wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec
from msgspec import structs
from spinegraph.engine.exchange.fhir.reading.accounts import Words
from spinegraph.engine.exchange.fhir.reading.statements import Note
from spinegraph.engine.model import ResourceAccount


class Accounts:
    """Counts what became of resources. `resources`, `used`: how many there are of each type, and how many of these gave a fact;
    `facts`, `notes`: by type, how many gave a fact of a code in a member, and how many have a note of a kind."""

    def __init__(self, words: Words, write: Callable[[bytes], object] | None = None) -> None:
        """`write`: takes the account of each resource as a line of JSON."""
        self._words, self._write = words, write
        self.resources: Counter[str] = Counter()
        self.used: Counter[str] = Counter()
        self.facts: Counter[tuple[str, str, str]] = Counter()
        self.notes: Counter[tuple[str, str]] = Counter()
        self.refused: list[str] = []
        """What was left out because the caller wants to go on: lines and patients."""

    def add(self, one: ResourceAccount, patient: str = "", count: int = 1) -> None:
        """Count what became of a resource, of a patient if it has one; or of several at once, of which the same is said."""
        kind = one.resource.partition("/")[0]
        self.resources[kind] += count
        if one.facts:
            self.used[kind] += count
            for fact in one.facts:
                self.facts[kind, fact.member, fact.code] += count
        for name in {note.kind for note in one.notes}:
            self.notes[kind, name] += count
        if self._write is not None:
            self._write(msgspec.json.encode({"patient": patient, **structs.asdict(one)}) + b"\n")

    def add_unused(self, resource: str, where: str, notes: Iterable[Note], patient: str = "", count: int = 1) -> None:
        """Count a resource that gave nothing, or several, and say why."""
        self.add(ResourceAccount(resource=resource, where=where, notes=tuple(map(self._words.said, notes))), patient, count)
