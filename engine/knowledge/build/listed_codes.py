"""The codes that a criterion lists: plain texts, each of them one that is possible."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Protocol

from spinegraph.engine.errors import CriterionError
from spinegraph.engine.knowledge.numbers import STRING
from spinegraph.engine.knowledge.problems import named
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import Term, Text, local_name, shorten


class Reading(Protocol):
    """Who reads shapes."""

    graph: Graph

    def listed(self, head: str) -> list[Term]:
        """The members of an RDF list. Raises CriterionError."""
        ...

    def error(
        self, shape: str, what: str, mend: str, predicate: str = "", value: Term | None = None, kind: str = "outside-profile"
    ) -> CriterionError: ...


def listed_codes(reader: Reading, shape: str, predicate: str, possible: tuple[str, ...]) -> frozenset[str]:
    """The texts of a list. Raises CriterionError where one is no possible code, or there is none."""
    heads = reader.graph.terms(shape, predicate)
    members = reader.listed(heads[0]) if len(heads) == 1 and isinstance(heads[0], str) else []
    if not members:
        raise reader.error(
            shape,
            f"{predicate} needs one list with at least one code",
            f"Write {predicate} ( {quoted(possible)} ), or some of these.",
            predicate,
        )
    for member in members:
        if not (isinstance(member, Text) and member.datatype == STRING and member.value in possible):
            shown = repr(member.value) if isinstance(member, Text) else named(member)
            near = difflib.get_close_matches(member.value if isinstance(member, Text) else local_name(member), possible, n=1)
            raise reader.error(
                shape,
                f"{predicate} names {shown}, which is no value of {shorten(reader.graph.iri(shape, 'sh:path'))}"
                + (f"; did you mean {near[0]!r}?" if near else ""),
                f"Its values are the plain texts {quoted(possible)}.",
                predicate,
                kind="wrong-kind",
            )
    return frozenset(member.value for member in members if isinstance(member, Text))


def quoted(codes: Iterable[str]) -> str:
    """Codes as Turtle has them."""
    return " ".join(f'"{code}"' for code in codes)
