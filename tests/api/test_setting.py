"""Settings from a file and from the environment, and the one table of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from spinegraph.api.all_settings import ELSEWHERE, SETTINGS, table
from spinegraph.api.hooks_settings import HooksSettings
from spinegraph.api.mcp_settings import McpSettings
from spinegraph.api.operation_settings import OperationSettings
from spinegraph.api.setting import Setting, SettingsError, unknown_variables, whole_environment
from spinegraph.api.settings import Settings
from spinegraph.api.sparql_settings import SparqlSettings
from spinegraph.api.validation_settings import ValidationSettings

from tests.test_docs import ROOT, settings_in_code


def write(folder: Path, text: str) -> Path:
    path = folder / "spinegraph.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_variables_say(tmp_path: Path) -> None:
    file = write(tmp_path, 'port = 9000\noff = ["mcp", "pages"]\nknowledge = ["/a", "/b"]\n[sparql]\nworkers = 4\n')
    found = whole_environment(SETTINGS, {}, file)
    settings = Settings.from_environment(found)
    assert (settings.port, settings.off) == (9000, frozenset(("mcp", "pages")))
    assert settings.knowledge == (Path("/a"), Path("/b"))
    assert SparqlSettings.from_environment(found).limits.workers == 4


def test_the_environment_wins(tmp_path: Path) -> None:
    file = write(tmp_path, "port = 9000\nbody_seconds = 5\n")
    given = {"SPINEGRAPH_CONFIG": str(file), "SPINEGRAPH_PORT": "9001"}
    settings = Settings.from_environment(whole_environment(SETTINGS, given))
    assert (settings.port, settings.body_seconds) == (9001, 5)


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("prot = 1", "There is no setting 'prot'. Nearest: port.", ""),
        ("[sparql]\nworker = 1", "There is no setting 'sparql.worker'. Nearest: sparql.workers.", ""),
        ("[spaql]\nworkers = 1", "There is no setting 'spaql'.", ""),
        ('config = "x"', "There is no setting 'config'.", ""),
        ("port = 1.5", "'1.5' cannot be used.", ", port"),
        ("port = [1]", "'[1]' cannot be used.", ", port"),
        ('off = ["mcp,pages"]', """"['mcp,pages']" cannot be used.""", ", off"),
        ("port = ", "This is no TOML: ", ""),
    ],
)
def test_what_a_file_cannot_say_is_refused_by_name(tmp_path: Path, text: str, what: str, where: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        whole_environment(SETTINGS, {}, file)
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"{file}{where}"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        whole_environment(SETTINGS, {"SPINEGRAPH_CONFIG": str(tmp_path / "none.toml")})
    assert caught.value.where == "SPINEGRAPH_CONFIG"


def test_the_table_has_every_setting_of_the_code() -> None:
    assert {setting.variable for setting in SETTINGS} | set(ELSEWHERE) == settings_in_code()


def test_every_setting_has_a_name_of_its_own_in_a_file() -> None:
    assert len({setting.key for setting in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize("setting", [one for one in SETTINGS if isinstance(one.allowed, range)], ids=lambda one: one.key)
def test_the_bounds_that_the_table_shows_hold(setting: Setting) -> None:
    assert isinstance(setting.allowed, range)
    readers = (Settings, SparqlSettings, ValidationSettings, McpSettings, HooksSettings, OperationSettings)

    def read(value: int) -> None:
        for reader in readers:
            reader.from_environment({setting.variable: str(value)})

    read(setting.allowed[0])
    read(setting.allowed[-1])
    read(int(setting.default))
    with pytest.raises(SettingsError) as caught:
        read(setting.allowed[-1] + 1)
    assert caught.value.where == setting.variable


def test_the_page_for_operators_has_the_table() -> None:
    assert table() in (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


def test_variables_that_are_no_settings_are_found() -> None:
    assert unknown_variables(SETTINGS, {"SPINEGRAPH_PROT": "", "SPINEGRAPH_PORT": "", "PATH": ""}) == ["SPINEGRAPH_PROT"]
    assert os.pathsep in {setting.separator for setting in SETTINGS}
