"""Criteria in words: the only place that writes them, for proofs, pages, pictures, articles and reports.

A kind gives a `Clause`: the words of a criterion without grammar. A `Style` is the grammar of one kind of text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from spinegraph.engine.messages import IN_ENGLISH, Messages, messages_of
from spinegraph.engine.model import Bound, CodedProperty, Concept, Criterion, Knowledge, Measurement, Score, Scored, Tally


class Names(NamedTuple):
    """What things are called, by IRI, the units of measurements, and the values of coded properties, by IRI and code.

    `days`: what days are called, where a duration that is no short number in its own unit is told in them.
    """

    name: Callable[[str], str]
    unit: Callable[[str], str]
    choice: Callable[[str, str], str]
    days: str = ""
    say: Messages = IN_ENGLISH


def names_of(knowledge: Knowledge, unit_in_words: Callable[[str], str] = str, for_patient: bool = False) -> Names:
    """The labels of a knowledge; units are UCUM unless put into words."""
    things: dict[str, Concept | Measurement | CodedProperty | Score] = {
        **knowledge.findings, **knowledge.conditions, **knowledge.interventions, **knowledge.valued, **knowledge.scores,
    }  # fmt: skip
    measurements = knowledge.measurements
    return Names(
        lambda iri: things[iri].patient_label if for_patient else things[iri].label,
        lambda iri: unit_in_words(measurements[iri].unit),
        lambda iri, code: knowledge.coded[iri].label_of(code, for_patient=for_patient),
        unit_in_words("d"),
        messages_of(knowledge.language),
    )


class Clause(NamedTuple):
    """A criterion in words.

    `operator` names the kind. A leaf has the `name` of what it asks about and a `state` ("present", "> 50"); a range has a
    `unit` and its certain `opposite`; what joins others has a `joint` ("all of").
    """

    operator: str
    name: str = ""
    state: str = ""
    joint: str = ""
    unit: str = ""
    opposite: str = ""
    lower: Bound | None = None
    upper: Bound | None = None
    inconclusive: bool = False

    @property
    def is_banded(self) -> bool:
        """Whether a range has a band in which it is neither met nor refuted."""
        return any(bound is not None and bound.other is not None for bound in (self.lower, self.upper))


class Style(NamedTuple):
    """Templates: of a state, of one whose opposite refutes nothing, of a range, of a range with a band."""

    state: str
    inconclusive: str
    range: str
    banded: str


LABEL = Style(*["{name} {state}"] * 2, *["{name} {state} {unit}"] * 2)
"""As a proof names a criterion that has no label of its own."""
PAGE = Style(
    "{name}: {state}",
    "{name}: {state} (its absence refutes nothing)",
    "{name} {state} {unit}",
    "{name} {state} {unit} (refuted {opposite}; open between)",
)
"""As pages and pictures show what a criterion asks."""
OUTLINE = Style(
    "{spaced} {name}",
    "{spaced} {name} (its absence proves nothing)",
    *["{name} {state} (refuted: {opposite})"] * 2,
)
"""As reports name it by its CURIE."""


def text_of(clause: Clause, style: Style) -> str:
    """A clause in one line; of one that joins others, how they are joined.

    >>> fever = Clause("unassessed", "fever", "not assessed")
    >>> [text_of(fever, style) for style in (LABEL, PAGE, OUTLINE)]
    ['fever not assessed', 'fever: not assessed', 'unassessed fever']
    >>> text_of(Clause("at-least", "risk factor", joint="at least 2 of"), LABEL)
    'at least 2 of risk factor'
    """
    if clause.joint:
        return f"{clause.joint} {clause.name}".rstrip()
    ranged, plain = style.banded if clause.is_banded else style.range, style.inconclusive if clause.inconclusive else style.state
    template = ranged if clause.opposite else plain
    return template.format(**clause._asdict(), spaced=clause.operator.replace("-", " ")).rstrip()


def leads_of(criterion: Criterion) -> tuple[str, ...]:
    """What stands before each part in a list of them, or before a leaf: of an item of a score, its points."""
    if isinstance(criterion, Scored):
        return tuple(f"{in_points(item.points)}: " for item in criterion.score.items)
    return ("",) * max(len(criterion.parts), 1)


def in_points(points: float, say: Messages = IN_ENGLISH) -> str:
    """
    >>> in_points(-1), in_points(1.5)
    ('-1 point', '1.5 points')
    """
    written = f"{points:.12g}"
    return say("{points} point", points=written) if abs(points) == 1 else say("{points} points", points=written)


def tally_in_words(tally: Tally, say: Messages = IN_ENGLISH) -> str:
    """What a score comes to, of the greatest sum that there is.

    >>> tally_in_words(Tally(code="code", least=3, greatest=5, lowest=-1, highest=5))
    '3 to 5 of 5'
    """
    least, greatest = (f"{end:.12g}" for end in sorted((tally.least, tally.greatest)))
    return say(
        "{points} of {highest}",
        points=say("{least} to {greatest}", least=least, greatest=greatest) if least != greatest else least,
        highest=f"{tally.highest:.12g}",
    )
