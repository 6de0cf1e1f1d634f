"""`spinegraph validate`: exit codes, formats, files, profile and baseline, as the console script runs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from spinegraph.api.cli.app import main
from spinegraph.engine.errors import CheckNotRunError
from spinegraph.engine.validation import validate as module
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place
from spinegraph.engine.validation.reports import MEDIA_TYPES
from spinegraph.engine.validation.validate import Check

from tests.small import HEAD

pytestmark = pytest.mark.slow


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def _marked(content: Content, name: str) -> Iterator[Diagnostic]:
    """A diagnostic for each line that holds the name of a severity: `# error`."""
    severity = name
    for path in content.paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if f"# {name}" in line:
                place = Place(file=content.shown(path), line=number)
                subject = f"rule:{line.split()[0].removeprefix('rule:')}"
                yield Diagnostic(id="SG901", severity=severity, place=place, subject=subject, what="Both.")  # type: ignore[arg-type]


def _errors(content: Content) -> Iterator[Diagnostic]:
    return _marked(content, "error")


def _warnings(content: Content) -> Iterator[Diagnostic]:
    return _marked(content, "warning")


def _nothing(content: Content) -> Iterator[Diagnostic]:
    return iter(())


def _broken_down(content: Content) -> Iterator[Diagnostic]:
    raise CheckNotRunError("The reasoner is not installed.", mend="Install it.")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder `k` in the working directory, judged by checks that find what is marked in a comment."""
    checks = (Check("errors", _errors), Check("warnings", _warnings), Check("ontology", _nothing))
    monkeypatch.setattr(module, "CHECKS", checks)
    monkeypatch.setattr("spinegraph.api.cli.validate.CHECKS", checks)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPINEGRAPH_SOURCES", raising=False)
    (tmp_path / "k" / "shapes").mkdir(parents=True)
    return tmp_path / "k" / "shapes"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_it(*arguments: object) -> Ran:
        code = main(["validate", "--knowledge", "k", *map(str, arguments)])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run_it


def write(folder: Path, *lines: str, name: str = "a.ttl") -> None:
    body = "\n".join(f"rule:{chr(97 + number)} rdfs:comment 'x' . {line}" for number, line in enumerate(lines))
    (folder / name).write_text(f"{HEAD}\n{body}\n", encoding="utf-8")


def without_the_reasoner(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = (Check("errors", _errors), Check("ontology", _broken_down))
    monkeypatch.setattr(module, "CHECKS", checks)
    monkeypatch.setattr("spinegraph.api.cli.validate.CHECKS", checks)


# Exit codes ----------------------------------------------------------------------------------


def test_clean(folder: Path, run: Run) -> None:
    write(folder, "")
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith("Nothing found: 3 checks of ")


@pytest.mark.parametrize(
    ("line", "options", "code"),
    [
        ("# error", (), 1),
        ("# warning", (), 0),
        ("# warning", ("--fail-on", "warning"), 1),
        ("# error", ("--only", "warnings"), 0),
        ("# error", ("--only", "warnings", "--only", "errors"), 1),
    ],
)
def test_the_threshold_decides(folder: Path, run: Run, line: str, options: tuple[str, ...], code: int) -> None:
    write(folder, line)
    assert run(*options).code == code


def test_a_check_that_did_not_run_is_no_clean_bill(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_reasoner(monkeypatch)
    write(folder, "")
    code, out, _ = run()
    assert code == 2
    assert "not run       ontology: The reasoner is not installed.\n                Install it.\n" in out
    code, out, _ = run("--no-owl")
    assert code == 0
    assert "left out      ontology\n" in out
    write(folder, "# error")
    assert run().code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "pdf"), "'pdf' is not one of"),
        (("--fail-on", "note"), "'note' is not one of"),
        (("--only", "errrs"), "there is no check 'errrs'; use errors, warnings, ontology."),
        (("missing.ttl",), "missing.ttl does not exist."),
        (("--profile", "missing.yaml"), "missing.yaml cannot be read"),
        (("--baseline", "missing.json"), "The baseline cannot be read"),
        (("--write-baseline", "known.json", "--only", "errors"), "a baseline is of everything"),
        (("--write-baseline", "known.json", "k"), "a baseline is of everything"),
        (("--output", "no/such/folder.txt"), "No such file or directory"),
        (("--knowledge", "nowhere"), "nowhere: There is no folder and no shipped package 'nowhere'."),
        (("--sources", "nowhere"), "nowhere is no folder"),
        (("empty",), "empty holds nothing that can be validated."),
    ],
)
def test_what_cannot_be_done_is_told(folder: Path, run: Run, options: tuple[str, ...], said: str) -> None:
    write(folder, "")
    Path("empty").mkdir()
    code, out, err = run(*options)
    assert (code, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())


