"""Case files are refused with file, line and what to mend; what fails is said in words; coverage tells what is exercised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner

import api.cli_test as cli_test
from api.cli import main
from engine import CaseError, Engine, load_knowledge
from engine.validation.cases.files import ClinicalCase, case_paths, read_cases
from engine.validation.cases.runs import CaseResult, run_cases
from tests.small import write_small

Read = Callable[..., tuple[ClinicalCase, ...]]

GOOD = """
- name: Exudate and nodes
  narrative: Two signs are enough.
  case:
    present: [sore_throat, tonsillar_exudate, tender_nodes]
    absent: [penicillin_allergy]
    absent_screens: [signs]
    unknown: [fever]
    measurements: {age_months: 24}
  expect:
    urgency: undetermined
    verdicts:
      give-penicillin: provisional because of refer-at-once
      strep-throat-from-signs: holds
      no-antibiotic: not-indicated
      T01: undetermined
    conditions: {strep_throat: suspected}
    asks: [drooling, temperature_c]
    asks_not: [sore_throat]
    notices_not: [contradictory-input]
    gaps_not: [nodes-alone]
"""

MORE = """
condition:Cold a owl:Class ; rdfs:subClassOf condition:ThroatInfection ; rdfs:label "cold"@en ; skos:notation "cold" .
"""

SCREENS = "signs: [strep_sign, tonsillar_exudate, tender_nodes, fever]\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(load_knowledge(write_small(tmp_path_factory.mktemp("knowledge"))))


@pytest.fixture
def read(small: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read one text as the case file `throat.yaml` in the working folder."""
    monkeypatch.chdir(tmp_path)

    def read_text(text: str, screens: str = SCREENS) -> tuple[ClinicalCase, ...]:
        Path("screens.yaml").write_text(screens)
        Path("throat.yaml").write_text(text)
        return read_cases([Path("throat.yaml")], small.knowledge)

    return read_text


def result_of(case: ClinicalCase, engine: Engine) -> CaseResult:
    return run_cases([case], engine).results[0]


