"""How the rules behave together, proven by a SAT solver over the compiled program (group 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import structs

from engine.errors import CheckNotRunError
from engine.knowledge.reader import shorten
from engine.validation.content import Content
from engine.validation.diagnostics import Diagnostic, Related


def check_behaviour(content: Content) -> Iterator[Diagnostic]:
    """Conflicts, idle declarations, dead and shadowed rules, uneven thresholds, each with a witness where there can be one.

    Raises CheckNotRunError where the solver is not installed, ReplayError where a witness is decided otherwise than analysed.
    """
    try:
        from engine.validation.behaviour.analysis import Analysis, Behaviour
        from engine.validation.behaviour.assessments import disagreeing_assessments
        from engine.validation.behaviour.conflicts import idle_tensions, opposite_directions
        from engine.validation.behaviour.reachability import idle_overrides, said_twice, shadowed, trivial, unreachable
        from engine.validation.behaviour.thresholds import uneven_thresholds
    except ImportError as error:
        raise CheckNotRunError(
            f"{error.name} is not installed.", mend="Install the extra: pip install 'spinegraph[authoring]'."
        ) from error
    analyses: tuple[Callable[[Analysis], Iterator[Behaviour]], ...] = (
        opposite_directions,
        idle_overrides,
        idle_tensions,
        unreachable,
        trivial,
        shadowed,
        said_twice,
        uneven_thresholds,
        disagreeing_assessments,
    )
    if content.knowledge is None:
        return
    analysis = Analysis(content.knowledge)
    for analyse in analyses:
        for found in analyse(analysis):
            related = tuple(Related(subject=shorten(iri), place=content.place(iri)) for iri in found.others)
            diagnostic = content.diagnose(found.name, found.what, found.rule, mend=found.mend, related=related)
            yield structs.replace(diagnostic, witness=found.witness)
