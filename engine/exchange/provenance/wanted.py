"""How the provenance of a decision is asked for: its form, and what its caller says of time and person.

When and by whom a decision was made is known to the caller alone: no clock is read. It stands in the publication info, beside
the decision and not in it, so that the same case has the same `id` whenever and for whomever it is decided.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import pyoxigraph as ox
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.errors import MalformedCaseError, PublicationError, shortened

Form = Literal["full", "lean", "nanopublication"]
FORMS: tuple[Form, ...] = ("full", "lean", "nanopublication")
ORCID = "https://orcid.org/"
LONGEST_NAME = 500
"""Characters of the IRI of an agent."""
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])", re.ASCII)
INSTANT = 'Write it to the minute or finer, with a zone, like "2026-03-01T08:30:00Z".'


class Wanted(NamedTuple):
    """`form`: every step of the proof (full); what is to be done and its evidence (lean); the same as a nanopublication.

    `made_at` is an instant (xsd:dateTime with a zone) and `made_by` an IRI; each empty where nobody said so.
    """

    form: Form = "full"
    made_at: str = ""
    made_by: str = ""

    @property
    def given(self) -> tuple[str, ...]:
        """The parts that differ from what is answered unasked, by name."""
        values = {"provenance": self.form != "full", "made_at": self.made_at, "made_by": self.made_by}
        return tuple(name for name, value in values.items() if value)


PLAIN = Wanted()


def read_wanted(form: Form, made_at: str, made_by: str) -> Wanted:
    """A request for provenance, read. Raises PublicationError, whose `where` is `made_at` or `made_by`."""
    return Wanted(form, read_instant(made_at) if made_at else "", read_agent(made_by) if made_by else "")


def read_instant(given: str) -> str:
    """An instant as xsd:dateTime, which has seconds. Raises PublicationError where it is no instant, or has no zone.

    >>> read_instant("2026-03-01T08:30+01:00")
    '2026-03-01T08:30:00+01:00'
    """
    try:
        moment = read_moment(given, "made_at", "made_at")
    except MalformedCaseError as error:
        raise PublicationError(error.what, where="made_at", mend=INSTANT) from error
    if moment.first != moment.last or moment.first.tzinfo is None:
        raise PublicationError(f"made_at is {shortened(given)}, which is no instant.", where="made_at", mend=INSTANT)
    return re.sub(r"(T\d\d:\d\d)(Z|[+-])", r"\1:00\2", given)


def read_agent(given: str) -> str:
    """The IRI of whoever made a decision; an ORCID may be bare. Raises PublicationError.

    >>> read_agent("0000-0002-1825-0097")
    'https://orcid.org/0000-0002-1825-0097'
    """
    mend = "Give an absolute IRI, or an ORCID such as 0000-0002-1825-0097."
    found = _ORCID.fullmatch(given)
    if found:
        number = found[1].upper()
        if check_character(number) != number[-1]:
            what = f"made_by is {shortened(given)}, whose last character does not fit the others: it is no ORCID."
            raise PublicationError(what, where="made_by", mend=mend)
        return ORCID + number
    if len(given) > LONGEST_NAME or "orcid.org/" in given or not _is_iri(given):
        raise PublicationError(f"made_by is {shortened(given)}, which is no IRI of an agent.", where="made_by", mend=mend)
    return given


def _is_iri(given: str) -> bool:
    try:
        return bool(ox.NamedNode(given))
    except ValueError:
        return False


def check_character(orcid: str) -> str:
    """The last character of an ORCID, as it follows from the others (ISO 7064, MOD 11-2).

    >>> check_character("0000-0002-1694-233X")
    'X'
    """
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)
