"""What one setting is, and where its value comes from: the environment before the file that `SPINEGRAPH_CONFIG` names."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from spinegraph.engine.errors import SpinegraphError, shortened

PREFIX = "SPINEGRAPH_"
SECTIONS = ("hooks", "mcp", "smart", "sparql", "validation")
"""Tables of a file: `[sparql] workers` is `SPINEGRAPH_SPARQL_WORKERS`. All other settings stand above them."""
CONFIG = "SPINEGRAPH_CONFIG"
"""The variable that names the file with settings."""


class SettingsError(SpinegraphError):
    title = "A setting cannot be used"


class Setting(NamedTuple):
    """A setting: its variable, what it means, what holds where it is not set, and what it may be (a range or words).

    `separator` stands between the values of a setting that has several; in a file these are a list.
    """

    variable: str
    meaning: str
    default: str
    allowed: range | str = ""
    separator: str = ""

    @property
    def key(self) -> str:
        """Its name in a file: `port`, `sparql.workers`."""
        name = self.variable.removeprefix(PREFIX).lower()
        section = next((section for section in SECTIONS if name.startswith(f"{section}_")), "")
        return f"{section}.{name.removeprefix(section + '_')}" if section else name

    @property
    def bounds(self) -> str:
        """What it may be, in words."""
        return self.allowed if isinstance(self.allowed, str) else f"{self.allowed[0]} to {self.allowed[-1]}"


def whole_environment(
    settings: Iterable[Setting], environment: Mapping[str, str] = os.environ, file: Path | None = None
) -> dict[str, str]:
    """The environment, and beside it what a file of settings says, by default the one that SPINEGRAPH_CONFIG names.

    Raises SettingsError where the file cannot be read, or has a key that is no setting.
    """
    path = file or (Path(named) if (named := environment.get(CONFIG, "")) else None)
    return {**(read_file(path, settings) if path else {}), **environment}


def unknown_variables(settings: Iterable[Setting], environment: Mapping[str, str]) -> list[str]:
    """Variables of an environment that are called as settings are, and are none."""
    known = {setting.variable for setting in settings}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def read_file(path: Path, settings: Iterable[Setting]) -> dict[str, str]:
    """Variable → value of the settings in a TOML file. Raises SettingsError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", where=CONFIG, mend="Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"This is no TOML: {error}.", where=str(path), mend="Write it as TOML 1.0 in UTF-8.") from error
    known = {setting.key: setting for setting in settings if setting.variable != CONFIG}
    found: dict[str, str] = {}
    for key, value in _flat(data):
        if key not in known:
            near = get_close_matches(key, known, n=1)
            nearest = f" Nearest: {near[0]}." if near else ""
            raise SettingsError(
                f"There is no setting {shortened(key)}.{nearest}", where=str(path), mend="Mend its name, or take it out."
            )
        found[known[key].variable] = _as_text(value, known[key], f"{path}, {key}")
    return found


def _flat(data: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict) and key in SECTIONS:
            yield from ((f"{key}.{name}", inner) for name, inner in value.items())
        else:
            yield key, value


def _as_text(value: Any, setting: Setting, where: str) -> str:
    """A value as the variable would have it. Raises SettingsError."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, str)):
        return str(value)
    many = setting.separator
    if many and isinstance(value, list) and all(isinstance(one, str) and many not in one for one in value):
        return many.join(value)
    kinds = f"a text, or a list of texts without {many!r}" if many else "a text, a whole number, true or false"
    raise SettingsError(f"{shortened(str(value))} cannot be used.", where=where, mend=f"Give {kinds}.")
