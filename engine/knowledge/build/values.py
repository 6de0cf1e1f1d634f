"""What single statements of a shape say: an IRI of some kind, a number, a list of codes; and where a mistake is reported."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from spinegraph.engine.errors import CriterionError, KnowledgeError
from spinegraph.engine.knowledge.numbers import PLAIN, as_written, plain_number
from spinegraph.engine.knowledge.problems import located_error, named
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, Term, Text, shorten
from spinegraph.engine.model import Apart, Window
from spinegraph.engine.model.durations import HOUR, Duration, read_duration

DURATION = PREFIXES["xsd"] + "duration"
WINDOWS = '"P30D"^^xsd:duration, "P12M"^^xsd:duration or "P2Y"^^xsd:duration'
DISTANCES = '"P1D"^^xsd:duration or "PT4H"^^xsd:duration'
DAY = 24
"""Hours."""
LONGEST = Duration(months=150 * 12, days=150 * 366, text="P150Y")
"""No window is longer than a life."""


class ValueReader:
    """Reads statements of one graph. `open`: the shapes that are being read, the innermost last."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.open: list[str] = []

    def listed(self, head: str) -> list[Term]:
        """The members of a list. Raises CriterionError where it is none."""
        try:
            return list(self.graph.items(head))
        except KnowledgeError as error:
            raise CriterionError(error.what, where=error.where, mend=error.mend, kind=error.kind, about=error.about) from error

    def one_of(self, shape: str, predicate: str, known: Mapping[str, Any], kind: str) -> str:
        """The one IRI that a statement names, of a kind that is known. Raises CriterionError."""
        values = self.graph.terms(shape, predicate)
        if len(values) == 1 and values[0] in known:
            return str(values[0])
        shown = " and ".join(as_written(value, named(str(value))) for value in values) or "nothing"
        near = difflib.get_close_matches(shown, map(shorten, known), n=3) if len(values) == 1 else []
        unheard = len(values) == 1 and isinstance(values[0], str) and not self.graph.predicates(values[0])
        raise self.error(
            shape,
            f"{predicate} needs one {kind}, not {shown}" + (f"; nearest: {', '.join(near)}" if near else ""),
            f"Use the IRI of a {kind} that the ontology declares.",
            predicate,
            values[0] if len(values) == 1 else None,
            kind="dangling-iri" if unheard else "wrong-kind",
        )

    def number(self, shape: str, predicate: str) -> float | None:
        """The one number that a statement gives, if it is made. Raises CriterionError."""
        values: list[Term] = self.graph.terms(shape, predicate)
        if not values:
            return None
        number = plain_number(values[0]) if len(values) == 1 else None
        if number is None:
            shown = " and ".join(as_written(value, named(str(value))) for value in values)
            value = values[0] if len(values) == 1 else None
            raise self.error(shape, f"{predicate} needs one number, not {shown}", PLAIN, predicate, value, kind="wrong-kind")
        return number

    def window(self, shape: str, predicate: str) -> Window:
        """The one duration that a statement gives, in whole days, months or years. Raises CriterionError."""
        needed = "in whole days, months or years"
        span = self._duration(shape, predicate, needed, WINDOWS)
        if span.minutes or bool(span.days) == bool(span.months):
            raise self._no_duration(shape, predicate, needed, WINDOWS)
        self._check_length(shape, predicate, span)
        return Window(amount=span.days, unit="d") if span.days else Window(amount=span.months, unit="mo")

    def distance(self, shape: str, predicate: str) -> Apart:
        """The one duration that a statement gives, in whole days or in hours. Raises CriterionError."""
        needed = "in whole days, or in hours that are no whole days"
        span = self._duration(shape, predicate, needed, DISTANCES)
        hours, minutes = divmod(span.minutes, HOUR)
        if span.months or minutes or bool(span.days) == bool(hours) or (hours and not hours % DAY):
            raise self._no_duration(shape, predicate, needed, DISTANCES)
        self._check_length(shape, predicate, span)
        return Apart(amount=span.days, unit="d") if span.days else Apart(amount=hours, unit="h")

    def _duration(self, shape: str, predicate: str, needed: str, mend: str) -> Duration:
        values: list[Term] = self.graph.terms(shape, predicate)
        value = values[0] if len(values) == 1 else None
        found = read_duration(value.value) if isinstance(value, Text) and value.datatype == DURATION else None
        if found is None:
            raise self._no_duration(shape, predicate, needed, mend)
        return found

    def _check_length(self, shape: str, predicate: str, span: Duration) -> None:
        if span.months > LONGEST.months or span.days > LONGEST.days:
            what, mend = f"{predicate} is {span.in_words}", f"Write at most {LONGEST.text}: no record is longer than a life."
            raise self.error(shape, what, mend, predicate, kind="wrong-kind")

    def _no_duration(self, shape: str, predicate: str, needed: str, mend: str) -> CriterionError:
        values: list[Term] = self.graph.terms(shape, predicate)
        shown = " and ".join(repr(one.value[:40]) if isinstance(one, Text) else named(str(one)) for one in values)
        value = values[0] if len(values) == 1 else None
        what = f"{predicate} needs one duration {needed}, not {shown}"
        return self.error(shape, what, f"Write e.g. {mend}.", predicate, value, kind="wrong-kind")

    def error(
        self,
        shape: str,
        what: str,
        mend: str,
        predicate: str = "",
        value: Term | None = None,
        kind: str = "outside-profile",
        **terms: object,
    ) -> CriterionError:
        """An error at a shape, or at the innermost one around it that has a place."""
        known = (named for named in (shape, *reversed(self.open)) if self.graph.predicates(named))
        at = next(known, shape)
        sentence = what if what.endswith((".", "?")) else what + "."
        made, named = (predicate, value) if at == shape else ("", None)
        return located_error(self.graph, CriterionError, sentence, mend, kind, at, made, named, **terms)