# Formats -------------------------------------------------------------------------------------


def test_the_text_is_plain_and_complete(folder: Path, run: Run) -> None:
    write(folder, "# error", "", "# warning")
    out = run().out
    assert "k/shapes/a.ttl  1 error and 1 warning\n\nk/shapes/a.ttl:2  error SG901 opposite-directions\n    Both.\n" in out
    assert "1 error and 1 warning in 1 file: 3 checks of " in out.splitlines()[-1]
    assert "\x1b" not in out


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_format_goes_to_stdout_or_to_a_file(folder: Path, run: Run, form: str) -> None:
    write(folder, "# error")
    code, printed, err = run("--format", form)
    assert (code, err) == (1, "")
    assert "SG901" in printed
    again = run("--format", form, "--output", "report")
    assert again.code == 1
    assert Path("report").read_text(encoding="utf-8") == printed
    assert again.out == run().out


def test_a_path_is_reported_on_beside_the_rest(folder: Path, run: Run) -> None:
    write(folder, "# error")
    write(folder, "# error", name="b.ttl")
    data = json.loads(run("k/shapes/b.ttl", "--format", "json").out)
    assert [one["place"]["file"] for one in data["diagnostics"]] == ["k/shapes/b.ttl"]
    assert {"k/shapes/a.ttl", "k/shapes/b.ttl"} <= set(data["files"])


# Profile and baseline ------------------------------------------------------------------------


def test_a_profile_keeps_back_with_a_reason(folder: Path, run: Run) -> None:
    write(folder, "# error", "# error")
    Path("p.yaml").write_text("suppress:\n  - {id: SG901, subject: 'rule:a', reason: argued}\n", encoding="utf-8")
    code, out, _ = run("--profile", "p.yaml")
    assert code == 1
    assert "kept back     1 error: argued\n" in out
    assert "k/shapes/a.ttl:3  error" in out
    assert "k/shapes/a.ttl:2  error" not in out


def test_from_a_baseline_on_only_what_is_new_fails(folder: Path, run: Run) -> None:
    write(folder, "# error")
    code, _, err = run("--write-baseline", "known.json")
    assert (code, err) == (0, "known.json: 1 error written; they are known from now on.\n")
    assert run("--baseline", "known.json").code == 0
    write(folder, "", "# error")
    code, out, _ = run("--baseline", "known.json")
    assert code == 1
    assert "k/shapes/a.ttl:3  error" in out
    assert "No longer found: SG901 rule:a." in out
    assert "No longer found" not in run("--baseline", "known.json", "k/shapes/a.ttl").out


def test_real_checks_find_a_file_that_is_no_turtle(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "k" / "shapes").mkdir(parents=True)
    (tmp_path / "k" / "shapes" / "a.ttl").write_text(f"{HEAD}\nrule:a rdfs:label 'x .\n", encoding="utf-8")
    code, out, _ = run("--no-owl")
    assert code == 1
    assert "k/shapes/a.ttl:2:" in out
    assert "SG101 turtle-syntax" in out
