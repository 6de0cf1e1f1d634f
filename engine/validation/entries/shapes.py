"""Diagnostics of group 4: the form that content has, as SHACL shapes demand it."""

from __future__ import annotations

from spinegraph.engine.validation.entries.entry import Entry

SHAPE_ENTRIES: tuple[Entry, ...] = (
    Entry(
        id="SG401",
        name="authoring-shape",
        severity="error",
        title="A statement that has not the form it must have",
        why="What is missing, said twice or written in another form is read wrongly or not at all, by this program or by others.",
        mend="Write the statement as the shape demands; docs/modelling.md shows each kind of statement.",
    ),
    Entry(
        id="SG402",
        name="shapes-not-run",
        severity="error",
        title="An authoring shape that cannot be run",
        why="What the shape should find stays unfound, and nobody would know.",
        mend="Mend the shape: only terms of SHACL 1.0, a pattern that is a regular expression, SPARQL that parses.",
    ),
)
