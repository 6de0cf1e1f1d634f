"""What criteria of time have in common: what they follow, and windows, read, in words and as data."""

from __future__ import annotations

from spinegraph.engine.criteria.kind import Shape
from spinegraph.engine.criteria.shapes import Duration, Iri, Value
from spinegraph.engine.criteria.words import Names
from spinegraph.engine.messages import noted
from spinegraph.engine.model import Following, Window
from spinegraph.engine.model.timed import NEXT_DAY
from spinegraph.engine.model.units import quantity

WITHIN, SINCE, AFTER, AFTER_TAKING = "core:within", "core:since", "core:after", "core:afterTaking"
TIMES, APART = "core:times", "core:apart"


def read_following(shape: Shape) -> Following | None:
    """What a shape names by core:after or core:afterTaking, and how far apart. Raises CriterionError."""
    apart = shape.distance(APART) if shape.states(APART) else NEXT_DAY
    if shape.states(AFTER_TAKING):
        return Following(event=shape.act(AFTER_TAKING, "taking"), kind="taking", apart=apart)
    if shape.states(AFTER):
        event, kind = shape.event(AFTER)
        return Following(event=event, kind=kind, apart=apart)
    return None


def refuse_several(shape: Shape, *constraints: str) -> None:
    """Raises CriterionError where a shape asks for time in two ways."""
    stated = [constraint for constraint in constraints if shape.states(constraint)]
    if len(stated) > 1:
        raise shape.error(f"{stated[0]} stands beside {stated[1]}", "Write two criteria, and join them.", stated[1])


def written_window(window: Window | None) -> dict[str, Value]:
    """A window as the modifier of a shape."""
    return {WITHIN: Duration(window.written)} if window else {}


def written_following(after: Following | None) -> dict[str, Value]:
    """What is followed as the modifiers of a shape."""
    if after is None:
        return {}
    named: dict[str, Value] = {AFTER_TAKING if after.kind == "taking" else AFTER: Iri(after.event)}
    return named if after.apart == NEXT_DAY else {**named, APART: Duration(after.apart.written)}


def window_in_words(window: Window, names: Names) -> str:
    """That something lies in a window."""
    return names.say("within the last {window}", window=quantity(window.amount, window.unit, names.say))


def following_in_words(after: Following, names: Names) -> str:
    """That something comes after something else."""
    name = names.name(after.event)
    if after.apart == NEXT_DAY:
        when = noted("after taking {name}") if after.kind == "taking" else noted("after {name}")
        return names.say(when, name=name)
    far = noted("at least {apart} after taking {name}") if after.kind == "taking" else noted("at least {apart} after {name}")
    return names.say(far, apart=quantity(after.apart.amount, after.apart.unit, names.say), name=name)
