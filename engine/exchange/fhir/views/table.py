"""Views → the SQL that makes one row a patient of them, with the headings that `spinegraph population` reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spinegraph.engine.exchange.fhir.views.views import AT, View
from spinegraph.engine.templates import make_environment

_ENVIRONMENT = make_environment("spinegraph.engine.exchange.fhir.views")


class Member(NamedTuple):
    """A member of a case, with the codes that its views say."""

    name: str
    codes: Sequence[str]
    views: Sequence[View]


class Side(NamedTuple):
    """Two members that say that something is so (`yes`) and that it is not (`no`); `prefix`: of its headings; `clashes`: whether
    both together are a contradiction, or what is so counts."""

    member: str
    opposite: str
    prefix: str
    clashes: bool
    yes: frozenset[str]
    no: frozenset[str]

    @property
    def codes(self) -> list[str]:
        return sorted(self.yes | self.no)


SIDES = (
    ("present", "absent", "", True),
    ("performed", "not_performed", "performed:", False),
    ("taking", "not_taking", "taking:", False),
)


def table_sql(views: Sequence[View], age: str) -> str:
    """The query. What the resource of the patient says counts, whatever observations say: `age` is the code of the measurement
    that a date of birth gives."""
    (patients,) = (view for view in views if not view.member)
    names = [name for side in SIDES for name in side[:2]]
    members = [Member(name, _codes(name, views), [view for view in views if view.member == name]) for name in names]
    sides = [
        Side(yes, no, prefix, clashes, frozenset(_codes(yes, views)), frozenset(_codes(no, views)))
        for yes, no, prefix, clashes in SIDES
    ]
    values = [
        (code, view)
        for view in views
        if view.member == "value"
        for code in view.columns
        if code != AT and code not in patients.columns
    ]
    return _ENVIRONMENT.get_template("population.sql.j2").render(
        patients=patients, members=[one for one in members if one.views], sides=sides, values=values, at=AT, age=age
    )


def _codes(member: str, views: Iterable[View]) -> list[str]:
    """The codes that the views of a member say."""
    return sorted({code for view in views if view.member == member for code in view.columns})
