"""What two packages describe differently does not load: neither of the two may take the place of the other in silence."""

from __future__ import annotations

from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.files import is_shared, name_in_package
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.merging import Clash
from spinegraph.engine.knowledge.turtle.terms import shorten

MEND = "Give one of the two a name of its own, below the namespace of its package; what means the same, describe in one alone."
MEND_SHARED = "Leave this description out and use the shared term, or give this a name and a code of its own."


def check_clashes(graph: Graph, problems: Problems) -> None:
    """Note everything that two packages describe differently, at the second place, with the first."""
    for clash in graph.clashes:
        problems.keep(_error(graph, clash))


def _error(graph: Graph, clash: Clash) -> VocabularyError:
    first, second = graph.paths[clash.first], graph.paths[clash.second]
    line, column = graph.spot_in(second, clash.subject)
    there = f"{name_in_package(first)}:{graph.spot_in(first, clash.subject)[0]}"
    return VocabularyError(
        f"{shorten(clash.subject)} is described here otherwise than in {there}: {shorten(clash.predicate)} differs.",
        where=f"{name_in_package(second)}:{line}",
        mend=MEND_SHARED if is_shared(first) else MEND,
        kind="declared-twice",
        about=(clash.subject, "", None),
        path=second,
        line=line,
        column=column,
    )
