"""A case → its entries, one by one, with what becomes of them in FHIR."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from spinegraph.engine.decide.case import case_data
from spinegraph.engine.exchange.fhir.form.link_ids import SIDES
from spinegraph.engine.model import Case

AFFIRMED = ("present", "performed", "taking")
"""The sides on which something is so; the others deny it."""
UNSAID = ("audience", "language")
"""Members of a case that are about the answer, not about the patient."""


class CaseEntry(NamedTuple):
    """One entry: the member in which it stands, its code, its date or "", and of a value the number or the code."""

    member: str
    code: str
    at: str = ""
    value: float | None = None
    choice: str = ""

    @property
    def link_id(self) -> str:
        """The name of the question that asks for it: of what is done or taken, the same among findings and among acts."""
        kind = self.member.removeprefix("not_")
        return f"{kind}:{self.code}" if kind in ("performed", "taking") else self.code

    @property
    def name(self) -> str:
        """How it is called where it is left out."""
        return f"{self.member} {self.code}" + (f" ({self.at})" if self.at else "")


def entries_of(case: Case) -> Iterator[CaseEntry]:
    """The entries of a case; `birth_date` and `as_of` are none."""
    data = case_data(case)
    for side in SIDES:
        for given in data.get(side, ()):
            code, at = (given, "") if isinstance(given, str) else (given["code"], given["at"])
            yield CaseEntry(side, code, at)
    for code, given in data.get("measurements", {}).items():
        for one in given if isinstance(given, list) else [given]:
            value, at = (one["value"], one["at"]) if isinstance(one, dict) else (one, "")
            yield CaseEntry("measurements", code, at, value=value)
    for code, given in data.get("coded", {}).items():
        choice, at = (given, "") if isinstance(given, str) else (given["code"], given["at"])
        yield CaseEntry("coded", code, at, choice=choice)


def about_the_answer(case: Case) -> tuple[str, ...]:
    """The members of a case that no record has: for whom the words of the answer are, and in which language."""
    return tuple(name for name, said in zip(UNSAID, (case.audience != "clinician", case.language), strict=True) if said)
