"""A profile: how a project wants validation to judge, as YAML. Everything that it silences has a reason, which reports show.

    severity: {ambiguous-label: note}        # by id or by name
    ignore:
      - id: SG207
        reason: Half of this vocabulary is for guidelines to come.
    suppress:
      - id: opposite-directions
        subject: rule:bed-rest-*             # pattern for the CURIE; also file: shapes/rules/*.ttl
        reason: The sources disagree; the panel meets in March.
        until: 2027-03-31                    # the last day on which it counts
    vocabulary:
      namespaces: ["https://example.org/local/"]
      terms: ["http://purl.org/pav/curatedBy"]

Unknown keys, ids and severities are refused with their line and the nearest that there is.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Container, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
from spinegraph.engine.errors import CaseError, ProfileError
from spinegraph.engine.knowledge.files import shipped_folder
from spinegraph.engine.model import Frozen
from spinegraph.engine.validation.cases.documents import YamlDocument, read_yaml_document
from spinegraph.engine.validation.catalogue import BY_NAME, CATALOGUE, Entry, worded
from spinegraph.engine.validation.diagnostics import SEVERITIES, Diagnostic, Place, Report, Severity, Suppression

SHAPES, AUTHORING, OWN_NAME = "shapes", "authoring", "profile.yaml"
KEYS = ("severity", "ignore", "suppress", "vocabulary")
IGNORE_KEYS = ("id", "reason")
SUPPRESS_KEYS = ("id", "subject", "file", "reason", "until")
VOCABULARY_KEYS = ("namespaces", "terms")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Catalogue = Mapping[str, Entry]


class SuppressionRule(Frozen, frozen=True, kw_only=True):
    """Keeps back the diagnostics of one kind whose subject and file match the patterns (`*`, `?`, `[…]`; "" is any)."""

    id: str
    subject: str = ""
    file: str = ""
    reason: str
    until: datetime.date | None = None
    place: Place

    def fits(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is one of those that this is about."""
        return (
            diagnostic.id == self.id
            and (not self.subject or fnmatchcase(diagnostic.subject, self.subject))
            and (not self.file or fnmatchcase(diagnostic.place.file, self.file))
        )


class Profile(Frozen, frozen=True, kw_only=True):
    """Keys of `severity` and `ignore` are ids; `ignore` has the reasons. Content may use `namespaces` and `terms`."""

    severity: Mapping[str, Severity] = {}
    ignore: Mapping[str, str] = {}
    suppress: tuple[SuppressionRule, ...] = ()
    namespaces: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


