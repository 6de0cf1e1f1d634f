"""Two states of the knowledge → their difference."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.disclaimer import DISCLAIMER
from spinegraph.engine.errors import CaseError, SpinegraphError
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.validation.cases.files import ClinicalCase, case_paths, read_cases
from spinegraph.engine.validation.diff.attribution import Attribution
from spinegraph.engine.validation.diff.model import Difference, StateVersion
from spinegraph.engine.validation.diff.outcomes import Comparison, changed_cases
from spinegraph.engine.validation.diff.statements import State, changed_statements


def compare(old: State, new: State, cases: Iterable[Path] = ()) -> Difference:
    """What the two state and decide differently; `cases`: the authors' case files, read by the new state, else by the old.

    Raises SpinegraphError where a state does not compile, ReplayError where a witness is decided otherwise than proven.
    """
    engines = Engine(old.knowledge), Engine(new.knowledge)
    attribution = Attribution(old, new)
    comparison = Comparison(*engines, attribution)
    readable, refused = _read_cases(cases, old, new)
    return Difference(
        old=_version(old),
        new=_version(new),
        statements=tuple(changed_statements(old, new)),
        patients=tuple(comparison.changes()),
        compared=len(comparison.compared),
        differing=tuple(shorten(iri) for iri in comparison.compared if comparison.differs(iri)),
        cases=tuple(changed_cases(readable, *engines, attribution)),
        cases_compared=len(readable),
        not_compared=tuple(refused),
        review=tuple(f"{source.number} {source.title}: {source.review_status}" for source in new.knowledge.sources.values()),
        disclaimer=DISCLAIMER,
    )


def _version(state: State) -> StateVersion:
    return StateVersion(name=state.name, version=state.knowledge.version, digest=state.knowledge.digest)


def _read_cases(paths: Iterable[Path], old: State, new: State) -> tuple[list[ClinicalCase], list[str]]:
    """The cases that one of the two states can read, and why a file cannot be read by either."""
    found: list[ClinicalCase] = []
    refused: list[str] = []
    given = tuple(paths)
    for path in case_paths(given) if given else ():
        reasons: list[SpinegraphError] = []
        for state in (new, old):
            try:
                found += read_cases([path], state.knowledge)
                break
            except CaseError as error:
                reasons.append(error)
        else:
            refused.append(str(reasons[0]))
    return found, refused
