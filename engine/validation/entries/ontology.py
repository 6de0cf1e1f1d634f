"""Diagnostics of group 5: what follows from the classes, as HermiT infers it."""

from __future__ import annotations

from spinegraph.engine.validation.entries.entry import Entry

ONTOLOGY_ENTRIES: tuple[Entry, ...] = (
    Entry(
        id="SG501",
        name="unsatisfiable-class",
        severity="error",
        title="A class that can have no member",
        why="No patient can ever have it, and everything that is asked or concluded about it is void.",
        mend="Take one of the statements shown back: without any single one of them the class can have members.",
    ),
    Entry(
        id="SG502",
        name="inconsistent-ontology",
        severity="error",
        title="Statements that contradict each other",
        why="Anything follows from a contradiction: no hierarchy can be inferred, and nothing inferred before can be trusted.",
        mend="Take one of the statements shown back: without any single one of them the contradiction is gone.",
    ),
    Entry(
        id="SG503",
        name="hierarchy-out-of-date",
        severity="error",
        title="The committed hierarchy is not the one that follows",
        why="The engine goes by the committed hierarchy: presence climbs and absence descends along relations that are wrong, "
        "or not along those that are right.",
        mend="Run `spinegraph infer` and commit ontology/inferred.ttl.",
    ),
)
