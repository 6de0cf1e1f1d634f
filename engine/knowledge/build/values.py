"""What single statements of a shape say: an IRI of some kind, a number, a list of codes; and where a mistake is reported."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from spinegraph.engine.errors import CriterionError, KnowledgeError
from spinegraph.engine.knowledge.numbers import PLAIN, as_written, plain_number
from spinegraph.engine.knowledge.problems import located_error, named
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, Term, Text, shorten
from spinegraph.engine.model import Apart, Window

DURATION = PREFIXES["xsd"] + "duration"
_WINDOW = re.compile(r"P(?P<amount>[1-9][0-9]{0,3})(?P<unit>[DMY])", re.ASCII)
_APART = re.compile(r"P(?:(?P<days>[1-9][0-9]{0,3})D|T(?P<hours>[1-9][0-9]{0,3})H)", re.ASCII)


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
        values: list[Term] = self.graph.terms(shape, predicate)
        value = values[0] if len(values) == 1 else None
        written = _WINDOW.fullmatch(value.value) if isinstance(value, Text) and value.datatype == DURATION else None
        if written is None:
            shown = " and ".join(repr(one.value[:40]) if isinstance(one, Text) else named(str(one)) for one in values)
            what = f"{predicate} needs one duration in whole days, months or years, not {shown}"
            mend = 'Write e.g. "P30D"^^xsd:duration, "P12M"^^xsd:duration or "P2Y"^^xsd:duration.'
            raise self.error(shape, what, mend, predicate, value, kind="wrong-kind")
        amount = int(written["amount"])
        if written["unit"] == "D":
            return Window(amount=amount, unit="d")
        return Window(amount=amount * (12 if written["unit"] == "Y" else 1), unit="mo")

    def distance(self, shape: str, predicate: str) -> Apart:
        """The one duration that a statement gives, in whole days or in hours. Raises CriterionError."""
        values: list[Term] = self.graph.terms(shape, predicate)
        value = values[0] if len(values) == 1 else None
        written = _APART.fullmatch(value.value) if isinstance(value, Text) and value.datatype == DURATION else None
        if written is None or (written["hours"] and int(written["hours"]) % 24 == 0):
            shown = " and ".join(repr(one.value[:40]) if isinstance(one, Text) else named(str(one)) for one in values)
            what = f"{predicate} needs one duration in whole days, or in hours that are no whole days, not {shown}"
            raise self.error(
                shape, what, 'Write e.g. "P1D"^^xsd:duration or "PT4H"^^xsd:duration.', predicate, value, kind="wrong-kind"
            )
        if written["days"]:
            return Apart(amount=int(written["days"]), unit="d")
        return Apart(amount=int(written["hours"]), unit="h")

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
