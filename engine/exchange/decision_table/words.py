"""What a decision table says, in the words that its page and its CSV share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spinegraph.engine.exchange.decision_table.model import Column, DecisionTable, FactState, RowFact
from spinegraph.engine.exchange.decision_table.ranges import ranges_in_words
from spinegraph.engine.model import units

NO_MATTER = "-"
"""What stands where a row does not ask for a fact: it may be anything, and unknown."""
STATES: Mapping[FactState, str] = {
    "present": "yes",
    "absent": "no",
    "not-present": "not yes",
    "not-absent": "not no",
    "not-assessed": "not asked",
}
"""A finding in a cell."""
TITLES: Mapping[str, str] = {
    "overridden_by": "Gives way to, and is provisional while that is not known",
    "overridden_if_known": "Gives way to, once that is known to apply",
    "left_open_by": "Left open by",
    "contraindications": "Left open while this is present",
    "not_for": "Not about these patients",
}
"""What can keep the recommendation from being plainly indicated although a row holds; members of a table, in order."""


def cell_words(fact: RowFact | None) -> str:
    """One cell."""
    if fact is None:
        return NO_MATTER
    if fact.choices:
        return " or ".join(choice.label for choice in fact.choices)
    return ranges_in_words(fact.ranges) if fact.state == "measured" else STATES[fact.state]


def heading(column: Column) -> str:
    """The name of a column, with its unit."""
    return f"{column.label} ({units.in_words(column.unit)})" if column.unit else column.label


def cells(table: DecisionTable) -> Iterator[list[RowFact | None]]:
    """Of each row what stands in each column."""
    for row in table.rows:
        asked = {fact.code: fact for fact in row.facts}
        yield [asked.get(column.code) for column in table.columns]


def acting(table: DecisionTable) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Title → (label, IRI) of what acts on the recommendation, where there is any."""
    for member, title in TITLES.items():
        found = [(one.label, one.iri) for one in getattr(table, member)]
        if found:
            yield title, found


def extent(table: DecisionTable) -> str:
    """How many rows there are, and whether these are all."""
    number = len(table.rows)
    counted = f"{number} minimal way{'' if number == 1 else 's'}"
    if table.complete:
        return f"{counted}: all there are." if number else "No record makes it hold."
    return f"{counted}: the search stopped at its limit, so there may be more."
