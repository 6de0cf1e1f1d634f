"""Feedback that could not be written, on a full disk or a file that is locked, was answered with 500, a fault of the service."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from spinegraph.api import feedback_store
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.serving import send, serving

JSON = {"Content-Type": "application/json"}
PATH = "/cds-services/order-sign/feedback"
GIVEN = {"card": "2a3f8c1e-5f0b-4a53-9d0e-7c5d5a3c6f01", "outcome": "overridden", "outcomeTimestamp": "2026-03-03T10:00:00Z"}


def test_it_is_told_that_nothing_was_kept_and_when_to_send_it_again(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "feedback.sqlite"
    monkeypatch.setenv("SPINEGRAPH_HOOKS_FEEDBACK", str(file))
    monkeypatch.setattr(feedback_store, "SECONDS", 0)
    body = json.dumps({"feedback": [GIVEN]}).encode()
    with serving(create_app(Settings(), engine)) as port:
        with closing(sqlite3.connect(file)) as other:
            other.execute("BEGIN EXCLUSIVE")
            refused = send(port, "POST", PATH, body, JSON)
        assert (refused.status, refused.data["type"].rpartition("/")[2]) == (503, "feedback-not-kept")
        assert refused.headers["retry-after"] == "5"
        assert send(port, "POST", PATH, body, JSON).data["kept"] == 1
    with closing(sqlite3.connect(file)) as kept:
        assert kept.execute("SELECT count(*) FROM feedback").fetchone() == (1,)
