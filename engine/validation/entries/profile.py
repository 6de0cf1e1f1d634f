"""Diagnostics of group 0: what is kept back by a profile or a baseline, and no longer should be."""

from __future__ import annotations

from spinegraph.engine.validation.entries.entry import Entry

PROFILE_ENTRIES: tuple[Entry, ...] = (
    Entry(
        id="SG001",
        name="expired-suppression",
        severity="warning",
        title="A suppression whose last day has passed",
        why="It keeps nothing back any more: what it was meant to put off is due.",
        mend="Mend what it kept back and remove it, or set another day in `until` and say why.",
    ),
    Entry(
        id="SG002",
        name="idle-suppression",
        severity="note",
        title="A suppression that keeps nothing back",
        why="It would silence the next mistake of its kind before anybody has seen it.",
        mend="Remove it from the profile, or mend its id, subject or file.",
    ),
    Entry(
        id="SG003",
        name="mended-baseline",
        severity="note",
        title="Entries of the baseline that are no longer found",
        why="If the same mistake is made again, the baseline would hide it.",
        mend="Write the baseline anew with --write-baseline: it only becomes smaller.",
    ),
)
