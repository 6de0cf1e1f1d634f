"""`spinegraph serve`: what it may be told about who reaches it. That it serves is tested in `tests/api/http`."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from spinegraph.api.cli import serve
from spinegraph.api.cli.app import main
from spinegraph.api.http.access import Access
from spinegraph.engine import Engine

PLACES = {"127.0.0.1": True, "localhost": True, "::1": True, "127.8.9.1": True, "192.0.2.1": False, "no such place": False}


@pytest.mark.parametrize(
    ("option", "value", "what"),
    [
        ("--trusted-proxy", "proxy.example", "'proxy.example' is no address and no network."),
        ("--allow-origin", "app.example", "'app.example' is no origin."),
        ("--allow-host", "a.example:80", "'a.example:80' is no name of a host."),
        ("--public-url", "a.example", "'a.example' is no URL of a service."),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_the_option(
    option: str, value: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", option, value]) == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert f"{option}: {what}" in printed


@pytest.mark.parametrize("host", PLACES)
def test_whether_only_this_machine_reaches_an_address(host: str) -> None:
    assert serve.is_loopback(host) is PLACES[host]


@pytest.mark.slow
def test_the_application_and_the_server_get_the_options(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    started: list[tuple[FastAPI, tuple[str, ...]]] = []
    monkeypatch.setattr("spinegraph.api.http.opening.load_engine", lambda *_: engine)
    monkeypatch.setattr(serve, "listen", lambda *_: _Listening())
    monkeypatch.setattr("spinegraph.api.http.server.run", lambda app, *_: started.append((app.current, _[-1])))
    options = ["--allow-origin", "https://app.example", "--public-url", "https://a.example/s", "--trusted-proxy", "10.0.0.0/8"]
    assert main(["serve", *options]) == 0
    ((app, proxies),) = started
    access: Access = app.state.access
    assert proxies == ("10.0.0.0/8",)
    assert access.origins == ("https://app.example",)
    assert access.hosts == ("127.0.0.1", "localhost", "[::1]", "a.example")
    assert access.public_url == "https://a.example/s"


class _Listening:
    """A socket, as far as its address is told."""

    def __enter__(self) -> _Listening:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was opened."""

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", 1


def test_a_file_of_settings_is_read_and_what_is_no_setting_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "spinegraph.toml"
    file.write_text("prot = 1\n")
    assert main(["serve", "--config", str(file)]) == 2
    assert "There is no setting 'prot'. Nearest: port." in " ".join(capsys.readouterr().err.split())
    file.write_text('off = ["none"]\n')
    monkeypatch.setenv("SPINEGRAPH_PROT", "8000")
    assert main(["serve", "--config", str(file)]) == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert "These variables are no settings, and mean nothing: SPINEGRAPH_PROT." in printed
    assert "There is no part 'none'." in printed
