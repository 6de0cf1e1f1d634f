"""Case files are refused with file, line and what to mend."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import CaseError, Engine
from spinegraph.engine.validation.cases.files import case_paths, read_cases

from tests.validation.cases.conftest import Read
from tests.validation.cases.throat import GOOD


def test_a_case_is_read_with_its_screens(read: Read) -> None:
    (case,) = read(GOOD)
    assert (case.name, case.narrative, case.file, case.line) == ("Exudate and nodes", "Two signs are enough.", "throat.yaml", 2)
    assert case.case.present == ("sore_throat", "tender_nodes", "tonsillar_exudate")
    assert case.case.absent == ("penicillin_allergy",)
    assert case.expect.verdicts["give-penicillin"].verdicts == ("provisional",)
    assert case.expect.verdicts["give-penicillin"].by == ("refer-at-once",)


def test_a_screen_contradicts_nothing_that_is_present(read: Read) -> None:
    """Neither the finding itself nor what follows from it: exudate is a sign of streptococci."""
    (case,) = read("- {name: n, case: {present: [tonsillar_exudate], absent_screens: [signs]}, expect: {urgency: undetermined}}")
    assert case.case.absent == ("fever", "tender_nodes")


def test_the_nearest_screens_above_a_case_are_used(read: Read, small: Engine) -> None:
    read(GOOD)
    folder = Path("topic/deeper")
    folder.mkdir(parents=True)
    (folder / "case.yaml").write_text("- {name: n, case: {absent_screens: [signs]}, expect: {urgency: undetermined}}")
    assert read_cases([folder], small.knowledge)[0].case.absent == ("fever", "strep_sign", "tender_nodes", "tonsillar_exudate")
    Path("topic/screens.yaml").write_text("signs: [drooling]")
    assert read_cases([folder], small.knowledge)[0].case.absent == ("drooling",)


def test_folders_are_read_whole_and_screens_are_no_cases(read: Read, tmp_path: Path) -> None:
    read(GOOD)
    Path("b").mkdir()
    Path("b/more.yml").write_text(GOOD)
    Path("b/notes.txt").write_text("no case")
    assert [str(path.relative_to(tmp_path)) for path in case_paths([tmp_path])] == ["b/more.yml", "throat.yaml"]


BAD = {
    "no list": (
        "name: x",
        "throat.yaml:1: A case file is a list of cases.\n  Begin each case with `- name: …`.",
    ),
    "unknown key of an entry": (
        "- name: x\n  case: {}\n  expects: {urgency: routine}\n",
        "throat.yaml:3: An entry has no 'expects'; did you mean 'expect'?\n  Use name, narrative, case, expect.",
    ),
    "unknown key of a case": (
        "- name: x\n  case:\n    present: []\n    duration: 3\n  expect: {urgency: routine}\n",
        "throat.yaml:4: A case has no 'duration'.\n  Use present, absent, measurements, "
        "performed, not_performed, taking, not_taking, coded, birth_date, as_of, audience, language, "
        "unknown_codes, absent_screens, unknown.",
    ),
    "unknown key of an expectation": (
        "- name: x\n  case: {}\n  expect:\n    verdict: {}\n",
        "throat.yaml:4: An expectation has no 'verdict'; did you mean 'verdicts'?\n  Use urgency, verdicts, conditions, asks, "
        "asks_not, notices, notices_not, tensions, tensions_not, gaps, gaps_not.",
    ),
    "no name": (
        "- case: {}\n  expect: {urgency: routine}\n",
        "throat.yaml:1: The name is no text.\n  Say in a sentence who the patient is.",
    ),
    "no expectation": (
        "- name: x\n  case: {}\n",
        "throat.yaml:1: 'x' has no 'expect'.\n  Add `expect:`.",
    ),
    "empty expectation": (
        "- name: x\n  case: {}\n  expect: {}\n",
        "throat.yaml:3: Nothing is expected.\n  Use urgency, verdicts, conditions, asks, asks_not, notices, notices_not, "
        "tensions, tensions_not, gaps, gaps_not.",
    ),
    "a case that is no mapping": (
        "- name: x\n  case: [fever]\n  expect: {urgency: routine}\n",
        "throat.yaml:2: A case has keys and values.\n  Use present, absent, measurements, "
        "performed, not_performed, taking, not_taking, coded, birth_date, as_of, audience, language, "
        "unknown_codes, absent_screens, unknown.",
    ),
    "unknown finding": (
        "- name: x\n  case:\n    present:\n      - sore_throat\n      - droling\n  expect: {urgency: routine}\n",
        "throat.yaml:5: unknown code 'droling'; nearest: drooling\n"
        "  Use a code from GET /v1/knowledge or `spinegraph codes`; nothing was decided.",
    ),
    "impossible measurement": (
        "- name: x\n  case:\n    measurements:\n      age_months: 24\n      temperature_c: 380\n  expect: {urgency: routine}\n",
        "throat.yaml:5: temperature_c is 380, which cannot be: possible is 30 to 45 °C.\n"
        "  Check the value and its unit; it is read as °C (UCUM Cel).",
    ),
    "unknown screen": (
        "- name: x\n  case: {absent_screens: [sings]}\n  expect: {urgency: routine}\n",
        "throat.yaml:2: There is no screen 'sings'.\n  Nearest: signs.",
    ),
    "unknown outside the screens": (
        "- name: x\n  case: {absent_screens: [signs], unknown: [drooling]}\n  expect: {urgency: routine}\n",
        "throat.yaml:2: 'drooling' is in none of the screens.\n  Leave it out: what is not recorded is unknown.",
    ),
    "unknown urgency": (
        "- name: x\n  case: {}\n  expect:\n    urgency: emergent\n",
        "throat.yaml:4: There is no urgency 'emergent'.\n  Nearest: emergency, urgent.",
    ),
    "unknown rule": (
        "- name: x\n  case: {}\n  expect:\n    verdicts:\n      give-penicilin: indicated\n",
        "throat.yaml:5: There is no rule 'give-penicilin'.\n  Nearest: give-penicillin.",
    ),
    "verdict of another kind": (
        "- name: x\n  case: {}\n  expect:\n    verdicts:\n      give-penicillin: holds\n",
        "throat.yaml:5: There is no verdict 'holds'.\n  Known: indicated, conflicting, provisional, overridden, "
        "undetermined, done, not-indicated, out-of-scope.",
    ),
    "verdict of a recommendation for an assessment": (
        "- name: x\n  case: {}\n  expect:\n    verdicts:\n      strep-throat-from-signs: indicated\n",
        "throat.yaml:5: There is no verdict 'indicated'.\n  Known: holds, refuted, undetermined, conflicting, out-of-scope.",
    ),
    "one of two verdicts unknown": (
        "- name: x\n  case: {}\n  expect:\n    verdicts: {give-penicillin: indicated or maybe}\n",
        "throat.yaml:4: There is no verdict 'maybe'.\n  Known: indicated, conflicting, provisional, overridden, "
        "undetermined, done, not-indicated, out-of-scope.",
    ),
    "a reason for what has none": (
        "- name: x\n  case: {}\n  expect:\n    verdicts: {give-penicillin: indicated because of refer-at-once}\n",
        "throat.yaml:4: Only overridden and provisional have a reason, not 'indicated because of refer-at-once'.\n"
        "  Write `overridden by RULE` or `provisional because of RULE`.",
    ),
    "unknown reason": (
        "- name: x\n  case: {}\n  expect:\n    verdicts: {give-penicillin: overridden by referat-once}\n",
        "throat.yaml:4: There is no rule 'referat-once'.\n  Nearest: refer-at-once.",
    ),
    "a verdict that is no text": (
        "- name: x\n  case: {}\n  expect:\n    verdicts: {give-penicillin: 1}\n",
        "throat.yaml:4: This maps names to verdicts.\n  Write {name: verdict}.",
    ),
    "unknown condition": (
        "- name: x\n  case: {}\n  expect:\n    conditions: {strep: suspected}\n",
        "throat.yaml:4: There is no condition 'strep'.\n  Known: throat_infection, strep_throat, deep_neck_infection.",
    ),
    "unknown verdict of a condition": (
        "- name: x\n  case: {}\n  expect:\n    conditions: {strep_throat: indicated}\n",
        "throat.yaml:4: There is no verdict 'indicated'.\n  Known: suspected, not-suspected, undetermined, conflicting, "
        "out-of-scope.",
    ),
    "asked without a list": (
        "- name: x\n  case: {}\n  expect: {asks: drooling}\n",
        "throat.yaml:3: This is a list of names.\n  Write [name, name].",
    ),
    "a question that cannot be": (
        "- name: x\n  case: {}\n  expect: {asks: [infant]}\n",
        "throat.yaml:3: There is no finding or measurement 'infant'.\n  Known: sore_throat, strep_sign, tonsillar_exudate, "
        "tender_nodes, fever, drooling, penicillin_allergy, temperature_c, age_months.",
    ),
    "a tension that is never shown": (
        "- name: x\n  case: {}\n  expect: {tensions_not: [T02]}\n",
        "throat.yaml:3: There is no tension 'T02'.\n  Nearest: T01.",
    ),
    "a rule that can never hold": (
        "- name: x\n  case: {}\n  expect: {verdicts: {T02: refuted}}\n",
        "throat.yaml:3: There is no rule 'T02'.\n  Nearest: T01.",
    ),
    "unknown gap": (
        "- name: x\n  case: {}\n  expect: {gaps: [node-alone]}\n",
        "throat.yaml:3: There is no gap 'node-alone'.\n  Nearest: nodes-alone.",
    ),
    "unknown notice": (
        "- name: x\n  case: {}\n  expect: {notices: [contradictory]}\n",
        "throat.yaml:3: There is no notice 'contradictory'.\n  Nearest: contradictory-input.",
    ),
    "two cases of one name": (
        GOOD + GOOD,
        "throat.yaml:23: Two cases are called 'Exudate and nodes'.\n  Rename this one or the one at throat.yaml:2.",
    ),
    "a key that stands twice": (
        "- name: x\n  name: y\n",
        "throat.yaml: line 2, column 3: 'name' stands more than once in one object.\n  Join the entries: nothing is dropped.",
    ),
    "no YAML": (
        "- name: [x\n",
        "throat.yaml: line 2, column 1: This is not YAML: did not find expected ',' or ']'.\n"
        "  Write `present: [code, code]`, `absent: […]`, `measurements: {age_years: 54}`.",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_not_understood_is_refused_with_its_line(read: Read, kind: str) -> None:
    text, told = BAD[kind]
    with pytest.raises(CaseError) as caught:
        read(text)
    assert str(caught.value) == told


def test_screens_are_checked_like_cases(read: Read) -> None:
    with pytest.raises(CaseError, match=r"screens\.yaml:3: unknown code 'fevr'; nearest: fever"):
        read(GOOD, screens="signs:\n  - drooling\n  - fevr\n")
    with pytest.raises(CaseError, match=r"screens\.yaml:1: This file names lists of findings\."):
        read(GOOD, screens="- signs\n")


def test_nothing_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="does not exist"):
        case_paths([tmp_path / "none"])
    with pytest.raises(CaseError, match=r"There is no case file\."):
        case_paths([tmp_path])
