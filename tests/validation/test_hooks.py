"""The pre-commit hooks and the CI action: they name what exists, and do what they are for, run as those services run them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from spinegraph.api.cli.app import make_app
from typer.main import get_command

from tests.authoring.guideline import write_good
from tests.small import write_small

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SCRIPT = next(step["run"] for step in ACTION["runs"]["steps"] if step.get("id") == "validate")
DOCUMENTATION = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder whose `spinegraph` is the one under test."""
    folder = tmp_path / "tools" / "spinegraph" / "bin"
    folder.mkdir(parents=True)
    script = folder / "spinegraph"
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m spinegraph.api.cli.app "$@"\n'
    )
    script.chmod(0o755)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository of somebody's guideline, with a misspelt statement staged in a file of its own."""
    folder = tmp_path / "guide line"
    (folder / "tests" / "cases").mkdir(parents=True)
    write_small(folder)
    (folder / "shapes" / "broken.ttl").write_text("rule:a rdfs:label 'x .\n", encoding="utf-8")
    (folder / "tests" / "cases" / "throat.yaml").write_text(
        "- name: Sore throat\n  case: {present: [sore_throat]}\n  expect: {urgency: undetermined}\n", encoding="utf-8"
    )
    for command in ("git init --quiet", "git add ."):
        subprocess.run(shlex.split(command), cwd=folder, check=True)
    return folder


# Hooks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_a_hook_names_a_command_that_exists_and_is_documented(hook: dict[str, Any]) -> None:
    program, name, *options = shlex.split(hook["entry"])
    assert program == "spinegraph"
    command = get_command(make_app([name, "codes"])).commands[name]  # type: ignore[attr-defined]
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(options) <= known
    assert "--knowledge" in known, "the documentation gives hooks this argument"
    assert f"id: {hook['id']}" in DOCUMENTATION
    assert hook["language"] == "python"
    if hook.get("pass_filenames", True):
        assert any(parameter.nargs == -1 for parameter in command.params)


def test_hooks_look_at_guideline_content_and_nothing_else() -> None:
    def fits(hook: str, path: str) -> bool:
        return re.search(HOOKS[hook]["files"], path) is not None

    for path in (
        "ontology/findings.ttl",
        "a/shapes/rules/x.ttl",
        "ontology/mappings.sssom.tsv",
        "tests/cases/x.yaml",
        "cases/a.yml",
    ):
        assert fits("spinegraph-validate", path), path
        assert fits("spinegraph-test", path), path
    for path in ("README.md", "data/x.ttl", "docs/ontology.ttl.md", ".github/workflows/cases.yaml", "tests/x.yaml"):
        assert not fits("spinegraph-validate", path), path
    assert not fits("spinegraph-format", "ontology/mappings.sssom.tsv")


def as_pre_commit(hook: str, repository: Path, tools: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a hook's entry in the root of the repository, with the staged files that it asks for as last arguments."""
    staged = subprocess.run(["git", "diff", "--cached", "--name-only", "-z"], cwd=repository, check=True, capture_output=True)
    wanted = re.compile(HOOKS[hook]["files"])
    files = [name for name in staged.stdout.decode().split("\0") if name and wanted.search(name)]
    assert files
    passed = files if HOOKS[hook].get("pass_filenames", True) else []
    command = [*shlex.split(HOOKS[hook]["entry"]), *arguments, *passed]
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


def test_the_validate_hook_stops_a_commit(repository: Path, tools: Path) -> None:
    ran = as_pre_commit("spinegraph-validate", repository, tools, "--knowledge", ".", "--no-owl")
    assert ran.returncode == 1, ran.stderr
    assert re.search(r"^shapes/broken\.ttl:1(:\d+)?  error SG101 turtle-syntax$", ran.stdout, re.MULTILINE)


def test_the_format_hook_changes_the_staged_files(repository: Path, tools: Path) -> None:
    (repository / "shapes" / "broken.ttl").unlink()
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    before = (repository / "ontology" / "findings.ttl").read_text(encoding="utf-8")
    ran = as_pre_commit("spinegraph-format", repository, tools)
    assert ran.returncode == 0, ran.stderr
    assert "formatted: findings.ttl" in ran.stdout
    assert (repository / "ontology" / "findings.ttl").read_text(encoding="utf-8") != before
    assert as_pre_commit("spinegraph-format", repository, tools).stdout == ""


def test_the_test_hook_runs_the_cases(tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "sound guide line"
    write_good(folder)
    (folder / "tests" / "cases").mkdir(parents=True)
    (folder / "tests" / "cases" / "one.yaml").write_text("- name: Nothing\n  case: {}\n  expect: {urgency: undetermined}\n")
    for command in ("git init --quiet", "git add ."):
        subprocess.run(shlex.split(command), cwd=folder, check=True)
    ran = as_pre_commit("spinegraph-test", folder, tools, "--knowledge", ".")
    assert (ran.returncode, ran.stdout) == (0, "1 of 1 cases hold.\n"), ran.stderr


# Action --------------------------------------------------------------------------------------


def test_the_action_has_what_its_steps_use_and_documents_it() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])
    assert all(entry["description"] and "default" in entry for entry in ACTION["inputs"].values())
    outputs = set(re.findall(r'^\s*(?:echo|\[.*\|\| echo) "([a-z-]+)=', SCRIPT, re.MULTILINE))
    assert outputs == set(ACTION["outputs"])
    for name in (*ACTION["inputs"], *ACTION["outputs"]):
        assert f"`{name}`" in DOCUMENTATION


def test_no_input_is_put_into_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "run" not in step or step["shell"] == "bash"
        assert re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", step.get("uses", "a/b@v1"))


def test_the_options_of_the_action_exist() -> None:
    command: typer.core.TyperCommand = get_command(make_app(["validate", "codes"])).commands["validate"]  # type: ignore[attr-defined]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = set(re.findall(r"(?<![\w-])--[a-z-]+", SCRIPT))
    assert used
    assert used <= known


def act(repository: Path, tools: Path, **inputs: str) -> dict[str, str]:
    """Run the action's script as the service does; its outputs, and the summary as `summary`."""
    runner = tools.parents[1]
    given = {name.upper().replace("-", "_"): entry["default"] for name, entry in ACTION["inputs"].items()}
    summary, output = runner / "summary", runner / "output"
    environment = {
        **os.environ, **given, **inputs,
        "RUNNER_TEMP": str(runner), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output),
    }  # fmt: skip
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", SCRIPT]
    ran = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    said = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    return {**said, "summary": summary.read_text(encoding="utf-8"), "log": ran.stdout}


def test_the_action_reports_and_hands_on_the_exit_code(repository: Path, tools: Path) -> None:
    done = act(repository, tools, KNOWLEDGE=".\n", PATHS="shapes/broken.ttl\nontology\n", OWL="false")
    assert done["exit-code"] == "1"
    sarif = yaml.safe_load(Path(done["sarif"]).read_text(encoding="utf-8"))
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in sarif["runs"][0]["results"]]
    assert "shapes/broken.ttl" in uris
    assert "    shapes/broken.ttl:1" in done["summary"]
    assert "SG101 turtle-syntax" in done["log"]


def test_the_action_tells_what_could_not_be_done(repository: Path, tools: Path) -> None:
    done = act(repository, tools, KNOWLEDGE=".", PROFILE="missing $(touch run).yaml", OWL="false")
    assert done["exit-code"] == "2"
    assert "sarif" not in done
    assert "    missing $(touch run).yaml" in done["summary"]
    assert not (repository / "run").exists()
