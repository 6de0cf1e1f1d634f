"""The authors' clinical cases: a patient in codes, and what has to be decided of them, as YAML that a clinician can read.

    - name: Numb saddle and a bladder that does not empty
      narrative: Since this morning a patient with back pain cannot pass urine.
      case:
        present: [back_pain, urinary_retention]
        absent: [fever]
        absent_screens: [left_back_pain]        # lists of findings, named in screens.yaml in the folder of the case or above
        unknown: [osteoporosis_history]         # not taken from the screens
        measurements: {age_years: 44}
      expect:
        urgency: emergency
        verdicts:
          lumbar-mri-in-suspected-cauda-equina: indicated
          no-initial-imaging-of-knots: overridden by imaging-at-four-weeks
          reassurance: provisional because of trauma-not-covered
        conditions: {cauda_equina_syndrome: suspected}
        asks: [night_pain]                      # also asks_not, notices_not, tensions_not, gaps_not
        notices: [source-gap]
        tensions: [C21]
        gaps: [no-alternative-to-mri-in-cauda-equina]

Rules other than recommendations have the verdicts holds, refuted, undetermined, conflicting, out-of-scope. "A or B" allows
either. What an expectation does not name may be anything. Unknown keys, codes, rules and verdicts are refused. A screen
never says absent what the case records present, or what follows from that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

from msgspec import structs
from spinegraph.engine.decide.case import KEYS, make_case
from spinegraph.engine.decide.codebook import make_codebook
from spinegraph.engine.errors import CaseError, MalformedCaseError
from spinegraph.engine.model import (
    VERDICTS,
    AssessedCondition,
    Case,
    Frozen,
    Knowledge,
    Level,
    Notice,
    Recommendation,
    Rule,
    SourceGap,
    Tension,
)
from spinegraph.engine.validation.cases.documents import YamlDocument, read_yaml_document

SCREENS = "screens.yaml"
"""Name of the file that names lists of findings."""

LOGICAL = ("holds", "refuted", "undetermined", "conflicting", "out-of-scope")
"""Verdicts of what is no recommendation."""

ENTRY_KEYS = ("name", "narrative", "case", "expect")
CASE_KEYS = (*KEYS, "absent_screens", "unknown")
LISTS = ("asks", "asks_not", "notices", "notices_not", "tensions", "tensions_not", "gaps", "gaps_not")
EXPECT_KEYS = ("urgency", "verdicts", "conditions", *LISTS)
ASSESSED: tuple[str, ...] = get_args(get_type_hints(AssessedCondition)["verdict"])
URGENCIES: tuple[str, ...] = get_args(Level)
NOTICES: tuple[str, ...] = get_args(get_type_hints(Notice)["code"])
_VERDICT = re.compile(r"(?P<verdicts>[a-z-]+(?: or [a-z-]+)*)(?: (?:by|because of) (?P<by>.+))?")


class ExpectedVerdict(Frozen, frozen=True, kw_only=True):
    """Any of `verdicts`; `by` are rules that have to be named as overriding it or leaving it open."""

    verdicts: tuple[str, ...]
    by: tuple[str, ...] = ()


class Expectation(Frozen, frozen=True, kw_only=True):
    """What has to be decided; empty fields demand nothing. Keys are ids of rules and codes of conditions."""

    urgency: str = ""
    verdicts: Mapping[str, ExpectedVerdict] = {}
    conditions: Mapping[str, str] = {}
    asks: tuple[str, ...] = ()
    asks_not: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    notices_not: tuple[str, ...] = ()
    tensions: tuple[str, ...] = ()
    tensions_not: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    gaps_not: tuple[str, ...] = ()


class ClinicalCase(Frozen, frozen=True, kw_only=True):
    """One entry of a case file."""

    name: str
    narrative: str
    file: str
    line: int
    case: Case
    expect: Expectation


def case_paths(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Case files: files as given, and all YAML below folders, sorted. Raises MalformedCaseError where nothing is there."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise MalformedCaseError(f"{path} does not exist.", mend="Name a case file or a folder of case files.")
        below = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".yaml", ".yml")) if path.is_dir() else [path]
        found.update(dict.fromkeys(p for p in below if p.name != SCREENS))
    if not found:
        raise MalformedCaseError("There is no case file.", mend="Name a case file or a folder of case files.")
    return tuple(found)


def read_cases(paths: Iterable[Path], knowledge: Knowledge) -> tuple[ClinicalCase, ...]:
    """Read and check case files (or folders of them).

    Raises CaseError with file:line at the first thing that is not understood, or where two cases share a name.
    """
    reader = _Reader(knowledge)
    cases: dict[str, ClinicalCase] = {}
    for path in case_paths(paths):
        for case in reader.read(path):
            if case.name in cases:
                raise _same_name(case, cases[case.name])
            cases[case.name] = case
    return tuple(cases.values())


def case_errors(paths: Iterable[Path], knowledge: Knowledge) -> Iterator[CaseError]:
    """Everything for which `read_cases` would refuse files, file by file and entry by entry."""
    reader = _Reader(knowledge)
    first: dict[str, ClinicalCase] = {}
    for path in paths:
        for outcome in reader.try_to_read(path):
            if isinstance(outcome, CaseError):
                yield outcome
            elif (known := first.setdefault(outcome.name, outcome)) is not outcome:
                yield _same_name(outcome, known)


def _same_name(case: ClinicalCase, first: ClinicalCase) -> MalformedCaseError:
    return MalformedCaseError(
        f"Two cases are called {case.name!r}.",
        where=f"{case.file}:{case.line}",
        mend=f"Rename this one or the one at {first.file}:{first.line}.",
    )


class _Reader:
    """Reads case files against one knowledge; keeps the screens that it has read."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._broader = knowledge.hierarchy.broader
        self._codebook = make_codebook(knowledge)
        self._iri = {finding.code: iri for iri, finding in knowledge.findings.items()}
        self._conditions = tuple(concept.code for concept in knowledge.conditions.values())
        self._rules: dict[str, Rule] = {rule.id: rule for rule in knowledge.rules.values() if rule.scope or rule.criterion}
        names = {
            "asks": tuple(code for code in (*self._iri, *self._codebook.ranges) if code not in self._codebook.derived_only),
            "notices": NOTICES,
            "tensions": tuple(id_ for id_, rule in self._rules.items() if isinstance(rule, Tension)),
            "gaps": tuple(id_ for id_, rule in self._rules.items() if isinstance(rule, SourceGap)),
        }
        self._names = {**names, **{f"{key}_not": known for key, known in names.items()}}
        self._screens: dict[Path, dict[str, tuple[str, ...]]] = {}

    def read(self, path: Path) -> Iterator[ClinicalCase]:
        for outcome in self.try_to_read(path):
            if isinstance(outcome, CaseError):
                raise outcome
            yield outcome

    def try_to_read(self, path: Path) -> Iterator[ClinicalCase | CaseError]:
        """Each entry, or why it is none."""
        try:
            document = read_yaml_document(path)
            if not isinstance(document.data, list) or not document.data:
                document.refuse("A case file is a list of cases.", "", "Begin each case with `- name: …`.")
        except CaseError as error:
            yield error
            return
        for number, entry in enumerate(document.data):
            try:
                yield self._entry(document, f"/{number}", entry)
            except CaseError as error:
                yield error

    def _entry(self, document: YamlDocument, pointer: str, entry: Any) -> ClinicalCase:
        document.check_keys(pointer, entry, ENTRY_KEYS, "An entry")
        for key in ("name", "narrative"):
            if not isinstance(entry.get(key, ""), str) or (key == "name" and not entry.get(key, "").strip()):
                document.refuse(f"The {key} is no text.", f"{pointer}/{key}", "Say in a sentence who the patient is.")
            document.check_words(f"{pointer}/{key}", entry.get(key, ""))
        for key in ("case", "expect"):
            if key not in entry:
                document.refuse(f"{entry['name']!r} has no {key!r}.", pointer, f"Add `{key}:`.")
        return ClinicalCase(
            name=entry["name"],
            narrative=entry.get("narrative", ""),
            file=document.file,
            line=document.line(pointer),
            case=self._case(document, f"{pointer}/case", entry["case"]),
            expect=self._expectation(document, f"{pointer}/expect", entry["expect"]),
        )

    def _case(self, document: YamlDocument, pointer: str, data: Any) -> Case:
        document.check_keys(pointer, data, CASE_KEYS, "A case")
        given = self._codes(document, pointer, {key: value for key, value in data.items() if key in KEYS})
        left_out = document.texts(f"{pointer}/unknown", data.get("unknown", []))
        pulled: set[str] = set()
        screens = self._screens_for(Path(document.file).parent)
        for number, name in enumerate(document.texts(f"{pointer}/absent_screens", data.get("absent_screens", []))):
            document.check_known(f"{pointer}/absent_screens/{number}", name, tuple(screens), "screen")
            pulled.update(screens[name])
        for number, code in enumerate(left_out):
            if code not in pulled:
                document.refuse(
                    f"{code!r} is in none of the screens.",
                    f"{pointer}/unknown/{number}",
                    "Leave it out: what is not recorded is unknown.",
                )
        implied = {iri for code in given.present for iri in self._broader[self._iri[code]]}
        absent = {code for code in pulled if code not in left_out and self._iri[code] not in implied}
        return structs.replace(given, absent=tuple(sorted({*given.absent, *absent})))

    def _codes(self, document: YamlDocument, pointer: str, data: Any) -> Case:
        try:
            return make_case(data, self._codebook)
        except CaseError as error:
            raise document.located(error, pointer) from error

    def _screens_for(self, folder: Path) -> Mapping[str, tuple[str, ...]]:
        """The screens of the nearest screens.yaml, in the folder or above it."""
        path = next((f / SCREENS for f in (folder, *folder.absolute().parents) if (f / SCREENS).is_file()), None)
        if path is None:
            return {}
        if path not in self._screens:
            document = read_yaml_document(path)
            if not isinstance(document.data, dict):
                document.refuse("This file names lists of findings.", "", "Write `name: [finding, …]`.")
            self._screens[path] = {name: self._screen(document, name) for name in document.data}
        return self._screens[path]

    def _screen(self, document: YamlDocument, name: str) -> tuple[str, ...]:
        """Each finding is read alone, so that an error names its own line."""
        findings = document.texts(f"/{name}", document.data[name])
        numbered = ((f"/{name}/{number}", finding) for number, finding in enumerate(findings))
        return tuple(self._codes(document, pointer, {"present": [finding]}).present[0] for pointer, finding in numbered)

    def _expectation(self, document: YamlDocument, pointer: str, data: Any) -> Expectation:
        document.check_keys(pointer, data, EXPECT_KEYS, "An expectation")
        if not data:
            document.refuse("Nothing is expected.", pointer, f"Use {', '.join(EXPECT_KEYS)}.")
        if "urgency" in data:
            document.check_known(f"{pointer}/urgency", data["urgency"], URGENCIES, "urgency")
        verdicts = document.texts_by_name(f"{pointer}/verdicts", data.get("verdicts", {}))
        conditions = document.texts_by_name(f"{pointer}/conditions", data.get("conditions", {}))
        for code, verdict in conditions.items():
            document.check_known(f"{pointer}/conditions/{code}", code, self._conditions, "condition")
            document.check_known(f"{pointer}/conditions/{code}", verdict, ASSESSED, "verdict")
        lists = {key: document.texts(f"{pointer}/{key}", data.get(key, [])) for key in LISTS}
        for key, names in lists.items():
            for number, name in enumerate(names):
                document.check_known(f"{pointer}/{key}/{number}", name, self._names[key], _SINGULAR[key.removesuffix("_not")])
        return Expectation(
            urgency=data.get("urgency", ""),
            verdicts={rule: self._verdict(document, f"{pointer}/verdicts/{rule}", rule, text) for rule, text in verdicts.items()},
            conditions=conditions,
            **lists,
        )

    def _verdict(self, document: YamlDocument, pointer: str, rule: str, text: str) -> ExpectedVerdict:
        document.check_known(pointer, rule, tuple(self._rules), "rule")
        match = _VERDICT.fullmatch(text)
        verdicts = tuple(match["verdicts"].split(" or ")) if match else (text,)
        for verdict in verdicts:
            known = VERDICTS if isinstance(self._rules[rule], Recommendation) else LOGICAL
            document.check_known(pointer, verdict, known, "verdict")
        by = tuple(name.strip() for name in match["by"].split(",")) if match and match["by"] else ()
        if by and verdicts not in (("overridden",), ("provisional",)):
            document.refuse(
                f"Only overridden and provisional have a reason, not {text!r}.",
                pointer,
                "Write `overridden by RULE` or `provisional because of RULE`.",
            )
        for name in by:
            document.check_known(pointer, name, tuple(self._rules), "rule")
        return ExpectedVerdict(verdicts=verdicts, by=by)


_SINGULAR = {"asks": "finding or measurement", "notices": "notice", "tensions": "tension", "gaps": "gap"}
