"""Texts that a new guideline was begun with and that nobody has replaced yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spinegraph.engine.knowledge.placeholders import is_placeholder
from spinegraph.engine.knowledge.turtle.terms import Text, shorten
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic


def check_placeholders(content: Content) -> Iterator[Diagnostic]:
    """One diagnostic for each file that has some, at the first: how many there are."""
    found: dict[Path, list[tuple[int, str, str]]] = {}
    graph = content.graph
    for subject in graph.all_subjects():
        for predicate, values in graph.predicates(subject).items():
            if any(isinstance(value, Text) and is_placeholder(value.value) for value in values):
                place = content.place(subject, shorten(predicate))
                found.setdefault(Path(place.file), []).append((place.line, subject, predicate))
    for places in found.values():
        _, subject, predicate = min(places)
        yield content.diagnose("placeholder", "left", subject, shorten(predicate), count=len(places))
