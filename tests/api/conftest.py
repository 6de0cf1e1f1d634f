"""A client of the service, and golden texts.

`SPINEGRAPH_GOLDEN=write pytest tests/api` writes the golden texts anew, to be reviewed as a diff.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import cast

import httpx
import pytest
from fastapi import FastAPI
from spinegraph.api.http.app import create_app
from spinegraph.api.http.service import Service
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

with warnings.catch_warnings():  # Starlette would rather have a fork of httpx, and takes it where it is installed
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

MakeClient = Callable[[FastAPI], httpx.Client]
GOLDEN = Path(__file__).parent / "http" / "golden"


@pytest.fixture(scope="session")
def app(engine: Engine) -> Service:
    return create_app(Settings(), engine)


@pytest.fixture(scope="session")
def make_client() -> MakeClient:
    """Makes clients to which an unexpected exception is a reply, as it is to everybody else."""
    return lambda app: cast("httpx.Client", TestClient(app, raise_server_exceptions=False))


@pytest.fixture(scope="session")
def client(app: FastAPI, make_client: MakeClient) -> httpx.Client:
    return make_client(app)


@pytest.fixture(scope="session")
def matches_golden() -> Callable[[str, str], None]:
    """Hold a text equal to the golden text of a name."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("SPINEGRAPH_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return check