def apply_profile(
    report: Report, profile: Profile, today: datetime.date, *, unseen: Container[str] = (), catalogue: Catalogue = CATALOGUE
) -> Report:
    """The report as the profile wants it: other severities, and what is kept back among `suppressed` with the reason.

    Suppressions that have expired (SG001) or keep nothing back (SG002) are reported at their own line in the profile. `unseen`
    are ids that may exist unseen, because not everything was checked: of them nobody knows whether they are idle.
    """
    expired = [rule for rule in profile.suppress if rule.until and rule.until < today]
    active = [rule for rule in profile.suppress if rule not in expired]
    shown, kept, used = [], list(report.suppressed), set()
    for found in report.diagnostics:
        severity = profile.severity.get(found.id, found.severity)
        diagnostic = found if severity == found.severity else msgspec.structs.replace(found, severity=severity)
        rule = next((rule for rule in active if rule.fits(diagnostic)), None)
        reason = rule.reason if rule else profile.ignore.get(diagnostic.id, "")
        used.update([rule.place] if rule else [])
        if reason:
            kept.append(Suppression(diagnostic=diagnostic, reason=reason))
        else:
            shown.append(diagnostic)
    shown += [_about(rule, "SG001", "over", profile, catalogue) for rule in expired]
    idle = [rule for rule in active if rule.place not in used and rule.id not in unseen]
    shown += [_about(rule, "SG002", "nothing", profile, catalogue) for rule in idle]
    return msgspec.structs.replace(report, diagnostics=in_order(shown), suppressed=tuple(kept))


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By file and line, worst first where they share a place."""
    return tuple(
        sorted(
            diagnostics,
            key=lambda diagnostic: (
                diagnostic.place.file,
                diagnostic.place.line,
                SEVERITIES.index(diagnostic.severity),
                diagnostic.place.column,
                diagnostic.id,
                diagnostic.what,
            ),
        )
    )


def _about(rule: SuppressionRule, id_: str, message: str, profile: Profile, catalogue: Catalogue) -> Diagnostic:
    severity = profile.severity.get(id_, catalogue[id_].severity)
    terms = {"until": rule.until, "kind": rule.id, "reason": rule.reason}
    return worded(Diagnostic(id=id_, severity=severity, place=rule.place, message=message, terms=terms), catalogue)


# Reading -------------------------------------------------------------------------------------


RELEASE = "release"
"""The name of the profile for content that is to be used: what is still to be written is an error there."""


def for_release(profile: Profile) -> Profile:
    """A profile, with nothing left to be written."""
    return msgspec.structs.replace(profile, severity={**profile.severity, BY_NAME["placeholder"].id: "error"})


def own_profiles(folders: Iterable[Path] | None) -> tuple[Path, ...]:
    """The profiles that content brings along, in shapes/authoring: one a folder, or that of the shipped content if none is given.

    In whatever order folders are named, they come in one.
    """
    homes = [[folder / SHAPES, folder] for folder in folders] if folders else [[shipped_folder(SHAPES)]]
    found = (next((path for folder in home if (path := folder / AUTHORING / OWN_NAME).is_file()), None) for home in homes)
    return tuple(sorted({path.resolve(): path for path in found if path}.values(), key=lambda path: path.resolve()))


def own_judgement(folders: Iterable[Path] | None, catalogue: Catalogue = CATALOGUE) -> Profile:
    """What the profiles of content say together. Raises ProfileError, also where two give one kind different severities."""
    joined = Profile()
    for path in own_profiles(folders):
        profile = read_profile(path, catalogue)
        for id_, severity in profile.severity.items():
            if joined.severity.get(id_, severity) != severity:
                what = f"{id_} is {severity} here, and {joined.severity[id_]} in the profile of another package."
                raise ProfileError(what, where=str(path), mend="Give it one severity in both, or name a --profile for the two.")
        joined = Profile(
            severity={**joined.severity, **profile.severity},
            ignore={**joined.ignore, **profile.ignore},
            suppress=(*joined.suppress, *profile.suppress),
            namespaces=(*joined.namespaces, *profile.namespaces),
            terms=(*joined.terms, *profile.terms),
        )
    return joined


def read_profile(path: Path, catalogue: Catalogue = CATALOGUE) -> Profile:
    """Read a profile. Raises ProfileError with file:line at the first thing that is not understood."""
    try:
        if path.is_file() and not path.read_bytes().strip():
            return Profile()
        document = read_yaml_document(path)
        return _Reader(document, catalogue).read()
    except CaseError as error:  # what a YAML document raises, whatever it is about
        mend = error.mend if error.where and ":" in error.where else f"A profile has the keys {', '.join(KEYS)}."
        raise ProfileError(error.what, where=error.where, mend=mend) from error


def read_day(text: str) -> datetime.date | None:
    """A day written as 2027-03-31, or None."""
    try:
        return datetime.date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:  # there is no 30 February
        return None


class _Reader:
    """Reads one profile against the catalogue."""

    def __init__(self, document: YamlDocument, catalogue: Catalogue) -> None:
        self._document = document
        self._ids = {name: entry.id for entry in catalogue.values() for name in (entry.id, entry.name)}

    def read(self) -> Profile:
        data = self._document.data
        if data is None:
            return Profile()
        self._document.check_keys("", data, KEYS, "A profile")
        vocabulary = data.get("vocabulary", {})
        self._document.check_keys("/vocabulary", vocabulary, VOCABULARY_KEYS, "A vocabulary")
        return Profile(
            severity=self._severities(data.get("severity", {})),
            ignore=dict(
                self._ignored(f"/ignore/{number}", entry)
                for number, entry in enumerate(self._list("/ignore", data.get("ignore", [])))
            ),
            suppress=tuple(
                self._suppression(f"/suppress/{number}", entry)
                for number, entry in enumerate(self._list("/suppress", data.get("suppress", [])))
            ),
            namespaces=self._iris("/vocabulary/namespaces", vocabulary.get("namespaces", [])),
            terms=self._iris("/vocabulary/terms", vocabulary.get("terms", [])),
        )

    def _severities(self, data: Any) -> dict[str, Severity]:
        pointer = "/severity"
        if not isinstance(data, dict):
            self._document.refuse("This maps kinds of diagnostics to severities.", pointer, "Write {SG306: note}.")
        for name, severity in data.items():
            self._document.check_known(f"{pointer}/{name}", severity, SEVERITIES, "severity")
        return {self._id(f"{pointer}/{name}", name): severity for name, severity in data.items()}

    def _ignored(self, pointer: str, entry: Any) -> tuple[str, str]:
        self._document.check_keys(pointer, entry, IGNORE_KEYS, "An entry of `ignore`")
        return self._id(f"{pointer}/id", entry.get("id")), self._reason(pointer, entry)

    def _suppression(self, pointer: str, entry: Any) -> SuppressionRule:
        self._document.check_keys(pointer, entry, SUPPRESS_KEYS, "A suppression")
        patterns = {key: self._text(f"{pointer}/{key}", entry[key]) for key in ("subject", "file") if key in entry}
        if not patterns:
            self._document.refuse(
                "This would keep back everything of its kind.",
                pointer,
                "Add `subject:` or `file:`, or list the id below `ignore:`.",
            )
        return SuppressionRule(
            id=self._id(f"{pointer}/id", entry.get("id")),
            **patterns,
            reason=self._reason(pointer, entry),
            until=self._day(f"{pointer}/until", entry["until"]) if "until" in entry else None,
            place=Place(file=self._document.file, line=self._document.line(pointer)),
        )

    def _day(self, pointer: str, text: Any) -> datetime.date:
        day = read_day(text) if isinstance(text, str) else None
        if day is None:
            self._document.refuse(f"{text!r} is no day.", pointer, "Write it as 2027-03-31.")
        return day

    def _id(self, pointer: str, name: Any) -> str:
        if name is None:
            self._document.refuse("There is no id.", pointer, "Say which diagnostics it is about: `id: SG306`.")
        self._document.check_known(pointer, name, tuple(self._ids), "diagnostic")
        return self._ids[name]

    def _reason(self, pointer: str, entry: dict[str, Any]) -> str:
        reason = entry.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            self._document.refuse("There is no reason.", pointer, "Say in `reason:` why this is right; every report tells it.")
        return " ".join(reason.split())

    def _text(self, pointer: str, text: Any) -> str:
        if not isinstance(text, str) or not text:
            self._document.refuse("This is no pattern.", pointer, "Write a CURIE or path, `*` for any characters.")
        return text

    def _list(self, pointer: str, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self._document.refuse("This is a list.", pointer, "Begin each entry with `- id: …`.")
        return data

    def _iris(self, pointer: str, data: Any) -> tuple[str, ...]:
        iris = self._document.texts(pointer, data)
        for number, iri in enumerate(iris):
            if ":" not in iri or any(character.isspace() for character in iri):
                self._document.refuse(f"{iri!r} is no IRI.", f"{pointer}/{number}", "Write it in full: https://….")
        return iris
