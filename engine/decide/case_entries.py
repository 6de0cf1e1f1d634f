"""The entries of a request → codes, values and dates: what is understood, and what of it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinegraph.engine.decide.codebook import Codebook, code_named
from spinegraph.engine.decide.dates import Moment
from spinegraph.engine.decide.entry_reader import Entry
from spinegraph.engine.decide.value_entries import ValueEntries
from spinegraph.engine.errors import MalformedCaseError, kind_of_value, shortened


class CaseEntries(ValueEntries):
    """Reads the entries of one request, and keeps what of them is unknown, dated, or decides nothing."""

    def __init__(self, codebook: Codebook, as_of: Moment | None) -> None:
        super().__init__(codebook, as_of)
        self._signs: list[Moment] = []

    # Lists of codes --------------------------------------------------------------------------

    def findings(self, given: Any, side: str) -> tuple[str, ...]:
        """Codes of findings, recorded "present" or "absent": a narrower external code may say the one, but not the other."""
        found = self._by_code(given, side, self._codebook.findings, narrower=side == "present")
        if side == "present":
            signs = (moments for code, moments in found.items() if code not in self._codebook.acts)
            self._signs += [moment for moments in signs for moment in moments if moment]
        return self._current(side, found)

    def performed(self, given: Any) -> tuple[str, ...]:
        """Codes of interventions that were done: each is what it says, and what is narrower or wider is another one.

        One that is older than a sign that is present was not done for it. To be read after the findings.
        """
        found = self._by_code(given, "performed", self._codebook.interventions, narrower=False)
        for code, moments in found.items():
            for moment in [moment for moment in moments if moment and any(sign.order > moment.order for sign in self._signs)]:
                self._ignore("performed", code, "before-a-sign", moment)
                if ("performed", code) in self._codebook.dated:
                    self._older("performed", code, moment)
                moments.remove(moment)
        return self._current("performed", {code: moments for code, moments in found.items() if moments})

    def taking(self, given: Any) -> tuple[str, ...]:
        """Codes of interventions that the patient takes: a narrower external code says so of what is wider."""
        return self._current("taking", self._by_code(given, "taking", self._codebook.interventions, narrower=True))

    def not_done(self, given: Any, member: str) -> tuple[str, ...]:
        """Codes of interventions that were not done ("not_performed"), or are not taken ("not_taking")."""
        return self._current(member, self._by_code(given, member, self._codebook.interventions, narrower=False))

    def _by_code(self, given: Any, member: str, names: Mapping[str, str], narrower: bool) -> dict[str, list[Moment | None]]:
        """Code → the dates of its entries; an entry without a date has None."""
        if not isinstance(given, list):
            raise MalformedCaseError(
                f"{member!r} is a list of codes, not {kind_of_value(given)}.", where=f"/{member}", mend='Write ["code"].'
            )
        found: dict[str, list[Moment | None]] = {}
        for number, sent in enumerate(given):
            entry = self._entry(sent, f"/{member}/{number}")
            for code in self._codes_of(entry, member, names, narrower):
                moments = found.setdefault(code, [])
                if entry.at not in moments:
                    moments.append(entry.at)
        return found

    def _codes_of(self, entry: Entry, member: str, names: Mapping[str, str], narrower: bool) -> tuple[str, ...]:
        code = code_named(entry.name, names)
        if code is None:
            if narrower and (entailed := self._codebook.entailed(entry.name, names)):
                return entailed
            self._check_place(entry, names is self._codebook.findings)
            self._note_unknown(member, entry)
            return ()
        self._note_replaced(entry.name, code)
        if names is self._codebook.findings and code in self._codebook.derived_only:
            raise MalformedCaseError(
                f"{entry.name!r} is not recorded: it follows from other facts.",
                where=entry.where,
                mend=f"Record what it follows from: {self._codebook.derived_only[code]}.",
            )
        return (code,)

    def _check_place(self, entry: Entry, among_findings: bool) -> None:
        """Raises MalformedCaseError for a name that is known, but belongs elsewhere."""
        name, where = entry.name, entry.where
        if name in self._codebook.measurements:
            raise MalformedCaseError(f"{name!r} is a measurement.", where=where, mend=f'Write "measurements": {{"{name}": …}}.')
        if not among_findings and name in self._codebook.findings:
            raise MalformedCaseError(f"{name!r} is a finding.", where=where, mend=f'Write "present": ["{name}"], or "absent".')
        path = self._codebook.concluded.get(name)
        if path is None:
            return
        if among_findings and path.startswith("/intervention/"):
            raise MalformedCaseError(
                f"{shortened(name)} is no finding, but an intervention.",
                where=where,
                mend=f'If it was done, write "performed": ["{name}"].',
            )
        raise MalformedCaseError(
            f"{shortened(name)} is no {'finding' if among_findings else 'intervention'}: it is what rules conclude, "
            "and is not recorded.",
            where=where,
            mend=f"Record the findings that its rules ask for: GET {path} names them.",
        )

    def _current(self, member: str, found: Mapping[str, list[Moment | None]]) -> tuple[str, ...]:
        """The codes, sorted. Of several entries one without a date counts, as one of now, or else the latest."""
        for code, moments in found.items():
            dated = sorted((moment for moment in moments if moment), key=lambda moment: moment.order)
            if None not in moments:
                self._date(member, code, dated.pop())
            for moment in dated:
                self._older(member, code, moment)
        return tuple(sorted(found))
