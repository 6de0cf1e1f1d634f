"""What a decided recommendation states besides its verdict, as triples: grade, dose, when it is due again, preference."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from spinegraph.engine.exchange.rdf import Value, decimal, iri, text
from spinegraph.engine.knowledge.turtle.terms import PATIENT, PREFIXES
from spinegraph.engine.model import DecidedRecommendation, Recommendation, ShownDose

Said = Iterator[tuple[str, Value]]
"""Predicates with their values."""
GRADES = {"very-low": "veryLow"}


def stated_triples(entry: DecidedRecommendation, rule: Recommendation, *, for_patient: bool) -> Said:
    """The statements that stand at the recommendation itself; what is not graded is not said to be anything."""
    for name, word in (("strength", rule.strength), ("certainty", rule.certainty)):
        if word and not for_patient:
            yield f"core:{name}", iri(f"core:{GRADES.get(word, word)}")
    for wider in rule.if_chosen:
        yield "core:ifChosen", ox.NamedNode(wider)
    if entry.due:
        due = entry.due
        yield "core:every", duration(due.every)
        if due.every_at_most:
            yield "core:everyAtMost", duration(due.every_at_most)
        for predicate, day in (("core:dueFrom", due.first), ("core:dueUntil", due.last)):
            if day:
                yield predicate, ox.Literal(day, datatype=ox.NamedNode(f"{PREFIXES['xsd']}date"))
    if entry.preference:
        yield "core:preference", text(entry.preference, PATIENT if for_patient else "en")


def dose_triples(dose: ShownDose) -> Said:
    """What a dose comes to for the patient; while that is not known, no amount."""
    if dose.given is not None:
        yield "core:amount", decimal(dose.given)
    yield "core:unit", text(dose.unit)
    if dose.route:
        yield "core:route", text(dose.route, "en")
    if dose.times_a_day:
        yield "core:timesPerDay", ox.Literal(dose.times_a_day)
    for predicate, span in (("core:every", dose.every), ("core:lasting", dose.lasting)):
        if span:
            yield predicate, duration(span)


def duration(span: str) -> ox.Literal:
    """A span as xsd:duration."""
    return ox.Literal(span, datatype=ox.NamedNode(f"{PREFIXES['xsd']}duration"))
