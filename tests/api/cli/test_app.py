"""The console script: every command runs, says what it must, and fails in a few plain lines."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec
import pytest
import yaml
from spinegraph.api.cli.app import COMMANDS, main, make_app
from spinegraph.engine import Decision, Engine, Recommendation
from spinegraph.engine.model import Answer
from typer.testing import CliRunner

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
RED_FLAG = str(EXAMPLES / "red-flag.yaml")
NOTHING = str(EXAMPLES / "nothing-assessed.yaml")


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the console script in this process."""

    def run_it(*arguments: object) -> Ran:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run_it


# decide --------------------------------------------------------------------------------------


def test_a_red_flag_at_a_glance(run: Run) -> None:
    code, out, err = run("decide", RED_FLAG)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("EMERGENCY Get a lumbar MRI without contrast at once")
    assert "because: urinary retention, saddle anesthesia" in out
    assert any(line.startswith("Do        1 Get an MRI") and line.endswith("000-L033a") for line in lines)
    for heading in ("Avoid", "Rule out", "Silent", "Open", "Sources"):
        assert any(line.startswith(heading) for line in lines)
    assert 3 * len(lines) < len(run("decide", "--all", RED_FLAG).out.splitlines())


def test_several_cases_are_named(run: Run) -> None:
    out = run("decide", RED_FLAG, NOTHING).out
    assert out.startswith("Left back pain with spasm, urinary retention and saddle numbness\nEMERGENCY")
    assert "\n\n" in out
    assert "UNDETERMINED" in out


def test_nothing_assessed_asks_first(run: Run) -> None:
    out = run("decide", NOTHING).out
    assert out.startswith("UNDETERMINED\n          Not yet known how urgent. Ask next:")
    assert "\nOpen " in out
    assert "\nDo " not in out


@pytest.mark.parametrize("arguments", [[], ["--all"], ["--patient"], ["--all", "--patient"]])
@pytest.mark.parametrize("case", [RED_FLAG, NOTHING])
def test_every_page_is_plain_and_honest(run: Run, case: str, arguments: list[str]) -> None:
    out = run("decide", case, *arguments).out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= (100 if "--all" in arguments else 80)
    assert all(line == line.rstrip() for line in out.splitlines())
    plain = " ".join(out.split())
    assert ("have not been fully checked" if "--patient" in arguments else "review pending: 000") in plain
    assert ("does not replace a doctor" if "--patient" in arguments else "not a device") in plain


def test_all_shows_what_a_glance_leaves_out(run: Run, engine: Engine) -> None:
    out = " ".join(run("decide", RED_FLAG, "--all").out.replace("│", " ").split())
    recommendations = [rule for rule in engine.knowledge.rules.values() if isinstance(rule, Recommendation)]
    assert not [rule.id for rule in recommendations if rule.label not in out]
    for heading in ("ASSESSMENT", "RECOMMENDATIONS", "WAITING FOR FACTS", "ASK NEXT", "WHERE THE SOURCES DISAGREE", "NOTICES"):
        assert heading in out
    assert "not a medical device" in out
    assert "--all" not in out
    assert not re.search(r"and \d+ more", out)


PROVEN = "lumbar-mri-in-suspected-cauda-equina"


def test_a_proof_is_shown_for_clinicians(run: Run) -> None:
    out = run("decide", RED_FLAG, "--explain", PROVEN).out
    assert out.startswith("must  Lumbar MRI without contrast, at once  000-L033a")
    assert "urinary retention present  000-L032b" in out
    code, out, err = run("decide", RED_FLAG, "--explain", PROVEN, "--patient")
    assert (code, out) == (2, "")
    assert "--explain speaks to clinicians" in err
    code, out, err = run("decide", RED_FLAG, "--explain", "lumbar-mri")
    assert (code, out) == (2, "")
    assert err.startswith("There is no recommendation 'lumbar-mri'.")


@pytest.mark.parametrize("query", ["", "?view=brief", "?view=full", f"?explain={PROVEN}"])
def test_json_is_what_the_service_replies(run: Run, client: httpx.Client, query: str) -> None:
    options = [f"--{query[1:].replace('=', ' ')}"] if query else []
    out = run("decide", RED_FLAG, NOTHING, "--json", *" ".join(options).split()).out.splitlines()
    assert len(out) == 2
    case = {key: value for key, value in yaml.safe_load(Path(RED_FLAG).read_text()).items() if key not in ("title", "narrative")}
    assert out[0].encode() == client.post(f"/v1/decisions{query}", json=case).content


