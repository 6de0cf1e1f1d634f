"""The files of docs/deploy: what they call exists, what they set is a setting, what they ask is a path."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from spinegraph.api.all_settings import SETTINGS
from spinegraph.api.cli.app import COMMANDS
from spinegraph.api.http.app import create_app
from spinegraph.api.operation_settings import OperationSettings
from spinegraph.api.setting import read_file
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.test_docs import ROOT

DEPLOY = ROOT / "docs" / "deploy"
VARIABLES = {setting.variable for setting in SETTINGS}


@pytest.fixture(scope="module")
def paths(engine: Engine) -> set[str]:
    """The paths of the service."""
    return set(create_app(Settings(), engine).openapi()["paths"])


def options_of_serve() -> set[str]:
    import typer.main
    from spinegraph.api.cli.serve import serve_command

    app = typer.Typer()
    app.command()(serve_command)
    return {option for parameter in typer.main.get_command(app).params for option in parameter.opts}


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((DEPLOY / "spinegraph.service").read_text(encoding="utf-8"))
    return parser


def objects() -> dict[str, Any]:
    text = (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")
    return {made["kind"]: made for made in yaml.safe_load_all(text)}


def test_the_unit_starts_a_command_that_there_is() -> None:
    command, verb, *options = shlex.split(unit()["Service"]["ExecStart"])
    assert (PurePosixPath(command).name, verb in COMMANDS) == ("spinegraph", True)
    assert {option for option in options if option.startswith("--")} <= options_of_serve()
    assert unit()["Service"]["ExecReload"].endswith("kill -HUP $MAINPID")


def test_a_stop_has_time_for_notice_and_drain() -> None:
    settings = tomllib.loads(objects()["ConfigMap"]["data"]["spinegraph.toml"])
    pod = objects()["Deployment"]["spec"]["template"]["spec"]
    assert settings["notice_seconds"] + settings["drain_seconds"] < pod["terminationGracePeriodSeconds"]
    defaults = OperationSettings()
    assert defaults.notice_seconds + defaults.drain_seconds < int(unit()["Service"]["TimeoutStopSec"])


def test_the_settings_in_kubernetes_are_settings(tmp_path: Path) -> None:
    file = tmp_path / "spinegraph.toml"
    file.write_text(objects()["ConfigMap"]["data"]["spinegraph.toml"], encoding="utf-8")
    assert "SPINEGRAPH_DRAIN_SECONDS" in read_file(file, SETTINGS)


def test_what_kubernetes_asks_is_answered(paths: set[str]) -> None:
    made = objects()
    template = made["Deployment"]["spec"]["template"]
    (container,) = template["spec"]["containers"]
    probes = [container[probe]["httpGet"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")]
    asked = {probe["path"] for probe in probes} | {template["metadata"]["annotations"]["prometheus.io/path"]}
    assert asked <= paths
    assert set(container["args"][::2]) <= options_of_serve()
    assert template["spec"]["enableServiceLinks"] is False
    assert {probe["port"] for probe in probes} == {port["name"] for port in container["ports"]}
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in template["spec"]["volumes"]}
    labels = template["metadata"]["labels"]
    assert made["Service"]["spec"]["selector"] == made["Deployment"]["spec"]["selector"]["matchLabels"] == labels


def test_the_container_starts_what_there_is(paths: set[str]) -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    extras = re.findall(r"/source\[([a-z,]+)\]", text)[0].split(",")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras) <= set(project["optional-dependencies"])
    assert set(re.findall(r"SPINEGRAPH_[A-Z_]+", text)) <= VARIABLES
    assert 'ENTRYPOINT ["spinegraph", "serve"]' in text
    assert re.findall(r"http://127\.0\.0\.1:8000([a-z/]+)", text)[0] in paths
    for copied in re.findall(r"/source/([a-z.]+)", text):
        assert (ROOT / copied).is_file()


def test_the_unit_is_one_that_systemd_reads(tmp_path: Path) -> None:
    import shutil

    if not (verify := shutil.which("systemd-analyze")):
        pytest.skip("systemd is not here")
    text = (DEPLOY / "spinegraph.service").read_text(encoding="utf-8").replace("/opt/spinegraph/bin/spinegraph", "/bin/true")
    file = tmp_path / "spinegraph.service"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run([verify, "verify", str(file)], capture_output=True, text=True, check=False)
    assert "spinegraph.service:" not in done.stderr
