"""Settings of CDS Hooks come from variables; what cannot be used names its variable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spinegraph.api.feedback_store import FeedbackStore
from spinegraph.api.hooks_settings import HooksSettings
from spinegraph.api.setting import SettingsError


def test_nothing_is_switched_on_unless_it_is_set() -> None:
    settings = HooksSettings.from_environment({})
    assert settings == HooksSettings()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", settings.moment)


def test_all_that_can_be_set_is_read() -> None:
    settings = HooksSettings.from_environment({
        "SPINEGRAPH_HOOKS_AS_OF": "2026-03-03", "SPINEGRAPH_HOOKS_FEEDBACK": "f.sqlite", "SPINEGRAPH_HOOKS_CLIENTS": "c.json",
        "SPINEGRAPH_HOOKS_FHIR_SERVERS": "https://A.example, http://localhost:1", "SPINEGRAPH_HOOKS_FHIR_NETWORKS": "10.0.0.0/8",
        "SPINEGRAPH_HOOKS_FHIR_SECONDS": "7", "SPINEGRAPH_HOOKS_RATED": "mri,ct", "SPINEGRAPH_HOOKS_MECHANISM": "G1234",
        "SPINEGRAPH_SMART_CLIENT_ID": "x",
    })  # fmt: skip
    assert settings == HooksSettings(
        "2026-03-03", Path("f.sqlite"), Path("c.json"), ("https://a.example", "http://localhost:1"), ("10.0.0.0/8",), 7,
        ("mri", "ct"), "G1234", True,
    )  # fmt: skip
    assert settings.moment == "2026-03-03"
    assert HooksSettings(as_of="none").moment == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SPINEGRAPH_HOOKS_AS_OF", "today"),
        ("SPINEGRAPH_HOOKS_FHIR_SERVERS", "http://fhir.example"),
        ("SPINEGRAPH_HOOKS_FHIR_NETWORKS", "10.0.0.0/99"),
        ("SPINEGRAPH_HOOKS_FHIR_SECONDS", "0"),
        ("SPINEGRAPH_HOOKS_MECHANISM", "two words"),
    ],
)
def test_what_cannot_be_used_names_its_variable(name: str, text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        HooksSettings.from_environment({name: text})
    assert refused.value.where == name
    assert refused.value.mend


def test_a_file_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be used for feedback"):
        FeedbackStore(tmp_path / "missing" / "feedback.sqlite")
