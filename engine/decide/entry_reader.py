"""One entry of a request: a name as it was sent, and its date; and what of the entries decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spinegraph.engine.decide.codebook import Codebook, code_named
from spinegraph.engine.decide.dates import Moment, check_past, read_moment
from spinegraph.engine.decide.suggestions import nearest_codes
from spinegraph.engine.errors import (
    LONGEST_ECHO,
    CaseTooLargeError,
    MalformedCaseError,
    UnknownCodeError,
    kind_of_value,
    shortened,
)
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.model import DatedEntry, IgnoredInput, IgnoredReason

MAX_EXPLAINED = 20
"""So many unknown codes get a suggestion by their spelling."""
MAX_IGNORED = 1000
"""A request with more entries than this that decide nothing is refused."""
ENTRY = 'Write "code", or {"code": "code", "at": "2026-03-01"}.'


class Entry(NamedTuple):
    """One entry of a list: a name as it was sent, its place, and its date if it has one."""

    name: str
    where: str
    at: Moment | None


class EntryReader:
    """Reads single entries of one request, and keeps what of them is unknown, dated, or decides nothing."""

    def __init__(self, codebook: Codebook, as_of: Moment | None) -> None:
        self._codebook = codebook
        self._as_of = as_of
        self._unknown: dict[tuple[str, str], Entry] = {}
        self._ignored: dict[IgnoredInput, None] = {}
        self.dates: dict[str, dict[str, str]] = {}
        self.earlier: dict[str, dict[str, set[DatedEntry]]] = {}
        self.replaced: dict[str, str] = {}

    def _entry(self, sent: Any, where: str) -> Entry:
        if not isinstance(sent, dict):
            if not isinstance(sent, str):
                raise MalformedCaseError(
                    f"A code is a string, not {kind_of_value(sent)}.", where=where, mend="Put the code in quotes."
                )
            return Entry(sent, where, None)
        for key in sent:
            if key not in ("code", "at"):
                raise MalformedCaseError(f"An entry has {shortened(str(key))}, which is not read.", where=where, mend=ENTRY)
        if not isinstance(sent.get("code"), str):
            what = f"A code is a string, not {kind_of_value(sent['code'])}." if "code" in sent else "An entry has no code."
            raise MalformedCaseError(what, where=where, mend=ENTRY)
        return Entry(sent["code"], where, self._moment(sent, sent["code"], where))

    def _moment(self, sent: Mapping[str, Any], code: str, where: str) -> Moment | None:
        if "at" not in sent:
            return None
        moment = read_moment(sent["at"], "at", f"{where}/at")
        return check_past(moment, self._as_of, code if len(code) <= LONGEST_ECHO else shortened(code), f"{where}/at")

    # What decides nothing --------------------------------------------------------------------

    def check_known(self) -> None:
        """Raises UnknownCodeError where a code is not known: all of them at once."""
        if self._unknown:
            first: dict[str, tuple[str, Entry]] = {}
            for (member, name), entry in self._unknown.items():
                first.setdefault(name, (member, entry))
            explained = dict(list(first.items())[:MAX_EXPLAINED])
            nearest = {name: [*nearest_codes(name, member, self._codebook)] for name, (member, _) in explained.items()}
            where = {name: entry.where for name, (_, entry) in explained.items()}
            withdrawn = frozenset(name for name in explained if self._is_withdrawn(name))
            raise UnknownCodeError(nearest, where, len(first) - len(explained), withdrawn)

    def _is_withdrawn(self, name: str) -> bool:
        return code_named(name, self._codebook.withdrawn) is not None

    def ignored(self) -> tuple[IgnoredInput, ...]:
        """What decides nothing, sorted. Raises CaseTooLargeError where that is too much to be listed, MalformedCaseError."""
        size = len(self._ignored) + len(self._unknown)
        if size > MAX_IGNORED:
            raise CaseTooLargeError(
                f"The case has {size:,} entries that decide nothing; the limit is {MAX_IGNORED:,}.",
                mend="Leave out what the knowledge does not have (GET /v1/knowledge), and older values.",
            )
        found = list(self._ignored)
        for number, ((member, name), entry) in enumerate(sorted(self._unknown.items(), key=lambda one: one[0])):
            if unshown := unshown_character(name):
                raise MalformedCaseError(
                    f"A code has a character that nobody can read: {unshown}.", where=entry.where, mend="Take it out."
                )
            nearest = nearest_codes(name, member, self._codebook, alike=number < MAX_EXPLAINED)
            at = entry.at.text if entry.at else ""
            reason: IgnoredReason = "deprecated-code" if self._is_withdrawn(name) else "unknown-code"
            found.append(IgnoredInput(member=member, code=name[:LONGEST_ECHO], reason=reason, at=at, nearest=nearest))
        return tuple(sorted(found, key=lambda one: (one.member, one.code, one.reason, one.at, one.value or 0)))

    def _note_replaced(self, name: str, code: str) -> None:
        """Keep that a code was read from the name of a term out of use."""
        if code_named(name, self._codebook.replaced) == code:
            self.replaced[name] = code

    def _note_unknown(self, member: str, entry: Entry) -> None:
        self._unknown.setdefault((member, entry.name), entry)

    def _ignore(self, member: str, code: str, reason: IgnoredReason, at: Moment, value: float | None = None) -> None:
        self._ignored[IgnoredInput(member=member, code=code, reason=reason, at=at.text, value=value)] = None

    def _older(self, member: str, code: str, at: Moment, value: float | None = None) -> None:
        """Keep an entry beside the one that counts, for rules that ask about its date; where none does, it decides nothing."""
        if (member, code) in self._codebook.dated:
            self.earlier.setdefault(member, {}).setdefault(code, set()).add(DatedEntry(at=at.text, value=value))
        else:
            self._ignore(member, code, "older-entry", at, value)

    def _date(self, member: str, code: str, moment: Moment) -> None:
        self.dates.setdefault(member, {})[code] = moment.text
