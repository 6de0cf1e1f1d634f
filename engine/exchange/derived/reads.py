"""What the criteria of a rule ask about, each thing with the sense in which it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.model import Act, And, Counted, Criterion, Knowledge, Or, Rule, Scored

ROLES: Mapping[str, str] = {
    "present": "readsPresent", "dated-present": "readsPresent",
    "absent": "readsAbsent", "dated-absent": "readsAbsent",
    "unassessed": "readsUnassessed",
    "suspected": "readsSuspected", "not-suspected": "readsNotSuspected",
    "performed": "readsPerformed", "dated-performed": "readsPerformed",
    "not-performed": "readsNotPerformed", "dated-not-performed": "readsNotPerformed",
    "taking": "readsTaking", "dated-taking": "readsTaking",
    "not-taking": "readsNotTaking", "dated-not-taking": "readsNotTaking",
    "measured": "readsValue", "one-of": "readsValue", "difference": "readsValue", "ratio": "readsValue",
    "repeated": "readsValue", "latest": "readsValue", "change": "readsValue", "change-ratio": "readsValue",
    "at-least": "readsCount", "at-most": "readsCount",
    "score": "readsScore",
}  # fmt: skip
"""Operator of a criterion → local name of the property of core that says how it asks. `and` and `or` ask nothing themselves."""
SINCE = {"performed": "readsPerformed", "": "readsPresent"}
"""How a criterion asks for what happened before: an intervention that was done, or a finding."""


class Question(NamedTuple):
    """A thing and the role in which one criterion asks about it."""

    role: str
    thing: str


def questions_of(criterion: Criterion | None, knowledge: Knowledge) -> tuple[Question, ...]:
    """Everything that a criterion asks about, its parts included, each once; of none, nothing."""
    parts = criterion.walk() if criterion else ()
    return tuple(dict.fromkeys(question for part in parts for question in _own(part, knowledge)))


def required_by(rule: Rule, knowledge: Knowledge) -> tuple[str, ...]:
    """The things without which a rule cannot hold: they are asked about in every way in which it can."""
    found = (*_required(rule.scope, knowledge), *_required(rule.criterion, knowledge))
    return tuple(dict.fromkeys(question.thing for question in found))


def _required(criterion: Criterion | None, knowledge: Knowledge) -> dict[Question, None]:
    if criterion is None:
        return {}
    if isinstance(criterion, And | Or) and criterion.children:
        first, *others = (_required(child, knowledge) for child in criterion.children)
        if isinstance(criterion, Or):
            return {question: None for question in first if all(question in other for other in others)}
        return {question: None for one in (first, *others) for question in one}
    return dict.fromkeys(_own(criterion, knowledge))


def _own(criterion: Criterion, knowledge: Knowledge) -> Iterator[Question]:
    """What a criterion asks about, without its parts; acts by the intervention that they are of."""
    if isinstance(criterion, And | Or):
        return
    role = ROLES[criterion.operator]
    if isinstance(criterion, Counted | Scored):
        yield Question(role, criterion.subject)
        return
    since = (getattr(criterion, "since", ""), getattr(criterion, "reference", ""))
    for thing in criterion.mentions:
        if not _is_act(thing, knowledge):
            yield Question(SINCE[getattr(criterion, "since_kind", "")] if thing in since else role, thing)


def _is_act(iri: str, knowledge: Knowledge) -> bool:
    return iri in knowledge.acts


def plain(iri: str, knowledge: Knowledge) -> str:
    """An act by its intervention, everything else as it is."""
    act: Act | None = knowledge.acts.get(iri)
    return act.intervention if act else iri
