"""What `make foreign` installs is pinned, and its lock names no registry."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent


def test_versions_are_pinned_and_no_registry_is_named() -> None:
    package = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert all(version[0].isdigit() for version in package["dependencies"].values())
    assert not any("resolved" in one for one in lock["packages"].values())