def test_json_for_patients_and_of_everything(run: Run) -> None:
    patient = msgspec.json.decode(run("decide", RED_FLAG, "--json", "--all", "--patient").out, type=Decision)
    assert patient.case.audience == "patient"
    assert {entry.verdict for entry in patient.recommendations} >= {"not-indicated", "out-of-scope"}
    code, out, err = run("decide", RED_FLAG, "--view", "brief")
    assert (code, out) == (2, "")
    assert "--view goes with --json" in err


def test_a_case_comes_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = tmp_path / "stdin"
    given.write_text('{"present": ["back_pain"]}')
    with given.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert "UNDETERMINED" in run("decide", "-").out


def test_child_and_contradiction_are_told_first(run: Run, tmp_path: Path) -> None:
    child = tmp_path / "child.json"
    child.write_text('{"present": ["back_pain"], "measurements": {"age_years": 7}}')
    out = run("decide", child).out
    assert "No source here covers " in out
    assert "\nDo " not in out
    both = tmp_path / "both.yaml"
    both.write_text("present: [back_pain, fever, urinary_retention]\nabsent: [fever]\n")
    assert run("decide", both).out.startswith("!         fever is recorded both present and absent")
    assert "- conflicting" in run("decide", both, "--all").out


def test_provenance_is_printed_in_the_form_that_is_asked_for(run: Run) -> None:
    code, out, err = run("decide", RED_FLAG, "--format", "trig", "--provenance", "lean", "--made-at", "2026-03-01T08:30Z")
    assert (code, err) == (0, "")
    assert '"2026-03-01T08:30:00Z"^^xsd:dateTime' in out
    assert 'rdfs:label "urinary retention' not in out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "trig", "--made-at", "2026"), "--made-at: made_at is '2026', which is no instant."),
        (("--format", "trig", "--made-by", "bob"), "--made-by: made_by is 'bob'"),
        (("--json", "--provenance", "lean"), "--provenance: application/json is no provenance"),
        (("--provenance", "lean"), "go with --format ttl, jsonld or trig"),
        (("--format", "trig", "--provenance", "thin"), "'thin' is none of full, lean, nanopublication"),
        (("--format", "trig", "--sign", "me.yml"), "--sign goes with --provenance nanopublication"),
        (("--format", "trig", "--provenance", "nanopublication", "--sign", "me.yml"), "me.yml: There is no such profile."),
    ],
)
def test_what_provenance_cannot_say_is_refused_by_option(run: Run, options: tuple[str, ...], told: str) -> None:
    code, out, err = run("decide", RED_FLAG, *options)
    assert code != 0
    assert out == ""
    assert told in " ".join(err.split())


# Errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.yaml", "present: [feverr]", "{path}: /present/0: unknown code 'feverr'; nearest: fever"),
        ("a.yaml", "present: [fever", "{path}, line 2, column 1: This is not YAML"),
        ("a.json", '{"present": [}', "{path}, line 1, column 14: This is not JSON"),
        ("a.yaml", "measurements: {age_years: -4}", "{path}:1:16, /measurements/age_years: age_years is -4"),
        ("a.yaml", "patient: Ann", "{path}:1:1, /patient: A case has no 'patient'"),
        ("a.yaml", "[]", "{path}, /: A case is an object"),
        ("a.ttl", "<", "{path}, line 1"),
        ("a.txt", "", "{path}: This is no case file."),
        ("", "", "{path}: It cannot be read: Is a directory."),
        ("missing.yaml", None, "{path}: It cannot be read: No such file or directory."),
    ],
)
def test_a_case_that_cannot_be_is_told_with_its_file(run: Run, tmp_path: Path, name: str, text: str | None, told: str) -> None:
    path = tmp_path / name if name else tmp_path.joinpath("folder.yaml")
    if not name:
        path.mkdir()
    elif text is not None:
        path.write_text(text)
    code, out, err = run("decide", RED_FLAG, path)
    assert (code, out) == (2, "")
    assert err.startswith(told.format(path=path))
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize("arguments", [["decide"], ["decide", "--alll", RED_FLAG], ["serve", "--port", "70000"], ["nothing"]])
def test_wrong_usage_ends_with_2(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Error: " in err


def test_knowledge_that_cannot_be_used_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.ttl").write_text("@prefix")
    code, out, err = run("decide", RED_FLAG, "--knowledge", tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith(f"{tmp_path / 'broken.ttl'}:1:1: SG101 ")
    told = f"{tmp_path / 'nowhere'}: There are no knowledge files."
    for command in (("codes",), ("coverage",), ("graph",), ("format",), ("sources", "verify", "--sources", tmp_path)):
        code, out, err = run(*command, "--knowledge", tmp_path / "nowhere")
        assert (code, out) == (2, "")
        assert err.startswith(told)


@pytest.mark.parametrize(("name", "told"), [("no-such-revision", "neither a folder nor a revision"), ("", "no Turtle file")])
def test_serve_does_not_start_with_nothing_to_compare_with(run: Run, tmp_path: Path, name: str, told: str) -> None:
    code, out, err = run("serve", "--port", "0", "--compare", name or tmp_path)
    assert (code, out) == (2, "")
    assert told in err


@pytest.mark.parametrize(("command", "code"), [("knowledge", 2), ("decide nowhere.yaml", 2)])
def test_streams_may_be_closed(command: str, code: int) -> None:
    """What cannot be printed is no success."""
    for closed in (">&-", ">&- 2>&-"):
        done = subprocess.run(
            ["/bin/sh", "-c", f'"$0" -m spinegraph.api.cli.app {command} {closed}', sys.executable],
            capture_output=True,
            check=False,
        )
        assert done.returncode == code
        assert b"Traceback" not in done.stderr


def test_a_fault_of_the_program_is_told_without_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinegraph.api.cli.decide.load_engine", lambda _: 1 // 0)
    code, out, err = run("decide", RED_FLAG)
    assert (code, out) == (2, "")
    assert err.startswith("This is a fault of Spinegraph: ZeroDivisionError")
    assert "Traceback" not in err
    monkeypatch.setenv("SPINEGRAPH_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["decide", RED_FLAG])


def test_a_file_that_cannot_be_written_is_told(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "quit")
    code, _, err = run("interview", "--save", tmp_path / "no" / "case.yaml")
    assert (code, err) == (2, f"{tmp_path / 'no' / 'case.yaml'}: No such file or directory.\n")


# codes, knowledge ----------------------------------------------------------------------------


def test_codes_are_found_by_words(run: Run) -> None:
    assert run("codes", "cannot pass urine").out.splitlines()[1].split()[0] == "urinary_retention"
    assert run("codes", "age", "years").out.splitlines()[1].split() == ["age_years", "age", "measurement", "0", "to", "130", "a"]
    assert len(run("codes").out.splitlines()) > 300
    code, out, err = run("codes", "feverr")
    assert (code, out) == (1, "")
    assert "Nearest: fever" in err


def test_coverage_is_a_page_that_a_browser_reads(run: Run) -> None:
    code, page, _ = run("coverage", "--html")
    assert code == 0
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("data-state=") >= 562
    assert "<pre" not in page


def test_knowledge_is_shown_with_its_review_status(run: Run, engine: Engine) -> None:
    out = run("knowledge").out
    assert engine.knowledge.digest in out
    assert "passages                562" in out
    assert out.count("review status: ") == 3


def test_help_names_every_command(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(f"  {name} " in out for name in COMMANDS)
    for name in COMMANDS:
        assert run(name, "--help").code == 0
    assert run("--version").code == 0


def test_commands_run_under_typers_own_runner() -> None:
    result = CliRunner().invoke(make_app(), ["decide", RED_FLAG, "--json"])
    assert result.exit_code == 0
    assert msgspec.json.decode(result.stdout, type=Answer).brief.level == "emergency"


def test_serve_does_not_start_with_texts_that_are_still_to_be_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("knee.md").write_text("Rest a sore knee.\n", encoding="utf-8")
    assert run("new-guideline", "sore-knee", "--text", "knee.md", "--number", "100", "--publisher", "Us")[0] == 0
    code, out, err = run("serve", "--port", "0", "--knowledge", "sore-knee")
    assert (code, out) == (2, "")
    assert "texts of this knowledge are still to be written" in err
    assert "--drafts" in err
