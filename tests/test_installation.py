"""The installed package: one name on the import path, beside whatever a project of its own has, with all its files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAM = """
import api, engine
from spinegraph.api.http.app import create_app
from spinegraph.engine import Engine, load_knowledge, make_case, make_codebook

assert (api.OWN, engine.OWN) == ("theirs", "theirs")
knowledge = load_knowledge()
decision = Engine(knowledge).decide(make_case({"present": ["back_pain"]}, make_codebook(knowledge)))
print(create_app.__module__, decision.brief.level, load_knowledge.__code__.co_filename)
"""


def run(*command: str, folder: Path, **variables: str) -> str:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_wheel_lives_beside_a_project_with_its_own_api(tmp_path: Path) -> None:
    tree, wheels, site, project = (tmp_path / name for name in ("tree", "wheels", "site", "project"))
    for folder in ("engine", "api", "ontology", "shapes", "guidelines", "docs"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(tree), folder=tmp_path)
    (wheel,) = wheels.glob("*.whl")
    run(*pip, "install", "--no-deps", "--no-index", "--target", str(site), str(wheel), folder=tmp_path)
    assert {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")} <= {"spinegraph", "bin", "share"}
    for package in ("api", "engine"):
        (project / package).mkdir(parents=True)
        (project / package / "__init__.py").write_text("OWN = 'theirs'\n", encoding="utf-8")
    printed = run(sys.executable, "-c", PROGRAM, folder=project, PYTHONPATH=str(site))
    assert printed.split()[:2] == ["spinegraph.api.http.app", "undetermined"]
    assert printed.split()[2].startswith(str(site))
