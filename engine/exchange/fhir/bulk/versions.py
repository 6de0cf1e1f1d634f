"""Of several states of one resource the latest counts: by `meta.lastUpdated`, and then by `meta.versionId` (R4, section 2.27)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.errors import MalformedCaseError
from spinegraph.engine.exchange.fhir.bulk.sorting import version_of
from spinegraph.engine.exchange.fhir.reading.bundle import Entry, is_id, marked
from spinegraph.engine.exchange.fhir.reading.statements import Note

OLDER = Note("older-version")


def with_latest(entries: Sequence[Entry]) -> list[Entry]:
    """The entries, those marked that are not the latest state of their resource. Where it cannot be known which is the latest,
    neither counts, as in any other record."""
    names = [entry.name for entry in entries]
    if len(set(names)) == len(names):  # nearly always
        return [*entries]
    by_name: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        if "/" in name:
            by_name.setdefault(name, []).append(number)
    older = {number for group in by_name.values() if len(group) > 1 for number in _older(entries, group)}
    kept = marked(entry for number, entry in enumerate(entries) if number not in older)
    return [
        structs.replace(entry, note=OLDER, resource=None) if number in older else next(kept)
        for number, entry in enumerate(entries)
    ]


def _older(entries: Sequence[Entry], group: Sequence[int]) -> list[int]:
    """Which of some states of one resource are certainly not the latest."""
    stated = [version_of(entries[number].sent) for number in group]
    moments = [_moment(updated) for updated, _ in stated]
    versions = [int(version) if is_id(version) and version.isdecimal() else None for _, version in stated]
    keys: list[list[Any]] = [column for column in (moments, versions) if None not in column]
    ranks = [*zip(*keys, strict=True)]
    return [number for number, rank in zip(group, ranks, strict=True) if rank < max(ranks)] if ranks else []


def _moment(text: str) -> Any:
    """A key that sorts instants; None where it is none."""
    try:
        return read_moment(text, "", "").order if text else None
    except MalformedCaseError:
        return None