# Reading -------------------------------------------------------------------------------------


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
        "throat.yaml:4: A case has no 'duration'.\n  Use present, absent, measurements, audience, absent_screens, unknown.",
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
        "throat.yaml:2: A case has keys and values.\n  Use present, absent, measurements, audience, absent_screens, unknown.",
    ),
    "unknown finding": (
        "- name: x\n  case:\n    present:\n      - sore_throat\n      - droling\n  expect: {urgency: routine}\n",
        "throat.yaml:5: unknown code 'droling'; nearest: drooling\n"
        "  Use a code from GET /v1/knowledge or `spinegraph codes`; nothing was decided.",
    ),
    "impossible measurement": (
        "- name: x\n  case:\n    measurements:\n      age_months: 24\n      temperature_c: 380\n  expect: {urgency: routine}\n",
        "throat.yaml:5: temperature_c is 380, which cannot be: possible is 30 to 45 Cel.\n  Check the value and its unit.",
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
        "throat.yaml:5: There is no verdict 'holds'.\n  Known: indicated, provisional, undetermined, overridden, "
        "not-indicated, conflicting, out-of-scope.",
    ),
    "verdict of a recommendation for an assessment": (
        "- name: x\n  case: {}\n  expect:\n    verdicts:\n      strep-throat-from-signs: indicated\n",
        "throat.yaml:5: There is no verdict 'indicated'.\n  Known: holds, refuted, undetermined, conflicting, out-of-scope.",
    ),
    "one of two verdicts unknown": (
        "- name: x\n  case: {}\n  expect:\n    verdicts: {give-penicillin: indicated or maybe}\n",
        "throat.yaml:4: There is no verdict 'maybe'.\n  Known: indicated, provisional, undetermined, overridden, "
        "not-indicated, conflicting, out-of-scope.",
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
        "throat.yaml: line 1, column 3: 'name' stands more than once in one object.\n  Join the entries: nothing is dropped.",
    ),
    "no YAML": (
        "- name: [x\n",
        "throat.yaml: line 2, column 1: This is not YAML: expected ',' or ']', but got '<stream end>'.\n"
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


# Running -------------------------------------------------------------------------------------


def test_a_case_that_holds(read: Read, small: Engine) -> None:
    assert result_of(read(GOOD)[0], small).failures == ()


def test_what_fails_is_said_in_words(read: Read, small: Engine) -> None:
    (case,) = read("""
- name: Everything is wrong
  case: {present: [sore_throat, tonsillar_exudate, fever], absent: [drooling, tender_nodes]}
  expect:
    urgency: emergency
    verdicts:
      give-penicillin: overridden or undetermined
      give-macrolide: indicated
      gargle: indicated
      nodes-alone: holds
    conditions: {strep_throat: not-suspected, deep_neck_infection: suspected}
    asks: [tender_nodes]
    asks_not: [penicillin_allergy]
    notices: [contradictory-input]
    notices_not: [review-pending]
    tensions: [T01]
    gaps: [nodes-alone]
""")
    assert result_of(case, small).failures == (
        "urgency: expected emergency, got undetermined",
        "rule give-penicillin: expected overridden or undetermined, got provisional (missing: temperature_c)",
        "rule give-macrolide: expected indicated, got undetermined (missing: penicillin_allergy)",
        "rule gargle: expected indicated, got out-of-scope",
        "rule nodes-alone: expected holds, got refuted",
        "condition strep_throat: expected not-suspected, got suspected",
        "condition deep_neck_infection: expected suspected, got undetermined (missing: temperature_c)",
        "asks: tender_nodes is not asked",
        "asks_not: penicillin_allergy is asked, to settle give-penicillin",
        "notice contradictory-input: expected, but not shown",
        "notice review-pending: shown, but not expected",
        "gap nodes-alone: expected, but not shown",
        "tension T01: expected, but not shown",
    )


def test_a_reason_has_to_be_the_one_expected(read: Read, small: Engine) -> None:
    (case,) = read("""
- name: Allergic and not drooling
  case:
    present: [sore_throat, tonsillar_exudate, tender_nodes, penicillin_allergy]
    absent: [drooling]
    measurements: {temperature_c: 37}
  expect: {verdicts: {give-penicillin: overridden by refer-at-once}}
""")
    assert result_of(case, small).failures == (
        "rule give-penicillin: overridden, but not because of refer-at-once (because of give-macrolide, T01)",
    )


def test_a_condition_that_nothing_assesses(read: Read, tmp_path_factory: pytest.TempPathFactory) -> None:
    more = {"ontology/more.ttl": MORE}
    engine = Engine(load_knowledge(write_small(tmp_path_factory.mktemp("more"), more=more)))
    Path("throat.yaml").write_text("- {name: n, case: {}, expect: {conditions: {cold: suspected}}}")
    (case,) = read_cases([Path("throat.yaml")], engine.knowledge)
    assert result_of(case, engine).failures == ("condition cold: expected suspected, but no rule assesses it",)


def test_what_rests_on_a_contradiction_is_conflicting(read: Read, small: Engine) -> None:
    (case,) = read("""
- name: Drooling and not drooling
  case: {present: [sore_throat, drooling], absent: [drooling]}
  expect: {verdicts: {deep-neck-infection-from-signs: conflicting, refer-at-once: conflicting}, notices: [contradictory-input]}
""")
    assert result_of(case, small).failures == ()


# Coverage ------------------------------------------------------------------------------------


def test_coverage_counts_states_and_tells_what_is_missing(read: Read, small: Engine) -> None:
    entries = {entry.rule: entry for entry in run_cases(read(GOOD), small).coverage}
    penicillin = entries["give-penicillin"]
    assert penicillin.needed == ("fires", "refuted", "undetermined", "overridden", "provisional")
    assert (penicillin.reached["fires"], penicillin.reached["provisional"], penicillin.expected["provisional"]) == (1, 1, 1)
    assert penicillin.missing == ("refuted", "undetermined", "overridden")
    assert entries["give-macrolide"].reached == {"refuted": 1}
    assert entries["give-macrolide"].expected == {"refuted": 0}
    assert "T02" not in entries, "a tension without criterion can never hold"


def test_a_rule_that_only_its_scope_can_refute_or_leave_open(read: Read, small: Engine) -> None:
    """Gargling has no criterion; the throat examination's is never open."""
    cases = read("""
- {name: a, case: {absent: [sore_throat, fever]}, expect: {urgency: undetermined}}
- {name: b, case: {absent: [fever]}, expect: {urgency: undetermined}}
- {name: c, case: {present: [sore_throat], absent: [fever]}, expect: {urgency: undetermined}}
""")
    entries = {entry.rule: entry for entry in run_cases(cases, small).coverage}
    assert entries["gargle"].reached == {"refuted": 1, "undetermined": 1, "fires": 1}
    assert entries["examine-throat"].reached == {"undetermined": 1, "fires": 1}
    assert entries["give-penicillin"].reached == {"undetermined": 1}


# The command ---------------------------------------------------------------------------------


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("test")(cli_test.test_command)
    return app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a knowledge of its own and one case under tests/cases."""
    monkeypatch.chdir(tmp_path)
    write_small(tmp_path / "knowledge")
    cases = tmp_path / "tests" / "cases"
    cases.mkdir(parents=True)
    (cases / "screens.yaml").write_text(SCREENS)
    (cases / "throat.yaml").write_text(GOOD)
    return tmp_path


def test_all_hold(app: typer.Typer, folder: Path) -> None:
    result = CliRunner().invoke(app, ["--knowledge", "knowledge"])
    assert (result.exit_code, result.stdout) == (0, "1 of 1 cases hold.\n")


def test_a_failure_is_exit_1(app: typer.Typer, folder: Path) -> None:
    path = folder / "tests" / "cases" / "throat.yaml"
    path.write_text(GOOD.replace("urgency: undetermined", "urgency: urgent"))
    result = CliRunner().invoke(app, ["tests/cases/throat.yaml", "--knowledge", "knowledge"])
    assert result.exit_code == 1
    assert result.stdout == (
        "FAILED  Exudate and nodes  tests/cases/throat.yaml:2\n"
        "    urgency: expected urgent, got undetermined\n\n"
        "0 of 1 cases hold.\n"
    )


def test_what_cannot_be_run_is_exit_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "nowhere", "--knowledge", "knowledge"]) == 2
    assert capsys.readouterr().err == "nowhere does not exist.\n  Name a case file or a folder of case files.\n"


def test_without_paths_and_without_a_folder_of_cases_nothing_is_run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "tests")
    assert main(["test"]) == 2
    assert "tests/cases does not exist." in capsys.readouterr().err


def test_coverage_as_table_and_as_data(app: typer.Typer, folder: Path) -> None:
    table = CliRunner().invoke(app, ["--knowledge", "knowledge", "--coverage"])
    assert "give-penicillin" in table.stdout
    assert "MISSING" in table.stdout
    assert "0 of 15 rules are exercised in every way" in table.stdout
    data = CliRunner().invoke(app, ["--knowledge", "knowledge", "--coverage", "--json"])
    assert set(msgspec.json.decode(data.stdout)) == {"results", "coverage"}
    plain = CliRunner().invoke(app, ["--knowledge", "knowledge", "--json"])
    assert msgspec.json.decode(plain.stdout) == {
        "results": [{"name": "Exudate and nodes", "file": "tests/cases/throat.yaml", "line": 2, "failures": []}]
    }
