"""How the rules behave together, proven by a SAT solver over the compiled program (group 9)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Related


def check_behaviour(content: Content) -> Iterator[Diagnostic]:
    """Conflicts, idle declarations, dead and shadowed rules, uneven thresholds, each with a witness where there can be one.

    Raises ReplayError where a witness is decided otherwise than analysed.
    """
    from spinegraph.engine.validation.interactions.analysis import Analysis  # the solver is an extra
    from spinegraph.engine.validation.interactions.survey import survey

    if content.knowledge is None:
        return
    for found in survey(Analysis(content.knowledge)):
        related = tuple(
            Related(subject=shorten(iri), place=content.place(iri), message=content.label(iri)) for iri in found.others
        )
        diagnostic = content.diagnose(found.name, found.message, found.rule, related=related, terms=found.terms)
        yield structs.replace(diagnostic, witness=found.witness)
